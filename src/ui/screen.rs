//! The one owner of the terminal: answers, talk, progress and questions go through it, so that none is drawn over another.

use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use rustix::termios::{QueueSelector, tcflush, tcgetwinsize};
use tokio::task::JoinHandle;

use crate::clock;
use crate::ui::WIDTH;
use crate::ui::frame::frame;
use crate::ui::style::{Safe, Style};
use crate::ui::terminal::wide;

/// What moves and what is asked has no colour.
const PLAIN: Style = Style::plain();
/// Between two lines that differ in their numbers only: a count that goes up is no news for a log.
const PAUSE: Duration = Duration::from_secs(10);
/// Columns at the end of a line that are left to the `^C` that a terminal shows: on a line of its own it would keep the one above
/// from being taken away.
const ECHO: u16 = 3;

/// Standard input, output and error, and whether a person sits there.
#[derive(Debug)]
pub(super) struct Screen {
    /// Whether standard error is a terminal.
    interactive: bool,
    /// Whether progress is left out.
    quiet: AtomicBool,
    shown: Mutex<Shown>,
    /// The line that is being read. A question that is given up (Ctrl-C) leaves it, and the next question goes on with it: a
    /// read of a terminal cannot be ended, and a second one beside it would lose what is typed.
    keyboard: tokio::sync::Mutex<Option<JoinHandle<Option<String>>>>,
}

/// What moves on the screen.
#[derive(Debug, Default)]
struct Shown {
    bar: Option<ProgressBar>,
    /// Whether a question stands there: nothing is drawn beside it.
    asking: bool,
    /// What was said last, and when: a probe that retries says the same thing many times.
    said: Option<(String, Instant)>,
}

/// Where words go.
#[derive(Clone, Copy)]
pub(super) enum To {
    /// Standard output.
    Answer,
    /// Standard error.
    Talk,
}

impl Screen {
    pub(super) fn new() -> Self {
        let interactive = io::stderr().is_terminal();
        let quiet = AtomicBool::new(false);
        Self { interactive, quiet, shown: Mutex::default(), keyboard: tokio::sync::Mutex::default() }
    }

    /// Leaves progress out from now on, or not.
    pub(super) fn be_quiet(&self, quiet: bool) {
        self.quiet.store(quiet, Ordering::Relaxed);
    }

    /// Whether progress is left out.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet.load(Ordering::Relaxed)
    }

    /// Whether standard error is a terminal.
    pub(super) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Whether somebody sits there who can be asked: standard input and standard error are a terminal.
    pub(super) fn is_attended(&self) -> bool {
        self.interactive && io::stdin().is_terminal()
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints above what moves.
    pub(super) fn print(&self, to: To, text: &Safe<'_>) -> io::Result<()> {
        self.write(to, text.as_str().as_bytes())
    }

    /// Gives out bytes that no terminal reads.
    pub(super) fn hand_out(&self, bytes: &[u8]) -> io::Result<()> {
        self.write(To::Answer, bytes)
    }

    fn write(&self, to: To, bytes: &[u8]) -> io::Result<()> {
        let all = |out: &mut dyn Write| out.write_all(bytes).and_then(|()| out.flush());
        let print = || match to {
            To::Answer => all(&mut io::stdout().lock()),
            To::Talk => all(&mut io::stderr().lock()),
        };
        match &self.shown().bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Takes what moves away, unless that would have to be waited for: whoever panics may be printing at this moment.
    pub(super) fn clear_at_once(&self) {
        let shown = match self.shown.try_lock() {
            Ok(shown) => Some(shown),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        if let Some(bar) = shown.and_then(|mut shown| shown.bar.take()) {
            bar.finish_and_clear();
            // The bar itself draws nothing in a thread that panics.
            _ = Line.clear_line();
        }
    }

    /// Shows what takes long: beside a spinner at a terminal, else as a line of its own. Not beside a question.
    pub(super) fn progress(&self, message: &str) {
        if self.is_quiet() {
            return;
        }
        let safe = PLAIN.safe(message);
        let message = safe.as_str();
        let mut shown = self.shown();
        let now = clock::instant();
        if let Some((last, at)) = &shown.said {
            let counts = without_digits(last) == without_digits(message);
            let same = last == message && (!self.interactive || shown.bar.is_some());
            if same || !self.interactive && counts && now.saturating_duration_since(*at) < PAUSE {
                return;
            }
        }
        shown.said = Some((message.to_owned(), now));
        if shown.asking {
            return;
        }
        if self.interactive {
            shown.bar.get_or_insert_with(spinner).set_message(message.to_owned());
        } else if !message.is_empty() {
            // Nothing sensible is left to do when standard error is closed.
            _ = writeln!(io::stderr().lock(), "{message}");
        }
    }

    /// Takes what moves away, without a trace.
    pub(super) fn still(&self) {
        if let Some(bar) = self.shown().bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Asks on standard error, with nothing that moves beside it, and reads a line; none at the end of the input. One question
    /// at a time.
    pub(super) async fn ask(&self, question: &str) -> Option<String> {
        let mut keyboard = self.keyboard.lock().await;
        let _asking = Asking::begin(self);
        forget_typed(&mut keyboard);
        // A terminal that has gone shows in the read.
        _ = self.print(To::Talk, &PLAIN.safe(question));
        // Reading blocks, and nothing can end it: not on a thread that drives connections.
        let line = keyboard.get_or_insert_with(|| tokio::task::spawn_blocking(read_line)).await;
        *keyboard = None;
        line.ok().flatten()
    }

    /// What was typed before now is no answer to what is said next.
    pub(super) fn forget(&self) {
        if let Ok(mut keyboard) = self.keyboard.try_lock() {
            forget_typed(&mut keyboard);
        }
    }

    /// Waits until Enter is pressed, beside what moves; never at the end of the input.
    pub(super) async fn enter(&self) {
        let mut keyboard = self.keyboard.lock().await;
        let line = keyboard.get_or_insert_with(|| tokio::task::spawn_blocking(read_line)).await;
        *keyboard = None;
        if !matches!(line, Ok(Some(_))) {
            std::future::pending::<()>().await;
        }
        // The terminal has gone to the next line: what moved in the one above goes too.
        _ = self.write(To::Talk, b"\x1b[A\r\x1b[2K");
    }
}

/// A question stands on the screen for as long as this lives.
struct Asking<'a>(&'a Screen);

impl<'a> Asking<'a> {
    fn begin(screen: &'a Screen) -> Self {
        screen.still();
        screen.shown().asking = true;
        Self(screen)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.shown().asking = false;
    }
}

/// What was typed before it was asked for is no answer. Not a terminal: nothing to throw away.
fn forget_typed(keyboard: &mut Option<JoinHandle<Option<String>>>) {
    _ = tcflush(io::stdin(), QueueSelector::IFlush);
    if keyboard.as_ref().is_some_and(JoinHandle::is_finished) {
        *keyboard = None;
    }
}

fn read_line() -> Option<String> {
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim().to_owned()),
    }
}

