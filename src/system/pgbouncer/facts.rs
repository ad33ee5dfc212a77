//! What the rows mean.

use std::time::Duration;

use tokio_postgres::SimpleQueryRow;

use crate::system::postgres::cell;
use crate::text;

/// A database, as clients name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// Server connections that each of its pools may have, the reserve included.
    pub pool_size: u64,
    /// Server connections that all its pools may have together; 0: no limit.
    pub max_connections: u64,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether new clients are turned away.
    pub disabled: bool,
}

/// The pool of one account in one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The database.
    pub database: String,
    /// The account.
    pub user: String,
    /// `session`, `transaction` or `statement`.
    pub mode: String,
    /// Clients that are linked to a server connection, or have nothing to ask.
    pub clients_active: u64,
    /// Clients that wait for a server connection.
    pub clients_waiting: u64,
    /// Server connections that work for a client, log in, or are being tested: what a pause waits for.
    pub servers_active: u64,
    /// Server connections that can be given to a client.
    pub servers_idle: u64,
    /// Server connections that are logged in, whatever they do.
    pub servers_ready: u64,
    /// For how long the first client in the queue has waited.
    pub longest_wait: Duration,
}

/// How it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Configuration file and port, and the number among its peers where it has one.
    pub id: String,
    /// Whether our account may pause and resume.
    pub admin: bool,
    /// How many clients there may be.
    pub most_clients: Option<u64>,
    /// How long a client may wait for a server connection before it is disconnected; none: for ever.
    pub query_wait: Option<Duration>,
    /// How long a login may take; none: for ever. One to a pool that has no server connection yet waits for one.
    pub login: Option<Duration>,
    /// Whether other processes may listen on the same port (`so_reuseport`).
    pub shares_port: bool,
}

pub(super) fn number(row: &SimpleQueryRow, name: &str) -> u64 {
    cell(row, name).and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn word(row: &SimpleQueryRow, name: &str) -> String {
    cell(row, name).unwrap_or_default().to_owned()
}

impl Database {
    pub(super) fn read(row: &SimpleQueryRow) -> Self {
        Self {
            name: word(row, "name"),
            // Called `reserve_pool` before 1.23.
            pool_size: number(row, "pool_size")
                + number(row, "reserve_pool").max(number(row, "reserve_pool_size")),
            max_connections: number(row, "max_connections"),
            paused: number(row, "paused") > 0,
            disabled: number(row, "disabled") > 0,
        }
    }
}

impl Pool {
    pub(super) fn read(row: &SimpleQueryRow) -> Self {
        let all = |names: &[&str]| names.iter().map(|name| number(row, name)).sum();
        Self {
            database: word(row, "database"),
            user: word(row, "user"),
            mode: word(row, "pool_mode"),
            clients_active: number(row, "cl_active"),
            clients_waiting: number(row, "cl_waiting"),
            servers_active: all(&["sv_active", "sv_active_cancel", "sv_tested", "sv_login"]),
            servers_idle: all(&["sv_idle", "sv_used"]),
            servers_ready: all(&["sv_active", "sv_active_cancel", "sv_tested", "sv_idle", "sv_used"]),
            longest_wait: Duration::from_secs(number(row, "maxwait"))
                + Duration::from_micros(number(row, "maxwait_us")),
        }
    }
}

impl Setup {
    pub(super) fn read(rows: &[SimpleQueryRow], user: &str) -> Self {
        let get = |key: &str| {
            let row = rows.iter().find(|row| cell(row, "key") == Some(key));
            row.and_then(|row| cell(row, "value")).unwrap_or_default()
        };
        // A time of 0 is none.
        let time = |key: &str| {
            let seconds = get(key).parse().ok().filter(|seconds: &f64| *seconds > 0.0)?;
            Duration::try_from_secs_f64(seconds).ok()
        };
        let peer = match get("peer_id") {
            "" | "0" => String::new(),
            peer => format!(", peer {peer}"),
        };
        let id = format!("{}, port {}{peer}", get("conffile"), get("listen_port"));
        Self {
            id: text::escape(&id).into_owned(),
            admin: is_admin(get("admin_users"), user),
            most_clients: get("max_client_conn").parse().ok(),
            query_wait: time("query_wait_timeout"),
            login: time("client_login_timeout"),
            shares_port: get("so_reuseport") == "1",
        }
    }
}

/// The user `pgbouncer` is one by the socket without being listed, if it runs as us.
fn is_admin(listed: &str, user: &str) -> bool {
    user == super::CONSOLE || listed.split(',').any(|name| matches!(name.trim(), "*") || name.trim() == user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_is_who_is_listed_as_one() {
        assert!(is_admin("root, ops,postgres", "ops"));
        assert!(is_admin("*", "ops") && is_admin("", "pgbouncer"));
        assert!(!is_admin("root,ops2", "ops") && !is_admin("", "ops"));
    }
}
