//! One line for monitoring systems: `STAMPEDE CRITICAL - words | 'label'=value;warn;crit;min;max`.
//! The format is the Monitoring Plugins Development Guidelines' (perfdata, threshold ranges).

use std::fmt::Write as _;

use crate::diagnosis::Level;
use crate::observation::{Metric, Unit};
use crate::report::Report;

/// What is graphed; everything else is in the JSON.
const GRAPHED: &[Metric] = &[
    Metric::CacheHitRatio,
    Metric::CacheMisses,
    Metric::CacheClientsRatio,
    Metric::CacheEvicted,
    Metric::DatabaseConnectionsRatio,
    Metric::DatabaseRunning,
    Metric::DatabaseQueries,
    Metric::HttpResponseTime,
];

pub(super) fn render(report: &Report<'_>) -> String {
    let status = match report.verdict.level {
        Level::Ok => "OK",
        Level::Warning => "WARNING",
        Level::Critical => "CRITICAL",
        Level::Unknown => "UNKNOWN",
    };
    // The headline begins with the level, which the status has said.
    let words =
        report.verdict.headline.split_once(": ").map_or(&*report.verdict.headline, |(_, words)| words);
    // A bar would start the performance data.
    let mut line = format!("STAMPEDE {status} - {}", words.replace('|', "/"));
    let mut separator = " | ";
    for report in report.reports {
        for observation in &report.observations {
            let Some(value) = observation.value().filter(|value| value.is_finite()) else { continue };
            if !GRAPHED.contains(&observation.metric) {
                continue;
            }
            let (value, uom) = match observation.metric.unit() {
                // Base units: not every reader knows `ms`.
                Unit::Milliseconds => (value / 1e3, "s"),
                Unit::Seconds => (value, "s"),
                Unit::Bytes | Unit::BytesPerSecond => (value, "B"),
                _ => (value, ""),
            };
            // A quote inside a label is doubled, an equals sign is not allowed.
            let label = format!("{}.{}", report.target, observation.metric.name())
                .replace('\'', "''")
                .replace('=', "_");
            _ = write!(line, "{separator}'{label}'={}{uom};;;0;", trim(value));
            separator = " ";
        }
    }
    line.push('\n');
    line
}

/// A decimal number without an exponent, which not every parser reads.
fn trim(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
