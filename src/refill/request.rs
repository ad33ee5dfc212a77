//! What is to be refilled and how, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use crate::refill::endpoint::Endpoint;

/// Whether a key is looked at again after its refill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Each.
    All,
    /// One in twenty.
    Sample,
    /// None.
    Never,
}

/// What is to be done, and how.
pub struct Request {
    /// What is called.
    pub endpoint: Arc<Endpoint>,
    /// Calls a second, at most.
    pub rate: Option<f64>,
    /// Whether keys are looked at again.
    pub verify: Verify,
    /// Keys that expire within so many milliseconds are refilled, too.
    pub below: i64,
    /// How many keys there are, when that is known.
    pub of: Option<u64>,
    /// Keys that an earlier run has done.
    pub from: u64,
    /// Keys from the beginning of the list that are taken at most.
    pub top: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Keys that were there.
    pub present: u64,
    /// Keys that were refilled.
    pub rebuilt: u64,
    /// Keys that were not.
    pub failed: u64,
    /// Keys whose refill was taken, and that are not there.
    pub absent: u64,
    /// Some of what was wrong.
    pub first: Option<String>,
    /// Some of the keys.
    pub named: Vec<String>,
    /// All refills together.
    pub took: Duration,
    /// Whether the operator stopped it.
    pub stopped: bool,
}

impl Outcome {
    /// Whether most of what was tried failed, or is not there all the same.
    pub fn mostly_failed(&self) -> bool {
        let bad = self.failed + self.absent;
        bad > 0 && bad * 2 > self.rebuilt + self.failed
    }

    /// What one refill took on average, in milliseconds; 0 when none has ended.
    pub fn refill_ms(&self) -> f64 {
        match self.rebuilt {
            0 => 0.0,
            rebuilt => self.took.as_secs_f64() * 1e3 / rebuilt as f64,
        }
    }
}
