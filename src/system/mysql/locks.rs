//! Who waits for a lock, for whom; and who cannot log in.

use std::time::Duration;

use mysql_async::Row;

use crate::error::TargetError;
use crate::sql::{self, Dialect};
use crate::system::mysql::line::{Failed, Sight};
use crate::system::mysql::{Reader, Variables, bytes, query, word};
use crate::system::{Holder, Locks};
use crate::text;

/// What the kind of wait for a row is called in our own questions.
const ROW: &str = "row lock";
/// What a commit waits for that a replica is to confirm.
const SEMI_SYNC: &str = "semi-sync ACK";
/// What a write waits for whose disk is full (binary log, MyISAM, Aria): it tries again each minute.
const FULL_DISK: &str = "disk with free space";
const NO_PROCESS: &str = "needs GRANT PROCESS ON *.* TO this account";

impl Reader {
    /// Who waits for a lock, and for whom. `Err` within is why that is not known, in words.
    pub async fn locks(&self, variables: &Variables) -> Result<Result<Locks, String>, TargetError> {
        let sight = self.known(|line| line.sight).await;
        let statement = match sight {
            Sight::Blind | Sight::Unknown => return Ok(Err(NO_PROCESS.into())),
            Sight::Threads => query::WAITING_MYSQL,
            Sight::Processlist if variables.mariadb() => query::WAITING_MARIADB,
            Sight::Processlist => query::WAITING_ANY,
        };
        let rows = match self.query(statement).await {
            Ok(rows) => rows,
            Err(failed) => return why(failed, NO_PROCESS).map(Err),
        };
        let number = |row: &Row, column| word(row, column).parse::<f64>().unwrap_or(0.0);
        let waits = rows.iter().filter(|row| number(row, 1) > 0.0);
        let Some(most) = waits.clone().max_by(|a, b| number(a, 1).total_cmp(&number(b, 1))) else {
            return Ok(Ok(Locks::none()));
        };
        let what = word(most, 0);
        let what = what.strip_prefix("Waiting for ").unwrap_or(&what);
        // Of a replica or of a slave, as the version has it.
        let what = match what {
            _ if what.starts_with(SEMI_SYNC) => SEMI_SYNC,
            "someone to free space" => FULL_DISK,
            what => what,
        };
        let longest = waits.clone().map(|row| number(row, 2)).fold(0.0, f64::max);
        Ok(Ok(Locks {
            waiting: waits.map(|row| number(row, 1)).sum::<f64>() as u64,
            longest: milliseconds(longest),
            what: text::escape(what).into_owned(),
            holder: self.holder(variables, sight, (what, longest)).await?,
        }))
    }

    /// Whom they wait for. `Err` within is why that is not known.
    async fn holder(
        &self,
        variables: &Variables,
        sight: Sight,
        (what, longest): (&str, f64),
    ) -> Result<Result<Holder, String>, TargetError> {
        match what {
            SEMI_SYNC => return Ok(Err("no replica gives it".into())),
            FULL_DISK => return Ok(Err("it is full".into())),
            _ => {}
        }
        let tables = what.starts_with("table");
        let told: &[&str] = match (sight, what) {
            (Sight::Threads, ROW) => &[query::ROW_HOLDER_MYSQL, query::ROW_HOLDER_ANY],
            (Sight::Threads, _) => &[query::TABLE_HOLDER_MYSQL],
            (_, ROW) => &[query::ROW_HOLDER_ANY],
            _ if variables.mariadb() => &[query::TABLE_HOLDER_MARIADB],
            _ => &[],
        };
        let certain = !told.contains(&query::TABLE_HOLDER_MARIADB);
        let mut reason =
            if variables.mariadb() { "MariaDB does not show its holder" } else { "its holder is hidden" };
        for statement in told {
            match self.query(statement).await {
                Ok(rows) => {
                    if let Some(row) = rows.first() {
                        return Ok(Ok(holder(row, certain)));
                    }
                }
                Err(failed) if failed.denied() => {
                    reason = "its holder needs GRANT SELECT ON performance_schema.*";
                }
                // A server before MySQL 8 has the older table, one after it has not; a plugin may not be there.
                Err(failed) => _ = why(failed, reason)?,
            }
        }
        if tables {
            match self.query(query::OLDEST).await {
                // One that began after they did is not whom they wait for. The server's seconds are whole ones.
                Ok(rows) => {
                    let since = |row: &Row| word(row, 6).parse::<f64>().unwrap_or(0.0) * 1_000.0;
                    if let Some(row) = rows.first().filter(|row| since(row) + 1_000.0 >= longest) {
                        return Ok(Ok(holder(row, false)));
                    }
                }
                Err(failed) => _ = why(failed, reason)?,
            }
        }
        Ok(Err(reason.into()))
    }

