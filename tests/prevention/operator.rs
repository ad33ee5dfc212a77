//! The loop from the operator to the application: what `break lock` and `break flag` write is what the forms obey.

use stampede::lab::{Lab, RedisServer};

use crate::actions::harness::until;
use crate::prevention::{CROWD, Right, asked_once, driver, rebuilds, seen, with};
use crate::support::binary::{End, Home, flat};

const KEY: &str = "user:profile:7";
const LOCK: [&str; 2] = ["--dialect", "lock:{key}"];

/// Runs `stampede` on this Redis. Returns what it has said.
async fn stampede(home: &Home, redis: &RedisServer, args: &[&str]) -> String {
    let ended = home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(ended.end, End::Code(0), "{args:?}: {ended}");
    ended.stdout + &ended.stderr
}

async fn count(redis: &RedisServer, key: &str) -> u64 {
    redis.says(&["GET", key]).await.unwrap().parse().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_waits_for_the_lock_that_break_lock_holds() {
    let (lab, home) = (Lab::new().unwrap(), Home::new());
    let redis = lab.redis(&[]).await.unwrap();
    for (form, while_held) in [("right", 0), ("naive", CROWD)] {
        let hold = ["break", "lock", KEY, "--hold", "--ttl", "60s", "--confirm", "redis", "--no-watch"];
        stampede(&home, &redis, &[&hold[..], &LOCK].concat()).await;
        let crowd = driver(&redis, form, &["lock-waiters"]).spawn().unwrap();
        until("the crowd is there", || count(&redis, "test:arrived"), |n| *n == CROWD).await;
        // The naive form waits for a tenth of a second, and asks then; the right one asks for the lock again and again.
        let tries = lock_tries(&redis).await;
        let progress = || async { (count(&redis, "test:asked").await, lock_tries(&redis).await) };
        let far = |(asked, now): &(u64, u64)| *asked >= CROWD || *now > tries + 2 * CROWD;
        until("they have asked, or tried again twice", progress, far).await;
        assert_eq!(
            count(&redis, "test:asked").await,
            while_held,
            "{form}: rebuilds while the operator holds the lock"
        );
        let unlock = ["break", "unlock", KEY, "--yes", "--no-watch"];
        stampede(&home, &redis, &[&unlock[..], &LOCK].concat()).await;
        let output = crowd.wait_with_output().await.unwrap();
        let after: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((rebuilds(&after), with(&after, "value")), (while_held.max(1), CROWD), "{form}: {after}");
        redis.says(&["FLUSHALL"]).await.unwrap();
    }
    lab.stop().await;
}

/// `SET` commands that the server has had.
async fn lock_tries(redis: &RedisServer) -> u64 {
    let stats = redis.says(&["INFO", "commandstats"]).await.unwrap();
    let calls = stats.lines().find_map(|line| line.strip_prefix("cmdstat_set:calls="));
    calls.and_then(|rest| rest.split(',').next()?.parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn break_lock_sees_the_application_s_lock_and_leaves_it_alone() {
    let (lab, home) = (Lab::new().unwrap(), Home::new());
    let redis = lab.redis(&[]).await.unwrap();
    let holder = driver(&redis, "right", &["lock-holds"]).spawn().unwrap();
    until("it rebuilds", || count(&redis, "test:asked"), |n| *n == 1).await;
    let lock = format!("lock:{KEY}");
    let token = redis.says(&["GET", &lock]).await.unwrap();
    let said = stampede(&home, &redis, &[&["break", "lock", KEY, "--inspect"][..], &LOCK].concat()).await;
    assert!(said.contains("is held by the application"), "{said}");
    let hold = ["break", "lock", KEY, "--hold", "--confirm", "redis", "--no-watch"];
    let ran = home.stampede([&hold[..], &LOCK].concat()).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(redis.says(&["GET", &lock]).await.unwrap(), token, "{ran}");
    assert!(flat(&ran.stdout).contains("is held by the application"), "{ran}");
    redis.says(&["SET", "test:go:holder", "1"]).await.unwrap();
    assert!(holder.wait_with_output().await.unwrap().status.success());
    assert_eq!(redis.says(&["EXISTS", &lock]).await.unwrap(), "0");
    lab.stop().await;
}

/// Sets a key by `break flag`, and puts the form to the question; then the naive one, which does not look.
async fn obeys(key: &str, value: &str, check: &str, is_right: Right) {
    let (lab, home) = (Lab::new().unwrap(), Home::new());
    let redis = lab.redis(&[]).await.unwrap();
    let flag = ["break", "flag", "--key", key, "--value", value, "--ttl", "10m", "--yes", "--no-watch"];
    stampede(&home, &redis, &flag).await;
    let right = &seen(&redis, "right", &[check]).await[check];
    assert!(is_right(right), "{right}");
    let naive = &seen(&redis, "naive", &[check]).await[check];
    assert!(!is_right(naive), "{naive}");
    let counts = ["DEL", "test:asked", "test:first", "test:over", "test:arrived", &format!("throttle:{KEY}")];
    redis.says(&counts).await.unwrap();
    // The operator takes it back: the application goes on as before.
    stampede(&home, &redis, &["undo", "--yes", "--no-watch"]).await;
    let after = &seen(&redis, "right", &[check]).await[check];
    assert!(!is_right(after), "{after}");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breaker_is_open_while_break_flag_says_so() {
    obeys("app:breaker", "open", "breaker-operator", |seen| {
        seen["after"] == 0 && with(seen, "old") == CROWD && !asked_once(seen)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttle_takes_its_limit_from_break_flag() {
    obeys("app:throttle", "0", "throttle-operator", |seen| seen["allowed"] == 0).await;
}
