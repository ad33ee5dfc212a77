//! Who waits for a lock, and for whom; and who cannot log in.

use std::time::Duration;

use tokio_postgres::SimpleQueryRow;

use crate::error::{TargetError, TargetErrorKind};
use crate::sql::{self, Dialect};
use crate::system::postgres::facts::{number, unhex, yes};
use crate::system::postgres::{Reader, Snapshot, cell, error, query};
use crate::system::{Holder, Locks};
use crate::text;

/// What a role does not see that has no right to see others' sessions.
const COMMITS: &str = "commits that wait for a standby need GRANT pg_monitor";

/// How many wait.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    sessions: u64,
    /// How many of those wait with their commit for a standby.
    commits: f64,
    /// For how long the statement of the first has run.
    longest: Duration,
    /// Whether commits may wait that are not shown.
    standbys: bool,
}

impl Waiting {
    pub(super) fn read(row: &SimpleQueryRow) -> Option<Self> {
        Some(Self {
            sessions: number(row, "waiting")? as u64,
            commits: number(row, "commits").unwrap_or(0.0),
            longest: seconds(number(row, "longest")),
            standbys: yes(row, "standbys"),
        })
    }
}

impl Reader {
    /// Who waits for a lock at the moment of a snapshot, and for whom. `Err` within is why that is not known. Errors: the
    /// server does not answer.
    pub async fn locks(&self, snapshot: &Snapshot) -> Result<Result<Locks, String>, TargetError> {
        let sees_all = snapshot.facts.sees_all;
        let seen = if sees_all {
            snapshot.waiting.clone()
        } else {
            let sets = self.query(&[query::WAITING_PLAIN]).await?;
            sets.first().and_then(|rows| Waiting::read(rows.first()?))
        };
        // A count has one row: what has none is no PostgreSQL, and not a server on which nobody waits.
        let Some(Waiting { sessions: waiting, commits, longest: statements, standbys }) = seen else {
            return Err(error::foreign(&self.node()));
        };
        if waiting == 0 && standbys {
            return Ok(Err(COMMITS.into()));
        }
        if waiting == 0 {
            return Ok(Ok(Locks::none()));
        }
        let unknown = |why: &str| Locks {
            waiting,
            longest: statements,
            what: "lock".into(),
            holder: Err(why.to_owned()),
        };
        if 2.0 * commits > waiting as f64 {
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
