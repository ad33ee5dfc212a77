//! Putting back: newest first, compare-and-set (S27), from the journal alone.

use std::collections::BTreeSet;

use crate::action::{self, Spec};
use crate::approval::Consent;
use crate::change::{Change, Standing};
use crate::config::Target;
use crate::confirm::Answer;
use crate::error::Failure;
use crate::event::{Event, Incident, Step, StepState};
use crate::runner::Runner;
use crate::runner::approve::{Answered, Asked};
use crate::runner::damaged::damaged;
use crate::runner::operator::{BRIEFLY, CONNECT};
use crate::runner::overlap::Newer;
use crate::runner::reconcile::Seen;
use crate::runner::restore::by_hand;

/// What came of putting steps back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Steps that are put back, or were so already.
    pub complete: Vec<String>,
    /// Steps that are still in effect.
    pub left: Vec<String>,
    /// Whether one of them was left because the answer was no, or nobody could be asked.
    pub unanswered: bool,
    /// Whether the operator stopped.
    pub stopped: bool,
}

/// How a step is put back.
struct How<'a> {
    /// Past a safety rule that would rather leave it.
    anyway: bool,
    /// Because it made things worse: a flag that was given before is no answer to that.
    worse: bool,
    /// The other incidents.
    others: &'a [Incident],
}

impl Runner {
    /// Puts back what is in effect, newest first, or only the step `only`. `anyway`: also values that are not ours any
    /// more, once that was answered. Errors: the journal cannot be written; `only` names no step.
    pub async fn undo(&mut self, only: Option<&str>, anyway: bool) -> Result<Undone, Failure> {
        let mut undone = Undone::default();
        let name = |step: &Step| step.change.subject.name.clone();
        // What can be put back at once does not wait for targets that do not answer; those are tried at the same time, once.
        let steps = self.in_effect(only);
        self.fleet.silent.clear();
        self.fleet.reach(&steps.iter().map(name).collect(), &self.operator, BRIEFLY).await;
        let (late, at_once): (Vec<Step>, Vec<Step>) =
            steps.into_iter().partition(|step| self.fleet.silent.contains_key(&name(step)));
        for name in at_once.iter().map(name).collect::<BTreeSet<_>>() {
            if let Some(connection) = self.fleet.connected(&name) {
                // Who cannot be reached is told at the step.
                _ = connection.led(&self.operator).await;
            }
        }
        let how = How { anyway, worse: false, others: &self.logbook.elsewhere() };
        self.undo_all(at_once, &how, &mut undone).await?;
        if !late.is_empty() && !self.operator.stop.asked() {
            self.fleet.reach(&late.iter().map(name).collect(), &self.operator, CONNECT).await;
        }
        self.undo_all(late, &how, &mut undone).await?;
        self.fleet.silent.clear();
        Ok(undone)
    }

    async fn undo_all(
        &mut self,
        steps: Vec<Step>,
        how: &How<'_>,
        undone: &mut Undone,
    ) -> Result<(), Failure> {
        for step in steps {
            if self.operator.stop.asked() || undone.stopped {
                undone.stopped = true;
                undone.left.push(step.id);
                continue;
            }
            match self.undo_step(&step, how, undone).await? {
                true => undone.complete.push(step.id),
                false => undone.left.push(step.id),
            }
        }
        Ok(())
    }

    /// What is in effect, newest first, or only the step `only`.
    pub(super) fn in_effect(&self, only: Option<&str>) -> Vec<Step> {
        let steps = self.incident().into_iter().flat_map(Incident::in_effect);
        steps.filter(|step| only.is_none_or(|only| step.id == only)).cloned().collect()
    }

    /// Puts a step back because it made things worse: that was agreed to when the step was (S6). A value that is not
    /// ours any more is left alone.
    pub(super) async fn undo_by_itself(&mut self, id: &str) -> Result<(), Failure> {
        let Some(step) = self.incident().and_then(|incident| incident.step(id)).cloned() else {
            return Ok(());
        };
        let Some(spec) = action::by_name(&step.change.action).filter(|_| !step.is_lost()) else {
            return Ok(());
        };
        let Seen { step, standings } = self.seen(&step).await;
        let others = self.logbook.elsewhere();
        if let Some(newer) = self.newer(&step, &others).await.first() {
            self.operator.note(&first(&step, newer, self.name()));
            return Ok(());
        }
        let back = self.back(spec, &step, &standings).await;
        if !back.drifted.is_empty() {
            self.operator.note(&format!("{id}: not ours any more, left alone; `stampede undo` shows it"));
            return Ok(());
        }
        self.write_back(spec, &step, &back, Consent::Automatic, false).await.map(|_| ())
    }

