//! `--watch` at a terminal: one picture, drawn again in its place.

use std::io;
use std::sync::Arc;

use crate::probe::TargetReport;
use crate::report::Report;
use crate::ui::detect::trends::Trends;
use crate::ui::detect::{columns, short, spark};
use crate::ui::screen::Frame;
use crate::ui::{Style, Ui};

/// A picture that stands on the screen. The last one stays there, with the cursor below, when this is gone.
pub struct Picture {
    frame: Frame,
    style: Style,
    marks: &'static spark::Marks,
    trends: Trends,
}

impl Picture {
    /// One more round.
    pub fn add(&mut self, reports: &[TargetReport]) {
        self.trends.add(reports);
    }

    /// Draws the report in place of what stands there, as large as the terminal is now.
    pub fn draw(&mut self, report: &Report<'_>) -> io::Result<()> {
        let trends = self.trends.lines(self.marks, columns());
        self.frame.draw(&short::render(report, self.style, &trends))
    }
}

impl Ui {
    /// A picture that is drawn again and again; none where answers go to no terminal, or to one that cannot move its cursor.
    pub fn picture(&self) -> Option<Picture> {
        let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let moves = env("TERM").is_some_and(|term| term != "dumb");
        let frame = Frame::of(Arc::clone(&self.screen), self.answer).filter(|_| moves)?;
        let marks = if is_unicode(env) { &spark::BLOCKS } else { &spark::LETTERS };
        Some(Picture { frame, style: self.answer, marks, trends: Trends::default() })
    }
}

/// Whether the locale shows Unicode. The first of the variables that is set says it.
fn is_unicode(env: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(env).unwrap_or_default().to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_says_whether_blocks_are_shown() {
        let locale = |set: &'static [(&str, &str)]| {
            is_unicode(|name| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(locale(&[("LANG", "C.UTF-8")]) && locale(&[("LC_CTYPE", "de_DE.utf8"), ("LANG", "C")]));
        assert!(!locale(&[]) && !locale(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
    }
}
