//! Which sessions of a database are ended, and which never are (S16-S19). Knows no server: a choice over what was read.
//!
//! It is an allow-list: what is not known to be a client's own reading statement is spared, and every filter that cannot
//! be evaluated spares. The oldest of each query is kept: it is the one that will refill the cache.

mod choice;
mod rule;
mod statement;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::text::named;

pub use choice::{Choice, Group, Victim, choose};
pub use rule::{Query, Rule};
pub use statement::Statement;

/// Whose session it is, as far as the server's own rows tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// An ordinary client's.
    Client,
    /// This program's.
    Ours,
    /// Replication: binlog dumps, appliers, walsenders.
    Replication,
    /// The server's own, or that of those who run it for others.
    System,
    /// An administrator's: not what a stampede is made of.
    Admin,
    /// A backup.
    Backup,
    /// An online schema change.
    SchemaChange,
    /// The server does not say.
    Unknown,
}

/// One session of a database.
#[derive(Clone, Debug)]
pub struct Session {
    /// Connection id (MySQL) or process id (PostgreSQL).
    pub id: u64,
    /// The account.
    pub user: String,
    /// The client's host, without its port; empty for a local socket.
    pub host: String,
    /// The default schema or database.
    pub database: String,
    /// Whose it is.
    pub whose: Whose,
    /// What it runs at this moment; none when it is idle.
    pub statement: Option<Statement>,
    /// For how long it has run that; none when the server does not say.
    pub age: Option<Duration>,
    /// Rows that its transaction has changed; none when the server does not say.
    pub modified: Option<u64>,
    /// Whether what it shows stands inside a stored procedure or function that the client has called; none when that
    /// cannot be told.
    pub inside: Option<bool>,
    /// What proves that it is still the same statement when it is ended (S17): the server's own number of the
    /// statement, or its start.
    pub mark: String,
}

/// Which sessions are wanted: all of these must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Running for longer than this.
    pub older_than: Duration,
    /// Of this account only.
    pub user: Option<String>,
    /// From this client host only.
    pub host: Option<String>,
    /// In this schema or database only.
    pub database: Option<String>,
    /// Rows that a victim may have changed (S19): 0 unless told.
    pub modified: u64,
    /// Which of each group is kept.
    pub keep: Keep,
}

/// Which session of a group is kept, so that its work is not lost (S18).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// The oldest of each query, literals included.
    #[default]
    OldestPerQuery,
    /// The oldest of each digest: the refills of all other keys are ended.
    OldestPerDigest,
    /// None.
    None,
}

named! {
    /// Why a session is not ended.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Spared {
        /// It is this program's own.
        Ours => "of this program",
        /// It replicates.
        Replication => "of replication",
        /// It is the server's own.
        System => "of the server itself",
        /// It is an administrator's.
        Admin => "of administrators",
        /// It is a backup.
        Backup => "of a backup",
        /// It changes the schema.
        SchemaChange => "of a schema change",
        /// It runs nothing.
        Idle => "idle",
        /// It writes, or locks what it reads.
        Writes => "that write or lock",
        /// Its transaction has changed rows: ending it would roll them back.
        Modified => "with modified rows",
        /// It stands inside a stored routine: ending it ends all of the `CALL`.
        Routine => "inside a stored procedure",
        /// It could stand inside one, and the routines are hidden from us or run any text.
        MaybeRoutine => "that could be inside a stored procedure",
        /// What decides is not known of it.
        Unknown => "of which too little is known",
        /// It has not run for long enough.
        Young => "not old enough",
        /// It is not of the account, host or schema that was asked for.
        Other => "of others",
        /// Its text is cut off or its parameters are hidden: whether it is a copy cannot be told.
        Untold => "whose copies cannot be told",
        /// It is the oldest of its query: it will refill the cache.
        Leader => "the oldest of their query",
    }
    /// As it is said behind a number: `3 that write`.
    fn words
}
