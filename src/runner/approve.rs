//! The question before a write, of a step and of an undo, and what was answered (S8).

use std::time::Instant;

use crate::change::{Change, Level};
use crate::clock;
use crate::confirm::{Answer, Question, flag_for};
use crate::runner::Runner;
use crate::runner::fleet::Connection;

/// What is asked about, beside the change itself.
pub(super) struct Asked<'a> {
    /// The step's id.
    pub step: &'a str,
    /// Why the playbook has this step.
    pub why: Option<&'a str>,
    /// What the action does, for `?`.
    pub help: &'a str,
    /// Whether something of ours is put back: others who are at work there are named, and do not raise the level.
    pub undo: bool,
    /// Whether the playbook asks for the name.
    pub typed: bool,
    /// What else raises the level, in words.
    pub raised: Vec<String>,
    /// The phase, and when its budget is over.
    pub phase: Option<Due>,
    /// Whether it is offered because things became worse: a flag that was given before is no answer to that.
    pub worse: bool,
}

/// A phase, and when its budget is over.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// Its name.
    pub phase: &'static str,
    /// When it is over.
    pub at: Instant,
}

impl Due {
    /// Seconds that are left now; negative when it is over.
    pub fn left(&self) -> f64 {
        let now = clock::instant();
        self.at.saturating_duration_since(now).as_secs_f64()
            - now.saturating_duration_since(self.at).as_secs_f64()
    }
}

/// What was answered, and the flag that would answer it on a command line.
pub(super) struct Answered {
    pub answer: Answer,
    pub flag: String,
}

impl Runner {
    /// Asks whether `change` may be made, unless a flag has answered.
    pub(super) async fn approve(&mut self, asked: Asked<'_>, change: &Change) -> Answered {
        let in_effect = self.logbook.in_effect();
        let host = self.fleet.host(&change.subject.name);
        let connection = self.fleet.connected(&change.subject.name).map(|connection| &*connection);
        let names = connection.map(Connection::names).unwrap_or_default();
        let age = connection.and_then(Connection::age);
        let mut raised = connection.map(Connection::caution).unwrap_or_default();
        if asked.typed && change.level == Level::Ask {
            raised.push("the playbook asks for the name".into());
        }
        let level = if raised.is_empty() || asked.undo { change.level } else { Level::Type };
        raised.extend(asked.raised);
        let question = Question {
            step: asked.step,
            why: asked.why,
            help: asked.help,
            change,
            level,
            raised: &raised,
            phase: asked.phase.map(|due| (due.phase, due.left())),
            age: age.unwrap_or_default(),
            in_effect: &in_effect,
            names: &names,
            host: host.as_deref(),
            worse: asked.worse,
        };
        let flag = flag_for(&question);
        Answered { answer: self.operator.approves(&question).await, flag }
    }
}
