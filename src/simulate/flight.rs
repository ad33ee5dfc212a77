//! A key that somebody rebuilds.

use std::collections::VecDeque;

use crate::simulate::slab::Handle;

/// What a look into the cache finds meanwhile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing; its place in the list of such keys of its class.
    Gone(usize),
    /// A value that is good until then: it is refreshed early.
    Fresh(f64),
    /// An expired value that may be served until then.
    Stale(f64),
    /// What was rebuilt. The key is counted among the cached ones; only what is left of the rebuild is here.
    Filled,
}

/// Who holds the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// This request.
    Request(Handle),
    /// A refresh in the background.
    Background,
}

/// The key.
pub(super) struct Flight {
    /// Its class.
    pub(super) class: u32,
    /// What is found.
    pub(super) value: Value,
    /// Requests and jobs that need this key: without any it is an ordinary one again.
    pub(super) needed: u32,
    /// Rebuilds that run, or wait for a connection and for which somebody waits.
    pub(super) rebuilds: u32,
    /// Who holds its lock.
    pub(super) holder: Option<Holder>,
    /// Tries that wait for the lock, or for what its holder brings.
    pub(super) waiters: VecDeque<(Handle, u32)>,
}

/// A request that did not find what it wanted.
pub(super) struct Request {
    /// The key.
    pub(super) flight: Handle,
    /// When it came.
    pub(super) came: f64,
    /// Its how many-th try this is: whoever waits for an earlier one waits in vain.
    pub(super) attempt: u32,
    /// Tries that have failed.
    pub(super) failed: u32,
    /// Where it is.
    pub(super) stage: Stage,
}

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Looks into the cache, waits for the lock, or pauses.
    Outside,
    /// Waits for a connection.
    Queued,
    /// Waits for its own rebuild, which runs.
    Running,
}
