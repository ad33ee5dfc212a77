//! `redis.lock` with its exclusive rebuild (S15): one query instead of a thousand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use stampede::action::{HotKey, HotKeys, Planned};
use stampede::change::{Level, Standing};
use stampede::config::{Rebuild, RebuildWay};
use stampede::lab::{Lab, RedisServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::harness::{Act, said, target, until};
use crate::support::noted;

pub const NAME: &str = "redis.lock";

/// An application with an endpoint that rebuilds a key when it is told to go on.
pub struct App {
    pub port: u16,
    /// The first lines of the requests.
    pub requests: Arc<std::sync::Mutex<Vec<String>>>,
    /// Lets the next rebuild happen.
    pub go: Arc<Notify>,
    /// What it answers.
    pub status: Arc<AtomicU64>,
}

impl App {
    /// Rebuilds `key` with a `SET … EX 60` on `redis`, and answers when that is done.
    pub async fn start(redis: &RedisServer, key: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let app = Self {
            port: listener.local_addr().unwrap().port(),
            requests: Arc::default(),
            go: Arc::default(),
            status: Arc::new(AtomicU64::new(200)),
        };
        let (requests, go, status, redis) =
            (app.requests.clone(), app.go.clone(), app.status.clone(), redis.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut heard = vec![0; 4096];
                let length = stream.read(&mut heard).await.unwrap_or(0);
                let line = String::from_utf8_lossy(&heard[..length]).lines().next().unwrap_or("").to_owned();
                requests.lock().unwrap().push(line);
                go.notified().await;
                let status = status.load(Ordering::Relaxed);
                if status == 200 {
                    redis.says(&["SET", key, "fresh", "EX", "60"]).await.unwrap();
                }
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
                _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        app
    }

    pub fn rebuild(&self, timeout: Duration) -> Option<Rebuild> {
        let url = format!("http://127.0.0.1:{}/warm/{{key}}", self.port);
        let way = RebuildWay::Http { method: "POST".into(), url, headers: Vec::new(), tls: None };
        Some(Rebuild { way, timeout })
    }
}

pub async fn act(port: u16) -> Act {
    let mut act = Act::on(NAME, port).await;
    act.facts.lock_dialect = Some("lock:{key}".into());
    act
}

fn command(words: &[&str]) -> Option<Rebuild> {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Some(Rebuild { way: RebuildWay::Command(words), timeout: Duration::from_secs(20) })
}

/// S15: while the one rebuild runs the lock is ours and renewed; then the key is there and the lock is gone.
#[tokio::test(flavor = "multi_thread")]
async fn s15_one_rebuild_under_the_lock_and_then_it_is_released() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let app = App::start(&redis, "user:1").await;
    let mut act = act(redis.port()).await;
    act.remedies.rebuild = app.rebuild(Duration::from_secs(60));
    let given = [("keys", "user:1"), ("ttl", "2s")];
    let change = act.change(&given).await;
    assert_eq!((change.level, change.parts.len()), (Level::Ask, 1));
    assert_eq!(change.summary, "rebuild user:1 once, under the application's lock");
    noted(&change.forecast, "user:1 is gone: one rebuild instead of one for each request");
    assert!(change.commands[0].starts_with("SET lock:user:1 op:ops@test:night:"), "{:?}", change.commands);
    assert!(change.commands[0].ends_with(" NX PX 2000"));
    assert_eq!(change.commands[1], format!("once: POST http://127.0.0.1:{}/warm/user%3A1", app.port));
    assert!(change.commands[2].starts_with("EVAL "), "{:?}", change.commands);

    let token = change.parts[0].image["token"].as_str().unwrap().to_owned();
    let lock = async || redis.says(&["GET", "lock:user:1"]).await.unwrap();
    let applied = tokio::join!(act.apply(&given, &change), async {
        until("the lock is ours", lock, |held| *held == token).await;
        // Longer than the TTL: only a lock that is renewed is still there.
        let first: i64 = redis.says(&["PEXPIRETIME", "lock:user:1"]).await.unwrap().parse().unwrap();
        let renewed = async || redis.says(&["PEXPIRETIME", "lock:user:1"]).await.unwrap();
        until("the lock was renewed past its time", renewed, |time| {
            time.parse::<i64>().unwrap() > first + 2_000
        })
        .await;
        assert_eq!(lock().await, token);
        app.go.notify_one();
    });
    let applied = applied.0.unwrap();
    assert!(!applied.in_effect);
    noted(&applied.notes, "user:1 came back after ");
    assert_eq!(redis.says(&["GET", "user:1"]).await.unwrap(), "fresh");
    assert_eq!(redis.says(&["EXISTS", "lock:user:1"]).await.unwrap(), "0");
    assert_eq!(*app.requests.lock().unwrap(), ["POST /warm/user%3A1 HTTP/1.1"], "one rebuild");
    assert_eq!(act.standing(&change.parts[0]).await, Standing::Before);
}

/// A program without a shell: what is in a key is an argument (S30).
#[tokio::test]
async fn s30_a_key_is_an_argument_of_the_rebuild_command() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let key = "user:$(touch /tmp/owned);\"1 2'";
    let socket = redis.socket().display().to_string();
    let mut act = act(redis.port()).await;
    act.remedies.rebuild = command(&["redis-cli", "-s", &socket, "SET", "{key}", "fresh", "EX", "60"]);
    let (change, applied) = act.act(&[("keys", key)]).await;
    noted(&applied.notes, "came back after");
    assert_eq!(redis.says(&["GET", key]).await.unwrap(), "fresh");
    assert!(change.commands.iter().any(|line| line.contains("once: redis-cli -s ")), "{:?}", change.commands);
    // A key that is there is rebuilt before anybody misses it: its TTL is given anew.
    redis.says(&["EXPIRE", key, "5"]).await.unwrap();
    let (change, applied) = act.act(&[("keys", key)]).await;
    noted(&change.forecast, "rebuilt before anybody misses it");
    noted(&applied.notes, "came back after");
    let left: i64 = redis.says(&["TTL", key]).await.unwrap().parse().unwrap();
    assert!(left > 50, "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_not_come_back_is_an_error_and_the_lock_is_released() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let app = App::start(&redis, "another").await;
    let mut act = act(redis.port()).await;
    act.remedies.rebuild = app.rebuild(Duration::from_secs(1));
    let given = [("keys", "user:1")];
    let change = act.change(&given).await;
    app.go.notify_one();
    let error = act.apply(&given, &change).await.unwrap_err();
    assert_eq!(error.message, "user:1: it did not come back within 1 s");
    assert!(error.hint.is_some());
    assert_eq!(redis.says(&["EXISTS", "lock:user:1"]).await.unwrap(), "0");

    app.status.store(503, Ordering::Relaxed);
    app.go.notify_one();
    let change = act.change(&given).await;
    let error = act.apply(&given, &change).await.unwrap_err();
    assert!(error.message.ends_with("/warm/user%3A1 answered 503"), "{}", error.message);
    assert_eq!(redis.says(&["EXISTS", "lock:user:1"]).await.unwrap(), "0");

    act.remedies.rebuild = command(&["sh", "-c", "echo 'no such key' >&2; exit 3", "{key}"]);
    let change = act.change(&given).await;
    let error = act.apply(&given, &change).await.unwrap_err();
    assert_eq!(error.message, "user:1: sh failed (exit status: 3): no such key");
    assert_eq!(redis.says(&["EXISTS", "lock:user:1"]).await.unwrap(), "0");
}

/// Several keys, one after another; the first that fails ends it, and what is done stays done.
#[tokio::test]
async fn several_keys_are_rebuilt_one_after_another() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let socket = redis.socket().display().to_string();
    let mut act = act(redis.port()).await;
    let script = "test \"$1\" = user:2 && exit 9; exec redis-cli -s \"$0\" SET \"$1\" fresh EX 60";
    act.remedies.rebuild = command(&["sh", "-c", script, &socket, "{key}"]);
    let mut with = stampede::action::field::Arguments::default();
    let list = ["user:1", "user:3", "user:1"].map(String::from).to_vec();
    with.set("keys", stampede::action::field::Value::List(list));
    act.given = Some(with);
    let (change, applied) = act.act(&[]).await;
    assert_eq!(change.parts.len(), 2, "a key that is named twice is one");
    assert_eq!(change.summary, "rebuild 2 keys, one after another once, under the application's lock");
    noted(&applied.notes, "user:1 came back");
    noted(&applied.notes, "user:3 came back");

    // Those that are there already end well too, though nobody can see that they are new.
    let mut with = stampede::action::field::Arguments::default();
    let list = ["user:1", "user:2", "user:3"].map(String::from).to_vec();
    with.set("keys", stampede::action::field::Value::List(list));
    act.given = Some(with);
    let change = act.change(&[]).await;
    let error = act.apply(&[], &change).await.unwrap_err();
    assert_eq!(error.message, "user:2: sh failed (exit status: 9) (1 of 3 were rebuilt)");
    for key in ["lock:user:1", "lock:user:2", "lock:user:3"] {
        assert_eq!(redis.says(&["EXISTS", key]).await.unwrap(), "0", "{key}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_asked_for_or_blocked() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("keys", "user:1")];
    let Planned::Ask(asking) = act.plan(&given).await else { panic!("the dialect is asked for") };
    assert_eq!((asking.fact, asking.otherwise.rule), ("lock_dialect", Some("S15")));
    // For this once it may be said.
    let refusal = act.blocked(&[("keys", "user:1"), ("dialect", "none")]).await;
    assert_eq!(refusal.rule, Some("S15"));
    act.facts.lock_dialect = Some("none".into());
    assert_eq!(act.blocked(&given).await.rule, Some("S15"));
    act.facts.lock_dialect = Some("{key}".into());
    assert_eq!(act.blocked(&given).await.rule, Some("S15"), "the lock would be the key itself");
    act.facts.lock_dialect = Some("lock:{key}".into());
    let refusal = act.blocked(&given).await;
    assert!(refusal.unblock.contains("rebuild:") && refusal.unblock.contains("--hold"), "{refusal:?}");

    act.remedies.rebuild = command(&["true", "{key}"]);
    let refusal = act.blocked(&[("keys", "hot")]).await;
    assert!(refusal.why.contains("not known"), "{refusal:?}");
    let hot = |key: &str, share, missing| HotKey { key: key.into(), share, missing };
    act.hot = HotKeys {
        keys: vec![hot("user:1", 0.6, true), hot("user:2", 0.3, true), hot("living", 0.9, false)],
        basis: "1000 key-miss events in 1 s".into(),
    };
    let change = act.change(&[("keys", "hot"), ("top", "1")]).await;
    assert_eq!(change.parts.len(), 1);
    noted(&change.forecast, "user:1 is gone, 60.0 % of the misses");
    noted(&change.forecast, "measured: 1000 key-miss events");
    assert_eq!(act.change(&[("keys", "hot")]).await.parts.len(), 2, "living keys need no rebuild");
}

/// S15: nil is held; an error is the server's, and is said as such.
#[tokio::test]
async fn s15_a_server_that_refuses_the_write_is_not_a_lock_that_is_held() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = act(redis.port()).await;
    act.remedies.rebuild = command(&["true", "{key}"]);
    let given = [("keys", "user:1")];
    let change = act.change(&given).await;
    redis.says(&["CONFIG", "SET", "maxmemory", "1"]).await.unwrap();
    let error = act.apply(&given, &change).await.unwrap_err();
    assert!(
        error.message.contains("cannot be taken") && error.message.contains("maxmemory is used up"),
        "{error:?}"
    );
    redis.says(&["CONFIG", "SET", "maxmemory", "0"]).await.unwrap();
    redis.says(&["CONFIG", "SET", "min-replicas-to-write", "1"]).await.unwrap();
    let error = act.apply(&given, &change).await.unwrap_err();
    assert!(error.message.contains("min-replicas-to-write"), "{error:?}");
}

/// On a cluster the lock lives elsewhere than its key, and each is asked for where it is.
#[tokio::test]
async fn on_a_cluster_lock_and_key_are_found_where_they_live() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 0, &[]).await.unwrap();
    let ports: Vec<u16> = cluster.primaries.iter().map(|node| node.port()).collect();
    let mut act = Act::over(NAME, target(&ports[..1], None)).await;
    act.facts.lock_dialect = Some("lock:{key}".into());
    let port = ports[0].to_string();
    act.remedies.rebuild = command(&["redis-cli", "-c", "-p", &port, "SET", "{key}", "fresh", "EX", "60"]);
    let mut nodes = std::collections::BTreeSet::new();
    for key in ["user:1", "user:2", "user:3", "user:4", "user:5"] {
        let (change, applied) = act.act(&[("keys", key)]).await;
        noted(&applied.notes, "came back");
        nodes.insert(change.parts[0].node.clone());
    }
    assert!(nodes.len() > 1, "all on one node: the test sees too little");
    for node in &cluster.primaries {
        let keys = node.says(&["KEYS", "lock:*"]).await.unwrap();
        assert!(!keys.contains("lock:"), "{keys}");
    }
}

