//! One server of a target: our connection to it, and a glance at its counters.

use std::time::{Duration, Instant};

use crate::clock;
use crate::config::Address;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::Dialling;
use crate::system::redis::info::SECTIONS;
use crate::system::redis::{Connection, Info, Own, Query, Refused, Reply, Way, Write, admission, error};

/// How long a server that restarts under our eyes is waited for.
const COMES_BACK: Duration = Duration::from_secs(1);
/// Pause between two tries of that.
const KNOCK: Duration = Duration::from_millis(50);
/// A server that has let us wait for so long without a word
const SILENT: Duration = Duration::from_secs(3);
/// is not tried again for so long: whoever comes next would wait as long again.
const REST: Duration = Duration::from_secs(2);

/// A server and our connection to it.
pub struct Node {
    /// How to get there.
    pub way: Way,
    /// Whether it was a primary when last heard of.
    pub primary: bool,
    /// Its primary, when it is a cluster replica.
    pub replica_of: Option<Address>,
    /// The slots that it serves, first and last of each range; none outside a cluster.
    pub slots: Vec<(u16, u16)>,
    /// The connection, while one stands.
    pub connection: Option<Connection>,
    /// Why none stands.
    pub trouble: Option<Refused>,
    /// Until when it is not tried again, after a silence.
    rests: Option<Instant>,
    /// What the connections before this one did to the server's counters.
    past: Own,
    /// How `INFO` is asked here.
    ask: Ask,
}

/// How much `INFO` is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    /// The sections that we need, by name (7.0).
    Sections,
    /// `INFO all`: before 7.0 it takes one section.
    All,
    /// What the server gives to somebody who names no section.
    Default,
}

/// `INFO` of one node at one moment.
#[derive(Clone, Debug)]
pub struct Glance {
    /// The midpoint of our question and its answer.
    pub at: Instant,
    /// What we had done to its counters before.
    pub own: Own,
    /// The answer, or why it would not say.
    pub info: Result<Info, TargetError>,
}

impl Node {
    /// A node that is not connected yet.
    pub fn new(way: Way, primary: bool, replica_of: Option<Address>) -> Self {
        Self {
            way,
            primary,
            replica_of,
            slots: Vec::new(),
            connection: None,
            trouble: None,
            rests: None,
            past: Own::default(),
            ask: Ask::Sections,
        }
    }

    /// The name it has in notes.
    pub fn name(&self) -> String {
        self.way.address.to_string()
    }

    /// Connects unless it is connected, or has just let somebody wait in silence. Notes of the login are appended.
    pub async fn sit(&mut self, dialling: &Dialling, notes: &mut Vec<String>) {
        let began = clock::instant();
        if self.connection.is_some() || self.rests.is_some_and(|until| began < until) {
            return;
        }
        match admission::enter(&self.way, dialling).await {
            Ok(mut wire) => {
                notes.append(&mut wire.notes);
                self.take(Connection::keep(wire));
            }
            Err(refused) => {
                let now = clock::instant();
                let silent = refused.error.kind == TargetErrorKind::Timeout && now - began >= SILENT;
                self.rests = silent.then_some(now + REST);
                self.trouble = Some(refused);
            }
        }
    }

    /// Uses an open connection as this node's.
    pub fn take(&mut self, connection: Connection) {
        self.connection = Some(connection);
        (self.trouble, self.rests) = (None, None);
    }

