//! What a run tells beside its steps: what was measured first, and phases that have none.

use crate::action::Phase;
use crate::error::Failure;
use crate::event::Event;
use crate::playbook::{self, Bound, Truth};
use crate::runner::{Measurement, Runner};

impl Runner {
    /// Tells the detect phase of a run: what was measured (`found`, a line for each target), and which of the playbook's own
    /// signals hold. Errors: the journal cannot be written.
    pub fn detected(
        &mut self,
        bound: &Bound,
        measured: &Measurement,
        mut found: Vec<String>,
    ) -> Result<(), Failure> {
        let seen =
            playbook::Measurement::new(&measured.verdict, &measured.observations, &self.settings.facts);
        found.extend(bound.detect.signals.iter().map(|signal| match signal.judge(&seen) {
            Truth::True => format!("signal: {}", signal.in_words()),
            Truth::False(words) => format!("no signal: {words}"),
            Truth::Unknown(words) => format!("signal not known: {words}"),
        }));
        self.logbook.follow(&self.operator, bound)?;
        self.tell(Event::Phase {
            phase: Phase::Detect.name().into(),
            budget: Some(bound.detect.budget.as_secs()),
            verdict: Some(measured.verdict.headline.clone()),
            found,
        })
    }

    /// Tells a phase that a run passes over. Errors: the journal cannot be written.
    pub fn passed_over(&mut self, phase: Phase, why: &str) -> Result<(), Failure> {
        self.tell(Event::Phase {
            phase: phase.name().into(),
            budget: None,
            verdict: None,
            found: vec![format!("passed over: {why}")],
        })
    }

    /// Tells a phase that has no steps, stage by stage. Errors: the journal cannot be written.
    pub fn without_steps(&mut self, bound: &Bound, phase: Phase) -> Result<(), Failure> {
        for stage in bound.phase(phase) {
            let stage_name = stage.id.as_ref().map(|id| format!("{}: {id}", phase.name()));
            self.tell(Event::Phase {
                phase: stage_name.unwrap_or_else(|| phase.name().into()),
                budget: stage.limit.map(|limit| limit.as_secs()),
                verdict: None,
                found: vec!["no steps; what was put in place is lifted by stampede undo".into()],
            })?;
        }
        Ok(())
    }
}
