//! What the state folder of an operator has on record of a practice: the looks that were taken, and what was done.

use std::collections::HashMap;
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::action::{self, Phase};
use crate::change::Level;
use crate::event::{Done, Event, Record, Skip, StepState};
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
            Some(Ok(Journals { records, in_effect })) => {
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

/// All journals together.
struct Journals {
    /// In order of time, each with its incident.
    records: Vec<(String, Record)>,
    /// What is in effect, in words.
    in_effect: Vec<String>,
}

/// Reads all journals. Errors: one cannot be read.
fn journals(store: &Store) -> Result<Journals, String> {
    let mut records = Vec::new();
    let mut in_effect = Vec::new();
    for one in store.list().map_err(|error| format!("{error:#}"))? {
        let read = one.read.map_err(|why| format!("the journal of {} cannot be read: {why}", one.name))?;
        if !read.incident.damage.is_empty() {
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
    Ok(Journals { records, in_effect })
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
                nodes: change.parts.iter().map(|part| part.node.clone()).collect(),
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
        Event::Batch { part, .. } => _ = act.nodes.insert(part.node.clone()),
        Event::Outcome { outcome, .. } => {
            act.done_s = Some(at);
            act.came = match outcome {
                Done::Done | Done::Stopped => Came::Applied,
                Done::Failed => Came::Failed,
                Done::Unknown => Came::Unknown,
            };
        }
        // Its process died in the act: the servers were read later.
        Event::Reconciled { state, .. } if act.came == Came::Unknown => {
            act.came = match state {
                StepState::InEffect | StepState::Finished | StepState::Stuck => Came::Applied,
                StepState::Failed => Came::Failed,
                _ => Came::Unknown,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::Consent;
    use crate::change::{Change, Left, Part, Subject};
    use crate::clock;
    use crate::event::Holder;
    use crate::playbook::{DEFAULT, SHIPPED, parse};

    fn intent(step: &str, action: &str, target: &str, level: Level) -> Event {
        let image = serde_json::json!({ "before": 50, "after": 5000 });
        let subject = Subject {
            name: target.into(),
            kind: "redis".into(),
            address: "cache:6379".into(),
            identity: "Redis".into(),
            nodes: Vec::new(),
        };
        let change = Change {
            action: action.into(),
            summary: format!("does {step}"),
            subject,
            commands: Vec::new(),
            forecast: Vec::new(),
            risk: Vec::new(),
            back: "sets it back".into(),
            level,
            parts: vec![Part { node: "cache:6379".into(), id: "a".into(), image }],
            now: None,
        };
        let (step, change, digest) = (step.into(), Box::new(change), String::new());
        Event::Intent { step, change, with: Value::Null, consent: Consent::Flag, digest, seats: Vec::new() }
    }

    fn done(step: &str) -> Event {
        Event::Outcome {
            step: step.into(),
            outcome: Done::Done,
            in_effect: true,
            notes: Vec::new(),
            left: Vec::new(),
            instead: Vec::new(),
            error: None,
            took_ms: 1,
            fsyncs: 1,
            fsync_ms: 0.1,
        }
    }

    /// What is read of a state folder whose journal has these events after onset.
    fn read(state: &Path, events: Vec<Event>) -> Log {
        let home = state.display().to_string();
        let env = |name: &str| (name == "XDG_STATE_HOME").then(|| home.clone());
        let store = Store::in_state_folder(env).expect("a store");
        let me = Holder { user: "alice".into(), host: "web1".into(), pid: 1 };
        let mut journal = store.open("tonight", &me, Vec::new()).expect("a journal");
        journal.append(intent("before-onset", "redis.flag", "redis", Level::Ask)).expect("a record");
        journal.append(done("before-onset")).expect("a record");
        let onset = clock::now();
        for event in events {
            journal.append(event).expect("a record");
        }
        drop(journal);
        log(state, onset)
    }

    fn log(state: &Path, onset: Timestamp) -> Log {
        let playbook = SHIPPED.iter().find(|shipped| shipped.name == DEFAULT).expect("the default one");
        let playbook = parse(DEFAULT, playbook.source.into()).expect("a playbook");
        Log::read(state, onset, &playbook)
    }

    fn known<T>(told: Told<T>) -> T {
        match told {
            Told::Known(known) => known,
            Told::Unknown(why) => panic!("{why}"),
        }
    }

    #[test]
    fn acts_are_read_with_what_came_of_them_and_what_the_playbook_said_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let passed = Event::Skipped {
            step: "stop-writes".into(),
            action: "mysql.read-only".into(),
            target: Some("mysql".into()),
            outcome: Skip::NotApplicable,
            rule: None,
            why: "hardly anything writes".into(),
            unblock: None,
        };
        let reconciled =
            Event::Reconciled { step: "cut".into(), standings: Vec::new(), state: StepState::InEffect };
        let undoing = Event::Undoing {
            step: "maxclients".into(),
            consent: Consent::Flag,
            anyway: false,
            seats: Vec::new(),
        };
        let undone = Event::Undone {
            step: "maxclients".into(),
            complete: true,
            notes: Vec::new(),
            left: vec![Left::by("S27", "maxclients is 9000 now, left alone")],
            error: None,
        };
        let log = read(
            folder.path(),
            vec![
                passed,
                intent("maxclients", "redis.maxclients", "redis", Level::Ask),
                done("maxclients"),
                intent("read-only", "mysql.read-only", "mysql", Level::Type),
                intent("removed", "redis.remove", "redis", Level::Type),
                intent("cut", "redis.ttl", "redis", Level::Ask),
                reconciled,
                undoing,
                undone,
            ],
        );
        let acts = known(log.acts);
        let steps: Vec<_> = acts.iter().map(|act| (act.step.as_str(), act.typed, act.came)).collect();
        assert_eq!(
            steps,
            [
                ("maxclients", false, Came::Applied),
                ("read-only", true, Came::Unknown),
                ("removed", true, Came::Unknown),
                ("cut", false, Came::Applied)
            ]
        );
        assert!(acts[0].nodes.contains("cache:6379"), "{acts:?}");
        let setting = acts[0].setting.as_ref().expect("a setting");
        assert_eq!((setting.name.as_str(), setting.before.as_str()), ("maxclients", "50"));
        let undo = acts[0].undo.as_ref().expect("an undo");
        assert_eq!(
            (undo.complete, undo.anyway, &undo.rules[..]),
            (Some(true), false, &["S27".to_owned()][..])
        );
        assert!(matches!(&acts[1].offer, Offer::NotApplicable { at_s, .. } if *at_s >= 0.0), "{acts:?}");
        assert_eq!((&acts[2].offer, acts[2].recovers), (&Offer::NoSuchStep, true));
        assert_eq!((&acts[0].offer, acts[0].recovers), (&Offer::Offered, false));
        let in_effect = known(log.in_effect);
        assert_eq!(in_effect.len(), 4, "{in_effect:?}");
        let (at, what) = log.looked.expect("a look");
        assert!(at >= 0.0 && what == "the journal of a run", "{at} {what}");
        assert_eq!(log.held, [""; 0]);
    }

    #[test]
    fn an_empty_state_folder_has_no_look_and_no_act() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = log(&folder.path().join("none"), clock::now());
        assert_eq!((log.looked, known(log.acts).len(), known(log.in_effect).len()), (None, 0, 0));
    }

    #[test]
    fn a_journal_that_may_hide_a_change_makes_the_acts_unknown() {
        let folder = tempfile::tempdir().expect("a folder");
        let steps = vec![intent("maxclients", "redis.maxclients", "redis", Level::Ask), done("maxclients")];
        known(read(folder.path(), steps).acts);
        let path = folder.path().join("stampede/incidents/tonight.jsonl");
        let text = std::fs::read_to_string(&path).expect("a journal");
        let lines: Vec<&str> = text.lines().collect();
        // The intent of before onset is junk, and what follows it does not say of which step it was.
        let torn: Vec<&str> =
            lines.iter().enumerate().map(|(at, line)| if at == 2 { "?" } else { line }).collect();
        std::fs::write(&path, torn.join("\n") + "\n").expect("a file");
        let log = log(folder.path(), Timestamp::UNIX_EPOCH);
        let Told::Unknown(why) = log.acts else { panic!("{:?}", log.acts) };
        assert!(why.contains("tonight"), "{why}");
        assert!(matches!(log.in_effect, Told::Unknown(_)));
    }
}