    /// Asks over the connection; a lost connection is given up.
    pub async fn query(&mut self, queries: &[Query<'_>], by: Instant) -> Result<Vec<Reply>, TargetError> {
        self.query_and_write(queries, &[], by).await.map(|(answers, _)| answers)
    }

    /// Writes over the connection; a lost connection is given up, and what was written is in doubt.
    pub(super) async fn write(
        &mut self,
        writes: &[Write<'_>],
        by: Instant,
    ) -> Result<Vec<Reply>, TargetError> {
        self.query_and_write(&[], writes, by).await.map(|(_, replies)| replies)
    }

    /// Asks and writes over the connection, in one go; a lost connection is given up, and what was written is in doubt.
    pub(super) async fn query_and_write(
        &mut self,
        queries: &[Query<'_>],
        writes: &[Write<'_>],
        by: Instant,
    ) -> Result<(Vec<Reply>, Vec<Reply>), TargetError> {
        let outcome = match &self.connection {
            Some(connection) => connection.query_and_write(queries, writes, by).await,
            None => return Err(self.not_connected()),
        };
        self.kept(outcome).await
    }

    fn not_connected(&self) -> TargetError {
        self.trouble.as_ref().map_or_else(
            || {
                TargetError::new(
                    TargetErrorKind::Unreachable,
                    format!("{} is not connected", self.way.address),
                )
            },
            |refused| refused.error.clone(),
        )
    }

    async fn kept<T>(&mut self, outcome: Result<T, TargetError>) -> Result<T, TargetError> {
        if let Err(error) = &outcome {
            self.leave(error.clone()).await;
        }
        outcome
    }

    async fn leave(&mut self, error: TargetError) {
        if let Some(connection) = self.connection.take() {
            self.past = std::mem::take(&mut self.past).and(connection.own().await);
        }
        self.trouble = Some(error.into());
    }

    async fn own(&self) -> Own {
        let now = match &self.connection {
            Some(connection) => connection.own().await,
            None => Own::default(),
        };
        self.past.clone().and(now)
    }

    /// Looks at the counters. A connection that was lost since the last question is opened again, and that is noted.
    pub async fn glance(&mut self, dialling: &Dialling, by: Instant, notes: &mut Vec<String>) -> Glance {
        let was_connected = self.connection.is_some();
        let first = self.info(by).await;
        let lost = was_connected && first.info.is_err() && self.connection.is_none();
        let timed_out = self.trouble.as_ref().is_some_and(|t| t.error.kind == TargetErrorKind::Timeout);
        if !lost || timed_out {
            return first;
        }
        let patience = by.min(clock::instant() + COMES_BACK);
        loop {
            self.sit(dialling, notes).await;
            let gone = self.trouble.as_ref().is_some_and(|t| {
                matches!(t.error.kind, TargetErrorKind::Refused | TargetErrorKind::Unreachable)
            });
            if self.connection.is_some() || !gone || clock::instant() >= patience {
                break;
            }
            clock::sleep(KNOCK).await;
        }
        if self.connection.is_none() {
            return Glance { info: Err(self.trouble_or(first)), own: self.own().await, at: clock::instant() };
        }
        notes.push(format!("the connection to {} was lost and opened again", self.name()));
        self.info(by).await
    }

    fn trouble_or(&self, glance: Glance) -> TargetError {
        match (&self.trouble, glance.info) {
            (Some(refused), _) => refused.error.clone(),
            (None, Err(error)) => error,
            (None, Ok(_)) => {
                TargetError::new(TargetErrorKind::Unreachable, format!("{} is gone", self.name()))
            }
        }
    }

    async fn info(&mut self, by: Instant) -> Glance {
        loop {
            let own = self.own().await;
            let sent = clock::instant();
            let sections = match self.ask {
                Ask::Sections => SECTIONS,
                Ask::All => &["all"],
                Ask::Default => &[],
            };
            let reply = self.query(&[Query::Info(sections)], by).await;
            let at = sent + (clock::instant() - sent) / 2;
            let info = match reply.map(|replies| replies.into_iter().next()) {
                Ok(Some(Reply::Error(text))) if self.ask != Ask::Default && text.starts_with("ERR") => {
                    self.ask = if self.ask == Ask::Sections { Ask::All } else { Ask::Default };
                    continue;
                }
                // One that takes no `all` either.
                Ok(Some(reply))
                    if self.ask == Ask::All && reply.text().is_some_and(|t| t.trim().is_empty()) =>
                {
                    self.ask = Ask::Default;
                    continue;
                }
                Ok(Some(Reply::Error(text))) => Err(self.meaning(&text)),
                Ok(reply) => Ok(Info::parse(&reply.and_then(|reply| reply.text()).unwrap_or_default())),
                Err(error) => Err(error),
            };
            return Glance { at, own, info: self.with_limit(info, by).await };
        }
    }

    /// `maxclients` is part of `INFO` since 7.0; before, it is a setting, which hosted services may not show.
    async fn with_limit(
        &mut self,
        info: Result<Info, TargetError>,
        by: Instant,
    ) -> Result<Info, TargetError> {
        let info = info?;
        if info.get("maxclients").is_some() {
            return Ok(info);
        }
        let reply = self.query(&[Query::ConfigGet("maxclients")], by).await?;
        Ok(match reply.first().and_then(|reply| reply.field("maxclients")).and_then(Reply::text) {
            Some(limit) => info.with("maxclients", limit),
            None => info,
        })
    }

    /// What an error reply of this node means.
    pub fn meaning(&self, text: &str) -> TargetError {
        error::meaning(&self.way.address, self.way.user.as_deref(), text)
    }
}
