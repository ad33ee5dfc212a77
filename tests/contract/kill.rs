//! `kill -9` of the real binary at random instants of a whole `break` under load. After `undo` the world is what it was.
//!
//! 24 instants in every run of the tests; `STAMPEDE_KILLS=200` for more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use stampede::lab::{Lab, RedisServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::binary::{End, Home};
use crate::support::snapshot::World;

/// Servers that are killed at, at the same time: most of a run is the window of its measurement.
const LANES: usize = 6;
const KEYS: usize = 400;

const PLAYBOOK: &str = "\
version: 1
name: whole-break
summary: Everything that break can put in place.
phases:
  break:
    budget: 60s
    steps:
      - { id: raise, action: redis.maxclients, with: { value: 700 } }
      - { id: freeze, action: redis.freeze, with: { pattern: 'page:*', by: 10m, rate: 1000 } }
      - { id: idle, action: redis.timeout, with: { value: 120s } }
      - { id: breaker, action: redis.flag, with: { name: breaker, ttl: 10m } }
      - { id: hold, action: redis.lock, with: { keys: ['page:1', 'page:2'], hold: true, ttl: 600s } }
";

async fn lane(kills: usize) -> (usize, usize) {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "500"]).await.unwrap();
    for n in 0..KEYS {
        let seconds = (900 + 7 * n).to_string();
        redis.says(&["SET", &format!("page:{n}"), "x", "EX", &seconds]).await.unwrap();
    }
    redis.says(&["SET", "app:breaker", "closed", "EX", "9000"]).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..4).map(|_| tokio::spawn(client(redis.port(), stop.clone()))).collect();
    let before = World::of(&redis).await;
    let (mut killed, mut in_effect) = (0, 0);
    // How long it takes when nobody kills it.
    let mut whole = {
        let home = home();
        let began = stampede::clock::instant();
        let ended = run(&home, &redis).spawn().wait().await;
        assert_eq!(ended.end, End::Code(0), "{}{}", ended.stdout, ended.stderr);
        let whole = began.elapsed();
        put_back(&home, &redis, &before, "undisturbed").await;
        whole
    };
    while killed < kills {
        let home = home();
        let running = run(&home, &redis).spawn();
        // The measurement takes two seconds, in which nothing is written: one kill in eight falls there.
        let from = if fastrand::u8(0..8) == 0 { 0.0 } else { (2.0 / whole.as_secs_f64()).min(1.0) };
        let instant = whole.mul_f64(from + (1.0 - from) * fastrand::f64());
        stampede::clock::sleep(instant).await;
        let ended = running.kill().await;
        match ended.end {
            End::Signal(_) => killed += 1,
            // It was over before, and is done once more: the machine is quicker now.
            End::Code(_) => whole = whole.mul_f64(0.8),
        }
        in_effect += usize::from(!before.differences(&World::of(&redis).await).is_empty());
        put_back(
            &home,
            &redis,
            &before,
            &format!("killed after {instant:?}: {}{}", ended.stdout, ended.stderr),
        )
        .await;
    }
    stop.store(true, Ordering::Relaxed);
    for client in load {
        client.await.unwrap();
    }
    (killed, in_effect)
}

fn home() -> Home {
    let home = Home::new();
    home.file("whole.yaml", PLAYBOOK);
    home
}

fn run(home: &Home, redis: &RedisServer) -> crate::support::binary::Stampede {
    let args = ["break", "--playbook", "./whole.yaml", "--yes", "--confirm", "redis", "--no-watch"];
    configured(home, redis);
    home.stampede(args)
}

fn configured(home: &Home, redis: &RedisServer) {
    home.file(
        "stampede.yaml",
        format!(
            "version: 1\ntargets:\n  redis: {{ redis: \"{}\" }}\n\
             facts: {{ on_cache_error: stale, lock_dialect: \"lock:{{key}}\", expiry_lives_in: cache }}\n\
             flags:\n  breaker: {{ key: \"app:breaker\", value: open }}\n",
            redis.url()
        ),
    );
}

async fn put_back(home: &Home, redis: &RedisServer, before: &World, what: &str) {
    let undo = ["undo", "--yes", "--confirm", "redis"];
    let ended = super::undone(|| home.stampede(undo).spawn().wait()).await;
    assert_eq!(ended.end, End::Code(0), "{what}\nundo: {}{}", ended.stdout, ended.stderr);
    let differences = before.differences(&World::of(redis).await);
    assert!(differences.is_empty(), "{what}\nundo: {}{}\n{differences:?}", ended.stdout, ended.stderr);
}

/// An application that reads, and misses now and then.
async fn client(port: u16, stop: Arc<AtomicBool>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut reply = [0; 4096];
    while !stop.load(Ordering::Relaxed) {
        // So many at once that also a busy machine counts enough of them for a hit ratio.
        let keys = (0..20).map(|_| format!(" page:{}", fastrand::usize(0..KEYS * 2)));
        stream.write_all(format!("MGET{}\r\n", keys.collect::<String>()).as_bytes()).await.unwrap();
        assert!(stream.read(&mut reply).await.unwrap() > 0, "the load was disconnected");
        stampede::clock::sleep(Duration::from_millis(2)).await;
    }
}

#[expect(clippy::print_stdout, reason = "how often it was killed in the act is what a run by hand is for")]
#[tokio::test(flavor = "multi_thread")]
async fn s26_killed_at_random_instants_under_load() {
    let kills: usize = std::env::var("STAMPEDE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(24);
    let lanes = join_all((0..LANES).map(|_| tokio::spawn(lane(kills.div_ceil(LANES))))).await;
    let (killed, in_effect) = lanes
        .into_iter()
        .map(|lane| lane.unwrap_or_else(|error| panic!("{error}")))
        .fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    println!("killed {killed} times, {in_effect} times with something in place");
    assert!(in_effect > 0, "nothing was ever in place: the test sees too little");
}
