//! Spreading the expiries of a million keys: beside a pipelined Python client that does the same, and beside what the server
//! itself can do; at the usual pace, which leaves the server alone; and its memory at ten million.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stampede::error::Failure;
use stampede::lab::{Lab, RedisServer};

use crate::freeze::{median, python};
use crate::stopwatch::{BINARY, row, say, shell, time};

const KEYS: u32 = 1_000_000;
const MANY: u32 = 10_000_000;
/// At the usual pace they take 8 s.
const FEWER: u32 = 40_000;
const RUNS: usize = 3;
/// What a page of `SCAN` costs the server for a key, in microseconds (docs/systems.md, E).
const SCAN: f64 = 1.1;

pub async fn run() -> Result<(), Failure> {
    let lab = Lab::new()?;
    let redis = lab.redis(&[]).await?;
    let python = python();
    let (mut ours, mut undone, mut theirs, mut limits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        seed(&redis, KEYS);
        let ran = stagger(&redis, &["--no-throttle"], KEYS);
        ours.push(ran.took);
        undone.push(ran.back);
        if let Some(python) = &python {
            seed(&redis, KEYS);
            theirs.push(peer(python, &redis));
        }
        limits.push(limit(&redis));
    }
    let speed = |seconds: Vec<f64>| f64::from(KEYS) / median(seconds);
    let (ours, undone, limit) = (speed(ours), speed(undone), median(limits));
    row(
        "`recover stagger --no-throttle` of 1,000,000 keys: read and moved",
        &format!("{ours:.0} keys/s"),
        ">= 150,000 keys/s",
        ours >= 150_000.0,
    );
    say(&format!("| its `undo`, at its own pace of 20,000 keys/s | {undone:.0} keys/s | | |"));
    row(
        "the same against what the server can do (PTTL and PEXPIRE by redis-benchmark, 1.1 us a key for SCAN)",
        &format!("{ours:.0} of {limit:.0} keys/s: {:.2} x", ours / limit),
        ">= 0.5 x",
        ours / limit >= 0.5,
    );
    match python {
        Some(_) => {
            let theirs = speed(theirs);
            row(
                "the same against a pipelined redis-py client with the same reads and writes",
                &format!("{ours:.0} against {theirs:.0} keys/s: {:.1} x", ours / theirs),
                ">= 3 x",
                ours / theirs >= 3.0,
            );
        }
        None => say("| a pipelined redis-py client | not run: no python3 with the package redis | | |"),
    }
    seed(&redis, FEWER);
    redis.says(&["CONFIG", "RESETSTAT"]).await?;
    let ran = stagger(&redis, &[], FEWER);
    let share = spent(&redis.says(&["INFO", "commandstats"]).await?) / (ran.took + ran.back);
    row(
        "its commands' share of the server's time at the usual pace (5,000 keys/s), undo (20,000/s) included",
        &format!("{:.1} %", share * 100.0),
        "<= 10 %",
        share <= 0.10,
    );
    seed(&redis, MANY);
    let memory = stagger(&redis, &["--no-throttle"], MANY).memory;
    row("its peak memory at 10,000,000 keys", &format!("{memory:.1} MB"), "<= 64 MB", memory <= 64.0);
    lab.stop().await;
    Ok(())
}

/// Keys that all expire in the same second.
fn seed(redis: &RedisServer, keys: u32) {
    let port = redis.port();
    let chunk = 1_000_000;
    time(&mut shell(&format!("redis-cli -p {port} flushall")));
    for from in (0..keys).step_by(chunk as usize) {
        let until = keys.min(from + chunk);
        let script = format!(
            "for i={from},{until} do redis.call('SET','user:profile:'..i,'xxxxxxxxxxxxxxxx','EX',3600) end"
        );
        time(&mut shell(&format!("redis-cli -p {port} eval \"{script}\" 0")));
    }
}

struct Ran {
    /// Seconds from the intent on disk to the outcome.
    took: f64,
    /// Those of the undo.
    back: f64,
    /// Peak memory of the first, in MB.
    memory: f64,
}

