//! Which steps of a phase to take, and how they ended.

use crate::action::Phase;
use crate::error::{Failure, FailureKind};
use crate::playbook::{Bound, Stage};
use crate::runner::{Acted, End};
use crate::text;

/// The names by which `--only` and `--skip` know what comes after the steps of a stage.
pub(super) const LIFT: &str = "lift";
pub(super) const VERIFY: &str = "verify";

/// Which steps of a phase to take, by their ids.
#[derive(Clone, Debug, Default)]
pub struct Pick {
    /// Begin at this one.
    pub from: Option<String>,
    /// Only these.
    pub only: Vec<String>,
    /// All but these.
    pub skip: Vec<String>,
}

/// How the steps of a phase ended.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Step by step.
    pub ends: Vec<Acted>,
    /// Whether the operator would not have the phase begin.
    pub declined: bool,
}

impl Pick {
    pub(super) fn takes(&self, id: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|only| only == id))
            && !self.skip.iter().any(|skip| skip == id)
    }

    /// All names of steps that these phases have, in order.
    pub fn names<'a, W>(stages: &'a [Stage<W>], phases: &[Phase]) -> Vec<&'a str> {
        let stages = || stages.iter().filter(|stage| phases.contains(&stage.phase));
        let mut ids: Vec<&str> = stages().flat_map(|stage| &stage.steps).map(|step| &*step.id).collect();
        ids.extend(stages().any(|stage| stage.lift).then_some(LIFT));
        ids.extend(stages().any(|stage| stage.verify).then_some(VERIFY));
        ids
    }

    /// The steps of `bound` that remain, in order. Errors: a step that was named is not in the phase (exit 64).
    pub fn resolve(&self, bound: &Bound, phases: &[Phase]) -> Result<Self, Failure> {
        let ids = Self::names(&bound.stages, phases);
        for named in self.from.iter().chain(&self.only).chain(&self.skip) {
            if !ids.contains(&named.as_str()) {
                let failure =
                    Failure::new(FailureKind::Usage, format!("there is no step {}", text::escape(named)));
                return Err(match text::nearest_part(named, ids.iter().copied()) {
                    Some(near) => failure.hint(format!("did you mean {near}?")),
                    None => failure.hint(format!("there are: {}", ids.join(", "))),
                });
            }
        }
        let mut skip = self.skip.clone();
        if let Some(from) = &self.from {
            skip.extend(ids.iter().take_while(|id| *id != from).map(|id| (*id).to_owned()));
        }
        Ok(Self { from: None, only: self.only.clone(), skip })
    }
}

impl Tally {
    /// Adds the steps of another phase.
    pub fn add(&mut self, other: Self) {
        self.ends.extend(other.ends);
        self.declined |= other.declined;
    }

    /// Whether any step was done.
    pub fn has_done(&self) -> bool {
        self.ends.iter().any(|acted| acted.end == End::Done)
    }

    /// Whether the operator stopped, or the phase did not begin.
    pub fn stopped(&self) -> bool {
        self.declined || self.ends.iter().any(|acted| acted.end == End::Stopped)
    }
}
