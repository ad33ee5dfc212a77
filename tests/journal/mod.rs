//! The journal: intent before act, one fsync a record, one responder at a time, and whatever a crash leaves.

mod crash;
mod damage;
mod full;
mod held;
mod hung;
mod reading;
mod unrecorded;

use serde_json::json;
use stampede::approval::Consent;
use stampede::change::{Change, Level, Part, Subject};
use stampede::event::{Done, Event, Holder};
use stampede::journal::Store;

/// A store in a folder of its own.
struct Place {
    home: tempfile::TempDir,
    store: Store,
}

fn place() -> Place {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().display().to_string();
    let store = Store::in_state_folder(|name| (name == "XDG_STATE_HOME").then(|| path.clone())).unwrap();
    Place { home, store }
}

fn holder(user: &str) -> Holder {
    Holder { user: user.into(), host: "web1".into(), pid: 4242 }
}

fn change(summary: &str) -> Change {
    Change {
        action: "redis.maxclients".into(),
        summary: summary.into(),
        subject: Subject {
            name: "redis".into(),
            kind: "redis".into(),
            address: "cache:6379".into(),
            identity: "Redis 7.0.15, primary".into(),
            nodes: Vec::new(),
        },
        commands: vec!["CONFIG SET maxclients 500".into()],
        forecast: vec!["450 more may connect".into()],
        risk: Vec::new(),
        back: "sets it back to 50".into(),
        level: Level::Ask,
        parts: vec![part(50)],
        now: None,
    }
}

fn part(before: u64) -> Part {
    Part { node: "cache:6379".into(), id: "run".into(), image: json!({ "before": before, "after": 500 }) }
}

fn intent(step: &str) -> Event {
    let change = change("raise maxclients from 50 to 500");
    let digest = change.digest();
    Event::Intent {
        step: step.into(),
        change: Box::new(change),
        with: json!({ "value": 500 }),
        consent: Consent::Flag,
        digest,
        seats: Vec::new(),
    }
}

fn outcome(step: &str, outcome: Done, in_effect: bool) -> Event {
    Event::Outcome {
        step: step.into(),
        outcome,
        in_effect,
        notes: vec!["a new connection was let in".into()],
        left: Vec::new(),
        instead: Vec::new(),
        error: None,
        took_ms: 3,
        fsyncs: 1,
        fsync_ms: 0.4,
    }
}
