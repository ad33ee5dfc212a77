//! `redis.timeout` (S12, S6).

use stampede::change::{Level, Standing};
use stampede::config::OnCacheError;
use stampede::lab::Lab;

use super::harness::{Act, named, number, until};
use super::people::{Person, closed, spared};

const NAME: &str = "redis.timeout";

async fn timeout(server: &stampede::lab::RedisServer) -> String {
    server.says(&["CONFIG", "GET", "timeout"]).await.unwrap()
}

#[tokio::test]
async fn s12_a_short_timeout_is_refused_and_a_longer_one_than_now_is_so_already() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let refusal = act.blocked(&[("value", "29s")]).await;
    assert_eq!(refusal.rule, Some("S12"), "{refusal:?}");
    act.change(&[("value", "30s")]).await;
    redis.says(&["CONFIG", "SET", "timeout", "60"]).await.unwrap();
    assert_eq!(act.already(&[("value", "1m")]).await, "the idle timeout is 60 s already");
    act.already(&[("value", "5m")]).await;
    act.change(&[("value", "59s")]).await;
    let field = act.spec.fields[0];
    assert!(field.ty.parse("61m").is_err() && field.ty.parse("0s").is_err());
    let mut with = stampede::action::field::Arguments::default();
    with.set("value", field.ty.parse("30500ms").unwrap());
    assert!(act.spec.action.check(&with).is_err(), "the server counts in seconds");
}

#[tokio::test]
async fn s6_the_level_follows_what_is_known_of_the_application() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("value", "1m")];
    let unknown = act.change(&given).await;
    assert_eq!(unknown.level, Level::Type);
    assert!(unknown.risk.iter().any(|line| line.starts_with("S6 ")), "{:?}", unknown.risk);
    for known in [OnCacheError::Stale, OnCacheError::Error] {
        act.facts.on_cache_error = Some(known);
        assert_eq!(act.change(&given).await.level, Level::Ask);
    }
    act.facts.on_cache_error = Some(OnCacheError::Database);
    assert_eq!(act.blocked(&given).await.rule, Some("S6"));
    assert!(act.spec.amplifier);
}

/// S12: who is closed and who is spared, as it was forecast; S3: we are not among them.
pub async fn the_idle_go_the_exempt_stay_and_so_do_we() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    lab.redis_replica_of(&redis, &[]).await.unwrap();
    let mut idle = Vec::new();
    for n in 0..3 {
        let mut person = Person::named(redis.port(), if n < 2 { "web" } else { "jobs" }).await;
        if n == 1 {
            person.says(&["MULTI"]).await;
        }
        idle.push(person);
    }
    let mut others = spared(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let [own] = &named(&redis, "stampede:night:ops@test").await[..] else { panic!("one seat") };
    let own = number(own, "id");
    let silent = async || named(&redis, "jobs").await;
    until("they were silent for long", silent, |lines| number(&lines[0], "idle") > 30).await;

    let given = [("value", "30s")];
    let change = act.change(&given).await;
    assert!(
        change.forecast[0].contains("closes 3 of 9 connections now (web 2, jobs 1); spared: "),
        "{:?}",
        change.forecast
    );
    for words in ["1 blocked client", "2 subscribers", "1 monitor", "1 replication link", "1 of ours"] {
        assert!(change.forecast[0].contains(words), "{words}: {:?}", change.forecast);
    }
    assert!(change.forecast[1].contains("--to 5m closes 0, --to 1m closes 0"), "{:?}", change.forecast);
    assert_eq!(change.commands, ["CONFIG SET timeout 30"]);
    act.all_stand(&change, Standing::Before).await;
    assert!(act.apply(&given, &change).await.unwrap().in_effect);
    act.all_stand(&change, Standing::After).await;
    let proof = act.prove(&change).await;
    assert_eq!(proof, ["in the first second 3 connections were closed and 0 opened"]);
    closed(&mut idle, 3).await;
    for (kind, person) in &mut others {
        assert!(!person.is_closed().await, "{kind}");
    }
    let info = redis.says(&["INFO", "replication"]).await.unwrap();
    assert!(info.contains("state=online"), "{info}");
    let [ours] = &named(&redis, "stampede:night:ops@test").await[..] else { panic!("our seat is gone") };
    assert_eq!((number(ours, "id"), number(ours, "age") > 30), (own, true), "kept, not opened again");

    assert!(act.undo_all(&change).await);
    act.all_stand(&change, Standing::Before).await;
    assert!(timeout(&redis).await.contains('0'));
}

