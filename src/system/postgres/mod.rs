//! PostgreSQL: all that it can be asked, over one kept connection, in the simple protocol (a walsender's connection and
//! pgbouncer take no other) and never inside a transaction that outlives one message.

mod acting;
mod bypass;
mod connect;
mod error;
mod facts;
mod limits;
mod line;
mod locks;
mod query;
mod quote;
mod read_only;
mod replicas;
mod rights;
mod select;
mod sessions;
mod standing;
mod write;
mod writer;

use std::time::Instant;

use tokio_postgres::SimpleQueryRow;

use crate::clock;
use crate::error::TargetError;
use crate::sql::Running;
use crate::system::postgres::line::{Line, major};
use crate::system::postgres::locks::Waiting;
use crate::system::{Identity, shared};

pub(super) use crate::system::postgres::connect::{Caller, Connection, console};
pub(super) use crate::system::postgres::error::translate;

pub use crate::system::postgres::facts::{Calls, Counters, Facts};
pub use crate::system::postgres::limits::Limited;
pub use crate::system::postgres::quote::ident;
pub use crate::system::postgres::read_only::{Crowd, Filed, NewDefault, Open, Override, is_on};
pub use crate::system::postgres::rights::Rights;
pub use crate::system::postgres::sessions::Signal;
pub use crate::system::postgres::standing::{
    Bar, Full, Kept, OwnDefault, Shut, Slot, Standing, Subscription,
};
pub use crate::system::postgres::write::{Holder, Scope, TOLD, Write};
pub use crate::system::postgres::writer::Writer;

/// Everything of one moment, from one round trip.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When it was read, between question and answer.
    pub at: Instant,
    /// Settings, role, slots.
    pub facts: Facts,
    /// Transactions.
    pub counters: Counters,
    /// Statements, where `pg_stat_statements` counts them; our own up to then are in `ours`.
    pub calls: Option<Calls>,
    /// Who waits; none where that is no number. Meaningless unless `facts.sees_all`.
    waiting: Option<Waiting>,
    /// The statements that clients are running; meaningless unless `facts.sees_all`.
    pub running: Vec<Running>,
    /// Statements of our own before this snapshot.
    pub ours: f64,
    /// Transactions (messages) of our own before this snapshot.
    pub our_xacts: f64,
}

/// Asks one server.
pub type Reader = shared::Reader<Line>;

impl Reader {
    /// How the connection was won when that was not the ordinary way, and what stands in between.
    pub async fn notes(&self) -> Vec<String> {
        self.known(|line| line.notes.clone()).await
    }

    /// Has the server count by now what we did ourselves (PostgreSQL 15), or our own questions would look like somebody's
    /// traffic: for one of two snapshots that are compared. A server that refuses counts it up to a second later.
    pub async fn publish(&self) {
        if self.known(|line| major(&line.version) >= 15).await {
            _ = self.query(&[query::PUBLISH]).await;
        }
    }

    /// Reads everything in one round trip.
    pub async fn snapshot(&self) -> Result<Snapshot, TargetError> {
        let (ours, our_xacts, counts_calls, running) =
            self.known(|line| (line.ours, line.our_xacts, line.counts_calls, running(&line.version))).await;
        let moment = query::moment(counts_calls);
        let asked = clock::instant();
        let sets = self.query(&[&moment, running]).await?;
        let at = asked + asked.elapsed() / 2;
        let Some(row) = sets.first().and_then(|rows| rows.first()) else {
            return Err(error::foreign(&self.node()));
        };
        Ok(Snapshot {
            at,
            facts: Facts::read(row),
            counters: Counters::read(row),
            calls: Calls::read(row),
            waiting: Waiting::read(row),
            running: sets.get(1).into_iter().flatten().map(facts::statement).collect(),
            ours,
            our_xacts,
        })
    }

    /// The statements that clients are running.
    pub async fn running(&self) -> Result<Vec<Running>, TargetError> {
        let statement = self.known(|line| running(&line.version)).await;
        let sets = self.query(&[statement]).await?;
        Ok(sets[0].iter().map(facts::statement).collect())
    }

    /// What the server proves it is.
    pub async fn identity(&self, facts: &Facts) -> Identity {
        let (id, version) = self.known(|line| (line.id.clone(), line.version.clone())).await;
        facts::identity(facts, id.as_deref(), &version, &self.target.address)
    }
}

fn running(version: &str) -> &'static str {
    if major(version) >= 14 { query::RUNNING } else { query::RUNNING_13 }
}

/// A cell by name; none when NULL or absent.
pub(super) fn cell<'a>(row: &'a SimpleQueryRow, name: &str) -> Option<&'a str> {
    row.try_get(name).ok().flatten()
}
