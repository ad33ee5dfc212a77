//! The write: intent, apply, verify, outcome. A failed apply is in doubt: the world is read, and what stands is put back.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt as _;

use crate::action::field::Value;
use crate::action::{At, HotKeys};
use crate::approval::{Approval, Consent};
use crate::change::{Change, Standing};
use crate::clock;
use crate::config::Target;
use crate::error::{Failure, FailureKind, TargetError, TargetErrorKind};
use crate::event::{Done, Event};
use crate::journal::Purpose;
use crate::proof::{Lead, Lost, Roll};
use crate::runner::fence;
use crate::runner::part::Onto;
use crate::runner::plan::context;
use crate::runner::recorder::Ledger;
use crate::runner::restore::by_hand;
use crate::runner::verify::{Found, put_back, said, verify};
use crate::runner::{End, Runner, Step};
use crate::watchdog::Watchdog;

impl Runner {
    /// What has moved since the change was planned; none when all is as it was (S10).
    pub(super) async fn moved(&mut self, step: &Step, change: &Change, lead: &Lead) -> Option<String> {
        let connection = self.fleet.connected(&step.target)?;
        match connection.led(&self.operator).await {
            Ok(now) => {
                if let Some(moved) = lead.moved(now) {
                    return Some(moved);
                }
            }
            Err(error) => return Some(format!("{} cannot be asked any more: {error}", step.target)),
        }
        let asked = clock::instant();
        let now = match connection.session.ids().await {
            Ok(ids) => Roll::of(ids, asked),
            Err(error) => return Some(format!("{} cannot be asked any more: {error}", step.target)),
        };
        for part in &change.parts {
            let is_still = connection.roll.as_ref().is_none_or(|roll| roll.still_holds(&part.node, &now));
            match now.at(&part.node) {
                Some(present) if present.id == part.id && is_still => {}
                Some(_) => return Some(format!("{} has restarted, or is another server now", part.node)),
                None => return Some(format!("{} is no node of {} any more", part.node, step.target)),
            }
            match step.spec.action.standing(part, &mut connection.session).await {
                Ok(Standing::Before) => {}
                // Some of it has ended by itself: each of the rest is looked at again right before it is (S17).
                Ok(Standing::Partly(_)) if step.spec.irreversible.is_some() => {}
                Ok(Standing::After) if step.spec.irreversible.is_some() => {
                    return Some(format!("on {} nothing of this is left to do", part.node));
                }
                Ok(Standing::After) => return Some(format!("somebody has just done this on {}", part.node)),
                Ok(now @ (Standing::Drifted(_) | Standing::Partly(_))) => {
                    return Some(format!("{} has changed meanwhile: {}", part.node, now.words()));
                }
                Err(error) => return Some(format!("{} cannot be asked any more: {error}", part.node)),
            }
        }
        None
    }

