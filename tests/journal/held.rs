//! S28: one responder. The kernel frees the journal of a dead one; a live one's is taken over between two writes.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use stampede::error::FailureKind;
use stampede::event::{Done, Event};
use stampede::journal::Purpose;

use super::{holder, intent, outcome, place};

#[tokio::test]
async fn s28_a_second_responder_is_told_who_holds_it() {
    let place = place();
    let first = place.store.open("night", &holder("alice"), Vec::new()).unwrap();
    let failure = place.store.hold("night", &holder("bob"), Vec::new(), Purpose::Change).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Held);
    assert_eq!(failure.message, "alice@web1 (pid 4242) holds night");
    // Who has looked a moment before, and opens it now as a new one, is told the same.
    let failure = place.store.open("night", &holder("bob"), Vec::new()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Held);
    assert_eq!(failure.message, "alice@web1 (pid 4242) holds night");
    drop(first);
    let (journal, notes) =
        place.store.hold("night", &holder("bob"), Vec::new(), Purpose::Change).await.unwrap();
    assert_eq!(notes, Vec::<String>::new());
    assert_eq!(journal.incident().holder, Some(holder("bob")));
}

#[tokio::test]
async fn s28_after_a_take_over_the_old_holder_writes_nothing_any_more() {
    let place = place();
    let mut old = place.store.open("night", &holder("alice"), Vec::new()).unwrap();
    old.append(intent("maxclients")).unwrap();
    old.append(outcome("maxclients", Done::Done, true)).unwrap();
    let (mut new, _) =
        place.store.take_over("night", &holder("bob"), Vec::new(), Purpose::Change).await.unwrap();
    let failure = old.append(intent("maxclients-2")).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Held);
    assert_eq!(old.act(Purpose::Change).unwrap_err().kind, FailureKind::Held, "nor has it the right to act");
    new.append(intent("maxclients-2")).unwrap();
    drop(old);
    let read = place.store.read("night").unwrap();
    assert_eq!(read.notes, Vec::<String>::new());
    let from = read.records.iter().find_map(|record| match &record.event {
        Event::Joined { holder, from, .. } if holder.user == "bob" => from.clone(),
        _ => None,
    });
    assert_eq!(from, Some(holder("alice")), "the journal says from whom it was taken");
    // A third one finds the new holder, on the new file.
    let failure = place.store.hold("night", &holder("carol"), Vec::new(), Purpose::Change).await.unwrap_err();
    assert_eq!(failure.message, "bob@web1 (pid 4242) holds night");
}

#[tokio::test]
async fn s28_nobody_takes_over_while_a_write_is_in_flight() {
    let place = place();
    let old = place.store.open("night", &holder("alice"), Vec::new()).unwrap();
    let hand = old.act(Purpose::Change).unwrap();
    let store = place.store.clone();
    let mut taking = tokio::spawn(async move {
        store.take_over("night", &holder("bob"), Vec::new(), Purpose::Change).await.map(|_| ())
    });
    let early = tokio::time::timeout(Duration::from_millis(200), &mut taking).await;
    assert!(early.is_err(), "it was taken in the middle of a write");
    drop(hand);
    taking.await.unwrap().unwrap();
}

/// A process that is being started has a copy of all our descriptors until its program begins.
#[tokio::test]
async fn s28_what_was_let_go_is_free_although_other_processes_are_being_started() {
    let place = place();
    let over = Arc::new(AtomicBool::new(false));
    let starting: Vec<_> = (0..2)
        .map(|_| {
            let over = over.clone();
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    assert!(Command::new("/bin/true").status().unwrap().success());
                }
            })
        })
        .collect();
    let journal = place.store.open("night", &holder("alice"), Vec::new()).unwrap();
    let acts = (0..5_000).all(|_| journal.act(Purpose::Change).is_ok());
    let let_go = (0..50).all(|n| {
        let name = format!("night-{n}");
        drop(place.store.open(&name, &holder("alice"), Vec::new()).unwrap());
        !place.store.is_held(&name)
    });
    over.store(true, Ordering::Relaxed);
    for thread in starting {
        thread.join().unwrap();
    }
    assert!(acts && let_go, "it is said to be held by somebody else: {acts} {let_go}");
}

#[tokio::test]
async fn the_incident_that_goes_on_is_the_one_that_has_something_in_effect() {
    let place = place();
    let mut first = place.store.open("first", &holder("alice"), Vec::new()).unwrap();
    first.append(intent("maxclients")).unwrap();
    drop(first);
    drop(place.store.open("second", &holder("alice"), Vec::new()).unwrap());
    let current = |hours: i64| {
        let later = stampede::clock::now() + jiff::SignedDuration::from_hours(hours);
        place.store.current(later).unwrap().map(|read| read.incident.name)
    };
    assert_eq!(current(0).as_deref(), Some("first"), "nothing in effect is ever out of sight");
    assert_eq!(place.store.others("second").unwrap().in_effect, ["first"]);
    let (mut first, _) =
        place.store.hold("first", &holder("alice"), Vec::new(), Purpose::Change).await.unwrap();
    assert!(place.store.is_held("first") && !place.store.is_held("second"));
    first.append(outcome("maxclients", Done::Failed, false)).unwrap();
    drop(first);
    assert_eq!(current(0).as_deref(), Some("first"), "the newest of two that have nothing in effect");
    assert_eq!(current(5), None, "both went cold");
    let (mut first, _) =
        place.store.hold("first", &holder("alice"), Vec::new(), Purpose::Change).await.unwrap();
    first.append(Event::Closed { left: Vec::new() }).unwrap();
    drop(first);
    assert_eq!(current(0).as_deref(), Some("second"));
}
