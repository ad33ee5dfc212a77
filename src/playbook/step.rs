//! One step: what it does, when, and what follows.

use std::time::Duration;

use serde::Deserialize;

use crate::action::Spec;
use crate::action::field::Arguments;
use crate::observation::{Kind, Metric};
use crate::playbook::{Condition, Measurement, Truth};

/// A step. `W` is [`crate::playbook::Template`] until inputs are bound.
#[derive(Clone, Debug)]
pub struct Step<W = Arguments> {
    /// Its name.
    pub id: String,
    /// Why, for the person who is asked.
    pub why: Option<String>,
    /// What it does.
    pub act: &'static Spec,
    /// The action's fields.
    pub with: W,
    /// Where it is known to be false, the step is not applicable.
    pub when: Option<Condition>,
    /// Unless it is known to be true, the step is blocked.
    pub require: Option<Condition>,
    /// The target's name must be typed, whatever the action's plan says (S8).
    pub typed: bool,
    /// Holds on the measurement after the act, beside the action's own proof.
    pub verify: Option<Condition>,
    /// What to watch after the act.
    pub watch: Option<Watch>,
    /// Why it will not be put back; none: it will be.
    pub irreversible_because: Option<String>,
    /// What follows when it fails.
    pub on_failure: OnFailure,
    /// Longest time for it.
    pub timeout: Option<Duration>,
    /// The target's name; none: every target of the action's kind.
    pub target: Option<String>,
    /// Where it departs from the protocol document, and why.
    pub differs: Option<String>,
}

/// What can be watched after an act: what one look at the databases tells, where higher is worse.
pub const WATCHED: &[Metric] = &[
    Metric::DatabaseRunning,
    Metric::DatabaseConnections,
    Metric::DatabaseConnectionsRatio,
    Metric::DatabaseLongest,
    Metric::DatabaseOver30s,
];

/// What to watch after the act.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// What is measured; one of [`WATCHED`].
    pub metric: Metric,
    /// The multiple of its trend that is worse.
    pub worse_by: f64,
    /// How long.
    pub length: Duration,
    /// What to do then.
    pub on_worse: OnWorse,
}

/// What to do when it got worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnWorse {
    /// Say so, and ask whether to undo.
    #[default]
    Report,
    /// Undo by itself.
    Undo,
}

/// What follows when a step fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// Nothing more is done.
    #[default]
    Stop,
    /// The next step.
    Continue,
    /// What this phase has done is put back, newest first.
    Undo,
}

/// Whether a step is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It is; with a word where it is not known whether it applies.
    Offered(Option<String>),
    /// It has no meaning here, and why.
    NotApplicable(String),
    /// It must not be done, and why.
    Blocked(String),
}

impl<W> Step<W> {
    /// Whether the step is offered after this measurement, where there are targets of these kinds.
    ///
    /// `when` keeps a step back only where it is known to be false; `require` lets it pass only where it is known to
    /// be true.
    pub fn offer(&self, measurement: &Measurement, kinds: &[Kind]) -> Offer {
        let spec = self.act;
        if !kinds.contains(&spec.kind) {
            return Offer::NotApplicable(format!("there is no {} target", spec.kind.name()));
        }
        let note = match self.when.as_ref().map(|when| when.judge(measurement)) {
            Some(Truth::False(words)) => return Offer::NotApplicable(words),
            Some(Truth::Unknown(words)) => Some(format!("not known whether it applies: {words}")),
            Some(Truth::True) | None => None,
        };
        match self.require.as_ref().map(|require| require.judge(measurement)) {
            Some(Truth::False(words) | Truth::Unknown(words)) => Offer::Blocked(words),
            Some(Truth::True) | None => Offer::Offered(note),
        }
    }
}
