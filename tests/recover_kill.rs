//! Integration tests: `kill -9` in the middle of a recovery, at any instant: going on or undoing ends right.
//!
//! `STAMPEDE_KILLS=100` kills that often; without it a few times.

use std::time::Duration;

use stampede::clock;
use stampede::lab::{Lab, RedisServer};

use crate::actions::harness::until;
use crate::support::binary::{End, Home};
use crate::support::keys::client;
use crate::support::warmer::{Does, Warmer};

/// When all keys expire: a whole second, which undo gives back exactly.
const THEN: i64 = 4_102_444_800_000;
const KEYS: usize = 20_000;

fn kills() -> usize {
    std::env::var("STAMPEDE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(6)
}

/// Starts it, and kills it after a random part of `most`; says whether it was still running.
async fn killed(home: &Home, redis: &RedisServer, args: &[&str], most: Duration) -> bool {
    let running = home.stampede(args).env("REDIS_URL", redis.url()).spawn();
    clock::sleep(most.mul_f64(fastrand::f64())).await;
    matches!(running.kill().await.end, End::Signal(_))
}

async fn run(home: &Home, redis: &RedisServer, args: &[&str]) -> String {
    let ended = home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(ended.end, End::Code(0), "{args:?}: {ended}");
    ended.stdout + &ended.stderr
}

async fn expiries(redis: &RedisServer) -> Vec<i64> {
    let mut client = client(redis).await;
    let mut all = Vec::new();
    for from in (0..KEYS).step_by(10_000) {
        let mut pipe = redis::pipe();
        (from..from + 10_000).for_each(|n| _ = pipe.cmd("PEXPIRETIME").arg(format!("user:{n}")));
        all.extend(pipe.query_async::<Vec<i64>>(&mut client).await.unwrap());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stagger_that_is_killed_is_put_back_or_gone_on_with() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let seed = format!("for i=0,{KEYS}-1 do redis.call('SET','user:'..i,'x','PXAT','{THEN}') end");
    redis.says(&["EVAL", &seed, "0"]).await.unwrap();
    let act = [
        "recover",
        "stagger",
        "--pattern",
        "user:*",
        "--over",
        "10m",
        "--no-throttle",
        "--yes",
        "--no-watch",
    ];
    let (mut hit, mut halfway) = (0, 0);
    for round in 0..kills() {
        let home = Home::new();
        hit += usize::from(killed(&home, &redis, &act, Duration::from_millis(800)).await);
        let moved = expiries(&redis).await.iter().filter(|time| **time != THEN).count();
        halfway += usize::from(moved > 0 && moved < KEYS);
        // Every other time it is gone on with first.
        if round % 2 == 1 {
            run(&home, &redis, &act).await;
            let now = expiries(&redis).await;
            let left = now.iter().filter(|time| **time == THEN).count();
            assert_eq!(left, 0, "round {round}: {moved} were moved before the kill");
            assert!(now.iter().all(|time| *time <= THEN + 602_000), "round {round}: one was moved twice");
        }
        run(&home, &redis, &["undo", "--yes"]).await;
        let wrong = expiries(&redis).await.into_iter().filter(|time| *time != THEN).count();
        assert_eq!(wrong, 0, "round {round}: {moved} were moved before the kill");
    }
    assert!(hit > 0, "it was never killed in time ({halfway} half way)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warming_that_is_killed_is_gone_on_with() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::RefillAfter(Duration::from_millis(2))).await;
    let home = Home::new();
    let list: String = (0..1_500).map(|n| format!("user:{n}\n")).collect();
    home.file("keys.txt", &list);
    let (file, url) = (home.path().join("keys.txt").display().to_string(), warmer.template());
    let act = ["recover", "warm", "--keys", &file, "--http", &url, "--no-brakes", "--yes", "--no-watch"];
    for round in 0..kills() {
        redis.says(&["FLUSHALL"]).await.unwrap();
        killed(&home, &redis, &act, Duration::from_millis(500)).await;
        let before = redis.says(&["DBSIZE"]).await.unwrap();
        let said = run(&home, &redis, &[&act[..], &["--resume"]].concat()).await;
        let all = redis.says(&["DBSIZE"]).await.unwrap();
        // What the killed one had in flight may still come; nothing that was done is done again.
        assert!(all.contains("1500"), "round {round}: {all} of 1500, {before} before: {said}");
        run(&home, &redis, &["incident", "close"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ramp_that_is_killed_is_put_back() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let act = [
        "recover",
        "ramp",
        "--key",
        "app:traffic",
        "--steps",
        "1,5,50",
        "--hold",
        "2s",
        "--yes",
        "--no-watch",
    ];
    let mut between = 0;
    for round in 0..kills() {
        let home = Home::new();
        redis.says(&["SET", "app:traffic", "0"]).await.unwrap();
        let traffic = async || redis.says(&["GET", "app:traffic"]).await.unwrap().trim().to_owned();
        match round % 2 {
            0 => _ = killed(&home, &redis, &act, Duration::from_millis(5_000)).await,
            // Every other time on the way, whenever that is.
            _ => {
                let running = home.stampede(act).env("REDIS_URL", redis.url()).spawn();
                until("it has begun", &traffic, |now| now != "0").await;
                clock::sleep(Duration::from_millis(2_500).mul_f64(fastrand::f64())).await;
                _ = running.kill().await;
            }
        }
        let at = traffic().await;
        between += usize::from(at != "0");
        run(&home, &redis, &["undo", "--yes"]).await;
        assert_eq!(
            redis.says(&["GET", "app:traffic"]).await.unwrap().trim(),
            "0",
            "round {round}: from {at}"
        );
    }
    assert!(between > 0 || kills() < 4, "it was never killed on the way");
}
