//! What the rows mean.

use std::time::Duration;

use tokio_postgres::SimpleQueryRow;

use crate::config::Address;
use crate::proof::Lasts;
use crate::sql::{self, Dialect, Running};
use crate::system::Identity;
use crate::system::postgres::cell;
use crate::text;

/// Settings, role, slots and replay position.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Slots that ordinary roles can take: `max_connections` without both reserves.
    pub limit: Option<f64>,
    /// Client backends; without `sees_all` only our own.
    pub clients: Option<f64>,
    /// Whether other roles' sessions are shown to us.
    pub sees_all: bool,
    /// Whether the server is in recovery: a standby.
    pub standby: bool,
    /// Whether a new session of this database can not write; none where only our own role cannot, which says nothing of others.
    pub read_only: Option<bool>,
    /// Client sessions that do not show what they do: `track_activities` is off for them.
    pub closed: f64,
    /// Sessions that are idle in a transaction, and for how many seconds the first of them has been so.
    pub idle_open: (f64, f64),
    /// How many of those are in one that has failed.
    pub aborted: f64,
    /// What stands on a standby, in words; none where nothing does, or that cannot be told.
    pub stands: Option<String>,
    /// Whether the replay of a standby waits for a session there.
    pub held: bool,
    /// Seconds that a standby is told to stay behind.
    pub delay: Option<f64>,
    /// Start of the server, Unix seconds by its clock.
    pub started: Option<f64>,
    /// The server's clock, Unix seconds.
    pub now: Option<f64>,
    /// How far a standby is behind, in seconds, or why that is not known. None on a primary.
    pub lag: Option<Result<f64, String>>,
    /// Up to which byte of the log a standby has received, and replayed.
    reached: Option<(f64, f64)>,
    /// The port the server itself listens on.
    port: Option<u16>,
}

/// What `pg_stat_database` counts.
#[derive(Clone, Debug)]
pub struct Counters {
    /// Transactions, published with a delay.
    pub xacts: Option<f64>,
    /// The same without those in the databases that others are made of.
    pub ended: Option<f64>,
    /// Those that were rolled back.
    pub rollbacks: Option<f64>,
    /// Queries on a standby that were cancelled for what is replayed there.
    pub conflicts: Option<f64>,
    /// Transactions per second since the statistics were reset.
    pub lifetime: Option<f64>,
    /// Backends in all databases; live, and open to everybody.
    pub backends: Option<f64>,
    /// The latest reset of statistics, Unix seconds.
    pub reset: Option<f64>,
    /// The age of the oldest unfrozen transaction id (or multixact), as a share of those that there are.
    pub xid_age: Option<f64>,
}

/// What `pg_stat_statements` counts.
#[derive(Clone, Debug)]
pub struct Calls {
    /// Statements that ended.
    pub calls: f64,
    /// Times that entries were thrown out, with their calls.
    pub dealloc: f64,
    /// Seconds since the counts began.
    pub since: f64,
}

/// So many transaction ids can be told apart.
const XIDS: f64 = 2_147_483_648.0;

pub(super) fn number(row: &SimpleQueryRow, name: &str) -> Option<f64> {
    cell(row, name)?.parse().ok()
}

pub(super) fn yes(row: &SimpleQueryRow, name: &str) -> bool {
    matches!(cell(row, name), Some("t" | "on"))
}

impl Facts {
    pub(super) fn read(row: &SimpleQueryRow) -> Self {
        let reserve = |name| number(row, name).unwrap_or(0.0);
        let standby = yes(row, "standby");
        let ours = matches!(cell(row, "read_only_by"), Some("user" | "database user" | "client" | "session"));
        let stands = match (yes(row, "paused"), yes(row, "receiving")) {
            (true, _) => Some("replay is paused"),
            (false, false) if yes(row, "streams") => Some("replication stands (no WAL receiver runs)"),
            _ => None,
        };
        Self {
            limit: number(row, "max_connections")
                .map(|max| max - reserve("superuser_reserved") - reserve("reserved")),
            clients: number(row, "clients"),
            sees_all: yes(row, "sees_all"),
            standby,
            read_only: (standby || !ours).then(|| standby || yes(row, "read_only")),
            closed: number(row, "closed").unwrap_or(0.0),
            idle_open: (number(row, "idle_open").unwrap_or(0.0), number(row, "idle_age").unwrap_or(0.0)),
            aborted: number(row, "aborted").unwrap_or(0.0),
            stands: stands.map(str::to_owned).filter(|_| standby),
            held: yes(row, "held"),
            delay: number(row, "delay").filter(|_| standby),
            started: number(row, "started"),
            now: number(row, "now"),
            lag: standby.then(|| {
                let age = number(row, "replay_age");
                // What waits for its time is as late as it was told to be, however long nothing was written before.
                let wanted = number(row, "delay").filter(|_| yes(row, "delays"));
                let age = wanted.map(|wanted| age.map_or(wanted, |age| age.min(wanted))).or(age);
                lag(yes(row, "receiving"), yes(row, "replayed"), age)
            }),
            reached: number(row, "received_to").zip(number(row, "replayed_to")),
            port: cell(row, "port").and_then(|port| port.parse().ok()),
        }
    }
}

impl Facts {
    /// How far a standby is behind, after an earlier look at it. What had arrived then and is replayed now makes it no later
    /// than the looks are apart, however long nothing had been committed before.
    pub fn lag_since(&self, earlier: &Self) -> Option<Result<f64, String>> {
        let apart = self.now.zip(earlier.now).map(|(now, then)| (now - then).max(0.0));
        let arrived = earlier.reached.map(|(received, _)| received);
        let caught_up = arrived.zip(self.reached).is_some_and(|(arrived, (_, replayed))| replayed >= arrived);
        let most = apart.filter(|_| caught_up).unwrap_or(f64::INFINITY);
        self.lag.clone().map(|lag| lag.map(|lag| lag.min(most)))
    }
}

