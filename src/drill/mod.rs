//! Rehearsal: a real stampede on real servers.
//!
//! A drill starts Redis, MariaDB and PostgreSQL in a [`crate::lab`], fills them, and puts a small cache-aside shop
//! under a constant load on top. `healthy`, then `trigger`: what `detect` measures in between is as real as it gets
//! on one machine. Only the cost of a query is made up: it is slept in the database.

mod arm;
mod endpoint;
mod gauge;
mod load;
mod page;
mod pool;
mod practice;
mod record;
mod scenario;
mod shop;
mod surprise;
mod truth;
mod world;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize};
use std::time::Duration;

pub use crate::drill::arm::play;
pub use crate::drill::page::{Line, PHASES};
pub use crate::drill::practice::{Live, Over, Practice};
pub use crate::drill::scenario::{SCENARIOS, Scenario, by_name, spec};
pub use crate::drill::truth::Truth;

use anyhow::Context as _;

use crate::clock;
use crate::config::Settings;
use crate::drill::endpoint::Endpoint;
use crate::drill::gauge::Gauge;
use crate::drill::load::Load;
use crate::drill::page::Shell;
use crate::drill::scenario::Trigger;
use crate::drill::shop::{HOTTEST, PAGES, Shop, TTL_SECONDS, key};
use crate::drill::truth::Counters;
use crate::drill::world::World;
use crate::error::{Failure, FailureKind};
use crate::felt::Second;

/// So long the shop runs undisturbed before it counts as healthy: a baseline needs some seconds of it.
const SETTLING: Duration = Duration::from_secs(8);
/// Longest wait for the shop to become healthy, or for the trouble to show.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(200);
/// Of the keys, in percent, so many go at once; the others follow one by one.
const AT_ONCE: u32 = 65;
/// The others are gone after this long, in milliseconds.
const FOLLOW_MS: u32 = 45_000;

/// How to run a drill.
#[derive(Clone, Debug)]
pub struct Options {
    /// The load ends by itself after this long, whatever happens.
    pub limit: Duration,
    /// Lifetime of a cached page.
    pub ttl: Duration,
    /// The same seed gives the same users, lifetimes and trouble.
    pub seed: u64,
    /// Whether the application has a breaker, and obeys it.
    pub breaker: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limit: Duration::from_secs(120),
            ttl: Duration::from_secs(TTL_SECONDS.into()),
            seed: 1,
            breaker: true,
        }
    }
}

/// A drill in progress; dropping it ends the load and the servers.
pub struct Drill {
    scenario: &'static Scenario,
    seed: u64,
    // In this order: the load ends before its servers do.
    load: Load,
    endpoint: Endpoint,
    shop: Arc<Shop>,
    world: World,
}

