//! Asking the operator: what is shown, what may be answered, and what the flags of a command line answer (S8).

use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::approval::Consent;
use crate::change::{Change, Level};
use crate::text;

/// One change, to be approved or not.
pub struct Question<'a> {
    /// The step's id.
    pub step: &'a str,
    /// Why the playbook has this step.
    pub why: Option<&'a str>,
    /// What the action does, for `?`.
    pub help: &'a str,
    /// What would be done.
    pub change: &'a Change,
    /// How much must be typed: that of the change, or more.
    pub level: Level,
    /// What speaks for a second look, in words: what raised the level, and who else is at work there.
    pub raised: &'a [String],
    /// The phase and the time that is left of its budget; negative when it is over.
    pub phase: Option<(&'a str, f64)>,
    /// How long ago the target was looked at.
    pub age: Duration,
    /// What is in effect by now, newest first: id and summary.
    pub in_effect: &'a [(String, String)],
    /// Words that also count as the target's name: its host and its kind.
    pub names: &'a [String],
    /// The host, where it is this target's alone: it says which one is meant when nobody has given the target a name.
    pub host: Option<&'a str>,
    /// Whether it has made things worse, and nobody has asked for the undo: then a person answers, with a yes or a no.
    pub worse: bool,
}

impl Question<'_> {
    /// What must be typed: the target's name, or its host (of a cluster its context) when nobody has named it and no other target
    /// has that.
    pub fn word(&self) -> &str {
        let subject = &self.change.subject;
        match self.host {
            Some(host) if subject.is_unnamed() => host,
            _ => &subject.name,
        }
    }
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Do it.
    Do(Consent),
    /// Not this one.
    Skip,
    /// Put back the last one first, then ask again.
    UndoLast,
    /// Stop here.
    Stop,
    /// Nobody could be asked.
    Nobody,
}

/// Somebody who can be asked.
pub trait Confirm: Send + Sync {
    /// Asks whether a change may be made.
    fn change<'a>(&'a self, question: &'a Question<'a>) -> BoxFuture<'a, Answer>;
    /// Asks for a fact about the application; none when it is not answered.
    fn fact<'a>(&'a self, name: &'a str, question: &'a str) -> BoxFuture<'a, Option<String>>;
    /// Asks for a `y`; none when nobody could be asked. There is no default.
    fn yes<'a>(&'a self, question: &'a str) -> BoxFuture<'a, Option<bool>>;
    /// What was typed before now is no answer to what is said next.
    fn forget(&self) {}
    /// Waits until Enter is pressed; never where nobody sits.
    fn enter(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
    /// Asks to type `word`; none when nobody could be asked.
    fn typed<'a>(&'a self, question: &'a str, word: &'a str) -> BoxFuture<'a, Option<bool>>;
}

/// What the command line has answered before anything was asked.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--yes`: every *ask*.
    pub yes: bool,
    /// `--confirm NAME`: every *type* on that target.
    pub confirm: Vec<String>,
}

impl Flags {
    /// The answer to a question, when the flags hold one.
    pub fn answer(&self, question: &Question<'_>) -> Option<Answer> {
        match question.level {
            _ if question.worse => None,
            Level::Ask if self.yes => Some(Answer::Do(Consent::Flag)),
            Level::Type if self.names(question) => Some(Answer::Do(Consent::Named)),
            _ => None,
        }
    }

    fn names(&self, question: &Question<'_>) -> bool {
        self.confirm
            .iter()
            .any(|given| *given == question.change.subject.name || question.names.contains(given))
    }
}

/// What would have to be typed to answer `question` on a command line.
pub fn flag_for(question: &Question<'_>) -> String {
    match question.level {
        Level::Ask => "--yes".into(),
        Level::Type => format!("--confirm {}", text::shell_word(question.word())),
    }
}

/// Nobody to ask: a pipe, a cron job, a runbook.
pub struct Unattended;

impl Confirm for Unattended {
    fn change<'a>(&'a self, _: &'a Question<'a>) -> BoxFuture<'a, Answer> {
        Box::pin(async { Answer::Nobody })
    }

    fn fact<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { None })
    }

    fn yes<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Option<bool>> {
        Box::pin(async { None })
    }

    fn typed<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Option<bool>> {
        Box::pin(async { None })
    }
}
