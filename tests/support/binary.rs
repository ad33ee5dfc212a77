//! The real binary, in a clean environment: stdout, stderr and exit status are looked at together.

use std::fmt;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// One run of `stampede` in a home of its own.
pub struct Stampede {
    home: tempfile::TempDir,
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

/// `stampede ARGS` with nothing in the environment but `PATH`, `HOME` and what `env` adds.
pub fn stampede<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(args: I) -> Stampede {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_stampede"));
    command.args(args).env_clear().env("HOME", home.path()).current_dir(home.path());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    Stampede { home, command, stdin: Vec::new() }
}

impl Stampede {
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    pub fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Writes a file into the home, which is also the working directory.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub fn run(mut self) -> Ran {
        self.once()
    }

    /// Runs in the same home again.
    pub fn once(&mut self) -> Ran {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        // A program that does not read its input closes the pipe: no matter.
        let mut stdin = child.stdin.take().unwrap();
        let bytes = self.stdin.clone();
        let writer = std::thread::spawn(move || _ = stdin.write_all(&bytes));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output.into()
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
