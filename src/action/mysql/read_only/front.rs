//! What stands in front of `SET GLOBAL read_only` (S20).

use std::time::Duration;

use crate::action::Refusal;
use crate::kill_policy::{Session, Whose};
use crate::sql;
use crate::system::mysql::{Reader, Variables};
use crate::text;

/// What it would wait for.
pub struct Front {
    /// Each in words: connection, account, what it does.
    pub blockers: Vec<String>,
    /// What cannot be told.
    pub notes: Vec<String>,
}

impl Front {
    /// Looks for statements that write, and for tables that somebody holds. Statements younger than `young` are likely
    /// to be over in time.
    pub async fn of(reader: &Reader, variables: &Variables, sessions: &[Session], young: Duration) -> Self {
        let mut blockers: Vec<String> =
            sessions.iter().filter_map(|session| writing(session, young)).collect();
        let mut notes = Vec::new();
        match reader.holders(variables).await {
            Some(holders) => {
                for (id, user, table) in holders {
                    let named = format!("connection {id} ");
                    if !blockers.iter().any(|known| known.starts_with(&named)) {
                        let rows =
                            sessions.iter().find(|session| session.id == id).and_then(|it| it.modified);
                        blockers.push(format!(
                            "{named}({}) holds {} for itself, {} rows modified",
                            text::escape(&user),
                            text::escape(&table),
                            rows.map_or_else(|| "?".into(), |rows| rows.to_string())
                        ));
                    }
                }
            }
            // A table is in use by every statement that reads it: only where none runs does that tell anything beforehand.
            None if young.is_zero() || sessions.iter().all(is_quiet) => {
                notes.extend(hidden(&reader.in_use().await, sessions, reader.user()));
            }
            None => {}
        }
        Self { blockers, notes }
    }

    /// The refusal that names them; none when nothing stands in front.
    pub fn refusal(&self, bound: Duration) -> Option<Refusal> {
        let first = self.blockers.first()?;
        let more = match self.blockers.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        Some(Refusal::by(
            "S20",
            format!("it would wait, and every other write with it, for {first}{more}"),
            format!("wait until that is over, or end it; it is tried for {} at most", text::duration(bound)),
        ))
    }
}

/// Whether no client runs anything over this session.
fn is_quiet(session: &Session) -> bool {
    session.statement.is_none() || session.whose != Whose::Client
}

/// Who may hold a table, where the server does not say who does.
fn hidden(tables: &[String], sessions: &[Session], ourselves: &str) -> Option<String> {
    let client = |session: &&Session| session.whose == Whose::Client && session.user != ourselves;
    let clients = sessions.iter().filter(client);
    let named: Vec<String> =
        clients.map(|session| format!("{} ({})", session.id, text::escape(&session.user))).collect();
    (!tables.is_empty() && !named.is_empty()).then(|| {
        format!(
            "tables in use: {}; which connection holds one (LOCK TABLES) is not shown here: one of {}? (INSTALL SONAME \
             'metadata_lock_info' shows it)",
            text::escape(&tables.join(", ")),
            text::fit(&named.join(", "), 200)
        )
    })
}

/// A statement that writes and is older than `young`, in words.
fn writing(session: &Session, young: Duration) -> Option<String> {
    let statement = session.statement.as_ref()?;
    let age = session.age?;
    let writes = matches!(statement.kind, sql::Kind::Write | sql::Kind::Ddl);
    (writes && age >= young).then(|| {
        format!(
            "connection {} ({}): {} for {}, {} rows modified",
            session.id,
            text::escape(&session.user),
            text::fit(&statement.digest, 60),
            text::duration(age),
            session.modified.map_or_else(|| "?".into(), |rows| rows.to_string())
        )
    })
}

/// Sessions whose transactions have changed rows and which write nothing at this moment: they do not delay it, and fail at
/// COMMIT. Of one that does write it cannot be told whether its statement is all of its transaction.
pub fn transactions(sessions: &[Session]) -> impl Iterator<Item = String> + '_ {
    let writes = |session: &Session| {
        session.statement.as_ref().is_some_and(|it| matches!(it.kind, sql::Kind::Write | sql::Kind::Ddl))
    };
    let open = move |session: &&Session| {
        session.whose == Whose::Client && session.modified.unwrap_or(0) > 0 && !writes(session)
    };
    sessions.iter().filter(open).map(|session| {
        format!(
            "connection {} ({}) has {} rows modified and {}",
            session.id,
            text::escape(&session.user),
            session.modified.unwrap_or(0),
            if session.statement.is_some() { "runs something that does not write" } else { "is idle" }
        )
    })
}
