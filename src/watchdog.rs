//! A watchdog: a second process that acts when this one dies before it says "done".
//!
//! The two hold the ends of one socket. However the first ends, the kernel closes its end; unless the word was said
//! before, the second then knows that it is alone. It is in a process group of its own, so that neither Ctrl-C at the
//! terminal nor a kill of the whole group takes it along, and it writes to no terminal.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What the second process says once it stands by.
const READY: &[u8] = b"ready\n";
/// What the first one says when there is nothing left to do.
const DONE: &[u8] = b"done\n";
/// Longest wait for the second process to stand by, and to leave.
const PATIENCE: Duration = Duration::from_secs(5);

/// A second process that stands by. Dropping this without [`Watchdog::disarm`] has it act, as our death would.
#[derive(Debug)]
#[must_use = "dropping it has the second process act"]
pub struct Watchdog {
    line: UnixStream,
    child: Child,
}

/// What the second process finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The first one has said that nothing is left to do.
    Disarmed,
    /// The first one is gone: act.
    Alone,
}

impl Watchdog {
    /// Starts this program with `args`, and waits until it stands by (see [`stand_by`]). Errors: it cannot be started, or
    /// ends at once; then nothing that needs it may be done. Blocks for as long as a program takes to start.
    pub fn arm(args: &[OsString]) -> io::Result<Self> {
        Self::with(std::env::current_exe()?, args)
    }

    /// The same with another program.
    pub fn with(program: PathBuf, args: &[OsString]) -> io::Result<Self> {
        let (line, theirs) = UnixStream::pair()?;
        let mut command = Command::new(program);
        command.args(args).process_group(0).current_dir("/");
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn()?;
        // Their end must be theirs alone, or its closing would go unheard.
        drop(command);
        let mut watchdog = Self { line, child };
        watchdog.line.set_read_timeout(Some(PATIENCE))?;
        let mut heard = [0; READY.len()];
        match watchdog.line.read_exact(&mut heard) {
            Ok(()) if heard == READY => Ok(watchdog),
            outcome => {
                // It is not standing by, so there is nobody to disarm.
                _ = watchdog.child.kill();
                _ = watchdog.child.wait();
                let why = outcome.err().map_or_else(|| "it says something else".into(), |e| e.to_string());
                Err(io::Error::other(format!("the process that would put it back does not start: {why}")))
            }
        }
    }

    /// Says that nothing is left to do, and waits until the second process has left. Errors: it is not there any more, or
    /// does not leave; whatever it was to do has been done or is being done.
    pub fn disarm(mut self) -> io::Result<()> {
        self.line.write_all(DONE)?;
        self.line.shutdown(Shutdown::Write)?;
        // It closes its end by ending.
        self.line.read_to_end(&mut Vec::new())?;
        self.child.wait()?;
        Ok(())
    }

    /// The second process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

/// The second process's part, on its standard input: says that it stands by, and waits for the word or the end of the
/// first. Errors: standard input is no such line, so nobody counts on us.
pub fn stand_by() -> io::Result<Fate> {
    let mut line = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    line.write_all(READY)?;
    let mut heard = Vec::new();
    // A first process that dies before it has read our word resets the line: that is an end, too.
    _ = line.read_to_end(&mut heard);
    Ok(if heard == DONE { Fate::Disarmed } else { Fate::Alone })
}
