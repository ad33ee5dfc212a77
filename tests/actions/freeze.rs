//! `redis.freeze` (S14): which keys live longer, how it is recorded, and how it is put back.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use stampede::action::{HotKey, HotKeys};
use stampede::change::{Level, Standing};
use stampede::config::ExpiryLivesIn;
use stampede::error::{TargetError, TargetErrorKind};
use stampede::lab::{Lab, RedisServer};

use super::harness::{Act, Meanwhile, target, until};
use crate::support::keys::{Times, client, expiries};
use crate::support::noted;
use crate::support::proxy::{Fault, Proxy, What};

const NAME: &str = "redis.freeze";
/// By a quarter of an hour, all that matches.
const USERS: &[(&str, &str)] = &[("by", "15m"), ("pattern", "user:*")];
const BY: i64 = 900_000;

/// Keys `user:0` and so on, with times of 100 s and more.
async fn users(redis: &RedisServer, count: usize) {
    let mut client = client(redis).await;
    for chunk in (0..count).collect::<Vec<_>>().chunks(1_000) {
        let mut pipe = redis::pipe();
        for n in chunk {
            pipe.cmd("SET").arg(format!("user:{n}")).arg("x").arg("PX").arg(100_000 + n * 10).ignore();
        }
        pipe.query_async::<()>(&mut client).await.unwrap();
    }
}

/// Has something done to the server when the first batch is recorded.
fn once(server: &RedisServer, commands: Vec<Vec<String>>) -> Option<Meanwhile> {
    let (server, commands) = (server.clone(), Arc::new(commands));
    Some(Box::new(move |count| {
        let (server, commands) = (server.clone(), commands.clone());
        Box::pin(async move {
            for command in commands.iter().filter(|_| count == 1) {
                let words: Vec<&str> = command.iter().map(String::as_str).collect();
                server.says(&words).await.unwrap();
            }
            Ok(())
        })
    }))
}

fn words(command: &str) -> Vec<String> {
    command.split(' ').map(str::to_owned).collect()
}

#[tokio::test]
async fn s14_living_keys_with_a_ttl_live_longer_and_nothing_else_is_touched() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 50).await;
    for key in ["user:ever", "page:1"] {
        redis.says(&["SET", key, "x"]).await.unwrap();
    }
    redis.says(&["EXPIRE", "page:1", "100"]).await.unwrap();
    let before = expiries(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let change = act.change(USERS).await;
    assert_eq!((change.level, change.parts.len()), (Level::Ask, 0));
    assert_eq!(change.summary, "have 50 keys of user:* live 15 min longer");
    noted(&change.forecast, "50 would expire within 15 min");
    noted(&change.forecast, "of the load of keys that are gone already");
    noted(&change.forecast, "expiry_lives_in");
    noted(&change.risk, "up to 18 min older");
    assert_eq!(expiries(&redis).await, before, "planning writes nothing");

    let applied = act.apply(USERS, &change).await.unwrap();
    assert!(applied.in_effect);
    noted(&applied.notes, "50 keys live longer, each was read back");
    noted(&applied.notes, "1 have no TTL, and were not touched");
    let after = expiries(&redis).await;
    let mut spread = Vec::new();
    for (key, old) in &before {
        let moved = after[key] - old;
        match key.starts_with(b"user:") && *old > 0 {
            true => assert!((BY..=BY + BY / 5).contains(&moved), "{moved}"),
            false => assert_eq!(moved, 0),
        }
        spread.push(moved);
    }
    spread.sort_unstable();
    spread.dedup();
    assert!(spread.len() > 25, "they would expire together: {spread:?}");
    for part in act.recorded.clone() {
        assert_eq!(act.standing(&part).await, Standing::After);
    }
    let said = act.undo_batches(&change).await;
    assert!(said.iter().all(|one| one.complete));
    assert_eq!(expiries(&redis).await, before);
    for part in act.recorded.clone() {
        assert_eq!(act.standing(&part).await, Standing::Before);
    }
}

