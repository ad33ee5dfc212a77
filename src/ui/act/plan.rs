//! A change before it is made: the block that the prompt shows and that a dry run prints. One value gives both this and
//! what is sent (S9).

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::change::Change;
use crate::text;
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
    let mut script = None;
    // Of a rule: what would be sent for those that match at this moment.
    let commands: Vec<&String> =
        change.commands.iter().chain(change.now.iter().flat_map(|now| &now.commands)).collect();
    for (at, command) in commands.iter().take(COMMANDS).enumerate() {
        // Never wrapped: it may have to be pasted. A line of its own stays one line, whatever is in it.
        let command = once(command, &mut script);
        let command = text::escape(&command);
        let command = text::shorten(&command);
        _ = writeln!(out, "  {:<LEFT$}{command}", if at == 0 { "sends" } else { "" });
    }
    let all = change.commands.len() + change.now.as_ref().map_or(0, |now| now.matching);
    match all.saturating_sub(COMMANDS) {
        0 if change.now.is_some() => row(&mut out, "", "or the same for others that match by then"),
        0 => {}
        more if change.now.is_some() => {
            row(&mut out, "", &format!("and {more} more now, or the same for others that match by then"));
        }
        more => row(&mut out, "", &format!("and {more} more")),
    }
    rows(&mut out, "expected", &change.forecast);
    if let Some(now) = &change.now {
        rows(&mut out, "match now", &now.counts);
    }
    rows(&mut out, "risk", &change.risk);
    row(&mut out, "undo", &change.back);
    out
}

/// A command; a script that it shares with the one above is not shown again.
fn once<'a>(command: &'a str, last: &mut Option<&'a str>) -> Cow<'a, str> {
    let Some((before, rest)) = command.split_once("EVAL \"") else { return command.into() };
    let Some((script, after)) = rest.split_once("\" ") else { return command.into() };
    if last.replace(script) == Some(script) {
        return format!("{before}EVAL (the same script) {after}").into();
    }
    command.into()
}

pub(super) fn rows(out: &mut String, name: &str, lines: &[String]) {
    for (at, line) in lines.iter().enumerate() {
        row(out, if at == 0 { name } else { "" }, line);
    }
}

pub(super) fn row(out: &mut String, name: &str, line: &str) {
    wrap(out, line, &format!("  {name:<LEFT$}"), &format!("  {:<LEFT$}", ""));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_shown_once() {
        let mut last = None;
        let mut show = |command| once(command, &mut last).into_owned();
        assert_eq!(show("EVAL \"return 1\" 1 a"), "EVAL \"return 1\" 1 a");
        assert_eq!(show("b:1: EVAL \"return 1\" 1 b"), "b:1: EVAL (the same script) 1 b");
        assert_eq!(show("EVAL \"return 2\" 1 c"), "EVAL \"return 2\" 1 c");
        assert_eq!(show("CONFIG SET a b"), "CONFIG SET a b");
    }
}
