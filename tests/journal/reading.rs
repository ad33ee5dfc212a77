//! What is whole is used; what is torn, damaged or newer is reported.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use proptest::prelude::*;
use stampede::error::FailureKind;
use stampede::event::{Done, Event, Record, StepState};
use stampede::journal::{Purpose, read};

use super::{Place, holder, intent, outcome, place};

/// A journal with one step in effect and one cut off in the act, let go by its holder.
pub fn written(place: &Place) -> Vec<u8> {
    let mut journal = place.store.open("night", &holder("alice"), vec!["stampede".into()]).unwrap();
    journal.append(intent("maxclients")).unwrap();
    journal.append(outcome("maxclients", Done::Done, true)).unwrap();
    journal.append(intent("maxclients-2")).unwrap();
    drop(journal);
    fs::read(place.store.path("night")).unwrap()
}

/// The same journal as a version that knew no seals has written it.
pub fn unsealed(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).unwrap().replacen("\"format\":2", "\"format\":1", 1);
    let lines = text.lines().map(|line| line.rsplit_once(",\"after\":\"").unwrap().0.to_owned() + "}\n");
    lines.collect()
}

#[test]
fn s26_another_process_reads_what_was_written() {
    let place = place();
    written(&place);
    let incident = place.store.read("night").unwrap().incident;
    let states: Vec<_> = incident.steps.iter().map(|step| (step.id.as_str(), step.state)).collect();
    assert_eq!(states, [("maxclients", StepState::InEffect), ("maxclients-2", StepState::Acting)]);
    let newest: Vec<_> = incident.in_effect().map(|step| step.id.as_str()).collect();
    assert_eq!(newest, ["maxclients-2", "maxclients"], "newest first");
    assert_eq!(incident.holder, None, "it was let go");
    assert_eq!(incident.fresh_id("maxclients"), "maxclients-3");
    assert_eq!(incident.steps[0].by, Some(holder("alice")));
}

#[test]
fn a_skipped_step_of_an_older_journal_names_no_rule() {
    let line = r#"{"seq":1,"at":"2026-11-20T03:00:00Z","event":"skipped","step":"a","action":"redis.timeout",
        "target":null,"outcome":"blocked","why":"refused: S12 too short","unblock":null}"#;
    let record = Record::from_line(line.as_bytes()).unwrap();
    assert!(matches!(record.event, Event::Skipped { rule: None, .. }), "{record:?}");
    assert!(!serde_json::to_string(&record).unwrap().contains("rule"));
}

#[test]
fn only_its_owner_can_read_it() {
    let place = place();
    written(&place);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.store.path("night")), 0o600);
    assert_eq!(mode(place.store.path("night").parent().unwrap()), 0o700);
}

#[tokio::test]
async fn a_torn_last_line_is_reported_and_the_next_record_is_whole() {
    let place = place();
    let bytes = written(&place);
    let path = place.store.path("night");
    fs::write(&path, &bytes[..bytes.len() - 40]).unwrap();
    let read_back = read(&path).unwrap();
    assert!(read_back.notes.iter().any(|note| note.contains("half written")), "{:?}", read_back.notes);

    let (mut journal, notes) =
        place.store.hold("night", &holder("bob"), Vec::new(), Purpose::Change).await.unwrap();
    assert!(notes.iter().any(|note| note.contains("half written")), "{notes:?}");
    journal.append(outcome("maxclients-2", Done::Failed, false)).unwrap();
    drop(journal);
    let read_back = read(&path).unwrap();
    assert_eq!(read_back.notes, Vec::<String>::new());
    assert_eq!(read_back.incident.step("maxclients-2").unwrap().state, StepState::Failed);
}

#[test]
fn a_damaged_line_in_the_middle_is_reported_and_the_rest_is_used() {
    let place = place();
    let text = String::from_utf8(written(&place)).unwrap();
    let damaged: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 3 { line.replacen('{', "[", 1) } else { line.to_owned() })
        .collect();
    let path = place.store.path("night");
    fs::write(&path, damaged.join("\n") + "\n").unwrap();
    let read_back = read(&path).unwrap();
    assert!(
        read_back.notes.iter().any(|note| note.starts_with("line 4 is damaged")),
        "{:?}",
        read_back.notes
    );
    // The outcome is lost: what became of the step is not known, and is not guessed.
    let step = read_back.incident.step("maxclients").unwrap();
    assert!(step.state == StepState::InDoubt && step.is_whole(), "{step:?}");
    assert_eq!(read_back.incident.hidden().count(), 0, "the servers show the rest");
}

