//! What a damaged journal still tells: which line, which step, and what must not be relied on.
//!
//! A step whose own record is damaged stays a step: it may be in effect. What was recorded of it is kept apart from
//! [`Step::parts`], so that nothing of it can be written.

use std::fmt;

use crate::change::{Change, Level, Part, Subject};
use crate::event::{Event, Illegal, Incident, Record, Step, StepState};

/// A place of a journal that does not hold what was written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub flaw: Flaw,
    /// What may be behind it.
    pub hides: Hides,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is not what was written.
    Altered,
    /// Lines before it have gone.
    Missing,
    /// It tells of a step whose beginning is nowhere.
    NoIntent,
}

/// What may be behind a damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hides {
    /// Nothing that is needed to undo: the servers show the rest.
    Nothing,
    /// Something of this step.
    Step(String),
    /// Perhaps a change that nobody knows of.
    Perhaps,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.flaw {
            Flaw::Altered => write!(f, "line {} is damaged", self.line)?,
            Flaw::Missing => write!(f, "lines before line {} are missing", self.line)?,
            Flaw::NoIntent => write!(f, "line {} is about a step whose beginning is missing", self.line)?,
        }
        match &self.hides {
            Hides::Nothing => f.write_str(": what it said is lost, and not needed to undo"),
            Hides::Step(step) => write!(f, ": what it said of {step} is not relied on"),
            Hides::Perhaps => f.write_str(": there may have been a change that nobody knows of"),
        }
    }
}

/// What sort of record a damaged line was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The beginning of a step.
    Intent,
    /// More of a step.
    Batch,
    /// What came of a step.
    Outcome,
    /// The beginning of putting a step back.
    Undoing,
    /// Anything that begins no change.
    Other,
    /// Nobody knows.
    Unknown,
}

/// A damaged line, as far as it can be read.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The line.
    pub line: usize,
    /// What it was.
    pub sort: Sort,
    /// The step that it was about.
    pub step: Option<String>,
    /// All of it, where it can be read although it is not what was written.
    pub record: Option<Record>,
    /// What can be read of it where that is not all.
    pub words: Vec<String>,
}

/// A record of a step that is not what was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Torn {
    /// Its line.
    pub line: usize,
    /// Whether it was the beginning of the step: then nothing of the step is sure.
    pub intent: bool,
    /// What it says was there and was put there: to be shown, never to be written.
    pub parts: Vec<Part>,
    /// What can be read of it otherwise.
    pub words: Vec<String>,
}

impl Step {
    /// Whether all that was recorded of it is there.
    pub fn is_whole(&self) -> bool {
        self.torn.is_empty()
    }

    /// Whether its beginning is damaged: what it was is not sure.
    pub fn is_lost(&self) -> bool {
        self.torn.iter().any(|torn| torn.intent)
    }
}

impl Incident {
    /// The damages behind which something may be in effect that cannot be put back from this journal. An incident that
    /// was closed has been answered for.
    pub fn hidden(&self) -> impl Iterator<Item = &Damage> {
        self.damage.iter().filter(|damage| match &damage.hides {
            Hides::Nothing => false,
            Hides::Perhaps => !self.closed,
            Hides::Step(id) => {
                !self.closed
                    && self.step(id).is_some_and(|step| !step.is_whole() && step.state.is_in_effect())
            }
        })
    }

    /// Whether a change may be in effect of which not even a step is known.
    pub fn is_uncertain(&self) -> bool {
        self.hidden().any(|damage| damage.hides == Hides::Perhaps)
    }

    /// Takes what is left of a damaged line.
    pub fn take_damaged(&mut self, trace: Trace) {
        let line = trace.line;
        let acting = || self.steps.iter().rev().find(|step| step.state == StepState::Acting);
        let hides = match trace.sort {
            Sort::Intent => Hides::Step(self.lose(trace)),
            Sort::Batch | Sort::Unknown => {
                let named = trace.step.as_deref().and_then(|id| self.step(id));
                let step = named.filter(|step| step.state.is_in_effect()).or_else(acting);
                match step.map(|step| step.id.clone()) {
                    Some(id) => {
                        self.tear(&id, trace);
                        Hides::Step(id)
                    }
                    None => Hides::Perhaps,
                }
            }
            Sort::Outcome | Sort::Undoing => {
                let at = trace.step.as_ref().and_then(|id| self.index.get(id).copied());
                if let Some(step) = at.and_then(|at| self.steps.get_mut(at)) {
                    step.state = match (trace.sort, step.state) {
                        (Sort::Outcome, StepState::Acting) => StepState::InDoubt,
                        (Sort::Undoing, state) if state.is_in_effect() => StepState::Undoing,
                        (_, state) => state,
                    };
                }
                Hides::Nothing
            }
            Sort::Other => Hides::Nothing,
        };
        self.damage.push(Damage { line, flaw: Flaw::Altered, hides });
    }

    /// Takes note that records are missing before `line`. `one`: no more than one.
    pub fn take_missing(&mut self, line: usize, one: bool) {
        let acting = self.steps.iter().rev().find(|step| step.state == StepState::Acting);
        let hides = match acting.map(|step| step.id.clone()) {
            Some(id) => {
                self.tear(
                    &id,
                    Trace { line, sort: Sort::Batch, step: None, record: None, words: Vec::new() },
                );
                if one { Hides::Step(id) } else { Hides::Perhaps }
            }
            None => Hides::Perhaps,
        };
        self.damage.push(Damage { line, flaw: Flaw::Missing, hides });
    }

