//! The one connection to a server: shared by all who read and write there, because a full server has no second connection (S3).
//! Everything goes in the simple protocol (a walsender's connection and pgbouncer take no other), never inside a transaction
//! that outlives one message.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use crate::config::PostgresTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::postgres::connect::{Caller, Connection, connect};
use crate::system::postgres::error::translate;
use crate::system::postgres::{Reader, cell, query};
use crate::system::shared::{self, Line as _, Opened, REPLY};
use crate::system::{Dialling, lost, no_answer};

/// Longest wait for a connection that was lost on the way.
const AGAIN: Duration = Duration::from_secs(12);
/// Longest wait for the server itself, which ends our statements after 5 s.
const LONGEST: Duration = Duration::from_secs(6);

/// The connection, and what is known of it.
pub struct Line {
    target: Arc<PostgresTarget>,
    name: Arc<str>,
    connection: Option<Connection>,
    opened: Option<Opened>,
    /// The system identifier, where it may be seen.
    pub(super) id: Option<String>,
    /// Whether `pg_stat_statements` can be read.
    pub(super) counts_calls: bool,
    /// The version in the server's greeting.
    pub(super) version: String,
    /// How the connection was won when that was not the ordinary way, and what stands in between.
    pub(super) notes: Vec<String>,
    /// Statements of our own, on all connections so far.
    pub(super) ours: f64,
    /// Transactions (messages) of our own.
    pub(super) our_xacts: f64,
}

/// The rows of each statement of a message.
type Sets = Vec<Vec<SimpleQueryRow>>;

impl shared::Line for Line {
    type Target = PostgresTarget;

    fn new(target: Arc<PostgresTarget>, name: Arc<str>) -> Self {
        Self {
            target,
            name,
            connection: None,
            opened: None,
            id: None,
            counts_calls: false,
            version: String::new(),
            notes: Vec::new(),
            ours: 0.0,
            our_xacts: 0.0,
        }
    }

    fn address(target: &PostgresTarget) -> impl Display {
        &target.address
    }

    async fn stand(&mut self, dialling: &Dialling) -> Result<(), TargetError> {
        if self.connection.is_some() {
            return Ok(());
        }
        let caller = Caller { target: &self.target, name: &self.name, dialling };
        let connection = connect(&caller).await?;
        self.version.clone_from(&connection.version);
        self.notes.clone_from(&connection.notes);
        self.connection = Some(connection);
        self.opened = Some(Opened::now());
        let both = [query::EXTENSIONS, query::SYSTEM].join(";");
        let sets = match self.send(&both, 2, dialling.reply).await {
            Err(error) if error.kind == TargetErrorKind::Permission => {
                self.send(query::EXTENSIONS, 1, dialling.reply).await?
            }
            answer => answer?,
        };
        let extensions = sets.first().and_then(|rows| rows.first());
        self.counts_calls =
            major(&self.version) >= 14 && extensions.and_then(|row| cell(row, "statements")) == Some("t");
        self.id = sets.get(1).and_then(|rows| cell(rows.first()?, "id")).map(str::to_owned);
        Ok(())
    }

    fn close(&mut self) {
        self.connection = None;
    }

    fn opened(&self) -> Option<Opened> {
        self.connection.as_ref().and(self.opened)
    }
}

impl Reader {
    /// Sends all in one message and returns the rows of each; a connection that was lost before is opened again first.
    /// The server itself ends our statements: whoever has less patience than that goes without the answer, and the
    /// connection stays.
    pub(super) async fn query(&self, parts: &[&str]) -> Result<Sets, TargetError> {
        let (message, count) = (parts.join(";"), parts.len());
        let answer = self.with(self.reply, Duration::ZERO, move |line| {
            Box::pin(async move {
                line.stand(&Dialling::silent(AGAIN, REPLY)).await?;
                match line.send(&message, count, LONGEST).await {
                    // A question that was lost is asked once more: asking changes nothing.
                    Err(error) if error.kind == TargetErrorKind::Unreachable => {
                        line.stand(&Dialling::silent(AGAIN, REPLY)).await?;
                        line.send(&message, count, LONGEST).await
                    }
                    answer => answer,
                }
            })
        });
        answer.await
    }

    /// Tells, over the connection that stands and no other: what was lost with it is in doubt, and never repeated. A
    /// transaction that it had begun is over when this returns.
    pub(super) async fn write(&self, statement: &str, patience: Duration) -> Result<Sets, TargetError> {
        let statement = statement.to_owned();
        let answer = self.with(patience, patience + REPLY, move |line| {
            Box::pin(async move {
                let answer = line.send(&statement, 1, patience).await;
                if answer.is_err() && line.connection.is_some() {
                    // Whoever asks next must not find it: what cannot be ended is given up.
                    if line.send(query::ROLLBACK, 1, patience).await.is_err() {
                        line.connection = None;
                    }
                }
                answer
            })
        });
        answer.await
    }
}

impl Line {
    /// Sends a message of so many statements.
    async fn send(&mut self, message: &str, count: usize, patience: Duration) -> Result<Sets, TargetError> {
        let at = self.target.address.to_string();
        // Taken out until the answer is there: a connection that did not answer in time is given up, and its driver ended.
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
