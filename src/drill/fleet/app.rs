//! What all servers of the application share: what it is, how it is switched, and what has been counted.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::drill::fleet::asked::Asked;
use crate::drill::fleet::catalogue::Catalogue;
use crate::drill::scenario::spec::{Application, Form};
use crate::drill::truth::Counters;
use crate::prevent::{Locking, Protection, Stale, lock};

/// The application's own switches, in the cache: whether misses are served what is at hand instead of the database, and how
/// many percent of the users are let in.
pub(in crate::drill) const BREAKER: (&str, &str) = ("app:breaker", "open");
pub(in crate::drill) const TRAFFIC: &str = "app:traffic";
/// The part of a lifetime that is random, where lifetimes are jittered.
const SPREAD: f64 = 0.2;
/// That a page does not exist is cached for this long.
const ABSENT: Duration = Duration::from_secs(10);
/// A request that rebuilds waits for this long where there is an old value.
const SOFT: Duration = Duration::from_millis(100);

/// The application.
pub(in crate::drill) struct App {
    pub(in crate::drill) is: Application,
    pub(in crate::drill) catalogue: Catalogue,
    pub(in crate::drill) counters: Counters,
    /// Which pages are hot, where that matters.
    pub(in crate::drill) asked: Option<Asked>,
    /// Lifetime of a cached page, in milliseconds.
    ttl_ms: AtomicU64,
    /// Whether the breaker is open.
    broken: AtomicBool,
    /// The users that are let in, in percent.
    let_in: AtomicU32,
}

impl App {
    pub(in crate::drill) fn new(is: Application, catalogue: Catalogue, ttl: Duration) -> Self {
        let app = Self {
            asked: is.refresh_ahead.map(|_| Asked::new(catalogue.count())),
            is,
            catalogue,
            counters: Counters::default(),
            ttl_ms: AtomicU64::new(1),
            broken: AtomicBool::new(false),
            let_in: AtomicU32::new(100),
        };
        app.cache_for(ttl);
        app
    }

    /// Lifetime of a page that is cached now.
    pub(in crate::drill) fn ttl(&self) -> Duration {
        Duration::from_millis(self.ttl_ms.load(Ordering::Relaxed))
    }

    /// How long a page stays in the cache: an old value may be kept beyond its lifetime.
    pub(in crate::drill) fn stays(&self) -> Duration {
        self.ttl() + self.keep()
    }

    /// From now on pages are cached for so long.
    pub(in crate::drill) fn cache_for(&self, ttl: Duration) {
        let ttl = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1);
        self.ttl_ms.store(ttl, Ordering::Relaxed);
    }

    /// How long an old value is kept after its lifetime.
    pub(in crate::drill) fn keep(&self) -> Duration {
        if self.has(Form::Stale) { self.ttl() } else { Duration::ZERO }
    }

    fn has(&self, form: Form) -> bool {
        self.is.protection.contains(&form)
    }

    /// Its forms of protection; none: plain cache-aside.
    pub(in crate::drill) fn protection(&self) -> Option<Protection> {
        if self.is.protection.is_empty() {
            return None;
        }
        // Whoever waits has an answer, or an error, before he gives up.
        let wait = Locking::default().wait.min(self.is.timeout.mul_f64(0.9));
        let stale = Stale { keep: self.keep(), soft: SOFT, hard: wait };
        Some(Protection {
            lock: self.has(Form::Lock).then(|| Locking { wait, ..Locking::default() }),
            early: self.has(Form::Early).then_some(1.0),
            jitter: self.has(Form::Jitter).then_some(SPREAD),
            coalesce: self.has(Form::Coalesce),
            stale: self.has(Form::Stale).then_some(stale),
            absent: self.has(Form::Negative).then_some(ABSENT),
            breaker: self.is.breaker.then(|| (BREAKER.0.to_owned(), BREAKER.1.to_owned())),
            ..Protection::none(self.ttl())
        })
    }

    /// How it names its rebuild locks, for `stampede.yaml`.
    pub(in crate::drill) fn lock_dialect(&self) -> String {
        if self.has(Form::Lock) { lock::name("{key}") } else { "none".into() }
    }

    /// Whether the breaker is open.
    pub(in crate::drill) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// Whether a user is let in: below his share of those who are, in percent.
    pub(in crate::drill) fn lets_in(&self, turn: u32) -> bool {
        turn < self.let_in.load(Ordering::Relaxed)
    }

    /// What its switches hold. An application without a breaker does not look at that one.
    pub(in crate::drill) fn switch(&self, breaker: Option<&str>, traffic: Option<&str>) {
        let open = self.is.breaker && breaker == Some(BREAKER.1);
        self.broken.store(open, Ordering::Relaxed);
        let let_in = traffic.and_then(|percent| percent.parse().ok()).unwrap_or(100);
        self.let_in.store(let_in, Ordering::Relaxed);
    }
}
