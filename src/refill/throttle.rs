//! The throttle: how many refills at a time. A few more as long as the database takes them, half as many when it does not, none when it is in
//! trouble (S29).

use std::time::{Duration, Instant};

use crate::text;

/// A reading that is only one may be chance.
const TWICE: u32 = 2;
/// The share of calls that failed from which on it goes slower.
const ERRORS: f64 = 0.05;
/// Calls that fail one after the other: it rests.
const IN_A_ROW: u32 = 20;
/// Calls that say something about errors.
const ENOUGH: u32 = 5;
/// So long nothing is called when the calls themselves fail; twice as long the next time.
const REST: Duration = Duration::from_secs(1);
/// So many rests without a call that went well, and then it is over.
const RESTS: u32 = 3;
/// So long the database may be above its stop threshold.
const PATIENCE: Duration = Duration::from_secs(60);
/// Refills at a time in the beginning.
const FIRST: usize = 2;

/// Where the thresholds are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Refills at a time, at most.
    pub most: usize,
    /// Statements running from which on it goes slower.
    pub slow: f64,
    /// Statements running from which on nothing is called.
    pub stop: f64,
    /// Whether the database is not heeded at all.
    pub off: bool,
}

/// What was measured since the last sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Statements running on the busiest database; none: nobody said.
    pub running: Option<f64>,
    /// One that has answered before and does not any more.
    pub silent: Option<String>,
    /// Calls that ended.
    pub calls: u32,
    /// Calls that failed.
    pub errors: u32,
}

/// What decides it.
#[derive(Debug, Default)]
pub struct Throttle {
    limits: Limits,
    now: usize,
    slow: u32,
    stop: u32,
    failing: u32,
    in_a_row: u32,
    rests: u32,
    /// Since when nothing is called because of the database.
    stopped: Option<Instant>,
    /// Until when nothing is called because of the calls.
    rest: Option<Instant>,
    /// Samples at or above the stop threshold, and the most that was seen running.
    pub above: u32,
    /// See `above`.
    pub worst: Option<f64>,
}

impl Throttle {
    /// One that begins small; when it is off, with all.
    pub fn new(limits: Limits) -> Self {
        let now = if limits.off { limits.most } else { limits.most.min(FIRST) };
        Self { limits, now, ..Self::default() }
    }

    /// Refills at a time that may run now.
    pub fn limit(&self, now: Instant) -> usize {
        match () {
            () if self.rest.is_some_and(|until| now < until) || self.stopped.is_some() => 0,
            () => self.now,
        }
    }

