//! `redis.keymiss-events` (S2, S3, S13, S27, S30).

use stampede::change::{Level, Standing};
use stampede::lab::{Lab, RedisServer};

use super::harness::{Act, until};
use super::people::{Misser, Person};
use crate::support::binary::{End, Home};
use crate::support::warmer::{Does, Warmer};

const NAME: &str = "redis.keymiss-events";
/// The first one is asked for three times as often as the others.
const KEYS: &[&[u8]] = &[b"hot\x1b[2J", b"a", b"hot\x1b[2J", b"b", b"hot\x1b[2J", b"c"];

async fn flags(server: &RedisServer) -> String {
    let reply = server.says(&["CONFIG", "GET", "notify-keyspace-events"]).await.unwrap();
    reply.split('"').nth(3).map_or_else(|| panic!("{reply}"), str::to_owned)
}

/// How often `CONFIG SET` was called.
async fn sets(server: &RedisServer) -> String {
    let stats = server.says(&["INFO", "commandstats"]).await.unwrap();
    let line = stats.lines().find(|line| line.starts_with("cmdstat_config|set:")).unwrap_or_default();
    line.split(',').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_most_missed_key_is_named_and_the_flags_are_as_they_were() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--notify-keyspace-events", "KEA"]).await.unwrap();
    let _load = Misser::of(redis.port(), KEYS).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("for", "1s"), ("top", "2")];
    let change = act.change(&given).await;
    assert_eq!(change.level, Level::Ask);
    assert_eq!(
        change.commands,
        ["CONFIG SET notify-keyspace-events AKEm", "CONFIG SET notify-keyspace-events AKE"]
    );
    act.all_stand(&change, Standing::Before).await;
    let applied = act.apply(&given, &change).await.unwrap();
    assert!(!applied.in_effect);
    assert_eq!(applied.notes.len(), 3, "{:?}", applied.notes);
    assert!(applied.notes[0].contains(" misses in 1.0 s"), "{:?}", applied.notes);
    assert!(applied.notes[1].starts_with("hot\\x1b[2J: "), "S30: {:?}", applied.notes);
    let share = applied.notes[1].split(' ').nth(1 + 1).unwrap().parse::<f64>().unwrap();
    assert!((45.0..55.0).contains(&share), "half of the misses are of it: {:?}", applied.notes);
    assert_eq!(flags(&redis).await, "AKE");
    act.all_stand(&change, Standing::Before).await;
}

#[tokio::test]
async fn s13_every_node_is_heard_and_gets_its_own_flags_back() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 1, &[]).await.unwrap();
    let old = ["", "xE", "AKE", "KEm$", "g", ""];
    for (flags, node) in old.iter().zip(cluster.nodes()) {
        node.says(&["CONFIG", "SET", "notify-keyspace-events", flags]).await.unwrap();
    }
    let mut before = Vec::new();
    for node in cluster.nodes() {
        before.push(flags(node).await);
    }
    // Slots of `b`, `c` and `a`: one on each primary.
    let mut load = Vec::new();
    const EACH: [&[&[u8]]; 3] = [&[b"b"], &[b"c"], &[b"a"]];
    for (primary, keys) in cluster.primaries.iter().zip(EACH) {
        load.push(Misser::of(primary.port(), keys).await);
    }
    let mut act = Act::on(NAME, cluster.primaries[0].port()).await;
    let given = [("for", "1s")];
    let change = act.change(&given).await;
    assert_eq!(change.parts.len(), 5, "they are on at one already: {:?}", change.parts);
    let applied = act.apply(&given, &change).await.unwrap();
    let mut named: Vec<_> = applied.notes[1..].iter().map(|note| note.split(':').next().unwrap()).collect();
    named.sort_unstable();
    assert_eq!(named, ["a", "b", "c"], "{:?}", applied.notes);
    for (before, node) in before.iter().zip(cluster.nodes()) {
        assert_eq!(flags(node).await, *before);
    }
    act.all_stand(&change, Standing::Before).await;
}

#[tokio::test]
async fn where_they_are_on_already_nothing_is_written() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--notify-keyspace-events", "Em"]).await.unwrap();
    let _load = Misser::of(redis.port(), KEYS).await;
    let before = sets(&redis).await;
    let lines = Act::on(NAME, redis.port()).await.answer(&[("for", "500ms")]).await;
    assert_eq!(lines[0], "key-miss events are on already: nothing was changed");
    assert!(lines[2].starts_with("hot\\x1b[2J: "), "{lines:?}");
    assert_eq!(sets(&redis).await, before);
}

#[tokio::test]
async fn where_config_is_not_for_us_listening_tells_whether_they_are_on() {
    let lab = Lab::new().unwrap();
    let hosted = &["--rename-command", "CONFIG", ""][..];
    let on = [hosted, &["--notify-keyspace-events", "Em"]].concat();
    let (on, off) = (lab.redis(&on).await.unwrap(), lab.redis(hosted).await.unwrap());
    let (_first, _second) = (Misser::of(on.port(), KEYS).await, Misser::of(off.port(), KEYS).await);
    let given = [("for", "500ms")];
    let lines = Act::on(NAME, on.port()).await.answer(&given).await;
    assert!(lines[2].starts_with("hot\\x1b[2J: "), "{lines:?}");
    let refusal = Act::on(NAME, off.port()).await.blocked(&given).await;
    assert!(refusal.why.contains("nothing was heard in 500 ms"), "{refusal:?}");
    assert!(refusal.unblock.contains("change notify-keyspace-events in their own way"), "{refusal:?}");
}

