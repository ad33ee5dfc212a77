//! The spinner on standard error.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::clock;

/// Shows that something is going on. Gone without a trace when dropped.
#[derive(Clone)]
pub struct Progress {
    bar: Option<ProgressBar>,
    /// What was said already: a probe that retries says the same thing many times.
    said: Arc<Mutex<Option<String>>>,
    /// When a line was written last, where there is no bar.
    wrote: Arc<Mutex<Option<Instant>>>,
}

/// Between two lines that differ in their numbers only: a count that goes up is no news for a log.
const PAUSE: Duration = Duration::from_secs(10);

impl Progress {
    pub(super) fn start(interactive: bool, message: &str) -> Self {
        let bar = interactive.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                bar.set_style(style.tick_chars("|/-\\ "));
            }
            bar.set_message(message.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, said: Arc::default(), wrote: Arc::default() }
    }

    /// Says what takes long. At a terminal beside the spinner, else as a line of its own.
    pub fn say(&self, message: &str) {
        let Ok(mut said) = self.said.lock() else { return };
        if said.as_deref() == Some(message) {
            return;
        }
        let Some(bar) = &self.bar else {
            let counts = said.as_deref().is_some_and(|said| without_digits(said) == without_digits(message));
            let Ok(mut wrote) = self.wrote.lock() else { return };
            let now = clock::instant();
            if counts && wrote.is_some_and(|wrote| now.saturating_duration_since(wrote) < PAUSE) {
                return;
            }
            (*said, *wrote) = (Some(message.to_owned()), Some(now));
            _ = writeln!(std::io::stderr().lock(), "{message}");
            return;
        };
        *said = Some(message.to_owned());
        bar.set_message(message.to_owned());
    }

    /// Takes the spinner away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn without_digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

impl Drop for Progress {
    fn drop(&mut self) {
        if Arc::strong_count(&self.said) == 1 {
            self.finish();
        }
    }
}
