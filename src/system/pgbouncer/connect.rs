//! One connection to the console.

use std::time::Duration;

use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use crate::error::TargetError;
use crate::system::no_answer;
use crate::system::pgbouncer::error::{meaning, not_a_console};
use crate::system::postgres::{self, Caller, Connection};
use crate::text;

/// What follows the version in the greeting of a console.
const MARK: &str = "/bouncer";

/// A connection that stands. Closing it while a command waits changes nothing about what the command has begun.
pub(super) struct Console {
    connection: Connection,
    at: String,
    version: String,
}

impl Console {
    /// Opens one. Errors: all that a login can say; what is there is no console.
    pub(super) async fn open(caller: &Caller<'_>) -> Result<Self, TargetError> {
        let connection = postgres::console(caller, meaning).await?;
        let at = caller.target.address.to_string();
        let Some(version) = connection.version.strip_suffix(MARK) else { return Err(not_a_console(&at)) };
        let version = text::escape(version).into_owned();
        Ok(Self { connection, at, version })
    }

    /// The version in its greeting.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Whether it can be asked again.
    pub(super) fn is_open(&self) -> bool {
        !self.connection.asking && !self.connection.client.is_closed()
    }

    /// Says one command and gives its rows. Dropping this future gives the connection up, and not what was said. Errors:
    /// what the console says; no answer in time.
    pub(super) async fn say(
        &mut self,
        command: &str,
        patience: Duration,
    ) -> Result<Vec<SimpleQueryRow>, TargetError> {
        self.connection.asking = true;
        let answer = tokio::time::timeout(patience, self.connection.client.simple_query(command)).await;
        let answer = answer.map_err(|_| no_answer(&self.at, patience))?;
        self.connection.asking = false;
        let messages = answer.map_err(|error| meaning(error, &self.at))?;
        let rows = messages.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        Ok(rows.collect())
    }
}
