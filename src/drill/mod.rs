//! Rehearsal: a real stampede on real servers.
//!
//! A drill starts Redis, MariaDB and PostgreSQL in a [`crate::lab`], fills them, and puts a small cache-aside shop
//! under a constant load on top. `healthy`, then `trigger`: what `detect` measures in between is as real as it gets
//! on one machine. Only the cost of a query is made up: it is slept in the database.

mod arm;
mod backstage;
mod endpoint;
mod fleet;
mod gauge;
mod operator;
mod page;
mod practice;
mod record;
pub mod scenario;
mod surprise;
mod trouble;
mod truth;
mod world;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use crate::drill::arm::play;
pub use crate::drill::page::{Line, PHASES};
pub use crate::drill::practice::{Live, Over, Practice};
pub use crate::drill::scenario::by_name;
pub use crate::drill::scenario::spec::Scenario;
pub use crate::drill::truth::{Punctuality, Tally, Truth};

use anyhow::Context as _;
use tokio::task::JoinHandle;

use crate::clock;
use crate::config::Settings;
use crate::diagnosis::Pattern;
use crate::drill::endpoint::Endpoint;
use crate::drill::fleet::Fleet;
use crate::drill::fleet::app::App;
use crate::drill::fleet::catalogue::Catalogue;
use crate::drill::fleet::refresh::refresh;
use crate::drill::fleet::users::Users;
use crate::drill::page::Shell;
use crate::drill::scenario::spec::What;
use crate::drill::trouble::{Curtain, Stage};
use crate::drill::world::World;
use crate::error::{Failure, FailureKind};
use crate::felt::{Second, Switched};

/// So long the application runs undisturbed before it counts as healthy: a baseline needs some seconds of it.
const SETTLING: Duration = Duration::from_secs(8);
/// Longest wait for the application to become healthy, or for the trouble to show.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(200);

/// How to run a drill.
#[derive(Clone, Debug)]
pub struct Options {
    /// The load ends by itself after this long, whatever happens.
    pub limit: Duration,
    /// Lifetime of a cached page; none: the scenario's.
    pub ttl: Option<Duration>,
    /// The same seed gives the same users, lifetimes and trouble.
    pub seed: u64,
    /// Whether the application has its breaker, where the scenario's has one.
    pub breaker: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { limit: Duration::from_secs(120), ttl: None, seed: 1, breaker: true }
    }
}

/// A drill in progress; dropping it ends the load and the servers.
pub struct Drill {
    scenario: Arc<Scenario>,
    // In this order: the load ends before its servers do.
    tasks: Tasks,
    stage: Curtain,
    users: Arc<Users>,
    endpoint: Endpoint,
    fleet: Arc<Fleet>,
    world: World,
}

