//! Integration tests: the forms of docs/prevention/ under real concurrency on a real Redis, each beside the naive one, which
//! is put to the same question and fails.
//!
//! The driver (driver.py) does what is asked and says what it has seen. What is right is said here, once for both forms.

mod fleet;
mod operator;

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use stampede::lab::{Lab, RedisServer};
use tokio::process::Command;

/// Requests that begin at the same moment: 8 in each of 4 processes (crowd.py).
const CROWD: u64 = 32;
/// Where the client of Redis is that Debian packages (`python3-redis`).
const PYTHON: &str = "/usr/bin/python3";

/// Whether it is what one wants to see.
type Right = fn(&Value) -> bool;

fn driver(redis: &RedisServer, form: &str, checks: &[&str]) -> Command {
    let mut command = Command::new(PYTHON);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/prevention/driver.py");
    command.arg(path).arg(redis.port().to_string()).arg(form).args(checks);
    command.stdout(Stdio::piped()).kill_on_drop(true);
    command
}

/// What the driver has seen, by check.
async fn seen(redis: &RedisServer, form: &str, checks: &[&str]) -> HashMap<String, Value> {
    let output = driver(redis, form, checks).output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{form} {checks:?}: {text}");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| (line["check"].as_str().unwrap().to_owned(), line)).collect()
}

/// Puts the right form and the naive one to the same questions: the first passes all of them, the second none.
async fn tell_apart(questions: &[(&str, Right)]) {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let checks: Vec<&str> = questions.iter().map(|(name, _)| *name).collect();
    let right = seen(&redis, "right", &checks).await;
    redis.says(&["FLUSHALL"]).await.unwrap();
    let naive = seen(&redis, "naive", &checks).await;
    for (name, is_right) in questions {
        assert!(is_right(&right[*name]), "the right form fails: {}", right[*name]);
        assert!(!is_right(&naive[*name]), "the naive form passes, so this tells nothing: {}", naive[*name]);
    }
    lab.stop().await;
}

/// What the right form alone is asked: the naive one has nothing of the kind, or passes too.
async fn holds(questions: &[(&str, Right)]) {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let checks: Vec<&str> = questions.iter().map(|(name, _)| *name).collect();
    let right = seen(&redis, "right", &checks).await;
    for (name, is_right) in questions {
        assert!(is_right(&right[*name]), "{}", right[*name]);
    }
    lab.stop().await;
}

fn rebuilds(seen: &Value) -> u64 {
    seen["rebuilds"].as_u64().unwrap()
}

/// How many of the crowd had this outcome.
fn with(seen: &Value, outcome: &str) -> u64 {
    seen["seen"][outcome].as_u64().unwrap_or(0)
}

/// All of the crowd were served by one rebuild.
fn once(seen: &Value) -> bool {
    rebuilds(seen) == 1 && with(seen, "value") == CROWD
}

/// One request reached the database.
fn asked_once(seen: &Value) -> bool {
    rebuilds(seen) == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_lets_one_rebuild_whatever_happens_to_its_holder() {
    tell_apart(&[
        ("lock-expiry", |seen| once(seen) && seen["locked"] == 0),
        ("lock-holder-dies", once),
        ("lock-shorter-than-rebuild", once),
        ("lock-of-another", |seen| seen["still_held"] == true && seen["early_value"].is_null()),
        ("lock-of-another-fails", |seen| seen["still_held"] == true),
        ("lock-late-writer", |seen| seen["between"] == "new" && seen["after"] == "new"),
        ("lock-empty-value", asked_once),
        ("lock-rebuild-fails", |seen| asked_once(seen) && with(seen, "NotRebuilt") == CROWD - 1),
        ("lock-operator", |seen| rebuilds(seen) == 0 && with(seen, "operator") == CROWD),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_does_not_ask_what_time_it_is() {
    holds(&[("lock-skew", |seen| asked_once(seen) && with(seen, "value") == 8)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn early_expiration_refreshes_late_in_life_and_once() {
    tell_apart(&[
        ("early-expiry", once),
        ("early-young", |seen| rebuilds(seen) == 0),
        ("early-due", |seen| asked_once(seen) && with(seen, "value") + with(seen, "new") == CROWD),
        ("early-skew", |seen| rebuilds(seen) == 0),
        ("early-fails", |seen| asked_once(seen) && with(seen, "value") == CROWD),
        ("early-empty", asked_once),
        ("early-refreshes", |seen| seen["per_ttl"].as_f64().unwrap() < 10.0),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jitter_spreads_what_was_written_together() {
    tell_apart(&[
        // 6400 keys over 720 s are 9 a second; over 120 s, 53.
        ("jitter-spread", |seen| {
            seen["keys"] == 6400
                && seen["fullest_second"].as_u64().unwrap() < 35
                && seen["longest"].as_u64().unwrap() <= 3600
        }),
        ("jitter-short", |seen| seen["refused"] == 0),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coalesced_requests_share_one_rebuild_and_its_failure() {
    tell_apart(&[
        ("coalesce-expiry", once),
        // One for each process: what the lock under it is for.
        ("coalesce-alone", |seen| rebuilds(seen) <= 4 && with(seen, "value") == CROWD),
        ("coalesce-fails", |seen| {
            asked_once(seen) && with(seen, "RuntimeError") == 8 && seen["then"][1] == "value"
        }),
        ("coalesce-leader-dies", once),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_values_are_served_while_one_request_makes_the_new_one() {
    tell_apart(&[
        ("stale-expiry", |seen| asked_once(seen) && with(seen, "old") + with(seen, "new") == CROWD),
        ("stale-soft", |seen| {
            asked_once(seen)
                && seen["answered"] == true
                && with(seen, "old") == CROWD
                && seen["after"] == "new"
        }),
        ("stale-hard", |seen| {
            asked_once(seen) && seen["first"] == "NotRebuilt" && with(seen, "NotRebuilt") == CROWD
        }),
        ("stale-skew", |seen| seen["needless"] == 0 && seen["missed"] == 0),
        ("stale-fails", |seen| asked_once(seen) && with(seen, "old") == CROWD),
        ("stale-holder-dies", |seen| asked_once(seen) && with(seen, "old") + with(seen, "new") == CROWD),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_looked_for_once() {
    tell_apart(&[
        ("negative-absent", |seen| {
            asked_once(seen)
                && with(seen, "None") == CROWD
                && (1..=5_000).contains(&seen["lives_ms"].as_u64().unwrap())
        }),
        ("negative-empty", asked_once),
        ("negative-fails", |seen| seen["then"] == "row"),
        ("negative-holder-dies", |seen| asked_once(seen) && with(seen, "None") == CROWD),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breaker_counts_for_all_servers_and_tries_once() {
    tell_apart(&[
        // 5 failures open it; each of the 4 servers may have had one more under way.
        ("breaker-fails", |seen| rebuilds(seen) <= 5 + 4 && with(seen, "served") == 4),
        ("breaker-probe", asked_once),
    ])
    .await;
    holds(&[("breaker-closes", |seen| {
        seen["outcomes"] == serde_json::json!(["RuntimeError", "Open", "value", "value"])
            && rebuilds(seen) == 3
    })])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttle_counts_rebuilds_of_a_key_and_never_for_ever() {
    tell_apart(&[
        ("throttle-expiry", once),
        ("throttle-skew", |seen| seen["allowed"] == 1),
        ("throttle-dies", |seen| seen["ends"] == true),
        ("throttle-fails", |seen| asked_once(seen) && with(seen, "Throttled") == CROWD - 1),
    ])
    .await;
}
