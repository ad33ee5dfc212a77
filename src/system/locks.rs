//! Who waits for a lock of a database, and who holds it, in what both kinds of server have in common.

use std::time::Duration;

/// Those who wait at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locks {
    /// How many sessions wait.
    pub waiting: u64,
    /// How long the longest of them has waited.
    pub longest: Duration,
    /// What they wait for, escaped: `table metadata lock`.
    pub what: String,
    /// Whom they wait for, or why that is not known.
    pub holder: Result<Holder, String>,
}

/// Whom others wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The number of the session; none: a transaction that was prepared and left, which belongs to no session.
    pub session: Option<u64>,
    /// Its account, escaped.
    pub who: String,
    /// The digest of what it runs; none while it is idle.
    pub runs: Option<String>,
    /// Whether it has a transaction open.
    pub in_transaction: bool,
    /// For how long it has been idle, or has run that; none where what it does is hidden.
    pub age: Option<Duration>,
    /// Whether the server itself says that it is this one; else it is the likeliest.
    pub certain: bool,
    /// What is the same at the next look while it is the same transaction.
    pub mark: String,
}

impl Locks {
    /// Nobody waits.
    pub fn none() -> Self {
        Self { waiting: 0, longest: Duration::ZERO, what: String::new(), holder: Err(String::new()) }
    }
}