#[tokio::test]
async fn s14_names_that_say_session_or_lock_are_left_alone_unless_the_pattern_spells_them() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for key in ["user:1", "user:session:2", "user:1:lock", "sess:3"] {
        redis.says(&["SET", key, "x", "EX", "100"]).await.unwrap();
    }
    let before = expiries(&redis).await;
    let moved = async |given: &[(&str, &str)]| {
        let mut act = Act::on(NAME, redis.port()).await;
        let (change, applied) = act.act(given).await;
        let now = expiries(&redis).await;
        let moved: Vec<String> = before
            .iter()
            .filter(|(key, time)| now[*key] != **time)
            .map(|(key, _)| String::from_utf8_lossy(key).into_owned())
            .collect();
        act.undo_batches(&change).await;
        (moved, change, applied)
    };
    let (all, change, applied) = moved(&[("by", "1m"), ("pattern", "*")]).await;
    assert_eq!(all, ["user:1"]);
    noted(&change.forecast, "3 left alone: a segment of their names");
    noted(&applied.notes, "3 left alone because of a segment");
    assert_eq!(moved(&[("by", "1m"), ("pattern", "user:session:*")]).await.0, ["user:session:2"]);
    assert_eq!(moved(&[("by", "1m"), ("pattern", "sess:3")]).await.0, ["sess:3"], "a name is spelled");
}

/// Between the record and the write one key expires, one is given a longer time, one a shorter one, and two have their
/// time taken away. The shorter one is what undo must never replace by the longer one of before.
#[tokio::test]
async fn s14_a_key_that_goes_or_is_made_anew_meanwhile_is_the_applications() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 10).await;
    let mut act = Act::on(NAME, redis.port()).await;
    act.meanwhile = once(
        &redis,
        vec![
            words("DEL user:0"),
            words("SET user:1 new EX 9000"),
            words("PERSIST user:2"),
            words("SET user:3 new"),
            words("SET user:5 new EX 60"),
        ],
    );
    let (change, applied) = act.act(USERS).await;
    noted(&applied.notes, "5 keys live longer");
    noted(&applied.notes, "1 had gone before");
    noted(&applied.notes, "4 were given another expiry");
    let now = expiries(&redis).await;
    let fresh = now[&b"user:5"[..]];
    assert!(fresh < now[&b"user:1"[..]] - 8_000_000, "its 60 s are the application's: {fresh}");
    assert!(!now.contains_key(&b"user:0"[..]));
    assert_eq!((now[&b"user:2"[..]], now[&b"user:3"[..]]), (-1, -1));
    let part = act.recorded[0].clone();
    assert!(matches!(act.standing(&part).await, Standing::Partly(words) if words.contains("5 of 10")));

    // After us the application writes one more; S27: that one is not put back either.
    redis.says(&["SET", "user:4", "newer", "EX", "5000"]).await.unwrap();
    let written = expiries(&redis).await[&b"user:4"[..]];
    let said = act.undo_batches(&change).await;
    assert!(said[0].complete);
    noted(&said[0].notes, "4 of 10 expiries put back");
    noted(&said[0].notes, "5 were given another expiry since, and left alone");
    let now = expiries(&redis).await;
    assert_eq!(now[&b"user:5"[..]], fresh);
    assert_eq!(now[&b"user:4"[..]], written);
    assert!(now[&b"user:1"[..]] - written > 3_000_000, "9000 s are longer than our 15 min");
    assert_eq!(act.standing(&part).await, Standing::Before, "nothing of ours is left");
}

/// S30: keys are bytes.
#[tokio::test]
async fn keys_of_any_bytes_are_recorded_and_put_back() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut client = client(&redis).await;
    for key in [&b"user:\xff\xfe"[..], b"user:\r\n\x1b[31m", b"user:", "user:größe".as_bytes(), b"user:\"\\"]
    {
        redis::cmd("SET").arg(key).arg(1).arg("EX").arg(100).query_async::<()>(&mut client).await.unwrap();
    }
    let before = expiries(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let (change, applied) = act.act(USERS).await;
    noted(&applied.notes, "5 keys live longer");
    let text = serde_json::to_string(&act.recorded).unwrap();
    assert!(text.contains(r#"{"hex":"757365723afffe"}"#), "{text}");
    // From the journal alone: it goes through text.
    act.recorded = serde_json::from_str(&text).unwrap();
    let by_hand = act.spec.action.undo_commands(&act.recorded[0]);
    assert!(by_hand.iter().all(|line| !line.chars().any(char::is_control)), "{by_hand:?}");
    act.undo_batches(&change).await;
    assert_eq!(expiries(&redis).await, before);
}

/// S14: putting back a time that is over would end the keys all at once: they keep ours.
#[tokio::test]
async fn s14_a_key_whose_old_time_is_over_keeps_ours() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "user:late", "x", "PX", "1500"]).await.unwrap();
    redis.says(&["SET", "user:early", "x", "PX", "900000"]).await.unwrap();
    let before = expiries(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let (change, _) = act.act(USERS).await;
    let ours = expiries(&redis).await;
    let part = act.recorded[0].clone();
    assert_eq!(act.standing(&part).await, Standing::After);
    let clock = async || {
        let mut client = client(&redis).await;
        let (seconds, micros): (i64, i64) = redis::cmd("TIME").query_async(&mut client).await.unwrap();
        seconds * 1_000 + micros / 1_000
    };
    until("the old time is over", clock, |now| *now > before[&b"user:late"[..]]).await;
    let said = act.undo_batches(&change).await;
    assert!(said[0].complete, "{said:?}");
    noted(&said[0].notes, "1 of 2 expiries put back");
    noted(&said[0].notes, "1 keep ours and end by themselves until");
    let now = expiries(&redis).await;
    assert_eq!(now[&b"user:late"[..]], ours[&b"user:late"[..]]);
    assert_eq!(now[&b"user:early"[..]], before[&b"user:early"[..]]);
    assert_eq!(act.standing(&part).await, Standing::Before, "nothing that could be put back");
}

