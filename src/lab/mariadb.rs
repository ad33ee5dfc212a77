//! MariaDB servers.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use mysql_async::prelude::Queryable;

use crate::error::Failure;
use crate::lab::account::Account;
use crate::lab::binaries::{self, find};
use crate::lab::server::{Ready, is_a_server};
use crate::lab::{Lab, PASSWORD, Server, USER, arguments, in_url, template};

/// Small files: they are copied for each server.
const SMALL: [&str; 2] = ["--innodb-log-file-size=4M", "--skip-log-bin"];
const WHAT: &str = "MariaDB";

/// A running MariaDB.
#[derive(Clone)]
pub struct MariadbServer {
    server: Server,
    socket: PathBuf,
    password: String,
}

is_a_server!(MariadbServer);

impl MariadbServer {
    /// Its address with the account `ops`: `mysql://ops:ops-pass@127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("mysql://{USER}:{}@127.0.0.1:{}", in_url(&self.password), self.port())
    }

    /// Its unix socket, by which root gets in without a password.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Runs statements as root by the socket, for setting things up. Errors: what the server says.
    pub async fn root(&self, statements: &[&str]) -> Result<(), Failure> {
        let cannot = "cannot set up MariaDB";
        let mut connection = self.connect().await.context(cannot)?;
        for statement in statements {
            connection.query_drop(*statement).await.context(cannot)?;
        }
        Ok(connection.disconnect().await.context(cannot)?)
    }

    /// The rows that a statement gives root by the socket, as text, to look at the server without the program.
    /// Errors: what the server says.
    pub async fn query(&self, statement: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let cannot = "cannot ask MariaDB";
        let mut connection = self.connect().await.context(cannot)?;
        let rows: Vec<mysql_async::Row> = connection.query(statement).await.context(cannot)?;
        connection.disconnect().await.context(cannot)?;
        Ok(rows
            .into_iter()
            .map(|row| row.unwrap_raw().into_iter().map(|value| text(value?)).collect())
            .collect())
    }

    async fn connect(&self) -> mysql_async::Result<mysql_async::Conn> {
        let options = mysql_async::OptsBuilder::default()
            .user(Some("root"))
            .socket(self.socket.to_str())
            .prefer_socket(Some(true));
        mysql_async::Conn::new(options).await
    }
}

impl Lab {
    /// Starts MariaDB with further arguments (`&["--max-connections=10"]`), which win over the lab's own.
    /// Errors: not installed; refuses the arguments.
    pub async fn mariadb(&self, args: &[&str]) -> Result<MariadbServer, Failure> {
        let server = self.start_mariadb(args).await?;
        if self.password != PASSWORD {
            let password = quoted(&self.password);
            server.root(&[&format!("ALTER USER {USER}@'%' IDENTIFIED BY {password}")]).await?;
        }
        Ok(server)
    }

    /// Starts MariaDB as it comes out of the template: `ops` has the common password.
    pub(super) async fn start_mariadb(&self, args: &[&str]) -> Result<MariadbServer, Failure> {
        let program = find(&binaries::MARIADB)?;
        let folder = self.folder("mariadb")?;
        let data = self.fresh_mariadb(program.clone(), &folder).await?;
        let socket = folder.join("mariadb.sock");
        let launch = |port: u16| {
            let mut all = arguments(
                [
                    "--no-defaults".to_owned(),
                    format!("--datadir={}", data.display()),
                    format!("--socket={}", socket.display()),
                    format!("--pid-file={}", folder.join("pid").display()),
                    // What SQL may write stays in here.
                    format!("--secure-file-priv={}", data.display()),
                    format!("--tmpdir={}", folder.display()),
                    format!("--port={port}"),
                    // No two servers that replicate may have the same, and no two have the same port.
                    format!("--server-id={port}"),
                    "--bind-address=127.0.0.1".into(),
                    "--skip-name-resolve".into(),
                    "--innodb-buffer-pool-size=32M".into(),
                    "--innodb-flush-log-at-trx-commit=0".into(),
                    "--loose-innodb-buffer-pool-dump-at-shutdown=OFF".into(),
                    "--loose-innodb-buffer-pool-load-at-startup=OFF".into(),
                ],
                &SMALL,
            );
            all.extend(args.iter().map(Into::into));
            self.launch(&program, all, &folder)
        };
        let server = Server::start(self, WHAT, Ready::Log("ready for connections"), launch).await?;
        Ok(MariadbServer { server, socket, password: self.password.clone() })
    }

    async fn fresh_mariadb(&self, program: PathBuf, folder: &Path) -> Result<PathBuf, Failure> {
        let install = find(&binaries::MARIADB_INSTALL)?;
        let (account, server) = (self.account, program.clone());
        let make = move |data: &Path| initialise(&install, &server, data, account.as_ref());
        self.fresh_data(WHAT, program, folder, make).await
    }
}

/// A string as it stands in a statement.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A value as text; none for NULL.
fn text(value: mysql_async::Value) -> Option<String> {
    match value {
        mysql_async::Value::NULL => None,
        mysql_async::Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true)),
    }
}

fn initialise(install: &Path, program: &Path, data: &Path, account: Option<&Account>) -> Result<(), Failure> {
    let datadir = format!("--datadir={}", data.display());
    let mut command = Command::new(install);
    command.args(["--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal"]);
    command.arg(&datadir).args(SMALL);
    template::run(WHAT, &mut command, account)?;

    // One statement a line, as --bootstrap wants it. Root stays on the socket: over TCP anybody here could be root.
    let accounts = format!(
        "FLUSH PRIVILEGES;\n\
         DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost');\n\
         FLUSH PRIVILEGES;\n\
         CREATE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}';\n\
         GRANT ALL ON *.* TO {USER}@'%' WITH GRANT OPTION;\n"
    );
    let mut command = Command::new(program);
    command.args(["--no-defaults", "--bootstrap"]).arg(&datadir).args(SMALL);
    template::run_script(WHAT, &mut command, account, &data.with_file_name("accounts.sql"), &accounts)
}
