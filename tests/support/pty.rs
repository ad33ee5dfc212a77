//! The real binary at a terminal, as a person has it in front of them.
//!
//! `pty-process` makes the child a session leader whose controlling terminal this is. That takes code between fork and
//! exec, which is unsafe: better in a small crate that does nothing else than here, where unsafe code is denied.

use std::ffi::OsStr;

use pty_process::{Command, OwnedWritePty, Size};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Child;
use tokio::time::timeout;

use super::PATIENCE;
use super::binary::{End, Home};
use super::heard::Heard;

/// A terminal of 80 columns and 24 lines with one program in it, which is killed when the value goes.
pub struct Terminal {
    child: Child,
    /// None when it has hung up.
    keys: Option<OwnedWritePty>,
    screen: Heard,
    // Last, so that the folder is there as long as somebody writes to it.
    _home: Home,
}

impl Terminal {
    /// `stampede ARGS` in a home of its own, with nothing in the environment but `PATH`, `HOME`, `XDG_STATE_HOME`,
    /// `TERM=xterm` and `envs`. Needs a runtime of tokio.
    pub fn start<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(args: I, envs: &[(&str, &str)]) -> Self {
        Home::new().terminal(args, envs)
    }

    /// Another program.
    pub fn program<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
        home: &Home,
        program: &str,
        args: I,
        envs: &[(&str, &str)],
    ) -> Self {
        let (terminal, inside) = pty_process::open().unwrap();
        terminal.resize(Size::new(24, 80)).unwrap();
        let command = Command::new(program).args(args).current_dir(home.path()).kill_on_drop(true);
        let command = command.env_clear().envs(home.environment()).env("TERM", "xterm");
        let child = command.envs(envs.iter().copied()).spawn(inside).unwrap();
        let (screen, keys) = terminal.into_split();
        Self { child, keys: Some(keys), screen: Heard::screen(screen), _home: home.clone() }
    }

    /// Waits until the screen has shown `text` after the last match. Mind that a terminal shows what is typed.
    pub async fn expect(&mut self, text: &str) {
        self.screen.expect(text).await;
    }

    /// Types a line and Enter.
    pub async fn type_line(&mut self, line: &str) {
        self.send(format!("{line}\r").as_bytes()).await;
    }

    /// Presses keys: `b"\x03"` is Ctrl-C.
    pub async fn send(&mut self, keys: &[u8]) {
        self.keys.as_mut().expect("the terminal is open").write_all(keys).await.unwrap();
    }

    /// Hangs up, as a lost SSH connection does. What the program says from now on reaches nobody.
    pub async fn close(&mut self) {
        self.screen.stop().await;
        self.keys = None;
    }

    /// Waits until the program ends.
    pub async fn wait(&mut self) -> End {
        let Ok(status) = timeout(PATIENCE, self.child.wait()).await else {
            panic!("it does not end\n--- screen\n{}", self.transcript())
        };
        if self.keys.is_some() {
            self.screen.end().await;
        }
        status.unwrap().into()
    }

    /// All that the screen has shown, as text.
    pub fn transcript(&self) -> String {
        self.screen.text()
    }
}

impl Home {
    /// `stampede ARGS` in this home, at a terminal: see [`Terminal::start`].
    pub fn terminal<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
        &self,
        args: I,
        envs: &[(&str, &str)],
    ) -> Terminal {
        Terminal::program(self, env!("CARGO_BIN_EXE_stampede"), args, envs)
    }
}
