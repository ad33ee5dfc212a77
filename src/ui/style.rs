//! Colour, for the level and nothing else.

use std::borrow::Cow;

use crate::diagnosis::Level;
use crate::text;
use crate::ui::called::as_typed;

/// When text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Colour {
    /// At a terminal, unless `NO_COLOR` is set or `TERM` is dumb.
    #[default]
    Auto,
    /// Also where it is piped.
    Always,
    /// Nowhere.
    Never,
}

/// Whether text may be coloured.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// Coloured or plain.
    pub fn new(colour: bool) -> Self {
        Self { colour }
    }

    /// Without colours.
    pub(super) const fn plain() -> Self {
        Self { colour: false }
    }

    /// Red and bold.
    pub fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// Text in the colour of its level.
    pub fn level(self, level: Level, text: &str) -> String {
        let code = match level {
            Level::Ok => "32",
            Level::Warning => "33",
            Level::Critical => "1;31",
            Level::Unknown => "35",
        };
        self.paint(code, text)
    }

    /// Text as it may go to a terminal (S30): what nobody has escaped on the way is escaped here. Of all that moves or colours
    /// nothing is let through but our own colours, where there may be any.
    pub(super) fn safe(self, text: &str) -> Safe<'_> {
        let safe = if self.colour { between_colours(text) } else { text::escape_lines(text) };
        Safe(as_typed(safe))
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// What may go to a terminal, a pipe or a file as it is. [`Style::safe`] makes it of text.
pub(super) struct Safe<'a>(Cow<'a, str>);

impl Safe<'_> {
    /// The words.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a colour begins, and how it ends.
const COLOURS: [&str; 5] = ["\x1b[1;31m", "\x1b[32m", "\x1b[33m", "\x1b[35m", "\x1b[0m"];

fn between_colours(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        let (before, from) = rest.split_at(at);
        out.push_str(&text::escape_lines(before));
        let taken = COLOURS.into_iter().find(|colour| from.starts_with(colour)).map_or(1, str::len);
        let (code, after) = from.split_at(taken);
        out.push_str(&if taken > 1 { Cow::Borrowed(code) } else { text::escape_lines(code) });
        rest = after;
    }
    out.push_str(&text::escape_lines(rest));
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_colours_reach_a_terminal() {
        let text = format!("{} \x1b[31mred\x1b]0;t\x07\x1b[2J\n\u{202e}", Style::new(true).red("bad"));
        let rest = "\\x1b[31mred\\x1b]0;t\\x07\\x1b[2J\n\\u{202e}";
        assert_eq!(Style::new(true).safe(&text).as_str(), format!("\x1b[1;31mbad\x1b[0m {rest}"));
        assert!(!Style::new(false).safe(&text).as_str().contains('\x1b'));
        for level in [Level::Ok, Level::Warning, Level::Critical, Level::Unknown] {
            let painted = Style::new(true).level(level, "x");
            assert_eq!(Style::new(true).safe(&painted).as_str(), painted);
        }
    }
}
