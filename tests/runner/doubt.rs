//! What is in doubt is said to be in doubt, what is running to be running, and what was stopped to be stopped.

use std::time::Duration;

use rustix::process::Signal;
use stampede::lab::{Lab, RedisServer};

use crate::support::binary::{End, Home, flat};
use crate::support::proxy::{Fault, Proxy, What};
use crate::support::warmer::{Does, Warmer};

/// A Redis that is reached through a proxy.
struct Behind {
    redis: RedisServer,
    proxy: Proxy,
    home: Home,
    _lab: Lab,
}

impl Behind {
    async fn a_proxy() -> Self {
        let lab = Lab::new().unwrap();
        let redis = lab.redis(&["--maxclients", "500"]).await.unwrap();
        Self { proxy: Proxy::start(redis.port()), redis, home: Home::new(), _lab: lab }
    }
}

/// A server that cuts a value to its own limit, a webhook that changes it, somebody who is quicker: what is there is neither
/// ours nor what was there before.
#[tokio::test]
async fn a_value_that_is_neither_stays_in_doubt_until_somebody_decides() {
    let Behind { redis, proxy, home, _lab } = Behind::a_proxy().await;
    let run = async |args: &[&str]| home.stampede(args).env("REDIS_URL", proxy.url()).spawn().wait().await;
    // Between the write and the look at it.
    proxy.arm(Fault::at(1, What::CutNext).then_refuse());
    let changed = async {
        while !redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap().contains("600") {
            stampede::clock::sleep(Duration::from_millis(5)).await;
        }
        redis.says(&["CONFIG", "SET", "maxclients", "550"]).await.unwrap();
        proxy.refuse_new(false);
    };
    let act = ["break", "maxclients", "--to", "600", "--yes", "--no-watch"];
    let (acted, ()) = tokio::join!(run(&act), changed);
    assert_eq!(acted.end, End::Code(4), "{acted}");
    let status = run(&["status"]).await;
    assert!(status.stdout.starts_with("1 step is in doubt: how it ended is not known"), "{status}");
    assert!(status.stdout.contains("now: ") && status.stdout.contains("550"), "{status}");
    let unsaid = run(&["undo", "--yes"]).await;
    assert_eq!(unsaid.end, End::Code(6), "{unsaid}");
    let words = flat(&unsaid.stdout);
    for value in ["maxclients 500", "maxclients 600", "now: maxclients 550"] {
        assert!(words.contains(value), "before, ours and now: {unsaid}");
    }
    let decided = run(&["undo", "--yes", "--confirm", "redis"]).await;
    assert_eq!(decided.end, End::Code(0), "{decided}");
    assert!(run(&["status"]).await.stdout.starts_with("nothing is in effect"));
}

#[tokio::test]
async fn status_looks_again_at_what_is_in_doubt() {
    let Behind { redis, proxy, home, _lab } = Behind::a_proxy().await;
    let run = async |args: &[&str]| home.stampede(args).env("REDIS_URL", proxy.url()).spawn().wait().await;
    proxy.arm(Fault::at(1, What::CutAfter).then_refuse());
    let acted = run(&["break", "maxclients", "--to", "600", "--yes", "--no-watch"]).await;
    assert_eq!(acted.end, End::Code(4), "{acted}");
    let blind = run(&["status"]).await;
    assert!(blind.stdout.starts_with("1 step is in doubt"), "{blind}");
    assert!(blind.stdout.contains("cannot be asked"), "{blind}");
    proxy.refuse_new(false);
    let seen = run(&["status"]).await;
    assert!(seen.stdout.contains("shows what we had set"), "{seen}");
    let document: serde_json::Value =
        serde_json::from_str(&run(&["status", "-o", "json"]).await.stdout).unwrap();
    assert!(document["steps"][0]["now"].as_str().unwrap().contains("what we had set"), "{document}");
    redis.says(&["CONFIG", "SET", "maxclients", "500"]).await.unwrap();
    let seen = run(&["status"]).await;
    let words = flat(&seen.stdout);
    assert!(words.contains("shows what was there before; what was sent may still arrive"), "{seen}");
}

