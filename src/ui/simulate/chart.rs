//! The runs side by side as one picture (SVG): misses, connections and response time over the time.

use std::fmt::Write as _;
use std::time::Duration;

use crate::simulate::{Model, Outcome, Row, Trigger};
use crate::text;

const WIDTH: f64 = 860.0;
/// Beside the panels: the scale, and the names.
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 60.0;
const PANEL: f64 = 130.0;
const GAP: f64 = 40.0;
/// Points of a line: more cannot be told apart.
const POINTS: usize = 300;
/// Told apart also by who sees few colours (Okabe and Ito).
const COLOURS: [&str; 8] =
    ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999"];

/// One panel.
struct Panel {
    title: &'static str,
    value: fn(&Row) -> Option<f64>,
    /// The scale is one of powers of ten.
    tens: bool,
    show: fn(f64) -> String,
}

const PANELS: [Panel; 3] = [
    Panel {
        title: "cache misses per second",
        value: |row| Some(row.counts.misses as f64 / (row.to - row.from)),
        tens: false,
        show: text::count,
    },
    Panel {
        title: "database connections in use (most at once)",
        value: |row| Some(row.peaks.connections as f64),
        tens: false,
        show: text::count,
    },
    Panel {
        title: "response time, 99th percentile",
        value: |row| row.p99,
        tens: true,
        show: |p99| {
            if p99 < 1.0 { text::millis(p99 * 1e3) } else { text::duration(Duration::from_secs_f64(p99)) }
        },
    },
];

/// Draws the runs.
pub fn chart(model: &Model, ran: &[Outcome]) -> String {
    let height = TOP + PANELS.len() as f64 * (PANEL + GAP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    let title = format!(
        "{} requests/s on {} keys, {} connections: {}",
        text::count(model.rate),
        text::count(model.keys as f64),
        model.database,
        model.trigger
    );
    label(&mut svg, LEFT, 18.0, "start", &title);
    let mut at = LEFT;
    for (outcome, colour) in ran.iter().zip(COLOURS.iter().cycle()) {
        let name = outcome.protection.to_string();
        _ = writeln!(svg, "<rect x=\"{at:.0}\" y=\"28\" width=\"14\" height=\"4\" fill=\"{colour}\"/>");
        label(&mut svg, at + 18.0, 36.0, "start", &name);
        at += 34.0 + 7.0 * name.len() as f64;
    }
    for (n, panel) in PANELS.iter().enumerate() {
        draw(&mut svg, model, ran, panel, TOP + n as f64 * (PANEL + GAP));
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw(svg: &mut String, model: &Model, ran: &[Outcome], panel: &Panel, top: f64) {
    let values = || ran.iter().flat_map(|outcome| &outcome.steps).filter_map(panel.value);
    let most = values().fold(0.0, f64::max).max(1e-3);
    let least = values().filter(|value| *value > 0.0).fold(most, f64::min);
    let (low, high) = if panel.tens {
        (least.log10().floor(), most.log10().ceil().max(least.log10().floor() + 1.0))
    } else {
        (0.0, most * 1.05)
    };
    let bottom = top + PANEL;
    let y = |value: f64| {
        let value = if panel.tens { value.max(least).log10() } else { value };
        bottom - (value - low) / (high - low) * PANEL
    };
    let x = |seconds: f64| LEFT + seconds / model.length * (WIDTH - LEFT - RIGHT);
    label(svg, LEFT, top - 6.0, "start", panel.title);
    _ = writeln!(
        svg,
        "<rect x=\"{LEFT}\" y=\"{top}\" width=\"{:.0}\" height=\"{PANEL}\" fill=\"none\" stroke=\"#cccccc\"/>",
        WIDTH - LEFT - RIGHT
    );
    for tick in 0..=2 {
        let raw = low + (high - low) * f64::from(tick) / 2.0;
        let value = if panel.tens { 10f64.powf(raw) } else { raw };
        label(svg, LEFT - 6.0, bottom - PANEL * f64::from(tick) / 2.0 + 4.0, "end", &(panel.show)(value));
    }
    for quarter in 0..=4 {
        let seconds = model.length * f64::from(quarter) / 4.0;
        let words = text::duration(Duration::from_millis((seconds * 1e3) as u64));
        let anchor = if quarter == 4 { "end" } else { "middle" };
        label(svg, x(seconds), bottom + 15.0, anchor, &words);
    }
    if model.trigger != Trigger::None {
        let at = x(model.trigger_at);
        _ = writeln!(
            svg,
            "<line x1=\"{at:.1}\" y1=\"{top}\" x2=\"{at:.1}\" y2=\"{bottom}\" stroke=\"#666666\" stroke-dasharray=\"3 3\"/>"
        );
    }
    for (outcome, colour) in ran.iter().zip(COLOURS.iter().cycle()) {
        let mut points = String::new();
        for some in outcome.steps.chunks(outcome.steps.len().div_ceil(POINTS).max(1)) {
            // Of several steps the worst one: a peak of a second is what matters.
            let worst = some.iter().filter_map(panel.value).max_by(f64::total_cmp);
            if let (Some(worst), Some(first), Some(last)) = (worst, some.first(), some.last()) {
                _ = write!(points, "{:.1},{:.1} ", x((first.from + last.to) / 2.0), y(worst));
            }
        }
        let points = points.trim_end();
        _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{points}\"/>"
        );
    }
}

fn label(svg: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>");
}
