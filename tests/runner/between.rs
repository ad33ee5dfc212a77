//! S10: what was read for the plan is read again, right before the write.

use stampede::confirm::Answer;
use stampede::event::Skip;
use stampede::lab::Lab;
use stampede::runner::{End, Options};

use super::{Desk, Script, attended, limit, maxclients, set, yes};

#[tokio::test]
async fn s10_a_value_that_somebody_changes_meanwhile_is_planned_anew() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let other = redis.clone();
    let script = Script::default().after(async move { set(&other, "60").await }, yes()).then(yes());
    let mut runner = desk.runner("alice", &script, attended()).await;
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Done);
    let asked = script.asked();
    assert!(asked[0].contains("from 50 to 500") && asked[1].contains("from 60 to 500"), "{asked:?}");
    assert!(desk.heard.notes().contains("has changed meanwhile: maxclients 60"), "{}", desk.heard.notes());
    // What is put back is what was there right before, not what was there at the first look.
    let back = Script::default().then(yes());
    drop(runner);
    let mut runner = desk.runner("alice", &back, attended()).await;
    runner.undo(None, false).await.unwrap();
    assert_eq!(limit(&redis).await, "60");
}

#[tokio::test]
async fn s10_where_nobody_can_be_asked_again_nothing_is_done() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let other = redis.clone();
    let script = Script::default().after(async move { set(&other, "60").await }, yes());
    let mut runner = desk.runner("alice", &script, Options::default()).await;
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Skipped(Skip::Blocked));
    assert!(desk.heard.skipped().starts_with("blocked: refused: S10"), "{}", desk.heard.skipped());
    assert_eq!(desk.heard.last_skipped_json()["rule"], "S10", "a script reads the rule as a field");
    assert_eq!(limit(&redis).await, "60");
    assert!(runner.incident().is_none(), "an incident was opened for nothing");
}

#[tokio::test]
async fn s10_a_server_that_restarts_meanwhile_is_another_server() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let other = redis.clone();
    let script = Script::default().after(async move { other.restart().await.unwrap() }, yes());
    let mut runner = desk.runner("alice", &script, Options::default()).await;
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Skipped(Skip::Blocked));
    assert!(desk.heard.skipped().contains("has restarted"), "{}", desk.heard.skipped());
    assert_eq!(limit(&redis).await, "50");
}

#[tokio::test]
async fn s28_another_responder_on_the_target_raises_the_level() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let theirs = Desk::at(&redis);
    let script = Script::default().then(yes());
    let mut bob = theirs.runner("bob", &script, attended()).await;
    assert_eq!(bob.run(&maxclients(60)).await.unwrap().end, End::Done);

    let ours = Desk::at(&redis);
    let script = Script::default().then(Answer::Skip);
    let mut alice = ours.runner("alice", &script, attended()).await;
    assert_eq!(alice.run(&maxclients(500)).await.unwrap().end, End::Skipped(Skip::Declined));
    let asked = script.asked().remove(0);
    assert!(asked.starts_with("type |"), "{asked}");
    assert!(asked.contains(&format!("stampede:{}:bob@web1", bob.name())), "{asked}");
}
