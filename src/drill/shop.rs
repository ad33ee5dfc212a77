//! The application: a shop whose profile pages come from MariaDB and product pages from PostgreSQL, cache-aside.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;

use crate::clock;
use crate::drill::gauge::{Ending, Gauge};
use crate::drill::pool::Pool;
use crate::drill::truth::{Counters, Truth, count};

/// Pages, half of them from each database.
pub(super) const PAGES: u32 = 6_000;
/// Lifetime of a cached page, unless somebody says otherwise. Seven pages a second expire in the normal course of things.
pub(super) const TTL_SECONDS: u32 = 900;
/// The application's own switches, in the cache: whether misses are served what is at hand instead of the database, and how
/// many percent of the users are let in.
pub(super) const BREAKER: (&str, &str) = ("app:breaker", "open");
pub(super) const TRAFFIC: &str = "app:traffic";
/// How often it looks at them.
const LOOK: Duration = Duration::from_millis(200);
/// The page that everybody looks at, when there is one.
pub(super) const HOTTEST: u32 = 2;
/// What making a page costs the database. The time is slept, not burnt: the drill leaves the machine usable.
const PAGE_COST: f64 = 0.75;
/// So many pages at a time are made no slower than one; more hold each other up. With all connections busy each runs into the
/// statement timeout: once that far, it stays so until somebody takes the load away.
const PAGE_COPIES: f64 = 8.5;
/// The popular page takes several statements of this cost, and copies of them hold each other up, the first one
/// included: with the connections busy, each runs into the statement timeout, and nobody gets to refill the cache.
const HOT_COST: f64 = 0.25;
const HOT_STEPS: u32 = 4;
/// So many at a time are no slower than one.
const HOT_COPIES: f64 = 2.0;

/// The application and all that it is connected to.
pub(super) struct Shop {
    pub(super) cache: Vec<MultiplexedConnection>,
    pub(super) mysql: Pool,
    pub(super) postgres: Pool,
    pub(super) hot_share: f64,
    pub(super) counters: Counters,
    pub(super) gauge: Gauge,
    /// Whether it obeys the breaker.
    pub(super) has_breaker: bool,
    pub(super) next: AtomicUsize,
    /// Lifetime of a cached page, in seconds.
    pub(super) ttl: u32,
    /// Whether the breaker is open.
    pub(super) broken: AtomicBool,
    /// The users that are let in, in percent.
    pub(super) let_in: AtomicU32,
}

/// What one user wants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    pub(super) page: u32,
    /// Below this share of users that are let in, in percent, this one is not.
    pub(super) turn: u32,
}

impl Visit {
    /// The next one.
    pub(super) fn next(random: &mut fastrand::Rng, hot_share: f64) -> Self {
        let hot = hot_share > 0.0 && random.f64() < hot_share;
        let page = if hot { HOTTEST } else { random.u32(1..=PAGES) };
        Self { page, turn: random.u32(0..100) }
    }
}

/// The cache key of a page.
pub(super) fn key(page: u32) -> String {
    if in_mysql(page) { format!("user:profile:{page}") } else { format!("product:page:{page}") }
}

/// The page of a cache key.
fn page_of(key: &str) -> Option<u32> {
    let number = key.rsplit(':').next()?.parse().ok()?;
    ((1..=PAGES).contains(&number) && self::key(number) == key).then_some(number)
}

/// Whether MariaDB has the page; else PostgreSQL.
pub(super) fn in_mysql(page: u32) -> bool {
    page.is_multiple_of(2)
}

impl Shop {
    /// Serves one request. Returns how it ended.
    pub(super) async fn serve(&self, visit: Visit) -> Ending {
        let began = clock::instant();
        if visit.turn >= self.let_in.load(Ordering::Relaxed) {
            return Ending::Failed;
        }
        let ending = self.page(visit.page).await.unwrap_or(Ending::Failed);
        if ending == Ending::Failed {
            count(&self.counters.failures);
        }
        let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.counters.latency_us.fetch_add(took, Ordering::Relaxed);
        count(&self.counters.requests);
        ending
    }

