//! S27: compare and set. What is not ours any more is shown, and asked about.

use std::time::Duration;

use stampede::clock;
use stampede::config::{Address, TargetSpec, Topology};
use stampede::confirm::Answer;
use stampede::event::StepState;
use stampede::lab::Lab;
use stampede::runner::Options;

use crate::support::PATIENCE;

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
    // Nobody gets in until the clients have gone.
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
    let gone =
        format!("  redis-cli -h 127.0.0.1 -p {} CONFIG SET maxclients 50\n", cluster.primaries[2].port());
    assert!((desk.heard.notes() + "\n").contains(&gone), "{}", desk.heard.notes());
    assert_eq!(runner.incident().unwrap().step("maxclients").unwrap().state, StepState::Stuck);
    drop(runner);
    // It comes back with the settings of its start: nothing of ours is left anywhere.
    cluster.primaries[2].restart().await.unwrap();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    assert_eq!(runner.undo(None, false).await.unwrap().complete, ["maxclients"]);
}

/// S13: on a fail-over Sentinel makes what we set permanent, and a node that was none then may show it too.
#[tokio::test]
async fn s13_after_a_fail_over_undo_reads_all_nodes_and_names_what_it_cannot_reach() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let replica = lab.redis_replica_of(&primary, &["--maxclients", "50"]).await.unwrap();
    // It has our value, and not from us.
    let other = lab.redis_replica_of(&primary, &["--maxclients", "500"]).await.unwrap();
    let sentinel = lab.sentinel(&primary, "main", &[]).await.unwrap();
    let mut desk = Desk::at(&sentinel);
    if let TargetSpec::Redis(spec) = &mut desk.settings.targets[0].spec {
        spec.addresses = vec![Address::Tcp("127.0.0.1".into(), sentinel.port())];
        spec.topology = Topology::Sentinel("main".into());
    }
    // It knows of them once it has asked the primary.
    let ports = [&replica, &other].map(|server| server.port().to_string());
    within("the Sentinel sees the replicas", async || {
        let known = sentinel.says(&["SENTINEL", "REPLICAS", "main"]).await;
        known.is_ok_and(|said| {
            ports.iter().all(|port| said.contains(port))
                && !said.contains("s_down")
                && !said.contains("disconnected")
        })
    })
    .await;
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    drop(runner);
    assert_eq!((limit(&primary).await, limit(&replica).await), ("500".into(), "500".into()));

    within("the fail-over begins", async || sentinel.says(&["SENTINEL", "FAILOVER", "main"]).await.is_ok())
        .await;
    within("the old primary follows the new one", async || {
        primary.says(&["INFO", "replication"]).await.is_ok_and(|said| said.contains("role:slave"))
    })
    .await;
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    let undone = runner.undo(None, false).await.unwrap();
    assert_eq!(undone.complete, ["maxclients"], "{:?}", runner.incident().unwrap().step("maxclients"));
    assert_eq!((limit(&primary).await, limit(&replica).await), ("50".into(), "50".into()));
    let step = runner.incident().unwrap().step("maxclients").unwrap();
    assert!(
        step.left.len() == 2 && step.left.iter().all(|left| left.rule.as_deref() == Some("S13")),
        "{step:?}"
    );
    let notes = step.notes.join("\n");
    assert!(notes.contains("S13 there was a fail-over") && notes.contains("CONFIG REWRITE on"), "{notes}");
    let stray = format!("127.0.0.1:{} shows maxclients 500 too", other.port());
    assert!(
        notes.contains(&stray) && notes.contains("by hand, if it is ours: CONFIG SET maxclients 50"),
        "{notes}"
    );
    assert_eq!(limit(&other).await, "500", "what has no before-image is left alone");
}

pub(super) async fn within(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let patience = clock::instant() + PATIENCE;
    while !holds().await {
        assert!(clock::instant() < patience, "waited in vain until {what}");
        clock::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn s10_a_server_that_restarts_while_undo_asks_is_not_written_to() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let mut runner = desk.runner("alice", &Script::default(), with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    drop(runner);
    // Whoever starts it anew gives it the same value.
    let restart = {
        let redis = redis.clone();
        async move {
            redis.restart().await.unwrap();
            set(&redis, "500").await;
        }
    };
    let script = Script::default().after(restart, yes());
    let mut runner = desk.runner("alice", &script, attended()).await;
    let undone = runner.undo(None, false).await.unwrap();
    assert_eq!(
        (undone.left.as_slice(), limit(&redis).await.as_str()),
        (&["maxclients".to_owned()][..], "500")
    );
    let left = &runner.incident().unwrap().step("maxclients").unwrap().left;
    assert_eq!(left.iter().map(|left| left.rule.as_deref()).collect::<Vec<_>>(), [Some("S10")], "{left:?}");
    drop(runner);
    // Shown anew, it is put back: by the name, because it is another process.
    let script = Script::default().then(yes());
    let undone = desk.runner("alice", &script, attended()).await.undo(None, false).await.unwrap();
    assert!(script.asked()[0].contains("has restarted since"), "{:?}", script.asked());
    assert_eq!((undone.left.len(), limit(&redis).await.as_str()), (0, "50"));
}
