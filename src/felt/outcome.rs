//! What an arm of a comparison came to: when users had it back, and what it cost them.

use std::time::Duration;

use crate::felt::{Feel, Second};
use crate::text;

/// Users feel this many seconds at a time: a single one has too few of them for a p99.
pub(super) const FELT: usize = 5;
/// So much worse than before is as before.
const AS_BEFORE: f64 = 1.2;
/// And so much slower, where they were quick: nobody feels that, and a machine strays by as much.
const UNFELT: Duration = Duration::from_millis(10);
/// Where nothing failed before: one in so many requests may.
const MAY_FAIL: f64 = 0.001;
/// It must stay so for this long, in seconds.
const HELD: usize = 30;
/// After this many good seconds what goes bad again is a second stampede, once it has been so for as long.
const AGAIN: usize = 5;

/// What users had before the trouble, and whether they have it again.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    feel: Feel,
    running: f64,
}

impl Before {
    /// Over the seconds before the trouble; none: nobody was there.
    pub fn of(seconds: &[Second]) -> Option<Self> {
        let feel = Feel::over(seconds)?;
        let running = seconds.iter().map(|second| second.running as f64).sum::<f64>() / seconds.len() as f64;
        Some(Self { feel, running })
    }

    /// What they felt.
    pub fn feel(&self) -> Feel {
        self.feel
    }

    /// Statements that were running, on average.
    pub fn running(&self) -> f64 {
        self.running
    }

    /// Whether this is as before.
    pub(super) fn is_back(&self, feel: &Feel) -> bool {
        let longest = self.feel.p99.mul_f64(AS_BEFORE).max(self.feel.p99 + UNFELT);
        feel.p99 <= longest && feel.failing <= f64::max(self.feel.failing * AS_BEFORE, MAY_FAIL)
    }

    /// Whether each of these seconds, with those before it, was as before.
    fn good(&self, seconds: &[Second]) -> Vec<bool> {
        let felt = |end: usize| Feel::over(&seconds[(end + 1).saturating_sub(FELT)..=end]);
        (0..seconds.len()).map(|end| felt(end).is_some_and(|feel| self.is_back(&feel))).collect()
    }

    /// Seconds of the trouble until it is as before and stays so for half a minute; none: it has not yet.
    pub fn recovered(&self, trouble: &[Second]) -> Option<f64> {
        let good = self.good(trouble);
        let held = good.windows(HELD).position(|window| window.iter().all(|good| *good))?;
        // All seconds that were felt together were good: it was over when the first of them began.
        Some((held + 1).saturating_sub(FELT) as f64)
    }

    /// Whether it was good again, and then bad once more.
    pub fn relapsed(&self, trouble: &[Second]) -> bool {
        let good = self.good(trouble);
        let begins = good.iter().position(|good| !good).unwrap_or(good.len());
        let better = good[begins..].windows(AGAIN).position(|window| window.iter().all(|good| *good));
        better.is_some_and(|at| {
            let after = &good[begins + at + AGAIN..];
            after.windows(AGAIN).any(|window| window.iter().all(|good| !good))
        })
    }
}

impl Feel {
    /// As a line that is drawn again and again while it is watched.
    pub fn words(&self, before: &Before) -> String {
        let good = if before.is_back(self) { ", as before" } else { "" };
        format!(
            "{} requests/s end well, p99 {}, {} fail{good}",
            text::count(self.goodput),
            text::duration(self.p99),
            text::percent(self.failing),
        )
    }
}

/// Requests that ended badly in all.
pub fn failed(trouble: &[Second]) -> u64 {
    trouble.iter().map(|second| second.failed).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::felt::tests::second;

    fn seconds(parts: &[(usize, u64, u64)]) -> Vec<Second> {
        let each = parts.iter().flat_map(|(count, ms, failed)| std::iter::repeat_n((*ms, *failed), *count));
        each.enumerate().map(|(at, (ms, failed))| second(at as f64, 100, ms, failed)).collect()
    }

    fn before() -> Before {
        Before::of(&seconds(&[(10, 100, 0)])).unwrap()
    }

    #[test]
    fn it_is_over_once_it_is_as_before_for_half_a_minute() {
        let bad = seconds(&[(20, 900, 50)]);
        assert_eq!(before().recovered(&bad), None);
        let over = seconds(&[(20, 900, 50), (40, 105, 0)]);
        assert_eq!(before().recovered(&seconds(&[(40, 105, 0)])), Some(0.0), "it never was bad");
        assert_eq!(before().recovered(&over), Some(20.0));
        assert_eq!(before().recovered(&over[..50]), None, "not for half a minute yet");
        let slower = seconds(&[(20, 900, 50), (40, 130, 0)]);
        assert_eq!(before().recovered(&slower), None, "a third slower is not as before");
        let failing = seconds(&[(20, 900, 50), (40, 100, 1)]);
        assert_eq!(before().recovered(&failing), None, "one in a hundred fails");
        assert_eq!(failed(&over), 1_000);
    }

    #[test]
    fn milliseconds_that_nobody_feels_are_no_trouble() {
        let quick = Before::of(&seconds(&[(10, 2, 0)])).unwrap();
        assert_eq!(quick.recovered(&seconds(&[(20, 900, 0), (40, 9, 0)])), Some(20.0));
        assert_eq!(quick.recovered(&seconds(&[(20, 900, 0), (40, 30, 0)])), None);
    }

    #[test]
    fn what_gets_better_and_bad_again_is_a_second_stampede() {
        assert!(!before().relapsed(&seconds(&[(20, 900, 50), (40, 100, 0)])));
        assert!(before().relapsed(&seconds(&[(20, 900, 50), (12, 100, 0), (10, 900, 50), (40, 100, 0)])));
        assert!(
            !before().relapsed(&seconds(&[(20, 900, 50), (12, 100, 0), (1, 100, 0)])),
            "nothing came after"
        );
        assert!(
            !before().relapsed(&seconds(&[(5, 100, 0), (20, 900, 50), (40, 100, 0)])),
            "it had not begun yet"
        );
    }
}