    /// Makes an approved change, and says under which id. Errors: the journal cannot be written; then either nothing was
    /// done, or the next run reads the world (S26).
    pub(super) async fn act(
        &mut self,
        step: &Step,
        change: &Change,
        consent: Consent,
        hot: &HotKeys,
    ) -> Result<(String, End), Failure> {
        let approval = Approval::of(change, consent);
        let owner = self.logbook.owner();
        let earlier = self.logbook.earlier(&change.subject);
        let id = self.logbook.open(&self.operator)?.incident().fresh_id(&step.id);
        let seats = match self.fleet.connected(&step.target) {
            Some(connection) => connection.session.seats().await,
            None => Vec::new(),
        };
        let intent = Event::Intent {
            step: id.clone(),
            change: Box::new(change.clone()),
            with: serde_json::to_value(&step.with).unwrap_or_default(),
            consent,
            digest: approval.digest().into(),
            seats: seats.clone(),
        };
        let watchdog = self.stand_by(step, &id)?;
        let began = clock::instant();
        self.acted = Some(began);
        let listener = &self.operator.listener;
        let journal = &mut self.logbook.journal;
        let (Some(journal), (connection, lines)) = (journal, self.fleet.connection_and_lines(&step.target)?)
        else {
            return Ok((id, End::Unknown));
        };
        let hand = journal.act(Purpose::Change)?;
        let before = (journal.fsyncs, journal.fsync_time);
        let record = journal.append(intent)?;
        listener.hear(&record);

        let context = context(&self.settings, lines, &owner, hot, &earlier);
        let ledger = Ledger {
            step: &id,
            approval: &approval,
            parts: &change.parts,
            journal: Mutex::new(journal),
            operator: &self.operator,
            until: step.limit.map(|limit| began + limit),
            failure: Mutex::new(None),
        };
        let action = step.spec.action;
        // Nothing waits for it beside it: an act in flight is never dropped.
        let apply =
            action.apply(&step.with, &context, &change.parts, &mut connection.session, &approval, &ledger);
        let applied = AssertUnwindSafe(apply).catch_unwind().await.unwrap_or_else(|_| {
            Err(TargetError::new(TargetErrorKind::Protocol, "this program had a fault while it wrote"))
        });
        let unwritten = ledger.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(ledger);

        let parts = journal.incident().step(&id).map(|step| step.parts.clone()).unwrap_or_default();
        let mut gone = false;
        let clients = journal.incident().clients.clone();
        let lost = Lost { names: &clients, seats: &seats };
        let mut onto = Onto { session: &mut connection.session, approval: &approval, lost };
        let missed = applied.as_ref().map(|applied| applied.missed.clone()).unwrap_or_default();
        let mut found = match applied {
            Ok(applied) => verify(step.spec, applied, &change.parts, &parts, &mut onto).await,
            Err(error) => {
                gone = error.is_silence();
                match fence::after(&error, (step.spec, &parts), &mut onto).await {
                    Ok(()) => put_back(step.spec, &said(&error), &parts, &mut onto).await,
                    Err(why) => Found::unknown(&said(&error), why),
                }
            }
        };
        if found.outcome == Done::Stopped {
            found.notes.push(goes_on(step, self.fleet.target(&step.target), &self.logbook.name));
        }
        // What the playbook keeps is not ours to put back any more.
        let in_effect = found.in_effect && (step.keep.is_none() || found.outcome != Done::Done);
        let outcome = Event::Outcome {
            step: id.clone(),
            outcome: found.outcome,
            in_effect,
            notes: found.notes,
            left: found.left,
            instead: found.instead,
            error: found.error,
            took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            fsyncs: journal.fsyncs - before.0,
            fsync_ms: (journal.fsync_time - before.1).as_secs_f64() * 1e3,
        };
        // Whoever has answered what became of it is there.
        if gone && found.outcome == Done::Unknown {
            self.fleet.gone.insert(step.target.clone());
        }
        let record = match journal.append(outcome) {
            Ok(record) => record,
            Err(failure) => {
                // Whether a later process knows of it is not sure: nobody is left without what puts it back.
                if let Some(begun) = journal.incident().step(&id).filter(|_| in_effect) {
                    let target = self.fleet.target(&step.target);
                    self.operator.note(&by_hand(step.spec, begun, target));
                }
                return Err(failure);
            }
        };
        listener.hear(&record);
        drop(hand);
        // What came of it is on disk: nothing is left that a second process would have to do.
        if let Some(Err(error)) = watchdog.map(Watchdog::disarm) {
            self.operator.note(&format!("the process that stood by for us went before: {error}"));
        }
        if let Some(failure) = unwritten {
            return Err(failure);
        }
        self.keep_missed(&step.target, &missed);
        if matches!(found.outcome, Done::Done | Done::Stopped) {
            self.announce((step.spec, &parts), change, false, &approval).await;
        }
        let end = match found.outcome {
            Done::Stopped if self.operator.stop.asked() => End::Stopped,
            // Its time was over: what comes next does not depend on it.
            Done::Done | Done::Stopped => End::Done,
            Done::Failed => End::Failed,
            Done::Unknown => End::Unknown,
        };
        Ok((id, end))
    }
}

impl Runner {
    /// A second process that puts the step back when this one dies, for the actions that need one.
    fn stand_by(&self, step: &Step, id: &str) -> Result<Option<Watchdog>, Failure> {
        if !step.spec.watchdog {
            return Ok(None);
        }
        let mut args = self.options.watchdog.clone();
        args.extend(["--incident".into(), self.logbook.name.clone().into(), "--step".into(), id.into()]);
        Watchdog::arm(&args).map(Some).map_err(|error| {
            let cause = anyhow::Error::new(error).context("nobody would put it back if this program died");
            Failure { rule: Some("S26"), ..Failure::because(FailureKind::Refused, cause) }
        })
    }
}

/// The command that goes on from where a step was stopped.
fn goes_on(step: &Step, target: Option<&Target>, incident: &str) -> String {
    let mut with = step.with.clone();
    if let Some(field) = step.spec.fields.iter().find(|field| field.name == "resume") {
        with.set(field.name, Value::Switch(true));
    }
    match step.spec.typed(&with, At { name: &step.target, target, place: None }, Some(incident)) {
        Ok(command) => format!("it goes on with:\n  {command}"),
        Err(untyped) => format!("it goes on with {untyped}"),
    }
}
