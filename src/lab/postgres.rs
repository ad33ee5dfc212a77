//! PostgreSQL servers.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage, SimpleQueryRow};

use crate::error::Failure;
use crate::lab::account::Account;
use crate::lab::binaries::find_postgres;
use crate::lab::process::Launch;
use crate::lab::server::{Ready, is_a_server};
use crate::lab::{Lab, PASSWORD, Server, USER, failure, in_url, template};

const WHAT: &str = "PostgreSQL";

/// A running PostgreSQL.
#[derive(Clone)]
pub struct PostgresServer {
    server: Server,
    socket_dir: PathBuf,
    password: String,
}

is_a_server!(PostgresServer);

impl PostgresServer {
    /// Its address with the role `ops`: `postgres://ops:ops-pass@127.0.0.1:PORT/postgres`.
    pub fn url(&self) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{}/postgres", in_url(&self.password), self.port())
    }

    /// The folder of its unix socket, by which `postgres` gets in without a password.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// Runs statements as `postgres` by the socket, for setting things up. Errors: what the server says.
    pub async fn root(&self, statements: &[&str]) -> Result<(), Failure> {
        let run = async |client: &Client| {
            for statement in statements {
                client.batch_execute(statement).await?;
            }
            Ok(())
        };
        self.as_root(run).await.map_err(|said| failure(format!("cannot set up PostgreSQL: {said}")))
    }

    /// The rows that a statement gives `postgres` by the socket, as text, to look at the server without the program.
    /// Errors: what the server says.
    pub async fn query(&self, statement: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let ask = async |client: &Client| client.simple_query(statement).await;
        let answer = self.as_root(ask).await;
        let answer = answer.map_err(|said| failure(format!("cannot ask PostgreSQL: {said}")))?;
        let cells = |row: SimpleQueryRow| (0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect();
        Ok(rows(answer).map(cells).collect())
    }

    async fn as_root<T>(&self, work: impl AsyncFnOnce(&Client) -> Result<T, Error>) -> Result<T, String> {
        let mut config = Config::new();
        config.host_path(&self.socket_dir).port(self.port()).user("postgres").dbname("postgres");
        with_client(&config, work).await
    }
}

/// Gives a connection to `work` and waits until it is closed. Errors: what the server says.
pub(super) async fn with_client<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Client) -> Result<T, Error>,
) -> Result<T, String> {
    let words = |error: Error| {
        error.as_db_error().map_or_else(|| error.to_string(), |said| said.message().to_owned())
    };
    let (client, connection) = config.connect(NoTls).await.map_err(words)?;
    let connection = tokio::spawn(connection);
    let result = work(&client).await.map_err(words);
    drop(client);
    _ = connection.await;
    result
}

/// The rows of an answer, without what else a server says.
pub(super) fn rows(answer: Vec<SimpleQueryMessage>) -> impl Iterator<Item = SimpleQueryRow> {
    answer.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })
}

impl Lab {
    /// Starts PostgreSQL with further settings (`&[("max_connections", "12")]`), which win over the lab's own.
    /// Errors: not installed; refuses the settings.
    pub async fn postgres(&self, settings: &[(&str, &str)]) -> Result<PostgresServer, Failure> {
        let program = find_postgres()?;
        let folder = self.folder("postgres")?;
        let data = self.fresh_postgres(program.clone(), &folder).await?;
        let server = self.start_postgres(program, folder, data, settings).await?;
        if self.password != PASSWORD {
            let password = quoted(&self.password);
            server.root(&[&format!("ALTER ROLE {USER} PASSWORD {password}")]).await?;
        }
        Ok(server)
    }

    /// Starts PostgreSQL on what is in `data`; its socket will be in `folder`.
    pub(super) async fn start_postgres(
        &self,
        program: PathBuf,
        folder: PathBuf,
        data: PathBuf,
        settings: &[(&str, &str)],
    ) -> Result<PostgresServer, Failure> {
        let own = [
            ("listen_addresses", "127.0.0.1"),
            ("fsync", "off"),
            ("synchronous_commit", "off"),
            ("full_page_writes", "off"),
            ("shared_buffers", "32MB"),
            // In the data folder instead of /dev/shm, where it would stay behind after a kill.
            ("dynamic_shared_memory_type", "mmap"),
        ];
        let launch = |port: u16| {
            let mut args = vec!["-D".into(), data.clone().into(), "-p".into(), port.to_string().into()];
            let sockets = ("unix_socket_directories", &*folder.to_string_lossy());
            for (name, value) in own.iter().chain([&sockets]).chain(settings) {
                args.extend(["-c".into(), format!("{name}={value}").into()]);
            }
            // KILL would leave its children to find out by themselves.
            let (shutdown, abort) = (Signal::INT, Signal::QUIT);
            Launch { shutdown, abort, ..self.launch(&program, args, &folder) }
        };
        let ready = Ready::Postmaster(data.join("postmaster.pid"));
        let server = Server::start(self, WHAT, ready, launch).await?;
        Ok(PostgresServer { server, socket_dir: folder, password: self.password.clone() })
    }

    async fn fresh_postgres(&self, program: PathBuf, folder: &Path) -> Result<PathBuf, Failure> {
        let (account, server) = (self.account, program.clone());
        let make = move |data: &Path| initialise(&server, data, account.as_ref());
        self.fresh_data(WHAT, program, folder, make).await
    }
}

/// A string as it stands in a statement.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn initialise(program: &Path, data: &Path, account: Option<&Account>) -> Result<(), Failure> {
    let mut command = Command::new(program.with_file_name("initdb"));
    command.arg("-D").arg(data).args(["-U", "postgres", "--auth-local=trust", "--auth-host=scram-sha-256"]);
    // A write-ahead log in small files: they are copied for each server.
    command.args(["--no-sync", "--encoding=UTF8", "--locale=C", "--wal-segsize=1"]);
    template::run(WHAT, &mut command, account)?;

    let role = format!("CREATE ROLE {USER} SUPERUSER REPLICATION LOGIN PASSWORD '{PASSWORD}';\n");
    let mut command = Command::new(program);
    command.args(["--single", "-F", "-D"]).arg(data).arg("postgres");
    template::run_script(WHAT, &mut command, account, &data.with_file_name("roles.sql"), &role)
}
