//! Colour, for the level and nothing else.

use crate::diagnosis::Level;

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

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