#[tokio::test]
async fn s14_without_a_pattern_the_hottest_keys_that_were_measured() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 5).await;
    let mut act = Act::on(NAME, redis.port()).await;
    act.hot.basis = "maxmemory-policy is noeviction, not LFU".into();
    let refusal = act.blocked(&[("by", "15m")]).await;
    assert!(refusal.why.contains("not LFU") && refusal.unblock.contains("--pattern"), "{refusal:?}");

    let hot = |key: &str, share, missing| HotKey { key: key.into(), share, missing };
    act.hot = HotKeys {
        keys: vec![
            hot("user:gone", 0.5, true),
            hot("user:3", 0.25, false),
            hot("user:session:1", 0.1, false),
            hot("user:1", 0.05, false),
            hot("user:2", 0.01, false),
        ],
        basis: "LFU counters of all 5 keys".into(),
    };
    redis.says(&["SET", "user:session:1", "x", "EX", "100"]).await.unwrap();
    let before = expiries(&redis).await;
    let given = [("by", "15m"), ("top", "3")];
    let (change, _) = act.act(&given).await;
    assert_eq!(change.summary, "have the 2 hottest keys live 15 min longer");
    assert!(change.commands[0].starts_with("PEXPIREAT user:3 <its expiry + 900000..1080000 ms> GT"));
    assert!(
        change.commands.last().unwrap().contains("EVAL"),
        "it is sent as a script: {:?}",
        change.commands
    );
    noted(&change.forecast, "take 40.0 % of the accesses: LFU counters");
    let now = expiries(&redis).await;
    let moved: Vec<&[u8]> =
        now.iter().filter(|(key, time)| before[*key] != **time).map(|(key, _)| key.as_slice()).collect();
    assert_eq!(moved, [&b"user:1"[..], b"user:3"], "the gone, the protected and the fourth are not touched");
}

#[tokio::test]
async fn a_replica_is_never_written_to() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&[]).await.unwrap();
    users(&primary, 3).await;
    let replica = lab.redis_replica_of(&primary, &[]).await.unwrap();
    let mut act = Act::on(NAME, replica.port()).await;
    let refusal = act.blocked(USERS).await;
    assert!(refusal.why.contains(&format!("is a replica of 127.0.0.1:{}", primary.port())), "{refusal:?}");
    // The replica follows what its primary is told.
    let before = expiries(&replica).await;
    let mut act = Act::on(NAME, primary.port()).await;
    act.act(USERS).await;
    let moved = |times: &Times| times.iter().all(|(key, time)| *time > before[key]);
    until("the replica has it too", async || expiries(&replica).await, moved).await;
}

