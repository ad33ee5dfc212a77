//! PgBouncer, by its admin console: the pools, and the pause. One command a message, in the simple protocol, because the
//! console takes no other.

mod connect;
mod error;
mod facts;
mod query;
mod write;
mod writer;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::SimpleQueryRow;

use crate::clock;
use crate::config::{Address, PostgresTarget};
use crate::error::{TargetError, TargetErrorKind};
use crate::proof::Lasts;
use crate::system::pgbouncer::connect::Console;
use crate::system::postgres::{Caller, cell};
use crate::system::shared::{self, Line as _, Opened, REPLY};
use crate::system::{Dialling, Identity, others};

pub use crate::system::pgbouncer::error::ADMIN;
pub use crate::system::pgbouncer::facts::{Database, Pool, Setup};
pub use crate::system::pgbouncer::query::Show;
pub use crate::system::pgbouncer::write::{TOLD, Write};
pub use crate::system::pgbouncer::writer::Writer;

/// The database that is the console itself.
pub const CONSOLE: &str = "pgbouncer";

/// Longest wait for a connection that was lost on the way.
const AGAIN: Duration = Duration::from_secs(5);
/// Longest wait for a connection of ours that is to be gone.
const SETTLES: Duration = Duration::from_secs(3);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Asks one PgBouncer.
pub type Reader = shared::Reader<Line>;

/// The connection that is kept, and the version in its greeting.
pub struct Line {
    target: Arc<PostgresTarget>,
    name: Arc<str>,
    console: Option<Console>,
    opened: Option<Opened>,
    version: String,
}

impl shared::Line for Line {
    type Target = PostgresTarget;

    fn new(target: Arc<PostgresTarget>, name: Arc<str>) -> Self {
        Self { target, name, console: None, opened: None, version: String::new() }
    }

    fn address(target: &PostgresTarget) -> impl Display {
        &target.address
    }

    async fn stand(&mut self, dialling: &Dialling) -> Result<(), TargetError> {
        if self.console.is_none() {
            let caller = Caller { target: &self.target, name: &self.name, dialling };
            let console = Console::open(&caller).await?;
            self.version = console.version().to_owned();
            self.console = Some(console);
            self.opened = Some(Opened::now());
        }
        Ok(())
    }

    fn close(&mut self) {
        self.console = None;
    }

    fn opened(&self) -> Option<Opened> {
        self.console.as_ref().and(self.opened)
    }
}

impl Line {
    /// Says one command; a connection that was lost before is opened again first, one that fails is given up.
    async fn say(&mut self, command: &str) -> Result<Vec<SimpleQueryRow>, TargetError> {
        self.stand(&Dialling::silent(AGAIN, REPLY)).await?;
        let Some(mut console) = self.console.take() else { return Ok(Vec::new()) };
        let answer = console.say(command, REPLY).await;
        if console.is_open() {
            self.console = Some(console);
        }
        answer
    }
}

impl Reader {
    /// Whether it is reached by a port, which several processes may share, and not by a socket of its own.
    pub fn by_port(&self) -> bool {
        matches!(self.target.address, Address::Tcp(..))
    }

    /// The account that we are there.
    pub fn user(&self) -> &str {
        &self.target.user
    }

    async fn query(&self, show: Show) -> Result<Vec<SimpleQueryRow>, TargetError> {
        self.said(show.to_string(), self.reply).await
    }

    async fn said(&self, command: String, patience: Duration) -> Result<Vec<SimpleQueryRow>, TargetError> {
        let said = self
            .with(patience, Duration::ZERO, move |line| Box::pin(async move { line.say(&command).await }));
        said.await
    }

    /// What it is. It has no number of its own: the id is its configuration file and its port (and `peer_id`, where it has
    /// one), which a restart does not change. Errors: it does not answer.
    pub async fn who(&self) -> Result<Identity, TargetError> {
        Ok(self.introduced().await?.0)
    }

    /// What it is, and how it is configured. Errors: it does not answer.
    pub async fn introduced(&self) -> Result<(Identity, Setup), TargetError> {
        let setup = self.setup().await?;
        let (id, version) = (setup.id.clone(), self.known(|line| line.version.clone()).await);
        let product = "PgBouncer".into();
        Ok((
            Identity {
                id,
                product,
                version,
                role: "pooler".into(),
                note: None,
                lasts: Lasts::InCopies(None, None),
            },
            setup,
        ))
    }

