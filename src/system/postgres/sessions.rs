//! All sessions of a server, for choosing among them (S16), and ending what one of them runs (S17).

use std::fmt;
use std::time::Duration;

use tokio_postgres::SimpleQueryRow;

use crate::approval::Permit;
use crate::error::{TargetError, TargetErrorKind};
use crate::kill_policy::{Session, Statement, Whose};
use crate::sql::Dialect;
use crate::system::postgres::facts::{TEXT_LIMIT, unhex};
use crate::system::postgres::{Reader, Writer, cell, query};

/// Longest wait for the answer to a write.
const ANSWER: Duration = Duration::from_secs(5);
/// Programs that copy data out.
const BACKUPS: [&str; 4] = ["pg_dump", "pg_basebackup", "pgbackrest", "barman"];
/// Programs that change schemas online.
const SCHEMA_CHANGES: [&str; 3] = ["pg_repack", "pg_squeeze", "pgroll"];

/// Ends what sessions run, or the sessions. Its `Display` is what is sent: one statement that looks at each of them again and acts,
/// which nothing can come between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal<'a> {
    /// Each process, and the start of its statement as [`Session::mark`] has it.
    pub to: Vec<(u64, &'a str)>,
    /// Whether the session ends, and not only its statement.
    pub terminate: bool,
}

impl fmt::Display for Signal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = if self.terminate { "pg_terminate_backend" } else { "pg_cancel_backend" };
        // A time in digits, and nothing that could be more.
        let plain = |c: char| c.is_ascii_digit() || " -:.".contains(c);
        let one = |(pid, mark): &(u64, &str)| {
            let mark: String = mark.chars().filter(|c| plain(*c)).collect();
            format!("({pid}, '{mark}+00')")
        };
        let to: Vec<String> = self.to.iter().map(one).collect();
        write!(
            f,
            "SELECT {function}(pid) FROM pg_stat_activity WHERE state = 'active' AND (pid, query_start) IN ({})",
            to.join(", ")
        )
    }
}

impl Reader {
    /// Every session. Errors: other roles' are hidden from us (the message names the grant).
    pub async fn sessions(&self) -> Result<Vec<Session>, TargetError> {
        let sets = self.query(&[query::MAY_SEE_OTHERS, query::SESSIONS]).await?;
        must_see(&sets)?;
        Ok(sets.get(1).into_iter().flatten().map(session).collect())
    }

    /// Whether our role may end what others run.
    pub async fn may_signal(&self) -> Result<bool, TargetError> {
        let sets = self.query(&[query::MAY_SIGNAL]).await?;
        Ok(sets.first().and_then(|rows| cell(rows.first()?, "may")) == Some("t"))
    }
}

impl Writer<'_> {
    /// Sends the signal to each session that still runs the same. Returns to how many. An `Err` is in doubt, unless the server
    /// itself refused.
    pub async fn signal(&mut self, _permit: &Permit<'_>, signal: &Signal<'_>) -> Result<usize, TargetError> {
        let sets =
            self.reader.write(&signal.to_string(), ANSWER).await.map_err(|error| match error.kind {
                TargetErrorKind::Permission => {
                    error.hint("GRANT pg_signal_backend TO the role stampede uses")
                }
                _ => error,
            })?;
        Ok(sets.iter().flatten().filter(|row| row.get(0) == Some("t")).count())
    }
}

/// Errors: the first answer says that other roles' sessions are not shown to us.
pub(super) fn must_see(sets: &[Vec<SimpleQueryRow>]) -> Result<(), TargetError> {
    if sets.first().and_then(|rows| cell(rows.first()?, "sees_all")) == Some("t") {
        return Ok(());
    }
    let message = "other roles' sessions are hidden from this role";
    Err(TargetError::new(TargetErrorKind::Permission, message)
        .hint("GRANT pg_monitor TO the role stampede uses"))
}

fn session(row: &SimpleQueryRow) -> Session {
    let get = |name| cell(row, name).unwrap_or_default().to_owned();
    let text = unhex(cell(row, "query").unwrap_or_default());
    let running = cell(row, "state") == Some("active") && !text.is_empty();
    Session {
        id: get("pid").parse().unwrap_or(0),
        user: get("usename"),
        host: get("host"),
        database: get("datname"),
        whose: whose(row),
        statement: running.then(|| Statement::new(&text, TEXT_LIMIT, Dialect::Postgres)),
        age: cell(row, "age").and_then(|age| Duration::try_from_secs_f64(age.parse().ok()?).ok()),
        // The server counts no rows of a transaction: it has changed some, or none.
        modified: Some(if cell(row, "wrote") == Some("t") { u64::MAX } else { 0 }),
        // It shows the statement that the client has sent: of a `CALL`, the `CALL`.
        inside: Some(false),
        mark: get("mark"),
    }
}

fn whose(row: &SimpleQueryRow) -> Whose {
    let program = cell(row, "application_name").unwrap_or_default();
    let named = |names: &[&str]| names.iter().any(|name| program.starts_with(name));
    match (cell(row, "backend_type"), cell(row, "state")) {
        _ if cell(row, "ours") == Some("t") || program.starts_with("stampede") => Whose::Ours,
        (Some("walsender" | "walreceiver"), _) => Whose::Replication,
        (Some(kind), _) if kind.contains("logical replication") => Whose::Replication,
        (Some("client backend"), None) | (None, _) => Whose::Unknown,
        (Some("client backend"), _) if named(&BACKUPS) => Whose::Backup,
        (Some("client backend"), _) if named(&SCHEMA_CHANGES) => Whose::SchemaChange,
        (Some("client backend"), _) if cell(row, "admin") == Some("t") => Whose::Admin,
        (Some("client backend"), _) => Whose::Client,
        _ => Whose::System,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s17_the_look_and_the_signal_are_one_statement() {
        let mark = "2026-11-24 03:07:01.123456'; DROP TABLE x";
        let signal = Signal { to: vec![(7, mark), (8, "2026-11-24 03:07:02")], terminate: false };
        let sent = signal.to_string();
        assert!(
            sent.starts_with(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE state = 'active' AND"
            ),
            "{sent}"
        );
        assert!(sent.contains("((7, '2026-11-24 03:07:01.123456 "), "{sent}");
        assert!(sent.ends_with("+00'), (8, '2026-11-24 03:07:02+00'))"), "{sent}");
        assert!(!sent.contains(';') && !sent.contains("DROP"), "{sent}");
        assert!(Signal { terminate: true, ..signal }.to_string().contains("pg_terminate_backend(pid)"));
    }
}