#[tokio::test]
async fn s14_a_server_that_evicts_or_is_nearly_full_keeps_nothing_longer() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 2_000).await;
    let memory = redis.says(&["INFO", "memory"]).await.unwrap();
    let used: u64 =
        memory.lines().find_map(|line| line.strip_prefix("used_memory:")?.trim().parse().ok()).unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    redis.says(&["CONFIG", "SET", "maxmemory", &(used * 100 / 95).to_string()]).await.unwrap();
    let refusal = act.blocked(USERS).await;
    assert!(refusal.rule == Some("S14") && refusal.why.contains("of maxmemory is in use"), "{refusal:?}");

    // Plenty is free, and yet the server evicts while we look.
    redis.says(&["CONFIG", "SET", "maxmemory", &(used * 3).to_string()]).await.unwrap();
    redis.says(&["CONFIG", "SET", "maxmemory-policy", "allkeys-random"]).await.unwrap();
    act.change(USERS).await;
    let writer = redis.clone();
    let evicts = tokio::spawn(async move {
        let mut client = client(&writer).await;
        for n in 0.. {
            let big = "x".repeat(20_000);
            _ = redis::cmd("SET").arg(n).arg(big).query_async::<()>(&mut client).await;
        }
    });
    let evicted = async || redis.says(&["INFO", "stats"]).await.unwrap();
    until("it evicts", evicted, |stats| !stats.contains("evicted_keys:0\r")).await;
    let refusal = act.blocked(USERS).await;
    assert_eq!(refusal.rule, Some("S14"), "{refusal:?}");
    evicts.abort();
}

/// The server comes under pressure while we work: that ends it with an error, and what was done can be put back.
#[tokio::test]
async fn s14_a_server_that_gets_full_meanwhile_stops_it() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 3_000).await;
    let before = expiries(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    act.meanwhile = once(&redis, vec![words("CONFIG SET maxmemory 1mb")]);
    let given = [("by", "15m"), ("pattern", "user:*"), ("rate", "500")];
    let change = act.change(&given).await;
    let error = act.apply(&given, &change).await.unwrap_err();
    assert!(error.kind == TargetErrorKind::Busy && error.message.contains("of maxmemory"), "{error:?}");
    assert!(!act.recorded.is_empty() && expiries(&redis).await != before);
    act.undo_batches(&change).await;
    assert_eq!(expiries(&redis).await, before);
}

#[tokio::test]
async fn a_replica_that_loses_its_link_meanwhile_stops_it() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let replica = lab.redis_replica_of(&redis, &[]).await.unwrap();
    users(&redis, 3_000).await;
    let mut act = Act::on(NAME, redis.port()).await;
    act.meanwhile = Some(Box::new(move |count| {
        let replica = replica.clone();
        Box::pin(async move {
            if count == 1 {
                replica.kill().await;
            }
            Ok(())
        })
    }));
    let given = [("by", "15m"), ("pattern", "user:*"), ("rate", "500")];
    let change = act.change(&given).await;
    let error = act.apply(&given, &change).await.unwrap_err();
    assert!(error.message.contains("a replica has lost its link (0 of 1 left)"), "{error:?}");
}

#[tokio::test]
async fn what_the_application_ignores_and_what_we_may_not_is_blocked() {
    let lab = Lab::new().unwrap();
    let rules = ["ops on >pw ~* &* +@all -eval", "default on nopass ~* &* +@all"];
    let redis = lab.redis_with_acl(&rules, &[]).await.unwrap();
    users(&redis, 3).await;
    let mut act = Act::by(NAME, redis.port(), "ops", "pw").await;
    let refusal = act.blocked(USERS).await;
    assert!(
        refusal.why.contains("eval") && refusal.unblock == "ACL SETUSER ops +eval",
        "without it nothing could be put back: {refusal:?}"
    );
    let mut act = Act::on(NAME, redis.port()).await;
    act.facts.expiry_lives_in = Some(ExpiryLivesIn::Value);
    assert_eq!(act.blocked(USERS).await.rule, Some("S14"));
    act.facts.expiry_lives_in = Some(ExpiryLivesIn::Cache);
    let change = act.change(USERS).await;
    assert!(!change.forecast.iter().any(|line| line.contains("expiry_lives_in")), "{:?}", change.forecast);
    let none = act.plan(&[("by", "1m"), ("pattern", "nobody:*")]).await;
    assert_eq!(super::harness::said(&none), "not applicable: no key matches nobody:* (all 3 keys looked at)");
}

