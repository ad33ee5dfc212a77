//! S13: which server is the primary is what the Sentinels agree on, also while they fail over.

use std::time::Duration;

use stampede::action::by_name;
use stampede::action::field::{Arguments, Value};
use stampede::config::{Address, TargetSpec, Topology};
use stampede::confirm::{Answer, Flags};
use stampede::event::Skip;
use stampede::lab::{Lab, RedisServer};
use stampede::runner::{End, Options, Runner, Step};

use super::undo::within;
use super::{Desk, Script, attended, limit, maxclients, with_yes, yes};

/// A desk whose target is what these Sentinels call `main`.
fn desk_by(sentinels: &[&RedisServer]) -> Desk {
    let mut desk = Desk::at(sentinels[0]);
    if let TargetSpec::Redis(spec) = &mut desk.settings.targets[0].spec {
        let address = |sentinel: &&RedisServer| Address::Tcp("127.0.0.1".into(), sentinel.port());
        spec.addresses = sentinels.iter().map(address).collect();
        spec.topology = Topology::Sentinel("main".into());
    }
    desk
}

/// A primary, its replica, and a Sentinel that has seen both.
async fn pair(lab: &Lab) -> (RedisServer, RedisServer, RedisServer) {
    let primary = lab.redis(&[]).await.unwrap();
    let replica = lab.redis_replica_of(&primary, &[]).await.unwrap();
    let sentinel = lab.sentinel(&primary, "main", &[]).await.unwrap();
    let port = replica.port().to_string();
    within("the Sentinel sees the replica", async || {
        let known = sentinel.says(&["SENTINEL", "REPLICAS", "main"]).await;
        known.is_ok_and(|said| {
            said.contains(&port) && !said.contains("s_down") && !said.contains("disconnected")
        })
    })
    .await;
    (primary, replica, sentinel)
}

/// A step of the registry.
fn step(name: &str, with: &[(&'static str, Value)]) -> Step {
    let spec = by_name(name).unwrap();
    let mut given = Arguments::default();
    with.iter().for_each(|(field, value)| given.set(field, value.clone()));
    Step { id: spec.command.into(), spec, with: given, ..maxclients(0) }
}

/// `break flag`
fn flag() -> Step {
    let ttl = Value::Duration(Duration::from_secs(600));
    step(
        "redis.flag",
        &[("key", Value::Text("shop:stale".into())), ("value", Value::Text("on".into())), ("ttl", ttl)],
    )
}

/// The nodes that a step of this incident was done on.
fn nodes(runner: &Runner, step: &str) -> Vec<String> {
    let parts = &runner.incident().unwrap().step(step).unwrap().parts;
    let mut nodes: Vec<String> = parts.iter().map(|part| part.node.clone()).collect();
    nodes.dedup();
    nodes
}

fn at(server: &RedisServer) -> String {
    format!("127.0.0.1:{}", server.port())
}

/// Until the Sentinels name it, and it says so itself.
async fn leads(sentinel: &RedisServer, server: &RedisServer) {
    let port = server.port().to_string();
    within("the fail-over is over", async || {
        let named = sentinel.says(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"]).await;
        let role = server.says(&["INFO", "replication"]).await;
        named.is_ok_and(|named| named.contains(&port)) && role.is_ok_and(|role| role.contains("role:master"))
    })
    .await;
}

async fn begin_fail_over(sentinel: &RedisServer) {
    within("the fail-over begins", async || sentinel.says(&["SENTINEL", "FAILOVER", "main"]).await.is_ok())
        .await;
}

async fn fail_over(sentinel: RedisServer, to: RedisServer) {
    while sentinel.says(&["SENTINEL", "FAILOVER", "main"]).await.is_err() {}
    let port = to.port().to_string();
    while !sentinel.says(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"]).await.unwrap().contains(&port) {}
}

#[tokio::test]
async fn s13_where_the_sentinels_disagree_only_the_name_does_it() {
    let lab = Lab::new().unwrap();
    let (one, other) = (
        lab.redis(&["--maxclients", "50"]).await.unwrap(),
        lab.redis(&["--maxclients", "60"]).await.unwrap(),
    );
    let (first, second) =
        (lab.sentinel(&one, "main", &[]).await.unwrap(), lab.sentinel(&other, "main", &[]).await.unwrap());
    let desk = desk_by(&[&first, &second]);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Skipped(Skip::Unanswered));
    assert_eq!(
        (limit(&one).await, limit(&other).await),
        ("50".into(), "60".into()),
        "--yes is no answer to it"
    );
    let said = desk.heard.progress();
    assert!(
        said.contains("the Sentinels disagree about the primary") && said.contains("until they agree"),
        "{said}"
    );
    drop(runner);

    let script = Script::default().then(Answer::Skip);
    let mut runner = desk.runner("alice", &script, attended()).await;
    runner.run(&maxclients(500)).await.unwrap();
    let asked = script.asked().remove(0);
    assert!(asked.starts_with("type |") && asked.contains("S13 the Sentinels disagree"), "{asked}");
    drop(runner);

    let flags = Flags { yes: false, confirm: vec!["redis".into()] };
    let mut runner = desk.runner("alice", &nobody, Options { flags, ..Options::default() }).await;
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Done);
}

/// Most Sentinels are out of reach: those that are left may not know of a fail-over.
#[tokio::test]
async fn s13_a_minority_of_the_sentinels_is_not_believed_unasked() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let [one, two, three] = [
        lab.sentinel(&redis, "main", &[]).await.unwrap(),
        lab.sentinel(&redis, "main", &[]).await.unwrap(),
        lab.sentinel(&redis, "main", &[]).await.unwrap(),
    ];
    let desk = desk_by(&[&one, &two, &three]);
    two.kill().await;
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Done, "two of three agree");
    drop(runner);
    three.kill().await;
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    assert_eq!(runner.run(&maxclients(600)).await.unwrap().end, End::Skipped(Skip::Unanswered));
    assert_eq!(limit(&redis).await, "500");
    // The emergency brake needs no Sentinel to agree.
    assert_eq!(runner.undo(None, false).await.unwrap().complete, ["maxclients"]);
    assert_eq!(limit(&redis).await, "50");
}

