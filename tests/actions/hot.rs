//! The hottest keys that actions are given: whole names, and how they are known.

use std::time::Duration;

use stampede::config::{Target, TargetSpec};
use stampede::lab::{Lab, RedisServer};
use stampede::probe::hotkeys::{Hot, hot};
use stampede::system::Session;

use super::harness::{dialling, target};
use crate::support::PATIENCE;
use crate::support::keys::client;

async fn look(redis: &RedisServer, missing: bool) -> (Vec<Hot>, String) {
    let spec = TargetSpec::Redis(target(&[redis.port()], None));
    let mut session =
        Session::new(&Target { name: "redis".into(), spec }, "stampede:night:ops@test", None).unwrap();
    session.ready(&dialling(), &mut Vec::new()).await.unwrap();
    let Session::Redis(reader) = &mut session else { panic!("it is a Redis") };
    hot(reader, &dialling(), missing, Duration::from_secs(1)).await.unwrap()
}

#[tokio::test]
async fn living_keys_come_with_their_whole_names_from_lfu_counters() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory-policy", "allkeys-lfu"]).await.unwrap();
    let mut load = client(&redis).await;
    let long = [b"long:\xff:".as_slice(), &[b'x'; 300]].concat();
    // Not 1: small numbers are one shared object in Redis, and so is its counter.
    for n in 0..100 {
        redis::cmd("SET").arg(format!("cold:{n}")).arg("x").query_async::<()>(&mut load).await.unwrap();
    }
    redis::cmd("SET").arg(&long).arg("x").query_async::<()>(&mut load).await.unwrap();
    let mut pipe = redis::pipe();
    (0..3_000).for_each(|_| _ = pipe.cmd("GET").arg(&long));
    pipe.query_async::<Vec<Vec<u8>>>(&mut load).await.unwrap();
    let (keys, basis) = look(&redis, false).await;
    assert_eq!(basis, "LFU counters of all 101 keys");
    assert!(keys[0].key == long && !keys[0].missing, "{:?}", &keys[..keys.len().min(3)]);
    assert!(keys[0].share > 0.5, "{}", keys[0].share);
}

#[tokio::test]
async fn without_counters_and_events_it_says_why() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let (keys, basis) = look(&redis, false).await;
    assert_eq!(keys, []);
    assert_eq!(basis, "maxmemory-policy is noeviction, not LFU: living keys are not counted");
    let (keys, basis) = look(&redis, true).await;
    assert_eq!(keys, []);
    assert!(
        basis.starts_with("key-miss events are not switched on (`stampede break keymiss-events`); "),
        "{basis}"
    );
    let flags = redis.says(&["CONFIG", "GET", "notify-keyspace-events"]).await.unwrap();
    assert!(!flags.contains('m'), "nothing is switched on for it: {flags}");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_keys_come_first_where_their_misses_are_published() {
    let lab = Lab::new().unwrap();
    let redis =
        lab.redis(&["--maxmemory-policy", "allkeys-lfu", "--notify-keyspace-events", "Em"]).await.unwrap();
    redis.says(&["SET", "living", "x"]).await.unwrap();
    let misses = redis.clone();
    let load = tokio::spawn(async move {
        let mut load = client(&misses).await;
        loop {
            let mut pipe = redis::pipe();
            (0..3).for_each(|_| _ = pipe.cmd("GET").arg("gone:1"));
            pipe.cmd("GET").arg("gone:2").cmd("GET").arg("living").cmd("GET").arg([b'l'; 600].as_slice());
            // A server that has gone answers at once, and a task that never waits cannot be ended.
            if pipe.query_async::<redis::Value>(&mut load).await.is_err() {
                return;
            }
        }
    });
    // A counter of uses begins at 5, and grows more slowly the larger it is.
    let patience = stampede::clock::instant() + PATIENCE;
    while redis.says(&["OBJECT", "FREQ", "living"]).await.unwrap().parse::<u8>().unwrap() < 20 {
        assert!(stampede::clock::instant() < patience, "nobody uses it");
        stampede::clock::sleep(Duration::from_millis(20)).await;
    }
    let (keys, basis) = look(&redis, true).await;
    load.abort();
    assert!(basis.contains("key-miss events in "), "{basis}");
    let names: Vec<&[u8]> = keys.iter().map(|hot| hot.key.as_slice()).collect();
    assert_eq!(names[..2], [b"gone:1", b"gone:2"], "a name that was cut short is none");
    assert!((keys[0].share - 0.6).abs() < 0.05, "{keys:?}");
    assert!(keys.iter().any(|hot| hot.key == b"living" && !hot.missing), "{keys:?}");
}