    /// How it is configured, as far as that matters here. Errors: it does not answer.
    pub async fn setup(&self) -> Result<Setup, TargetError> {
        Ok(Setup::read(&self.query(Show::Config).await?, self.user()))
    }

    /// The databases that it knows of, without the console itself; one that its entry `*` stands for is there once it was
    /// used. Errors: it does not answer.
    pub async fn databases(&self) -> Result<Vec<Database>, TargetError> {
        let rows = self.query(Show::Databases).await?;
        Ok(rows.iter().map(Database::read).filter(|database| database.name != CONSOLE).collect())
    }

    /// Its pools, without the console's own. Errors: it does not answer.
    pub async fn pools(&self) -> Result<Vec<Pool>, TargetError> {
        let rows = self.query(Show::Pools).await?;
        Ok(rows.iter().map(Pool::read).filter(|pool| pool.database != CONSOLE).collect())
    }

    /// The transactions of a database that this process has served; 0 where it has served none. Errors: it does not
    /// answer.
    pub async fn served(&self, database: &str) -> Result<u64, TargetError> {
        let rows = self.query(Show::Stats).await?;
        let own = rows.iter().find(|row| cell(row, "database") == Some(database));
        Ok(own.map_or(0, |row| facts::number(row, "total_xact_count")))
    }

    /// How many microseconds those transactions of each database took that have ended: it is counted at their end, while
    /// their number is counted when a client begins to wait for them. Errors: it does not answer.
    pub async fn ended(&self) -> Result<BTreeMap<String, u64>, TargetError> {
        let rows = self.query(Show::Stats).await?;
        let time =
            |row| Some((cell(row, "database")?.to_owned(), cell(row, "total_xact_time")?.parse().ok()?));
        Ok(rows.iter().filter_map(time).collect())
    }

    /// The names of other responders' connections, escaped. Before PgBouncer 1.18 it does not list them.
    pub async fn strangers(&self, ours: &str) -> Vec<String> {
        let Ok(rows) = self.query(Show::Clients).await else { return Vec::new() };
        others(rows.iter().filter_map(|row| cell(row, "application_name")), ours)
    }

    /// Whether a database is paused. That it is not is said only when no other connection of ours is there any more: what
    /// was said on one that was lost may still come (S26). Errors: it does not answer; another one stays.
    pub async fn is_paused(&self, database: &str) -> Result<bool, TargetError> {
        let until = clock::instant() + SETTLES;
        loop {
            // In this order: what has come by the time that the connection is gone shows afterwards.
            let alone = self.ours(&self.query(Show::Clients).await?).is_none_or(|ours| ours < 2);
            if self.shows_paused(database).await? {
                return Ok(true);
            }
            if alone {
                return Ok(false);
            }
            if clock::instant() >= until {
                let message = format!("a connection of ours to {} is not gone yet", self.node());
                return Err(TargetError::new(TargetErrorKind::Timeout, message)
                    .hint("what was said on it may still come: look again in a moment"));
            }
            clock::sleep(LOOK).await;
        }
    }

    async fn shows_paused(&self, database: &str) -> Result<bool, TargetError> {
        let databases = self.databases().await?;
        Ok(databases.iter().any(|known| known.name == database && known.paused))
    }

    /// How many of the console's clients are called as we are; none before 1.18, which does not say.
    fn ours(&self, clients: &[SimpleQueryRow]) -> Option<usize> {
        let consoles = clients.iter().filter(|row| cell(row, "database") == Some(CONSOLE));
        consoles.map(|row| Some(usize::from(cell(row, "application_name")? == &*self.name))).sum()
    }

    /// Opens another connection, and makes sure that it leads to the same process as ours: behind a balancer, what is said
    /// on one would not be seen on the other (S7). Errors: it does not; it cannot be opened.
    async fn another_console(&self) -> Result<Console, TargetError> {
        // Ours must stand, to be found.
        self.query(Show::Version).await?;
        let dialling = &Dialling::silent(AGAIN, REPLY);
        let caller = Caller { target: &self.target, name: &self.name, dialling };
        let mut console = Console::open(&caller).await?;
        let clients = console.say(&Show::Clients.to_string(), REPLY).await?;
        if self.ours(&clients).is_some_and(|ours| ours < 2) {
            return Err(error::two_processes(&self.node()));
        }
        Ok(console)
    }

    /// Whether two connections lead to the same process. Errors: as it says; they do not.
    pub async fn is_one_process(&self) -> Result<(), TargetError> {
        self.another_console().await.map(drop)
    }
}