#[tokio::test]
async fn s13_every_node_of_a_cluster_gets_it_and_gives_its_own_value_back() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 1, &[]).await.unwrap();
    for (seconds, node) in ["0", "100", "200", "300", "20", "0"].iter().zip(cluster.nodes()) {
        node.says(&["CONFIG", "SET", "timeout", seconds]).await.unwrap();
    }
    let mut act = Act::on(NAME, cluster.primaries[0].port()).await;
    let given = [("value", "90s")];
    let change = act.change(&given).await;
    assert_eq!(change.parts.len(), 5, "one has less already: {:?}", change.parts);
    assert!(change.summary.contains("on 5 nodes") && change.summary.contains("0 (never) to 300 s"));
    assert!(change.forecast[0].starts_with("5 nodes: closes none of "), "{:?}", change.forecast);
    act.apply(&given, &change).await.unwrap();
    act.all_stand(&change, Standing::After).await;
    act.already(&given).await;
    assert!(act.undo_all(&change).await);
    for (seconds, node) in ["0", "100", "200", "300", "20", "0"].iter().zip(cluster.nodes()) {
        assert!(timeout(node).await.contains(&format!("{seconds:?}")), "{}", timeout(node).await);
    }
}

#[tokio::test]
async fn s27_somebody_else_s_value_is_left_alone_until_an_operator_says_so() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--timeout", "600"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("value", "2m")];
    let change = act.change(&given).await;
    act.apply(&given, &change).await.unwrap();
    redis.says(&["CONFIG", "SET", "timeout", "45"]).await.unwrap();
    act.all_stand(&change, Standing::Drifted("timeout 45".into())).await;
    let left = act.undo(&change, &change.parts[0], false).await;
    assert!(!left.complete && left.left[0].why.contains("was 600, ours is 120, now it is 45"), "{left:?}");
    assert!(timeout(&redis).await.contains("45"));
    assert!(act.undo(&change, &change.parts[0], true).await.complete);
    assert!(timeout(&redis).await.contains("600"));
    assert!(act.undo(&change, &change.parts[0], false).await.complete, "twice is as good as once");
}

#[tokio::test]
async fn a_restart_undoes_it_because_it_is_never_persisted() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("value", "2m")];
    let change = act.change(&given).await;
    act.apply(&given, &change).await.unwrap();
    redis.restart().await.unwrap();
    act.all_stand(&change, Standing::Before).await;
}

#[tokio::test]
async fn where_config_is_not_for_us_the_words_say_what_is() {
    let lab = Lab::new().unwrap();
    let hosted = lab.redis(&["--rename-command", "CONFIG", ""]).await.unwrap();
    let refusal = Act::on(NAME, hosted.port()).await.blocked(&[("value", "1m")]).await;
    assert!(refusal.why.contains("unknown command"), "{refusal:?}");
    assert!(refusal.unblock.contains("aws elasticache modify-cache-parameter-group"), "{refusal:?}");

    let rules = [
        "reader on >pw ~* &* +@read +@connection +info +config|get +client|list +acl",
        "default on nopass ~* +@all",
    ];
    let redis = lab.redis_with_acl(&rules, &[]).await.unwrap();
    let refusal = Act::by(NAME, redis.port(), "reader", "pw").await.blocked(&[("value", "1m")]).await;
    assert!(refusal.why.contains("config|set"), "{refusal:?}");
    assert_eq!(refusal.unblock, "ACL SETUSER reader +config|set");
    assert!(timeout(&redis).await.contains('0'));

    // Without the right to ask beforehand it is found out by trying, and nothing happens.
    redis.says(&["ACL", "SETUSER", "reader", "-acl", "-client|list"]).await.unwrap();
    let mut act = Act::by(NAME, redis.port(), "reader", "pw").await;
    act.facts.on_cache_error = Some(OnCacheError::Stale);
    let change = act.change(&[("value", "1m")]).await;
    assert_eq!(change.level, Level::Type, "what it would close is not known");
    assert!(change.forecast[0].contains("is not known"), "{:?}", change.forecast);
    let error = act.apply(&[("value", "1m")], &change).await.unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("ACL SETUSER reader +config|set"));
    act.all_stand(&change, Standing::Before).await;
}
