//! What the users of a drill feel, second by second: told by the application, not by the tool that is rehearsed.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock;
use crate::felt::Second;

/// How a request ended, for its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// With what was asked for, from the cache.
    Hit,
    /// With what was asked for, made anew.
    Made,
    /// With what was at hand, behind an open breaker.
    AtHand,
    /// With an error, after a wait in vain, or turned away.
    Failed,
}

/// Counts all users from its making on.
#[derive(Debug)]
pub(super) struct Gauge {
    began: Instant,
    seconds: Mutex<Vec<Second>>,
}

impl Gauge {
    pub(super) fn new() -> Self {
        Self { began: clock::instant(), seconds: Mutex::default() }
    }

    /// Seconds since it began.
    pub(super) fn now(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    fn in_this_second(&self, write: impl FnOnce(&mut Second)) {
        let mut seconds = self.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.began.elapsed().as_secs() as usize;
        while seconds.len() <= now {
            let at = seconds.len() as f64;
            seconds.push(Second::new(at));
        }
        if let Some(second) = seconds.last_mut() {
            write(second);
        }
    }

    /// A request has ended, so long after its user sent it.
    pub(super) fn ended(&self, ending: Ending, took: Duration) {
        self.in_this_second(|second| {
            match ending {
                Ending::Hit => second.hits += 1,
                Ending::Made => second.made += 1,
                Ending::AtHand => second.at_hand += 1,
                Ending::Failed => second.failed += 1,
            }
            second.took(took);
        });
    }

    /// Statements have been sent; so many run now.
    pub(super) fn sent(&self, statements: u64, running: usize) {
        self.in_this_second(|second| {
            second.statements += statements;
            second.running = running;
        });
    }

    /// All whole seconds so far.
    pub(super) fn seconds(&self) -> Vec<Second> {
        let whole = self.began.elapsed().as_secs() as usize;
        let seconds = self.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        seconds.iter().take(whole).cloned().collect()
    }
}
