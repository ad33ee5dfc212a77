//! One server process: started, told, waited for.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::clock;
use crate::lab::account::{Account, run_as};
use crate::text::escape;

/// How long a server may take to shut down when asked nicely.
const PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);

/// How to start a server, again if need be.
#[derive(Clone)]
pub(super) struct Launch {
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    /// Its working directory; the log is in it.
    pub(super) folder: PathBuf,
    pub(super) account: Option<Account>,
    /// The signal for an orderly shutdown that does not wait for clients.
    pub(super) shutdown: Signal,
    /// The signal that ends it at once, its helpers included.
    pub(super) abort: Signal,
}

impl Launch {
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn spawn(&self) -> io::Result<Child> {
        let log = File::create(self.log())?;
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        run_as(&mut command, self.account.as_ref());
        // A group of its own, so that Ctrl-C at the terminal reaches us and not the servers.
        command.process_group(0);
        command.spawn()
    }
}

/// A running server.
pub(super) struct Process {
    launch: Launch,
    child: Mutex<Child>,
}

impl Process {
    pub(super) fn start(launch: Launch) -> io::Result<Self> {
        let child = Mutex::new(launch.spawn()?);
        Ok(Self { launch, child })
    }

    /// Starts it again after it has ended, with the same arguments.
    pub(super) fn start_again(&self) -> io::Result<()> {
        let mut child = self.child();
        *child = self.launch.spawn()?;
        Ok(())
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn launch(&self) -> &Launch {
        &self.launch
    }

    pub(super) fn pid(&self) -> u32 {
        self.child().id()
    }

    pub(super) fn has_ended(&self) -> bool {
        !matches!(self.child().try_wait(), Ok(None))
    }

    /// Sends a signal, unless it has ended: then its id may belong to somebody else.
    pub(super) fn signal(&self, signal: Signal) {
        let mut child = self.child();
        if matches!(child.try_wait(), Ok(None)) {
            _ = kill_process(Pid::from_child(&child), signal);
        }
    }

    /// Sends a signal to its child processes too (PostgreSQL has one for each connection).
    pub(super) fn signal_all(&self, signal: Signal) {
        self.signal(signal);
        let pid = self.pid();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        for pid in children.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)) {
            _ = kill_process(pid, signal);
        }
    }

    /// Shuts it down in good order, or ends it when that takes too long.
    pub(super) async fn shut_down(&self) {
        self.signal(self.launch.shutdown);
        self.signal_all(Signal::CONT);
        let deadline = clock::instant() + PATIENCE;
        while !self.has_ended() && clock::instant() < deadline {
            clock::sleep(POLL).await;
        }
        if !self.has_ended() {
            self.end();
        }
    }

    /// Tells it to end at once, without waiting.
    pub(super) fn tell_to_end(&self) {
        self.signal(self.launch.abort);
        // A stopped process would never hear anything but KILL.
        self.signal_all(Signal::CONT);
    }

    /// Ends it at once and waits until it is gone.
    pub(super) fn end(&self) {
        self.tell_to_end();
        _ = self.child().wait();
    }

    /// The end of its log, escaped, for an error message.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read(self.launch.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<_> = log.lines().filter(|line| !line.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(4)..].iter().map(|line| escape(line)).collect::<Vec<_>>().join("; ")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
