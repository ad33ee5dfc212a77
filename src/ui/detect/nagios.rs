//! One line for monitoring systems: `STAMPEDE CRITICAL - words | 'label'=value;warn;crit;min;max`.
//! The format is the Monitoring Plugins Development Guidelines' (perfdata, threshold ranges).

use std::fmt::Write as _;

use crate::diagnosis::{Level, Quantity, Signal};
use crate::observation::{Metric, Unit};
use crate::report::Report;

/// What is graphed; everything else is in the JSON.
const GRAPHED: &[Metric] = &[
    Metric::CacheHitRatio,
    Metric::CacheMisses,
    Metric::CacheClientsRatio,
    Metric::CacheRoundTrip,
    Metric::CacheEvicted,
    Metric::DatabaseConnectionsRatio,
    Metric::DatabaseRunning,
    Metric::DatabaseQueries,
    Metric::DatabaseLockWait,
    Metric::DatabaseReplicationLag,
    Metric::PoolerWait,
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
    for target in report.reports {
        for observation in &target.observations {
            let Some(value) = observation.value().filter(|value| value.is_finite()) else { continue };
            if !GRAPHED.contains(&observation.metric) {
                continue;
            }
            let (factor, uom, most) = match observation.metric.unit() {
                // Base units: not every reader knows `ms`.
                Unit::Milliseconds => (1e-3, "s", ""),
                Unit::Seconds => (1.0, "s", ""),
                Unit::Bytes | Unit::BytesPerSecond => (1.0, "B", ""),
                Unit::Ratio => (100.0, "%", "100"),
                _ => (1.0, "", ""),
            };
            // A range is what is fine: `95:` from there up, `80` up to there.
            let colon = if Quantity::from(observation.metric).is_worse_when_low() { ":" } else { "" };
            let signal = report.verdict.signals.iter().find(|signal| {
                signal.name == observation.metric.name() && *signal.target == *observation.target
            });
            let range = |limit: fn(&Signal) -> Option<f64>| {
                signal.and_then(limit).map(|limit| trim(limit * factor) + colon).unwrap_or_default()
            };
            let (warning, critical) = (range(|signal| signal.warning), range(|signal| signal.critical));
            let value = value * factor;
            // A quote inside a label is doubled, an equals sign is not allowed.
            let label = format!("{}.{}", target.target, observation.metric.name())
                .replace('\'', "''")
                .replace('=', "_");
            _ = write!(line, "{separator}'{label}'={}{uom};{warning};{critical};0;{most}", trim(value));
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
