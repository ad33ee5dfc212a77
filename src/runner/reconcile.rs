//! Steps without an outcome, as a crash leaves them: the world is read, nothing is run again (S26).

use std::collections::BTreeSet;

use crate::action;
use crate::change::{Part, Standing, Subject};
use crate::error::{Failure, TargetError, TargetErrorKind};
use crate::event::{Event, Step, StepState};
use crate::probe::address;
use crate::proof::{Present, Who};
use crate::runner::operator::BRIEFLY;
use crate::runner::{Runner, fence};

/// A step as it is seen now.
pub(super) struct Seen {
    /// Its parts are named by where their servers are reached now.
    pub step: Step,
    /// What each part shows; none where it cannot be asked, or another server answers in its place.
    pub standings: Vec<Option<Standing>>,
}

impl Runner {
    /// Reads the world for every step whose end is not known, and writes down what it shows.
    pub(super) async fn reconcile(&mut self) -> Result<(), Failure> {
        let Some(incident) = self.incident() else { return Ok(()) };
        let dangling: Vec<String> = incident
            .steps
            .iter()
            .filter(|step| step.state.is_dangling())
            .map(|step| step.id.clone())
            .collect();
        // What does not answer is asked again when it is to be put back.
        let target = |id: &String| {
            self.incident()
                .and_then(|incident| incident.step(id))
                .map(|step| step.change.subject.name.clone())
        };
        let targets = dangling.iter().filter_map(target).collect();
        self.fleet.reach(&targets, &self.operator, BRIEFLY).await;
        for id in dangling {
            let Some(step) = self.incident().and_then(|incident| incident.step(&id)).cloned() else {
                continue;
            };
            let Seen { standings, .. } = self.settled(&step).await;
            let irreversible =
                action::by_name(&step.change.action).is_some_and(|spec| spec.irreversible.is_some());
            let state = meaning(step.state, &standings, irreversible);
            if state == step.state {
                continue;
            }
            self.tell(Event::Reconciled { step: id, standings, state })?;
        }
        self.fleet.silent.clear();
        Ok(())
    }

    /// A step as it is seen now, on the servers that it was done on and on no others (S7).
    pub(super) async fn seen(&mut self, step: &Step) -> Seen {
        self.see(step, None).await
    }

    /// The same for a step of this incident, which we hold: what was cut off can come to nothing more by then, or nothing is
    /// known of it.
    pub(super) async fn settled(&mut self, step: &Step) -> Seen {
        let clients = self.incident().map(|incident| incident.clients.clone());
        self.see(step, clients.filter(|_| step.state.is_dangling() && !self.options.dry_run)).await
    }

    async fn see(&mut self, step: &Step, cut_off: Option<Vec<String>>) -> Seen {
        let mut step = step.clone();
        let mut standings = self.standings(&mut step, cut_off).await;
        // What a damaged record said cannot be asked for: with it nothing is known in full.
        standings.extend(step.torn.iter().map(|_| None));
        Seen { step, standings }
    }

    /// `cut_off`: what the connections were called over which something may be on its way.
    async fn standings(&mut self, step: &mut Step, cut_off: Option<Vec<String>>) -> Vec<Option<Standing>> {
        let Some(spec) = action::by_name(&step.change.action) else { return vec![None; step.parts.len()] };
        let name = &step.change.subject.name;
        if let Some(error) = self.fleet.silent.get(name) {
            self.operator.note(&unasked(name, error));
            return vec![None; step.parts.len()];
        }
        let connection = match self.fleet.connection(name) {
            Ok(connection) => connection,
            Err(failure) => {
                let hint = failure.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
                self.operator.note(&format!("{}: {failure:#}{hint}", step.id));
                return vec![None; step.parts.len()];
            }
        };
        // One node that is gone must not keep the others from being put back.
        if let Err(error) = connection.reach(&self.operator).await {
            self.operator.note(&unasked(name, &error));
            return vec![None; step.parts.len()];
        }
        let there = connection.session.ids_there().await;
        let at = address(&connection.target);
        let is_known = |part: &Part| !matches!(step.who(part, &there, &at), Who::Another(_));
        if let Some(names) = &cut_off
            && step.parts.iter().any(is_known)
            && let Err(why) = fence::of(step, names, &mut connection.session).await
        {
            self.operator.note(&format!("{}: {why}", step.id));
            return vec![None; step.parts.len()];
        }
        let mut standings = Vec::new();
        let (mut told, mut silent) = (BTreeSet::new(), BTreeSet::new());
        for at_part in 0..step.parts.len() {
            let part = &step.parts[at_part];
            match step.who(part, &there, &at) {
                Who::Another(other) => {
                    if told.insert(part.node.clone()) {
                        self.operator.note(&another(step, part, other, &at));
                    }
                    standings.push(None);
                    continue;
                }
                // By the name that it has now.
                Who::Same(present) => step.parts[at_part].node.clone_from(&present.node),
                Who::Restarted | Who::Missing | Who::Nobody => {}
            }
            let part = &step.parts[at_part];
            // A node that did not answer is not asked again for each of its keys.
            if silent.contains(&part.node) {
                standings.push(None);
                continue;
            }
            if cut_off.is_some()
                && let Err(why) = fence::of_part(step, part, spec, &mut connection.session).await
            {
                self.operator.note(&format!("{}: {why}", step.id));
                standings.push(None);
                continue;
            }
            let standing = spec.action.standing(part, &mut connection.session).await;
            if let Err(error) = &standing {
                self.operator.note(&unasked(&part.node, error));
                if error.is_silence() {
                    silent.insert(part.node.clone());
                }
            }
            standings.push(standing.ok());
        }
        // The one node of a target that has just been reached, and does not answer: the next step need not find that out.
        if let (1, Some(node)) = (there.len(), silent.pop_first()) {
            let error =
                TargetError::new(TargetErrorKind::Timeout, format!("{node} does not answer any more"));
            self.fleet.silent.insert(name.clone(), error);
        }
        standings
    }
}

/// That what answers is not who it was done on: what is there says nothing about ours.
fn another(step: &Step, part: &Part, other: &Present, at: &str) -> String {
    let Subject { name, identity, .. } = &step.change.subject;
    let is = if other.id == part.id { "a copy of it" } else { other.id.as_str() };
    format!(
        "S7 {}: it was done on {} ({identity}, {}), and {name} leads to another server now: {} ({is}), at {at}. \
         Nothing is read or written there; point {name} to {} again",
        step.id, part.node, part.id, other.node, part.node
    )
}

/// Why it is not known what is there.
fn unasked(at: &str, error: &TargetError) -> String {
    let hint = error.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{at} cannot be asked: {error}{hint}")
}

/// What the parts show together. What cannot be undone is over once it is known, however far it came.
pub(super) fn meaning(state: StepState, standings: &[Option<Standing>], irreversible: bool) -> StepState {
    let all_before = standings.iter().all(|standing| *standing == Some(Standing::Before));
    match state {
        _ if standings.iter().any(Option::is_none) => StepState::InDoubt,
        // Neither what was there before nor ours: that is for somebody to decide.
        _ if standings.iter().any(|standing| matches!(standing, Some(Standing::Drifted(_)))) => {
            StepState::InDoubt
        }
        StepState::Undoing if all_before => StepState::Undone,
        _ if irreversible && !all_before => StepState::Finished,
        _ if all_before => StepState::Failed,
        _ => StepState::InEffect,
    }
}
