//! What the state folder of an operator has on record of a practice: the looks that were taken, and what was done.

use std::collections::HashMap;
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::action::{self, Phase};
use crate::change::Level;
use crate::event::{Done, Event, Record, Skip};
use crate::felt::{Act, Came, Offer, Setting, Told, Undo};
use crate::history::History;
use crate::journal::Store;
use crate::playbook::Playbook;

/// Actions that change a setting of the cache, and what `CONFIG` calls it.
const SETTINGS: [(&str, &str); 3] =
    [("redis.maxclients", "maxclients"), ("redis.maxmemory", "maxmemory"), ("redis.timeout", "timeout")];

/// What is on record of an operator, read when it is over.
pub(super) struct Log {
    /// When the first look was that left a trace, in seconds after onset, and which.
    pub looked: Option<(f64, String)>,
    /// What was done.
    pub acts: Told<Vec<Act>>,
    /// What of it is in effect, in words.
    pub in_effect: Told<Vec<String>>,
    /// Incidents that a running process holds.
    pub held: Vec<String>,
}

impl Log {
    /// Reads the state folder (`XDG_STATE_HOME`) for what came after `onset`. Times that are told are seconds after it.
    pub(super) fn read(state: &Path, onset: Timestamp, playbook: &Playbook) -> Self {
        let at = |at: Timestamp| at.duration_since(onset).as_secs_f64();
        let env = |name: &str| (name == "XDG_STATE_HOME").then(|| state.display().to_string());
        let store = Store::in_state_folder(env);
        let (acts, in_effect, first) = match store.as_ref().map(journals) {
            Some(Ok((records, in_effect))) => {
                let records: Vec<_> = records.into_iter().filter(|(_, record)| record.at >= onset).collect();
                let first = records.iter().find(|(_, record)| looks(&record.event));
                let first = first.map(|(_, record)| (at(record.at), "the journal of a run".to_owned()));
                (Told::Known(acts(&records, &at, playbook)), Told::Known(in_effect), first)
            }
            Some(Err(why)) => (Told::Unknown(why.clone()), Told::Unknown(why), None),
            None => (Told::Known(Vec::new()), Told::Known(Vec::new()), None),
        };
        // Only what was called healthy is recorded: a look it was all the same.
        let recorded = History::in_state_folder(env).and_then(|history| history.read().ok());
        let healthy = recorded.into_iter().flatten().map(|record| record.at).filter(|at| *at >= onset).min();
        let healthy = healthy.map(|when| (at(when), "a measurement that was recorded as healthy".to_owned()));
        let looked = first.into_iter().chain(healthy).min_by(|one, other| one.0.total_cmp(&other.0));
        let names = store.iter().flat_map(|store| store.names().unwrap_or_default());
        let held = names.filter(|name| store.as_ref().is_some_and(|store| store.is_held(name))).collect();
        Self { looked, acts, in_effect, held }
    }
}

/// The records of all incidents in order of time, each with its incident; and what is in effect. Errors: one cannot be read.
fn journals(store: &Store) -> Result<(Vec<(String, Record)>, Vec<String>), String> {
    let mut records = Vec::new();
    let mut in_effect = Vec::new();
    for one in store.list().map_err(|error| format!("{error:#}"))? {
        let read = one.read.map_err(|why| format!("the journal of {} cannot be read: {why}", one.name))?;
        if read.incident.is_uncertain() {
            return Err(format!("the journal of {} is damaged", one.name));
        }
        let standing = read
            .incident
            .in_effect()
            .map(|step| format!("{} ({}; {})", step.id, step.change.summary, step.state.words()));
        in_effect.extend(standing);
        records.extend(read.records.into_iter().map(|record| (one.name.clone(), record)));
    }
    records.sort_by_key(|(_, record)| record.at);
    Ok((records, in_effect))
}

/// Whether somebody has looked at the targets for it.
fn looks(event: &Event) -> bool {
    matches!(event, Event::Detected { .. } | Event::Phase { .. } | Event::Intent { .. })
}

fn acts(records: &[(String, Record)], at: &impl Fn(Timestamp) -> f64, playbook: &Playbook) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    // Where each step is.
    let mut index: HashMap<(&str, &str), usize> = HashMap::new();
    // What the playbook has called not applicable, and when.
    let mut passed: HashMap<(&str, &str), (f64, &str)> = HashMap::new();
    for (incident, Record { at: when, event, .. }) in records {
        if let Event::Skipped { action, target, outcome: Skip::NotApplicable, why, .. } = event {
            passed.insert((action, target.as_deref().unwrap_or_default()), (at(*when), why));
        }
        let Some(step) = event.step() else { continue };
        if let Event::Intent { change, .. } = event {
            let name = change.action.as_str();
            let offer = match passed.get(&(name, change.subject.name.as_str())) {
                _ if !playbook.steps().any(|step| step.act.name == name) => Offer::NoSuchStep,
                Some((at_s, why)) => Offer::NotApplicable { at_s: *at_s, why: (*why).to_owned() },
                None => Offer::Offered,
            };
            index.insert((incident, step), acts.len());
            acts.push(Act {
                at_s: at(*when),
                done_s: None,
                step: step.to_owned(),
                action: change.action.clone(),
                target: change.subject.name.clone(),
                summary: change.summary.clone(),
                typed: change.level == Level::Type,
                recovers: action::by_name(name).is_some_and(|spec| spec.phase == Phase::Recover),
                came: Came::Unknown,
                undo: None,
                offer,
                setting: setting(name, change.parts.first().map(|part| &part.image)),
            });
        } else if let Some(act) = index.get(&(incident.as_str(), step)).and_then(|at| acts.get_mut(*at)) {
            hear(act, at(*when), event);
        }
    }
    acts
}

fn hear(act: &mut Act, at: f64, event: &Event) {
    match event {
        Event::Outcome { outcome, .. } => {
            act.done_s = Some(at);
            act.came = match outcome {
                Done::Done | Done::Stopped => Came::Applied,
                Done::Failed => Came::Failed,
                Done::Unknown => Came::Unknown,
            };
        }
        Event::Undoing { anyway, .. } => {
            act.undo = Some(Undo { at_s: at, complete: None, anyway: *anyway, rules: Vec::new() });
        }
        Event::Undone { complete, left, .. } => {
            if let Some(undo) = &mut act.undo {
                undo.complete = Some(*complete);
                undo.rules = left.iter().filter_map(|left| left.rule.clone()).collect();
            }
        }
        _ => {}
    }
}

/// The setting of the cache that a step changes, by its image.
fn setting(action: &str, image: Option<&Value>) -> Option<Setting> {
    let (_, name) = SETTINGS.iter().find(|(known, _)| *known == action)?;
    let value = |which: &str| Some(image?.get(which)?.to_string());
    Some(Setting { name: (*name).to_owned(), before: value("before")?, after: value("after")? })
}