/// Ends with its owner.
struct Tasks(Vec<JoinHandle<()>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

impl Drill {
    /// Starts the servers, fills them and starts the load. Errors: a server is not installed or does not start.
    pub async fn start(
        scenario: Arc<Scenario>,
        options: &Options,
        say: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> Result<Self, Failure> {
        say("starting Redis, MariaDB and PostgreSQL");
        let mut scenario = Arc::unwrap_or_clone(scenario);
        scenario.pages.ttl = options.ttl.unwrap_or(scenario.pages.ttl);
        scenario.application.breaker &= options.breaker;
        let scenario = Arc::new(scenario);
        let world = World::start(scenario.clone(), options.seed).await?;
        let catalogue = Catalogue::new(scenario.pages.clone(), scenario.cost);
        let app = Arc::new(App::new(scenario.application.clone(), catalogue, scenario.pages.ttl));
        let fleet = Fleet::start(app, world.home(), world.mysql(), world.postgres()).await;
        let fleet = fleet.context("the drill's application cannot reach its cache")?;
        fleet.remember(&scenario, options.seed);
        let endpoint = Endpoint::start(fleet.clone()).await.context("cannot serve the application")?;
        let users = Users::new(fleet.clone(), scenario.clone());
        let backstage = world.backstage().clone();
        let stage = Stage::new(fleet.clone(), users.clone(), backstage, options.seed).await?;
        let stage = Curtain(stage);
        say(&format!("starting the application: {} requests/s", scenario.users.rate));
        let mut tasks = Tasks(Vec::new());
        let (keeping, minding) = (fleet.clone(), fleet.clone());
        tasks.0.push(tokio::spawn(async move { keeping.keep_connections().await }));
        tasks.0.push(tokio::spawn(async move { minding.mind_switches().await }));
        if let Some(ahead) = scenario.application.refresh_ahead {
            tasks.0.push(tokio::spawn(refresh(fleet.clone(), ahead)));
        }
        tasks.0.push(tokio::spawn(users.clone().come(options.limit, options.seed)));
        Ok(Self { scenario, tasks, stage, users, endpoint, fleet, world })
    }

    /// The settings with which `detect` measures the drill: targets `redis`, `mysql` and `postgres`.
    pub fn settings(&self) -> Settings {
        self.world.settings()
    }

    /// Where the application serves the page of a key, with `{key}` in its place.
    pub fn pages(&self) -> String {
        self.endpoint.pages()
    }

    /// Leaves a `stampede.yaml` with which an operator acts on the drill, and a list of all keys beside it (`keys.txt`);
    /// gives their folder. Errors: it cannot be written.
    pub fn leave_configuration(&self) -> Result<PathBuf, Failure> {
        self.world.leave_configuration(&self.endpoint.template(), &self.fleet.app.lock_dialect())
    }

    /// Waits until the application has run well for some seconds. Errors: it does not, on this machine.
    pub async fn healthy(&self) -> Result<Truth, Failure> {
        clock::sleep(SETTLING).await;
        let most = self.most_running();
        self.until("the application is not healthy", |truth| {
            truth.failures < 0.01 * truth.requests && truth.mysql_running + truth.postgres_running < most / 4
        })
        .await
    }

    /// Sets the trouble off and waits until the application itself sees it. Errors: the cache cannot be reached; nothing
    /// happens.
    pub async fn trigger(&self) -> Result<Truth, Failure> {
        let before = self.truth();
        self.set_off().await?;
        let most = self.most_running();
        self.until("the trouble does not show", |truth| match self.scenario.pattern {
            // Many lookups miss, and a database is as busy as the application can make it.
            Pattern::ClassicExpiry | Pattern::HotKey => {
                truth.hit_ratio.is_some_and(|ratio| ratio < 0.7)
                    && truth.mysql_running.max(truth.postgres_running) >= most * 3 / 8
            }
            _ => truth.differs(&before, most),
        })
        .await
    }

    /// Statements that the application may have running at a time.
    fn most_running(&self) -> usize {
        2 * self.scenario.application.servers * self.scenario.application.database_pool
    }

    /// Sets the trouble off. Errors: the cache cannot be reached.
    pub async fn set_off(&self) -> Result<(), Failure> {
        self.stage.0.play(&self.scenario.trouble).await
    }

    /// Makes one more thing happen, now. Errors: the server that it happens to does not answer, or refuses.
    pub async fn happen(&self, what: &What) -> Result<(), Failure> {
        self.stage.0.happen(what).await
    }

    /// Errors: something of the trouble could not be made to happen, or to end.
    pub fn as_it_should(&self) -> Result<(), Failure> {
        match self.stage.0.failed() {
            Some(words) => Err(failure(format!("the trouble was not as it should be: {words}"))),
            None => Ok(()),
        }
    }

    /// What is rehearsed.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// A shell for whoever follows the page. Errors: it cannot be prepared.
    fn shell(&self) -> Result<Shell, Failure> {
        self.world.shell(&self.endpoint.host())
    }

    /// What is not as the drill began with it, of what can be switched: told by the servers themselves.
    async fn left_switched(&self) -> Vec<Switched> {
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
        self.fleet.truth()
    }

    /// What the application has counted since its users began to come.
    pub fn tally(&self) -> Tally {
        self.fleet.tally()
    }

    /// How punctually its users came.
    pub fn punctuality(&self) -> Punctuality {
        self.users.punctuality()
    }

    /// What its users felt, second by second, since they began to come.
    pub fn seconds(&self) -> Vec<Second> {
        self.fleet.gauge.seconds()
    }

    /// What they have felt since a moment, in seconds since they began to come; times count from there.
    fn seconds_since(&self, onset: f64) -> Vec<Second> {
        let since = |mut second: Second| {
            second.at -= onset;
            second
        };
        self.seconds().into_iter().map(since).filter(|second| second.at > -1.0).collect()
    }

    /// How long ago they began to come, in seconds.
    pub fn now(&self) -> f64 {
        self.fleet.gauge.now()
    }

    /// Ends the load, then stops the servers and removes their data.
    pub async fn stop(self) {
        drop(self.tasks);
        drop(self.stage);
        drop(self.endpoint);
        self.world.stop().await;
    }
}

fn failure(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Failed, message)
}
