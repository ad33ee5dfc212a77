//! The runs side by side as one picture: misses, connections and response time over the time.

use std::time::Duration;

use crate::simulate::{Model, Outcome, Row, Trigger};
use crate::text;
use crate::ui::chart::{Chart, Panel};

/// Draws the runs.
pub fn chart(model: &Model, ran: &[Outcome]) -> Chart {
    let panel = |title, tens, show, value: fn(&Row) -> Option<f64>| {
        let point = |row: &Row| Some((f64::midpoint(row.from, row.to), value(row)?));
        let lines = ran.iter().map(|outcome| outcome.steps.iter().filter_map(point).collect());
        Panel { title, tens, show, lines: lines.collect() }
    };
    let seconds = |value: f64| match value < 1.0 {
        true => text::millis(value * 1e3),
        false => text::duration(Duration::from_secs_f64(value)),
    };
    Chart {
        title: format!(
            "{} requests/s on {} keys, {} connections: {}",
            text::count(model.rate),
            text::count(model.keys as f64),
            model.database,
            model.trigger
        ),
        names: ran.iter().map(|outcome| outcome.protection.to_string()).collect(),
        seconds: (0.0, model.length),
        marks: if model.trigger == Trigger::None { Vec::new() } else { vec![model.trigger_at] },
        panels: vec![
            panel("cache misses per second", false, text::count, |row| {
                Some(row.counts.misses as f64 / (row.to - row.from))
            }),
            panel("database connections in use (most at once)", false, text::count, |row| {
                Some(row.peaks.connections as f64)
            }),
            panel("response time, 99th percentile", true, seconds, |row| row.p99),
        ],
    }
}
