//! PgBouncer servers, in front of a PostgreSQL.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio_postgres::{Client, SimpleQueryRow};

use crate::error::Failure;
use crate::lab::binaries::{self, find};
use crate::lab::postgres::{PostgresServer, rows, with_client};
use crate::lab::server::{Ready, Server, is_a_server};
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

is_a_server!(PgbouncerServer);

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
        let say = async |client: &Client| client.simple_query(command).await;
        let answer = with_client(&self.login(USER, CONSOLE), say).await;
        let answer = answer.map_err(|said| failure(format!("PgBouncer said: {said}")))?;
        let named = |row: SimpleQueryRow| {
            let columns = row.columns().iter().enumerate();
            let cell = |at| row.get(at).unwrap_or_default().to_owned();
            columns.map(|(at, column)| (column.name().to_owned(), cell(at))).collect()
        };
        Ok(rows(answer).map(named).collect())
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
        let written = self.write_private(&folder.join("accounts"), &accounts);
        written.context("cannot write the accounts of a PgBouncer")?;
        let configuration = folder.join("pgbouncer.ini");
        let launch = |port: u16| {
            // What cannot be written, it cannot read, and says so.
            let text = self.configuration(postgres, &folder, port, settings);
            _ = self.write_private(&configuration, &text);
            self.launch(&program, vec![configuration.clone().into()], &folder)
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
