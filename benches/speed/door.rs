//! Getting into a Redis at maxclients while 500 clients come and go, beside a `redis-cli ping` loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use stampede::clock;
use stampede::error::Failure;
use stampede::lab::Lab;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::stopwatch::{median, ms, ours, row, shell, time};

pub const CLIENTS: usize = 500;
pub const SLOTS: &str = "50";
const RUNS: usize = 15;
/// How long a client keeps its slot.
const HOLD: Duration = Duration::from_millis(200);
/// How soon a refused client comes back: patient ones, and ones without a backoff worth the name.
pub const RETRIES: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(2)];

pub async fn run() -> Result<(), Failure> {
    for retry in RETRIES {
        churning(retry).await?;
    }
    Ok(())
}

async fn churning(retry: Duration) -> Result<(), Failure> {
    let lab = Lab::new()?;
    let redis = lab.redis(&["--maxclients", SLOTS]).await?;
    let port = redis.port();
    let stop = Arc::new(AtomicBool::new(false));
    let churn: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(client(port, retry, stop.clone()))).collect();
    clock::sleep(Duration::from_secs(2)).await;
    let url = redis.url();
    let (mut us, mut them) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let url = url.clone();
        let pair = tokio::task::spawn_blocking(move || {
            let ours = time(&mut ours(&["detect", "cache", "--window", "0"], &[("REDIS_URL", &url)])).0;
            let theirs = time(&mut shell(&format!(
                "for i in $(seq 10000); do redis-cli -p {port} ping 2>&1 | grep -q PONG && break; done"
            )))
            .0;
            (ours, theirs)
        });
        let (ours, theirs) = pair.await.expect("both end");
        us.push(ours);
        them.push(theirs);
    }
    stop.store(true, Ordering::Relaxed);
    for task in churn {
        _ = task.await;
    }
    let (a, b) = (median(us), median(them));
    let ratio = b.as_secs_f64() / a.as_secs_f64();
    row(
        &format!(
            "first seat at maxclients, 500 clients on 50 slots, refused ones back after {}, against a `redis-cli ping` loop",
            ms(retry)
        ),
        &format!("{} against {}: {ratio:.1} x sooner", ms(a), ms(b)),
        ">= 5 x sooner",
        ratio >= 5.0,
    );
    lab.stop().await;
    Ok(())
}

/// Takes a slot when it can, works for a while, leaves, and comes back at once: 120 s at most.
pub async fn client(port: u16, retry: Duration, stop: Arc<AtomicBool>) {
    let until = clock::instant() + Duration::from_secs(120);
    while !stop.load(Ordering::Relaxed) && clock::instant() < until {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await {
            let mut reply = [0; 64];
            _ = stream.write_all(b"PING\r\n").await;
            let let_in = matches!(stream.read(&mut reply).await, Ok(n) if reply[..n].starts_with(b"+PONG"));
            clock::sleep(if let_in { HOLD } else { retry }).await;
        } else {
            clock::sleep(retry).await;
        }
    }
}
