//! The one connection to a server: shared by all who ask and tell there, because a full server has no second seat (S3).
//! Everything goes in the simple protocol (a walsender's seat and pgbouncer take no other), never inside a transaction
//! that outlives one message.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use crate::clock;
use crate::config::PostgresTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::target::Dialling;
use crate::target::postgres::cell;
use crate::target::postgres::connect::{self, Seat};
use crate::target::postgres::error::translate;
use crate::target::postgres::statements;

/// Longest wait for a connection that was lost on the way.
const AGAIN: Duration = Duration::from_secs(12);
/// Longest wait for one answer, unless a measurement says less.
const REPLY: Duration = Duration::from_secs(5);

/// What is known of the connection that stands.
pub(super) struct Line {
    seat: Option<Seat>,
    reply: Duration,
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

/// A handle to it.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) target: Arc<PostgresTarget>,
    name: Arc<str>,
    line: Arc<Mutex<Line>>,
}

impl Shared {
    /// A line to `target` that does not stand yet; the server will call it `name` (S28).
    pub(super) fn new(target: &PostgresTarget, name: &str) -> Self {
        let line = Line {
            seat: None,
            reply: REPLY,
            id: None,
            counts_calls: false,
            version: String::new(),
            notes: Vec::new(),
            ours: 0.0,
            our_xacts: 0.0,
        };
        Self { target: Arc::new(target.clone()), name: name.into(), line: Arc::new(Mutex::new(line)) }
    }

    /// A line of its own to the same server.
    pub(super) fn another(&self) -> Self {
        Self::new(&self.target, &self.name)
    }

    /// Where it goes.
    pub(super) fn at(&self) -> String {
        self.target.address.to_string()
    }

    /// Connects unless it stands. Errors: all that a login can say.
    pub(super) async fn ready(&self, dialling: &Dialling) -> Result<(), TargetError> {
        let mut line = self.line.lock().await;
        line.reply = dialling.reply;
        self.stand(&mut line, dialling).await
    }

    async fn stand(&self, line: &mut Line, dialling: &Dialling) -> Result<(), TargetError> {
        if line.seat.is_some() {
            return Ok(());
        }
        let seat = connect::connect(&self.target, &self.name, dialling).await?;
        line.version.clone_from(&seat.version);
        line.notes.clone_from(&seat.notes);
        line.seat = Some(seat);
        let reply = line.reply;
        let sets = match self.send(line, &[statements::EXTENSIONS, statements::SYSTEM], reply).await {
            Err(error) if error.kind == TargetErrorKind::Permission => {
                self.send(line, &[statements::EXTENSIONS], reply).await?
            }
            answer => answer?,
        };
        let extensions = sets.first().and_then(|rows| rows.first());
        line.counts_calls =
            major(&line.version) >= 14 && extensions.and_then(|row| cell(row, "statements")) == Some("t");
        line.id = sets.get(1).and_then(|rows| cell(rows.first()?, "id")).map(str::to_owned);
        Ok(())
    }

    /// Gives the connection up.
    pub(super) async fn close(&self) {
        self.line.lock().await.seat = None;
    }

    /// What is known of the line.
    pub(super) async fn known<T>(&self, what: impl FnOnce(&mut Line) -> T) -> T {
        what(&mut *self.line.lock().await)
    }

    /// Sends all in one message and returns the rows of each; a connection that was lost before is opened again first.
    pub(super) async fn ask(&self, parts: &[&str]) -> Result<Vec<Vec<SimpleQueryRow>>, TargetError> {
        let mut line = self.line.lock().await;
        self.stand(&mut line, &silently()).await?;
        let reply = line.reply;
        self.send(&mut line, parts, reply).await
    }

    /// Tells, over the connection that stands and no other: what was lost with it is in doubt, and never repeated. A
    /// transaction that it had begun is over when this returns.
    pub(super) async fn tell(
        &self,
        statement: &str,
        patience: Duration,
    ) -> Result<Vec<Vec<SimpleQueryRow>>, TargetError> {
        let mut line = self.line.lock().await;
        let answer = self.send(&mut line, &[statement], patience).await;
        if answer.is_err() && line.seat.is_some() {
            // Whoever asks next must not find it: what cannot be ended is given up.
            if self.send(&mut line, &[statements::ROLLBACK], patience).await.is_err() {
                line.seat = None;
            }
        }
        answer
    }

    async fn send(
        &self,
        line: &mut Line,
        parts: &[&str],
        patience: Duration,
    ) -> Result<Vec<Vec<SimpleQueryRow>>, TargetError> {
        // Taken out until the answer is there: a seat that is dropped in between is given up, and its driver ended.
        let Some(mut seat) = line.seat.take() else {
            let message = format!("the connection to {} was lost", self.at());
            return Err(TargetError::new(TargetErrorKind::Unreachable, message));
        };
        line.ours += parts.len() as f64;
        line.our_xacts += 1.0;
        let message = parts.join(";");
        seat.asking = true;
        let answer = tokio::time::timeout(patience, seat.client.simple_query(&message)).await;
        let answer = answer.map_err(|_| {
            let waited = patience.as_secs_f64();
            let message = format!("{} did not answer within {waited:.1} s", self.at());
            TargetError::new(TargetErrorKind::Timeout, message)
        })?;
        seat.asking = false;
        if !seat.client.is_closed() {
            line.seat = Some(seat);
        }
        let answer = answer.map_err(|error| translate(&error, &self.at()))?;
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
    Dialling { connect_by: clock::instant() + AGAIN, reply: REPLY, say: Arc::new(|_| {}) }
}
