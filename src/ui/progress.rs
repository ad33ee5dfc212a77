//! The spinner on standard error.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows that something is going on. Gone without a trace when dropped.
#[derive(Clone)]
pub struct Progress {
    bar: Option<ProgressBar>,
    /// What was said already: a probe that retries says the same thing many times.
    said: Arc<Mutex<Option<String>>>,
}

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
        if said.as_deref() == Some(message) {
            return;
        }
        *said = Some(message.to_owned());
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

impl Drop for Progress {
    fn drop(&mut self) {
        if Arc::strong_count(&self.said) == 1 {
            self.finish();
        }
    }
}
