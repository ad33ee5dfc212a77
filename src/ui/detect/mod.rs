//! What `detect` found, in the form that was asked for.

mod json;
mod nagios;
mod prometheus;
mod table;

use std::time::Duration;

use jiff::Timestamp;

use crate::diagnosis::Verdict;
use crate::probe::Sighting;
use crate::replay::Replay;
use crate::ui::Style;

pub use json::{document, schema};

/// A line for each target, for where there is no room for a table.
pub fn facts(sightings: &[Sighting]) -> Vec<String> {
    table::lines(sightings)
}

/// All that one measurement gave.
pub struct Report<'a> {
    /// The answer.
    pub verdict: &'a Verdict,
    /// What was measured, target by target.
    pub sightings: &'a [Sighting],
    /// When it was measured.
    pub at: Timestamp,
    /// Time between the two samples.
    pub window: Duration,
    /// Which configuration was used.
    pub sources: &'a [String],
    /// Show the row lists (hot keys, TTL histogram, log sources): somebody asked for that part by name.
    pub listings: bool,
    /// The recorded series that was classified instead of live systems.
    pub replay: Option<&'a Replay>,
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: verdict line first, 80 columns.
    #[default]
    Table,
    /// One JSON document; `stampede detect --schema` prints its schema.
    Json,
    /// Prometheus text exposition.
    Prometheus,
    /// One line for Nagios, Icinga and Sensu, with performance data.
    Nagios,
}

impl Report<'_> {
    /// The verdict and what it rests on, in two lines.
    pub fn brief(&self, style: Style) -> String {
        table::brief(self, style)
    }

    /// Renders the report.
    pub fn render(&self, format: Format, style: Style) -> String {
        match format {
            Format::Table => table::render(self, style),
            Format::Json => json::render(self),
            Format::Prometheus => prometheus::render(self),
            Format::Nagios => nagios::render(self),
        }
    }
}