/// The connection is cut in the middle of a batch, before and after the server has done it.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_in_the_middle_costs_nothing() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for what in [What::CutBefore, What::CutAfter] {
        users(&redis, 200).await;
        let before = expiries(&redis).await;
        let proxy = Proxy::start(redis.port());
        let mut act = Act::on(NAME, proxy.port()).await;
        let change = act.change(USERS).await;
        proxy.arm(Fault::at(100, what));
        let applied = act.apply(USERS, &change).await.unwrap();
        noted(&applied.notes, "200 keys live longer");
        let after = expiries(&redis).await;
        assert!(after.iter().all(|(key, time)| *time >= before[key] + BY), "{what:?}");
        proxy.arm(Fault::at(100, what));
        let said = act.undo_batches(&change).await;
        assert!(said.iter().all(|one| one.complete), "{said:?}");
        noted(&said[0].notes, "200 of 200 expiries put back");
        assert_eq!(expiries(&redis).await, before, "{what:?}");
    }
}

/// S26: when a batch cannot be recorded it is not written; those before it are put back.
#[tokio::test]
async fn s26_what_cannot_be_recorded_is_not_written() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 25_000).await;
    let before = expiries(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    act.meanwhile = Some(Box::new(|count| {
        Box::pin(async move {
            match count {
                1 => Ok(()),
                _ => Err(TargetError::new(TargetErrorKind::Input, "the disk is full")),
            }
        })
    }));
    let given = [("by", "15m"), ("pattern", "user:*"), ("no_throttle", "true")];
    let change = act.change(&given).await;
    let error = act.apply(&given, &change).await.unwrap_err();
    assert_eq!(error.message, "the disk is full");
    let sizes: Vec<usize> =
        act.recorded.iter().map(|part| part.image["keys"].as_array().unwrap().len()).collect();
    assert!(sizes.len() == 2 && sizes.iter().all(|size| (8_000..=10_000).contains(size)), "{sizes:?}");
    let moved = |now: &Times| now.iter().filter(|(key, time)| before[*key] != **time).count();
    assert_eq!(moved(&expiries(&redis).await), sizes[0]);
    assert_eq!(act.standing(&act.recorded[1].clone()).await, Standing::Before);
    act.undo_batches(&change).await;
    assert_eq!(expiries(&redis).await, before);
}

#[tokio::test]
async fn it_stops_when_the_operator_wants_to() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 2_000).await;
    let before = expiries(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    act.stop_at = 1;
    let (change, applied) = act.act(USERS).await;
    assert!(applied.stopped, "{applied:?}");
    let moved = expiries(&redis).await.iter().filter(|(key, time)| before[*key] != **time).count();
    assert!((1..2_000).contains(&moved), "{moved}");
    act.undo_batches(&change).await;
    assert_eq!(expiries(&redis).await, before);
}

/// SYSTEMS: at the usual pace our commands take a tenth of the server's time at most.
#[tokio::test]
async fn the_usual_pace_leaves_the_server_nine_tenths_of_its_time() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 6_000).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let change = act.change(USERS).await;
    redis.says(&["CONFIG", "RESETSTAT"]).await.unwrap();
    let started = stampede::clock::instant();
    act.apply(USERS, &change).await.unwrap();
    let took = started.elapsed();
    let stats = redis.says(&["INFO", "commandstats"]).await.unwrap();
    let spent = |line: &str| line.split("usec=").nth(1)?.split(',').next()?.parse::<f64>().ok();
    let spent: f64 = stats.lines().filter_map(spent).sum();
    assert!(spent > 0.0 && spent / 1e6 < took.as_secs_f64() / 10.0, "{spent} µs of {took:?}\n{stats}");
}

