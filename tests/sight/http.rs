//! A URL as users see it, beside a cache that is well.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use stampede::lab::Lab;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Load, Saw};
use crate::support::binary::Home;

/// Answers each request so, until the test ends. Gives its port.
fn serves<F: Future<Output = ()> + Send + 'static>(
    answer: impl Fn(TcpStream) -> F + Send + Sync + 'static,
) -> u16 {
    let answer = Arc::new(answer);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                _ = client.read(&mut [0; 4096]).await;
                answer(client).await;
            });
        }
    });
    port
}

/// Answers each request after `after`.
fn shop(after: Duration, status: &'static str) -> u16 {
    serves(move |mut client| async move {
        stampede::clock::sleep(after).await;
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok");
        _ = client.write_all(answer.as_bytes()).await;
    })
}

async fn saw(after: Duration, thresholds: &str) -> Saw {
    saw_answers(after, "200 OK", thresholds).await
}

async fn saw_status(status: &'static str) -> Saw {
    saw_answers(Duration::ZERO, status, "minimum_lookups: 20").await
}

async fn saw_answers(after: Duration, status: &'static str, thresholds: &str) -> Saw {
    saw_at(shop(after, status), thresholds).await
}

async fn saw_at(port: u16, thresholds: &str) -> Saw {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    let cache = redis.url();
    let targets = format!(
        "targets: {{ cache: {{ redis: '{cache}' }}, shop: {{ http: 'http://127.0.0.1:{port}/' }} }}\n"
    );
    Saw::configured(&Home::new(), thresholds, &targets, &[], &["--timeout", "3s"]).await
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

/// Answers with this head and the beginning of a body, and then with no more.
fn begins(head: &'static str, body: usize, hangs: bool) -> u16 {
    serves(move |mut client| async move {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{}", "x".repeat(body));
        _ = client.write_all(answer.as_bytes()).await;
        if hangs {
            std::future::pending::<()>().await;
        }
    })
}

#[tokio::test]
async fn bad_the_page_never_comes() {
    let port = begins("Content-Length: 100", 2, true);
    saw_at(port, "minimum_lookups: 20").await.tells(&["shop answers 200", "never comes"]);
}

#[tokio::test]
async fn bad_the_page_breaks_off() {
    let port = begins("Content-Length: 100", 2, false);
    saw_at(port, "minimum_lookups: 20").await.tells(&["shop answers 200", "breaks off"]);
}

#[tokio::test]
async fn fine_a_page_without_an_end() {
    let stream = begins("Content-Type: text/event-stream", 2, true);
    saw_at(stream, "minimum_lookups: 20").await.is_healthy();
    let download = begins("Content-Length: 1000000", 100_000, true);
    saw_at(download, "minimum_lookups: 20").await.is_healthy();
}
