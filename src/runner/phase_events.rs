//! What a run tells beside its steps: what was measured first, and phases that have none.

use crate::action::Phase;
use crate::error::{Failure, FailureKind};
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
        self.tell(Event::Detected {
            budget: bound.detect.budget.as_secs(),
            verdict: measured.verdict.headline.clone(),
            pattern: Some(measured.verdict.pattern.name().to_owned()),
            found,
        })
    }

    /// Tells a phase that a run passes over. Errors: the journal cannot be written.
    pub fn passed_over(&mut self, phase: Phase, why: &str) -> Result<(), Failure> {
        self.tell(Event::PassedOver { phase: phase.name().into(), why: why.into() })
    }

    /// Tells that a phase may not begin, to whoever reads events; what it gives says the same to a person.
    pub(super) fn refused(
        &mut self,
        phase: Phase,
        rule: Option<&'static str>,
        why: String,
        unblock: Option<String>,
    ) -> Failure {
        let failure = match rule {
            Some(rule) => Failure::by(rule, why.clone()),
            None => Failure::new(FailureKind::Refused, format!("refused: {why}")),
        };
        let (phase, rule) = (phase.name().into(), rule.map(Into::into));
        let told = self.tell(Event::Refused { phase, rule, why, unblock: unblock.clone() });
        told.err().unwrap_or(Failure { hint: unblock, ..failure })
    }

    /// Tells a phase that has no steps, stage by stage. Errors: the journal cannot be written.
    pub fn without_steps(&mut self, bound: &Bound, phase: Phase) -> Result<(), Failure> {
        for stage in bound.phase(phase) {
            let why = "no steps; what was put in place is lifted by `stampede undo`".into();
            self.tell(Event::PassedOver { phase: stage.name(), why })?;
        }
        Ok(())
    }
}
