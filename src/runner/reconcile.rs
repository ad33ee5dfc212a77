//! Steps without an outcome, as a crash leaves them: the world is read, nothing is run again (S26).

use crate::action;
use crate::change::Standing;
use crate::error::{Failure, TargetError};
use crate::event::{Event, Step, StepState};
use crate::runner::Runner;

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
        for id in dangling {
            let standings = self.standings(&id).await;
            let Some(step) = self.incident().and_then(|incident| incident.step(&id)) else { continue };
            let irreversible =
                action::by_name(&step.change.action).is_some_and(|spec| spec.irreversible.is_some());
            let state = meaning(step.state, &standings, irreversible);
            if state == step.state {
                continue;
            }
            self.tell(Event::Reconciled { step: id, standings, state })?;
        }
        Ok(())
    }

    /// What each part of a step shows now; none where its target cannot be asked.
    pub(super) async fn standings(&mut self, id: &str) -> Vec<Option<Standing>> {
        match self.incident().and_then(|incident| incident.step(id)).cloned() {
            Some(step) => self.standings_of(&step).await,
            None => Vec::new(),
        }
    }

    /// The same for a step that was read from a journal.
    pub(super) async fn standings_of(&mut self, step: &Step) -> Vec<Option<Standing>> {
        let Some(spec) = action::by_name(&step.change.action) else { return vec![None; step.parts.len()] };
        let Ok(connection) = self.fleet.connection(&step.change.subject.name) else {
            return vec![None; step.parts.len()];
        };
        // One node that is gone must not keep the others from being put back.
        if let Err(error) = connection.reach(&self.operator).await {
            self.operator.note(&unasked(&step.change.subject.name, &error));
            return vec![None; step.parts.len()];
        }
        let mut standings = Vec::new();
        for part in &step.parts {
            let standing = spec.action.standing(part, &mut connection.session).await;
            standings.push(standing.map_err(|error| self.operator.note(&unasked(&part.node, &error))).ok());
        }
        standings
    }
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
        StepState::Undoing if all_before => StepState::Undone,
        _ if irreversible && !all_before => StepState::Finished,
        _ if all_before => StepState::Failed,
        _ => StepState::InEffect,
    }
}
