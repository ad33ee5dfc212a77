//! The protocol's own table, and what stands above it.

use std::fmt::Write as _;
use std::time::Duration;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, Table, Width, presets};

use crate::simulate::{Limit, Model, Outcome, Protection, Recovery, Row, TOLERANCE, Trigger};
use crate::text;
use crate::ui::wrap::wrap;

/// So many times the misses of before are a stampede: the protocol's own measure.
const STAMPEDE: f64 = 10.0;
/// Columns of the names: longer ones go on in the next line.
const NAMES: u16 = 17;
/// From this share of errors on, the 99th percentile is the timeout.
const FAILING: f64 = 0.01;

pub(super) fn outcomes(model: &Model, ran: &[Outcome]) -> String {
    let mut out = String::new();
    head(&mut out, model);
    if let Some(first) = ran.first() {
        quiet(&mut out, model, first);
    }
    out.push('\n');
    summary(&mut out, model, ran);
    for outcome in ran {
        _ = write!(out, "\n{}\n", outcome.protection);
        rows(&mut out, model, outcome);
    }
    out
}

/// One line for each protection.
pub(super) fn brief(ran: &[Outcome]) -> String {
    let line = |outcome: &Outcome| {
        format!(
            "{}: {} rebuilds at once, {} connections, recovered: {}\n",
            outcome.protection,
            text::count(outcome.after.peaks.rebuilds as f64),
            outcome.after.peaks.connections,
            recovered(outcome)
        )
    };
    ran.iter().map(line).collect()
}

pub(super) fn limits(model: &Model, found: &[(Protection, Limit)]) -> String {
    let mut out = String::new();
    head(&mut out, model);
    out.push('\n');
    let mut table = table(&["protection", "bears", "tips over at", "runs"]);
    for (protection, limit) in found {
        let rate = |rate: Option<f64>, none: &str| {
            rate.map_or_else(|| none.to_owned(), |rate| format!("{}/s", text::count(rate)))
        };
        table.add_row([
            left(&protection.to_string()),
            right(&rate(limit.bears, "none that was looked at")),
            right(&rate(limit.tips, "none that was looked at")),
            right(&limit.runs.to_string()),
        ]);
    }
    lines(&mut out, &table);
    let tolerance = text::percent(TOLERANCE);
    wrap(
        &mut out,
        &format!(
            "tips over: has not recovered when the run ends, or fails before anything happens. The two rates differ by no more than {tolerance}."
        ),
        "",
        "",
    );
    out
}

/// One line for each protection.
pub(super) fn limits_brief(found: &[(Protection, Limit)]) -> String {
    let line = |(protection, limit): &(Protection, Limit)| match limit.tips {
        Some(rate) => format!("{protection}: tips over at {}/s\n", text::count(rate)),
        None => format!("{protection}: tips over at no rate that was looked at\n"),
    };
    found.iter().map(line).collect()
}

fn head(out: &mut String, model: &Model) {
    let mut sentence = format!(
        "simulated: {} of {} requests/s on {} keys (Zipf {}), TTL {}, rebuild {}, {} connections, client timeout {}, {} retries, seed {}",
        seconds(model.length),
        text::count(model.rate),
        text::count(model.keys as f64),
        model.zipf,
        seconds(model.ttl),
        seconds(model.rebuild),
        model.database,
        seconds(model.client_timeout),
        model.retries,
        model.seed,
    );
    if model.trigger != Trigger::None {
        _ = write!(sentence, "; after {}: {}", seconds(model.trigger_at), model.trigger);
    }
    wrap(out, &sentence, "", "  ");
}

/// What the misses of quiet times need.
fn quiet(out: &mut String, model: &Model, outcome: &Outcome) {
    let row = outcome.before.as_ref().unwrap_or(&outcome.whole);
    let need = per_second(row, row.counts.misses + row.counts.early) * model.rebuild;
    let hits = row.hit_ratio().map_or_else(|| "?".into(), text::percent);
    let when = if outcome.before.is_some() { "before it" } else { "all the time" };
    let mut sentence = format!(
        "{when}: hits {hits}, misses that keep {} of {} connections busy",
        text::count(need),
        model.database
    );
    if need > f64::from(model.database) {
        sentence.push_str(": the database is overloaded before anything happens");
    }
    wrap(out, &sentence, "", "  ");
}

