//! Events for programs: one JSON document an event, one a line, on standard output.

use crate::event::{Listener, Record};
use crate::ui::Ui;

/// Prints events as JSON lines.
pub struct Json {
    ui: Ui,
}

impl Json {
    /// A listener that prints JSON.
    pub fn new(ui: Ui) -> Self {
        Self { ui }
    }
}

impl Listener for Json {
    fn hear(&self, record: &Record) {
        self.ui.screen.still();
        if let Ok(line) = serde_json::to_string(record) {
            // A reader that has gone away is no reason to stop acting.
            _ = self.ui.answer(&format!("{line}\n"));
        }
    }

    fn progress(&self, words: &str) {
        self.ui.screen.progress(words);
    }

    fn note(&self, words: &str) {
        self.ui.say(words);
    }
}
