//! Lines that fit the width.

use std::fmt::Write as _;

use crate::ui::{WIDTH, screen};

/// Wraps a sentence at spaces: the first line begins with `first`, the others with `rest`. A word that is wider than a
/// line is not cut: it may have to be pasted.
pub(super) fn wrap(out: &mut String, sentence: &str, first: &str, rest: &str) {
    let columns = screen::columns(WIDTH);
    let mut line = first.to_owned();
    let mut empty = true;
    for word in sentence.split_whitespace() {
        if !empty && width(&line) + 1 + width(word) > columns {
            _ = writeln!(out, "{line}");
            line = rest.to_owned();
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    _ = writeln!(out, "{line}");
}

/// Columns of a text.
pub(super) fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}
