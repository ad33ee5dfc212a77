//! Real local servers for the drill and the tests.
//!
//! A [`Lab`] is a temporary folder and the servers in it. They listen on free loopback ports, run without privileges,
//! and are gone with the `Lab`: on drop, on [`Lab::stop`], and (see `guard`) even when this process is killed.

mod account;
mod binaries;
mod cluster;
mod guard;
mod home;
mod mariadb;
pub mod pgbouncer;
mod ports;
mod postgres;
mod process;
mod redis;
mod replication;
mod room;
mod sentinel;
mod server;
mod template;

use std::ffi::OsString;
use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use percent_encoding::utf8_percent_encode;
use rustix::process::Signal;

pub use crate::lab::cluster::RedisCluster;
pub use crate::lab::mariadb::MariadbServer;
pub use crate::lab::pgbouncer::PgbouncerServer;
pub use crate::lab::postgres::PostgresServer;
pub use crate::lab::redis::{RedisServer, connect};
pub use crate::lab::replication::REPLICATOR;
pub use crate::lab::room::{has_room, or_full};
pub use crate::lab::server::Server;

use crate::error::{Failure, FailureKind};
use crate::lab::account::Account;
use crate::lab::home::Home;
use crate::lab::process::{Launch, Process};
use crate::lab::template::Recipe;
use crate::text::UNRESERVED;

/// The account that every database server of a lab has; it may do everything.
pub const USER: &str = "ops";
/// Its password, unless the lab was made with one of its own.
pub const PASSWORD: &str = "ops-pass";

/// A temporary folder with real servers in it.
pub struct Lab {
    servers: Mutex<Vec<Arc<Process>>>,
    password: String,
    account: Option<Account>,
    // Last, so that the folder is removed when no server writes to it any more.
    home: Home,
}

impl Lab {
    /// An empty lab. Errors: the temporary folder cannot be made.
    pub fn new() -> Result<Self, Failure> {
        Self::with_password(PASSWORD)
    }

    /// An empty lab whose database account `ops` has another password than the one everybody knows.
    /// Errors: the temporary folder cannot be made.
    pub fn with_password(password: &str) -> Result<Self, Failure> {
        let account = Account::for_servers();
        let home = Home::new().context("cannot make a folder for the lab")?;
        Ok(Self { servers: Mutex::default(), password: password.to_owned(), account, home })
    }

    /// Stops all servers, waits until they are gone, and removes their data.
    pub async fn stop(self) {
        // Ending them takes milliseconds, but it blocks: not on a thread that drives the caller's tasks.
        _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }

    /// The password of `ops` on the database servers.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// A folder that only we can open, beside those of the servers. Errors: it cannot be made.
    pub fn private_folder(&self, name: &str) -> io::Result<PathBuf> {
        self.home.folder(name, None)
    }

    /// A fresh folder for one server, owned by the account it will run as.
    fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.home.folder(name, self.account.as_ref());
        Ok(folder.with_context(|| format!("cannot make a folder for {name}"))?)
    }

    /// A folder in a server's folder, likewise.
    fn folder_in(&self, parent: &Path, name: &str) -> Result<PathBuf, Failure> {
        let path = parent.join(name);
        let made = home::private_folder(&path, self.account.as_ref());
        Ok(made.map(|()| path).with_context(|| format!("cannot make the folder {name}"))?)
    }

    /// Writes a file in a server's folder that only the account of the servers (or we) can read.
    fn write_private(&self, path: &Path, text: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        self.account.map_or(Ok(()), |account| account.own(path))
    }

    /// A new data folder below `folder`, which `make` fills unless a template is there. Errors: it cannot be filled.
    async fn fresh_data(
        &self,
        what: &'static str,
        program: PathBuf,
        folder: &Path,
        make: impl Fn(&Path) -> Result<(), Failure> + Send + 'static,
    ) -> Result<PathBuf, Failure> {
        let data = self.folder_in(folder, "data")?;
        let (account, target) = (self.account, data.clone());
        let fill = move || {
            let recipe = Recipe { what, program: &program, account: account.as_ref(), make: &make };
            template::fill(&target, &recipe)
        };
        let filled = tokio::task::spawn_blocking(fill).await;
        filled.with_context(|| format!("cannot set up {what}"))?.map(|()| data)
    }

    /// How a server is started in its folder. TERM shuts most of them down without waiting for clients.
    fn launch(&self, program: &Path, args: Vec<OsString>, folder: &Path) -> Launch {
        Launch {
            program: program.to_owned(),
            args,
            folder: folder.to_owned(),
            account: self.account,
            shutdown: Signal::TERM,
            abort: Signal::KILL,
        }
    }

    fn keep(&self, process: Process) -> Arc<Process> {
        let process = Arc::new(process);
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).push(process.clone());
        process
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // All are told before the first is waited for.
        let servers = self.servers.get_mut().unwrap_or_else(PoisonError::into_inner);
        servers.iter().for_each(|process| process.tell_to_end());
        servers.iter().for_each(|process| process.end());
    }
}

/// A password as it stands in a URL.
fn in_url(password: &str) -> impl Display + '_ {
    utf8_percent_encode(password, UNRESERVED)
}

fn failure(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Failed, message)
}

fn arguments(fixed: impl IntoIterator<Item = impl Into<OsString>>, given: &[&str]) -> Vec<OsString> {
    fixed.into_iter().map(Into::into).chain(given.iter().map(OsString::from)).collect()
}
