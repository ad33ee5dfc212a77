//! The answer for people: the verdict first, then why, then the numbers, then what to do. As wide as the terminal.

use std::fmt::Write as _;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

use crate::diagnosis::{Derived, Level, Signal};
use crate::observation::{Kind, Metric};
use crate::probe::{Listing, TargetReport};
use crate::replay::Replay;
use crate::report::Report;
use crate::text;
use crate::ui::detect::{columns, wrap};
use crate::ui::wrap::width;
use crate::ui::{Style, WIDTH};

pub(super) fn render(report: &Report<'_>, style: Style) -> String {
    let verdict = report.verdict;
    let mut out = brief(report, style);
    out.push('\n');
    if let Some(replay) = report.replay {
        out.push_str("\nSamples\n");
        out.push_str(&samples(replay, style));
    }
    if !verdict.evidence.is_empty() {
        out.push_str("\nWhy\n");
        for sentence in &verdict.evidence {
            bullet(&mut out, sentence);
        }
    }
    let (fine, notable): (Vec<_>, Vec<_>) =
        verdict.signals.iter().cloned().partition(|signal| signal.level == Level::Ok);
    if !verdict.signals.is_empty() {
        out.push_str("\nSignals\n");
    }
    if !notable.is_empty() {
        out.push_str(&signals(notable, style));
    }
    if !fine.is_empty() {
        let mut names: Vec<_> = fine.iter().map(|signal| signal.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        wrap(&mut out, &format!("ok: {}", names.join(", ")), "  ", "      ");
    }
    if !report.reports.is_empty() {
        out.push_str("\nTargets\n");
        for report in report.reports {
            target(&mut out, report);
        }
    }
    for note in report.notes {
        wrap(&mut out, &format!("note: {}", text::escape(note)), "  ", "    ");
    }
    if report.listings {
        let all = report.reports.iter().flat_map(|of| of.listings.iter().map(move |listing| (of, listing)));
        for (of, listing) in all.clone() {
            // Where there are several of one kind, each says whose it is.
            let several = all.clone().filter(|(_, other)| other.title == listing.title).count() > 1;
            let whose = if several { format!(" ({})", of.target) } else { String::new() };
            _ = writeln!(out, "\n{}{whose}", listing.title);
            out.push_str(&rows(listing));
        }
    }
    if !verdict.next.is_empty() {
        out.push_str("\nNext\n");
        for next in &verdict.next {
            _ = writeln!(out, "  {}", next.command);
            wrap(&mut out, &next.why, "      ", "      ");
        }
    }
    out
}

pub(super) fn brief(report: &Report<'_>, style: Style) -> String {
    head(report, style).trim_end().to_owned()
}

/// The verdict, and what it rests on.
pub(super) fn head(report: &Report<'_>, style: Style) -> String {
    let mut headline = String::new();
    wrap(&mut headline, &report.verdict.headline, "", "  ");
    let mut out = style.level(report.verdict.level, headline.trim_end());
    out.push('\n');
    let basis = basis(report);
    // Its gaps hold it apart, as long as it fits.
    match width(&basis) <= columns() {
        true => _ = writeln!(out, "{basis}"),
        false => wrap(&mut out, &basis, "", ""),
    }
    out
}

fn basis(report: &Report<'_>) -> String {
    let stampede = match report.verdict.stampede {
        Some(true) => "stampede: yes",
        Some(false) => "stampede: no",
        None => "stampede: cannot say",
    };
    let confidence = report.verdict.confidence.name();
    let when = match report.replay {
        Some(Replay { onset: Some(onset), .. }) => format!("since: {}", text::escape(onset)),
        Some(_) => "no incident in this recording".to_owned(),
        // What is counted is as long as the logs are.
        None if report.reports.iter().all(|report| report.kind == Kind::Logs) => {
            format!("at {:.0}", report.at)
        }
        None if report.window.is_zero() => format!("one look, no rates   at {:.0}", report.at),
        None => format!("window {}   at {:.0}", text::duration(report.window), report.at),
    };
    format!("{stampede}   confidence: {confidence}   {when}")
}

/// One line a sample: what was judged, and what came of it.
fn samples(replay: &Replay, style: Style) -> String {
    let heads = ["time", "level", "pattern", "hits", "queries", "connections", "response"];
    let mut table = table(&heads, columns().max(WIDTH));
    for minute in &replay.minutes {
        let of = |name: &str| {
            minute.verdict.signals.iter().find(|s| s.name == name).map_or_else(|| "?".to_owned(), value)
        };
        table.add_row([
            text::fit(&text::escape(&minute.time), 20).into_owned(),
            level_word(minute.verdict.level).to_owned(),
            minute.verdict.pattern.words().to_owned(),
            of("cache.hit_ratio"),
            of(Derived::Queries.name()),
            of("database.connections_ratio"),
            of(Derived::ResponseTime.name()),
        ]);
    }
    let block = indent(&table.to_string());
    let mut lines = block.lines();
    let head = lines.next().map(|line| format!("{line}\n")).unwrap_or_default();
    // Rows do not wrap: every cell is short.
    lines.zip(&replay.minutes).fold(head, |out, (line, minute)| {
        let word = level_word(minute.verdict.level);
        out + &line.replacen(
            &format!(" {word} "),
            &format!(" {} ", style.level(minute.verdict.level, word)),
            1,
        ) + "\n"
    })
}

fn bullet(out: &mut String, sentence: &str) {
    wrap(out, sentence, "  - ", "    ");
}

/// What is not as it should be, the worst first.
fn signals(mut signals: Vec<Signal>, style: Style) -> String {
    signals.sort_by_key(|signal| match signal.level {
        Level::Critical => 0,
        Level::Warning => 1,
        Level::Unknown => 2,
        Level::Ok => 3,
    });
    let block = if columns() < WIDTH { sentences(&signals) } else { grid(&signals) };
    // Colour only after the layout: escape sequences have no width.
    let paint = |line: &str| {
        let level =
            signals.iter().find(|signal| line.starts_with(&format!("  {} ", level_word(signal.level))));
        level.map_or_else(
            || format!("{line}\n"),
            |signal| {
                let word = level_word(signal.level);
                format!("{}\n", line.replacen(word, &style.level(signal.level, word), 1))
            },
        )
    };
    block.lines().map(paint).collect()
}

/// A target is named where there is more than one that the signal could be of.
fn owner<'a>(signal: &'a Signal, all: &[Signal]) -> Option<&'a str> {
    let room = signal.name.split_once('.').map_or("", |(room, _)| room);
    let same_room = |other: &&Signal| other.name.split_once('.').is_some_and(|(other, _)| other == room);
    let one = all.iter().filter(same_room).all(|other| other.target == signal.target);
    (!one).then_some(&signal.target)
}

