//! The application of a drill: app servers behind a load balancer, and what they share.

pub(super) mod app;
pub(super) mod arrivals;
mod asked;
pub(super) mod cache;
pub(super) mod catalogue;
pub(super) mod database;
mod memory;
pub(super) mod popularity;
pub(super) mod refresh;
pub(super) mod server;
pub(super) mod users;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis::RedisError;

use crate::clock;
use crate::drill::fleet::app::{App, BREAKER, TRAFFIC};
use crate::drill::fleet::arrivals::{Pace, Schedule};
use crate::drill::fleet::cache::{CachePool, Home};
use crate::drill::fleet::database::{Database, Pool};
use crate::drill::fleet::server::Server;
use crate::drill::gauge::{Ending, Gauge};
use crate::drill::scenario::spec::Scenario;
use crate::drill::truth::{Tally, Truth};

/// How often the application looks at its switches.
const LOOK: Duration = Duration::from_millis(200);

/// The application and all that it is connected to.
pub(super) struct Fleet {
    pub(super) app: Arc<App>,
    pub(super) home: Arc<Home>,
    pub(super) gauge: Gauge,
    servers: Vec<Arc<Server>>,
    mysql: Arc<Database>,
    postgres: Arc<Database>,
    next: AtomicUsize,
}

impl Fleet {
    /// Starts its servers. Errors: the cache cannot be reached.
    pub(super) async fn start(
        app: Arc<App>,
        home: Arc<Home>,
        mysql: Arc<Database>,
        postgres: Arc<Database>,
    ) -> Result<Arc<Self>, RedisError> {
        let mut servers = Vec::new();
        for _ in 0..app.is.servers {
            let cache = CachePool::open(home.clone(), app.is.cache_pool, app.is.ejection).await?;
            let pool = |database: &Arc<Database>| Pool::new(database.clone(), app.is.database_pool);
            servers.push(Server::new(app.clone(), cache, pool(&mysql), pool(&postgres)));
        }
        let (gauge, next) = (Gauge::new(), AtomicUsize::new(0));
        Ok(Arc::new(Self { app, home, gauge, servers, mysql, postgres, next }))
    }

    /// The load balancer: the server whose turn it is.
    pub(super) fn server(&self) -> Arc<Server> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        self.servers[turn % self.servers.len()].clone()
    }

    /// What its servers keep in memory is as after hours of traffic.
    pub(super) fn remember(&self, scenario: &Scenario, seed: u64) {
        let rate = scenario.users.rate / self.servers.len() as f64;
        for (seed, server) in (seed..).zip(&self.servers) {
            let mut schedule = Schedule::new(scenario.users, &scenario.pages, seed);
            let pace = Pace { times: 1.0, absent: 0.0 };
            server.remember(rate, || schedule.visit(&self.app.catalogue, pace).page);
        }
    }

    /// Restarts all servers.
    pub(super) fn restart(&self) {
        self.home.leave();
        self.servers.iter().for_each(|server| server.restart());
    }

    /// From now on pages are cached for so long.
    pub(super) fn cache_for(&self, ttl: Duration) {
        self.app.cache_for(ttl);
        self.servers.iter().for_each(|server| server.protect());
    }

    /// Makes one page and caches it, whoever asks for it; none: there is no such page.
    pub(super) async fn warm(&self, key: &str) -> Option<bool> {
        let page = self.app.catalogue.page_of(key)?;
        Some(self.server().refill(page).await.is_ok())
    }

    /// Keeps the connections to the cache; for ever.
    pub(super) async fn keep_connections(&self) {
        futures_util::future::join_all(self.servers.iter().map(|server| server.cache.keep())).await;
    }

    /// Looks at its switches, counts statements, and closes idle connections; for ever.
    pub(super) async fn mind_switches(&self) {
        let mut switches = self.home.connect().await.ok();
        let mut sent = 0;
        loop {
            let mut look = redis::cmd("MGET");
            look.arg(BREAKER.0).arg(TRAFFIC);
            let asked = match &mut switches {
                Some(connection) => {
                    look.query_async::<(Option<String>, Option<String>)>(connection).await.ok()
                }
                None => None,
            };
            match asked {
                Some((breaker, traffic)) => self.app.switch(breaker.as_deref(), traffic.as_deref()),
                // They stay as they were.
                None => switches = self.home.connect().await.ok(),
            }
            let of_both = |count: fn(&Database) -> u64| count(&self.mysql) + count(&self.postgres);
            let so_far = of_both(|database| database.sent.load(Ordering::Relaxed));
            let running = of_both(|database| database.running.load(Ordering::Relaxed) as u64);
            self.gauge.sent(so_far - sent, usize::try_from(running).unwrap_or(usize::MAX));
            sent = so_far;
            self.servers.iter().for_each(|server| server.close_idle());
            self.app.counters.remember();
            clock::sleep(LOOK).await;
        }
    }

    /// Serves the page of a key to a user; none: there is none.
    pub(super) async fn page(&self, key: &str) -> Option<Ending> {
        let page = key.rsplit(':').next()?.parse().ok().filter(|page| catalogue::key(*page) == key)?;
        let ending = self.server().serve(page).await;
        (ending == Ending::Failed || self.app.catalogue.exists(page)).then_some(ending)
    }

    /// What it sees of itself.
    pub(super) fn truth(&self) -> Truth {
        self.app.counters.truth(&self.mysql.running, &self.postgres.running)
    }

    /// What it has counted since its beginning.
    pub(super) fn tally(&self) -> Tally {
        let ejections = self.servers.iter().map(|server| server.cache.ejections.load(Ordering::Relaxed));
        Tally { ejections: ejections.sum(), ..self.app.counters.tally() }
    }
}
