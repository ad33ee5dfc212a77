//! What a pattern says when it recognises itself.

use crate::diagnosis::case::Case;
use crate::diagnosis::verdict::{Confidence, Pattern};

/// A pattern that fits, and why.
#[derive(Clone, Debug, Default)]
pub(crate) struct Finding {
    /// Independent signals that speak for it.
    pub(crate) signals: usize,
    /// Whether misses fall through to the database.
    pub(crate) stampede: Option<bool>,
    /// The cause in a few words each, for the one line that answers.
    pub(crate) cause: Vec<String>,
    /// Sentences: what speaks for it, and what against its nearest look-alike.
    pub(crate) evidence: Vec<String>,
    /// What could change the answer but was not measured.
    pub(crate) missing: Vec<String>,
}

impl Finding {
    /// Two independent signals are needed for more than low confidence; nothing that could change the pattern may be
    /// missing for high.
    pub(crate) fn confidence(&self) -> Confidence {
        match self.signals {
            0 | 1 => Confidence::Low,
            _ if self.missing.len() > 1 => Confidence::Low,
            _ if self.missing.is_empty() => Confidence::High,
            _ => Confidence::Medium,
        }
    }
}

/// A row of the registry: a new pattern is one file and one of these.
pub(crate) struct PatternSpec {
    /// Its name.
    pub(crate) pattern: Pattern,
    /// Recognises it; none when it does not fit.
    pub(crate) judge: fn(&Case<'_>) -> Option<Finding>,
}
