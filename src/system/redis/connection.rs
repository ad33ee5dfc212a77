//! One connection to a node, kept between measurements and kept alive (S3).

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::clock;
use crate::config::Address;
use crate::error::TargetError;
use crate::system::redis::wire::Wire;
use crate::system::redis::{Code, Own, Query, Reply, Write, error};

/// The server's idle `timeout` would close an idle connection.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Longest wait for the answer to a keep-alive.
const ANSWER: Duration = Duration::from_secs(5);

/// The answer to a PING.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo {
    /// The round trip.
    pub took: Duration,
    /// Whether it was no refusal.
    pub answered: bool,
    /// What a command of a client would be refused for at this moment: a PING is refused as that would be, but for what
    /// depends on a key.
    pub refused: Option<Code>,
}

/// A connection that is held until it is dropped.
pub struct Connection {
    address: Address,
    wire: Arc<Mutex<Wire>>,
    keeper: JoinHandle<()>,
}

impl Connection {
    /// Keeps `wire` alive from now on.
    pub fn keep(wire: Wire) -> Self {
        let address = wire.address.clone();
        let wire = Arc::new(Mutex::new(wire));
        let kept = wire.clone();
        let keeper = tokio::spawn(async move {
            loop {
                clock::sleep(KEEP_ALIVE).await;
                let by = clock::instant() + ANSWER;
                if kept.lock().await.query(&[Query::Ping], by).await.is_err() {
                    return; // The next question finds it broken and opens another.
                }
            }
        });
        Self { address, wire, keeper }
    }

    /// Asks, in one write; error replies are replies.
    pub async fn query(&self, queries: &[Query<'_>], by: Instant) -> Result<Vec<Reply>, TargetError> {
        self.query_and_write(queries, &[], by).await.map(|(answers, _)| answers)
    }

    /// Asks and tells, in one go; an `Err` is in doubt.
    pub(super) async fn query_and_write(
        &self,
        queries: &[Query<'_>],
        writes: &[Write<'_>],
        by: Instant,
    ) -> Result<(Vec<Reply>, Vec<Reply>), TargetError> {
        // The keep-alive may be waiting for its own answer on a server that hangs.
        let left = by.saturating_duration_since(clock::instant());
        match tokio::time::timeout(left, self.wire.lock()).await {
            Ok(mut wire) => wire.query_and_write(queries, writes, by).await,
            Err(_) => Err(error::silent(&self.address, left)),
        }
    }

    /// One question.
    pub async fn query_one(&self, query: Query<'_>, by: Instant) -> Result<Reply, TargetError> {
        Ok(self.query(&[query], by).await?.pop().unwrap_or(Reply::Nil))
    }

    /// A PING, from when it is sent: it has not waited for another question of ours.
    pub async fn echo(&self, by: Instant) -> Result<Echo, TargetError> {
        let left = by.saturating_duration_since(clock::instant());
        let Ok(mut wire) = tokio::time::timeout(left, self.wire.lock()).await else {
            return Err(error::silent(&self.address, left));
        };
        let sent = clock::instant();
        let reply = wire.query(&[Query::Ping], by).await?.pop();
        let took = clock::instant() - sent;
        let answered = reply.as_ref().is_some_and(|reply| reply.error().is_none());
        Ok(Echo { took, answered, refused: reply.and_then(|reply| reply.code()) })
    }

    /// What we did to the server's counters so far.
    pub async fn own(&self) -> Own {
        self.wire.lock().await.own.clone()
    }

    /// What an error reply means.
    pub async fn meaning(&self, text: &str) -> TargetError {
        self.wire.lock().await.meaning(text)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}