/// S3: the listener comes before the write, so a full server is left as it is.
#[tokio::test]
async fn s3_without_a_slot_to_listen_over_nothing_is_written() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "10"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("for", "500ms")];
    let change = act.change(&given).await;
    let mut crowd = Vec::new();
    while crowd.len() < 9 {
        crowd.push(Person::named(redis.port(), "crowd").await);
    }
    let refusal = act.blocked(&given).await;
    assert!(refusal.why.contains("no connection left"), "{refusal:?}");
    let error = act.apply(&given, &change).await.unwrap_err();
    assert_eq!(error.kind, stampede::error::TargetErrorKind::Full);
    crowd.clear();
    until("there is room again", async || redis.says(&["PING"]).await.is_ok(), |ok| *ok).await;
    assert_eq!(sets(&redis).await, "", "nothing was ever set");
    act.all_stand(&change, Standing::Before).await;
}

#[tokio::test]
async fn s27_flags_that_somebody_changes_meanwhile_are_theirs() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("for", "2s")];
    let change = act.change(&given).await;
    let other = async {
        until("they are on", async || flags(&redis).await, |flags| !flags.is_empty()).await;
        redis.says(&["CONFIG", "SET", "notify-keyspace-events", "Ex"]).await.unwrap();
    };
    let (applied, ()) = tokio::join!(act.apply(&given, &change), other);
    let notes = applied.unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("was empty, ours is Em, now it is xE")), "{notes:?}");
    assert_eq!(flags(&redis).await, "xE");
    let drifted = Standing::Drifted("notify-keyspace-events xE".into());
    act.all_stand(&change, drifted).await;
    assert!(!act.undo(&change, &change.parts[0], false).await.complete);
    assert!(act.undo(&change, &change.parts[0], true).await.complete);
    assert_eq!(flags(&redis).await, "");
}

#[tokio::test]
async fn a_wish_to_stop_ends_it_early_and_the_flags_are_put_back() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("for", "60s")];
    let change = act.change(&given).await;
    act.stop_at = 1;
    let notes = act.apply(&given, &change).await.unwrap().notes;
    assert!(!notes[0].contains("60.0 s"), "it listened on: {notes:?}");
    assert_eq!(flags(&redis).await, "");
}

#[tokio::test]
async fn a_server_that_restarts_meanwhile_has_forgotten_them() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("for", "3s")];
    let change = act.change(&given).await;
    let other = async {
        until("they are on", async || flags(&redis).await, |flags| !flags.is_empty()).await;
        redis.restart().await.unwrap();
    };
    let (applied, ()) = tokio::join!(act.apply(&given, &change), other);
    let notes = applied.unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("closed the connection")), "{notes:?}");
    act.all_stand(&change, Standing::Before).await;
}

#[tokio::test]
async fn who_may_not_set_or_listen_is_told_before_anything_is_written() {
    let lab = Lab::new().unwrap();
    let rules = [
        "reader on >pw ~* &* +@read +@connection +@pubsub +info +config|get +acl",
        "default on nopass ~* +@all",
    ];
    let redis = lab.redis_with_acl(&rules, &[]).await.unwrap();
    let refusal = Act::by(NAME, redis.port(), "reader", "pw").await.blocked(&[]).await;
    assert_eq!(refusal.unblock, "ACL SETUSER reader +config|set");
    redis.says(&["ACL", "SETUSER", "reader", "+config|set", "resetchannels"]).await.unwrap();
    let mut act = Act::by(NAME, redis.port(), "reader", "pw").await;
    let change = act.change(&[]).await;
    let error = act.apply(&[], &change).await.unwrap_err();
    assert_eq!(error.kind, stampede::error::TargetErrorKind::Permission);
    assert_eq!(flags(&redis).await, "");
    assert_eq!(sets(&redis).await, "");
}

/// What it has named is what later steps take, also in another process, and as long as it is missing.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_heard_to_be_missing_is_refilled_later() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::Refill).await;
    let load = Misser::of(redis.port(), &[b"user:profile:7", b"user:profile:7", b"user:profile:8"]).await;
    let home = Home::new();
    let says = async |args: &[&str]| home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
    let heard = says(&["break", "keymiss-events", "--for", "1s", "--yes", "--no-watch"]).await;
    assert_eq!(heard.end, End::Code(0), "{heard}");
    drop(load);
    redis.says(&["SET", "user:profile:8", "somebody was faster"]).await.unwrap();
    let warm = ["recover", "warm", "--top", "5", "--http", &warmer.template(), "--yes", "--no-watch"];
    let warmed = says(&warm).await;
    assert_eq!(warmed.end, End::Code(0), "{warmed}");
    assert_eq!(warmer.asked(), [b"user:profile:7"], "{warmed}");
    let words = warmed.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("1 that were asked for in vain and are gone"), "{warmed}");
}
