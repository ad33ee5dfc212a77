//! S27: compare and set. What is not ours any more is shown, and asked about.

use stampede::confirm::Answer;
use stampede::event::StepState;
use stampede::lab::Lab;
use stampede::runner::Options;

use super::{Desk, Script, attended, limit, maxclients, set, with_yes, yes};

#[tokio::test]
async fn s27_a_value_that_is_not_ours_any_more_is_shown_and_needs_the_name() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    drop(runner);
    set(&redis, "700").await;

    // --yes is no answer to it.
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    let undone = runner.undo(None, false).await.unwrap();
    assert!(undone.unanswered && undone.left == ["maxclients"], "{undone:?}");
    assert_eq!(limit(&redis).await, "700");
    drop(runner);

    let script = Script::default().then(yes());
    let mut runner = desk.runner("alice", &script, attended()).await;
    let undone = runner.undo(None, false).await.unwrap();
    let asked = script.asked().remove(0);
    for word in [
        "type |",
        "before: CONFIG SET maxclients 50",
        "ours: CONFIG SET maxclients 500",
        "now: maxclients 700",
    ] {
        assert!(asked.contains(word), "{word} in {asked}");
    }
    assert_eq!(undone.complete, ["maxclients"]);
    assert_eq!(limit(&redis).await, "50");
}

#[tokio::test]
async fn what_was_put_back_by_hand_has_nothing_to_undo() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    set(&redis, "50").await;
    let undone = runner.undo(None, false).await.unwrap();
    assert_eq!(undone.complete, ["maxclients"]);
    let incident = runner.incident().unwrap();
    assert_eq!(incident.step("maxclients").unwrap().state, StepState::Undone);
}

#[tokio::test]
async fn newest_first_and_one_step_by_its_name() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    runner.run(&maxclients(600)).await.unwrap();
    let undone = runner.undo(Some("maxclients-2"), false).await.unwrap();
    assert_eq!(undone.complete, ["maxclients-2"]);
    assert_eq!(limit(&redis).await, "500");
    let undone = runner.undo(None, false).await.unwrap();
    assert_eq!(undone.complete, ["maxclients"]);
    assert_eq!(limit(&redis).await, "50");
}

#[tokio::test]
async fn two_steps_on_one_value_are_put_back_newest_first() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    runner.run(&maxclients(600)).await.unwrap();
    assert_eq!(runner.undo(None, false).await.unwrap().complete, ["maxclients-2", "maxclients"]);
    assert_eq!(limit(&redis).await, "50");
}

#[tokio::test]
async fn a_server_that_restarted_since_and_still_shows_our_value_needs_the_name() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    drop(runner);
    redis.restart().await.unwrap();
    // As a Sentinel does, which writes the running settings to the file (S13).
    set(&redis, "500").await;
    let script = Script::default().then(Answer::Skip);
    let mut runner = desk.runner("alice", &script, attended()).await;
    runner.undo(None, false).await.unwrap();
    let asked = script.asked().remove(0);
    assert!(asked.starts_with("type |") && asked.contains("has restarted since"), "{asked}");
    assert_eq!(limit(&redis).await, "500");
}

#[tokio::test]
async fn a_target_that_cannot_be_reached_is_told_what_to_type_by_hand() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let mut desk = Desk::at(&redis);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    drop(runner);
    // It has another name in the configuration by now.
    desk.settings.targets[0].name = "pages".into();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    assert_eq!(runner.undo(None, false).await.unwrap().left, ["maxclients"]);
    assert!(desk.heard.notes().contains("CONFIG SET maxclients 50"), "{}", desk.heard.notes());
    drop(runner);
    desk.settings.targets[0].name = "redis".into();
    redis.stop().await;
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    assert_eq!(runner.undo(None, false).await.unwrap().left, ["maxclients"]);
    assert_eq!(desk.heard.notes().matches("CONFIG SET maxclients 50").count(), 2, "{}", desk.heard.notes());
}

#[tokio::test]
async fn s9_a_dry_run_of_an_undo_shows_it_and_writes_nothing() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    let name = runner.name().to_owned();
    let seq = runner.incident().unwrap().seq;
    drop(runner);
    let options = Options { dry_run: true, incident: Some(name.clone()), ..with_yes() };
    let mut runner = desk.runner("alice", &nobody, options).await;
    assert_eq!(runner.show_undo(&name, None).await.unwrap().left, ["maxclients"]);
    assert_eq!(limit(&redis).await, "500");
    drop(runner);
    assert_eq!(desk.store().read(&name).unwrap().incident.seq, seq + 1, "only `left` came after the change");
}

#[tokio::test]
async fn s11_it_is_not_lowered_below_the_clients_that_are_there() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "20"]).await.unwrap();
    let desk = Desk::at(&redis);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    let mut clients = Vec::new();
    for _ in 0..40 {
        clients.push(tokio::net::TcpStream::connect(("127.0.0.1", redis.port())).await.unwrap());
    }
    while !redis.says(&["INFO", "clients"]).await.unwrap().contains("connected_clients:42") {}
    let undone = runner.undo(None, false).await.unwrap();
    assert_eq!(undone.left, ["maxclients"]);
    assert_eq!(limit(&redis).await, "500");
    // Who knows better says so.
    let undone = runner.undo(None, true).await.unwrap();
    assert_eq!(undone.complete, ["maxclients"]);
    drop((clients, runner));
    // The door is shut until the clients have gone.
    while redis.says(&["PING"]).await.is_err() {}
    assert_eq!(limit(&redis).await, "20");
}

#[tokio::test]
async fn s13_one_node_that_is_gone_does_not_keep_the_others_from_being_put_back() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 0, &["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&cluster.primaries[0]);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    drop(runner);
    for node in &cluster.primaries {
        assert_eq!(limit(node).await, "500");
    }
    cluster.primaries[2].stop().await;
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    assert_eq!(runner.undo(None, false).await.unwrap().left, ["maxclients"]);
    assert_eq!(
        (limit(&cluster.primaries[0]).await, limit(&cluster.primaries[1]).await),
        ("50".into(), "50".into())
    );
    let gone = format!("127.0.0.1:{}: CONFIG SET maxclients 50", cluster.primaries[2].port());
    assert!(desk.heard.notes().contains(&gone), "{}", desk.heard.notes());
    assert_eq!(runner.incident().unwrap().step("maxclients").unwrap().state, StepState::Stuck);
    drop(runner);
    // It comes back with the settings of its start: nothing of ours is left anywhere.
    cluster.primaries[2].restart().await.unwrap();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    assert_eq!(runner.undo(None, false).await.unwrap().complete, ["maxclients"]);
}
