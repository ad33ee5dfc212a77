//! The real binary, in a clean environment: stdout, stderr and exit status are looked at together.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Child;
use tokio::time::timeout;

use super::PATIENCE;
use super::heard::Heard;

/// What comes before a program so that it has the default action for every signal. It would keep those that we ignore, as
/// under `nohup` and in the background of a script, and a shell could not even trap them.
pub const DEFAULT_SIGNALS: [&str; 2] = ["/usr/bin/env", "--default-signal"];

/// A home folder, which is the working directory too: what one run leaves there, the next one finds.
#[derive(Clone)]
pub struct Home {
    folder: Arc<tempfile::TempDir>,
}

impl Home {
    pub fn new() -> Self {
        Self { folder: Arc::new(tempfile::tempdir().unwrap()) }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `XDG_STATE_HOME`: the place that it has by default.
    pub fn state(&self) -> PathBuf {
        self.path().join(".local/state")
    }

    /// The newest incident's journal as it stands; empty before there is one.
    pub fn journal(&self) -> String {
        self.journal_path().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default()
    }

    /// Puts something else in its place.
    pub fn keep_journal(&self, text: &str) {
        fs::write(self.journal_path().unwrap(), text).unwrap();
    }

    fn journal_path(&self) -> Option<PathBuf> {
        let folder = fs::read_dir(self.state().join("stampede/incidents"));
        let files = folder.into_iter().flatten().flatten().map(|entry| entry.path());
        files.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).max()
    }

    /// What a run has in its environment, unless it is given more.
    pub fn environment(&self) -> [(&'static str, std::ffi::OsString); 3] {
        let path = std::env::var_os("PATH").unwrap_or_default();
        [("PATH", path), ("HOME", self.path().into()), ("XDG_STATE_HOME", self.state().into())]
    }

    /// Writes a file into it.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// `stampede ARGS` in this home.
    pub fn stampede<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, args: I) -> Stampede {
        let [env, option] = DEFAULT_SIGNALS;
        let mut command = Command::new(env);
        command
            .args([option, env!("CARGO_BIN_EXE_stampede")])
            .args(args)
            .env_clear()
            .envs(self.environment())
            .current_dir(self.path());
        Stampede { home: self.clone(), command, stdin: Vec::new() }
    }
}

/// A text without the breaks of its lines.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line as it is pasted into a shell, in which `stampede` is this one.
impl Home {
    pub fn pasted(&self, line: &str) -> Stampede {
        let [env, option] = DEFAULT_SIGNALS;
        let here = Path::new(env!("CARGO_BIN_EXE_stampede")).parent().unwrap().display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(env);
        command
            .args([option, "sh", "-c", line])
            .env_clear()
            .envs(self.environment())
            .env("PATH", format!("{here}:{path}"))
            .current_dir(self.path());
        Stampede { home: self.clone(), command, stdin: Vec::new() }
    }
}

/// One run of `stampede`.
pub struct Stampede {
    home: Home,
    command: Command,
    stdin: Vec<u8>,
}

/// What a run gave.
#[must_use = "look at the output or the exit status"]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
}

/// `stampede ARGS` in a home of its own, with nothing in the environment but `PATH`, `HOME`, `XDG_STATE_HOME` and what `env` adds.
pub fn stampede<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(args: I) -> Stampede {
    Home::new().stampede(args)
}

impl Stampede {
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Writes a file into the home, which is also the working directory.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.home.file(name, content);
        self
    }

    pub fn run(mut self) -> Ran {
        self.once()
    }

    /// Runs in the same home again.
    pub fn once(&mut self) -> Ran {
        self.piped();
        let mut child = self.command.spawn().unwrap();
        // A program that does not read its input closes the pipe: no matter.
        let mut stdin = child.stdin.take().unwrap();
        let bytes = self.stdin.clone();
        let writer = std::thread::spawn(move || _ = stdin.write_all(&bytes));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output.into()
    }

    /// Starts it and lets it run; it is killed when the handle goes. Needs a runtime of tokio.
    pub fn spawn(mut self) -> Running {
        self.piped();
        let mut command = tokio::process::Command::from(self.command);
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let bytes = self.stdin;
        tokio::spawn(async move { _ = stdin.write_all(&bytes).await });
        let out = Heard::bytes(child.stdout.take().unwrap());
        let err = Heard::bytes(child.stderr.take().unwrap());
        Running { child, out, err, _home: self.home }
    }

    fn piped(&mut self) {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    }
}

/// A run that has not ended yet.
pub struct Running {
    child: Child,
    out: Heard,
    err: Heard,
    // Last, so that the folder is there as long as somebody writes to it.
    _home: Home,
}

impl Running {
    /// Waits for a whole line with `text` on standard output, after the last one that was waited for, and gives it.
    pub async fn out(&mut self, text: &str) -> String {
        self.out.line(text).await
    }

    /// The same on standard error.
    pub async fn err(&mut self, text: &str) -> String {
        self.err.line(text).await
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        // It has not been waited for: the id is still its own.
        let id = self.child.id().unwrap();
        kill_process(Pid::from_raw(id.cast_signed()).unwrap(), signal).unwrap();
    }

    /// The processes that it has started, by their ids.
    pub fn children(&self) -> Vec<i32> {
        let id = self.child.id().unwrap();
        // It is started by whichever thread runs the task.
        let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
        let of_threads =
            threads.map(|thread| fs::read_to_string(thread.path().join("children")).unwrap_or_default());
        let all = of_threads.collect::<Vec<_>>().join(" ");
        all.split_whitespace().filter_map(|id| id.parse().ok()).collect()
    }

    /// Whether it has ended.
    pub fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Kills it where it stands, as `kill -9` does, and waits until it is gone.
    pub async fn kill(self) -> Ended {
        self.signal(Signal::KILL);
        self.wait().await
    }

    /// Waits until it ends by itself.
    pub async fn wait(mut self) -> Ended {
        let Ok(status) = timeout(PATIENCE, self.child.wait()).await else {
            panic!("it does not end\n--- stdout\n{}--- stderr\n{}", self.out.text(), self.err.text())
        };
        self.out.end().await;
        self.err.end().await;
        Ended { stdout: self.out.text(), stderr: self.err.text(), end: status.unwrap().into() }
    }
}

/// What a run gave that may have been killed.
#[must_use = "look at the output or at how it ended"]
pub struct Ended {
    pub stdout: String,
    pub stderr: String,
    pub end: End,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this exit code.
    Code(i32),
    /// By this signal.
    Signal(Signal),
}

impl From<ExitStatus> for End {
    fn from(status: ExitStatus) -> Self {
        match status.code() {
            Some(code) => Self::Code(code),
            None => Self::Signal(status.signal().and_then(Signal::from_named_raw).unwrap()),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}\n--- stdout\n{}--- stderr\n{}", self.end, self.stdout, self.stderr)
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
            status: output.status.code().expect("ended by itself, not by a signal"),
        }
    }
}

impl Ran {
    /// The JSON document on standard output.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self}"))
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status: {}\n--- stdout\n{}--- stderr\n{}", self.status, self.stdout, self.stderr)
    }
}
