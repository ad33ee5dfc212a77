//! The JSON document of an incident: `stampede status -o json`.

use serde_json::{Value, json};

use crate::event::{Drift, Hides, Incident};

/// Name and version of this document.
pub const INCIDENT: &str = "stampede.incident/1";

/// What is in effect, who did it, and when.
///
/// `looked`: what the steps show that are in doubt.
pub fn incident(incident: &Incident, looked: &[Drift], notes: &[String]) -> Value {
    let steps: Vec<Value> = incident
        .steps
        .iter()
        .map(|step| {
            json!({
                "step": step.id,
                "action": step.change.action,
                "summary": step.change.summary,
                "target": step.change.subject,
                "state": step.state,
                "in_effect": step.state.is_in_effect(),
                "damaged": !step.is_whole(),
                "at": step.at,
                "by": step.by,
                "notes": step.notes,
                "left": step.left,
                "error": step.error,
                "now": looked.iter().find(|seen| seen.step == step.id).map(|seen| &seen.words),
            })
        })
        .collect();
    let damage: Vec<Value> = incident
        .damage
        .iter()
        .map(|damage| {
            let step = match &damage.hides {
                Hides::Step(step) => Some(step),
                Hides::Nothing | Hides::Perhaps => None,
            };
            json!({ "line": damage.line, "step": step, "unknown": damage.hides == Hides::Perhaps, "words": damage.to_string() })
        })
        .collect();
    json!({
        "schema": INCIDENT,
        "incident": incident.name,
        "closed": incident.closed,
        "opened": incident.opened,
        "last": incident.last,
        "holder": incident.holder,
        "playbook": incident.playbook.as_ref().map(|(name, hash)| json!({ "name": name, "hash": hash })),
        "in_effect": incident.in_effect().count(),
        "steps": steps,
        "damage": damage,
        "notes": notes,
    })
}