#[test]
fn an_event_that_cannot_be_is_reported_and_moves_nothing() {
    let place = place();
    let mut text = unsealed(&written(&place));
    let forged = text.lines().nth(3).unwrap().replace("\"seq\":4", "\"seq\":7");
    text.push_str(&forged);
    text.push('\n');
    fs::write(place.store.path("night"), text).unwrap();
    let read_back = read(&place.store.path("night")).unwrap();
    assert!(
        read_back.notes.iter().any(|note| note.contains("outcome cannot follow on InEffect")),
        "{:?}",
        read_back.notes
    );
}

#[tokio::test]
async fn a_journal_of_a_newer_version_is_shown_and_not_written() {
    let place = place();
    let text = unsealed(&written(&place));
    let path = place.store.path("night");
    let newer = text.replacen("\"format\":1", "\"format\":3", 1).replacen(
        "\"event\":\"outcome\"",
        "\"event\":\"ending\"",
        1,
    );
    fs::write(&path, &newer).unwrap();
    let read_back = read(&path).unwrap();
    assert!(read_back.newer);
    assert_eq!(read_back.incident.name, "night");
    assert_eq!(read_back.incident.steps.len(), 2, "what is understood is shown");
    let failure = place.store.hold("night", &holder("bob"), Vec::new(), Purpose::Change).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert!(failure.message.contains("newer version"), "{failure}");
    assert_eq!(fs::read_to_string(&path).unwrap(), newer, "it was written to");
}

#[test]
fn an_incident_that_is_not_there_is_named_with_its_neighbour() {
    let place = place();
    written(&place);
    let failure = place.store.read("nigth").unwrap_err();
    assert_eq!((failure.kind, failure.hint.as_deref()), (FailureKind::Usage, Some("did you mean night?")));
}

#[test]
fn every_cut_of_a_journal_can_be_read() {
    let place = place();
    let bytes = written(&place);
    let path = place.home.path().join("cut.jsonl");
    let mut steps = 0;
    for cut in 0..=bytes.len() {
        fs::write(&path, &bytes[..cut]).unwrap();
        let read_back = read(&path).unwrap();
        assert!(read_back.incident.steps.len() >= steps, "a longer journal tells less");
        steps = read_back.incident.steps.len();
        let torn = cut > 0 && bytes[cut - 1] != b'\n';
        assert_eq!(read_back.notes.iter().any(|note| note.contains("half written")), torn, "cut at {cut}");
    }
    assert_eq!(steps, 2);
}

/// Long ones are read by several threads.
#[test]
fn a_long_journal_is_read_in_its_order_and_its_damage_named_by_line() {
    let place = place();
    let mut journal = place.store.open("night", &holder("alice"), vec!["stampede".into()]).unwrap();
    for n in 0..700 {
        let id = format!("maxclients-{n}");
        journal.append(intent(&id)).unwrap();
        journal.append(outcome(&id, Done::Done, n == 699)).unwrap();
    }
    drop(journal);
    let path = place.store.path("night");
    let mut lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    lines[1_200] = "{".into();
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let read_back = read(&path).unwrap();
    let ids: Vec<String> = read_back.incident.steps.iter().map(|step| step.id.clone()).collect();
    assert_eq!(ids, (0..700).map(|n| format!("maxclients-{n}")).collect::<Vec<_>>());
    // The line was the intent of one of them, which is over.
    assert!(read_back.incident.step("maxclients-599").unwrap().is_lost());
    assert_eq!(read_back.incident.hidden().count(), 0);
    assert!(read_back.notes[0].starts_with("line 1201 is damaged"), "{:?}", read_back.notes);
    assert!(read_back.records.windows(2).all(|pair| pair[0].seq < pair[1].seq));
}

proptest! {
    #[test]
    fn whatever_the_file_holds_it_is_read_without_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        fs::write(&path, &bytes).unwrap();
        _ = read(&path).unwrap();
    }

    #[test]
    fn lines_in_any_order_never_put_a_step_where_it_cannot_be(order in proptest::collection::vec(0usize..6, 0..30)) {
        let place = place();
        let text = String::from_utf8(written(&place)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let shuffled: String = order.iter().map(|at| format!("{}\n", lines[*at])).collect();
        let path = place.home.path().join("x.jsonl");
        fs::write(&path, shuffled).unwrap();
        let read_back = read(&path).unwrap();
        let begun = |id: &str| read_back.records.iter().any(|record| matches!(&record.event, Event::Intent { step, .. } if step == id));
        for step in &read_back.incident.steps {
            prop_assert!(begun(&step.id) || step.is_lost());
        }
    }
}