    /// Takes a whole record of a journal that may be damaged elsewhere: what it says of a step holds, whatever is missing
    /// before it. Errors: it cannot follow, and nothing is damaged; then nothing has changed.
    pub fn take_read(&mut self, line: usize, record: &Record) -> Result<(), Illegal> {
        // A step whose name was read off a damaged line makes room for the one that has it.
        if let Event::Intent { step, .. } = &record.event
            && self.unsure.is_some_and(|at| self.steps[at].id == *step)
        {
            self.rename(self.fresh_id(step));
        }
        let Err(illegal) = self.take(record) else { return Ok(()) };
        let Some(id) = record.event.step() else { return Err(illegal) };
        if self.step(id).is_none() {
            self.find(line, id);
        } else if self.damage.is_empty() {
            return Err(illegal);
        }
        self.force(record)
    }

    /// Makes a step of what is left of its beginning. Gives its id.
    fn lose(&mut self, trace: Trace) -> String {
        let id = self.fresh_id(trace.step.as_deref().unwrap_or("unknown"));
        let (at, change, parts) = match trace.record {
            Some(Record { at, event: Event::Intent { change, .. }, .. }) => {
                let parts = change.parts.clone();
                (at, Change { parts: Vec::new(), ..*change }, parts)
            }
            _ => (self.last, unreadable(), Vec::new()),
        };
        self.unsure = Some(self.steps.len());
        self.index.insert(id.clone(), self.steps.len());
        self.steps.push(Step {
            id: id.clone(),
            at,
            by: self.holder.clone(),
            change,
            with: serde_json::Value::Null,
            parts: Vec::new(),
            seats: Vec::new(),
            torn: vec![Torn { line: trace.line, intent: true, parts, words: trace.words }],
            state: StepState::Acting,
            outcome: None,
            notes: Vec::new(),
            left: Vec::new(),
            instead: Vec::new(),
            error: None,
        });
        id
    }

    /// Notes that a record of a step is damaged.
    fn tear(&mut self, id: &str, trace: Trace) {
        let parts = match trace.record {
            Some(Record { event: Event::Batch { part, .. }, .. }) => vec![part],
            _ => Vec::new(),
        };
        let torn = Torn { line: trace.line, intent: false, parts, words: trace.words };
        if let Some(step) = self.index.get(id).and_then(|at| self.steps.get_mut(*at)) {
            step.torn.push(torn);
        }
    }

    /// Finds the step `id` that a whole record is about and no whole intent: what a damaged line has begun.
    fn find(&mut self, line: usize, id: &str) {
        if self.unsure.is_some() {
            return self.rename(id.to_owned());
        }
        let words = Vec::new();
        let hidden = self.damage.iter_mut().rev().find(|damage| damage.hides == Hides::Perhaps);
        let line = match hidden {
            Some(damage) => {
                damage.hides = Hides::Step(id.to_owned());
                damage.line
            }
            None => {
                let hides = Hides::Step(id.to_owned());
                self.damage.push(Damage { line, flaw: Flaw::NoIntent, hides });
                line
            }
        };
        self.lose(Trace { line, sort: Sort::Intent, step: Some(id.to_owned()), record: None, words });
        self.unsure = None;
    }

    /// Gives the step whose name was read off a damaged line the name that it has.
    fn rename(&mut self, id: String) {
        let Some(at) = self.unsure.take() else { return };
        let Some(step) = self.steps.get_mut(at) else { return };
        let old = std::mem::replace(&mut step.id, id.clone());
        for damage in &mut self.damage {
            if damage.hides == Hides::Step(old.clone()) {
                damage.hides = Hides::Step(id.clone());
            }
        }
        self.index.remove(&old);
        self.index.insert(id, at);
    }

    /// Takes an event whatever was there before.
    fn force(&mut self, record: &Record) -> Result<(), Illegal> {
        let event = &record.event;
        let Some(step) =
            event.step().and_then(|id| self.index.get(id)).and_then(|at| self.steps.get_mut(*at))
        else {
            return Ok(());
        };
        match event {
            // There can be no two of one name: what this one says is not taken.
            Event::Intent { .. } => return Err(Illegal { state: step.state, event: "intent" }),
            _ => step.state = StepState::after(event).unwrap_or(step.state),
        }
        step.hear(event);
        (self.last, self.seq) = (record.at, record.seq);
        Ok(())
    }
}

/// What stands for a change of which nothing can be read.
fn unreadable() -> Change {
    let unknown = || "?".to_owned();
    Change {
        action: String::new(),
        summary: "what it was cannot be read".into(),
        subject: Subject {
            name: unknown(),
            kind: unknown(),
            address: unknown(),
            identity: unknown(),
            nodes: Vec::new(),
        },
        commands: Vec::new(),
        forecast: Vec::new(),
        risk: Vec::new(),
        back: String::new(),
        level: Level::Type,
        parts: Vec::new(),
        now: None,
    }
}