impl Drill {
    /// Starts the servers, fills them and starts the load. Errors: a server is not installed or does not start.
    pub async fn start(
        scenario: &'static Scenario,
        options: &Options,
        say: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> Result<Self, Failure> {
        say("starting Redis, MariaDB and PostgreSQL");
        let ttl = u32::try_from(options.ttl.as_secs()).unwrap_or(TTL_SECONDS).max(1);
        let world = World::start(ttl, options.seed, options.breaker).await?;
        let shop = Arc::new(Shop {
            cache: world.app_cache().await?,
            mysql: world.mysql_pool(),
            postgres: world.postgres_pool(),
            hot_share: scenario.hot_share,
            counters: Counters::default(),
            gauge: Gauge::new(),
            has_breaker: options.breaker,
            next: AtomicUsize::new(0),
            ttl,
            broken: AtomicBool::new(false),
            let_in: AtomicU32::new(100),
        });
        let endpoint = Endpoint::start(shop.clone()).await;
        let endpoint = endpoint.context("cannot serve the application")?;
        say(&format!("starting the application: {} requests/s", load::REQUESTS_PER_SECOND));
        let load = load::start(shop.clone(), options.limit, options.seed);
        Ok(Self { scenario, seed: options.seed, load, endpoint, shop, world })
    }

    /// The settings with which `detect` measures the drill: targets `redis`, `mysql` and `postgres`.
    pub fn settings(&self) -> Settings {
        self.world.settings()
    }

    /// Leaves a `stampede.yaml` with which an operator acts on the drill, and a list of all keys beside it (`keys.txt`);
    /// gives their folder. Errors: it cannot be written.
    pub fn leave_configuration(&self) -> Result<PathBuf, Failure> {
        self.world.leave_configuration(&self.endpoint.template())
    }

    /// Waits until the shop has run well for some seconds. Errors: it does not, on this machine.
    pub async fn healthy(&self) -> Result<Truth, Failure> {
        clock::sleep(SETTLING).await;
        self.until("the application is not healthy", |truth| {
            truth.hit_ratio.is_some_and(|ratio| ratio > 0.97)
        })
        .await
    }

    /// Sets the trouble off and waits until the application itself sees it: most lookups miss, and the database has
    /// many statements running. Errors: the cache cannot be reached; nothing happens.
    pub async fn trigger(&self) -> Result<Truth, Failure> {
        self.set_off().await?;
        self.until("the trouble does not show", |truth| {
            truth.hit_ratio.is_some_and(|ratio| ratio < 0.55) && truth.mysql_running >= 30
        })
        .await
    }

    /// Sets the trouble off. Errors: the cache cannot be reached.
    pub async fn set_off(&self) -> Result<(), Failure> {
        let mut admin = self.world.admin_cache().await?;
        let mut pipe = redis::pipe();
        let mut random = fastrand::Rng::with_seed(self.seed);
        match self.scenario.trigger {
            Trigger::ExpireHottest => {
                pipe.cmd("PEXPIRE").arg(key(HOTTEST)).arg(1).ignore();
            }
            Trigger::ExpireMost => {
                for page in 1..=PAGES {
                    let at_once = random.u32(0..100) < AT_ONCE;
                    let left = if at_once { 1 } else { random.u32(1..FOLLOW_MS) };
                    pipe.cmd("PEXPIRE").arg(key(page)).arg(left).ignore();
                }
            }
        }
        let sent = pipe.query_async::<()>(&mut admin).await;
        Ok(sent.context("cannot expire the keys")?)
    }

    /// What is rehearsed.
    fn scenario(&self) -> &'static Scenario {
        self.scenario
    }

    /// A shell for whoever follows the page. Errors: it cannot be prepared.
    fn shell(&self) -> Result<Shell, Failure> {
        self.world.shell(&self.endpoint.host())
    }

    /// What is not as the drill began with it, of what can be switched: told by the servers themselves.
    async fn left_switched(&self) -> Vec<String> {
        self.world.left_switched().await
    }

    async fn until(&self, otherwise: &str, right: impl Fn(&Truth) -> bool) -> Result<Truth, Failure> {
        let deadline = clock::instant() + PATIENCE;
        loop {
            let truth = self.truth();
            if right(&truth) {
                return Ok(truth);
            }
            if clock::instant() > deadline {
                return Err(failure(format!("{otherwise} after {} s: {truth:?}", PATIENCE.as_secs())));
            }
            clock::sleep(POLL).await;
        }
    }

    /// What the application sees of itself.
    pub fn truth(&self) -> Truth {
        self.shop.truth()
    }

    /// What its users felt, second by second, since they began to come.
    pub fn seconds(&self) -> Vec<Second> {
        self.shop.gauge.seconds()
    }

    /// How long ago they began to come, in seconds.
    pub fn now(&self) -> f64 {
        self.shop.gauge.now()
    }

    /// Ends the load, then stops the servers and removes their data.
    pub async fn stop(self) {
        drop(self.load);
        drop(self.endpoint);
        drop(self.shop);
        self.world.stop().await;
    }
}

fn failure(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Failed, message)
}
