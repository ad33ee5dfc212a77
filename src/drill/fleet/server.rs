//! An app server: cache-aside, with the forms of protection that the application has.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Semaphore;

use crate::clock;
use crate::drill::fleet::app::App;
use crate::drill::fleet::cache::{Broken, CachePool, NoCache};
use crate::drill::fleet::catalogue::{HOTTEST, in_mysql, key};
use crate::drill::fleet::database::Pool;
use crate::drill::fleet::memory::Memory;
use crate::drill::gauge::Ending;
use crate::drill::scenario::spec::{OnCacheError, OnFailedRebuild};
use crate::drill::truth::count;
use crate::prevent::{Guard, How, Unserved};

/// One server of the application.
pub(in crate::drill) struct Server {
    app: Arc<App>,
    pub(in crate::drill) cache: CachePool,
    mysql: Pool,
    postgres: Pool,
    /// What reads through the cache where the application is protected.
    guard: RwLock<Option<Arc<Guard>>>,
    memory: Option<Memory>,
    /// Requests that it works on, or that wait before it.
    inside: AtomicUsize,
    workers: Semaphore,
}

/// The place of a request, in the queue and then at work.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Server {
    pub(in crate::drill) fn new(app: Arc<App>, cache: CachePool, mysql: Pool, postgres: Pool) -> Arc<Self> {
        let memory = app.is.memory.map(Memory::new);
        let workers = Semaphore::new(app.is.workers);
        let (guard, inside) = (RwLock::new(None), AtomicUsize::new(0));
        let server = Self { app, cache, mysql, postgres, guard, memory, inside, workers };
        server.protect();
        Arc::new(server)
    }

    /// Its protection begins anew, with the lifetime that pages have now.
    pub(in crate::drill) fn protect(&self) {
        // Without any connection there is nobody to protect: the next restart finds one.
        let guard = self.app.protection().and_then(|protection| {
            let lent = self.cache.lend().ok()?;
            Some(Guard::new(protection, lent.connection))
        });
        *self.guard.write().unwrap_or_else(PoisonError::into_inner) = guard;
    }

    /// What it keeps in memory is as after hours of visits, so many per second; `draw` says which page is wanted next.
    pub(in crate::drill) fn remember(&self, rate: f64, draw: impl FnMut() -> u32) {
        if let Some(memory) = &self.memory {
            memory.fill(rate, draw);
        }
    }

    /// As after a restart: nothing in memory, no connection to a database that it does not need at once.
    pub(in crate::drill) fn restart(&self) {
        if let Some(memory) = &self.memory {
            memory.empty();
        }
        self.mysql.close_all();
        self.postgres.close_all();
        self.protect();
    }

    /// Closes what has been idle for long, as pools do.
    pub(in crate::drill) fn close_idle(&self) {
        self.mysql.close_idle();
        self.postgres.close_idle();
    }

    /// Serves one request, which waits for its turn. Nobody tells it when its user is gone.
    pub(in crate::drill) async fn serve(self: Arc<Self>, page: u32) -> Ending {
        let began = clock::instant();
        let ending = self.in_turn(page).await;
        let counters = &self.app.counters;
        if ending == Ending::Failed {
            count(&counters.failures);
        }
        let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        counters.latency_us.fetch_add(took, Ordering::Relaxed);
        count(&counters.requests);
        ending
    }

    async fn in_turn(self: &Arc<Self>, page: u32) -> Ending {
        let place = Place(&self.inside);
        if place.0.fetch_add(1, Ordering::Relaxed) >= self.app.is.workers + self.app.is.queue {
            count(&self.app.counters.turned_away);
            return Ending::Failed;
        }
        let Ok(_worker) = self.workers.acquire().await else { return Ending::Failed };
        if let Some(asked) = &self.app.asked {
            asked.count(page);
        }
        if self.memory.as_ref().is_some_and(|memory| memory.has(page)) {
            count(&self.app.counters.remembered);
            return Ending::Hit;
        }
        let guard = self.guard.read().unwrap_or_else(PoisonError::into_inner).clone();
        let ending = match guard {
            Some(guard) => self.guarded(&guard, page).await,
            None => self.plain(page).await,
        };
        let is_good = matches!(ending, Ending::Hit | Ending::Made) && self.app.catalogue.exists(page);
        if let Some(memory) = self.memory.as_ref().filter(|_| is_good) {
            memory.keep(page);
        }
        ending
    }

    async fn plain(&self, page: u32) -> Ending {
        let counters = &self.app.counters;
        let asked = self.cache.ask::<redis::Value>(redis::cmd("GET").arg(key(page))).await;
        match asked {
            Ok(Some(_)) => {
                count(&counters.hits);
                return Ending::Hit;
            }
            Ok(None) => count(&counters.misses),
            Err(NoCache) => {
                if let Some(ending) = self.without_cache() {
                    return ending;
                }
            }
        }
        // Behind an open breaker users are served what is at hand, and the database is left alone.
        if self.app.is_broken() {
            return Ending::AtHand;
        }
        self.refill(page).await.map_or(Ending::Failed, |()| Ending::Made)
    }

    /// What comes of a request that the cache has failed; none: it goes on.
    fn without_cache(&self) -> Option<Ending> {
        count(&self.app.counters.cache_failures);
        (self.app.is.on_cache_error == OnCacheError::Error).then_some(Ending::Failed)
    }

    async fn guarded(self: &Arc<Self>, guard: &Arc<Guard>, page: u32) -> Ending {
        let counters = &self.app.counters;
        let asked = match self.cache.lend() {
            Ok(lent) => {
                guard.over(lent.connection.clone());
                let server = self.clone();
                let served = guard.get(&key(page), move || async move { server.rebuilt(page).await }).await;
                let broken = matches!(served, Err(Unserved::Cache(_))).then_some(Broken::Connection);
                self.cache.give_back(&lent, broken);
                served
            }
            Err(NoCache) => Err(Unserved::Cache("not asked".into())),
        };
        let (counter, ending) = match asked.map(|served| served.how) {
            Ok(How::Hit) => (&counters.hits, Ending::Hit),
            Ok(How::Stale) => (&counters.hits, Ending::AtHand),
            Ok(How::Rebuilt | How::Joined) => (&counters.misses, Ending::Made),
            Err(Unserved::Open) => (&counters.misses, Ending::AtHand),
            Err(Unserved::Failed(_) | Unserved::Late | Unserved::Throttled) => {
                (&counters.misses, Ending::Failed)
            }
            Err(Unserved::Cache(_)) => {
                if let Some(ending) = self.without_cache() {
                    return ending;
                }
                if self.app.is_broken() {
                    return Ending::AtHand;
                }
                return self.refill(page).await.map_or(Ending::Failed, |()| Ending::Made);
            }
        };
        count(counter);
        ending
    }

    /// Makes one page and caches it, whoever asks for it. Errors: it cannot be made.
    pub(in crate::drill) async fn refill(&self, page: u32) -> Result<(), String> {
        if let Some(body) = self.rebuilt(page).await? {
            let milliseconds = u64::try_from(self.app.stays().as_millis()).unwrap_or(u64::MAX);
            let mut set = redis::cmd("SET");
            set.arg(key(page)).arg(body).arg("PX").arg(milliseconds);
            // The user has the page even if the cache does not take it.
            _ = self.cache.ask::<redis::Value>(&set).await;
        }
        Ok(())
    }

    /// Has the database make a page; none: there is no such page. Errors: it has failed.
    async fn rebuilt(&self, page: u32) -> Result<Option<Vec<u8>>, String> {
        let (app, counters) = (&self.app, &self.app.counters);
        count(&counters.rebuilds);
        if page == HOTTEST {
            count(&counters.hot_rebuilds);
        }
        let pool = if in_mysql(page) { &self.mysql } else { &self.postgres };
        let steps = app.catalogue.statements(page);
        let made = pool.fetch(steps, |busy| app.catalogue.statement(page, busy)).await;
        match &made {
            Ok(_) => count(&counters.refills),
            Err(_) if app.is.on_failed_rebuild == OnFailedRebuild::Delete => {
                _ = self.cache.ask::<redis::Value>(redis::cmd("DEL").arg(key(page))).await;
            }
            Err(_) => {}
        }
        made
    }
}