/// A spinner.
fn spinner() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::term_like_with_hz(Box::new(Line), 20));
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed:>4}") {
        bar.set_style(style.tick_chars("|/-\\ "));
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// The line of a terminal in which the spinner is: standard error.
#[derive(Debug)]
struct Line;

impl Line {
    fn put(text: &str) -> io::Result<()> {
        io::stderr().lock().write_all(text.as_bytes())
    }

    fn by(way: char, count: usize) -> io::Result<()> {
        if count == 0 { Ok(()) } else { Self::put(&format!("\x1b[{count}{way}")) }
    }
}

impl TermLike for Line {
    fn width(&self) -> u16 {
        wide(io::stderr()).unwrap_or(80).saturating_sub(ECHO)
    }

    fn move_cursor_up(&self, count: usize) -> io::Result<()> {
        Self::by('A', count)
    }

    fn move_cursor_down(&self, count: usize) -> io::Result<()> {
        Self::by('B', count)
    }

    fn move_cursor_right(&self, count: usize) -> io::Result<()> {
        Self::by('C', count)
    }

    fn move_cursor_left(&self, count: usize) -> io::Result<()> {
        Self::by('D', count)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        Self::put(&format!("{text}\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        Self::put(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        Self::put("\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

/// Says something on standard error, past what moves.
pub(super) fn put(text: &Safe<'_>) {
    // Nothing sensible is left to do when standard error is closed.
    _ = Line::put(text.as_str());
}

fn without_digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// Shows that something is going on. Gone without a trace when dropped, whoever still has a [`Teller`]: a task that is given up
/// at the end of the program is not waited for.
pub struct Progress(Arc<Shows>);

/// Says what takes long on a [`Progress`], as long as that is there.
#[derive(Clone)]
pub struct Teller(Weak<Shows>);

struct Shows(Arc<Screen>);

impl Progress {
    pub(super) fn start(screen: Arc<Screen>, message: &str) -> Self {
        screen.progress(message);
        Self(Arc::new(Shows(screen)))
    }

    /// Says what takes long.
    pub fn say(&self, message: &str) {
        self.0.0.progress(message);
    }

    /// What says it from elsewhere.
    pub fn teller(&self) -> Teller {
        Teller(Arc::downgrade(&self.0))
    }

    /// Takes it away.
    pub fn finish(&self) {
        self.0.0.still();
    }
}

impl Teller {
    /// Says what takes long.
    pub fn say(&self, message: &str) {
        if let Some(shows) = self.0.upgrade() {
            shows.0.progress(message);
        }
    }
}

impl Drop for Shows {
    fn drop(&mut self) {
        self.0.still();
    }
}

/// A picture on the terminal that the answer goes to. What it shows last stays when this is gone.
pub(super) struct Frame {
    screen: Arc<Screen>,
    style: Style,
    /// What it shows; none before the first.
    shows: Option<String>,
}

impl Frame {
    /// None where the answer goes to no terminal.
    pub(super) fn of(screen: Arc<Screen>, style: Style) -> Option<Self> {
        io::stdout().is_terminal().then_some(Self { screen, style, shows: None })
    }

    /// Draws over what it has shown before.
    pub(super) fn draw(&mut self, text: &str) -> io::Result<()> {
        let first = self.shows.is_none();
        let text = self.shows.insert(self.style.safe(text).as_str().to_owned());
        put_frame(&self.screen, text, first)
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // Once more: at Ctrl-C a terminal shows `^C`, and throws away what has not reached it yet, which may be half a picture
        // and what shows the cursor again. Nobody is left to be told when it has gone.
        if let Some(text) = &self.shows {
            _ = put_frame(&self.screen, text, false);
        }
    }
}

/// `text` is safe: what moves the cursor is put around it here.
fn put_frame(screen: &Screen, text: &str, first: bool) -> io::Result<()> {
    let size = tcgetwinsize(io::stdout()).map(|size| (usize::from(size.ws_row), usize::from(size.ws_col)));
    // One that does not say how large it is, is taken for a small one.
    let size = size.ok().filter(|(rows, columns)| *rows > 0 && *columns > 0).unwrap_or((24, WIDTH));
    screen.write(To::Answer, frame(text, size, first).as_bytes())
}
