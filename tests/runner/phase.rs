//! A phase of a playbook, run by the real binary: its gate, its order, its exits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use stampede::lab::{Lab, RedisServer, connect};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::limit;
use crate::support::binary::{End, Ended, Home};
use crate::support::night::Night;

const RAISE: &str = "{ id: raise, action: redis.maxclients, with: { value: 500 } }";
const TIMEOUT: &str = "{ id: idle, action: redis.timeout, with: { value: 60s } }";
/// Known to be impossible, for a server whose limit of open files is that of any machine.
const TOO_MANY: &str = "{ id: too-many, action: redis.maxclients, with: { value: 999999 }, on_failure: HOW }";

fn playbook(head: &str, steps: &[&str]) -> String {
    let steps: String = steps.iter().map(|step| format!("      - {step}\n")).collect();
    format!(
        "version: 1\nname: trial\nsummary: A trial.\n{head}phases:\n  break:\n    budget: 60s\n    steps:\n{steps}"
    )
}

async fn run(home: &Home, redis: &RedisServer, book: &str, args: &[&str]) -> Ended {
    let _night = Night::over(redis).await;
    quietly(home, redis, book, args).await
}

/// The same with nothing else going on.
async fn quietly(home: &Home, redis: &RedisServer, book: &str, args: &[&str]) -> Ended {
    home.file("trial.yaml", book);
    let all = ["break", "--playbook", "./trial.yaml", "--no-watch"].iter().chain(args);
    home.stampede(all).env("REDIS_URL", redis.url()).spawn().wait().await
}

async fn ends(book: &str, args: &[&str], code: i32) -> (String, Lab, RedisServer, Home) {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let ended = run(&home, &redis, book, args).await;
    let words = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.end, End::Code(code), "{words}");
    (words, lab, redis, home)
}

/// Reads that hit, until `stop`: what a healthy night looks like.
async fn hits(redis: &RedisServer, stop: Arc<AtomicBool>) {
    redis.says(&["SET", "page", "x"]).await.unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", redis.port())).await.unwrap();
    let mut replies = [0; 7 * 100];
    while !stop.load(Ordering::Relaxed) {
        stream.write_all(&b"GET page\r\n".repeat(100)).await.unwrap();
        stream.read_exact(&mut replies).await.unwrap();
        stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_healthy_cache_refuses_the_phase_unless_somebody_types_its_name() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn({
        let (redis, stop) = (redis.clone(), stop.clone());
        async move { hits(&redis, stop).await }
    });
    let book = playbook("", &[RAISE]);
    let home = Home::new();
    let ended = quietly(&home, &redis, &book, &["--yes"]).await;
    let words = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.end, End::Code(5), "{words}");
    assert!(words.contains("refused: the measurement says healthy"), "{words}");
    assert_eq!(limit(&redis).await, "50");
    // A dry run is not gated, and neither is a single action.
    let ended = quietly(&home, &redis, &book, &["--dry-run"]).await;
    assert_eq!(ended.end, End::Code(0), "{}{}", ended.stdout, ended.stderr);

    let mut terminal = home.terminal(
        ["break", "--playbook", "./trial.yaml", "--no-watch"],
        &[("REDIS_URL", redis.url().as_str())],
    );
    terminal.expect("the measurement says healthy").await;
    terminal.expect("Type break to go on [N]").await;
    terminal.type_line("break").await;
    terminal.expect("break > raise").await;
    terminal.expect("s left").await;
    terminal.expect("Do it?").await;
    terminal.type_line("y").await;
    terminal.expect("done").await;
    assert_eq!(terminal.wait().await, End::Code(0));
    assert_eq!(limit(&redis).await, "500");
    stop.store(true, Ordering::Relaxed);
    load.await.unwrap();
}

