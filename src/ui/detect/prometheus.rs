//! Prometheus text exposition (format 0.0.4), for a textfile collector or a scrape by exec.

use std::fmt::Write as _;

use crate::diagnosis::Level;
use crate::observation::{Metric, Observation, Unit};
use crate::report::Report;

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    let verdict = report.verdict;
    head(&mut out, "stampede_level", "How bad it is: 0 ok, 1 warning, 2 critical, 3 unknown");
    let level = match verdict.level {
        Level::Ok => 0,
        Level::Warning => 1,
        Level::Critical => 2,
        Level::Unknown => 3,
    };
    _ = writeln!(out, "stampede_level {level}");
    head(&mut out, "stampede_pattern_info", "The pattern that was recognised, as a label");
    let pattern = serde_json::to_value(verdict.pattern).unwrap_or_default();
    _ = writeln!(out, "stampede_pattern_info{{pattern=\"{}\"}} 1", pattern.as_str().unwrap_or("unknown"));
    head(&mut out, "stampede_target_up", "Whether the target could be measured");
    for report in report.reports {
        let up = u8::from(report.error.is_none());
        let (target, kind) = (label(&report.target), report.kind.name());
        _ = writeln!(out, "stampede_target_up{{target=\"{target}\",kind=\"{kind}\"}} {up}");
    }
    for metric in Metric::ALL {
        let known: Vec<(&Observation, f64)> = report
            .reports
            .iter()
            .flat_map(|report| &report.observations)
            .filter(|o| o.metric == *metric)
            .filter_map(|o| o.value().filter(|value| value.is_finite()).map(|value| (o, value)))
            .collect();
        if known.is_empty() {
            continue;
        }
        let name = name(*metric);
        // Totals since the server started: they only go up, until it restarts.
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        typed(&mut out, &name, metric.help(), kind);
        for (observation, value) in known {
            let value = if metric.unit() == Unit::Milliseconds { value / 1e3 } else { value };
            _ = writeln!(out, "{name}{{target=\"{}\"}} {value}", label(&observation.target));
        }
    }
    head(&mut out, "stampede_measured_timestamp_seconds", "When this was measured");
    _ = writeln!(out, "stampede_measured_timestamp_seconds {}", report.at.as_millisecond() as f64 / 1e3);
    out
}

fn head(out: &mut String, name: &str, help: &str) {
    typed(out, name, help, "gauge");
}

fn typed(out: &mut String, name: &str, help: &str, kind: &str) {
    _ = writeln!(
        out,
        "# HELP {name} {}\n# TYPE {name} {kind}",
        help.replace('\\', "\\\\").replace('\n', "\\n")
    );
}

/// The metric's name by Prometheus' conventions: base units, unit last.
fn name(metric: Metric) -> String {
    let base = metric.name().replace('.', "_");
    let suffix = match metric.unit() {
        Unit::PerSecond => "_per_second",
        Unit::Seconds | Unit::Milliseconds => "_seconds",
        Unit::Bytes => "_bytes",
        Unit::BytesPerSecond => "_bytes_per_second",
        Unit::Count | Unit::Ratio | Unit::Bool => "",
    };
    format!("stampede_{base}{suffix}")
}

fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
