//! One source, and what was found in it.

use crate::system::logs::Tally;

/// What became of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Read to its end.
    Whole,
    /// Read until the time was up.
    SoFar,
    /// Compressed, and last written before the time that was asked for: there is nothing in it.
    TooOld,
    /// Not a log that can be searched: why.
    Skipped(String),
    /// It could not be read: why.
    Failed(String),
}

/// One source and what was found in it.
#[derive(Clone, Debug)]
pub struct Count {
    /// Its name for people, escaped.
    pub label: String,
    /// What was found.
    pub tally: Tally,
    /// What became of it.
    pub state: State,
    /// What else an operator must know of it.
    pub notes: Vec<String>,
    /// Lines of it are missing: the counts are the least that there is, and none found is not none.
    pub at_least: bool,
    /// Nothing is written to it any more, because it is compressed: it says nothing of now.
    pub closed: bool,
}

impl Count {
    /// One of which nothing was read yet.
    pub fn new(label: String, patterns: usize) -> Self {
        Self {
            label,
            tally: Tally::new(patterns),
            state: State::SoFar,
            notes: Vec::new(),
            at_least: false,
            closed: false,
        }
    }

    /// Lines of it are missing, and why.
    pub fn lacks(&mut self, why: &str) {
        self.at_least = true;
        let note = format!("is counted at least: {why}");
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
