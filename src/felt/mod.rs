//! What users feel of a rehearsal, second by second, and what it came to. A drill measures it, `ui/` shows it.

mod act;
mod arm;
mod outcome;
mod run;
mod score;
mod surprise;
mod switched;

use std::time::Duration;

use hdrhistogram::Histogram;

pub use crate::felt::act::{Act, Came, Happened, Moment, Offer, Setting, Surprise, Told, Undo};
pub use crate::felt::arm::{Arm, Way};
pub use crate::felt::outcome::{Before, failed};
pub use crate::felt::run::{Row, Run, SCHEMA};
pub use crate::felt::score::{Needless, Score, Seen};
pub use crate::felt::surprise::Met;
pub use crate::felt::switched::{Switch, Switched, how_many};

/// Digits of a latency that are kept.
const DIGITS: u8 = 2;

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
    /// An empty one.
    pub fn new(at: f64) -> Self {
        let took = Histogram::new(DIGITS).ok();
        Self { at, hits: 0, made: 0, at_hand: 0, failed: 0, statements: 0, running: 0, took }
    }

    /// A request of it took so long.
    pub fn took(&mut self, time: Duration) {
        if let Some(took) = &mut self.took {
            _ = took.record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1));
        }
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
