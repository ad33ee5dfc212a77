//! A journal that is not what was written: what is damaged is named, is never written from, and is never "nothing in effect".

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stampede::error::FailureKind;
use stampede::event::{Done, Event, Hides, Incident, Step, StepState};
use stampede::journal::{Purpose, read};
use stampede::lab::{Lab, RedisServer};

use super::reading::{unsealed, written};
use super::{holder, intent, outcome, part, place};
use crate::support::binary::{End, Ended, Home, flat};

/// An operator's home, and a Redis of which `maxclients` was raised from 50 to 500 in the incident `night`.
struct Night {
    home: Home,
    redis: RedisServer,
    _lab: Lab,
}

impl Night {
    async fn new() -> Self {
        let lab = Lab::new().unwrap();
        let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
        let night = Self { home: Home::new(), redis, _lab: lab };
        night.raised().await;
        night
    }

    async fn raised(&self) {
        let args = ["break", "maxclients", "--to", "500", "--yes", "--no-watch", "--incident", "night"];
        let ended = self.run(&args).await;
        assert_eq!(ended.end, End::Code(0), "{ended}");
    }

    async fn run(&self, args: &[&str]) -> Ended {
        self.home.stampede(args).env("REDIS_URL", self.redis.url()).spawn().wait().await
    }

    fn path(&self) -> PathBuf {
        self.home.state().join("stampede/incidents/night.jsonl")
    }

    /// Rewrites the first line with `sign` in it.
    fn damage(&self, sign: &str, what: impl Fn(&str) -> String) {
        damage(&self.path(), sign, what);
    }

    async fn limit(&self) -> String {
        let reply = self.redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap();
        reply.chars().filter(char::is_ascii_digit).collect()
    }
}

fn damage(path: &Path, sign: &str, what: impl Fn(&str) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let at = text.lines().position(|line| line.contains(sign)).unwrap();
    let lines = text.lines().enumerate();
    let text: String =
        lines.map(|(n, line)| if n == at { what(line) } else { format!("{line}\n") }).collect();
    fs::write(path, text).unwrap();
}

