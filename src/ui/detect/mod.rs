//! What `detect` found, in the form that was asked for.

mod nagios;
mod picture;
mod prometheus;
mod short;
mod spark;
mod table;
mod trends;

use crate::probe::TargetReport;
use crate::report::{Report, document};
use crate::ui::{self, Style, terminal, wrap};

pub use picture::Picture;

/// The widest line for people, on a terminal that has so many columns: longer ones are hard to read.
const WIDEST: usize = 120;

/// Columns that the answer may take.
fn columns() -> usize {
    terminal::answer_columns(WIDEST)
}

fn wrap(out: &mut String, sentence: &str, first: &str, rest: &str) {
    wrap::wrap_at(columns(), out, sentence, first, rest);
}

/// A line for each target, for where there is no room for a table.
pub fn facts(reports: &[TargetReport]) -> Vec<String> {
    table::lines(reports)
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: verdict line first, one screen; -v for all of it.
    #[default]
    #[value(alias = "text")]
    Table,
    /// The verdict in one line.
    Brief,
    /// One JSON document; `stampede detect --schema` prints its schema.
    Json,
    /// The same as YAML.
    Yaml,
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
            Format::Table if self.detail => table::render(self, style),
            Format::Table => short::render(self, style, ""),
            Format::Brief => format!("{}\n", style.level(self.verdict.level, &self.verdict.headline)),
            Format::Json => ui::Format::Json.document(&document(self)),
            Format::Yaml => ui::Format::Yaml.document(&document(self)),
            Format::Prometheus => prometheus::render(self),
            Format::Nagios => nagios::render(self),
        }
    }
}
