//! Playbooks: short, ordered lists of steps that a tired person can read, checked by daylight.
//!
//! [`load()`] finds and checks one, [`Playbook::bind`] fills in its inputs, [`Step::offer`] and [`Condition::judge`] say
//! what of it applies to a measurement. Running the steps is not done here.

mod bind;
mod case;
mod condition;
mod expect;
mod find;
mod fixture;
mod input;
mod load;
mod measurement;
mod raw;
mod schema;
mod shipped;
mod skeleton;
mod step;
mod template;
mod trial;

use std::path::PathBuf;
use std::time::Duration;

use crate::action::Phase;
use crate::action::field::Arguments;

pub use bind::{Bound, Doubt};
pub use case::Case;
pub use condition::{Condition, Truth};
pub use expect::{Asked, Expected};
pub use find::{Found, load, load_file, search};
pub use fixture::Fixture;
pub use input::{Input, InputType, Words};
pub use load::parse;
pub use measurement::Measurement;
pub use schema::schema;
pub use shipped::{DEFAULT, SHIPPED, Shipped};
pub use skeleton::skeleton;
pub use step::{Offer, OnFailure, OnWorse, Step, WATCHED, Watch};
pub use template::Template;
pub use trial::{Trial, try_case};

pub use crate::yaml::{Invalid, Mistake};

/// A playbook that was checked.
#[derive(Clone, Debug)]
pub struct Playbook {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub summary: String,
    /// The folder of its file; none for a shipped one.
    pub folder: Option<PathBuf>,
    /// Its file, as it is.
    pub source: String,
    /// The SHA-256 of its file.
    pub hash: String,
    /// What may be set.
    pub inputs: Vec<Input>,
    /// What its targets must prove to be.
    pub expect: Vec<Expected>,
    /// Facts that its steps hang on.
    pub facts: Vec<Asked>,
    /// The phase that looks.
    pub detect: Detect,
    /// The phases that act, in order; recovery stage by stage.
    pub stages: Vec<Stage<Template>>,
    /// Its cases.
    pub cases: Vec<Case>,
    /// What is understood and is called otherwise today, a sentence each.
    pub notes: Vec<String>,
}

/// The phase that looks.
#[derive(Clone, Debug)]
pub struct Detect {
    /// Time for it.
    pub budget: Duration,
    /// Conditions that speak for the playbook.
    pub signals: Vec<Condition>,
}

/// A phase that acts, or a stage of recovery. `W` is [`Template`] until inputs are bound.
#[derive(Clone, Debug)]
pub struct Stage<W = Arguments> {
    /// The phase.
    pub phase: Phase,
    /// The stage's name, in recovery.
    pub id: Option<String>,
    /// The phase's budget; in recovery, when the stage should be over, counted from the start of the first.
    pub limit: Option<Duration>,
    /// Its steps, in order.
    pub steps: Vec<Step<W>>,
    /// Whether what was put in place is lifted after its steps.
    pub lift: bool,
    /// Whether the last checklist is gone through in the end.
    pub verify: bool,
}

impl<W> Stage<W> {
    /// As it is said: `break`, `recover: warm`.
    pub fn name(&self) -> String {
        match &self.id {
            Some(id) => format!("{}: {id}", self.phase.name()),
            None => self.phase.name().into(),
        }
    }
}

impl Playbook {
    /// Every step, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step<Template>> {
        self.stages.iter().flat_map(|stage| &stage.steps)
    }

    /// The values that are known to fit an input: those of the field that it fills, or else its default.
    pub fn values(&self, input: &Input) -> Vec<String> {
        if input.ty == InputType::Bool {
            return vec!["true".into(), "false".into()];
        }
        let mut fits: Vec<String> = Vec::new();
        for word in self.steps().flat_map(|step| step.with.choices(&input.name)) {
            if !fits.iter().any(|known| known == word) {
                fits.push((*word).to_owned());
            }
        }
        match &input.default {
            Some(words @ Words::One(text)) if fits.is_empty() && words.references().next().is_none() => {
                vec![text.clone()]
            }
            _ => fits,
        }
    }
}
