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
const AT_ONCE: [usize; 3] = [20, 50, 200];
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
    for requests in AT_ONCE {
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            ours.push(by_us(&redis.url(), port, requests).await);
            plain.push(plainly(port, requests).await);
        }
        let (ours, plain) = (median(ours), median(plain));
        let beyond = |took: f64| took - WORK.as_secs_f64() * 1e3;
        row(
            &format!(
                "`prevent check`, {requests} at once: what it adds to a request beside a plain client (p50, p99)"
            ),
            &format!("{:.1} and {:.1} ms", ours.0 - plain.0, ours.1 - plain.1),
            "≤ 5 ms",
            ours.1 - plain.1 <= 5.0,
        );
        let ((p50, p99), (plain50, plain99)) = (ours, plain);
        say(&format!(
            "beyond the application's own time: {:.1} and {:.1} ms against {:.1} and {:.1} ms",
            beyond(p50),
            beyond(p99),
            beyond(plain50),
            beyond(plain99)
        ));
    }
    Ok(())
}

/// The run in the middle.
fn median(mut all: Vec<(f64, f64)>) -> (f64, f64) {
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    all[all.len() / 2]
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
async fn by_us(url: &str, port: u16, requests: usize) -> (f64, f64) {
    let home = tempfile::tempdir().expect("a folder");
    let page = format!("http://127.0.0.1:{port}/");
    let mut command = Command::new(BINARY);
    command.args(["prevent", "check", "--http", &page, "--key", "page:1", "--cases", "present"]);
    command.args(["--requests", &requests.to_string(), "-o", "json"]);
    command.env("REDIS_URL", url).env("HOME", home.path()).env("XDG_STATE_HOME", home.path());
    let output = command.output().await.expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let document: Value = serde_json::from_str(text.lines().last().unwrap_or_default()).expect("a document");
    let time = |name: &str| document["cases"][0]["answers"][name].as_f64().expect("a time");
    (time("p50_ms"), time("p99_ms"))
}

/// The same by connections that write a request and read its answer.
async fn plainly(port: u16, requests: usize) -> (f64, f64) {
    let gate = Arc::new(Barrier::new(requests));
    let asked: Vec<_> = (0..requests)
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
    (times[requests / 2], times[requests * 99 / 100])
}