/// The age of the last replayed transaction grows while an idle primary has nothing to send: it counts only while
/// something received is not replayed.
fn lag(receiving: bool, replayed: bool, age: Option<f64>) -> Result<f64, String> {
    match (receiving, replayed, age) {
        (false, ..) => Err("no WAL receiver runs: replication is broken, or comes from an archive".into()),
        (true, true, _) => Ok(0.0),
        (true, false, Some(age)) => Ok(age.max(0.0)),
        (true, false, None) => Err("nothing was replayed yet".into()),
    }
}

impl Counters {
    pub(super) fn read(row: &SimpleQueryRow) -> Self {
        Self {
            xacts: number(row, "xacts"),
            ended: number(row, "ended"),
            rollbacks: number(row, "rollbacks"),
            conflicts: number(row, "conflicts"),
            lifetime: number(row, "lifetime"),
            backends: number(row, "backends"),
            reset: number(row, "reset"),
            xid_age: number(row, "xid_age").map(|age| age / XIDS),
        }
    }
}

impl Calls {
    pub(super) fn read(row: &SimpleQueryRow) -> Option<Self> {
        Some(Self {
            calls: number(row, "calls")?,
            dealloc: number(row, "dealloc")?,
            since: number(row, "since")?,
        })
    }
}

/// A row of age, query id, text in hex.
/// `track_activity_query_size` is 1024 unless raised; a text of that length was cut off.
pub(super) const TEXT_LIMIT: usize = 1023;

pub(super) fn statement(row: &SimpleQueryRow) -> Running {
    let text = unhex(cell(row, "query").unwrap_or_default());
    let digest = sql::digest(&text, Dialect::Postgres);
    Running {
        group: cell(row, "id").map_or_else(|| digest.clone(), str::to_owned),
        copy: sql::copy_of(&text, TEXT_LIMIT, Dialect::Postgres),
        kind: sql::kind(&text, Dialect::Postgres),
        digest: if digest.is_empty() { "(no text)".into() } else { digest },
        age: Duration::try_from_secs_f64(number(row, "age").unwrap_or(0.0)).unwrap_or_default(),
    }
}

pub(super) fn unhex(hex: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
    hex.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// Puts the identity together.
pub(super) fn identity(facts: &Facts, id: Option<&str>, version: &str, address: &Address) -> Identity {
    let up = facts.started.zip(facts.now).map(|(started, now)| now - started);
    let up = up.and_then(|up| Duration::try_from_secs_f64(up).ok());
    // A standby, and a copy of the files, have the same identifier.
    let run = facts.started.map(|started| format!("started {started:.3}"));
    let (id, lasts) = match (id, facts.started) {
        (Some(id), _) => (text::escape(id).into_owned(), Lasts::InCopies(run, up)),
        (None, Some(started)) => {
            (format!("started {started:.0} (system identifier hidden)"), Lasts::UntilRestart(up))
        }
        (None, None) => ("hidden".into(), Lasts::InCopies(None, None)),
    };
    // A port forward shows the same; a proxy that pools sessions is what must not be overlooked (S7).
    let note = match (address, facts.port) {
        (Address::Tcp(_, dialled), Some(port)) if *dialled != port => Some(format!(
            "the server itself listens on port {port}: a proxy (pgbouncer, HAProxy?) or a port forward stands in between"
        )),
        (Address::Tcp(..), None) => {
            Some("the server sees a local socket: a proxy (pgbouncer?) on its host stands in between".into())
        }
        _ => None,
    };
    Identity {
        id,
        product: "PostgreSQL".into(),
        version: text::escape(version).into_owned(),
        role: if facts.standby { "standby" } else { "primary" }.into(),
        note,
        lasts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_primary_does_not_make_a_standby_late() {
        assert_eq!(lag(true, true, Some(1320.0)), Ok(0.0));
        assert_eq!(lag(true, false, Some(7.5)), Ok(7.5));
        assert!(lag(false, true, Some(1.0)).is_err_and(|why| why.contains("no WAL receiver")));
        assert!(lag(true, false, None).is_err());
    }

    #[test]
    fn what_had_arrived_and_is_replayed_makes_nobody_late() {
        let facts = |now: f64, age: f64, reached| Facts {
            limit: None,
            clients: None,
            sees_all: true,
            standby: true,
            read_only: Some(true),
            closed: 0.0,
            idle_open: (0.0, 0.0),
            aborted: 0.0,
            stands: None,
            held: false,
            delay: None,
            started: None,
            now: Some(now),
            lag: Some(Ok(age)),
            reached: Some(reached),
            port: None,
        };
        let first = facts(10.0, 600.0, (2_000.0, 1_000.0));
        assert_eq!(facts(12.0, 602.0, (4_000.0, 3_000.0)).lag_since(&first), Some(Ok(2.0)));
        assert_eq!(facts(12.0, 602.0, (4_000.0, 1_500.0)).lag_since(&first), Some(Ok(602.0)));
        assert_eq!(facts(12.0, 0.5, (4_000.0, 3_000.0)).lag_since(&first), Some(Ok(0.5)));
    }

    #[test]
    fn text_comes_back_from_hex_whatever_its_encoding() {
        assert_eq!(unhex("73656cff00"), b"sel\xff\0");
        assert_eq!(unhex("7"), b"");
    }
}
