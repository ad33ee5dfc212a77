//! A change before it is made: the block that the prompt shows and that a dry run prints. One value gives both this and
//! what is sent (S9).

use std::fmt::Write as _;

use crate::change::Change;
use crate::ui::wrap::wrap;

/// Columns of the words at the left.
const LEFT: usize = 12;
/// Commands that are shown; a bulk change may have very many.
const COMMANDS: usize = 8;

/// The block, without the line that names the step.
pub(super) fn block(change: &Change, age: Option<&str>) -> String {
    let mut out = String::new();
    wrap(&mut out, &change.summary, "  ", "  ");
    let subject = &change.subject;
    let age = age.map(|age| format!(" (looked at {age} ago)")).unwrap_or_default();
    row(&mut out, "target", &format!("{}: {}, at {}{age}", subject.name, subject.identity, subject.address));
    for (at, command) in change.commands.iter().take(COMMANDS).enumerate() {
        // Never wrapped: it may have to be pasted.
        _ = writeln!(out, "  {:<LEFT$}{command}", if at == 0 { "sends" } else { "" });
    }
    if change.commands.len() > COMMANDS {
        row(&mut out, "", &format!("and {} more", change.commands.len() - COMMANDS));
    }
    rows(&mut out, "expected", &change.forecast);
    rows(&mut out, "risk", &change.risk);
    row(&mut out, "way back", &change.back);
    out
}

pub(super) fn rows(out: &mut String, name: &str, lines: &[String]) {
    for (at, line) in lines.iter().enumerate() {
        row(out, if at == 0 { name } else { "" }, line);
    }
}

pub(super) fn row(out: &mut String, name: &str, line: &str) {
    wrap(out, line, &format!("  {name:<LEFT$}"), &format!("  {:<LEFT$}", ""));
}
