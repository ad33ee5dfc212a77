//! The most frequent keys of a stream, in bounded memory (space-saving, Metwally et al. 2005).

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// Keys that are counted at the same time.
const SLOTS: usize = 256;
/// Bytes of a key that are kept: whoever means the key and not only its looks passes over those that have as many.
pub const KEPT: usize = 512;

struct Slot {
    key: Vec<u8>,
    count: u64,
    /// How much of the count may belong to the key that had the slot before.
    inherited: u64,
}

/// Counts keys. A key that makes up more than 1/256 of the stream is always among the counted ones.
pub struct TopKeys {
    slots: HashMap<u64, Slot>,
    hasher: RandomState,
    /// Keys offered.
    pub total: u64,
}

impl Default for TopKeys {
    fn default() -> Self {
        Self { slots: HashMap::with_capacity(SLOTS), hasher: RandomState::new(), total: 0 }
    }
}

impl TopKeys {
    /// Counts one key.
    pub fn offer(&mut self, key: &[u8]) {
        self.total += 1;
        let hash = self.hasher.hash_one(key);
        if let Some(slot) = self.slots.get_mut(&hash) {
            slot.count += 1;
            return;
        }
        let mut inherited = 0;
        if self.slots.len() >= SLOTS
            && let Some((&least, slot)) = self.slots.iter().min_by_key(|(_, slot)| slot.count)
        {
            inherited = slot.count;
            self.slots.remove(&least);
        }
        let key = key[..key.len().min(KEPT)].to_vec();
        self.slots.insert(hash, Slot { key, count: inherited + 1, inherited });
    }

    /// Takes back one count, for a key that we ourselves asked for.
    pub fn withdraw(&mut self, key: &[u8]) {
        let hash = self.hasher.hash_one(key);
        if let Some(slot) = self.slots.get_mut(&hash)
            && slot.count > slot.inherited
        {
            slot.count -= 1;
            self.total = self.total.saturating_sub(1);
        }
    }

    /// The most frequent keys and the counts that are certainly theirs.
    pub fn top(&self, n: usize) -> Vec<(&[u8], u64)> {
        let mut all: Vec<_> =
            self.slots.values().map(|slot| (slot.key.as_slice(), slot.count - slot.inherited)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        all.truncate(n);
        all.retain(|(_, count)| *count > 0);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hot_key_is_found_among_more_keys_than_there_are_slots() {
        let mut keys = TopKeys::default();
        for n in 0..50_000 {
            keys.offer(format!("cold:{n}").as_bytes());
            if n % 10 == 0 {
                keys.offer(b"hot");
            }
        }
        let top = keys.top(3);
        assert_eq!(top[0].0, b"hot");
        assert!((4_900..=5_000).contains(&top[0].1), "{}", top[0].1);
        assert_eq!(keys.total, 55_000);
        assert!(keys.slots.len() <= SLOTS);
    }

    #[test]
    fn our_own_misses_are_taken_back() {
        let mut keys = TopKeys::default();
        keys.offer(b"ours");
        keys.offer(b"theirs");
        keys.withdraw(b"ours");
        keys.withdraw(b"never seen");
        assert_eq!(keys.top(5), vec![(b"theirs".as_slice(), 1)]);
        assert_eq!(keys.total, 1);
    }
}
