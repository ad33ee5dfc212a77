//! Whether everything that an incident has touched is as its journal says, on all nodes (S13, S27).

use std::collections::BTreeSet;

use crate::action::{self, Beyond};
use crate::change::Standing;
use crate::error::Failure;
use crate::event::{Drift, Hides, Incident, Step, StepState};
use crate::runner::Runner;
use crate::runner::operator::BRIEFLY;
use crate::runner::reconcile::Seen;

impl Runner {
    /// What the steps of an incident show whose end is not known. Reads only, and ends nothing that may be on its way: what is
    /// not there yet may come.
    pub async fn look_again(&mut self, incident: &Incident) -> Vec<Drift> {
        let in_doubt = incident.steps.iter().filter(|step| step.state.is_dangling() && !step.is_lost());
        // No write is sent before its record is on disk (S26).
        let (begun, unbegun): (Vec<Step>, Vec<Step>) =
            in_doubt.cloned().partition(|step| !step.parts.is_empty() || !step.is_whole());
        let nothing = match incident.is_uncertain() {
            false => "nothing was written: it was cut off before its first write",
            true => "no write of it is recorded, and the journal is damaged: what became of it is not known",
        };
        let mut looked: Vec<Drift> = unbegun
            .into_iter()
            .map(|step| Drift { step: step.id, words: nothing.into(), agrees: None })
            .collect();
        let in_doubt = begun;
        let targets = in_doubt.iter().map(|step| step.change.subject.name.clone()).collect();
        self.fleet.reach(&targets, &self.operator, BRIEFLY).await;
        for step in in_doubt {
            let Seen { step, standings } = self.seen(&step).await;
            let mut words: Vec<String> = Vec::new();
            for (part, standing) in step.parts.iter().zip(&standings) {
                let shows = match standing {
                    None => "cannot be asked".to_owned(),
                    Some(standing) => format!("shows {}", standing.words()),
                };
                let one = format!("{} {shows}", part.node);
                if !words.contains(&one) {
                    words.push(one);
                }
            }
            if !step.is_whole() {
                words.push(
                    "a damaged record may have been of a write: what became of that is not known".into(),
                );
            }
            if standings.contains(&Some(Standing::Before)) {
                words.push(
                    "what was sent may still arrive: `stampede undo` makes sure that it does not".into(),
                );
            }
            looked.push(Drift { step: step.id, words: words.join("; "), agrees: None });
        }
        looked
    }

    /// Looks at every step of the incident that could be put back. Reads only. Errors: none but those of the connections
    /// themselves, which are told as not known.
    pub async fn drift(&mut self) -> Result<Vec<Drift>, Failure> {
        let steps = self.incident().map(|incident| incident.steps.clone()).unwrap_or_default();
        let hidden = self.incident().into_iter().flat_map(Incident::hidden);
        // What the journal has lost cannot be compared.
        let mut seen: Vec<Drift> = hidden
            .map(|damage| {
                let step = match &damage.hides {
                    Hides::Step(step) => step.clone(),
                    Hides::Nothing | Hides::Perhaps => "?".into(),
                };
                Drift { step, words: damage.to_string(), agrees: None }
            })
            .collect();
        for step in steps {
            let Some(spec) = action::by_name(&step.change.action) else { continue };
            let back = match step.state {
                StepState::Undone | StepState::Failed => true,
                StepState::InEffect | StepState::Stuck => false,
                _ => continue,
            };
            if spec.irreversible.is_some() || step.parts.is_empty() {
                continue;
            }
            let Seen { step, standings } = self.seen(&step).await;
            let mut words = Vec::new();
            let mut agrees = Some(true);
            for (part, standing) in step.parts.iter().zip(&standings) {
                let wrong = match (standing, back) {
                    (None, _) => {
                        agrees = agrees.and(None);
                        words.push(format!("{} cannot be asked", part.node));
                        continue;
                    }
                    (Some(Standing::Before), true) | (Some(Standing::After | Standing::Partly(_)), false) => {
                        continue;
                    }
                    (Some(Standing::Before), false) => "shows what was there before".to_owned(),
                    (Some(Standing::After), true) => "shows what we had set".to_owned(),
                    (Some(now @ (Standing::Partly(_) | Standing::Drifted(_))), _) => {
                        format!("shows {}", now.words())
                    }
                };
                agrees = Some(false);
                words.push(format!("{} {wrong}", part.node));
            }
            if let Ok(connection) = self.fleet.connection(&step.change.subject.name) {
                let beyond = spec.action.beyond_undo(&step.parts, &mut connection.session).await;
                // Nodes that were none then may have our value; what only would come of an undo is none of it.
                for there in beyond.iter().filter(|beyond| matches!(beyond, Beyond::Elsewhere(_))) {
                    agrees = Some(false);
                    words.push(there.words());
                }
            }
            let state = if back { "put back" } else { "in effect" };
            let places: BTreeSet<&str> = step.parts.iter().map(|part| part.node.as_str()).collect();
            let words = match words.is_empty() {
                true => format!("{state} in {}, as the journal says", count(places.len())),
                false => format!("{state} by the journal, but {}", words.join("; ")),
            };
            seen.push(Drift { step: step.id.clone(), words, agrees });
        }
        Ok(seen)
    }
}

fn count(places: usize) -> String {
    if places == 1 { "1 place".into() } else { format!("{places} places") }
}
