//! Putting back: newest first, compare-and-set (S27), from the journal alone.

use crate::action::{self, Spec};
use crate::approval::{Approval, Consent};
use crate::change::{Change, Standing};
use crate::clock;
use crate::confirm::{Answer, Question, flag_for};
use crate::error::Failure;
use crate::event::{Event, Step, StepState};
use crate::runner::Runner;
use crate::runner::back::{Back, by_hand};
use crate::runner::seat::Seat;

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

impl Runner {
    /// Puts back what is in effect, newest first, or only the step `only`. `anyway`: also values that are not ours any
    /// more, once that was answered. Errors: the journal cannot be written; `only` names no step.
    pub async fn undo(&mut self, only: Option<&str>, anyway: bool) -> Result<Undone, Failure> {
        let mut undone = Undone::default();
        let Some(incident) = self.incident() else { return Ok(undone) };
        let steps: Vec<Step> =
            incident.in_effect().filter(|step| only.is_none_or(|only| step.id == only)).cloned().collect();
        for step in steps {
            if self.stop.asked() || undone.stopped {
                undone.stopped = true;
                undone.left.push(step.id);
                continue;
            }
            match self.undo_step(&step, anyway, &mut undone).await? {
                true => undone.complete.push(step.id),
                false => undone.left.push(step.id),
            }
        }
        Ok(undone)
    }

    /// Puts a step back because it made things worse: that was agreed to when the step was (S6). A value that is not
    /// ours any more is left alone.
    pub(super) async fn undo_by_itself(&mut self, id: &str) -> Result<(), Failure> {
        let Some(step) = self.incident().and_then(|incident| incident.step(id)).cloned() else {
            return Ok(());
        };
        let Some(spec) = action::by_name(&step.change.action) else { return Ok(()) };
        let standings = self.standings(id).await;
        let back = self.back(spec, &step, &standings).await;
        if !back.drifted.is_empty() {
            self.listener.note(&format!("{id}: not ours any more, left alone; stampede undo shows it"));
            return Ok(());
        }
        self.write_back(spec, &step, &back, Consent::Automatic, false).await.map(|_| ())
    }

    /// What an undo would do, without holding the journal or writing anywhere.
    pub async fn show_undo(&mut self, name: &str, only: Option<&str>) -> Result<Undone, Failure> {
        let mut undone = Undone::default();
        let incident = self.store.read(name)?.incident;
        for step in incident.in_effect().filter(|step| only.is_none_or(|only| step.id == only)) {
            undone.left.push(step.id.clone());
            let Some(spec) = action::by_name(&step.change.action) else { continue };
            let standings = self.standings_of(step).await;
            let back = self.back(spec, step, &standings).await;
            if !back.change.parts.is_empty() {
                self.show(Event::Planned { step: step.id.clone(), change: Box::new(back.change) });
            } else if standings.iter().all(Option::is_some) {
                self.listener.note(&format!("{}: gone by itself, nothing to put back", step.id));
            } else {
                self.listener.note(&by_hand(spec, step));
            }
        }
        Ok(undone)
    }

    /// After Ctrl-C: asks whether what is in effect is to be put back.
    pub async fn offer_unwind(&mut self) -> Result<(), Failure> {
        self.stop.forget();
        let answer = tokio::select! {
            answer = self.confirm.yes("Put back all that is in effect, newest first?") => answer,
            () = self.stop.wait() => None,
        };
        if answer == Some(true) {
            self.undo(None, false).await?;
        }
        self.stop.ask();
        Ok(())
    }

    async fn undo_step(&mut self, step: &Step, anyway: bool, undone: &mut Undone) -> Result<bool, Failure> {
        let Some(spec) = action::by_name(&step.change.action) else {
            self.listener.note(&format!(
                "{}: this version does not know {}: use the version that did it",
                step.id, step.change.action
            ));
            return Ok(false);
        };
        let standings = self.standings(&step.id).await;
        if standings.iter().all(|standing| *standing == Some(Standing::Before)) {
            self.tell(Event::Reconciled { step: step.id.clone(), standings, state: StepState::Undone })?;
            return Ok(true);
        }
        let back = self.back(spec, step, &standings).await;
        if back.change.parts.is_empty() {
            self.listener.note(&by_hand(spec, step));
            return Ok(false);
        }
        self.show(Event::Planned { step: step.id.clone(), change: Box::new(back.change.clone()) });
        if self.options.dry_run {
            return Ok(false);
        }
        match self.may_undo(step, &back.change, spec, undone).await {
            Some(consent) => self.write_back(spec, step, &back, consent, anyway).await,
            None => Ok(false),
        }
    }

