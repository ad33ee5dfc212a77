//! Something wrong at a place of a file, and what may be said of it.

use std::ops::Range;

use crate::text;

/// What the readers of a kind of file are told, and what they may be shown.
pub(crate) struct Policy {
    /// Names people reach for that are spelled otherwise here: the word, and the name.
    pub synonyms: &'static [(&'static str, &'static str)],
    /// Keys whose values may be shown in an error. `None`: the file holds no secrets, and all of it may be.
    pub harmless: Option<&'static [&'static str]>,
    /// Most problems shown at once.
    pub most: usize,
}

/// With so many mistakes, no more are looked for: a hostile file takes no longer than a bad one.
pub(crate) const ENOUGH: usize = 200;

/// Something wrong at a place of the file.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// The bytes it is about.
    pub at: Range<usize>,
    /// What is wrong; holds no values of a file that may hold secrets.
    pub message: String,
    /// The bytes at `at` are a reference (`${NAME}`), not a value: they can be shown.
    pub reference: bool,
    /// The file is right, and what it refers to is not there: a variable, a secret.
    pub outside: bool,
}

impl Problem {
    /// A problem at these bytes.
    pub(crate) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), reference: false, outside: false }
    }

    /// The same of what the file refers to.
    pub(crate) fn outside(self) -> Self {
        Self { outside: true, ..self }
    }
}

/// The line and column (from 1, in characters) of a byte.
pub(crate) fn place_of(source: &str, at: usize) -> (usize, usize) {
    let before = &source[..at];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[start..].trim_start_matches('\u{feff}').chars().count() + 1)
}

/// A key in quotes. Where values may not be shown, one that does not look like a key is `this key`: it may be a value
/// that slipped.
pub(crate) fn quoted(key: &str, policy: &Policy) -> String {
    match policy.harmless {
        Some(_) if !looks_like_a_key(key) => "this key".into(),
        _ => format!("`{}`", text::fit(&text::escape(key), 60)),
    }
}

/// Whether it is a word such as keys are.
pub(super) fn looks_like_a_key(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.chars().all(is_word)
}

/// Whether keys are made of such characters.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// A value whose reference leads nowhere is wrong in no other way that is worth telling: takes out the problems behind
/// the first `causes` that lie around one of those.
pub(crate) fn forget_consequences(problems: &mut Vec<Problem>, causes: usize) {
    let consequences = problems.split_off(causes);
    let caused = |problem: &Problem| {
        problems.iter().any(|cause| problem.at.start <= cause.at.start && cause.at.end <= problem.at.end)
    };
    let kept: Vec<_> = consequences.into_iter().filter(|problem| !caused(problem)).collect();
    problems.extend(kept);
}