/// On idle servers nobody can say what is the matter. Who sits there may go on; nobody does it for them, whatever was answered
/// beforehand.
#[tokio::test]
async fn what_cannot_be_said_is_no_incident_when_nobody_is_there() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mariadb = lab.mariadb(&[]).await.unwrap();
    let mut cache = connect(&redis.url()).await.unwrap();
    for n in 0..300 {
        let set = redis::cmd("SET").arg(format!("user:{n}")).arg("x").arg("EX").arg(600).to_owned();
        set.query_async::<()>(&mut cache).await.unwrap();
    }
    let home = Home::new();
    let stampede =
        |args: &[&str]| home.stampede(args).env("REDIS_URL", redis.url()).env("MYSQL_URL", mariadb.url());
    let all = ["--yes", "--confirm", "redis", "--confirm", "mysql", "--set", "pattern=user:*", "--no-watch"];
    for phase in ["run", "break", "protect", "recover"] {
        let ended = stampede(&[&[phase], &all[..]].concat()).spawn().wait().await;
        assert_eq!(ended.end, End::Code(5), "{ended}");
        let words = ended.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("refused: the measurement cannot say whether this is a stampede ("),
            "{ended}"
        );
        assert!(words.contains("is not gated; at a terminal the phase asks"), "{ended}");
    }
    let refused = stampede(&[&["break", "-o", "json"], &all[..]].concat()).spawn().wait().await;
    assert!(refused.stdout.contains(r#""event":"refused","phase":"break""#), "{refused}");
    let kept = mariadb.query("SELECT @@global.read_only").await.unwrap();
    assert_eq!(kept, [[Some("0".into())]]);
    for n in [0, 150, 299] {
        let left: i64 = redis::cmd("TTL").arg(format!("user:{n}")).query_async(&mut cache).await.unwrap();
        assert!(left <= 600, "{left}");
    }
    let status = stampede(&["status", "-o", "json"]).run();
    assert!(!status.stdout.contains(r#""in_effect": [1-9]"#), "{status}");

    // A dry run and a single action are not gated, and whoever sits there is asked.
    let dry = stampede(&["run", "--dry-run", "--set", "pattern=user:*"]).spawn().wait().await;
    assert_eq!(dry.end, End::Code(0), "{dry}");
    let one = stampede(&["break", "freeze", "--pattern", "user:*", "--by", "15m", "--yes", "--no-watch"]);
    let one = one.spawn().wait().await;
    assert_eq!(one.end, End::Code(0), "{one}");
    let mut terminal = home.terminal(["break"], &[("REDIS_URL", redis.url().as_str())]);
    terminal.expect("the measurement cannot say whether this is a stampede").await;
    terminal.expect("Type break to go on [N]").await;
    terminal.type_line("").await;
    assert_eq!(terminal.wait().await, End::Code(6));
}

/// A server that lets nobody in is a verdict: what helps there is not kept back.
#[tokio::test]
async fn a_full_server_is_an_incident_and_not_unknown() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "20"]).await.unwrap();
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(TcpStream::connect(("127.0.0.1", redis.port())).await.unwrap());
    }
    let home = Home::new();
    home.file("trial.yaml", playbook("", &[RAISE]));
    let args = ["break", "--playbook", "./trial.yaml", "--yes", "--no-watch"];
    let mut running = home.stampede(args).env("REDIS_URL", redis.url()).spawn();
    running.err("is full").await;
    // We have its place before anybody else.
    drop(clients.pop());
    let ended = running.wait().await;
    assert_eq!(ended.end, End::Code(0), "{ended}");
    assert!(ended.stdout.contains("critical: cache connections"), "{ended}");
    assert_eq!(limit(&redis).await, "500");
}

#[tokio::test]
async fn a_phase_goes_on_past_what_is_blocked_or_not_applicable() {
    let busy = "{ id: busy, action: redis.timeout, with: { value: 60s }, when: cache.clients_ratio > 0.8 }";
    let hang = "{ id: facts, action: redis.timeout, with: { value: 60s }, require: facts.on_cache_error == 'stale' }";
    let scale = "{ id: scale, action: kubernetes.scale, with: { workload: deployment/x, replicas: 3 } }";
    let book = playbook("", &[busy, hang, scale, RAISE]);
    let (words, _lab, redis, home) = ends(&book, &["--yes"], 0).await;
    for said in [
        "not applicable  busy: cache.clients_ratio is",
        "blocked         facts: ",
        "not applicable  scale: there is no kubernetes target",
        "done            raise:",
    ] {
        assert!(words.contains(said), "{said} in {words}");
    }
    assert_eq!(limit(&redis).await, "500");
    let ended = run(&home, &redis, &book, &["--yes", "--strict"]).await;
    assert_eq!(ended.end, End::Code(5), "--strict: {}{}", ended.stdout, ended.stderr);
    // With the fact it is a question that --yes answers.
    let ended = run(&home, &redis, &book, &["--yes", "--fact", "on_cache_error=stale"]).await;
    assert!(ended.stdout.contains("done            facts:"), "{}{}", ended.stdout, ended.stderr);
    let undone = home.stampede(["undo", "--yes"]).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(undone.end, End::Code(0), "{}{}", undone.stdout, undone.stderr);
    assert_eq!(limit(&redis).await, "50");
    assert!(redis.says(&["CONFIG", "GET", "timeout"]).await.unwrap().contains('0'));
}

#[tokio::test]
async fn a_phase_of_which_nothing_can_be_done_is_5_and_one_without_an_answer_is_6() {
    let hang = "{ id: facts, action: redis.timeout, with: { value: 60s }, require: facts.on_cache_error == 'stale' }";
    ends(&playbook("", &[hang]), &["--yes"], 5).await;
    // The name must be typed while it is not configured what the application does (S6).
    let (words, ..) = ends(&playbook("", &[TIMEOUT]), &["--yes"], 6).await;
    assert!(words.contains("--confirm 127.0.0.1"), "{words}");
    ends(&playbook("", &[TIMEOUT]), &["--confirm", "redis"], 0).await;
}

