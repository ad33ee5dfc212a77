//! What the drill's application sees of itself, for comparison with what `detect` says from outside.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock;

/// The truth is told over this long.
const WINDOW: Duration = Duration::from_secs(2);

/// The application's own account of the last two seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truth {
    /// Requests ended per second, well or badly.
    pub requests: f64,
    /// Cache lookups per second.
    pub lookups: f64,
    /// Hits / lookups, 0-1; none when there were no lookups.
    pub hit_ratio: Option<f64>,
    /// Rows fetched from a database per second.
    pub refills: f64,
    /// Requests per second whose user got an error: no database connection in time, or a statement timeout.
    pub failures: f64,
    /// Mean time from request to answer or error.
    pub latency: Duration,
    /// Statements that the application has running on MariaDB now.
    pub mysql_running: usize,
    /// Statements that the application has running on PostgreSQL now.
    pub postgres_running: usize,
}

/// Counters of the application; each only grows.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) hits: AtomicU64,
    pub(super) misses: AtomicU64,
    pub(super) refills: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) requests: AtomicU64,
    pub(super) latency_us: AtomicU64,
    history: Mutex<VecDeque<Sample>>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Instant,
    hits: u64,
    misses: u64,
    refills: u64,
    failures: u64,
    requests: u64,
    latency_us: u64,
}

/// Adds one.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Counters {
    fn sample(&self) -> Sample {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Sample {
            at: clock::instant(),
            hits: read(&self.hits),
            misses: read(&self.misses),
            refills: read(&self.refills),
            failures: read(&self.failures),
            requests: read(&self.requests),
            latency_us: read(&self.latency_us),
        }
    }

    /// Remembers how things stand; called several times a second.
    pub(super) fn remember(&self) {
        let sample = self.sample();
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.push_back(sample);
        while history.get(1).is_some_and(|second| sample.at.duration_since(second.at) >= WINDOW) {
            history.pop_front();
        }
    }

    /// The truth of the last window.
    pub(super) fn truth(&self, mysql: &AtomicUsize, postgres: &AtomicUsize) -> Truth {
        let now = self.sample();
        let first = *self.history.lock().unwrap_or_else(PoisonError::into_inner).front().unwrap_or(&now);
        let seconds = now.at.duration_since(first.at).as_secs_f64().max(0.001);
        let lookups = (now.hits - first.hits) + (now.misses - first.misses);
        let requests = now.requests - first.requests;
        let latency = (now.latency_us - first.latency_us).checked_div(requests).unwrap_or(0);
        Truth {
            requests: requests as f64 / seconds,
            lookups: lookups as f64 / seconds,
            hit_ratio: (lookups > 0).then(|| (now.hits - first.hits) as f64 / lookups as f64),
            refills: (now.refills - first.refills) as f64 / seconds,
            failures: (now.failures - first.failures) as f64 / seconds,
            latency: Duration::from_micros(latency),
            mysql_running: mysql.load(Ordering::Relaxed),
            postgres_running: postgres.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_lookups_there_is_no_hit_ratio() {
        let counters = Counters::default();
        counters.remember();
        let truth = counters.truth(&AtomicUsize::new(3), &AtomicUsize::new(0));
        assert_eq!((truth.hit_ratio, truth.mysql_running, truth.latency), (None, 3, Duration::ZERO));
        (0..3).for_each(|_| count(&counters.hits));
        count(&counters.misses);
        assert_eq!(counters.truth(&AtomicUsize::new(0), &AtomicUsize::new(0)).hit_ratio, Some(0.75));
    }
}
