//! A write that nobody has answered.

use std::time::{Duration, Instant};

use crate::clock;
use crate::error::TargetError;

/// Longest time in which a request that lost its connection is carried out all the same.
const LATER: Duration = Duration::from_secs(3);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// A server may carry a request out a moment after its connection broke: whoever looks at once sees nothing of it, and would say
/// that there is nothing to put back. So it is looked for until it is there, for at most 3 s.
pub struct Later {
    until: Option<Instant>,
}

impl Later {
    /// After this error. What the server itself has said is in no doubt, and not waited for.
    pub fn than(error: &TargetError) -> Self {
        Self { until: error.is_doubtful().then(|| clock::instant() + LATER) }
    }

    /// Waits for a moment; returns whether to look once more.
    pub async fn again(&self) -> bool {
        if self.until.is_none_or(|until| clock::instant() >= until) {
            return false;
        }
        clock::sleep(LOOK).await;
        true
    }
}