fn summary(out: &mut String, model: &Model, ran: &[Outcome]) {
    let mut table =
        table(&["protection", "rebuilds", "one key", "DB peak", "p50", "p99", "errors", "recovered"]);
    for outcome in ran {
        let row = &outcome.after;
        table.add_row([
            left(&outcome.protection.to_string().replace(',', ", ")),
            right(&text::count(row.peaks.rebuilds as f64)),
            right(&text::count(f64::from(row.peaks.of_one_key))),
            right(&row.peaks.connections.to_string()),
            right(&time(row.p50)),
            right(&time(row.p99)),
            right(&row.error_share().map_or_else(|| "?".into(), errors)),
            right(&recovered(outcome)),
        ]);
    }
    lines(out, &table);
    let since = if model.trigger == Trigger::None { "of the whole run" } else { "from then on" };
    wrap(
        out,
        &format!(
            "rebuilds (of all keys, of one key) and DB peak (connections): the most at once; p50, p99 and errors: {since}"
        ),
        "",
        "",
    );
}

fn rows(out: &mut String, model: &Model, outcome: &Outcome) {
    let heads = ["Time", "Cache_Hits", "Cache_Misses", "DB_Connections", "Response_Time", ""];
    let mut table = table(&heads);
    let usual = outcome.before.as_ref().map(|row| per_second(row, row.counts.misses));
    for row in &outcome.rows {
        let misses = per_second(row, row.counts.misses);
        let fails = row.error_share().is_some_and(|share| share > FAILING);
        let mark = match usual {
            _ if fails => "# OVERLOAD",
            Some(usual) if misses > STAMPEDE * usual => "# STAMPEDE",
            _ => "",
        };
        table.add_row([
            right(&when(model, row.from)),
            right(&format!("{}/s", text::count(per_second(row, row.counts.hits + row.counts.stale)))),
            right(&format!("{}/s", text::count(misses))),
            right(&row.peaks.connections.to_string()),
            right(&if fails { "TIMEOUT".to_owned() } else { time(row.p99) }),
            left(mark),
        ]);
    }
    lines(out, &table);
}

/// A moment of the run, from what happens on.
fn when(model: &Model, at: f64) -> String {
    if model.trigger == Trigger::None {
        return seconds(at);
    }
    let after = at - model.trigger_at;
    // Steps are no exact numbers of seconds.
    let sign = if after < -1e-6 { "-" } else { "+" };
    format!("{sign}{}", seconds(after.abs()))
}

fn per_second(row: &Row, count: u64) -> f64 {
    count as f64 / (row.to - row.from)
}

fn recovered(outcome: &Outcome) -> String {
    match outcome.recovery {
        Recovery::Untouched => "unharmed".into(),
        Recovery::After(after) => seconds(after),
        Recovery::Unknown => "?".into(),
        Recovery::Never => "never".into(),
    }
}

fn errors(share: f64) -> String {
    match share {
        none if none <= 0.0 => "none".into(),
        few if few < 0.001 => "<0.1 %".into(),
        some => text::percent(some),
    }
}

fn time(seconds: Option<f64>) -> String {
    match seconds {
        None => "?".into(),
        Some(short) if short < 0.9995 => text::millis(short * 1e3),
        Some(long) => self::seconds(long),
    }
}

/// Rounded, so that what was added up of steps is what it means.
fn seconds(value: f64) -> String {
    text::duration(Duration::from_millis((value * 1e3).round() as u64))
}

fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let align = |(n, head): (usize, &&str)| if n == 0 { left(head) } else { right(head) };
    table.set_header(heads.iter().enumerate().map(align));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    if let Some(names) = table.column_mut(0) {
        names.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(NAMES)));
    }
    table
}

fn left(text: &str) -> Cell {
    Cell::new(text)
}

fn right(text: &str) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn lines(out: &mut String, table: &Table) {
    for line in table.lines() {
        _ = writeln!(out, "{}", line.trim_end());
    }
}
