//! One arm of a comparison: the same trouble on fresh servers, met in one way.

use std::time::Duration;

use crate::felt::{Before, Second, Switched};

/// How the trouble is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nobody does anything.
    Nothing,
    /// A person types the protocol's page, perfectly, a phase at each of these times after onset.
    Page([Duration; 3]),
    /// `stampede run`.
    Stampede,
}

impl Way {
    /// In tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Page(_) => "page",
            Self::Stampede => "stampede",
        }
    }
}

/// What an arm came to. Times are seconds after onset.
#[derive(Clone, Debug)]
pub struct Arm {
    /// How it was met.
    pub way: Way,
    /// What users had before.
    pub before: Before,
    /// What users felt from onset on.
    pub trouble: Vec<Second>,
    /// When a look at it had been taken, and the pattern that it named; the page names none.
    pub looks: Vec<(f64, Option<String>)>,
    /// When the first change was made.
    pub acted: Option<f64>,
    /// When users had it back for good; none: not within the limit.
    pub recovered: Option<f64>,
    /// Requests that ended badly.
    pub failed: u64,
    /// Whether it got better and bad again.
    pub relapsed: bool,
    /// What was done, and when.
    pub acts: Vec<(f64, String)>,
    /// How the last `stampede run` of it ended, as an exit code; none: it was stopped, or there was none.
    pub exit: Option<i32>,
    /// What is left switched at its end, and of what that is not known.
    pub left: Vec<Switched>,
    /// Lines of the page whose system the drill has not.
    pub skipped: Vec<String>,
}
