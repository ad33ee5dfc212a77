//! PostgreSQL: all that it can be asked, over one kept connection, in the simple protocol (a walsender's seat and
//! pgbouncer take no other) and never inside a transaction that outlives one message.

mod bypass;
mod connect;
mod error;
mod facts;
mod statements;

use std::time::{Duration, Instant};

use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use crate::clock;
use crate::config::{Address, PostgresTarget};
use crate::error::{TargetError, TargetErrorKind};
use crate::sql::Running;
use crate::target::postgres::error::translate;
use crate::target::{Dialling, Identity};

pub use crate::target::postgres::facts::{Calls, Counters, Facts};

/// Everything of one moment, from one round trip.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When it was read, between question and answer.
    pub at: Instant,
    /// Settings, role, seats.
    pub facts: Facts,
    /// Transactions.
    pub counters: Counters,
    /// Statements, where `pg_stat_statements` counts them; our own up to then are in `ours`.
    pub calls: Option<Calls>,
    /// The statements that clients are running; meaningless unless `facts.sees_all`.
    pub running: Vec<Running>,
    /// Statements of our own before this snapshot.
    pub ours: f64,
    /// Transactions (messages) of our own before this snapshot.
    pub our_xacts: f64,
}

/// One connection that only reads.
pub struct Reader {
    seat: connect::Seat,
    address: Address,
    reply: Duration,
    id: Option<String>,
    counts_calls: bool,
    /// A question was sent and its answer has not come.
    asking: bool,
    ours: f64,
    our_xacts: f64,
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Without a question under way the driver says goodbye by itself; with one it would wait for the answer, and
        // hold a seat of a server that hangs.
        if self.asking {
            self.seat.driver.abort();
        }
    }
}

impl Reader {
    /// Connects, by the other ways in when the server is full. Errors: all that a login can say.
    pub async fn connect(target: &PostgresTarget, dialling: &Dialling) -> Result<Self, TargetError> {
        let seat = connect::connect(target, dialling).await?;
        let mut reader = Self {
            seat,
            address: target.address.clone(),
            reply: dialling.reply,
            id: None,
            counts_calls: false,
            asking: false,
            ours: 0.0,
            our_xacts: 0.0,
        };
        let sets = match reader.ask(&[statements::EXTENSIONS, statements::SYSTEM]).await {
            Err(error) if error.kind == TargetErrorKind::Permission => {
                reader.ask(&[statements::EXTENSIONS]).await?
            }
            answer => answer?,
        };
        let extensions = sets.first().and_then(|rows| rows.first());
        reader.counts_calls =
            reader.major() >= 14 && extensions.and_then(|row| cell(row, "statements")) == Some("t");
        reader.id = sets.get(1).and_then(|rows| cell(rows.first()?, "id")).map(str::to_owned);
        Ok(reader)
    }

    /// How the seat was won when that was not the ordinary way, and what stands in between.
    pub fn notes(&self) -> &[String] {
        &self.seat.notes
    }

    /// Whether `pg_stat_statements` can be read.
    pub fn counts_calls(&self) -> bool {
        self.counts_calls
    }

    fn major(&self) -> u32 {
        self.seat
            .version
            .split(|c: char| !c.is_ascii_digit())
            .next()
            .and_then(|n| n.parse().ok())
            .unwrap_or(0)
    }

    fn running_statement(&self) -> &'static str {
        if self.major() >= 14 { statements::RUNNING } else { statements::RUNNING_13 }
    }

    /// Sends all in one message and returns the rows of each.
    async fn ask(&mut self, parts: &[&'static str]) -> Result<Vec<Vec<SimpleQueryRow>>, TargetError> {
        self.ours += parts.len() as f64;
        self.our_xacts += 1.0;
        let message = parts.join(";");
        let at = self.address.to_string();
        self.asking = true;
        let answer = tokio::time::timeout(self.reply, self.seat.client.simple_query(&message)).await;
        let answer = answer.map_err(|_| {
            let waited = self.reply.as_secs_f64();
            TargetError::new(TargetErrorKind::Timeout, format!("{at} did not answer within {waited:.1} s"))
        })?;
        self.asking = false;
        let answer = answer.map_err(|error| translate(&error, &at))?;
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

    /// Reads everything in one round trip.
    pub async fn snapshot(&mut self) -> Result<Snapshot, TargetError> {
        let mut parts = vec![statements::FACTS, statements::COUNTERS, self.running_statement()];
        if self.counts_calls {
            parts.push(statements::CALLS);
        }
        let (ours, our_xacts) = (self.ours, self.our_xacts);
        let asked = clock::instant();
        let sets = self.ask(&parts).await?;
        let at = asked + asked.elapsed() / 2;
        let row = |set: usize| sets.get(set).and_then(|rows| rows.first());
        let (Some(facts), Some(counters)) = (row(0), row(1)) else {
            return Err(error::foreign(&self.address.to_string()));
        };
        Ok(Snapshot {
            at,
            facts: Facts::read(facts),
            counters: Counters::read(counters),
            calls: row(3).and_then(Calls::read),
            running: sets[2].iter().map(facts::statement).collect(),
            ours,
            our_xacts,
        })
    }

    /// The statements that clients are running.
    pub async fn running(&mut self) -> Result<Vec<Running>, TargetError> {
        let sets = self.ask(&[self.running_statement()]).await?;
        Ok(sets[0].iter().map(facts::statement).collect())
    }

    /// What the server proves it is.
    pub fn identity(&self, facts: &Facts) -> Identity {
        facts::identity(facts, self.id.as_deref(), &self.seat.version, &self.address)
    }
}

/// A cell by name; none when NULL or absent.
fn cell<'a>(row: &'a SimpleQueryRow, name: &str) -> Option<&'a str> {
    row.try_get(name).ok().flatten()
}
