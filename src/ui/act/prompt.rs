//! The prompt at a terminal: what would be done, and `[y/n/?/u/q]`. The default is No, what was typed ahead is thrown
//! away, and the end of the input is a refusal (S8).

use std::fmt::Write as _;

use futures_util::future::BoxFuture;

use crate::approval::Consent;
use crate::change::Level;
use crate::confirm::{Answer, Confirm, Question};
use crate::text;
use crate::ui::act::plan;
use crate::ui::terminal::{columns, is_in_front};
use crate::ui::wrap::wrap;
use crate::ui::{Ui, WIDTH};

/// Asks at the terminal.
pub struct Terminal {
    ui: Ui,
}

impl Terminal {
    /// Somebody sits there.
    pub fn new(ui: Ui) -> Self {
        Self { ui }
    }

    async fn line(&self, question: &str) -> Option<String> {
        self.ui.screen.ask(question).await
    }

    fn heading(&self, question: &Question<'_>) -> String {
        let mut out = String::new();
        let name = match question.phase {
            Some((phase, _)) => format!("{phase} > {}", question.step),
            None => question.step.to_owned(),
        };
        let left = question.phase.map(|(_, left)| match left {
            left if left < 0.0 => format!("over by {:.0} s", -left),
            left => format!("{left:.0} s left"),
        });
        let left = left.unwrap_or_default();
        _ = writeln!(
            out,
            "\n{name}{left:>width$}",
            width = (columns(WIDTH) - 1).saturating_sub(name.chars().count())
        );
        out.push_str(&plan::block(question.change, Some(&text::duration(question.age))));
        plan::rows(&mut out, "beware", question.raised);
        let in_effect: Vec<&str> = question.in_effect.iter().map(|(id, _)| id.as_str()).collect();
        let in_effect = if in_effect.is_empty() { "nothing".into() } else { in_effect.join(", ") };
        plan::row(&mut out, "in effect", &in_effect);
        out
    }

    fn explain(&self, question: &Question<'_>) {
        let mut out = String::new();
        if let Some(why) = question.why {
            wrap(&mut out, why, "  ", "  ");
        }
        wrap(&mut out, question.help, "  ", "  ");
        out.push_str(match question.level {
            Level::Ask => "  y does it, n or Enter leaves it; u puts back the last change first; q stops.\n",
            Level::Type => {
                "  It can make things worse or cannot be undone: the name says that you mean it.\n  \
                 n or Enter leaves it; u puts back the last change first; q stops.\n"
            }
        });
        self.ui.say(out.trim_end());
    }

    async fn ask(&self, question: &Question<'_>) -> Answer {
        self.ui.say(self.heading(question).trim_end_matches('\n'));
        let word = question.word();
        let ask = match question.level {
            Level::Ask if question.worse => format!("Undo {}? [y/n] ", question.step),
            Level::Ask => "Do it? [y/N/?/u/q] ".to_owned(),
            Level::Type => format!("Type {word} to do it [N/?/u/q] "),
        };
        loop {
            let Some(line) = self.line(&ask).await else { return Answer::Stop };
            match (line.as_str(), question.level) {
                ("", Level::Ask) if question.worse => self.ui.say("y or n"),
                ("", _) | ("n" | "N" | "no", _) => return Answer::Skip,
                ("?", _) => self.explain(question),
                ("u", _) => return Answer::UndoLast,
                ("q", _) => return Answer::Stop,
                ("y" | "Y" | "yes", Level::Ask) => return Answer::Do(Consent::Answered),
                (typed, Level::Type) if typed == word || typed == question.change.subject.name => {
                    return Answer::Do(Consent::Typed);
                }
                (_, Level::Type) => self.ui.say(&format!("that is not {word}: nothing was done")),
                (_, Level::Ask) => self.ui.say("y, n, ?, u or q"),
            }
        }
    }
}

impl Confirm for Terminal {
    fn change<'a>(&'a self, question: &'a Question<'a>) -> BoxFuture<'a, Answer> {
        Box::pin(self.ask(question))
    }

    fn fact<'a>(&'a self, name: &'a str, question: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move {
            let mut out = String::from("\n");
            wrap(&mut out, question, "", "");
            self.ui.say(out.trim_end());
            self.line(&format!("{name} [Enter skips]: ")).await.filter(|line| !line.is_empty())
        })
    }

    fn yes<'a>(&'a self, question: &'a str) -> BoxFuture<'a, Option<bool>> {
        Box::pin(async move {
            loop {
                match self.line(&format!("{question} [y/n] ")).await?.as_str() {
                    "y" | "Y" | "yes" => return Some(true),
                    "n" | "N" | "no" => return Some(false),
                    _ => self.ui.say("y or n"),
                }
            }
        })
    }

    fn forget(&self) {
        if is_in_front() {
            self.ui.screen.forget();
        }
    }

    fn enter(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if !is_in_front() {
                std::future::pending::<()>().await;
            }
            self.ui.screen.enter().await;
        })
    }

    fn typed<'a>(&'a self, question: &'a str, word: &'a str) -> BoxFuture<'a, Option<bool>> {
        Box::pin(async move {
            let mut out = String::from("\n");
            wrap(&mut out, question, "", "");
            self.ui.say(out.trim_end());
            Some(self.line(&format!("Type {word} to go on [N] ")).await? == word)
        })
    }
}