    /// What those do who ask nothing: "93 idle, 20 of them in a transaction, the first for 25 s"; none where that is hidden.
    pub async fn idle(&self) -> Result<Option<String>, TargetError> {
        let rows = match self.query(query::IDLE).await {
            Ok(rows) => rows,
            Err(failed) => return why(failed, "").map(|_| None),
        };
        let number =
            |column| rows.first().and_then(|row| word(row, column).parse::<f64>().ok()).unwrap_or(0.0);
        let (idle, open) = (number(0), number(1));
        let mut words = format!("{} idle", text::count(idle));
        if open > 0.0 {
            let age = text::duration(milliseconds(number(2) * 1_000.0));
            words.push_str(&format!(", {} of them in a transaction, the first for {age}", text::count(open)));
        }
        Ok(Some(words).filter(|_| idle > 0.0))
    }

    /// Accounts that have all the connections that they may have: `app@% has 3 of 3 connections`, escaped. `Err` within is why
    /// that is not known.
    pub async fn at_limit(&self) -> Result<Result<Vec<String>, String>, TargetError> {
        match self.query(query::AT_LIMIT).await {
            Ok(rows) => {
                let full = |row: &Row| {
                    let (user, host, most) = (word(row, 0), word(row, 1), word(row, 2));
                    format!("{user}@{host} has {} of {most} connections", word(row, 3))
                };
                Ok(Ok(rows.iter().map(|row| text::escape(&full(row)).into_owned()).collect()))
            }
            Err(failed) => why(failed, "needs GRANT SELECT ON mysql.user").map(Err),
        }
    }

    /// Accounts that are locked: `app@%`, escaped. `Err` within is why that is not known.
    pub async fn locked_accounts(
        &self,
        variables: &Variables,
    ) -> Result<Result<Vec<String>, String>, TargetError> {
        let (statement, grant) = if variables.mariadb() {
            (query::LOCKED_MARIADB, "needs GRANT SELECT ON mysql.global_priv")
        } else {
            (query::LOCKED_MYSQL, "needs GRANT SELECT ON mysql.user")
        };
        match self.query(statement).await {
            Ok(rows) => {
                let name = |row: &Row| format!("{}@{}", word(row, 0), word(row, 1));
                Ok(Ok(rows.iter().map(|row| text::escape(&name(row)).into_owned()).collect()))
            }
            Err(failed) => why(failed, grant).map(Err),
        }
    }
}

/// Why a question was not answered, where it was the server that refused it: `grant` when a privilege is missing. Errors:
/// there was no answer at all.
pub(super) fn why(failed: Failed, grant: &str) -> Result<String, TargetError> {
    match failed.code {
        _ if failed.denied() => Ok(grant.to_owned()),
        Some(_) => Ok(failed.error.message),
        None => Err(failed.error),
    }
}

/// A row of session, account, command, ms, text, start of the transaction.
fn holder(row: &Row, certain: bool) -> Holder {
    let idle = word(row, 2) == "Sleep";
    let runs =
        bytes(row, 4).map(|text| sql::digest(text, Dialect::Mysql)).filter(|digest| !digest.is_empty());
    let mark = word(row, 5);
    Holder {
        session: word(row, 0).parse().ok().filter(|id| *id > 0),
        who: text::fit(&text::escape(&word(row, 1)), 20).into_owned(),
        runs: runs.filter(|_| !idle),
        in_transaction: !mark.is_empty(),
        age: word(row, 3).parse().ok().map(milliseconds),
        certain,
        mark,
    }
}

fn milliseconds(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1_000.0).unwrap_or_default()
}
