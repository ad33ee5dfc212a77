//! Events for programs: one document an event, on standard output.

use crate::event::{Listener, Record};
use crate::ui::{Format, Ui};

/// Prints events as JSON lines, or as YAML documents.
pub struct Json {
    ui: Ui,
    format: Format,
}

impl Json {
    /// A listener that prints documents.
    pub fn new(ui: Ui, format: Format) -> Self {
        Self { ui, format }
    }
}

impl Listener for Json {
    fn hear(&self, record: &Record) {
        self.ui.screen.still();
        // A reader that has gone away is no reason to stop acting.
        _ = self.ui.answer(&self.format.one_of_many(record));
    }

    fn progress(&self, words: &str) {
        self.ui.screen.progress(words);
    }

    fn note(&self, words: &str) {
        self.ui.say(words);
    }
}
