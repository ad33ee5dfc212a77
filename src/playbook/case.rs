//! A case of `test:`.

use crate::config::Facts;
use crate::diagnosis::{Level, Pattern};
use crate::playbook::input::Words;

/// For these observations, that must come of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The line of the file in which it begins.
    pub line: usize,
    /// The file of observations, below the playbook's folder.
    pub observations: String,
    /// Inputs that are set.
    pub set: Vec<(String, Words)>,
    /// What is known of the application.
    pub facts: Facts,
    /// The level that must be found.
    pub level: Option<Level>,
    /// The pattern that must be found.
    pub pattern: Option<Pattern>,
    /// The steps that must be offered, in order.
    pub steps: Vec<String>,
    /// The steps that must be blocked; none: any may be.
    pub blocked: Option<Vec<String>>,
    /// The steps that must not be applicable; none: any may be.
    pub not_applicable: Option<Vec<String>>,
}
