//! What stands at a server and that its sessions do not show: limits, doors that are shut, log that is kept, subscriptions.

use tokio_postgres::SimpleQueryRow;

use crate::error::{TargetError, TargetErrorKind};
use crate::system::postgres::facts::{number, yes};
use crate::system::postgres::line::major;
use crate::system::postgres::{Reader, cell, is_on, query};
use crate::text;

/// All of it at one moment. Names are escaped.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Roles and databases that have all the connections that they may have.
    pub full: Vec<Full>,
    /// Roles and databases with sessions that take no new ones.
    pub shut: Vec<Shut>,
    /// Databases and roles with sessions whose transactions begin as ones that only read.
    pub read_only: Vec<OwnDefault>,
    /// Slots that keep more log than the server keeps by itself.
    pub slots: Vec<Slot>,
    /// Whether the archive has refused what it was given last.
    pub archive_fails: bool,
    /// Subscriptions that are switched on; none where they are hidden.
    pub subscriptions: Option<Vec<Subscription>>,
}

/// A role (`app`) or a database (`database shop`) at its limit.
#[derive(Clone, Debug)]
pub struct Full {
    /// Which.
    pub name: String,
    /// Sessions that count, and how many there may be.
    pub used: f64,
    /// How many there may be.
    pub most: f64,
    /// How many of them are idle, outside of a transaction; none where one of them does not show it.
    pub idle: Option<f64>,
}

/// Why there are no new sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// `NOLOGIN` of a role.
    Login,
    /// `ALLOW_CONNECTIONS false` of a database.
    Allow,
    /// `CONNECTION LIMIT 0`.
    Limit,
    /// The role may not connect to the database any more.
    Connect,
    /// `VALID UNTIL` is over, and all sessions began before.
    Until,
    /// It is over, and some began after that: it does not bar them, or was set back since.
    Entered,
}

/// A role or a database with sessions that takes no new ones.
#[derive(Clone, Debug)]
pub struct Shut {
    /// Which.
    pub name: String,
    /// Why.
    pub bar: Bar,
}

/// A default for the transactions of a database, of a role, or of a role in a database.
#[derive(Clone, Debug)]
pub struct OwnDefault {
    /// The database; none: all.
    pub database: Option<String>,
    /// The role; none: all.
    pub role: Option<String>,
    /// Whether it is the database that we are in.
    pub ours: bool,
}

/// What a server says of the log that a slot needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// More than `max_wal_size` of it is kept.
    Extended,
    /// It goes with the next checkpoint.
    Unreserved,
    /// It is gone.
    Lost,
}

/// A replication slot that keeps more log than it would without.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// Whether somebody is connected to it.
    pub active: bool,
    /// What the server says.
    pub kept: Kept,
    /// The byte of the log up to which it was read.
    pub place: Option<f64>,
    /// By how many bytes more than `max_wal_size` that is behind the end.
    pub beyond: Option<f64>,
}

/// A subscription that is switched on.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// Its name.
    pub name: String,
    /// The number of its database: names repeat.
    pub database: String,
    /// Whether a worker applies what comes.
    pub works: bool,
    /// How often one has failed; none where that is not counted.
    pub failed: Option<f64>,
}

impl Reader {
    /// What stands, in one statement. `Err` within is why the server does not say. Errors: it does not answer.
    pub async fn standing(&self) -> Result<Result<Standing, String>, TargetError> {
        let version = self.known(|line| major(&line.version)).await;
        let refused = |error: &TargetError| {
            !matches!(error.kind, TargetErrorKind::Unreachable | TargetErrorKind::Timeout)
        };
        let (sets, hidden) = match self.query(&[&query::standing(Some(version))]).await {
            Ok(sets) => (sets, false),
            Err(error) if error.kind == TargetErrorKind::Permission => {
                match self.query(&[&query::standing(None)]).await {
                    Ok(sets) => (sets, true),
                    Err(error) if refused(&error) => return Ok(Err(error.message)),
                    Err(error) => return Err(error),
                }
            }
            Err(error) if refused(&error) => return Ok(Err(error.message)),
            Err(error) => return Err(error),
        };
        let subscriptions = (!hidden).then(Vec::new);
        let mut standing = Standing { subscriptions, ..Standing::default() };
        sets.iter().flatten().for_each(|row| standing.take(row));
        Ok(Ok(standing))
    }
}

impl Standing {
    fn take(&mut self, row: &SimpleQueryRow) {
        let word = |column| cell(row, column).map(|word| text::escape(word).into_owned());
        let name = word("name").unwrap_or_default();
        match cell(row, "what") {
            Some("full") => self.full.push(Full {
                name,
                used: number(row, "n").unwrap_or(0.0),
                most: number(row, "most").unwrap_or(0.0),
                idle: number(row, "idle").filter(|idle| *idle > 0.0 || number(row, "hidden") == Some(0.0)),
            }),
            Some("shut") => {
                let bar = match cell(row, "status") {
                    Some("login") => Bar::Login,
                    Some("allow") => Bar::Allow,
                    Some("limit") => Bar::Limit,
                    Some("connect") => Bar::Connect,
                    Some("until") => Bar::Until,
                    _ => Bar::Entered,
                };
                self.shut.push(Shut { name, bar });
            }
            Some("read_only") if cell(row, "status").is_some_and(is_on) => self.read_only.push(OwnDefault {
                database: word("name"),
                role: word("place"),
                ours: yes(row, "active"),
            }),
            Some("slot") => {
                let kept = match cell(row, "status") {
                    Some("lost") => Kept::Lost,
                    Some("unreserved") => Kept::Unreserved,
                    _ => Kept::Extended,
                };
                let (active, place, beyond) = (yes(row, "active"), number(row, "n"), number(row, "most"));
                self.slots.push(Slot { name, active, kept, place, beyond });
            }
            Some("archive") => self.archive_fails = true,
            Some("subscription") => {
                let (works, failed) = (yes(row, "active"), number(row, "n"));
                let database = word("place").unwrap_or_default();
                self.subscriptions.get_or_insert_default().push(Subscription {
                    name,
                    database,
                    works,
                    failed,
                });
            }
            _ => {}
        }
    }
}