/// One line in place of it, with `from` made `to`.
fn with<'a>(from: &'a str, to: &'a str) -> impl Fn(&str) -> String + use<'a> {
    move |line| {
        assert!(line.contains(from), "{from} in {line}");
        line.replacen(from, to, 1) + "\n"
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_first_line_takes_no_incident_away() {
    let night = Night::new().await;
    let whole = fs::read(night.path()).unwrap();
    night.damage("opened", |_| String::new());
    let status = night.run(&["status"]).await;
    assert_eq!(status.end, End::Code(0), "{status}");
    assert!(status.stdout.contains("the first line, which opens the journal, is missing"), "{status}");
    fs::write(night.path(), whole).unwrap();
    night.damage("opened", with("opened", "oqened"));
    let status = night.run(&["status"]).await;
    assert_eq!(status.end, End::Code(0), "{status}");
    assert!(status.stdout.starts_with("1 change is in effect: incident night (open"), "{status}");
    assert!(status.stdout.contains("line 1 is damaged"), "{status}");
    let undone = night.run(&["undo", "--yes"]).await;
    assert_eq!((undone.end, night.limit().await.as_str()), (End::Code(0), "50"), "{undone}");
    assert_eq!(night.run(&["incident", "close", "night"]).await.end, End::Code(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_journal_is_an_incident_that_never_began() {
    let night = Night::new().await;
    assert_eq!(night.run(&["undo", "--yes"]).await.end, End::Code(0));
    // As a kill right after it was made leaves it.
    fs::write(night.path(), "").unwrap();
    let status = night.run(&["status", "night"]).await;
    assert_eq!(status.end, End::Code(0), "{status}");
    assert!(status.stdout.starts_with("nothing is in effect: incident night (open, began"), "{status}");
    night.raised().await;
    let read_back = read(&night.path()).unwrap();
    assert!(read_back.notes.is_empty() && read_back.incident.steps.len() == 1, "{read_back:?}");
    let undone = night.run(&["undo", "night", "--yes"]).await;
    assert_eq!((undone.end, night.limit().await.as_str()), (End::Code(0), "50"), "{undone}");
    fs::write(night.path(), "").unwrap();
    assert_eq!(night.run(&["incident", "close", "night"]).await.end, End::Code(0));
}

/// Whatever of the record is damaged: nothing of it is written, nobody is told that nothing is in effect, and what can be read of
/// it is there to be typed.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_whose_record_is_damaged_is_in_effect_and_not_written_from() {
    let night = Night::new().await;
    let whole = fs::read(night.path()).unwrap();
    let flips: [(&str, &str, &str); 6] = [
        ("\"before\":50", "\"before\":70", "CONFIG SET maxclients 70"),
        ("\"after\":500", "\"after\":900", "CONFIG SET maxclients 50"),
        ("\"step\":\"maxclients\"", "\"step\":\"mbxclients\"", "CONFIG SET maxclients 50"),
        ("\"event\":\"intent\"", "\"event\":\"inteot\"", "raise maxclients from 50 to 500"),
        ("\"change\":{", "\"change\":[", "raise maxclients from 50 to 500"),
        ("\"summary\":\"", "\"summary\":z", "its undo: sets it back to 50"),
    ];
    for (from, to, said) in flips {
        fs::write(night.path(), &whole).unwrap();
        night.damage("\"intent\"", with(from, to));
        for args in [&["status"][..], &["incident", "list"], &["incident", "show"], &["incident", "close"]] {
            let ended = night.run(args).await;
            assert_eq!(ended.end, End::Code(7), "{from}: {args:?}: {ended}");
            assert!(!ended.stdout.contains("nothing is in effect"), "{from}: {args:?}: {ended}");
        }
        for args in [
            &["undo", "--yes", "--confirm", "redis", "--anyway"][..],
            &["undo", "--dry-run"],
            &["recover", "undo", "--yes"],
        ] {
            let ended = night.run(args).await;
            assert_eq!(ended.end, End::Code(7), "{from}: {args:?}: {ended}");
            let words = flat(&ended.stderr) + &flat(&ended.stdout);
            assert!(
                words.contains("its record is damaged (line 4 of the journal)"),
                "{from}: {args:?}: {ended}"
            );
            assert!(words.contains(said), "{from}: {args:?}: {ended}");
            assert_eq!(night.limit().await, "500", "{from}: {args:?}: it was written: {ended}");
        }
    }
    let closed = night.run(&["incident", "close", "--leave"]).await;
    assert_eq!(closed.end, End::Code(0), "{closed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_gone_is_missed() {
    let night = Night::new().await;
    let whole = fs::read(night.path()).unwrap();
    // The beginning of the step: its outcome says that there is one.
    night.damage("\"intent\"", |_| String::new());
    let status = night.run(&["status", "-o", "json"]).await;
    assert_eq!(status.end, End::Code(7), "{status}");
    let document: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(document["in_effect"], 1, "{document}");
    assert_eq!(document["steps"][0]["step"], "maxclients", "{document}");
    assert_eq!(document["steps"][0]["damaged"], true, "{document}");
    assert_eq!(document["damage"][0]["step"], "maxclients", "{document}");
    assert_eq!(night.run(&["undo", "--yes"]).await.end, End::Code(7));
    // All of the step: nobody knows what it was, and that is said.
    fs::write(night.path(), &whole).unwrap();
    night.damage("\"intent\"", |_| String::new());
    night.damage("\"outcome\"", |_| String::new());
    let status = night.run(&["status"]).await;
    assert_eq!(status.end, End::Code(7), "{status}");
    assert!(status.stdout.starts_with("what is in effect is not known: the journal is damaged"), "{status}");
    for args in [
        &["undo", "--yes"][..],
        &["undo", "--dry-run"],
        &["recover", "undo", "--yes"],
        &["incident", "close"],
    ] {
        let ended = night.run(args).await;
        assert_eq!(ended.end, End::Code(7), "{args:?}: {ended}");
        assert!(!ended.stdout.contains("nothing to put back"), "{args:?}: {ended}");
    }
    assert_eq!(night.run(&["incident", "close", "--leave"]).await.end, End::Code(0));
    assert_eq!(night.run(&["status", "night"]).await.end, End::Code(0), "it was answered for");
}

/// A bulk change: what is whole of it is put back, and what is not is named.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_damaged_batch_the_rest_is_put_back() {
    let place = place();
    let mut journal = place.store.open("night", &holder("alice"), Vec::new()).unwrap();
    journal.append(intent("maxclients")).unwrap();
    for before in [51, 52, 53] {
        journal.append(Event::Batch { step: "maxclients".into(), part: part(before) }).unwrap();
    }
    journal.append(outcome("maxclients", Done::Done, true)).unwrap();
    drop(journal);
    let path = place.store.path("night");
    let whole = fs::read(&path).unwrap();
    let parts = |incident: &Incident| {
        incident.steps[0].parts.iter().map(|part| part.image["before"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    damage(&path, "\"before\":52", with("\"before\":52", "\"before\":92"));
    let incident = read(&path).unwrap().incident;
    let step = &incident.steps[0];
    assert!(!step.is_whole() && !step.is_lost() && step.state == StepState::InEffect, "{step:?}");
    assert_eq!(parts(&incident), [50, 51, 53]);
    assert_eq!(incident.damage[0].hides, Hides::Step("maxclients".into()));
    // And of one that is gone.
    fs::write(&path, &whole).unwrap();
    damage(&path, "\"before\":52", |_| String::new());
    let incident = read(&path).unwrap().incident;
    assert!(!incident.steps[0].is_whole() && parts(&incident) == [50, 51, 53], "{incident:?}");
    assert_eq!(incident.hidden().count(), 1);
}

#[tokio::test]
async fn an_older_journal_is_read_and_gone_on_with_in_its_own_format() {
    let place = place();
    let older = unsealed(&written(&place));
    let path = place.store.path("night");
    fs::write(&path, &older).unwrap();
    let before = read(&path).unwrap();
    assert_eq!((before.notes.len(), before.incident.format, before.incident.steps.len()), (0, 1, 2));
    let (mut journal, notes) =
        place.store.hold("night", &holder("bob"), Vec::new(), Purpose::Change).await.unwrap();
    journal.append(outcome("maxclients-2", Done::Failed, false)).unwrap();
    drop(journal);
    let text = fs::read_to_string(&path).unwrap();
    assert!(notes.is_empty() && !text.contains("\"sum\""), "{text}");
    assert_eq!(read(&path).unwrap().notes, Vec::<String>::new());
    // What cannot be read of it is no less damaged.
    damage(&path, "\"intent\"", with("\"change\":{", "\"change\":["));
    let incident = read(&path).unwrap().incident;
    assert!(incident.steps[0].is_lost() && incident.hidden().count() == 1, "{incident:?}");
}

#[tokio::test]
async fn what_is_written_after_a_damage_is_whole() {
    let place = place();
    let whole = written(&place);
    let path = place.store.path("night");
    for end in [b'\n', b'x'] {
        // The last line, or its end.
        let mut bytes = whole.clone();
        let at = if end == b'\n' { bytes.len() - 5 } else { bytes.len() - 1 };
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let (mut journal, notes) =
            place.store.hold("night", &holder("bob"), Vec::new(), Purpose::Change).await.unwrap();
        assert!(notes.iter().any(|note| note.contains("damaged")), "{notes:?}");
        journal.append(outcome("maxclients-2", Done::Failed, false)).unwrap();
        drop(journal);
        let incident = read(&path).unwrap().incident;
        assert!(incident.damage.len() <= 1 && incident.hidden().count() == 0, "{incident:?}");
        assert_eq!(incident.step("maxclients-2").unwrap().state, StepState::Failed);
    }
}

/// Every byte of a journal, changed in several ways: what is still used is as it was, and what is not is told.
#[test]
fn a_flip_of_any_byte_loses_nothing_in_silence() {
    let place = place();
    let whole = written(&place);
    let path = place.home.path().join("night.jsonl");
    fs::write(&path, &whole).unwrap();
    let truth = read(&path).unwrap().incident;
    let known = |step: &Step| (step.id.clone(), step.change.clone(), step.parts.clone());
    for at in 0..whole.len() {
        let ways = [[1, whole[at] ^ b'\n'], [0x80, whole[at] ^ b'"']][at % 2];
        for change in ways.into_iter().filter(|change| *change != 0) {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            fs::write(&path, &bytes).unwrap();
            let read_back = read(&path).unwrap();
            let incident = read_back.incident;
            let what = format!("byte {at} ^ {change:#x}: {incident:#?}");
            assert!(!read_back.notes.is_empty(), "{what}");
            for step in incident.steps.iter().filter(|step| step.is_whole()) {
                assert_eq!(Some(known(step)), truth.step(&step.id).map(known), "{what}");
            }
            let usable = |step: &&Step| step.is_whole() && step.state.is_in_effect();
            let (left, all) = (incident.steps.iter().filter(usable).count(), truth.in_effect().count());
            assert!(left == all || incident.hidden().next().is_some(), "{what}");
        }
    }
}

/// The same by the program: what `undo` would send is what it would have sent, or is told and is 7. `STAMPEDE_FLIPS` is how often.
#[tokio::test(flavor = "multi_thread")]
async fn no_flip_makes_undo_send_something_else() {
    let night = Night::new().await;
    let timeout = ["break", "timeout", "--to", "5m", "--yes", "--confirm", "redis", "--no-watch"];
    let fact = ["--fact", "on_cache_error=stale", "--incident", "night"];
    let ended = night.run(&[&timeout[..], &fact].concat()).await;
    assert_eq!(ended.end, End::Code(0), "{ended}");
    let plans = async || {
        let ended = night.run(&["undo", "night", "--dry-run", "-o", "json"]).await;
        let records = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let planned = records.filter(|record| record["event"] == "planned");
        (planned.map(|record| record["change"].clone()).collect::<Vec<_>>(), ended)
    };
    let (truth, _) = plans().await;
    assert_eq!(truth.len(), 2, "{truth:?}");
    let whole = fs::read(night.path()).unwrap();
    let times: usize = std::env::var("STAMPEDE_FLIPS").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    for n in 0..times {
        let at = n * whole.len() / times;
        for (cut, bit) in [(true, 0), (false, 1 << (n % 7))] {
            let mut bytes = whole.clone();
            bytes[at] ^= bit;
            if cut {
                bytes.truncate(at);
            }
            fs::write(night.path(), &bytes).unwrap();
            let (planned, undo) = plans().await;
            assert!(planned.iter().all(|change| truth.contains(change)), "{at}, cut {cut}: {undo}");
            if !cut && planned.len() < truth.len() {
                let status = night.run(&["status", "night"]).await;
                assert_eq!((undo.end, status.end), (End::Code(7), End::Code(7)), "{at}: {status}{undo}");
                assert!(status.stdout.contains("damaged"), "{at}: {status}");
            }
        }
    }
}

#[tokio::test]
async fn s26_a_journal_that_is_removed_was_taken_over_by_nobody() {
    let place = place();
    let mut journal = place.store.open("night", &holder("alice"), Vec::new()).unwrap();
    journal.append(intent("maxclients")).unwrap();
    journal.append(outcome("maxclients", Done::Done, true)).unwrap();
    fs::remove_dir_all(place.home.path().join("stampede")).unwrap();
    let failure = journal.append(intent("maxclients-2")).unwrap_err();
    assert_eq!((failure.kind, failure.rule), (FailureKind::Refused, Some("S26")));
    assert!(failure.message.ends_with("night.jsonl was removed while it was in use"), "{failure}");
    let hint = failure.hint.unwrap();
    assert!(
        hint.contains("maxclients (raise maxclients from 50 to 500; undo: sets it back to 50)"),
        "{hint}"
    );
    assert_eq!(journal.act(Purpose::Change).unwrap_err().kind, FailureKind::Refused);
    assert_eq!(journal.still_ours().unwrap_err().kind, FailureKind::Refused);
}
