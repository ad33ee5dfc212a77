//! What all servers of a lab have in common: a port, a process, a way to wait until they answer.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::clock;
use crate::error::Failure;
use crate::lab::process::{Launch, Process};
use crate::lab::{Lab, failure, ports};

/// A start takes well under 2 s; a machine with seven other things to do may need longer.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// Longest wait for the answer to one question.
const ONE_TRY: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(5);
/// Ports to try when others take them before the server can.
const TRIES: usize = 8;

/// A running server.
#[derive(Clone)]
pub struct Server {
    what: &'static str,
    process: Arc<Process>,
    port: u16,
    ready: Ready,
}

/// Gives the server of a kind, which has more to it, all that every [`Server`] has.
macro_rules! is_a_server {
    ($kind:ty) => {
        impl std::ops::Deref for $kind {
            type Target = Server;

            fn deref(&self) -> &Server {
                &self.server
            }
        }
    };
}
pub(super) use is_a_server;

/// How a server shows that it answers. None of them leaves a connection behind that a test at the limit would trip over.
#[derive(Clone)]
pub(super) enum Ready {
    /// It replies to a PING on this unix socket, whatever the reply.
    Ping(PathBuf),
    /// Its log has this text.
    Log(&'static str),
    /// PostgreSQL's `postmaster.pid` has `ready` in its last line, as `pg_ctl` looks for it.
    Postmaster(PathBuf),
}

impl Ready {
    async fn is_ready(&self, process: &Process) -> bool {
        match self {
            Self::Ping(socket) => timeout(ONE_TRY, ping(socket)).await.is_ok_and(|reply| reply.is_ok()),
            Self::Log(text) => fs::read(process.launch().log())
                .is_ok_and(|log| memchr::memmem::find(&log, text.as_bytes()).is_some()),
            Self::Postmaster(file) => fs::read_to_string(file)
                .is_ok_and(|text| text.lines().nth(7).is_some_and(|s| s.trim() == "ready")),
        }
    }
}

async fn ping(socket: &PathBuf) -> io::Result<()> {
    let mut stream = UnixStream::connect(socket).await?;
    let mut reply = [0; 1];
    stream.write_all(b"PING\r\n").await?;
    stream.read_exact(&mut reply).await?;
    // We hang up, and wait until the server has too: so that we are not among its clients any more.
    stream.shutdown().await?;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await?;
    Ok(())
}

/// Asks again and again until the answer is the right one. Errors: it never is.
pub(super) async fn until(
    what: &str,
    ask: impl AsyncFn() -> Result<String, Failure>,
    right: impl Fn(&str) -> bool,
) -> Result<(), Failure> {
    let deadline = clock::instant() + PATIENCE;
    while clock::instant() < deadline {
        if let Ok(Ok(answer)) = timeout(ONE_TRY, ask()).await
            && right(&answer)
        {
            return Ok(());
        }
        clock::sleep(POLL).await;
    }
    Err(failure(format!("waited {} s in vain until the {what}", PATIENCE.as_secs())))
}

impl Server {
    /// Starts a server on a free port; `launch` says how, given the port.
    pub(super) async fn start(
        lab: &Lab,
        what: &'static str,
        ready: Ready,
        launch: impl Fn(u16) -> Launch,
    ) -> Result<Self, Failure> {
        for _ in 0..TRIES {
            let port = ports::free().ok_or_else(|| failure("no free port on the loopback interface"))?;
            let process =
                Process::start(launch(port)).with_context(|| format!("{what} cannot be started"))?;
            let server = Self { what, process: lab.keep(process), port, ready: ready.clone() };
            match server.until_ready().await {
                Err(_) if server.process.last_words().contains("ddress already in use") => {}
                result => return result.map(|()| server),
            }
        }
        Err(failure(format!("{what} found no free port in {TRIES} tries")))
    }

    async fn until_ready(&self) -> Result<(), Failure> {
        let deadline = clock::instant() + PATIENCE;
        while clock::instant() < deadline {
            // In this order: what has answered a moment ago may have ended since.
            let ready = self.ready.is_ready(&self.process).await;
            if self.process.has_ended() {
                return Err(failure(format!(
                    "{} ended at its start: {}",
                    self.what,
                    self.process.last_words()
                )));
            }
            if ready {
                return Ok(());
            }
            clock::sleep(POLL).await;
        }
        let seconds = PATIENCE.as_secs();
        Err(failure(format!(
            "{} does not answer after {seconds} s: {}",
            self.what,
            self.process.last_words()
        )))
    }

    /// The end of its log, escaped, for an error message.
    pub(super) fn last_words(&self) -> String {
        self.process.last_words()
    }

    /// The port it listens on, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Whether its process is still there.
    pub fn is_running(&self) -> bool {
        !self.process.has_ended()
    }

    /// The file with all that it has logged since its start.
    pub fn log(&self) -> PathBuf {
        self.process.launch().log()
    }

    /// Shuts it down in good order and waits until it is gone.
    pub async fn stop(&self) {
        self.process.shut_down().await;
    }

    /// Ends it as a crash would, and waits until it is gone.
    pub async fn kill(&self) {
        let process = self.process.clone();
        _ = tokio::task::spawn_blocking(move || process.end()).await;
    }

    /// Starts it again on the same port with the same data, ending it first when it still runs. Errors: as at its start.
    pub async fn restart(&self) -> Result<(), Failure> {
        self.stop().await;
        self.process.start_again().with_context(|| format!("{} cannot be started", self.what))?;
        self.until_ready().await
    }

    /// Freezes it: the port still accepts, nothing answers.
    pub fn pause(&self) {
        self.process.signal_all(Signal::STOP);
    }

    /// Lets it go on after a [`Server::pause`].
    pub fn resume(&self) {
        self.process.signal_all(Signal::CONT);
    }
}
