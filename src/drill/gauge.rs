//! What the users of a drill feel, second by second: told by the application, not by the tool that is rehearsed.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::clock;

/// Digits of a latency that are kept.
const DIGITS: u8 = 2;

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

/// One second of all users.
#[derive(Clone, Debug)]
pub struct Second {
    /// When it began, in seconds since the first.
    pub at: f64,
    /// Requests that ended well: from the cache.
    pub hits: u64,
    /// Requests that ended well: made anew.
    pub made: u64,
    /// Requests that ended well, with old or simpler content (behind an open breaker).
    pub at_hand: u64,
    /// Requests that ended badly: an error, no answer in time, turned away.
    pub failed: u64,
    /// Statements that the application sent to its databases.
    pub statements: u64,
    /// Statements that were running at its end.
    pub running: usize,
    took: Option<Histogram<u64>>,
}

impl Second {
    fn new(at: f64) -> Self {
        let took = Histogram::new(DIGITS).ok();
        Self { at, hits: 0, made: 0, at_hand: 0, failed: 0, statements: 0, running: 0, took }
    }

    /// Requests that ended in it.
    pub fn requests(&self) -> u64 {
        self.good() + self.failed
    }

    /// Requests that ended well in it.
    pub fn good(&self) -> u64 {
        self.hits + self.made + self.at_hand
    }

    /// What its users felt; none: nobody was there.
    pub fn feel(&self) -> Option<Feel> {
        Feel::over(std::slice::from_ref(self))
    }

    /// Lookups of the cache that hit, 0-1; none: nobody looked.
    pub fn hit_ratio(&self) -> Option<f64> {
        let lookups = self.requests();
        (lookups > 0).then(|| self.hits as f64 / lookups as f64)
    }
}

/// What users feel over some seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feel {
    /// Half of the requests take no longer.
    pub p50: Duration,
    /// All but one in a hundred take no longer.
    pub p99: Duration,
    /// Requests that end badly, 0-1.
    pub failing: f64,
    /// Requests that end well, per second.
    pub goodput: f64,
}

impl Feel {
    /// Over all of these seconds together; none: nobody was there.
    pub fn over(seconds: &[Second]) -> Option<Self> {
        let mut took = Histogram::<u64>::new(DIGITS).ok()?;
        for second in seconds.iter().filter_map(|second| second.took.as_ref()) {
            took.add(second).ok()?;
        }
        let requests: u64 = seconds.iter().map(Second::requests).sum();
        let (failed, good) = (
            seconds.iter().map(|second| second.failed).sum::<u64>(),
            seconds.iter().map(Second::good).sum::<u64>(),
        );
        let quantile = |share| Duration::from_micros(took.value_at_quantile(share));
        (requests > 0).then(|| Self {
            p50: quantile(0.5),
            p99: quantile(0.99),
            failing: failed as f64 / requests as f64,
            goodput: good as f64 / seconds.len() as f64,
        })
    }
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
            if let Some(histogram) = &mut second.took {
                _ = histogram.record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1));
            }
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A second in which `good` requests took `ms` and `failed` failed.
    pub(crate) fn second(at: f64, good: u64, ms: u64, failed: u64) -> Second {
        let mut second = Second::new(at);
        second.hits = good;
        second.failed = failed;
        let took = second.took.as_mut().expect("a histogram");
        took.record_n(ms * 1_000, good).unwrap();
        second
    }

    #[test]
    fn what_users_feel_is_told_over_all_of_them() {
        let seconds = [second(0.0, 99, 4, 0), second(1.0, 1, 800, 100)];
        let feel = Feel::over(&seconds).unwrap();
        assert!((3.9..4.1).contains(&(feel.p50.as_secs_f64() * 1e3)), "{feel:?}");
        assert_eq!((feel.failing, feel.goodput), (0.5, 50.0));
        assert_eq!(Feel::over(&[]), None);
        assert!(
            Feel::over(&[second(0.0, 98, 4, 0), second(1.0, 2, 800, 0)]).unwrap().p99
                > Duration::from_millis(700)
        );
    }
}
