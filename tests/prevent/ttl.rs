//! `stampede prevent ttl` on a real Redis.

use serde_json::Value;
use stampede::lab::{Lab, RedisServer};

use crate::support::binary::{End, Ended, Home};
use crate::support::keys::client;

/// Writes keys that have these milliseconds left.
async fn write(redis: &RedisServer, prefix: &str, lefts: impl IntoIterator<Item = u64>) {
    let mut pipe = redis::pipe();
    for (n, left) in lefts.into_iter().enumerate() {
        pipe.cmd("SET").arg(format!("{prefix}:{n}")).arg("v").arg("PX").arg(left).ignore();
    }
    pipe.query_async::<()>(&mut client(redis).await).await.unwrap();
}

async fn seen(redis: &RedisServer, args: &[&str]) -> Ended {
    let all = ["prevent", "ttl"].iter().chain(args);
    Home::new().stampede(all).env("REDIS_URL", redis.url()).spawn().wait().await
}

fn document(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"))
}

fn group<'a>(document: &'a Value, keys: &str) -> &'a Value {
    let found = document["groups"].as_array().unwrap().iter().find(|group| group["keys"] == keys);
    found.unwrap_or_else(|| panic!("{keys} is not in {document:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jitter_is_seen_by_prefix_and_so_is_its_absence() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    // An hour for all, written evenly; and an hour less up to a fifth, as much of it as is left.
    write(&redis, "plain", (1..=1_200).map(|n| n * 3_000)).await;
    let mut random = fastrand::Rng::with_seed(7);
    let lives =
        std::iter::repeat_with(|| (3_600_000.0 * (1.0 - 0.2 * random.f64()), 3_600_000.0 * random.f64()));
    let lefts = lives.filter(|(lives, age)| age < lives).map(|(lives, age)| (lives - age) as u64 + 1);
    write(&redis, "spread", lefts.take(1_200)).await;
    write(&redis, "together", (0..600).map(|n| 1_800_500 + n % 400)).await;
    for n in 0..5 {
        redis.says(&["SET", &format!("few:{n}"), "v"]).await.unwrap();
    }

    let ended = seen(&redis, &["-o", "json"]).await;
    assert_eq!(ended.end, End::Code(1), "{ended}");
    let all = document(&ended);
    assert_eq!(group(&all, "plain:*")["spread"], "none", "{all:#}");
    assert_eq!(group(&all, "together:*")["spread"], "together", "{all:#}");
    assert_eq!(group(&all, "few:*")["spread"], "unknown", "{all:#}");
    let jitter = group(&all, "spread:*")["jitter"].as_f64().unwrap();
    assert!((jitter - 0.2).abs() < 0.08, "{all:#}");
    assert_eq!(all["worst"]["group"], "together:*", "{all:#}");
    assert_eq!(all["worst"]["stands_out"], true, "{all:#}");
    assert!(all["worst"]["keys"].as_f64().unwrap() >= 300.0, "{all:#}");
    assert!(all["worst"]["work_s"].is_null(), "what a refill costs was not said: {all:#}");

    let words = seen(&redis, &["--rebuild", "200ms"]).await;
    assert!(words.stdout.contains("together:*: 100.0 % of its keys expire within"), "{words}");
    assert!(words.stdout.contains("worst second of the next day: in 30 min"), "{words}");
    assert!(words.stdout.lines().all(|line| line.chars().count() <= 80), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn spread_keys_are_fine_and_what_cannot_be_told_is_unknown() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let empty = seen(&redis, &[]).await;
    assert_eq!(empty.end, End::Code(0), "{empty}");
    assert!(empty.stdout.contains("no key expires in the next day"), "{empty}");
    write(&redis, "few", [3_600_000; 5]).await;
    let few = seen(&redis, &[]).await;
    assert_eq!(few.end, End::Code(3), "{few}");
    assert!(few.stdout.contains("few:*: too few keys in the sample"), "{few}");
    let gone = Home::new().stampede(["prevent", "ttl"]).env("REDIS_URL", "redis://127.0.0.1:1").spawn();
    let gone = gone.wait().await;
    assert_eq!(gone.end, End::Code(3), "{gone}");
}