/// Each node of a cluster has its own keys, and they go on having them after a slot has moved.
#[tokio::test]
async fn on_a_cluster_each_key_is_extended_and_put_back_where_it_lives() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 1, &[]).await.unwrap();
    let tags = ["{b}", "{c}", "{a}"]; // slots 3300, 7365, 15495: one on each primary
    for (node, tag) in cluster.primaries.iter().zip(tags) {
        for n in 0..20 {
            node.says(&["SET", &format!("user:{n}{tag}"), "x", "EX", "100"]).await.unwrap();
        }
    }
    let times = async || {
        let mut all = BTreeMap::new();
        for node in &cluster.primaries {
            all.extend(expiries(node).await);
        }
        all
    };
    let before = times().await;
    assert_eq!(before.len(), 60);
    let mut act = Act::over(NAME, target(&[cluster.replicas[0].port()], None)).await;
    let (change, applied) = act.act(USERS).await;
    noted(&applied.notes, "60 keys live longer");
    assert_eq!(act.recorded.len(), 3, "a record for each node");
    assert!(times().await.iter().all(|(key, time)| *time >= before[key] + BY));

    // The hot keys of all nodes, by their names.
    let key = |tag: &str| HotKey { key: format!("user:1{tag}").into_bytes(), share: 0.1, missing: false };
    let mut hot = Act::over(NAME, target(&[cluster.primaries[1].port()], None)).await;
    hot.hot = HotKeys { keys: tags.map(key).to_vec(), basis: "told".into() };
    let (again, applied) = hot.act(&[("by", "1m")]).await;
    noted(&applied.notes, "3 keys live longer");
    assert!(hot.undo_batches(&again).await.iter().all(|one| one.complete));

    // One slot moves to another node before the undo.
    let [from, to, _] = &cluster.primaries[..] else { panic!("three primaries") };
    let (from_id, to_id) =
        (from.says(&["CLUSTER", "MYID"]).await.unwrap(), to.says(&["CLUSTER", "MYID"]).await.unwrap());
    to.says(&["CLUSTER", "SETSLOT", "3300", "IMPORTING", &from_id]).await.unwrap();
    from.says(&["CLUSTER", "SETSLOT", "3300", "MIGRATING", &to_id]).await.unwrap();
    let port = to.port().to_string();
    for n in 0..20 {
        let key = format!("user:{n}{{b}}");
        from.says(&["MIGRATE", "127.0.0.1", &port, &key, "0", "5000"]).await.unwrap();
    }
    for node in [to, from, &cluster.primaries[2]] {
        node.says(&["CLUSTER", "SETSLOT", "3300", "NODE", &to_id]).await.unwrap();
    }
    // MIGRATE counts a TTL from its arrival: a key that came a millisecond later is not as we left it (S27).
    let arrived = times().await;
    let ours: Times = act
        .recorded
        .iter()
        .flat_map(|part| {
            let list = |name: &str| part.image[name].as_array().unwrap().clone();
            list("keys").into_iter().zip(list("new"))
        })
        .map(|(key, time)| (key.as_str().unwrap().as_bytes().to_vec(), time.as_i64().unwrap()))
        .collect();
    let said = act.undo_batches(&change).await;
    assert!(said.iter().all(|one| one.complete), "{said:?}");
    let expected: Times = arrived
        .iter()
        .map(|(key, time)| (key.clone(), if *time == ours[key] { before[key] } else { *time }))
        .collect();
    let back = expected.iter().filter(|(key, time)| before[*key] == **time).count();
    assert!(back > 45, "hardly any was put back: {back}");
    assert_eq!(times().await, expected);
    // No replica was asked to write.
    for replica in &cluster.replicas {
        let stats = replica.says(&["INFO", "errorstats"]).await.unwrap();
        assert!(!stats.contains("errorstat_READONLY"), "{stats}");
    }
}

/// Batches of a hundred.
const SLOWLY: &[(&str, &str)] = &[("by", "15m"), ("pattern", "user:*"), ("rate", "500")];

/// What a colleague does while a batch is about to be moved.
struct Beside<T> {
    colleague: Arc<Mutex<Act>>,
    outcome: Arc<Mutex<Option<T>>>,
}

impl<T: Send + 'static> Beside<T> {
    /// `does` is done once, when `alice` has recorded the batch `at`.
    fn of(
        alice: &mut Act,
        at: usize,
        colleague: Act,
        does: impl Fn(Arc<Mutex<Act>>) -> BoxFuture<'static, T> + Send + Sync + 'static,
    ) -> Self {
        let (colleague, outcome) = (Arc::new(Mutex::new(colleague)), Arc::new(Mutex::new(None)));
        let (theirs, kept, does) = (colleague.clone(), outcome.clone(), Arc::new(does));
        alice.meanwhile = Some(Box::new(move |count| {
            let (theirs, kept, does) = (theirs.clone(), kept.clone(), does.clone());
            Box::pin(async move {
                if count == at {
                    *kept.lock().await = Some(does(theirs).await);
                }
                Ok(())
            })
        }));
        Self { colleague, outcome }
    }
}