    /// What an undo would do, without holding the journal or writing anywhere.
    pub async fn show_undo(&mut self, name: &str, only: Option<&str>) -> Result<Undone, Failure> {
        let mut undone = Undone::default();
        let incident = self.logbook.store.read(name)?.incident;
        for step in incident.in_effect().filter(|step| only.is_none_or(|only| step.id == only)) {
            undone.left.push(step.id.clone());
            if step.is_lost() {
                self.operator.note(&damaged(step, self.target_of(step)));
                continue;
            }
            let Some(spec) = action::by_name(&step.change.action) else { continue };
            let Seen { step, standings } = self.seen(step).await;
            if standings.iter().all(Option::is_none) && !standings.is_empty() {
                self.note_by_hand(spec, &step);
                continue;
            }
            let back = self.back(spec, &step, &standings).await;
            if !back.change.parts.is_empty() {
                self.operator.show(Event::Planned { step: step.id.clone(), change: Box::new(back.change) });
            } else if standings.iter().all(Option::is_some) {
                self.operator.note(&format!("{}: gone by itself, nothing to put back", step.id));
            } else {
                self.note_by_hand(spec, &step);
            }
        }
        Ok(undone)
    }

    /// After Ctrl-C: asks whether what is in effect is to be put back.
    pub async fn offer_unwind(&mut self) -> Result<(), Failure> {
        self.operator.stop.forget();
        let answer = self.operator.says_yes("Put back all that is in effect, newest first?").await;
        if answer == Some(true) {
            self.undo(None, false).await?;
        }
        self.operator.stop.ask();
        Ok(())
    }

    /// Offers to put a step back that made things worse: one question, with no default.
    pub(super) async fn offer_undo(&mut self, id: &str) -> Result<(), Failure> {
        let how = How { anyway: false, worse: true, others: &self.logbook.elsewhere() };
        for step in self.in_effect(Some(id)) {
            self.undo_step(&step, &how, &mut Undone::default()).await?;
        }
        Ok(())
    }

    async fn undo_step(&mut self, step: &Step, how: &How<'_>, undone: &mut Undone) -> Result<bool, Failure> {
        if step.is_lost() {
            self.operator.note(&damaged(step, self.target_of(step)));
            return Ok(false);
        }
        let Some(spec) = action::by_name(&step.change.action) else {
            self.operator.note(&format!(
                "{}: this version does not know {}: use the version that did it",
                step.id, step.change.action
            ));
            return Ok(false);
        };
        let Seen { step, standings } = self.settled(step).await;
        let step = &step;
        if standings.iter().all(Option::is_none) && !standings.is_empty() {
            self.note_by_hand(spec, step);
            return Ok(false);
        }
        // What a later change has left looks as if ours had gone.
        if let Some(newer) = self.newer(step, how.others).await.first() {
            self.operator.note(&first(step, newer, self.name()));
            return Ok(false);
        }
        if standings.iter().all(|standing| *standing == Some(Standing::Before)) {
            self.tell(Event::Reconciled { step: step.id.clone(), standings, state: StepState::Undone })?;
            return Ok(true);
        }
        let back = self.back(spec, step, &standings).await;
        if back.change.parts.is_empty() {
            self.note_by_hand(spec, step);
            return Ok(false);
        }
        self.operator.show(Event::Planned { step: step.id.clone(), change: Box::new(back.change.clone()) });
        if self.options.dry_run {
            return Ok(false);
        }
        match self.may_undo(step, &back.change, (spec, how.worse), undone).await {
            Some(consent) => self.write_back(spec, step, &back, consent, how.anyway).await,
            None => Ok(false),
        }
    }

    fn note_by_hand(&self, spec: &Spec, step: &Step) {
        self.operator.note(&by_hand(spec, step, self.target_of(step)));
    }

    /// Where a step was made, as far as that is configured still.
    fn target_of(&self, step: &Step) -> Option<&Target> {
        self.fleet.target(&step.change.subject.name)
    }

    async fn may_undo(
        &mut self,
        step: &Step,
        change: &Change,
        (spec, worse): (&Spec, bool),
        undone: &mut Undone,
    ) -> Option<Consent> {
        let asked = Asked {
            step: &step.id,
            why: None,
            help: spec.help,
            undo: true,
            typed: false,
            raised: Vec::new(),
            phase: None,
            worse,
        };
        let Answered { answer, flag } = self.approve(asked, change).await;
        match answer {
            Answer::Do(consent) => return Some(consent),
            Answer::Nobody => {
                self.operator.note(&format!("{}: nobody was there to answer; answer with {flag}", step.id));
                undone.unanswered = true;
            }
            Answer::Stop => undone.stopped = true,
            Answer::Skip | Answer::UndoLast => undone.unanswered = true,
        }
        None
    }
}

/// That a later change of the same thing is to be put back first.
fn first(step: &Step, newer: &Newer, here: &str) -> String {
    let incident = newer.incident.as_deref().unwrap_or(here);
    format!(
        "S27 {}: {} changed the same later ({}), and what was there before is put back after it: \
         stampede undo {incident} --step {}",
        step.id, newer.step, newer.summary, newer.step
    )
}
