//! The one connection to a server: shared by all who ask and tell there, because a full server has no second seat (S3).
//! Everything goes in the simple protocol (a walsender's seat and pgbouncer take no other), never inside a transaction
//! that outlives one message.

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use crate::clock;
use crate::config::PostgresTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::postgres::cell;
use crate::system::postgres::connect::{self, Connection};
use crate::system::postgres::error::translate;
use crate::system::postgres::statements;
use crate::system::shared::Shared;
use crate::system::{Dialling, lost, no_answer};

/// Longest wait for a connection that was lost on the way.
const AGAIN: Duration = Duration::from_secs(12);
/// Longest wait for one answer, unless a measurement says less.
const REPLY: Duration = Duration::from_secs(5);
/// Longest wait for the server itself, which ends our statements after 5 s.
const LONGEST: Duration = Duration::from_secs(6);

/// The connection, and what is known of it.
pub(super) struct Line {
    target: Arc<PostgresTarget>,
    name: Arc<str>,
    connection: Option<Connection>,
    /// The system identifier, where it may be seen.
    pub(super) id: Option<String>,
    /// Whether `pg_stat_statements` can be read.
    pub(super) counts_calls: bool,
    /// The version in the server's greeting.
    pub(super) version: String,
    /// How the seat was won when that was not the ordinary way, and what stands in between.
    pub(super) notes: Vec<String>,
    /// Statements of our own, on all connections so far.
    pub(super) ours: f64,
    /// Transactions (messages) of our own.
    pub(super) our_xacts: f64,
}

/// A handle to it, with a patience of its own.
#[derive(Clone)]
pub(super) struct Handle {
    pub(super) target: Arc<PostgresTarget>,
    name: Arc<str>,
    reply: Duration,
    line: Shared<Line>,
}

/// The rows of each statement of a message.
type Sets = Vec<Vec<SimpleQueryRow>>;

impl Handle {
    /// A line to `target` that does not stand yet; the server will call it `name` (S28).
    pub(super) fn new(target: &PostgresTarget, name: &str) -> Self {
        let (target, name) = (Arc::new(target.clone()), Arc::<str>::from(name));
        let line = Line {
            target: target.clone(),
            name: name.clone(),
            connection: None,
            id: None,
            counts_calls: false,
            version: String::new(),
            notes: Vec::new(),
            ours: 0.0,
            our_xacts: 0.0,
        };
        Self { target, name, reply: REPLY, line: Shared::new(line) }
    }

    /// A line of its own to the same server.
    pub(super) fn another(&self) -> Self {
        Self::new(&self.target, &self.name)
    }

    /// Where it goes, and what the server calls it: for another one beside it.
    pub(super) fn called(&self) -> (&PostgresTarget, &str) {
        (&self.target, &self.name)
    }

    /// Where it goes.
    pub(super) fn at(&self) -> String {
        self.target.address.to_string()
    }

    /// Connects unless it stands. Errors: all that a login can say.
    pub(super) async fn ready(&mut self, dialling: &Dialling) -> Result<(), TargetError> {
        self.reply = dialling.reply;
        let dialling = dialling.clone();
        let patience = dialling.connect_by.saturating_duration_since(clock::instant()) + REPLY;
        let ready =
            self.line.with(patience, move |line| Box::pin(async move { line.stand(&dialling).await }));
        ready.await.unwrap_or_else(|| Err(no_answer(&self.at(), patience)))
    }

    /// Gives the connection up.
    pub(super) async fn close(&self) {
        self.known(|line| line.connection = None).await;
    }

    /// What is known of the line.
    pub(super) async fn known<T>(&self, what: impl FnOnce(&mut Line) -> T) -> T {
        self.line.known(what).await
    }

    /// Sends all in one message and returns the rows of each; a connection that was lost before is opened again first.
    /// The server itself ends our statements: whoever has less patience than that goes without the answer, and the
    /// connection stays.
    pub(super) async fn query(&self, parts: &[&str]) -> Result<Sets, TargetError> {
        let (message, count) = (parts.join(";"), parts.len());
        let answer = self.line.with(self.reply, move |line| {
            Box::pin(async move {
                line.stand(&silently()).await?;
                line.send(&message, count, LONGEST).await
            })
        });
        answer.await.unwrap_or_else(|| Err(no_answer(&self.at(), self.reply)))
    }

    /// Tells, over the connection that stands and no other: what was lost with it is in doubt, and never repeated. A
    /// transaction that it had begun is over when this returns.
    pub(super) async fn write(&self, statement: &str, patience: Duration) -> Result<Sets, TargetError> {
        let statement = statement.to_owned();
        let answer = self.line.with(patience * 2 + REPLY, move |line| {
            Box::pin(async move {
                let answer = line.send(&statement, 1, patience).await;
                if answer.is_err() && line.connection.is_some() {
                    // Whoever asks next must not find it: what cannot be ended is given up.
                    if line.send(statements::ROLLBACK, 1, patience).await.is_err() {
                        line.connection = None;
                    }
                }
                answer
            })
        });
        answer.await.unwrap_or_else(|| Err(no_answer(&self.at(), patience)))
    }
}

impl Line {
    async fn stand(&mut self, dialling: &Dialling) -> Result<(), TargetError> {
        if self.connection.is_some() {
            return Ok(());
        }
        let connection = connect::connect(&self.target, &self.name, dialling).await?;
        self.version.clone_from(&connection.version);
        self.notes.clone_from(&connection.notes);
        self.connection = Some(connection);
        let both = [statements::EXTENSIONS, statements::SYSTEM].join(";");
        let sets = match self.send(&both, 2, dialling.reply).await {
            Err(error) if error.kind == TargetErrorKind::Permission => {
                self.send(statements::EXTENSIONS, 1, dialling.reply).await?
            }
            answer => answer?,
        };
        let extensions = sets.first().and_then(|rows| rows.first());
        self.counts_calls =
            major(&self.version) >= 14 && extensions.and_then(|row| cell(row, "statements")) == Some("t");
        self.id = sets.get(1).and_then(|rows| cell(rows.first()?, "id")).map(str::to_owned);
        Ok(())
    }

    /// Sends a message of so many statements.
    async fn send(&mut self, message: &str, count: usize, patience: Duration) -> Result<Sets, TargetError> {
        let at = self.target.address.to_string();
        // Taken out until the answer is there: a seat that did not answer in time is given up, and its driver ended.
        let Some(mut connection) = self.connection.take() else { return Err(lost(&at)) };
        self.ours += count as f64;
        self.our_xacts += 1.0;
        connection.asking = true;
        let answer = tokio::time::timeout(patience, connection.client.simple_query(message)).await;
        let answer = answer.map_err(|_| no_answer(&at, patience))?;
        connection.asking = false;
        if !connection.client.is_closed() {
            self.connection = Some(connection);
        }
        let answer = answer.map_err(|error| translate(error, &at))?;
        let mut sets = vec![Vec::new()];
        for part in answer {
            match part {
                SimpleQueryMessage::Row(row) => {
                    if let Some(rows) = sets.last_mut() {
                        rows.push(row);
                    }
                }
                SimpleQueryMessage::CommandComplete(_) => sets.push(Vec::new()),
                _ => {}
            }
        }
        Ok(sets)
    }
}

/// The first number of a version.
pub(super) fn major(version: &str) -> u32 {
    version.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Limits of a connection that is opened again without a word.
fn silently() -> Dialling {
    Dialling::silent(AGAIN, REPLY)
}
