//! The answer in one look: what it is, why in a few lines, one line a target, and what to do next. It fits 24 rows of 80
//! columns, and 20 of 60.

use std::fmt::Write as _;

use crate::diagnosis::Level;
use crate::probe::TargetReport;
use crate::report::Report;
use crate::text;
use crate::ui::detect::{columns, table, wrap};
use crate::ui::wrap::{cut, rows};
use crate::ui::{Style, terminal};

/// Lines of the reasons.
const REASONS: usize = 5;
/// Rows of a terminal that is as small as they usually are; one is left to the prompt of the shell.
const ROWS: usize = 24;
/// Lines that one note may take.
const NOTES: usize = 3;
/// Lines of the names of what is fine.
const FINE: usize = 3;
/// Targets that have a line of their own, the worst first.
const TARGETS: usize = 6;

/// `trends` are lines that stand below the verdict.
pub(super) fn render(report: &Report<'_>, style: Style, trends: &str) -> String {
    let verdict = report.verdict;
    let columns = columns();
    let mut head = table::head(report, style);
    let mut end = String::from("\n");
    if let Some(next) = verdict.next.first() {
        // In one piece, however long: it is to be pasted.
        _ = writeln!(end, "next: {}", next.command);
        wrap(&mut end, &next.why, "      ", "      ");
    }
    // One more row is for the last line.
    let room =
        |head: &str| (terminal::rows(ROWS) - 1).checked_sub(rows(head, columns) + rows(&end, columns) + 1);
    // A small screen is for the verdict and what to do next: targets give way first, then reasons, then trends.
    if room(&format!("{head}{trends}")).is_some() {
        head.push_str(trends);
    }
    let room = room(&head).unwrap_or_default();
    let steps = (1..=TARGETS).rev().map(|targets| (REASONS, targets));
    let steps = steps.chain((1..REASONS).rev().map(|reasons| (reasons, 1))).chain([(1, 0), (0, 0)]);
    let (mut body, mut all) = (String::new(), true);
    for (reasons, targets) in steps {
        (body, all) = self::body(report, reasons, targets);
        if rows(&body, columns) <= room {
            break;
        }
    }
    let (extras, silent) = extras(report, room.saturating_sub(rows(&body, columns)));
    let what = if all { "all signals" } else { "all reasons and signals" };
    let more = match silent + report.notes.len().saturating_sub(1) {
        0 => what.to_owned(),
        1 => format!("{what}, and a note"),
        notes => format!("{what}, and {notes} notes"),
    };
    let mut out = head + &body + &extras + &end;
    wrap(&mut out, &format!("-v shows {more}"), "", "");
    out
}

/// So many lines of the reasons, and so many targets; and whether those are all reasons.
fn body(report: &Report<'_>, most: usize, targets: usize) -> (String, bool) {
    let mut out = String::new();
    let (reasons, all) = reasons(&report.verdict.evidence, most);
    if !reasons.is_empty() {
        _ = writeln!(out, "\n{reasons}");
    }
    if targets == 0 {
        return (out, all);
    }
    let mut lines: Vec<(u8, String)> =
        report.reports.iter().map(|target| (worst(report, &target.target), line(target))).collect();
    lines.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    if !lines.is_empty() {
        out.push('\n');
    }
    // What of the configuration was passed over takes the place of one target.
    let shown = (targets - report.notes.len().min(1)).max(1);
    for (_, line) in lines.iter().take(shown) {
        _ = writeln!(out, "{}", cut(line, columns()));
    }
    if let Some(more) = lines.len().checked_sub(shown).filter(|more| *more > 0) {
        _ = writeln!(out, "and {more} more");
    }
    if let Some(note) = report.notes.first() {
        _ = writeln!(out, "{}", cut(&format!("note: {}", text::escape(note)), columns()));
    }
    (out, all)
}

/// What else is said where there is room for it: what stands between us and a server, what is fine, and notes. Gives how many
/// notes were left out, too.
fn extras(report: &Report<'_>, room: usize) -> (String, usize) {
    let mut out = String::new();
    let mut left = room;
    let mut add = |sentence: &str, most: usize| {
        let mut lines = String::new();
        wrap(&mut lines, sentence, "  ", "  ");
        let fits = lines.lines().count() <= left.min(most);
        if fits {
            left -= lines.lines().count();
            out.push_str(&lines);
        }
        fits
    };
    for between in report.reports.iter().filter_map(|report| report.identity.as_ref()?.note.as_ref()) {
        add(between, usize::MAX);
    }
    let fine = report.verdict.signals.iter().filter(|signal| signal.level == Level::Ok);
    let mut fine: Vec<&str> = fine.map(|signal| signal.name.as_str()).collect();
    fine.sort_unstable();
    fine.dedup();
    if !fine.is_empty() {
        // All the names of many help nobody at a glance.
        let named = |names: usize| {
            let more = fine.len() - names;
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("ok: {}{more}", fine[..names].join(", "))
        };
        _ = (1..=fine.len()).rev().any(|names| add(&named(names), FINE));
    }
    // The identity's note is among the notes of some kinds.
    let between = |target: &TargetReport, note: &String| {
        target.identity.as_ref().is_some_and(|identity| identity.note.as_ref() == Some(note))
    };
    let notes = report.reports.iter().flat_map(|target| target.notes.iter().map(move |note| (target, note)));
    let silent = notes.filter(|(target, note)| !between(target, note) && !add(note, NOTES)).count();
    (out, silent)
}

/// The first lines of what leads to the verdict, and whether that is all.
fn reasons(evidence: &[String], most: usize) -> (String, bool) {
    let mut lines: Vec<String> = Vec::new();
    for (at, sentence) in evidence.iter().enumerate() {
        let mut bullet = String::new();
        wrap(&mut bullet, sentence, "- ", "  ");
        let wrapped: Vec<String> = bullet.lines().map(str::to_owned).collect();
        if lines.len() + wrapped.len() > most && (at > 0 || most == 0) {
            return (lines.join("\n"), false);
        }
        lines.extend(wrapped);
    }
    (lines.join("\n"), true)
}

/// The line of a target: its name, what it is, and its gauges.
fn line(report: &TargetReport) -> String {
    let (name, words) = (&report.target, table::in_short(report));
    match &report.identity {
        Some(identity) => {
            // Packagers add to the number.
            let version = identity.version.split(['-', ' ']).next().unwrap_or_default();
            format!("{name} ({} {version}): {words}", identity.product)
        }
        None => format!("{name}: {words}"),
    }
}

/// How bad the worst signal of a target is.
fn worst(report: &Report<'_>, target: &str) -> u8 {
    let of_target = report.verdict.signals.iter().filter(|signal| signal.target == target);
    of_target.map(|signal| signal.level).map(Level::weight).max().unwrap_or(0)
}
