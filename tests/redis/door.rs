//! Getting in when the server is full.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use stampede::clock;
use stampede::error::TargetErrorKind;
use stampede::lab::Lab;
use stampede::observation::Metric;
use stampede::probe::Part;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{known, look, noted, probe, spec, value};

/// Connects like a pool; none when the server is full.
async fn pooled(port: u16) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream.write_all(b"PING\r\n").await.ok()?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).await.ok()?;
    (&answer == b"+PONG\r\n").then_some(stream)
}

async fn fill(port: u16) -> Vec<TcpStream> {
    let mut held = Vec::new();
    while let Some(stream) = pooled(port).await {
        held.push(stream);
        assert!(held.len() < 100, "it never was full");
    }
    held
}

#[tokio::test]
async fn pooled_clients_never_let_us_in_and_that_is_said() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&["--maxclients", "8"]).await.expect("redis");
    let held = fill(redis.port()).await;
    let (mut look, said) = look(&[Part::Cache], 0);
    look.timeout = Duration::from_millis(1_500);
    // With what a busy machine adds to it.
    let report = tokio::time::timeout(look.timeout * 4, probe(spec(&[redis.port()])).measure(&look))
        .await
        .expect("in time");
    let error = report.error.as_ref().expect("an error");
    assert_eq!(error.kind, TargetErrorKind::Full);
    assert!(error.message.contains("connection attempts refused in "), "{error}");
    assert!(error.hint.as_ref().expect("a hint").contains("scale down one client"));
    assert_eq!(known(&report, Metric::CacheClientsRatio), 1.0);
    assert_eq!(known(&report, Metric::CacheUp), 1.0);
    assert_eq!(value(&report, Metric::CacheHitRatio), None);
    assert!(
        said.lock().expect("no panic").iter().any(|text| text.contains("is full: trying for a freed slot"))
    );
    drop(held);
}

#[tokio::test]
async fn a_freed_slot_is_won_among_churning_clients() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&["--maxclients", "12"]).await.expect("redis");
    let stop = Arc::new(AtomicBool::new(false));
    let refused = Arc::new(AtomicU64::new(0));
    // 36 clients on 12 slots: each holds one for 50 ms and tries again 2 ms after it was refused.
    let clients: Vec<_> = (0..36)
        .map(|_| {
            let (stop, refused, port) = (stop.clone(), refused.clone(), redis.port());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    match pooled(port).await {
                        Some(_held) => clock::sleep(Duration::from_millis(50)).await,
                        None => {
                            refused.fetch_add(1, Ordering::Relaxed);
                            clock::sleep(Duration::from_millis(2)).await;
                        }
                    }
                }
            })
        })
        .collect();
    while refused.load(Ordering::Relaxed) < 50 {
        clock::sleep(Duration::from_millis(5)).await;
    }
    let (mut look, _) = look(&[Part::Cache], 500);
    look.timeout = Duration::from_secs(10);
    // A slot may be free for a moment by luck: then there was no race, and we look again.
    let mut report = probe(spec(&[redis.port()])).measure(&look).await;
    for _ in 0..10 {
        if report.notes.iter().any(|note| note.contains("was full")) {
            break;
        }
        report = probe(spec(&[redis.port()])).measure(&look).await;
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("a client ends");
    }
    assert!(report.error.is_none(), "{:?}", report.error);
    assert!(known(&report, Metric::CacheRejected) > 0.0, "others were still refused in the window");
    noted(&report, "was full: got in after");
}

#[tokio::test]
async fn a_seat_taken_before_is_kept_when_the_door_closes() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&["--maxclients", "8"]).await.expect("redis");
    let mut probe = probe(spec(&[redis.port()]));
    let (look, said) = look(&[Part::Cache], 0);
    probe.measure(&look).await;
    let held = fill(redis.port()).await;
    let report = probe.measure(&look).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    assert_eq!(known(&report, Metric::CacheClientsRatio), 1.0);
    assert_eq!(known(&report, Metric::CacheClients), held.len() as f64 + 1.0);
    assert!(said.lock().expect("no panic").is_empty());
}
