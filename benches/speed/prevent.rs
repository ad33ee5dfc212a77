//! What `prevent check` adds to a request: an application that answers after a fixed time, asked by it and by a plain client
//! with as many connections, in turn.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use stampede::clock;
use stampede::error::Failure;
use stampede::lab::Lab;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::Barrier;

use crate::stopwatch::{BINARY, row, say};

/// The time of the application.
const WORK: Duration = Duration::from_millis(100);
const REQUESTS: usize = 200;
const RUNS: usize = 5;
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

pub async fn run() -> Result<(), Failure> {
    let lab = Lab::new()?;
    let redis = lab.redis(&[]).await?;
    redis.says(&["SET", "page:1", "hello", "EX", "6000"]).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("a port").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(by_us(&redis.url(), port).await);
        plain.push(plainly(port).await);
    }
    let median = |mut all: Vec<(f64, f64)>| {
        all.sort_by(|one, other| one.0.total_cmp(&other.0));
        all[all.len() / 2]
    };
    let (ours, plain) = (median(ours), median(plain));
    let beyond = |took: f64| took - WORK.as_secs_f64() * 1e3;
    row(
        "prevent check: time beyond the application's own 100 ms, 200 at once (p50, p99)",
        &format!("{:.2} and {:.2} ms", beyond(ours.0), beyond(ours.1)),
        "≤ 5 ms",
        beyond(ours.1) <= 5.0,
    );
    say(&format!("a plain client beside it: {:.2} and {:.2} ms", beyond(plain.0), beyond(plain.1)));
    Ok(())
}

/// Each request is answered when the time is over.
async fn serve(mut stream: TcpStream) {
    let mut heard = [0; 4096];
    while matches!(stream.read(&mut heard).await, Ok(length) if length > 0) {
        clock::sleep(WORK).await;
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}

/// Median and 99th percentile in milliseconds, as `prevent check` tells them of a key that is there; the page fills no key, so
/// that it ends after that.
async fn by_us(url: &str, port: u16) -> (f64, f64) {
    let home = tempfile::tempdir().expect("a folder");
    let page = format!("http://127.0.0.1:{port}/");
    let mut command = Command::new(BINARY);
    command.args(["prevent", "check", "--http", &page, "--key", "page:1", "--cases", "present"]);
    command.args(["--requests", &REQUESTS.to_string(), "-o", "json"]);
    command.env("REDIS_URL", url).env("HOME", home.path()).env("XDG_STATE_HOME", home.path());
    let output = command.output().await.expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let document: Value = serde_json::from_str(text.lines().last().unwrap_or_default()).expect("a document");
    let time = |name: &str| document["cases"][0]["answers"][name].as_f64().expect("a time");
    (time("p50_ms"), time("p99_ms"))
}

/// The same by connections that write a request and read its answer.
async fn plainly(port: u16) -> (f64, f64) {
    let gate = Arc::new(Barrier::new(REQUESTS));
    let asked: Vec<_> = (0..REQUESTS)
        .map(|_| {
            let gate = gate.clone();
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("connected");
                gate.wait().await;
                let began = clock::instant();
                stream.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await.expect("sent");
                let mut heard = [0; 4096];
                _ = stream.read(&mut heard).await.expect("answered");
                began.elapsed().as_secs_f64() * 1e3
            })
        })
        .collect();
    let mut times = Vec::new();
    for one in asked {
        times.push(one.await.expect("done"));
    }
    times.sort_by(f64::total_cmp);
    (times[REQUESTS / 2], times[REQUESTS * 99 / 100])
}
