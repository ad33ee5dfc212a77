//! `redis.maxmemory` (S11).

use stampede::change::{Level, Standing};
use stampede::lab::{Lab, RedisServer};

use super::harness::{Act, until};

const NAME: &str = "redis.maxmemory";

async fn limit(server: &RedisServer) -> u64 {
    let said = server.says(&["CONFIG", "GET", "maxmemory"]).await.unwrap();
    said.split(|c: char| !c.is_ascii_digit()).find_map(|word| word.parse().ok()).unwrap()
}

async fn info(server: &RedisServer, name: &str) -> u64 {
    let said = server.says(&["INFO"]).await.unwrap();
    let field = format!("{name}:");
    said.lines().find_map(|line| line.trim().strip_prefix(&field)?.parse().ok()).unwrap_or_default()
}

/// Keys of a megabyte each.
async fn fill(server: &RedisServer, keys: std::ops::Range<u32>) {
    for key in keys {
        let key = format!("big:{key}");
        // Refused where the server is full and evicts nothing.
        _ = server.says(&["SETRANGE", &key, "1000000", "x"]).await;
    }
}

/// The lever of an eviction storm: evictions end, and undo does not bring them back while the data would not fit.
#[tokio::test]
async fn s11_evictions_end_and_the_old_limit_comes_back_only_when_what_is_used_fits_again() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory", "20mb", "--maxmemory-policy", "allkeys-lru"]).await.unwrap();
    fill(&redis, 0..30).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("value", "64mb")];
    let change = act.change(&given).await;
    assert_eq!(change.summary, "raise maxmemory from 20.0 MiB to 64.0 MiB");
    assert_eq!(
        act.change(&[]).await.summary,
        "raise maxmemory from 20.0 MiB to 30.0 MiB",
        "half as much again"
    );
    assert_eq!(
        (change.level, change.commands.as_slice()),
        (Level::Ask, &["CONFIG SET maxmemory 67108864".into()][..])
    );
    let words = [
        "policy allkeys-lru; since its start ",
        " keys evicted and 0 writes refused",
        "44.0 MiB more may come",
    ];
    assert!(words.iter().all(|words| change.forecast[0].contains(words)), "{:?}", change.forecast);
    assert!(change.forecast[1].starts_with("127.0.0.1: it would take up to "), "{:?}", change.forecast);
    act.all_stand(&change, Standing::Before).await;
    assert!(act.apply(&given, &change).await.unwrap().in_effect);
    act.all_stand(&change, Standing::After).await;
    assert_eq!(act.prove(&change).await, ["read back: maxmemory is 67108864"]);
    let evicted = info(&redis, "evicted_keys").await;
    assert!(evicted > 0);
    fill(&redis, 0..30).await;
    assert_eq!(info(&redis, "evicted_keys").await, evicted, "nothing is evicted any more");

    let left = act.undo(&change, &change.parts[0], false).await;
    assert!(!left.complete && left.left[0].rule.as_deref() == Some("S11"), "{left:?}");
    assert_eq!(limit(&redis).await, 64 << 20);
    redis.says(&["FLUSHALL", "SYNC"]).await.unwrap();
    until("it has shrunk", async || info(&redis, "used_memory").await, |used| *used < 20 << 20).await;
    assert!(act.undo_all(&change).await);
    act.all_stand(&change, Standing::Before).await;
}

#[tokio::test]
async fn s11_who_knows_better_lowers_it_all_the_same() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory", "8mb", "--maxmemory-policy", "allkeys-lru"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("value", "64mb")];
    let (change, _) = act.act(&given).await;
    fill(&redis, 0..20).await;
    assert!(!act.undo(&change, &change.parts[0], false).await.complete);
    assert!(act.undo(&change, &change.parts[0], true).await.complete);
    assert_eq!(limit(&redis).await, 8 << 20);
    assert!(info(&redis, "evicted_keys").await > 0);
}

