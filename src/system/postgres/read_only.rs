//! What is asked about `default_transaction_read_only`.

use std::time::Duration;

use tokio_postgres::SimpleQueryRow;

use crate::error::TargetError;
use crate::system::Dialling;
use crate::system::postgres::facts::{number, yes};
use crate::system::postgres::{Reader, Scope, cell, query};

/// Longest wait for a session that is opened only to see what a new one gets.
const AFRESH: Duration = Duration::from_secs(2);

/// What new transactions of a session are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDefault {
    /// Whether they are read-only.
    pub on: bool,
    /// Where that comes from: `default`, `configuration file`, `database`, `user`, `command line`, …
    pub source: String,
}

/// What the configuration files say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filed {
    /// What `ALTER SYSTEM` has set, as it is written.
    pub system: Option<String>,
    /// What counts: the last of all files; none when none says anything.
    pub last: Option<String>,
}

/// A database or role (or a role in a database) with a default of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The database; none: every one.
    pub database: Option<String>,
    /// The role; none: every one.
    pub role: Option<String>,
    /// What it says.
    pub on: bool,
    /// Sessions that it is for, now.
    pub sessions: u64,
}

/// The sessions of a role in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crowd {
    /// The role.
    pub role: String,
    /// The database.
    pub database: String,
    /// How many.
    pub sessions: u64,
    /// How many of them are in a transaction; without `pg_read_all_stats` only our own role's are known.
    pub open: u64,
}

/// An open transaction that has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its backend.
    pub pid: String,
    /// The role.
    pub role: String,
    /// The database.
    pub database: String,
    /// How long it has been open.
    pub age: Duration,
}

/// A boolean as the server reads one: any unambiguous beginning of on, true, yes or 1.
pub fn is_on(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text == "1"
        || text == "on"
        || !text.is_empty() && ["true", "yes"].iter().any(|word| word.starts_with(&text))
}

fn text(row: &SimpleQueryRow, name: &str) -> String {
    cell(row, name).unwrap_or_default().to_owned()
}

fn whole(row: &SimpleQueryRow, name: &str) -> u64 {
    number(row, name).unwrap_or(0.0) as u64
}

impl Reader {
    /// What new transactions of our own session are. Errors: the server does not answer.
    pub async fn read_only_here(&self) -> Result<Option<NewDefault>, TargetError> {
        here(self).await
    }

    /// What those of a session that begins now are; another connection is opened for it, once. Errors: none is to be had.
    pub async fn read_only_afresh(&self) -> Result<Option<NewDefault>, TargetError> {
        let mut line = self.another();
        line.ready(&Dialling::silent(AFRESH, AFRESH)).await?;
        here(&line).await
    }

    /// What the configuration files say. Errors: also when they are not for us to read.
    pub async fn read_only_filed(&self) -> Result<Filed, TargetError> {
        let sets = self.query(&[query::READ_ONLY_FILES]).await?;
        let mut filed = Filed::default();
        for row in &sets[0] {
            let setting = text(row, "setting");
            if yes(row, "auto") {
                filed.system = Some(setting.clone());
            }
            filed.last = Some(setting);
        }
        Ok(filed)
    }

    /// What is set at `scope` itself, as it is written; none: nothing. Errors: also when it is not for us to read.
    pub async fn read_only_entry(&self, scope: &Scope) -> Result<Option<String>, TargetError> {
        if *scope == Scope::Server {
            return Ok(self.read_only_filed().await?.system);
        }
        let sets = self.query(&[&query::read_only_of(scope)]).await?;
        Ok(sets[0].first().and_then(|row| cell(row, "value")).map(str::to_owned))
    }

    /// Configuration files that were changed since they were last loaded; nothing where we may not ask.
    pub async fn files_not_loaded(&self) -> Vec<String> {
        let sets = self.query(&[query::FILES_NOT_LOADED]).await.unwrap_or_default();
        sets.iter().flatten().map(|row| text(row, "file")).collect()
    }

    /// Databases and roles with a default of their own. Errors: the server does not answer.
    pub async fn read_only_overrides(&self) -> Result<Vec<Override>, TargetError> {
        let each = |row: &SimpleQueryRow| Override {
            database: cell(row, "database").map(str::to_owned),
            role: cell(row, "role").map(str::to_owned),
            on: is_on(cell(row, "value").unwrap_or_default()),
            sessions: whole(row, "sessions"),
        };
        self.rows_of(query::READ_ONLY_OWN, each).await
    }

    /// Client sessions by role and database, the largest first, without ours. Errors: the server does not answer.
    pub async fn crowds(&self) -> Result<Vec<Crowd>, TargetError> {
        let each = |row: &SimpleQueryRow| Crowd {
            role: text(row, "role"),
            database: text(row, "database"),
            sessions: whole(row, "sessions"),
            open: whole(row, "open"),
        };
        self.rows_of(query::CROWDS, each).await
    }

    /// Open transactions that have written, oldest first. Errors: the server does not answer.
    pub async fn open_writes(&self) -> Result<Vec<Open>, TargetError> {
        let each = |row: &SimpleQueryRow| Open {
            pid: text(row, "pid"),
            role: text(row, "role"),
            database: text(row, "database"),
            age: Duration::try_from_secs_f64(number(row, "age").unwrap_or(0.0)).unwrap_or_default(),
        };
        self.rows_of(query::OPEN, each).await
    }

    async fn rows_of<T>(
        &self,
        statement: &str,
        read: impl Fn(&SimpleQueryRow) -> T,
    ) -> Result<Vec<T>, TargetError> {
        Ok(self.query(&[statement]).await?[0].iter().map(read).collect())
    }
}

async fn here(line: &Reader) -> Result<Option<NewDefault>, TargetError> {
    let sets = line.query(&[query::READ_ONLY_HERE]).await?;
    let row = sets[0].first();
    Ok(row.map(|row| NewDefault { on: yes(row, "setting"), source: text(row, "source") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boolean_is_read_as_the_server_reads_it() {
        for on in ["on", "ON", "t", "tru", "TRUE", "y", "yes", "1"] {
            assert!(is_on(on), "{on}");
        }
        for off in ["off", "of", "o", "f", "false", "n", "no", "0", "", "trues"] {
            assert!(!is_on(off), "{off}");
        }
    }
}
