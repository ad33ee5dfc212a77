//! What the drill's application sees of itself, for comparison with what `detect` says from outside.

use std::collections::VecDeque;
use std::ops::{Add, Sub};
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

impl Truth {
    /// Whether somebody who looks at the application sees that it is not as before; it may run `most` statements at a time.
    pub(super) fn differs(&self, before: &Self, most: usize) -> bool {
        let missed = |truth: &Self| 1.0 - truth.hit_ratio.unwrap_or(1.0);
        let slower = self.latency > before.latency * 3 + Duration::from_millis(5);
        missed(self) > missed(before) + 0.2
            || self.failures > 0.05 * self.requests
            || self.mysql_running + self.postgres_running >= most * 3 / 8
            || self.requests > 1.4 * before.requests
            || self.lookups > 1.4 * before.lookups
            || slower
    }
}

/// What the application has counted since its users began to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests that its servers have ended, well or badly; a retry is one more.
    pub requests: u64,
    /// Those that ended badly at a server.
    pub failures: u64,
    /// Lookups in the cache that hit.
    pub hits: u64,
    /// Lookups in the cache that missed.
    pub misses: u64,
    /// Requests that the cache failed, or was not asked for (ejected).
    pub cache_failures: u64,
    /// Requests that a server's own memory answered.
    pub remembered: u64,
    /// Times that a database was asked to make a page.
    pub rebuilds: u64,
    /// Those of the popular page.
    pub hot_rebuilds: u64,
    /// Pages that were refreshed in the background before they ended.
    pub refreshed: u64,
    /// Requests that found the queue of their server full.
    pub turned_away: u64,
    /// Requests whose user did not wait any longer; the server goes on with them.
    pub given_up: u64,
    /// Tries of clients after a failure.
    pub retries: u64,
    /// Times that a server left the cache out.
    pub ejections: u64,
}

impl Tally {
    fn each(self, other: Self, of: fn(u64, u64) -> u64) -> Self {
        Self {
            requests: of(self.requests, other.requests),
            failures: of(self.failures, other.failures),
            hits: of(self.hits, other.hits),
            misses: of(self.misses, other.misses),
            cache_failures: of(self.cache_failures, other.cache_failures),
            remembered: of(self.remembered, other.remembered),
            rebuilds: of(self.rebuilds, other.rebuilds),
            hot_rebuilds: of(self.hot_rebuilds, other.hot_rebuilds),
            refreshed: of(self.refreshed, other.refreshed),
            turned_away: of(self.turned_away, other.turned_away),
            given_up: of(self.given_up, other.given_up),
            retries: of(self.retries, other.retries),
            ejections: of(self.ejections, other.ejections),
        }
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.each(other, u64::wrapping_add)
    }
}

impl Sub for Tally {
    type Output = Self;

    /// What has been counted since `before`.
    fn sub(self, before: Self) -> Self {
        self.each(before, u64::saturating_sub)
    }
}

/// How punctually users came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Punctuality {
    /// Requests that were sent.
    pub sent: u64,
    /// Those that were sent more than 10 ms after they were due.
    pub late: u64,
    /// Requests that were put off, with all after them, because the whole machine stood still.
    pub put_off: u64,
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
    /// From the memory of a server, without a lookup in the cache.
    pub(super) remembered: AtomicU64,
    pub(super) rebuilds: AtomicU64,
    pub(super) hot_rebuilds: AtomicU64,
    pub(super) cache_failures: AtomicU64,
    pub(super) turned_away: AtomicU64,
    pub(super) given_up: AtomicU64,
    pub(super) retries: AtomicU64,
    pub(super) refreshed: AtomicU64,
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

    /// All of them, but for the ejections.
    pub(super) fn tally(&self) -> Tally {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Tally {
            requests: read(&self.requests),
            failures: read(&self.failures),
            hits: read(&self.hits),
            misses: read(&self.misses),
            cache_failures: read(&self.cache_failures),
            remembered: read(&self.remembered),
            rebuilds: read(&self.rebuilds),
            hot_rebuilds: read(&self.hot_rebuilds),
            refreshed: read(&self.refreshed),
            turned_away: read(&self.turned_away),
            given_up: read(&self.given_up),
            retries: read(&self.retries),
            ejections: 0,
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
    fn trouble_shows_in_misses_failures_statements_traffic_or_time() {
        let before = Truth {
            requests: 600.0,
            lookups: 600.0,
            hit_ratio: Some(0.98),
            refills: 12.0,
            failures: 0.0,
            latency: Duration::from_millis(10),
            mysql_running: 3,
            postgres_running: 3,
        };
        assert!(!before.differs(&before, 80));
        assert!(Truth { hit_ratio: Some(0.7), ..before }.differs(&before, 80));
        assert!(Truth { failures: 40.0, ..before }.differs(&before, 80));
        assert!(Truth { mysql_running: 30, ..before }.differs(&before, 80));
        assert!(Truth { requests: 900.0, ..before }.differs(&before, 80));
        assert!(
            Truth { lookups: 900.0, ..before }.differs(&before, 80),
            "servers have forgotten their pages"
        );
        assert!(Truth { latency: Duration::from_millis(40), ..before }.differs(&before, 80));
    }

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
