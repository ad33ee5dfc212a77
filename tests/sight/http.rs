//! A URL as users see it, beside a cache that is well.

use std::net::TcpListener;
use std::time::Duration;

use stampede::lab::Lab;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Load, Saw};
use crate::support::binary::Home;

/// Answers each request after `after`, until the test ends. Gives its port.
fn shop(after: Duration, status: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                _ = client.read(&mut [0; 4096]).await;
                stampede::clock::sleep(after).await;
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok");
                client.write_all(answer.as_bytes()).await
            });
        }
    });
    port
}

async fn saw(after: Duration, thresholds: &str) -> Saw {
    saw_answers(after, "200 OK", thresholds).await
}

async fn saw_status(status: &'static str) -> Saw {
    saw_answers(Duration::ZERO, status, "minimum_lookups: 20").await
}

async fn saw_answers(after: Duration, status: &'static str, thresholds: &str) -> Saw {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    let (cache, port) = (redis.url(), shop(after, status));
    let targets = format!(
        "targets: {{ cache: {{ redis: '{cache}' }}, shop: {{ http: 'http://127.0.0.1:{port}/' }} }}\n"
    );
    Saw::configured(&Home::new(), thresholds, &targets, &[], &[]).await
}

#[tokio::test]
async fn bad_users_wait_for_seconds() {
    saw(Duration::from_millis(300), "minimum_lookups: 20, response_slow: 250")
        .await
        .tells(&["shop takes 3", " to answer"]);
}

#[tokio::test]
async fn bad_users_are_turned_away() {
    saw_status("429 Too Many Requests").await.tells(&["shop answers 429"]);
}

#[tokio::test]
async fn fine_a_shop_that_answers() {
    saw(Duration::ZERO, "minimum_lookups: 20").await.is_healthy();
}