/// What is written to a primary that is about to be one no more is lost, or stays where nobody looks.
#[tokio::test]
async fn s13_in_the_middle_of_a_fail_over_it_is_waited_for() {
    let lab = Lab::new().unwrap();
    let (_primary, replica, sentinel) = pair(&lab).await;
    let desk = desk_by(&[&sentinel]);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    begin_fail_over(&sentinel).await;
    assert_eq!(runner.run(&flag()).await.unwrap().end, End::Done);
    assert_eq!(nodes(&runner, "flag"), [at(&replica)], "{}", desk.heard.progress());
    assert!(desk.heard.progress().contains("about to fail over, or do"), "{}", desk.heard.progress());
}

#[tokio::test]
async fn s13_a_fail_over_while_it_is_asked_is_planned_anew() {
    let lab = Lab::new().unwrap();
    let (primary, replica, sentinel) = pair(&lab).await;
    let desk = desk_by(&[&sentinel]);
    let script = Script::default().after(fail_over(sentinel.clone(), replica.clone()), yes()).then(yes());
    let mut runner = desk.runner("alice", &script, attended()).await;
    assert_eq!(runner.run(&flag()).await.unwrap().end, End::Done);
    assert_eq!(nodes(&runner, "flag"), [at(&replica)]);
    let notes = desk.heard.notes();
    assert!(
        notes.contains(&format!("the primary is {} now, and was {}", at(&replica), at(&primary))),
        "{notes}"
    );
}

/// The old primary says for a while that it is one: what is written there is thrown away once it follows the new one.
#[tokio::test]
async fn s13_keys_are_written_only_where_the_sentinels_say() {
    let lab = Lab::new().unwrap();
    let (primary, replica, sentinel) = pair(&lab).await;
    primary.says(&["SET", "user:1", "x", "EX", "900"]).await.unwrap();
    within("the replica has the key", async || {
        replica.says(&["INFO", "keyspace"]).await.is_ok_and(|said| said.contains("keys=1"))
    })
    .await;
    begin_fail_over(&sentinel).await;
    leads(&sentinel, &replica).await;
    within("the old primary follows the new one", async || {
        let said = primary.says(&["INFO", "replication"]).await;
        said.is_ok_and(|said| said.contains("role:slave") && said.contains("master_link_status:up"))
    })
    .await;
    let old = primary.port().to_string();
    within("the Sentinel sees the old primary", async || {
        let known = sentinel.says(&["SENTINEL", "REPLICAS", "main"]).await;
        known.is_ok_and(|said| {
            said.contains(&old) && !said.contains("s_down") && !said.contains("disconnected")
        })
    })
    .await;
    // As one does that comes back: the Sentinel needs eight seconds to tell it.
    primary.says(&["REPLICAOF", "NO", "ONE"]).await.unwrap();
    let desk = desk_by(&[&sentinel]);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    let by = Value::Duration(Duration::from_secs(900));
    let freeze = step("redis.freeze", &[("pattern", Value::Text("user:*".into())), ("by", by)]);
    assert_eq!(runner.run(&freeze).await.unwrap().end, End::Done, "{}", desk.heard.skipped());
    assert_eq!(nodes(&runner, &freeze.id), [at(&replica)]);
}
