//! An application's warm endpoint: `GET /warm/KEY` refills the key, or does what a test wants.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use redis::aio::MultiplexedConnection;
use stampede::clock;
use stampede::lab::RedisServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::keys::client;

/// What it does with a request.
#[derive(Clone, Debug)]
pub enum Does {
    /// Refills the key and says so.
    Refill,
    /// The same, and closes the connection behind it.
    RefillOnce,
    /// The same after this time.
    RefillAfter(Duration),
    /// Says so at once, and refills the key after this time.
    RefillLater(Duration),
    /// Answers with this status and these header lines, and refills nothing.
    Answer(u16, &'static str),
    /// Never answers.
    Hang,
    /// Closes the connection in the middle.
    Close,
}

/// What is done before a key is refilled.
pub type Work = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// What is done for a key, and the how manieth time.
type Choice = dyn Fn(&[u8], usize) -> Does + Send + Sync;

#[derive(Default)]
struct State {
    /// The keys that were asked for, in this order.
    asked: Mutex<Vec<Vec<u8>>>,
    /// The request lines.
    lines: Mutex<Vec<String>>,
    running: AtomicUsize,
    most: AtomicUsize,
    connections: AtomicUsize,
}

/// The endpoint.
#[derive(Clone)]
pub struct Warmer {
    pub port: u16,
    state: Arc<State>,
}

impl Warmer {
    /// Serves until the test ends. `does` is asked for each request: the key, and the how manieth request for it it is.
    pub async fn start(
        redis: &RedisServer,
        work: Option<Work>,
        does: impl Fn(&[u8], usize) -> Does + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let warmer = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let state = warmer.state.clone();
        let does: Arc<Choice> = Arc::new(does);
        let cache = client(redis).await;
        let times: Arc<Mutex<HashMap<Vec<u8>, usize>>> = Arc::default();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                state.connections.fetch_add(1, Ordering::Relaxed);
                let (state, does, cache, work, times) =
                    (state.clone(), does.clone(), cache.clone(), work.clone(), times.clone());
                tokio::spawn(async move { serve(stream, &state, &*does, cache, work, &times).await });
            }
        });
        warmer
    }

    /// `http://…/warm/{key}`
    pub fn template(&self) -> String {
        format!("http://127.0.0.1:{}/warm/{{key}}", self.port)
    }

    pub fn asked(&self) -> Vec<Vec<u8>> {
        self.state.asked.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.state.lines.lock().unwrap().clone()
    }

    /// The most requests at a time.
    pub fn most(&self) -> usize {
        self.state.most.load(Ordering::Relaxed)
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }
}

async fn serve(
    mut stream: TcpStream,
    state: &State,
    does: &Choice,
    cache: MultiplexedConnection,
    work: Option<Work>,
    times: &Mutex<HashMap<Vec<u8>, usize>>,
) {
    let mut heard = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = heard.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            let mut some = vec![0; 64 << 10];
            match stream.read(&mut some).await {
                Ok(0) | Err(_) => return,
                Ok(length) => heard.extend_from_slice(&some[..length]),
            }
        };
        let head: Vec<u8> = heard.drain(..end).collect();
        let line = String::from_utf8_lossy(&head).lines().next().unwrap_or("").to_owned();
        let path = line.split(' ').nth(1).unwrap_or_default();
        let key =
            percent_encoding::percent_decode_str(path.trim_start_matches("/warm/")).collect::<Vec<u8>>();
        state.lines.lock().unwrap().push(line);
        state.asked.lock().unwrap().push(key.clone());
        let nth = {
            let mut times = times.lock().unwrap();
            let nth = times.entry(key.clone()).or_default();
            *nth += 1;
            *nth
        };
        let running = state.running.fetch_add(1, Ordering::Relaxed) + 1;
        state.most.fetch_max(running, Ordering::Relaxed);
        if let Some(work) = &work {
            work().await;
        }
        let answer = match does(&key, nth) {
            Does::Refill => refill(&cache, &key).await,
            Does::RefillAfter(time) => {
                clock::sleep(time).await;
                refill(&cache, &key).await
            }
            Does::RefillLater(time) => {
                let cache = cache.clone();
                tokio::spawn(async move {
                    clock::sleep(time).await;
                    refill(&cache, &key).await;
                });
                "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".into()
            }
            Does::Answer(status, headers) => {
                format!("HTTP/1.1 {status} X\r\n{headers}content-length: 2\r\n\r\nno")
            }
            Does::RefillOnce => {
                refill(&cache, &key).await;
                state.running.fetch_sub(1, Ordering::Relaxed);
                _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nok").await;
                return;
            }
            Does::Hang => std::future::pending().await,
            Does::Close => {
                state.running.fetch_sub(1, Ordering::Relaxed);
                _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-le").await;
                return;
            }
        };
        state.running.fetch_sub(1, Ordering::Relaxed);
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn refill(cache: &MultiplexedConnection, key: &[u8]) -> String {
    let mut cache = cache.clone();
    redis::cmd("SETEX").arg(key).arg(600).arg("fresh").query_async::<()>(&mut cache).await.ok();
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".into()
}
