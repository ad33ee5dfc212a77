//! The pages of a sweep on their way over one node: while the server works on one, we prepare the next.

use crate::system::redis::{Query, Reply, together};

/// Keys of one script, which nothing interrupts: as long as a page of `SCAN`.
const TOGETHER: usize = 50;

/// A key that is to be moved.
pub struct Key {
    /// Its name.
    pub name: Vec<u8>,
    /// Its jitter, in milliseconds.
    pub jitter: i64,
    /// Whether it may have the jitter already.
    pub again: bool,
}

/// Keys that are moved together.
pub struct Page {
    /// The keys.
    pub keys: Vec<Key>,
    /// The places of those of each script.
    pub groups: Vec<Vec<usize>>,
}

impl Page {
    /// A page of these keys; `by_slot`: one script may touch only keys of one slot.
    pub fn new(keys: Vec<Key>, by_slot: bool) -> Self {
        let groups = together(by_slot, keys.iter().map(|key| key.name.as_slice()), TOGETHER);
        Self { keys, groups }
    }

    /// When each of them expires.
    pub fn times(&self) -> impl Iterator<Item = Query<'_>> {
        self.keys.iter().map(|key| Query::Pexpiretime(&key.name))
    }

    /// Keeps those that have the jitter, and says how many have not.
    pub fn keep_ours(&mut self, by_slot: bool) -> u64 {
        let all = self.keys.len();
        let mut keys = std::mem::take(&mut self.keys);
        keys.retain(|key| key.again);
        *self = Self::new(keys, by_slot);
        (all - self.keys.len()) as u64
    }
}

/// What lies in the pipeline, the last that came in first.
pub struct Pipeline {
    /// Where the next page begins; none: all were read.
    pub cursor: Option<u64>,
    /// A page as it was read.
    pub found: Option<Reply>,
    /// One whose expiries are asked next.
    pub page: Option<Page>,
    /// One that is moved next.
    pub ready: Option<Page>,
    /// Whether an earlier sweep has come by the page before that.
    pub swept: bool,
}

impl Pipeline {
    /// One that begins with the first page.
    pub fn new() -> Self {
        Self { cursor: Some(0), found: None, page: None, ready: None, swept: false }
    }

    /// Whether everything has come off it.
    pub fn is_empty(&self) -> bool {
        self.cursor.is_none() && self.found.is_none() && self.page.is_none() && self.ready.is_none()
    }
}
