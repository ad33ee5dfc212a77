//! What a Redis is used for, where it is no cache of values: queues, counters, hashes, or nothing at all.

use stampede::lab::{Lab, RedisServer};

use super::{Load, Saw, until};
use crate::support::binary::Home;

async fn saw(redis: &RedisServer) -> Saw {
    Saw::with(&Home::new(), &[("REDIS_URL", &redis.url())], &["-v"]).await
}

/// Sets keys that expire together, in so many seconds.
async fn expire_together(redis: &RedisServer, set: &[&str], seconds: u64) {
    for n in 0..200 {
        let key = format!("rate:{n}");
        let set: Vec<&str> = set.iter().map(|word| if *word == "{key}" { &key } else { *word }).collect();
        redis.says(&set).await.unwrap();
        redis.says(&["EXPIRE", &key, &seconds.to_string()]).await.unwrap();
    }
}

/// The counters of this minute, which all end with it: they are counted anew, and nobody asks a database for them.
#[tokio::test]
async fn fine_counters_end_together() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    expire_together(&redis, &["INCR", "{key}"], 50).await;
    let _counts = Load::of(&redis.url(), 1, &["INCR", "rate:1"]);
    let saw = saw(&redis).await;
    saw.is_healthy();
    let stdout = saw.0.stdout.replace("\n   ", "");
    assert!(stdout.contains("of rate:* expires together") && stdout.contains("counters"), "{}", saw.0);
}

/// Behind counters that end sooner there may be a cliff.
#[tokio::test]
async fn bad_a_cliff_comes_after_the_counters() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    expire_together(&redis, &["INCR", "{key}"], 50).await;
    let _counts = Load::of(&redis.url(), 1, &["INCR", "rate:1"]);
    for n in 0..300 {
        redis.says(&["EXPIRE", &format!("user:{n}"), "300"]).await.unwrap();
    }
    saw(&redis).await.tells(&["expiry cliff ahead", "of user:* expires together in 4 min"]);
}

/// Numbers that nobody counts up are values like others.
#[tokio::test]
async fn bad_a_cliff_of_numbers_comes() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    expire_together(&redis, &["SET", "{key}", "42"], 300).await;
    saw(&redis).await.tells(&["expiry cliff ahead", "of rate:* expires together in 4 min"]);
}

#[tokio::test]
async fn fine_a_queue_that_is_often_empty() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _jobs = Load::of(&redis.url(), 1, &["LPUSH", "jobs", "x"]);
    let _workers = Load::of(&redis.url(), 4, &["BRPOP", "jobs", "1"]);
    let _looks = Load::of(&redis.url(), 2, &["LLEN", "jobs:late"]);
    let streams = Load::of(&redis.url(), 2, &["XREAD", "COUNT", "1", "STREAMS", "events", "0"]);
    let _locks = Load::of(&redis.url(), 1, &["GET", "pause"]);
    streams.runs().await;
    let saw = saw(&redis).await;
    saw.is_healthy();
    assert!(saw.0.stdout.contains("a queue's"), "{}", saw.0);
}

/// A queue beside it makes no cache of lists.
#[tokio::test]
async fn bad_a_cold_cache_that_is_a_queue_as_well() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _jobs = Load::of(&redis.url(), 1, &["LPUSH", "jobs", "x"]);
    let _workers = Load::of(&redis.url(), 1, &["BRPOP", "jobs", "1"]);
    let _looks = Load::of(&redis.url(), 1, &["LLEN", "jobs:late"]);
    let misses = Load::of(&redis.url(), 4, &["GET", "user:{n}"]);
    misses.runs().await;
    saw(&redis).await.tells(&["critical", "hit ratio"]);
}

/// One MGET is many lookups: they are no queue's.
#[tokio::test]
async fn bad_a_cold_cache_that_is_asked_for_many_keys_at_once() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _looks = Load::of(&redis.url(), 2, &["LLEN", "jobs:late"]);
    let misses = Load::of(&redis.url(), 1, &["MGET", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
    misses.runs().await;
    saw(&redis).await.tells(&["critical", "hit ratio"]);
}

/// The server counts the hash, not the field: a hit.
#[tokio::test]
async fn fine_fields_of_hashes_and_a_word_about_them() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["HSET", "users", "1", "x"]).await.unwrap();
    let misses = Load::of(&redis.url(), 4, &["HGET", "users", "{n}"]);
    misses.runs().await;
    until(&redis, "keyspace_misses:0").await;
    let saw = saw(&redis).await;
    saw.is_healthy();
    let stdout = saw.0.stdout.replace("\n    ", " ");
    assert!(stdout.contains("fields of hashes"), "{}", saw.0);
}

/// A second one that nobody uses: what is said is said of the first, and that is told.
#[tokio::test]
async fn fine_one_that_nobody_uses_beside_one_that_is() {
    let lab = Lab::new().unwrap();
    let (used, idle) = (lab.redis(&[]).await.unwrap(), lab.redis(&[]).await.unwrap());
    let _reads = Load::reads(&used).await;
    let targets =
        format!("targets: {{ used: {{ redis: '{}' }}, idle: {{ redis: '{}' }} }}\n", used.url(), idle.url());
    let saw = Saw::configured(&Home::new(), "minimum_lookups: 20", &targets, &[], &["-v"]).await;
    saw.is_healthy();
    assert!(saw.0.stdout.contains("idle: its hit ratio is not judged: "), "{}", saw.0);
}