fn stagger(redis: &RedisServer, more: &[&str], keys: u32) -> Ran {
    let home = tempfile::tempdir().expect("a folder");
    let mut args = vec!["recover", "stagger", "--pattern", "user:*", "--over", "60m", "--yes", "--no-watch"];
    args.extend(["-o", "json"]);
    args.extend(more);
    let (events, memory) = measured(&args, redis, home.path());
    let outcome = events.iter().find(|event| event["event"] == "outcome").expect("an outcome");
    let moved = outcome["notes"][0].as_str().and_then(|note| note.split(' ').next()?.parse::<u32>().ok());
    assert!(moved.is_some_and(|moved| moved.abs_diff(keys) <= 11), "{outcome}");
    let took = outcome["took_ms"].as_f64().expect("a time") / 1e3;
    let back = if keys == MANY {
        0.0
    } else {
        let (events, _) = measured(&["undo", "--yes", "-o", "json"], redis, home.path());
        let at = |name: &str| -> jiff::Timestamp {
            let event = events.iter().find(|event| event["event"] == name).expect("an event");
            event["at"].as_str().and_then(|at| at.parse().ok()).expect("a time")
        };
        at("undone").duration_since(at("undoing")).as_secs_f64()
    };
    Ran { took, back, memory }
}

/// The events of a command, and its peak memory in MB, by the kernel's account of a child (`ru_maxrss`).
fn measured(args: &[&str], redis: &RedisServer, home: &Path) -> (Vec<Value>, f64) {
    let script = "import json,os,resource,subprocess,sys\n\
                  p=subprocess.run(sys.argv[1:],stdout=subprocess.PIPE)\n\
                  sys.stdout.buffer.write(p.stdout)\n\
                  print(json.dumps({'rss':resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}))\n\
                  sys.exit(p.returncode)";
    let mut command = Command::new("python3");
    command.args(["-c", script, BINARY]).args(args).env_clear().env("HOME", home);
    let output =
        command.env("PATH", "/usr/bin:/bin").env("REDIS_URL", redis.url()).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let events: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let rss = events.iter().find_map(|event| event["rss"].as_f64()).expect("the kernel's account");
    (events, rss / 1024.0)
}

fn peer(python: &str, redis: &RedisServer) -> f64 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/stagger.py");
    let mut command = Command::new(python);
    command.arg(script).arg(redis.port().to_string()).args(["user:*", "3600"]);
    let output = command.output().expect("python runs");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// Keys a second that the server itself can read and move.
fn limit(redis: &RedisServer) -> f64 {
    let rate = |command: &str| {
        let port = redis.port();
        let bench = "redis-benchmark -q -n 1000000 -P 100 -r 1000000";
        let output = shell(&format!("{bench} -p {port} {command}")).output().expect("redis-benchmark runs");
        let text = String::from_utf8_lossy(&output.stdout).replace('\r', "\n");
        let last = text.lines().rfind(|line| line.contains("requests per second"));
        let rate = last.and_then(|line| line.split(": ").nth(1)?.split(' ').next()?.parse::<f64>().ok());
        rate.unwrap_or_else(|| panic!("{text}"))
    };
    let (read, write) =
        (rate("PTTL user:profile:__rand_int__"), rate("PEXPIRE user:profile:__rand_int__ 3600000"));
    1e6 / (1e6 / read + 1e6 / write + SCAN)
}

/// Seconds that the server has worked on what we send for each key.
fn spent(stats: &str) -> f64 {
    let ours = ["pexpiretime", "pexpireat", "scan", "eval", "info", "ping", "time", "memory"];
    stats
        .lines()
        // What a script calls is in the script's own time already.
        .filter(|line| ours.iter().any(|name| line.starts_with(&format!("cmdstat_{name}"))))
        .filter_map(|line| line.split("usec=").nth(1)?.split(',').next()?.parse::<f64>().ok())
        .sum::<f64>()
        / 1e6
}
