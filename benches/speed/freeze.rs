//! Freezing 100,000 keys: recorded, extended, read back; beside a pipelined Python client that does the same, and at the
//! usual pace, which leaves the server alone.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stampede::error::Failure;
use stampede::lab::{Lab, RedisServer};

use crate::stopwatch::{BINARY, row, say, shell, time};

const KEYS: u32 = 100_000;
/// At the usual pace they would take 20 s.
const FEWER: u32 = 20_000;
const RUNS: usize = 5;

pub async fn run() -> Result<(), Failure> {
    let lab = Lab::new()?;
    let redis = lab.redis(&[]).await?;
    let python = python();
    let (mut ours, mut undone, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        seed(&redis, KEYS);
        let (took, back) = freeze(&redis, &["--no-throttle"], KEYS);
        ours.push(took);
        undone.push(back);
        if let Some(python) = &python {
            seed(&redis, KEYS);
            theirs.push(peer(python, &redis));
        }
    }
    let speed = |seconds: Vec<f64>| f64::from(KEYS) / median(seconds);
    let (ours, undone) = (speed(ours), speed(undone));
    row(
        "`break freeze --no-throttle` of 100,000 keys: recorded, extended, read back",
        &format!("{ours:.0} keys/s"),
        ">= 100,000 keys/s",
        ours >= 100_000.0,
    );
    say(&format!("| its `undo`, by comparison key by key | {undone:.0} keys/s | | |"));
    match python {
        Some(_) => {
            let theirs = speed(theirs);
            let ratio = ours / theirs;
            row(
                "the same against a pipelined redis-py client with the same reads and writes",
                &format!("{ours:.0} against {theirs:.0} keys/s: {ratio:.1} x"),
                ">= 2 x",
                ratio >= 2.0,
            );
        }
        None => say("| a pipelined redis-py client | not run: no python3 with the package redis | | |"),
    }
    seed(&redis, FEWER);
    redis.says(&["CONFIG", "RESETSTAT"]).await?;
    let (took, _) = freeze(&redis, &[], FEWER);
    let share = spent(&redis.says(&["INFO", "commandstats"]).await?) / took;
    row(
        "its commands' share of the server's time at the usual pace (5,000 keys/s), undo included",
        &format!("{:.1} %", share * 100.0),
        "<= 10 %",
        share <= 0.10,
    );
    lab.stop().await;
    Ok(())
}

/// Keys with a TTL, spread over an hour.
fn seed(redis: &RedisServer, keys: u32) {
    let port = redis.port();
    let script = format!(
        "for i=1,{keys} do redis.call('SET','user:profile:'..i,'xxxxxxxxxxxxxxxx','PX',600000+(i*7919)%3600000) end"
    );
    time(&mut shell(&format!("redis-cli -p {port} flushall && redis-cli -p {port} eval \"{script}\" 0")));
}

/// The seconds from the intent on disk to the outcome, and those of the undo.
fn freeze(redis: &RedisServer, more: &[&str], keys: u32) -> (f64, f64) {
    let home = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| {
        let mut command = Command::new(BINARY);
        command.args(args).env_clear().env("HOME", home.path()).env("REDIS_URL", redis.url());
        let output = command.output().expect("the binary runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect::<Vec<Value>>()
    };
    let mut args = vec!["break", "freeze", "--pattern", "user:*", "--by", "15m", "--yes", "--no-watch"];
    args.extend(["-o", "json"]);
    args.extend(more);
    let events = run(&args);
    let outcome = events.iter().find(|event| event["event"] == "outcome").expect("an outcome");
    assert!(
        outcome["notes"][0].as_str().is_some_and(|note| note.starts_with(&keys.to_string())),
        "{outcome}"
    );
    let took = outcome["took_ms"].as_f64().expect("a time") / 1e3;
    let events = run(&["undo", "--yes", "-o", "json"]);
    let at = |name: &str| -> jiff::Timestamp {
        let event = events.iter().find(|event| event["event"] == name).expect("an event");
        event["at"].as_str().and_then(|at| at.parse().ok()).expect("a time")
    };
    (took, at("undone").duration_since(at("undoing")).as_secs_f64())
}

/// A Python that has redis-py.
pub fn python() -> Option<String> {
    let given = std::env::var("STAMPEDE_BENCH_PYTHON").ok();
    let mut candidates = given.into_iter().chain(["python3", "/usr/bin/python3"].map(String::from));
    candidates.find(|python| {
        let tried = Command::new(python).args(["-c", "import redis"]).output();
        tried.is_ok_and(|output| output.status.success())
    })
}

fn peer(python: &str, redis: &RedisServer) -> f64 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/freeze.py");
    let record = tempfile::NamedTempFile::new().expect("a file");
    let mut command = Command::new(python);
    command.arg(script).arg(redis.port().to_string()).arg(record.path()).arg(KEYS.to_string());
    let output = command.output().expect("python runs");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// Seconds that the server has worked on what we send for each key.
fn spent(stats: &str) -> f64 {
    let ours = ["pexpiretime", "pexpireat", "scan", "eval", "info", "ping", "time", "memory"];
    stats
        .lines()
        .filter(|line| ours.iter().any(|name| line.starts_with(&format!("cmdstat_{name}"))))
        .filter_map(|line| line.split("usec=").nth(1)?.split(',').next()?.parse::<f64>().ok())
        .sum::<f64>()
        / 1e6
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