#[tokio::test]
async fn s28_two_do_not_move_the_same_expiries_at_once() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 150).await;
    let before = expiries(&redis).await;
    let mut alice = Act::on(NAME, redis.port()).await;
    let change = alice.change(SLOWLY).await;
    let bob = Act::on(NAME, redis.port()).await;
    let beside = Beside::of(&mut alice, 1, bob, |bob| {
        Box::pin(async move {
            let mut bob = bob.lock().await;
            let change = bob.change(SLOWLY).await;
            bob.apply(SLOWLY, &change).await
        })
    });
    alice.apply(SLOWLY, &change).await.unwrap();
    let refused = beside.outcome.lock().await.take().unwrap().unwrap_err();
    assert!(refused.message.contains("S28 stampede"), "{refused}");
    assert!(refused.message.contains("moves expiries of"), "{refused}");
    let mut bob = beside.colleague.lock().await;
    assert!(bob.recorded.is_empty());
    alice.undo_batches(&change).await;
    assert_eq!(expiries(&redis).await, before);

    // The turn is given back.
    let (change, _) = bob.act(SLOWLY).await;
    bob.undo_batches(&change).await;
    assert_eq!(expiries(&redis).await, before);
}

#[tokio::test]
async fn s28_what_is_put_back_while_another_moves_it_is_not_all_back() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 150).await;
    let before = expiries(&redis).await;
    let mut bob = Act::on(NAME, redis.port()).await;
    let (bobs, _) = bob.act(SLOWLY).await;
    let mut alice = Act::on(NAME, redis.port()).await;
    let change = alice.change(SLOWLY).await;
    let undone = bobs.clone();
    let beside = Beside::of(&mut alice, 2, bob, move |bob| {
        let undone = undone.clone();
        Box::pin(async move { bob.lock().await.undo_batches(&undone).await })
    });
    alice.apply(SLOWLY, &change).await.unwrap();
    let said = beside.outcome.lock().await.take().unwrap();
    assert!(said.iter().any(|one| !one.complete), "{said:?}");
    let notes: Vec<String> = said.into_iter().flat_map(|one| one.notes).collect();
    noted(&notes, "moves expiries there now: undo once more when that is done or undone");
    alice.undo_batches(&change).await;
    let said = beside.colleague.lock().await.undo_batches(&bobs).await;
    assert!(said.iter().all(|one| one.complete), "{said:?}");
    assert_eq!(expiries(&redis).await, before);
}

#[tokio::test]
async fn s28_where_the_clients_are_hidden_an_undo_does_not_say_that_nobody_else_moves_them() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 10).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let (change, _) = act.act(USERS).await;
    redis.says(&["PEXPIRE", "user:3", "500000"]).await.unwrap();
    redis.says(&["ACL", "SETUSER", "default", "-client|list"]).await.unwrap();
    let said = act.undo_batches(&change).await;
    assert!(said.iter().all(|one| one.complete), "{said:?}");
    let notes: Vec<String> = said.into_iter().flat_map(|one| one.notes).collect();
    noted(&notes, "whether others move expiries there now is not known");
    noted(&notes, "client|list");
}

#[tokio::test]
async fn s28_a_freeze_under_a_colleague_s_is_not_called_undone() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    users(&redis, 150).await;
    let before = expiries(&redis).await;
    let mut alice = Act::on(NAME, redis.port()).await;
    let (alices, _) = alice.act(USERS).await;
    let mut bob = Act::on(NAME, redis.port()).await;
    let change = bob.change(USERS).await;
    noted(&change.risk, "S28 100.0 % of the keys looked at expire on a whole second");
    bob.apply(USERS, &change).await.unwrap();
    // What the application writes meanwhile is its own, and tells nothing.
    redis.says(&["PEXPIREAT", "user:7", "4000000000123"]).await.unwrap();
    let both = expiries(&redis).await;

    for part in alice.recorded.clone() {
        let standing = alice.standing(&part).await;
        assert!(
            matches!(&standing, Standing::Partly(words) if words.contains("149 of our keys")),
            "{standing:?}"
        );
    }
    let said = alice.undo_batches(&alices).await;
    assert!(said.iter().any(|one| !one.complete), "{said:?}");
    let notes: Vec<String> = said.into_iter().flat_map(|one| one.notes).collect();
    noted(&notes, "S28 149 of our keys expire later, on a whole second, as another one's freeze leaves them");
    assert_eq!(expiries(&redis).await, both, "nothing is moved beneath it");

    let said = bob.undo_batches(&change).await;
    assert!(said.iter().all(|one| one.complete), "{said:?}");
    let said = alice.undo_batches(&alices).await;
    assert!(said.iter().all(|one| one.complete), "{said:?}");
    let mut after = expiries(&redis).await;
    after.insert(b"user:7".to_vec(), before[b"user:7".as_slice()]);
    assert_eq!(after, before);
}
