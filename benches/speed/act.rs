//! What acting costs beyond the disk, how soon `status` answers, and how soon a full server can be connected to again.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use stampede::clock;
use stampede::error::Failure;
use stampede::lab::Lab;

use crate::door::{CLIENTS, RETRIES, SLOTS, client};
use crate::stopwatch::{BINARY, median, ms, row, time};

const RUNS: usize = 20;
const EVENTS: usize = 10_000;

pub async fn run() -> Result<(), Failure> {
    engine().await?;
    status();
    for retry in RETRIES {
        door(retry).await?;
    }
    Ok(())
}

fn stampede(home: &str, url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args).env_clear().env("HOME", home).env("REDIS_URL", url).stdin(Stdio::null());
    command
}

async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output()).await.expect("it ends").expect("it starts")
}

/// From intent to outcome, the disk taken away: what is left is the server's answers and us.
async fn engine() -> Result<(), Failure> {
    let lab = Lab::new()?;
    let redis = lab.redis(&["--maxclients", "50"]).await?;
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path().display().to_string();
    let (mut beyond, mut disk, mut fsyncs) = (Vec::new(), Vec::new(), 0);
    for run in 0..RUNS {
        let to = (100 + run).to_string();
        let act = ["break", "maxclients", "--to", &to, "--yes", "--no-watch", "-o", "json"];
        let output = output(stampede(&home, &redis.url(), &act)).await;
        let events = String::from_utf8_lossy(&output.stdout).into_owned();
        let outcome = events.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let Some(outcome) = outcome.into_iter().find(|event| event["event"] == "outcome") else { continue };
        let took = outcome["took_ms"].as_f64().unwrap_or_default();
        let fsync = outcome["fsync_ms"].as_f64().unwrap_or_default();
        fsyncs = outcome["fsyncs"].as_u64().unwrap_or_default();
        beyond.push(Duration::from_secs_f64((took - fsync).max(0.0) / 1e3));
        disk.push(Duration::from_secs_f64(fsync / 1e3));
    }
    assert_eq!(beyond.len(), RUNS, "a run gave no outcome");
    let middle = median(beyond);
    row(
        &format!(
            "one step from intent to outcome, the server's answers included, beyond its {fsyncs} fsyncs"
        ),
        &format!("{} (fsyncs {})", ms(middle), ms(median(disk))),
        "<= 5 ms",
        middle <= Duration::from_millis(5),
    );
    lab.stop().await;
    Ok(())
}

/// `status` of an incident with many events.
fn status() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join(".local/state/stampede/incidents");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut journal = std::fs::File::create(folder.join("night.jsonl")).expect("a file");
    let mut seq = 0;
    let mut write = |event: Value| {
        seq += 1;
        let mut record = json!({ "seq": seq, "at": clock::now() });
        let fields = event.as_object().cloned().unwrap_or_default();
        record.as_object_mut().expect("an object").extend(fields);
        writeln!(journal, "{record}").expect("written");
    };
    write(json!({ "event": "opened", "format": 1, "incident": "night", "tool": "0" }));
    for n in 0..(EVENTS - 1) / 3 {
        let step = format!("maxclients-{n}");
        let part = json!({ "node": "cache:6379", "id": "x", "image": { "before": 50, "after": 500 } });
        let subject =
            json!({ "name": "redis", "kind": "redis", "address": "cache:6379", "identity": "Redis 7" });
        let change = json!({
            "action": "redis.maxclients", "summary": "raise maxclients from 50 to 500", "subject": subject,
            "commands": ["CONFIG SET maxclients 500"], "forecast": [], "risk": [], "back": "sets it back",
            "level": "ask", "parts": [part],
        });
        write(
            json!({ "event": "intent", "step": step, "change": change, "with": {}, "consent": "flag", "digest": "x" }),
        );
        write(json!({
            "event": "outcome", "step": step, "outcome": "done", "in_effect": false, "notes": [], "error": null,
            "took_ms": 3, "fsyncs": 1, "fsync_ms": 0.4,
        }));
        write(
            json!({ "event": "watched", "step": step, "metric": "database.running", "worse": false, "words": "as before" }),
        );
    }
    let home = home.path().display().to_string();
    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push(time(&mut stampede(&home, "redis://127.0.0.1:1", &["status"])).0);
    }
    let middle = median(times);
    row(
        &format!("`status` of an incident with {EVENTS} events"),
        &ms(middle),
        "<= 50 ms",
        middle <= Duration::from_millis(50),
    );
}

/// At maxclients, with clients that come and go: from a cold start to a new connection that was let in.
async fn door(retry: Duration) -> Result<(), Failure> {
    let lab = Lab::new()?;
    let redis = lab.redis(&["--maxclients", SLOTS]).await?;
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path().display().to_string();
    let stop = Arc::new(AtomicBool::new(false));
    // A connection of before the storm takes the slot again after each run.
    let keeper = redis::Client::open(redis.url()).expect("a URL");
    let mut keeper = keeper.get_multiplexed_async_connection().await.expect("a seat");
    let port = redis.port();
    let churn: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(client(port, retry, stop.clone()))).collect();
    clock::sleep(Duration::from_secs(2)).await;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let act = ["break", "maxclients", "--to", "5000", "--yes", "--no-watch"];
        let begin = clock::instant();
        let output = output(stampede(&home, &redis.url(), &act)).await;
        if output.status.success() {
            times.push(begin.elapsed());
        }
        let shut = redis::cmd("CONFIG").arg("SET").arg("maxclients").arg(SLOTS).clone();
        _ = shut.query_async::<String>(&mut keeper).await;
        // The storm is as it was when the clients of before have gone.
        clock::sleep(Duration::from_millis(400)).await;
    }
    stop.store(true, Ordering::Relaxed);
    for task in churn {
        _ = task.await;
    }
    times.sort();
    let figures = match times.as_slice() {
        [] => "never".to_owned(),
        times => {
            let at = |share: f64| ms(times[((times.len() - 1) as f64 * share) as usize]);
            format!(
                "{} of {RUNS}; minimum {}, median {}, 90 % {}, maximum {}",
                times.len(),
                at(0.0),
                at(0.5),
                at(0.9),
                at(1.0)
            )
        }
    };
    row(
        &format!(
            "`break maxclients` at maxclients, 500 clients on 50 slots, refused ones back after {}",
            ms(retry)
        ),
        &figures,
        "all of them",
        times.len() == RUNS,
    );
    lab.stop().await;
    Ok(())
}
