//! An hour at 100,000 requests/s; the same system as a SimPy model, whose rebuilds must come to the same; three decades of the
//! request rate.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::stopwatch::{median, ours, peak_memory, row, say, time};

const RUNS: usize = 3;
/// What SimPy can do, and what we are compared at.
const SMALL: [(&str, &str); 6] = [
    ("--rate", "2000"),
    ("--keys", "100000"),
    ("--zipf", "1.2"),
    ("--ttl", "60"),
    ("--rebuild", "0.1"),
    ("--database", "100"),
];
const LENGTH: &str = "120";

pub fn run() {
    hour("10M", Some((10.0, 200)));
    hour("100M", None);
    decades();
    match simpy() {
        Some(python) => beside(&python),
        None => say(
            "| a SimPy model of the same system | not run: no python3 -m venv, or no simpy from PyPI | | |",
        ),
    }
}

fn simulate(args: &[&str]) -> Command {
    let mut all = vec!["simulate", "-o", "json"];
    all.extend(args);
    ours(&all, &[])
}

/// One hour at 100,000 requests/s on so many keys; limits in seconds and MiB.
fn hour(keys: &str, limits: Option<(f64, u64)>) {
    let mut args = vec!["--rate", "100k/s", "--keys", keys, "--ttl", "1h", "--rebuild", "20ms"];
    args.extend(["--database", "100", "--for", "1h", "--trigger", "none"]);
    let mut command = simulate(&args);
    let took = median((0..RUNS).map(|_| time(&mut command).0).collect()).as_secs_f64();
    let memory = peak_memory(&command).map(|kib| kib / 1024);
    let figures = format!("{took:.1} s, {} MiB", memory.map_or_else(|| "?".into(), |mib| mib.to_string()));
    let name = format!("`simulate`: 1 h of 100,000 requests/s on {keys} keys");
    match limits {
        Some((seconds, mib)) => {
            let met = took <= seconds && memory.is_some_and(|memory| memory <= mib);
            row(&name, &figures, "<= 10 s, <= 200 MB", met);
        }
        None => row(&name, &figures, "<= 200 MB", memory.is_some_and(|memory| memory <= 200)),
    }
}

/// The same keys expire as often, and a thousand times as many requests find them.
fn decades() {
    for rate in ["100k/s", "1M/s", "10M/s", "100M/s"] {
        let mut args = vec!["--rate", rate, "--keys", "100k", "--ttl", "1m", "--rebuild", "20ms"];
        args.extend(["--database", "1000", "--for", "10m", "--trigger", "none", "--protect", "stale"]);
        let mut command = simulate(&args);
        let took = median((0..RUNS).map(|_| time(&mut command).0).collect());
        let json = document(command);
        let counts = &json["arms"][0]["whole"]["counts"];
        say(&format!(
            "| 10 min at {rate}: {} requests, {} rebuilds | {:.2} s | | |",
            counts["requests"],
            counts["queries"],
            took.as_secs_f64()
        ));
    }
}

fn document(mut command: Command) -> Value {
    let output = command.output().expect("the binary runs");
    serde_json::from_slice(&output.stdout).expect("a document")
}

/// A Python that has simpy, in an environment made for it under `target/`.
fn simpy() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/simpy");
    let python = folder.join("bin/python");
    let has = |python: &Path| {
        let tried = Command::new(python).args(["-c", "import simpy"]).output();
        tried.is_ok_and(|output| output.status.success())
    };
    if !has(&python) {
        Command::new("python3").args(["-m", "venv"]).arg(&folder).status().ok()?;
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "simpy==4.1.1"]).status().ok()?;
    }
    has(&python).then_some(python)
}

fn beside(python: &Path) {
    let (mut theirs, mut mine, mut rebuilds) = (Vec::new(), Vec::new(), [0u64; 2]);
    for seed in 1..=RUNS {
        let seed = seed.to_string();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/simulate.py");
        let mut command = Command::new(python);
        command.arg(script).args(SMALL.map(|(_, value)| value)).args([LENGTH, &seed]);
        let json = document(command);
        theirs.push(json["seconds"].as_f64().expect("seconds"));
        rebuilds[0] += json["rebuilds"].as_u64().expect("a count");
        let mut args: Vec<&str> = SMALL.iter().flat_map(|(flag, value)| [*flag, *value]).collect();
        args.extend(["--for", LENGTH, "--trigger", "none", "--seed", &seed]);
        mine.push(time(&mut simulate(&args)).0.as_secs_f64());
        let json = document(simulate(&args));
        rebuilds[1] += json["arms"][0]["whole"]["counts"]["queries"].as_u64().expect("a count");
    }
    let middle = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let (theirs, mine) = (middle(theirs), middle(mine));
    let (ratio, agree) = (theirs / mine, rebuilds[1] as f64 / rebuilds[0] as f64);
    row(
        "2 min of 2,000 requests/s on 100,000 keys, against a SimPy model (its own time without the start; 3 seeds)",
        &format!("{:.0} ms against {:.1} s: {ratio:.0} x", mine * 1e3, theirs),
        ">= 50 x",
        ratio >= 50.0,
    );
    row(
        "rebuilds of the two, three seeds together",
        &format!("{} against {}: {agree:.3}", rebuilds[1], rebuilds[0]),
        "within 5 %",
        (agree - 1.0).abs() < 0.05,
    );
}