/// Where nothing may be evicted the shortage shows as refused writes.
#[tokio::test]
async fn refused_writes_are_told_and_go_through_afterwards() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory", "4mb", "--maxmemory-policy", "noeviction"]).await.unwrap();
    fill(&redis, 0..6).await;
    let refused = redis.says(&["SET", "k", "v"]).await;
    assert!(refused.is_err() || refused.unwrap().contains("OOM"));
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("value", "32mb")];
    let change = act.change(&given).await;
    let refused =
        change.forecast[0].split(" keys evicted and ").nth(1).and_then(|rest| rest.split(' ').next());
    let seen = refused.and_then(|count| count.parse::<u64>().ok());
    assert!(
        change.forecast[0].contains("policy noeviction; ") && seen.is_some_and(|count| count > 0),
        "{:?}",
        change.forecast
    );
    act.apply(&given, &change).await.unwrap();
    assert_eq!(redis.says(&["SET", "k", "v"]).await.unwrap().trim(), "OK");
}

#[tokio::test]
async fn s11_it_never_lowers_and_where_there_is_no_limit_there_is_nothing_to_do() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory", "100mb"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    for same in ["100mb", "99mb", "1mb"] {
        assert_eq!(
            act.already(&[("value", same)]).await,
            "maxmemory is 100.0 MiB, it is never lowered (S11)"
        );
    }
    redis.says(&["CONFIG", "SET", "maxmemory", "0"]).await.unwrap();
    assert_eq!(act.already(&[("value", "1gb")]).await, "maxmemory is 0: there is no limit");
}

#[tokio::test]
async fn what_the_machine_has_not_is_refused_and_what_fills_it_needs_the_name() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory", "100mb"]).await.unwrap();
    let total = info(&redis, "total_system_memory").await;
    let mut act = Act::on(NAME, redis.port()).await;
    let refusal = act.blocked(&[("value", &(total + 1).to_string())]).await;
    assert!(refusal.rule == Some("S11") && refusal.why.contains(" of the machine"), "{refusal:?}");
    let most = act.change(&[("value", &(total / 10 * 9).to_string())]).await;
    assert_eq!(most.level, Level::Type);
    assert!(most.forecast[1].contains("a snapshot or another process may not fit"), "{:?}", most.forecast);
    assert_eq!(limit(&redis).await, 100 << 20);
}

#[tokio::test]
async fn s13_every_node_of_a_cluster_gives_its_own_value_back_and_one_machine_is_added_up() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 0, &["--maxmemory", "100mb"]).await.unwrap();
    let limits = ["100mb", "200mb", "0"];
    for (limit, node) in limits.iter().zip(cluster.nodes()) {
        node.says(&["CONFIG", "SET", "maxmemory", limit]).await.unwrap();
    }
    let mut act = Act::on(NAME, cluster.primaries[0].port()).await;
    let given = [("value", "300mb")];
    let change = act.change(&given).await;
    assert_eq!(change.summary, "raise maxmemory from 100.0 MiB to 200.0 MiB to 300.0 MiB on 2 nodes");
    assert!(
        change.forecast[2].starts_with("127.0.0.1: its 3 nodes of ours would take"),
        "{:?}",
        change.forecast
    );
    act.apply(&given, &change).await.unwrap();
    act.all_stand(&change, Standing::After).await;
    assert_eq!(act.already(&given).await, "maxmemory is 300.0 MiB or more, or 0, on all 3 nodes");
    assert!(act.undo_all(&change).await);
    for (before, node) in [100 << 20, 200 << 20, 0].into_iter().zip(cluster.nodes()) {
        assert_eq!(limit(node).await, before);
    }
}

#[tokio::test]
async fn s27_somebody_else_s_value_is_left_alone_until_an_operator_says_so() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory", "100mb"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let (change, _) = act.act(&[("value", "200mb")]).await;
    redis.says(&["CONFIG", "SET", "maxmemory", "150mb"]).await.unwrap();
    act.all_stand(&change, Standing::Drifted("maxmemory 157286400".into())).await;
    let left = act.undo(&change, &change.parts[0], false).await;
    assert!(
        left.left[0].why.contains("maxmemory was 104857600, ours is 209715200, now it is 157286400"),
        "{left:?}"
    );
    assert!(act.undo(&change, &change.parts[0], true).await.complete);
    assert_eq!(limit(&redis).await, 100 << 20);
}

#[tokio::test]
async fn where_config_is_not_for_us_the_words_say_what_is() {
    let lab = Lab::new().unwrap();
    let hosted = lab.redis(&["--rename-command", "CONFIG", ""]).await.unwrap();
    let refusal = Act::on(NAME, hosted.port()).await.blocked(&[("value", "1gb")]).await;
    assert!(refusal.unblock.contains("change maxmemory in their own way"), "{refusal:?}");
}
