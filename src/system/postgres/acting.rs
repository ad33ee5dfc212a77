//! What actions ask of a PostgreSQL.

use std::time::Duration;

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::proof::{Lost, Seat};
use crate::system::postgres::{Facts, Reader, Write, cell, error, query};
use crate::system::{Dialling, Identity, others};

/// Longest wait for what is under way at the server: longer than our own `lock_timeout`.
const SETTLES: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(100);
/// Longest wait for a connection that was lost on the way.
const AGAIN: Duration = Duration::from_secs(10);

impl Reader {
    /// What the server proves it is now. Errors: it does not answer.
    pub async fn who(&self) -> Result<Identity, TargetError> {
        let sets = self.query(&[query::FACTS]).await?;
        let Some(row) = sets.first().and_then(|rows| rows.first()) else {
            return Err(error::foreign(&self.node()));
        };
        Ok(self.identity(&Facts::read(row)).await)
    }

    /// Waits until nobody alters anything any more in our words: a write that waits for a lock, or that was not begun yet, may
    /// come true after its connection was lost; its session is there until then. Errors: it goes on, so what is read
    /// now may not be what is there soon.
    pub async fn settles(&self) -> Result<(), TargetError> {
        let until = clock::instant() + SETTLES;
        loop {
            let sets = self.query(&[query::ALTERING]).await?;
            let none = |name: &str| sets.first().and_then(|rows| cell(rows.first()?, name)) == Some("0");
            let late = clock::instant() >= until;
            // A session of ours that only hangs about does nothing any more.
            if none("n") && (none("ours") || late) {
                return Ok(());
            }
            if late {
                let message = format!("somebody is altering something on {} at this moment", self.node());
                return Err(TargetError::new(TargetErrorKind::Timeout, message));
            }
            clock::sleep(LOOK).await;
        }
    }

    /// None: a server shows the names of connections.
    pub(in crate::system) async fn seats(&self) -> Vec<Seat> {
        Vec::new()
    }

    /// Ends all connections of these names but the one that asks, and waits until they have ended. Errors: something may still
    /// arrive.
    pub(in crate::system) async fn fence(&mut self, lost: Lost<'_>) -> Result<(), TargetError> {
        self.ready(&Dialling::silent(AGAIN, self.reply)).await?;
        let until = clock::instant() + SETTLES;
        let fence = Write::Fence(lost.names).to_string();
        loop {
            let sets = self.write(&fence, self.reply).await?;
            if sets.first().is_none_or(Vec::is_empty) {
                return Ok(());
            }
            if clock::instant() >= until {
                let message = format!("a connection of ours on {} does not end", self.node());
                return Err(TargetError::new(TargetErrorKind::Timeout, message));
            }
            clock::sleep(LOOK).await;
        }
    }

    /// The names of other responders' connections, escaped.
    pub async fn strangers(&self, ours: &str) -> Vec<String> {
        let Ok(sets) = self.query(&[query::PROGRAMS]).await else { return Vec::new() };
        others(sets.iter().flatten().filter_map(|row| cell(row, "name")), ours)
    }
}
