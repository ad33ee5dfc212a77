//! Lines that fit the width.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::text;
use crate::ui::{WIDTH, terminal};

/// Wraps a sentence at spaces: the first line begins with `first`, the others with `rest`. A word that is wider than a
/// line is not cut: it may have to be pasted. One that nobody could paste is shortened. A line in it that begins with a space is
/// a command: it stays one line, whatever its width.
pub(super) fn wrap(out: &mut String, sentence: &str, first: &str, rest: &str) {
    wrap_at(terminal::columns(WIDTH), out, sentence, first, rest);
}

/// The same for a width of its own.
pub(super) fn wrap_at(columns: usize, out: &mut String, sentence: &str, first: &str, rest: &str) {
    let mut commands = sentence.match_indices("\n ").map(|(at, _)| at);
    let Some(at) = commands.next() else { return sentence_at(columns, out, sentence, first, rest) };
    sentence_at(columns, out, &sentence[..at], first, rest);
    let mut lines = sentence[at + 1..].lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with(' ') {
            _ = writeln!(out, "{rest}{}", text::shorten(line));
            continue;
        }
        let mut words = line.to_owned();
        while let Some(more) = lines.next_if(|line| !line.starts_with(' ')) {
            words.extend([" ", more]);
        }
        sentence_at(columns, out, &words, rest, rest);
    }
}

fn sentence_at(columns: usize, out: &mut String, sentence: &str, first: &str, rest: &str) {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in words(sentence) {
        // A command that is shortened is none.
        let word = &*if word.contains(' ') { Cow::Borrowed(word) } else { text::shorten(word) };
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

/// The words of a sentence. A command of ours that it names counts as one, as it may have to be pasted: in backquotes, or behind a colon
/// until something ends it.
fn words(sentence: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut left = sentence;
    while let Some((at, length)) = command(left) {
        all.extend(left[..at].split_whitespace());
        // What touches it goes with it: its full stop, or a bracket.
        let end = left[at + length..].find(char::is_whitespace).map_or(left.len(), |more| at + length + more);
        let begin = left[..at].rfind(char::is_whitespace).map_or(0, |space| space + 1);
        if begin < at {
            all.pop();
        }
        all.push(&left[begin..end]);
        left = &left[end..];
    }
    all.extend(left.split_whitespace());
    all
}

/// Where the first command stands, and how long it is.
fn command(sentence: &str) -> Option<(usize, usize)> {
    let quoted = sentence.find("`stampede ").map(|at| {
        let length = sentence[at + 1..].find('`').map_or(sentence.len() - at, |end| end + 2);
        (at, length)
    });
    let bare = sentence.find(": stampede ").map(|colon| {
        let at = colon + 2;
        (at, sentence[at..].find([';', ',', ')', '\n']).unwrap_or(sentence.len() - at))
    });
    quoted.into_iter().chain(bare).min()
}

/// A line that is cut between two words where it does not fit.
pub(super) fn cut(line: &str, columns: usize) -> Cow<'_, str> {
    match text::fit(line, columns) {
        Cow::Borrowed(whole) => Cow::Borrowed(whole),
        Cow::Owned(cut) => {
            let kept = cut.trim_end_matches('…');
            // Between two words already, where the next letter of the line is a space.
            let between = line[kept.len()..].starts_with(' ') || kept.ends_with(' ');
            let words = if between { Some(kept) } else { kept.rsplit_once(' ').map(|(words, _)| words) };
            let words = words.map(|words| words.trim_end_matches([' ', ',', ':']));
            Cow::Owned(format!("{}…", words.filter(|words| !words.is_empty()).unwrap_or(kept)))
        }
    }
}

/// Columns of a text.
pub(super) fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Rows that a text takes in so many columns: a terminal breaks a line that is too long.
pub(super) fn rows(text: &str, columns: usize) -> usize {
    text.lines().map(|line| width(&plain(line)).div_ceil(columns.max(1)).max(1)).sum()
}

/// A line without its colours.
fn plain(line: &str) -> String {
    let mut pieces = line.split('\x1b');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| plain + piece.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_a_sentence_is_not_broken() {
        let words = |sentence| words(sentence).join("|");
        assert_eq!(
            words("in effect: a; put back with: stampede undo x"),
            "in|effect:|a;|put|back|with:|stampede undo x"
        );
        assert_eq!(words("look (`stampede detect -v`), then"), "look|(`stampede detect -v`),|then");
        assert_eq!(
            words("first: stampede status; or: stampede undo, now"),
            "first:|stampede status;|or:|stampede undo,|now"
        );
        assert_eq!(words("a `b c` stampede of x"), "a|`b|c`|stampede|of|x");
    }

    #[test]
    fn a_long_line_takes_more_rows_and_a_colour_takes_none() {
        assert_eq!(rows("", 10), 0);
        assert_eq!(rows("\n", 10), 1);
        assert_eq!(rows("0123456789", 10), 1);
        assert_eq!(rows("0123456789a\nb\n", 10), 3);
        assert_eq!(rows("\x1b[1;31m0123456789\x1b[0m", 10), 1);
    }

    #[test]
    fn a_command_in_a_sentence_stays_one_line() {
        let mut out = String::new();
        wrap_at(
            14,
            &mut out,
            "it goes on\nwith:\n  stampede recover warm --resume\nor it does not",
            "note  ",
            "      ",
        );
        let lines = [
            "note  it goes",
            "      on with:",
            "        stampede recover warm --resume",
            "      or it",
            "      does not",
            "",
        ];
        assert_eq!(out, lines.join("\n"));
    }

    #[test]
    fn a_line_is_cut_between_words_and_a_long_word_where_it_must() {
        assert_eq!(cut("one two", 7), "one two");
        assert_eq!(cut("one two three", 12), "one two…");
        assert_eq!(cut("one two three", 8), "one two…");
        assert_eq!(cut("one, two three", 6), "one…");
        assert_eq!(cut("onetwothree", 6), "onetw…");
    }
}
