//! The real binary at a terminal, as a person has it in front of them.
//!
//! `pty-process` makes the child a session leader whose controlling terminal this is. That takes code between fork and
//! exec, which is unsafe: better in a small crate that does nothing else than here, where unsafe code is denied.

use std::ffi::OsStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pty_process::{Command, OwnedWritePty, Size};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Child;
use tokio::time::timeout;

use super::PATIENCE;
use super::binary::{DEFAULT_SIGNALS, End, Home};
use super::heard::Heard;

/// Longer than it takes until a display that moves is drawn again.
const QUIET: Duration = Duration::from_millis(300);

/// Rows that can be scrolled back to.
const SCROLLED: usize = 100;

/// A terminal of 80 columns and 24 lines with one program in it, which is killed when the value goes.
pub struct Terminal {
    child: Child,
    /// None when it has hung up.
    keys: Option<OwnedWritePty>,
    screen: Heard,
    drawn: Arc<Mutex<vt100::Parser>>,
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
        Self::sized(home, program, args, envs, (24, 80))
    }

    /// The same in a terminal of so many rows and columns.
    fn sized<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
        home: &Home,
        program: &str,
        args: I,
        envs: &[(&str, &str)],
        (rows, columns): (u16, u16),
    ) -> Self {
        let (terminal, inside) = pty_process::open().unwrap();
        terminal.resize(Size::new(rows, columns)).unwrap();
        let [env, option] = DEFAULT_SIGNALS;
        let command = Command::new(env).args([option, program]).args(args);
        let command = command.current_dir(home.path()).kill_on_drop(true);
        let command = command.env_clear().envs(home.environment()).env("TERM", "xterm");
        let child = command.envs(envs.iter().copied()).spawn(inside).unwrap();
        let (screen, keys) = terminal.into_split();
        let drawn = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, SCROLLED)));
        let screen = Heard::screen(screen, drawn.clone());
        Self { child, keys: Some(keys), screen, drawn, _home: home.clone() }
    }

    /// Waits until the screen has shown `text` after the last match. Mind that a terminal shows what is typed.
    pub async fn expect(&mut self, text: &str) {
        self.screen.expect(text).await;
    }

    /// Waits until a change is asked about, and gives what answers it with a yes on the target `name`; none when the program
    /// ended without a question.
    pub async fn question<'a>(&mut self, name: &'a str) -> Option<&'a str> {
        self.screen.comes("/?/u/q]").await?;
        Some(if self.shows().last()?.starts_with("Type ") { name } else { "y" })
    }

    /// Waits for a question, and looks whether it stays the last thing on the screen while nobody answers it.
    pub async fn asks(&mut self, question: &str) {
        self.screen.expect(question).await;
        self.stays(question).await;
    }

    /// Looks whether a question that has come stays the last thing on the screen.
    pub async fn stays(&self, question: &str) {
        // A display that goes on is drawn several times a second. Slow is no fault: then it only sees less.
        stampede::clock::sleep(QUIET).await;
        let (at, lines) = (self.screen.len(), self.shows());
        let last = lines.last().map(String::as_str).unwrap_or_default();
        assert!(last.contains(question), "{question} is not the last on the screen: {lines:#?}");
        stampede::clock::sleep(2 * QUIET).await;
        assert_eq!(self.screen.len(), at, "something is drawn beside the question: {:#?}", self.shows());
    }

    /// The lines on the screen that are not empty.
    pub fn shows(&self) -> Vec<String> {
        let screen = self.drawn.lock().unwrap().screen().contents();
        screen.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
    }

    /// A row of the screen, from 0.
    pub fn row(&self, row: u16) -> String {
        let drawn = self.drawn.lock().unwrap();
        let (_, columns) = drawn.screen().size();
        drawn.screen().rows(0, columns).nth(row.into()).unwrap_or_default().trim_end().to_owned()
    }

    /// What has been scrolled out at the top.
    pub fn above(&self) -> String {
        let mut drawn = self.drawn.lock().unwrap();
        drawn.screen_mut().set_scrollback(SCROLLED);
        let above = drawn.screen().contents();
        drawn.screen_mut().set_scrollback(0);
        above
    }

    /// Waits until what is on the screen is so. A picture may come in pieces.
    pub async fn settles(&mut self, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            self.screen.more().await;
        }
    }

    /// Where the cursor is: row and column, from 0; none while it is hidden.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        let drawn = self.drawn.lock().unwrap();
        let screen = drawn.screen();
        (!screen.hide_cursor()).then(|| screen.cursor_position())
    }

    /// Makes the terminal larger or smaller.
    pub fn resize(&mut self, (rows, columns): (u16, u16)) {
        self.drawn.lock().unwrap().screen_mut().set_size(rows, columns);
        let keys = self.keys.as_mut().expect("the terminal is open");
        keys.resize(Size::new(rows, columns)).unwrap();
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

    /// The same in a terminal of so many columns.
    pub fn terminal_of<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
        &self,
        columns: u16,
        args: I,
        envs: &[(&str, &str)],
    ) -> Terminal {
        self.terminal_of_size((24, columns), args, envs)
    }

    /// The same in a terminal of so many rows and columns.
    pub fn terminal_of_size<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
        &self,
        size: (u16, u16),
        args: I,
        envs: &[(&str, &str)],
    ) -> Terminal {
        Terminal::sized(self, env!("CARGO_BIN_EXE_stampede"), args, envs, size)
    }
}
