//! The answer in one look: what it is, why in a few lines, one line a target, and what to do next. It fits 24 rows of 80
//! columns, and 20 of 60.

use std::fmt::Write as _;

use crate::diagnosis::Level;
use crate::probe::TargetReport;
use crate::report::Report;
use crate::text;
use crate::ui::detect::table;
use crate::ui::wrap::wrap;
use crate::ui::{Style, WIDTH, screen};

/// Lines of the reasons.
const REASONS: usize = 5;
/// Targets that have a line of their own, the worst first.
const TARGETS: usize = 6;

pub(super) fn render(report: &Report<'_>, style: Style) -> String {
    let verdict = report.verdict;
    let columns = screen::columns(WIDTH);
    let mut out = String::new();
    let mut headline = String::new();
    wrap(&mut headline, &verdict.headline, "", "  ");
    out.push_str(&style.level(verdict.level, headline.trim_end()));
    out.push('\n');
    wrap(&mut out, &table::basis(report), "", "");

    let (reasons, all) = reasons(&verdict.evidence);
    if !reasons.is_empty() {
        _ = writeln!(out, "\n{reasons}");
    }
    let mut lines: Vec<(u8, String)> = report
        .reports
        .iter()
        .zip(table::lines(report.reports))
        .map(|(target, line)| (worst(report, &target.target), named(target, line)))
        .collect();
    lines.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    if !lines.is_empty() {
        out.push('\n');
    }
    // What of the configuration was passed over takes the place of one target.
    let shown = TARGETS - report.notes.len().min(1);
    for (_, line) in lines.iter().take(shown) {
        _ = writeln!(out, "{}", text::fit(line, columns));
    }
    if let Some(more) = lines.len().checked_sub(shown).filter(|more| *more > 0) {
        _ = writeln!(out, "and {more} more");
    }
    if let Some(note) = report.notes.first() {
        _ = writeln!(out, "{}", text::fit(&format!("note: {}", text::escape(note)), columns));
    }
    out.push('\n');
    if let Some(next) = verdict.next.first() {
        wrap(&mut out, &format!("next: {}", next.command), "", "      ");
        wrap(&mut out, &next.why, "      ", "      ");
    }
    let of_targets: usize = report.reports.iter().map(|report| report.notes.len()).sum();
    let notes = of_targets + report.notes.len().saturating_sub(1);
    let more = match (all, notes) {
        (true, 0) => "all signals".to_owned(),
        (true, notes) => format!("all signals and {notes} notes"),
        (false, 0) => "all reasons and signals".to_owned(),
        (false, notes) => format!("all reasons and signals, and {notes} notes"),
    };
    wrap(&mut out, &format!("-v shows {}", more.replace(" 1 notes", " 1 note")), "", "");
    out
}

/// The first lines of what leads to the verdict, and whether that is all.
fn reasons(evidence: &[String]) -> (String, bool) {
    let mut lines: Vec<String> = Vec::new();
    for (at, sentence) in evidence.iter().enumerate() {
        let mut bullet = String::new();
        wrap(&mut bullet, sentence, "- ", "  ");
        let wrapped: Vec<String> = bullet.lines().map(str::to_owned).collect();
        if lines.len() + wrapped.len() > REASONS && at > 0 {
            return (lines.join("\n"), false);
        }
        lines.extend(wrapped);
    }
    (lines.join("\n"), true)
}

/// The line of a target, with what it is.
fn named(report: &TargetReport, line: String) -> String {
    let Some(identity) = &report.identity else { return line };
    // Packagers add to the number.
    let version = identity.version.split(['-', ' ']).next().unwrap_or_default();
    let name = &*report.target;
    line.replacen(&format!("{name}:"), &format!("{name} ({} {version}):", identity.product), 1)
}

/// How bad the worst signal of a target is.
fn worst(report: &Report<'_>, target: &str) -> u8 {
    let of_target = report.verdict.signals.iter().filter(|signal| signal.target == target);
    of_target.map(|signal| signal.level).map(Level::weight).max().unwrap_or(0)
}