    async fn page(&self, page: u32) -> Option<Ending> {
        let key = key(page);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut cache = self.cache[number % self.cache.len()].clone();
        let cached: Option<String> = redis::cmd("GET").arg(&key).query_async(&mut cache).await.ok()?;
        if cached.is_some() {
            count(&self.counters.hits);
            return Some(Ending::Hit);
        }
        count(&self.counters.misses);
        // Behind an open breaker users are served what is at hand, and the database is left alone.
        if self.broken.load(Ordering::Relaxed) {
            return Some(Ending::AtHand);
        }
        self.refill(page).await.map(|()| Ending::Made)
    }

    async fn refill(&self, page: u32) -> Option<()> {
        let body = self.rebuilt(page).await?;
        count(&self.counters.refills);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut cache = self.cache[number % self.cache.len()].clone();
        redis::cmd("SETEX").arg(key(page)).arg(self.ttl).arg(body).query_async(&mut cache).await.ok()
    }

    /// Makes one page and caches it, whoever asks for it; none: there is no such page.
    pub(super) async fn warm(&self, key: &str) -> Option<bool> {
        Some(self.refill(page_of(key)?).await.is_some())
    }

    /// Looks at its switches, for ever. An application without a breaker does not look at that one.
    pub(super) async fn mind_switches(&self) {
        let mut cache = self.cache[0].clone();
        let mut sent = 0;
        loop {
            let asked = redis::cmd("MGET").arg(BREAKER.0).arg(TRAFFIC).query_async(&mut cache).await;
            if let Ok((breaker, traffic)) = asked {
                let (breaker, traffic): (Option<String>, Option<String>) = (breaker, traffic);
                let open = self.has_breaker && breaker.as_deref() == Some(BREAKER.1);
                self.broken.store(open, Ordering::Relaxed);
                let let_in = traffic.and_then(|percent| percent.parse().ok()).unwrap_or(100);
                self.let_in.store(let_in, Ordering::Relaxed);
            }
            let so_far = self.mysql.sent.load(Ordering::Relaxed) + self.postgres.sent.load(Ordering::Relaxed);
            let running =
                self.mysql.running.load(Ordering::Relaxed) + self.postgres.running.load(Ordering::Relaxed);
            self.gauge.sent(so_far - sent, running);
            sent = so_far;
            self.mysql.close_idle();
            self.postgres.close_idle();
            clock::sleep(LOOK).await;
        }
    }

    async fn rebuilt(&self, page: u32) -> Option<String> {
        let hot = self.hot_share > 0.0 && page == HOTTEST;
        let steps = if hot { HOT_STEPS } else { 1 };
        // In tens, so that copies of a rebuild are the same text, as they are where the cost is real; pages are no copies.
        let crowd = |busy: usize| if hot { (busy / 10 * 10) as f64 } else { busy as f64 };
        let (alone, copies) = if hot { (HOT_COST, HOT_COPIES) } else { (PAGE_COST, PAGE_COPIES) };
        let cost = |busy: usize| alone * (crowd(busy) / copies).max(1.0);
        if in_mysql(page) {
            let query =
                |busy| format!("SELECT body, SLEEP({:.2}) FROM profiles WHERE id = {page}", cost(busy));
            self.mysql.fetch(steps, query).await
        } else {
            let query =
                |busy| format!("SELECT body, pg_sleep({:.2}) FROM products WHERE id = {page}", cost(busy));
            self.postgres.fetch(steps, query).await
        }
    }

    /// What it sees of itself.
    pub(super) fn truth(&self) -> Truth {
        self.counters.truth(&self.mysql.running, &self.postgres.running)
    }
}

/// Ends the requests that are still waiting after this long: nobody looks at the answer any more.
pub(super) const GIVE_UP: Duration = Duration::from_secs(10);
