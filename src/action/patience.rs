//! A read that nobody has answered: it says nothing about what was written before it, and is repeated.

use std::time::{Duration, Instant};

use crate::clock;
use crate::error::TargetError;

/// Longest silence that is no end of a step.
const GRACE: Duration = Duration::from_secs(10);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// How long a silence is borne, from its first error on.
#[derive(Default)]
pub struct Patience {
    until: Option<Instant>,
}

impl Patience {
    /// Waits for a moment after `error`; returns whether to read once more.
    pub async fn again(&mut self, error: &TargetError) -> bool {
        let until = *self.until.get_or_insert_with(|| clock::instant() + GRACE);
        if !(error.is_doubtful() || error.is_silence()) || clock::instant() >= until {
            return false;
        }
        clock::sleep(PAUSE).await;
        true
    }
}

/// Reads, and reads again while nothing is heard, for 10 s at most. Errors: that of the last try.
pub async fn repeated<T, F: Future<Output = Result<T, TargetError>>>(
    mut read: impl FnMut() -> F,
) -> Result<T, TargetError> {
    let mut patience = Patience::default();
    loop {
        match read().await {
            Err(error) if patience.again(&error).await => {}
            answer => return answer,
        }
    }
}