    async fn may_undo(
        &mut self,
        step: &Step,
        change: &Change,
        spec: &Spec,
        undone: &mut Undone,
    ) -> Option<Consent> {
        let seat = self.seats.get(&change.subject.name);
        let names = seat.map(Seat::names).unwrap_or_default();
        let company = seat.map(Seat::company).unwrap_or_default();
        let age = seat.and_then(|seat| seat.known.as_ref()).map(|(_, at)| clock::instant() - *at);
        let in_effect: Vec<(String, String)> = self
            .incident()
            .map(|incident| {
                incident.in_effect().map(|step| (step.id.clone(), step.change.summary.clone())).collect()
            })
            .unwrap_or_default();
        let question = Question {
            step: &step.id,
            why: None,
            help: spec.help,
            change,
            level: change.level,
            raised: &company,
            phase: None,
            age: age.unwrap_or_default(),
            in_effect: &in_effect,
            names: &names,
        };
        let answer = match self.options.flags.answer(&question) {
            Some(answer) => answer,
            None => tokio::select! {
                answer = self.confirm.change(&question) => answer,
                () = self.stop.wait() => Answer::Stop,
            },
        };
        match answer {
            Answer::Do(consent) => return Some(consent),
            Answer::Nobody => {
                let flag = flag_for(&question);
                self.listener.note(&format!("{}: nobody was there to answer; answer with {flag}", step.id));
                undone.unanswered = true;
            }
            Answer::Stop => undone.stopped = true,
            Answer::Skip | Answer::UndoLast => undone.unanswered = true,
        }
        None
    }

    /// Writes back all that can be, last part first. `anyway`: past a safety rule that would rather leave it; what has
    /// drifted is written all the same, because that was shown and answered.
    pub(super) async fn write_back(
        &mut self,
        spec: &Spec,
        step: &Step,
        back: &Back,
        consent: Consent,
        anyway: bool,
    ) -> Result<bool, Failure> {
        let approval = Approval::of(&back.change, consent);
        let Self { journal, seats, listener, .. } = self;
        let (Some(journal), Some(seat)) = (journal.as_mut(), seats.get_mut(&back.change.subject.name)) else {
            return Ok(false);
        };
        let hand = journal.act()?;
        let record = journal.append(Event::Undoing { step: step.id.clone(), consent, anyway })?;
        listener.hear(&record);
        let (mut complete, mut notes, mut error) = (back.silent.is_empty(), Vec::new(), None);
        for part in &back.change.parts {
            let permit = approval.permit();
            let seen = back.drifted.iter().find(|(drifted, _)| drifted == part).map(|(_, seen)| seen);
            match spec.action.undo(part, seen, anyway, &mut seat.session, &approval, &permit).await {
                Ok(reverted) => {
                    complete &= reverted.complete;
                    notes.extend(reverted.notes);
                }
                // In doubt: it may have been carried out all the same, so the world is asked.
                Err(cause) => match spec.action.standing(part, &mut seat.session).await {
                    Ok(Standing::Before) => {
                        notes.push(format!("{}: {}; it is put back all the same", part.node, cause.message));
                    }
                    _ => {
                        complete = false;
                        error = Some(format!("{}: {}", part.node, cause.message));
                    }
                },
            }
        }
        if complete {
            for part in &back.change.parts {
                if let Ok(Standing::After) = spec.action.standing(part, &mut seat.session).await {
                    complete = false;
                    error = Some(format!("{} still shows what we had set", part.node));
                }
            }
        }
        notes.extend(back.beyond.iter().cloned());
        for node in &back.silent {
            error.get_or_insert_with(|| format!("{node} cannot be asked"));
        }
        // A rule that would rather leave it has said why: what it would not do is not handed out to be typed.
        let broken = error.is_some();
        let record = journal.append(Event::Undone { step: step.id.clone(), complete, notes, error })?;
        listener.hear(&record);
        drop(hand);
        if broken {
            self.listener.note(&by_hand(spec, step));
        }
        Ok(complete)
    }
}
