//! PgBouncer servers, in front of a PostgreSQL.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::io;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rustix::process::Signal;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::error::Failure;
use crate::lab::account::Account;
use crate::lab::binaries::{self, find};
use crate::lab::postgres::PostgresServer;
use crate::lab::process::Launch;
use crate::lab::server::{Ready, Server};
use crate::lab::{Lab, USER, failure, in_url};

/// The account of the console that may only look.
pub const WATCHER: &str = "watch";
/// The account of clients.
pub const CLIENT: &str = "app";
/// The databases by which clients know the one of the server.
const DATABASES: [&str; 2] = ["shop", "news-2"];
const CONSOLE: &str = "pgbouncer";

/// A running PgBouncer.
#[derive(Clone)]
pub struct PgbouncerServer {
    server: Server,
    folder: PathBuf,
    password: String,
}

impl Deref for PgbouncerServer {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl PgbouncerServer {
    /// Its console with the administrator `ops`: `pgbouncer://ops:ops-pass@127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("pgbouncer://{USER}:{}@127.0.0.1:{}", in_url(&self.password), self.port())
    }

    /// The folder of its unix socket.
    pub fn socket_dir(&self) -> &Path {
        &self.folder
    }

    /// How a client gets to a database of it (`shop`, `news-2`), or an account to its console (`pgbouncer`). All accounts
    /// have the lab's password.
    pub fn login(&self, user: &str, database: &str) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config.host("127.0.0.1").port(self.port()).user(user).password(&self.password).dbname(database);
        config
    }

    /// Says one command to its console as `ops`, and gives the rows: columns by name. Errors: what it says.
    pub async fn says(&self, command: &str) -> Result<Vec<Vec<(String, String)>>, Failure> {
        let words = |error: tokio_postgres::Error| {
            let said =
                error.as_db_error().map_or_else(|| error.to_string(), |said| said.message().to_owned());
            failure(format!("PgBouncer said: {said}"))
        };
        let (client, connection) = self.login(USER, CONSOLE).connect(NoTls).await.map_err(words)?;
        let connection = tokio::spawn(connection);
        let answer = client.simple_query(command).await.map_err(words);
        drop(client);
        _ = connection.await;
        let rows = answer?.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let named = |row: tokio_postgres::SimpleQueryRow| {
            let columns = row.columns().iter().enumerate();
            let cell = |at| row.get(at).unwrap_or_default().to_owned();
            columns.map(|(at, column)| (column.name().to_owned(), cell(at))).collect()
        };
        Ok(rows.map(named).collect())
    }
}

impl Lab {
    /// Starts PgBouncer in front of `postgres`, with two databases that lead to its one, in transaction mode with pools of
    /// 3, with further settings (`&[("pool_mode", "session")]`), which win over the lab's own. Errors: not installed;
    /// refuses the settings.
    pub async fn pgbouncer(
        &self,
        postgres: &PostgresServer,
        settings: &[(&str, &str)],
    ) -> Result<PgbouncerServer, Failure> {
        let program = find(&binaries::PGBOUNCER)?;
        let folder = self.folder("pgbouncer")?;
        let accounts: String = [USER, WATCHER, CLIENT]
            .iter()
            .map(|name| format!("\"{name}\" \"{}\"\n", self.password))
            .collect();
        let account = self.account;
        let keep = |name: &str, text: &str| keep(&folder.join(name), text, account.as_ref());
        keep("accounts", &accounts).context("cannot write the accounts of a PgBouncer")?;
        let launch = |port: u16| {
            // What cannot be written, it cannot read, and says so.
            _ = keep("pgbouncer.ini", &self.configuration(postgres, &folder, port, settings));
            Launch {
                program: program.clone(),
                args: vec![folder.join("pgbouncer.ini").into()],
                folder: folder.clone(),
                account,
                // INT would wait for its clients to leave.
                shutdown: Signal::TERM,
                abort: Signal::KILL,
            }
        };
        let server = Server::start(self, "PgBouncer", Ready::Log("process up"), launch).await?;
        Ok(PgbouncerServer { server, folder: folder.clone(), password: self.password.clone() })
    }

    fn configuration(
        &self,
        postgres: &PostgresServer,
        folder: &Path,
        port: u16,
        settings: &[(&str, &str)],
    ) -> String {
        let mut text = String::from("[databases]\n");
        for name in DATABASES {
            _ = writeln!(
                text,
                "{name} = host=127.0.0.1 port={} dbname=postgres user={USER} password='{}'",
                postgres.port(),
                self.password.replace('\'', "''")
            );
        }
        text.push_str("[pgbouncer]\n");
        let (port, accounts, sockets) =
            (port.to_string(), folder.join("accounts").display().to_string(), folder.display().to_string());
        let own = [
            ("listen_addr", "127.0.0.1"),
            ("listen_port", &port),
            ("unix_socket_dir", &sockets),
            ("auth_type", "plain"),
            ("auth_file", &accounts),
            ("admin_users", USER),
            ("stats_users", WATCHER),
            ("pool_mode", "transaction"),
            ("default_pool_size", "3"),
        ];
        // The last one of a name counts.
        for (name, value) in own.iter().chain(settings) {
            _ = writeln!(text, "{name} = {value}");
        }
        text
    }
}

/// Writes a file that only the account of the server (or we) can read.
fn keep(path: &Path, text: &str, account: Option<&Account>) -> io::Result<()> {
    fs::write(path, text)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    account.map_or(Ok(()), |account| account.own(path))
}