#[tokio::test]
async fn s8_a_playbook_raises_the_level() {
    let typed = "{ id: raise, action: redis.maxclients, with: { value: 500 }, confirm: type }";
    let (words, _lab, redis, _home) = ends(&playbook("", &[typed]), &["--yes"], 6).await;
    assert!(words.contains("--confirm 127.0.0.1"), "{words}");
    assert_eq!(limit(&redis).await, "50");
    ends(&playbook("", &[typed]), &["--confirm", "127.0.0.1"], 0).await;
}

#[tokio::test]
async fn s7_a_target_that_is_not_what_the_playbook_expects_is_refused() {
    let head = "expect:\n  targets:\n    redis: { product: Valkey }\n";
    let (words, _lab, redis, _home) = ends(&playbook(head, &[RAISE]), &["--yes"], 5).await;
    assert!(words.contains("refused: S7 redis: its product is Redis, expected Valkey"), "{words}");
    assert_eq!(limit(&redis).await, "50");
    let ended = run(&Home::new(), &redis, &playbook(head, &[RAISE]), &["--yes", "-o", "json"]).await;
    assert_eq!((ended.end, limit(&redis).await.as_str()), (End::Code(5), "50"), "{ended}");
    let events = ended.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let refused = events.into_iter().find(|event| event["event"] == "refused").unwrap();
    assert_eq!((&refused["rule"], &refused["phase"]), (&"S7".into(), &"break".into()), "{refused}");
    assert_eq!(refused["why"], "redis: its product is Redis, expected Valkey", "{refused}");
    assert!(refused["unblock"].as_str().unwrap().contains("`expect:`"), "{refused}");
}

#[tokio::test]
async fn what_follows_a_failure_is_what_the_playbook_says() {
    let step = |how: &str| TOO_MANY.replace("HOW", how);
    for (how, raised, after) in [("stop", "500", "50"), ("continue", "500", "60"), ("undo", "50", "50")] {
        let last = "{ id: last, action: redis.timeout, with: { value: 60s } }";
        let book = playbook("", &[RAISE, &step(how), last]);
        let (words, _lab, redis, _home) = ends(&book, &["--yes", "--fact", "on_cache_error=stale"], 4).await;
        assert_eq!(limit(&redis).await, raised, "{how}: {words}");
        let timeout = redis.says(&["CONFIG", "GET", "timeout"]).await.unwrap();
        assert_eq!(timeout.contains("60"), after == "60", "{how}: {words}");
    }
}

#[tokio::test]
async fn steps_are_picked_by_their_ids() {
    let book = playbook("", &[RAISE, TIMEOUT]);
    let (words, ..) = ends(&book, &["--dry-run", "--only", "raise"], 0).await;
    assert!(words.contains("raise") && !words.contains("idle"), "{words}");
    let (words, ..) = ends(&book, &["--dry-run", "--from", "idle"], 0).await;
    assert!(!words.contains("raise") && words.contains("idle"), "{words}");
    let (words, ..) = ends(&book, &["--dry-run", "--skip", "idle"], 0).await;
    assert!(words.contains("raise") && !words.contains("idle"), "{words}");
    let (words, ..) = ends(&book, &["--dry-run", "--only", "rais"], 64).await;
    assert!(words.contains("did you mean raise?"), "{words}");
}

#[tokio::test]
async fn what_a_phase_said_before_its_first_change_is_in_the_journal_too() {
    let busy = "{ id: busy, action: redis.timeout, with: { value: 60s }, when: cache.clients_ratio > 0.8 }";
    let (_, _lab, redis, home) = ends(&playbook("", &[busy, RAISE]), &["--yes"], 0).await;
    let shown = home.stampede(["incident", "show", "-o", "json"]).env("REDIS_URL", redis.url());
    let shown = shown.spawn().wait().await;
    let events: Vec<String> = shown
        .stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(
        events,
        ["opened", "joined", "playbook", "phase", "skipped", "evidence", "intent", "outcome", "left"]
    );
}

/// A step that is called like one of before has another id: what follows is about it, and the operator's own is left alone.
#[tokio::test]
async fn what_is_undone_after_a_failure_is_the_phase_s_own_step() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let own = home.stampede(["break", "maxclients", "--to", "100", "--yes", "--no-watch"]);
    let own = own.env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(own.end, End::Code(0), "{own}");
    let book = playbook(
        "",
        &[
            "{ id: maxclients, action: redis.maxclients, with: { value: 500 } }",
            &TOO_MANY.replace("HOW", "undo"),
        ],
    );
    let ended = run(&home, &redis, &book, &["--yes"]).await;
    assert_eq!(ended.end, End::Code(4), "{ended}");
    assert_eq!(limit(&redis).await, "100", "{ended}");
    let status = home.stampede(["status", "-o", "json"]).env("REDIS_URL", redis.url()).run().json();
    assert_eq!(status["in_effect"], 1, "{status}");
}
