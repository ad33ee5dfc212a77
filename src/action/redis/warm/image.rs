//! How far it is: what `--resume` goes on from.

use serde::{Deserialize, Serialize};

/// A checkpoint. What was warmed is not undone, so no key is recorded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Which list: `file /srv/keys`, `pattern user:*`; empty for one that is made anew each time.
    pub list: String,
    /// Keys of it that are done, from its beginning.
    pub done: u64,
    /// Keys that were rebuilt so far.
    pub rebuilt: u64,
    /// What one refill took on average, in milliseconds; 0 when none has ended.
    pub refill_ms: f64,
}