/// A batch is recorded before it is sent: where none is recorded, nothing was.
#[tokio::test]
async fn a_step_that_was_cut_off_before_its_first_batch_is_said_to_have_written_nothing() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "page:1", "x", "EX", "9000"]).await.unwrap();
    let act = ["break", "freeze", "--pattern", "page:*", "--by", "10m", "--yes", "--no-watch"];
    let mut home = Home::new();
    // Whichever record that is.
    for record in 1.. {
        home = Home::new();
        let run = home.stampede(act).env("REDIS_URL", redis.url());
        let ended = run.env("STAMPEDE_DIE_AT_RECORD", record.to_string()).spawn().wait().await;
        assert_eq!(ended.end, End::Signal(Signal::KILL), "it ended before its intent: {ended}");
        if home.journal().lines().last().unwrap().contains("\"event\":\"intent\"") {
            break;
        }
    }
    let run = async |args: &[&str]| home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
    let status = run(&["status", "-o", "json"]).await;
    let document: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
    let step = &document["steps"][0];
    assert_eq!(step["state"], "acting", "{status}");
    assert!(step["now"].as_str().unwrap().starts_with("nothing was written"), "{status}");
    // A record that cannot be read may have been that of its first batch.
    let whole = home.journal();
    home.keep_journal(&format!("{whole}gone\n"));
    let unsure = run(&["status", "-o", "json"]).await;
    let document: serde_json::Value = serde_json::from_str(&unsure.stdout).unwrap();
    assert!(document["steps"][0]["now"].as_str().unwrap().starts_with("a damaged record"), "{unsure}");
    home.keep_journal(&whole);
    let undone = run(&["undo", "--yes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    assert!(run(&["status"]).await.stdout.starts_with("nothing is in effect"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warming_is_running_and_then_stopped_and_goes_on_as_printed() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::RefillAfter(Duration::from_millis(5))).await;
    let home = Home::new();
    let list: String = (0..2_000).map(|n| format!("user:{n}\n")).collect();
    home.file("keys of the night.txt", &list);
    let file = home.path().join("keys of the night.txt").display().to_string();
    let url = warmer.template();
    let act = ["recover", "warm", "--keys", &file, "--http", &url, "--no-brakes", "--yes", "--no-watch"];
    let running = home.stampede(act).env("REDIS_URL", redis.url()).spawn();
    while warmer.asked().len() < 50 {
        stampede::clock::sleep(Duration::from_millis(5)).await;
    }
    let status = home.stampede(["status"]).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert!(status.stdout.starts_with("1 step is running"), "{status}");
    assert!(!status.stdout.contains("stampede undo"), "it would be refused: {status}");
    running.signal(Signal::INT);
    let stopped = running.wait().await;
    assert_eq!(stopped.end, End::Code(130), "{stopped}");
    let words = flat(&stopped.stdout);
    assert!(words.contains("stopped warm") && words.contains("of 2000 keys of the list"), "{stopped}");
    let status = home.stampede(["status"]).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert!(status.stdout.starts_with("nothing is in effect"), "{status}");

    // What is printed goes on when it is pasted.
    let outcome = home.stampede(["incident", "show", "-o", "json"]).spawn().wait().await;
    let notes = outcome.stdout.lines().rfind(|line| line.contains("\"event\":\"outcome\"")).unwrap();
    let outcome: serde_json::Value = serde_json::from_str(notes).unwrap();
    assert_eq!(outcome["outcome"], "stopped", "{outcome}");
    let notes = outcome["notes"].as_array().unwrap().iter().filter_map(serde_json::Value::as_str);
    let command = notes.filter_map(|note| note.strip_prefix("it goes on with:\n  ")).next_back().unwrap();
    let line = format!("{command} --yes --no-watch");
    let pasted = home.pasted(&line).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(pasted.end, End::Code(0), "{line}\n{pasted}");
    assert_eq!(redis.says(&["DBSIZE"]).await.unwrap().trim(), "2000", "{pasted}");
    assert!(warmer.asked().len() < 2_100, "it began anew: {}", warmer.asked().len());
}
