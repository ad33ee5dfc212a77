//! Problems of a file as an operator reads them: place, words, the line with a caret. In a file that may hold secrets,
//! values are never shown unless their key says that they are harmless: a misspelled `password:` is a password all the
//! same.

use std::fmt::Write as _;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use crate::text;
use crate::yaml::problem::{Policy, Problem, is_word, looks_like_a_key, place_of};
use crate::yaml::tree::{Node, Standing, Value};

/// Longest part of a line that is shown.
const WIDTH: usize = 100;

/// All problems in the order of the file. `tree` is absent when the file is not even YAML.
pub(crate) fn render(
    file: &str,
    source: &str,
    tree: Option<&Node>,
    policy: &Policy,
    mut problems: Vec<Problem>,
) -> String {
    problems.sort_by_key(|problem| problem.at.start);
    let total = problems.len();
    let mut out = String::new();
    for problem in problems.iter().take(policy.most) {
        let (line, column) = place_of(source, problem.at.start);
        if !out.is_empty() {
            out.push('\n');
        }
        _ = writeln!(out, "{file}:{line}:{column}: {}", problem.message);
        let (shown, caret, length) = snippet(source, tree, policy, problem);
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        _ = writeln!(out, "{margin} |\n{number} | {shown}");
        _ = writeln!(out, "{margin} | {}{}", " ".repeat(caret), "^".repeat(length.max(1)));
    }
    if total > policy.most {
        _ = writeln!(out, "\nand {} more", total - policy.most);
    }
    out.truncate(out.trim_end().len());
    out
}

/// The shown line, and where in it the caret begins and how long it is, in columns.
fn snippet(source: &str, tree: Option<&Node>, policy: &Policy, problem: &Problem) -> (String, usize, usize) {
    let at = problem.at.start;
    let start = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = source[at..].find('\n').map_or(source.len(), |newline| at + newline);
    let line = source[start..end].trim_end();
    let line = start..start + line.len();
    let mut hidden = policy.harmless.map_or_else(Vec::new, |harmless| secrets(source, tree, harmless, &line));
    if problem.reference {
        hidden = hidden.into_iter().flat_map(|range| without(source, &range, &problem.at)).collect();
    }
    hidden.retain(|range| range.start < line.end && range.end > line.start);
    hidden.sort_by_key(|range| range.start);

    let mut shown = String::new();
    let mut caret = None;
    let mut caret_end = None;
    let mut position = line.start;
    while position < line.end {
        let secret = hidden.iter().find(|range| range.contains(&position));
        let piece_end = match secret {
            Some(range) => range.end.min(line.end),
            None => hidden.iter().map(|range| range.start).find(|from| *from > position).unwrap_or(line.end),
        };
        // A visible piece is also split at the caret, so that its column is known.
        let piece_end = match secret {
            None => [problem.at.start, problem.at.end]
                .into_iter()
                .filter(|cut| *cut > position && *cut < piece_end)
                .min()
                .unwrap_or(piece_end),
            Some(_) => piece_end,
        };
        if caret.is_none() && at < piece_end {
            caret = Some(shown.width());
        }
        match secret {
            Some(_) => shown.push_str("***"),
            None => shown.push_str(&text::escape(source[position..piece_end].trim_start_matches('\u{feff}'))),
        }
        if piece_end <= problem.at.end {
            caret_end = Some(shown.width());
        }
        position = piece_end;
    }
    let caret = caret.unwrap_or_else(|| shown.width());
    let length = caret_end.map_or(1, |end| end.saturating_sub(caret)).max(1);
    window(&shown, caret, length)
}

/// The bytes that may not be shown, of this line at least.
fn secrets(source: &str, tree: Option<&Node>, harmless: &[&str], line: &Range<usize>) -> Vec<Range<usize>> {
    let Some(tree) = tree else { return vec![after_first_key(source, line)] };
    let mut hidden = Vec::new();
    values(tree, None, harmless, &mut hidden);
    // A comment may hold what was commented out.
    let mut scalars = Vec::new();
    every_scalar(tree, &mut scalars);
    let outside = |at: &usize| !scalars.iter().any(|range| range.contains(at));
    let comment = source[line.clone()].match_indices('#').map(|(at, _)| line.start + at).find(outside);
    hidden.extend(comment.map(|from| from..line.end));
    hidden
}

/// Cuts a long line to the neighbourhood of the caret.
fn window(shown: &str, caret: usize, length: usize) -> (String, usize, usize) {
    if shown.width() <= WIDTH {
        return (shown.to_owned(), caret, length);
    }
    let skip = caret.saturating_sub(WIDTH / 2);
    let rest: String = shown.chars().skip(skip).collect();
    let lead = if skip > 0 { "…" } else { "" };
    let caret = caret - skip + lead.chars().count();
    (format!("{lead}{}", text::fit(&rest, WIDTH - 1)), caret, length.min(WIDTH.saturating_sub(caret)))
}

/// The bytes of all values that may not be shown.
fn values(node: &Node, key: Option<&str>, harmless: &[&str], out: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Scalar(_) => {
            if !key.is_some_and(|key| harmless.contains(&key)) {
                out.push(node.at.clone());
            }
        }
        Value::Seq(items) => items.iter().for_each(|item| values(item, key, harmless, out)),
        Value::Map(entries) => entries.iter().for_each(|(name, value)| {
            // A key that is not a word is a value in the wrong place.
            if name.standing == Standing::NotAKey || !name.text().is_some_and(looks_like_a_key) {
                out.push(name.at.clone());
            }
            values(value, name.text(), harmless, out);
        }),
    }
}

/// The bytes of all keys and values.
fn every_scalar(node: &Node, out: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Scalar(_) => out.push(node.at.clone()),
        Value::Seq(items) => items.iter().for_each(|item| every_scalar(item, out)),
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            every_scalar(key, out);
            every_scalar(value, out);
        }),
    }
}

/// In a line that could not be parsed, all behind the first key is a value perhaps.
fn after_first_key(source: &str, line: &Range<usize>) -> Range<usize> {
    let content = &source[line.clone()];
    let indent = content.len() - content.trim_start_matches([' ', '-', '\t']).len();
    let word = content[indent..].find(|c| !is_word(c)).unwrap_or(content.len() - indent);
    let after = &content[indent + word..];
    let from = if word > 0 && (after == ":" || after.starts_with(": ")) {
        indent + word + after.len().min(2)
    } else {
        indent
    };
    line.start + from..line.end
}

/// The range around a hole; quotes alone need not be hidden.
fn without(source: &str, range: &Range<usize>, hole: &Range<usize>) -> Vec<Range<usize>> {
    if hole.start >= range.end || hole.end <= range.start {
        return vec![range.clone()];
    }
    let parts = [range.start..hole.start.max(range.start), hole.end.min(range.end)..range.end];
    parts.into_iter().filter(|part| !matches!(&source[part.clone()], "" | "\"" | "'")).collect()
}