#[tokio::test]
async fn who_holds_what_is_said_and_nothing_is_changed() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "lock:user:1", "app-secret", "PX", "90000"]).await.unwrap();
    redis.says(&["SET", "lock:user:2", "op:ben@bastion:night:ff00"]).await.unwrap();
    redis.says(&["HSET", "lock:user:3", "f", "v"]).await.unwrap();
    redis.says(&["SET", "user:1", "x", "PX", "60000"]).await.unwrap();
    let mut act = act(redis.port()).await;
    let Planned::Answer(lines) = act.plan(&[("keys", "user:1"), ("inspect", "true")]).await else {
        panic!("an answer")
    };
    assert!(lines[0].starts_with("lock:user:1 is held by the application for another 1 min"), "{lines:?}");
    assert!(lines[0].contains("; user:1 is there for another 5"), "{lines:?}");
    let free = said(&act.plan(&[("keys", "user:9"), ("inspect", "true")]).await);
    assert_eq!(free, "lock:user:9 is free; user:9 is not there");
    let all = said(&act.plan(&[("list", "true")]).await);
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines.len(), 3, "{all}");
    assert_eq!(lines[1], "lock:user:2 is held by operator ben@bastion (incident night), and has no TTL");
    assert_eq!(lines[2], "lock:user:3 is no lock: something else is under that name");
    assert!(!all.contains("app-secret"), "whoever knows the token can release the lock: {all}");
}
