//! What programs read: the JSON document of one measurement, and of an incident. The screen and the evidence of an incident
//! show the same ones.

mod incident;
mod measurement;

use std::time::Duration;

use jiff::Timestamp;

use crate::diagnosis::Verdict;
use crate::probe::TargetReport;
use crate::replay::Replay;

pub use incident::{INCIDENT, incident};
pub use measurement::{document, schema};

/// All that one measurement gave.
pub struct Report<'a> {
    /// The answer.
    pub verdict: &'a Verdict,
    /// What was measured, target by target.
    pub reports: &'a [TargetReport],
    /// When it was measured.
    pub at: Timestamp,
    /// Time between the two samples.
    pub window: Duration,
    /// Which configuration was used.
    pub sources: &'a [String],
    /// What of the configuration was passed over.
    pub notes: &'a [String],
    /// Show the row lists (hot keys, TTL histogram, log sources): somebody asked for that part by name.
    pub listings: bool,
    /// Show all signals, targets and notes, and not just what fits a screen.
    pub detail: bool,
    /// The recorded series that was classified instead of live systems.
    pub replay: Option<&'a Replay>,
}