/// Side by side.
fn grid(signals: &[Signal]) -> String {
    let mut table = table(&["level", "signal", "now", "threshold"], columns());
    for signal in signals {
        let of = owner(signal, signals).map(|target| format!("\n  of {target}")).unwrap_or_default();
        let name = format!("{}{of}", signal.name);
        table.add_row([level_word(signal.level).to_owned(), name, value(signal), signal.basis.clone()]);
    }
    if let Some(column) = table.column_mut(1) {
        let widest = signals.iter().map(|signal| width(&signal.name)).max().unwrap_or_default();
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(
            u16::try_from(widest + 2).unwrap_or(30).min(32),
        )));
    }
    indent(&table.to_string())
}

/// One after the other: in narrow columns words would be cut.
fn sentences(signals: &[Signal]) -> String {
    signals.iter().fold(String::new(), |mut out, signal| {
        let of = owner(signal, signals).map(|target| format!(" of {target}")).unwrap_or_default();
        let first = format!("  {:<8} ", level_word(signal.level));
        wrap(
            &mut out,
            &format!("{}{of}: {}; {}", signal.name, value(signal), signal.basis),
            &first,
            "      ",
        );
        out
    })
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Ok => "ok",
        Level::Warning => "warning",
        Level::Critical => "critical",
        Level::Unknown => "?",
    }
}

fn value(signal: &Signal) -> String {
    let Some(value) = signal.value else { return "?".into() };
    match Metric::by_name(&signal.name).map(Metric::unit) {
        Some(unit) => unit.show(value),
        // Derived signals are multiples of a baseline.
        None => format!("{}x", text::count(value)),
    }
}