    /// Why nothing is called now, in words.
    pub fn resting(&self, now: Instant) -> Option<&'static str> {
        match () {
            () if self.stopped.is_some() => Some("waiting for the database"),
            () if self.rest.is_some_and(|until| now < until) => Some("waiting for the endpoint"),
            () => None,
        }
    }

    /// The endpoint asks us to wait.
    pub fn asked_to_wait(&mut self, now: Instant, wait: Duration) {
        let until = now + wait.min(PATIENCE);
        self.rest = Some(self.rest.map_or(until, |known| known.max(until)));
        self.slower((self.now / 2).max(1));
    }

    /// Heeds what was sample. Errors: it is over, and why.
    pub fn sample(&mut self, sample: Sample, now: Instant) -> Result<(), String> {
        if let Some(running) = sample.running {
            self.worst = Some(self.worst.map_or(running, |worst| worst.max(running)));
            self.above += u32::from(running >= self.limits.stop);
        }
        if self.limits.off {
            return Ok(());
        }
        self.calls(&sample);
        let running = if sample.silent.is_some() { f64::INFINITY } else { sample.running.unwrap_or(0.0) };
        self.stop = if running >= self.limits.stop { self.stop + 1 } else { 0 };
        self.slow = if running >= self.limits.slow { self.slow + 1 } else { 0 };
        if self.stop > 0 {
            // At the first sign nothing more is called; at the second it goes on with half as many.
            if self.stopped.is_none() {
                self.stopped = Some(now);
            }
            if self.stop == TWICE {
                self.now = (self.now / 2).max(1);
            }
        }
        if let Some(since) = self.stopped {
            if running < self.limits.slow {
                self.stopped = None;
                self.slow = 0;
            } else if now.saturating_duration_since(since) > PATIENCE {
                return Err(match sample.silent {
                    Some(name) => format!("{} does not answer any more", text::escape(&name)),
                    None => format!(
                        "the database runs {} statements, {} or more for {}",
                        text::count(running),
                        text::count(self.limits.slow),
                        text::duration(PATIENCE)
                    ),
                });
            }
            return Ok(());
        }
        if self.slow >= TWICE {
            self.now = (self.now / 2).max(1);
            self.slow = 0;
        } else if self.slow == 0 && self.failing == 0 && sample.calls > 0 {
            self.now = (self.now + (self.limits.most / 20).max(1)).min(self.limits.most);
        }
        Ok(())
    }

    /// A call went well, or failed. Errors: it is over, and why.
    pub fn ended(&mut self, well: bool, now: Instant) -> Result<(), String> {
        if well {
            (self.in_a_row, self.rests) = (0, 0);
            return Ok(());
        }
        self.in_a_row += 1;
        if self.in_a_row < IN_A_ROW {
            return Ok(());
        }
        self.in_a_row = 0;
        self.rests += 1;
        if self.rests > RESTS {
            return Err(format!("{} calls one after the other have failed", IN_A_ROW * self.rests));
        }
        self.rest = Some(now + REST * 2_u32.pow(self.rests - 1));
        self.slower(1);
        Ok(())
    }

    /// Off, a rest is only a rest: nothing would bring it up again.
    fn slower(&mut self, now: usize) {
        if !self.limits.off {
            self.now = now;
        }
    }

    fn calls(&mut self, sample: &Sample) {
        if sample.calls < ENOUGH.min(u32::try_from(self.now).unwrap_or(ENOUGH)).max(1) {
            return;
        }
        let share = f64::from(sample.errors) / f64::from(sample.calls);
        self.failing = if share >= ERRORS { self.failing + 1 } else { 0 };
        if self.failing >= TWICE {
            self.now = (self.now / 2).max(1);
            self.failing = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    const LIMITS: Limits = Limits { most: 40, slow: 20.0, stop: 40.0, off: false };

    fn running(running: f64) -> Sample {
        Sample { running: Some(running), calls: 10, ..Sample::default() }
    }

    #[test]
    fn s29_it_begins_small_and_takes_a_few_more_at_a_time() {
        let now = clock::instant();
        let mut throttle = Throttle::new(LIMITS);
        assert_eq!(throttle.limit(now), 2);
        throttle.sample(running(3.0), now).expect("on");
        assert_eq!(throttle.limit(now), 4);
        (0..100).for_each(|_| throttle.sample(running(19.0), now).expect("on"));
        assert_eq!(throttle.limit(now), 40, "never more than was said");
        let idle = Sample { calls: 0, ..running(1.0) };
        let mut waiting = Throttle::new(LIMITS);
        waiting.sample(idle, now).expect("on");
        assert_eq!(waiting.limit(now), 2, "what nothing was tried with is not taken more of");
    }

    #[test]
    fn s29_two_slow_samples_halve_it_and_one_does_not() {
        let now = clock::instant();
        let mut throttle = Throttle { now: 16, ..Throttle::new(LIMITS) };
        throttle.sample(running(25.0), now).expect("on");
        assert_eq!(throttle.limit(now), 16);
        throttle.sample(running(25.0), now).expect("on");
        assert_eq!(throttle.limit(now), 8);
        throttle.sample(running(25.0), now).expect("on");
        throttle.sample(running(5.0), now).expect("on");
        assert_eq!(throttle.limit(now), 10);
    }

    #[test]
    fn s29_at_the_stop_threshold_nothing_is_called_until_it_is_below_the_slow_one() {
        let now = clock::instant();
        let mut throttle = Throttle { now: 16, ..Throttle::new(LIMITS) };
        throttle.sample(running(41.0), now).expect("on");
        assert_eq!(throttle.limit(now), 0, "at the first sign");
        throttle.sample(running(41.0), now).expect("on");
        throttle.sample(running(25.0), now).expect("on");
        assert_eq!((throttle.limit(now), throttle.resting(now)), (0, Some("waiting for the database")));
        throttle.sample(running(12.0), now).expect("on");
        assert_eq!(throttle.limit(now), 8, "half of before");
        assert_eq!((throttle.above, throttle.worst), (2, Some(41.0)));
    }

    #[test]
    fn s29_a_database_that_does_not_recover_or_falls_silent_ends_it() {
        let now = clock::instant();
        let later = now + PATIENCE + Duration::from_secs(1);
        let mut throttle = Throttle::new(LIMITS);
        throttle.sample(running(50.0), now).expect("on");
        let why = throttle.sample(running(30.0), later).expect_err("over");
        assert_eq!(why, "the database runs 30 statements, 20 or more for 1 min");
        let mut throttle = Throttle::new(LIMITS);
        // Also when another one answers, and is idle.
        let silent = Sample { silent: Some("orders".into()), ..running(1.0) };
        throttle.sample(silent.clone(), now).expect("on");
        assert_eq!(throttle.limit(now), 0);
        assert_eq!(throttle.sample(silent, later), Err("orders does not answer any more".into()));
    }

    #[test]
    fn calls_that_fail_slow_it_down_and_end_it() {
        let now = clock::instant();
        let failing = |errors| Sample { running: Some(1.0), calls: 20, errors, ..Sample::default() };
        let mut throttle = Throttle { now: 16, ..Throttle::new(LIMITS) };
        throttle.sample(failing(2), now).expect("on");
        throttle.sample(failing(2), now).expect("on");
        assert_eq!(throttle.limit(now), 10, "half, and a few more");
        let mut at = now;
        let mut rests = Vec::new();
        let ended = loop {
            if let Err(why) = throttle.ended(false, at) {
                break why;
            }
            if throttle.resting(at).is_some() {
                let rest = (0..).map(Duration::from_secs).find(|rest| throttle.resting(at + *rest).is_none());
                rests.push(rest.expect("it ends").as_secs());
                at += rest.expect("it ends");
                assert_eq!(throttle.limit(at), 1);
            }
        };
        assert_eq!((rests, ended.as_str()), (vec![1, 2, 4], "80 calls one after the other have failed"));
        throttle.ended(true, at).expect("on");
        (0..19).for_each(|_| throttle.ended(false, at).expect("on"));
        assert_eq!(throttle.resting(at), None, "one that went well begins anew");
    }

    #[test]
    fn an_endpoint_that_asks_for_time_gets_it() {
        let now = clock::instant();
        let mut throttle = Throttle { now: 16, ..Throttle::new(LIMITS) };
        throttle.asked_to_wait(now, Duration::from_secs(3));
        assert_eq!((throttle.limit(now), throttle.resting(now)), (0, Some("waiting for the endpoint")));
        assert_eq!(throttle.limit(now + Duration::from_secs(3)), 8);
        throttle.asked_to_wait(now, Duration::from_secs(86_400));
        assert_eq!(throttle.limit(now + PATIENCE), 4, "no longer than a minute at a time");
    }

    #[test]
    fn switched_off_it_lets_all_run_whatever_happens() {
        let now = clock::instant();
        let mut throttle = Throttle::new(Limits { off: true, ..LIMITS });
        throttle.sample(running(500.0), now).expect("on");
        assert_eq!((throttle.limit(now), throttle.above), (40, 1));
        (0..20).for_each(|_| throttle.ended(false, now).expect("on"));
        throttle.asked_to_wait(now, Duration::from_secs(2));
        assert_eq!(throttle.limit(now), 0, "a rest is a rest");
        assert_eq!(throttle.limit(now + Duration::from_secs(2)), 40, "and then it goes on as before");
    }
}
