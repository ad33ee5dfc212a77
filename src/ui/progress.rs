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
    /// What was said last, and when: a probe that retries says the same thing many times.
    said: Arc<Mutex<Option<(String, Instant)>>>,
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
        Self { bar, said: Arc::default() }
    }

    /// Says what takes long. At a terminal beside the spinner, else as a line of its own.
    pub fn say(&self, message: &str) {
        let Ok(mut said) = self.said.lock() else { return };
        let now = clock::instant();
        if let Some((last, at)) = said.as_ref() {
            let counts = without_digits(last) == without_digits(message);
            if last == message || self.bar.is_none() && counts && now.saturating_duration_since(*at) < PAUSE {
                return;
            }
        }
        *said = Some((message.to_owned(), now));
        match &self.bar {
            Some(bar) => bar.set_message(message.to_owned()),
            None => _ = writeln!(std::io::stderr().lock(), "{message}"),
        }
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