fn target(out: &mut String, report: &TargetReport) {
    let what = report.identity.as_ref().map_or_else(
        || report.kind.name().to_owned(),
        |identity| format!("{} {}, {}", identity.product, identity.version, identity.role),
    );
    wrap(out, &format!("{}: {what} at {}", report.target, report.address), "  ", "    ");
    if let Some(numbers) = numbers(report) {
        wrap(out, &numbers, "    ", "    ");
    }
    if let Some(note) = report.identity.as_ref().and_then(|identity| identity.note.as_ref()) {
        wrap(out, note, "    ", "    ");
    }
    for note in &report.notes {
        wrap(out, note, "    ", "    ");
    }
    if let Some(error) = &report.error {
        wrap(out, &format!("? {}", error.message), "    ", "      ");
        if let Some(hint) = &error.hint {
            wrap(out, hint, "      ", "      ");
        }
    }
}

/// A line for each target.
pub(super) fn lines(reports: &[TargetReport]) -> Vec<String> {
    reports.iter().map(|report| format!("{}: {}", report.target, in_short(report))).collect()
}

/// What is judged of a target, and the gauges a person looks for first; or why there is nothing.
pub(super) fn in_short(report: &TargetReport) -> String {
    if let Some(error) = &report.error {
        return format!("? {}", error.message);
    }
    numbers(report).unwrap_or_else(|| "nothing is counted there".into())
}

/// What is judged first, and the gauges a person looks for; none when there are none.
fn numbers(report: &TargetReport) -> Option<String> {
    let judged = [(Metric::CacheHitRatio, "hit ratio"), (Metric::LogsCacheMiss, "cache misses in the log")];
    let of = |metric: Metric| report.observations.iter().find(|o| o.metric == metric);
    let words = judged.iter().filter_map(|(metric, name)| {
        let value = of(*metric)?.value().map_or_else(|| "?".to_owned(), |value| metric.unit().show(value));
        Some(format!("{name} {value}"))
    });
    let words: Vec<String> = words.chain(facts(report)).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The gauges a person looks for first, each once.
fn facts(report: &TargetReport) -> Option<String> {
    let of = |metric: Metric| report.observations.iter().find(|o| o.metric == metric)?.value();
    let show = |metric: Metric| of(metric).map_or_else(|| "?".to_owned(), |value| metric.unit().show(value));
    let pair = |a, b| format!("{}/{}", show(a), show(b));
    let has = |metric: Metric| report.observations.iter().any(|o| o.metric == metric);
    if has(Metric::CacheClients) {
        return Some(format!(
            "PING {}, {} commands, {} keys, clients {}, memory {}, evicted {}, expired {}",
            show(Metric::CacheRoundTrip),
            show(Metric::CacheOps),
            show(Metric::CacheKeys),
            pair(Metric::CacheClients, Metric::CacheMaxclients),
            show(Metric::CacheMemory),
            show(Metric::CacheEvicted),
            show(Metric::CacheExpired),
        ));
    }
    if has(Metric::DatabaseConnections) {
        let lag = match has(Metric::DatabaseReplicationLag) {
            true => format!(", behind by {}", show(Metric::DatabaseReplicationLag)),
            false => String::new(),
        };
        return Some(format!(
            "{} queries, running {}, connections {}, longest {}{lag}",
            show(Metric::DatabaseQueries),
            show(Metric::DatabaseRunning),
            pair(Metric::DatabaseConnections, Metric::DatabaseConnectionsLimit),
            show(Metric::DatabaseLongest),
        ));
    }
    if has(Metric::PoolerWaiting) {
        return Some(format!(
            "{} clients wait, the first for {}",
            show(Metric::PoolerWaiting),
            show(Metric::PoolerWait)
        ));
    }
    if has(Metric::HttpStatus) {
        return Some(format!(
            "status {}, answered in {}",
            show(Metric::HttpStatus),
            show(Metric::HttpResponseTime)
        ));
    }
    if has(Metric::NginxActive) {
        return Some(format!(
            "{} connections, {} idle, {} requests, dropped {}",
            show(Metric::NginxActive),
            show(Metric::NginxWaiting),
            show(Metric::NginxRequests),
            show(Metric::NginxDropped)
        ));
    }
    None
}

fn rows(listing: &Listing) -> String {
    let mut table = table(&listing.columns.iter().map(String::as_str).collect::<Vec<_>>(), columns());
    for row in &listing.rows {
        table.add_row(row.iter().map(|cell| text::fit(&cell.to_string(), 48).into_owned()));
    }
    indent(&table.to_string())
}

fn table(heads: &[&str], columns: usize) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(columns - 2).unwrap_or(78))
        .set_header(heads);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

fn indent(block: &str) -> String {
    block.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect()
}
