//! Every write that is ever sent to a PostgreSQL, typed: what is shown is what is sent (S9).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::system::postgres::quote::{ident, literal};

/// Whose default a setting is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The server's: all databases, all roles, unless they have their own.
    Server,
    /// A database's, for sessions that begin after it was set.
    Database(String),
    /// A role's, in every database, for sessions that begin after it was set.
    Role(String),
}

/// Whose number of connections is limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holder {
    /// A role's.
    Role(String),
    /// A database's.
    Database(String),
}

/// A write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write<'a> {
    /// Sets `default_transaction_read_only` to this text; none: the entry goes.
    ReadOnly(&'a Scope, Option<&'a str>),
    /// Has the server read its configuration files again.
    Reload,
    /// Sets how many sessions there may be at a time; -1: any number.
    Limit(&'a Holder, i64),
    /// Ends the connections of these names, which are our own and lost.
    Fence(&'a [String]),
}

/// Bytes of an `application_name` that a server keeps.
const NAME_LENGTH: usize = 63;

/// The writes that can leave this program towards a PostgreSQL, as their first words.
pub const TOLD: &[&str] = &[
    "ALTER SYSTEM SET default_transaction_read_only = ",
    "ALTER SYSTEM RESET default_transaction_read_only",
    "SELECT pg_reload_conf()",
    "BEGIN READ WRITE; ALTER DATABASE ",
    "BEGIN READ WRITE; ALTER ROLE ",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name IN (",
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE state = 'active' AND (pid, query_start) IN (",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'active' AND (pid, query_start) IN (",
];

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(name) => write!(f, "ROLE {}", ident(name)),
            Self::Database(name) => write!(f, "DATABASE {}", ident(name)),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server => f.write_str("SYSTEM"),
            Self::Role(name) => write!(f, "ROLE {}", ident(name)),
            Self::Database(name) => write!(f, "DATABASE {}", ident(name)),
        }
    }
}

/// This is the only place where a write is made. A write to the catalogue says `READ WRITE` itself: it must be possible
/// while the default that we set is on (for us, for whoever types it, and through a pooler), and leaves nothing behind
/// in the session. `ALTER SYSTEM` needs no such words, and takes none.
impl fmt::Display for Write<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAME: &str = "default_transaction_read_only";
        match self {
            Self::ReadOnly(Scope::Server, Some(value)) => {
                write!(f, "ALTER SYSTEM SET {NAME} = {}", literal(value))
            }
            Self::ReadOnly(Scope::Server, None) => write!(f, "ALTER SYSTEM RESET {NAME}"),
            Self::ReadOnly(scope, Some(value)) => {
                write!(f, "BEGIN READ WRITE; ALTER {scope} SET {NAME} = {}; COMMIT", literal(value))
            }
            Self::ReadOnly(scope, None) => write!(f, "BEGIN READ WRITE; ALTER {scope} RESET {NAME}; COMMIT"),
            Self::Reload => f.write_str("SELECT pg_reload_conf()"),
            Self::Fence(names) => {
                // The server keeps so much of a name.
                let cut = |name: &String| literal(name.get(..NAME_LENGTH).unwrap_or(name));
                let names: Vec<String> = names.iter().map(cut).collect();
                write!(
                    f,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name IN ({}) \
                     AND pid <> pg_backend_pid()",
                    names.join(", ")
                )
            }
            Self::Limit(holder, most) => {
                write!(f, "BEGIN READ WRITE; ALTER {holder} CONNECTION LIMIT {most}; COMMIT")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::postgres::Signal;

    #[test]
    fn every_write_is_on_the_list_and_every_entry_of_the_list_is_a_write() {
        let scopes = [Scope::Server, Scope::Database("a\"b".into()), Scope::Role("a b".into())];
        let holders = [Holder::Role("a\"b".into()), Holder::Database("a b".into())];
        let mut sent = vec![Write::Reload.to_string()];
        for scope in &scopes {
            sent.extend([Some("on"), None].map(|value| Write::ReadOnly(scope, value).to_string()));
        }
        sent.extend(holders.iter().map(|holder| Write::Limit(holder, -1).to_string()));
        sent.push(Write::Fence(&["stampede:night:ops@web1".into()]).to_string());
        let signal = |terminate| Signal { to: vec![(7, "2026-01-01 00:00:00")], terminate };
        sent.extend([false, true].map(|terminate| signal(terminate).to_string()));
        for sent in &sent {
            assert!(TOLD.iter().any(|entry| sent.starts_with(entry)), "{sent} is not on the list");
        }
        for entry in TOLD {
            assert!(sent.iter().any(|sent| sent.starts_with(entry)), "{entry} is on the list and never sent");
        }
    }

    #[test]
    fn it_is_shown_as_it_is_typed() {
        for (write, shown) in [
            (
                Write::ReadOnly(&Scope::Role("a\"b".into()), Some("on")),
                "BEGIN READ WRITE; ALTER ROLE \"a\"\"b\" SET default_transaction_read_only = 'on'; COMMIT",
            ),
            (
                Write::ReadOnly(&Scope::Database("shop".into()), None),
                "BEGIN READ WRITE; ALTER DATABASE \"shop\" RESET default_transaction_read_only; COMMIT",
            ),
            (
                Write::ReadOnly(&Scope::Server, Some("on")),
                "ALTER SYSTEM SET default_transaction_read_only = 'on'",
            ),
            (
                Write::Limit(&Holder::Role("app".into()), 5),
                "BEGIN READ WRITE; ALTER ROLE \"app\" CONNECTION LIMIT 5; COMMIT",
            ),
        ] {
            assert_eq!(write.to_string(), shown);
        }
    }
}
