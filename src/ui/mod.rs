//! The only place that prints: answers go to standard output, talk goes to standard error.

pub mod act;
pub mod called;
pub mod chart;
pub mod checked;
pub mod compare;
pub mod detect;
pub mod drill;
mod format;
mod frame;
pub mod keys;
pub mod playbook;
pub mod prevent;
pub mod score;
mod screen;
pub mod simulate;
pub mod spread;
mod style;
mod terminal;
pub mod verify;
mod wrap;

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

pub use format::Format;
pub use screen::{Progress, Teller};
pub use style::{Colour, Style};

use screen::{Screen, To};

use crate::text;

/// The widest line we print ourselves, on a terminal that has so many columns; text that a person will paste (commands, JSON) is never cut.
pub const WIDTH: usize = 80;

/// Words of any number of lines, each of which fits the width. What is indented stands as it is: it is for pasting.
fn wrapped(first: &str, words: &str) -> String {
    let mut out = String::new();
    for (at, line) in words.lines().enumerate() {
        match (at, line.starts_with(' ')) {
            (0, _) => wrap::wrap(&mut out, line, first, "  "),
            (_, true) => out.extend([line, "\n"]),
            (_, false) => wrap::wrap(&mut out, line, "", "  "),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A reader that has gone away is no error.
fn whoever_reads(printed: io::Result<()>) -> io::Result<()> {
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn failed(talk: Style, message: &str, hint: Option<&str>) -> String {
    let text = wrapped("error: ", message);
    let text = text.strip_prefix("error").unwrap_or(&text);
    let hint = hint.map(|hint| format!("\n{}", wrapped("hint: ", hint))).unwrap_or_default();
    format!("{}{text}{hint}", talk.red("error"))
}

/// Where words go, and whether they may be coloured.
#[derive(Clone, Debug)]
pub struct Ui {
    answer: Style,
    talk: Style,
    screen: Arc<Screen>,
}

impl Ui {
    /// Looks at the terminal and at `NO_COLOR` and `TERM`.
    pub fn from_environment() -> Self {
        let colour = std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            && std::env::var_os("TERM").is_none_or(|v| v != "dumb");
        let screen = Screen::new();
        Self {
            answer: Style::new(colour && io::stdout().is_terminal()),
            talk: Style::new(colour && screen.is_interactive()),
            screen: Arc::new(screen),
        }
    }

    /// The same as the command line wants it.
    pub fn with(mut self, colour: Colour, quiet: bool) -> Self {
        let forced = match colour {
            Colour::Auto => None,
            Colour::Always => Some(Style::new(true)),
            Colour::Never => Some(Style::new(false)),
        };
        if let Some(style) = forced {
            (self.answer, self.talk) = (style, style);
        }
        self.screen.be_quiet(quiet);
        self
    }

    /// The style of the answer.
    pub fn style(&self) -> Style {
        self.answer
    }

    /// Prints the answer on standard output. A reader that has gone away (`| head`) is no error.
    pub fn answer(&self, text: &str) -> io::Result<()> {
        whoever_reads(self.screen.print(To::Answer, &self.answer.safe(text)))
    }

    /// Gives out what is to be kept byte by byte: names of keys for a file or a pipe, a file as it is. A terminal gets it escaped (S30).
    pub fn answer_bytes(&self, bytes: &[u8]) -> io::Result<()> {
        match io::stdout().is_terminal() {
            true => self.answer(
                &bytes.split(|byte| *byte == b'\n').map(text::escape_bytes).collect::<Vec<_>>().join("\n"),
            ),
            false => whoever_reads(self.screen.hand_out(bytes)),
        }
    }

    /// Says something on the side, on standard error.
    pub fn say(&self, text: &str) {
        // Nothing sensible is left to do when standard error is closed.
        _ = self.screen.print(To::Talk, &self.talk.safe(&format!("{text}\n")));
    }

    /// Shows no progress from now on: a picture stands there, and nothing may be drawn over it.
    pub fn hush(&self) {
        self.screen.be_quiet(true);
    }

    /// Says what nothing depends on, unless it is to be quiet.
    pub fn aside(&self, text: &str) {
        if !self.screen.is_quiet() {
            self.say(text);
        }
    }

    /// Says something longer on the side, in lines that fit.
    pub fn note(&self, text: &str) {
        self.say(&wrapped("", text));
    }

    /// Says that something failed, and what to try.
    pub fn fail(&self, message: &str, hint: Option<&str>) {
        self.say(&failed(self.talk, message, hint));
    }

    /// Takes what moves away: the last thing that is done. Whoever listens to signals holds the screen longer than that.
    pub fn end(&self) {
        self.screen.still();
    }

    /// What says the same from within a panic, wherever that is: what moves is taken away, and nothing is waited for. It
    /// keeps no hold of the screen, which clears itself when the last hold of it goes.
    pub fn in_panic(&self) -> impl Fn(&str, &str) + Send + Sync + use<> {
        let (talk, screen) = (self.talk, Arc::downgrade(&self.screen));
        move |message, hint| {
            if let Some(screen) = screen.upgrade() {
                screen.clear_at_once();
            }
            screen::put(&talk.safe(&format!("{}\n", failed(talk, message, Some(hint)))));
        }
    }

    /// Whether standard error is a terminal.
    pub fn talks(&self) -> bool {
        self.screen.is_interactive()
    }

    /// Whether somebody sits there who can be asked.
    pub fn attended(&self) -> bool {
        self.screen.is_attended()
    }

    /// What was typed before now is no answer to what is said next.
    pub fn forget(&self) {
        if self.attended() && terminal::is_in_front() {
            self.screen.forget();
        }
    }

    /// Waits until somebody presses Enter, beside what moves; never where nobody sits there.
    pub async fn enter(&self) {
        if !self.attended() || !terminal::is_in_front() {
            std::future::pending::<()>().await;
        }
        self.screen.enter().await;
    }

    /// A spinner on standard error while it takes long; plain lines for what must be said when there is no terminal.
    pub fn progress(&self, message: &str) -> Progress {
        Progress::start(self.screen.clone(), message)
    }
}
