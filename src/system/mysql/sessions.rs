//! All sessions of a server, for choosing among them (S16).

use std::collections::HashMap;
use std::time::Duration;

use mysql_async::Row;

use crate::error::TargetError;
use crate::kill_policy::{Session, Statement, Whose};
use crate::sql::Dialect;
use crate::system::mysql::{Reader, SYSTEM_USERS, Variables, bytes, query, word};

/// Bytes of a text that are read where the server keeps all of it.
const WHOLE: usize = 8 * 1024;
/// Bytes of a text that `performance_schema` keeps.
const CUT: usize = 1024;
/// Programs and accounts that copy data out.
const BACKUPS: [&str; 7] =
    ["mysqldump", "mariadb-dump", "xtrabackup", "mariabackup", "mariadb-backup", "mydumper", "backup"];
/// Programs and accounts that change schemas online.
const SCHEMA_CHANGES: [&str; 4] = ["gh-ost", "ghost", "pt-online-schema-change", "spirit"];
/// Accounts that replicate.
const REPLICAS: [&str; 3] = ["repl", "replication", "replicator"];

impl Reader {
    /// Every session. Errors: we may see only our own (the message names the grant).
    pub async fn sessions(&self, variables: &Variables) -> Result<Vec<Session>, TargetError> {
        let (rows, limit) = self.listed(variables).await?;
        // Threads of the server itself have no connection.
        Ok(rows.iter().map(|row| session(row, limit)).filter(|session| session.id > 0).collect())
    }

    /// Every session, for choosing which are ended: with whether what it runs stands inside a routine (S16).
    pub async fn candidates(&self, variables: &Variables) -> Result<Vec<Session>, TargetError> {
        let (rows, limit) = self.listed(variables).await?;
        let all = rows.iter().map(|row| (session(row, limit), row));
        let mut sessions: Vec<_> = all.filter(|(session, _)| session.id > 0).collect();
        // Where the server does not say it, the routines do.
        let mut untold: Vec<_> =
            sessions.iter_mut().filter(|(session, _)| could_be_inside(session)).collect();
        if !untold.is_empty() {
            let routines = self.routines().await?;
            // Copies have one text.
            let mut known = HashMap::new();
            for (session, row) in &mut untold {
                let text = bytes(row, 10).unwrap_or_default();
                session.inside = *known.entry(text).or_insert_with(|| routines.hold(text));
            }
        }
        Ok(sessions.into_iter().map(|(session, _)| session).collect())
    }

    /// The rows of all sessions, and the bytes of a text that they give.
    async fn listed(&self, variables: &Variables) -> Result<(Vec<Row>, usize), TargetError> {
        let (statement, _, limit) = how(variables);
        let may = self.query(query::MAY_SEE_OTHERS).await;
        may.map_err(|failed| failed.wants("GRANT PROCESS ON *.* TO the account stampede uses"))?;
        let rows = self.query(statement).await?;
        Ok((rows, limit))
    }

    /// One session, looked at right before what it runs is ended (S17); none when it has gone.
    pub async fn session(&self, variables: &Variables, id: u64) -> Result<Option<Session>, TargetError> {
        let (statement, column, limit) = how(variables);
        let one = format!("{statement} WHERE {column} = {id}");
        let rows = self.query(&one).await?;
        Ok(rows.first().map(|row| session(row, limit)))
    }
}

/// How sessions are listed: the statement, its column of connection ids, and the bytes of a text that it gives.
fn how(variables: &Variables) -> (&'static str, &'static str, usize) {
    match () {
        () if variables.mariadb() => (query::SESSIONS_MARIADB, "p.ID", WHOLE),
        () if variables.performance_schema() => (query::SESSIONS_MYSQL, "t.PROCESSLIST_ID", CUT),
        () => (query::SESSIONS_ANY, "p.ID", WHOLE),
    }
}

/// Whether a session is one that could be ended, and of which it is not known whether it is inside a routine.
fn could_be_inside(session: &Session) -> bool {
    let reads = session.statement.as_ref().is_some_and(|statement| statement.reads);
    session.inside.is_none() && session.whose == Whose::Client && reads
}

/// A row of id, user, host, schema, command, whether it is a client's, exact ms, whole-second ms, mark, modified rows,
/// text, program, whether it is ours, whether its statement is inside a routine.
fn session(row: &Row, limit: usize) -> Session {
    let user = word(row, 1);
    let host = word(row, 2);
    let command = word(row, 4);
    let running = matches!(command.as_str(), "Query" | "Execute");
    let text = bytes(row, 10).unwrap_or_default();
    let statement = (running && !text.is_empty()).then(|| Statement::new(text, limit, Dialect::Mysql));
    let ms = word(row, 6).parse::<f64>().or_else(|_| word(row, 7).parse()).ok();
    let whose = whose(&user, &command, &word(row, 11), word(row, 5) == "1", word(row, 12) == "1");
    Session {
        id: word(row, 0).parse().unwrap_or(0),
        host: host.rsplit_once(':').map_or(host.as_str(), |(host, _)| host).to_owned(),
        user,
        database: word(row, 3),
        whose,
        statement,
        age: ms.and_then(|ms| Duration::try_from_secs_f64(ms / 1_000.0).ok()),
        modified: word(row, 9).parse().ok(),
        inside: bytes(row, 13).map(|_| word(row, 13) == "1"),
        mark: word(row, 8),
    }
}

fn whose(user: &str, command: &str, program: &str, client: bool, ours: bool) -> Whose {
    let named = |names: &[&str]| {
        let (user, program) = (user.to_ascii_lowercase(), program.to_ascii_lowercase());
        names.iter().any(|name| program.contains(name) || user == *name)
    };
    match command {
        _ if ours || program.starts_with("stampede") => Whose::Ours,
        _ if SYSTEM_USERS.contains(&user) => Whose::System,
        "Daemon" | "Connect" => Whose::System,
        _ if !client || command.starts_with("Binlog Dump") || command.starts_with("Slave") => {
            Whose::Replication
        }
        _ if named(&REPLICAS) => Whose::Replication,
        _ if named(&BACKUPS) => Whose::Backup,
        _ if named(&SCHEMA_CHANGES) => Whose::SchemaChange,
        _ if user.is_empty() => Whose::Unknown,
        _ => Whose::Client,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s16_whose_a_session_is() {
        let of = |user, command, program| whose(user, command, program, true, false);
        assert_eq!(of("app", "Query", ""), Whose::Client);
        assert_eq!(of("app", "Query", "mysqldump"), Whose::Backup);
        assert_eq!(of("backup", "Query", ""), Whose::Backup);
        assert_eq!(of("app", "Query", "gh-ost"), Whose::SchemaChange);
        assert_eq!(of("app", "Query", "stampede:night:ops@web1"), Whose::Ours);
        assert_eq!(of("system user", "Query", ""), Whose::System);
        assert_eq!(of("event_scheduler", "Connect", ""), Whose::System);
        assert_eq!(of("rdsadmin", "Query", ""), Whose::System);
        assert_eq!(of("x", "Binlog Dump GTID", ""), Whose::Replication);
        assert_eq!(of("x", "Slave_SQL", ""), Whose::Replication);
        assert_eq!(of("", "Query", ""), Whose::Unknown);
        assert_eq!(whose("root", "Query", "", false, false), Whose::Replication, "an applier of MySQL 9");
    }
}
