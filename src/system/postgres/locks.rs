//! Who waits for a lock, and for whom; and who cannot log in.

use std::time::Duration;

use tokio_postgres::SimpleQueryRow;

use crate::error::{TargetError, TargetErrorKind};
use crate::sql::{self, Dialect};
use crate::system::postgres::facts::{number, unhex, yes};
use crate::system::postgres::{Reader, cell, error, query};
use crate::system::{Holder, Locks};
use crate::text;

/// What a role does not see that has no right to see others' sessions.
const COMMITS: &str = "commits that wait for a standby need GRANT pg_monitor";

impl Reader {
    /// Who waits for a lock, and for whom. `Err` within is why that is not known. Errors: the server does not answer.
    pub async fn locks(&self, sees_all: bool) -> Result<Result<Locks, String>, TargetError> {
        let statement = if sees_all { query::WAITING } else { query::WAITING_PLAIN };
        let sets = self.query(&[statement]).await?;
        // A count has one row: what has none is no PostgreSQL, and not a server on which nobody waits.
        let row = sets.first().and_then(|rows| rows.first());
        let Some((row, waiting)) = row.and_then(|row| Some((row, number(row, "waiting")? as u64))) else {
            return Err(error::foreign(&self.node()));
        };
        if waiting == 0 && yes(row, "standbys") {
            return Ok(Err(COMMITS.into()));
        }
        if waiting == 0 {
            return Ok(Ok(Locks::none()));
        }
        let statements = seconds(number(row, "longest"));
        let unknown = |why: &str| Locks {
            waiting,
            longest: statements,
            what: "lock".into(),
            holder: Err(why.to_owned()),
        };
        if 2.0 * number(row, "commits").unwrap_or(0.0) > waiting as f64 {
            let what = "synchronous standby".into();
            return Ok(Ok(Locks { what, ..unknown("none confirms their commits") }));
        }
        let sets = match self.query(&[&query::holder(sees_all)]).await {
            Ok(sets) => sets,
            // That they wait is known, whatever became of the second question.
            Err(error) if matches!(error.kind, TargetErrorKind::Unreachable | TargetErrorKind::Timeout) => {
                return Err(error);
            }
            Err(_) => return Ok(Ok(unknown("its holder is hidden"))),
        };
        Ok(Ok(sets.first().and_then(|rows| rows.first()).map_or_else(
            || unknown("its holder is gone"),
            |row| Locks {
                waiting,
                longest: number(row, "waited").map_or(statements, |waited| seconds(Some(waited))),
                what: text::escape(cell(row, "what").unwrap_or("lock")).into_owned(),
                holder: Ok(holder(row)),
            },
        )))
    }

    /// Roles and databases that have all the connections that they may have: `app has 3 of 3 connections`, escaped. Errors:
    /// the server does not answer.
    pub async fn at_limit(&self) -> Result<Result<Vec<String>, String>, TargetError> {
        self.words(query::AT_LIMIT, "full").await
    }

    /// What keeps the log from being removed, escaped. Errors: the server does not answer.
    pub async fn log_held(&self) -> Result<Result<Vec<String>, String>, TargetError> {
        self.words(query::LOG_HELD, "held").await
    }

    /// A column of a question that a server may refuse: `Err` within is what it says.
    async fn words(&self, statement: &str, column: &str) -> Result<Result<Vec<String>, String>, TargetError> {
        let sets = match self.query(&[statement]).await {
            Ok(sets) => sets,
            Err(error) if matches!(error.kind, TargetErrorKind::Unreachable | TargetErrorKind::Timeout) => {
                return Err(error);
            }
            Err(error) => return Ok(Err(error.message)),
        };
        let words = sets.first().into_iter().flatten().filter_map(|row| cell(row, column));
        Ok(Ok(words.map(|words| text::escape(words).into_owned()).collect()))
    }

    /// Roles that cannot log in, and own or may do something: escaped. Errors: the server does not answer.
    pub async fn locked_roles(&self) -> Result<Vec<String>, TargetError> {
        let sets = self.query(&[query::LOCKED_ROLES]).await?;
        let names = sets.first().into_iter().flatten().filter_map(|row| cell(row, "name"));
        Ok(names.map(|name| text::escape(name).into_owned()).collect())
    }
}

fn holder(row: &SimpleQueryRow) -> Holder {
    let idle = cell(row, "state").is_some_and(|state| state.starts_with("idle"));
    let runs = cell(row, "query").map(|query| sql::digest(&unhex(query), Dialect::Postgres));
    Holder {
        session: cell(row, "pid").and_then(|pid| pid.parse().ok()).filter(|pid| *pid > 0),
        who: text::fit(&text::escape(cell(row, "who").unwrap_or("?")), 20).into_owned(),
        runs: runs.filter(|digest| !idle && !digest.is_empty()),
        in_transaction: yes(row, "open"),
        age: number(row, "age").map(|age| seconds(Some(age))),
        certain: true,
        mark: cell(row, "mark").unwrap_or_default().to_owned(),
    }
}

fn seconds(seconds: Option<f64>) -> Duration {
    Duration::try_from_secs_f64(seconds.unwrap_or(0.0)).unwrap_or_default()
}
