//! The application's connection pools: as small, and as patient, as in real life.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mysql_async::prelude::Queryable;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_postgres::SimpleQueryMessage;

use crate::clock;

/// How long a request waits for a connection before its user gets an error.
const PATIENCE: Duration = Duration::from_millis(500);
/// Idle connections are closed after this long, but for some.
const IDLE: Duration = Duration::from_secs(20);
const FEWEST: usize = 4;
/// Pause before a refused connection is tried again.
const RETRY: Duration = Duration::from_millis(50);
/// The statement timeout of the application, in milliseconds.
pub(super) const STATEMENT_TIMEOUT_MS: u32 = 3_000;

/// Where a pool connects to.
pub(super) enum Backend {
    Mysql(mysql_async::Opts),
    Postgres(Box<tokio_postgres::Config>),
}

enum Connection {
    Mysql(mysql_async::Conn),
    Postgres(tokio_postgres::Client),
}

/// A bounded pool that opens connections when they are first needed and keeps them.
pub(super) struct Pool {
    backend: Backend,
    size: usize,
    connections: Semaphore,
    /// The idle ones, and since when; the last that was used comes first again.
    idle: Mutex<Vec<(Instant, Connection)>>,
    pub(super) running: AtomicUsize,
    /// Statements so far.
    pub(super) sent: AtomicU64,
}

/// Counts a statement as running for as long as it lives.
struct Running<'a>(&'a AtomicUsize);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    pub(super) fn new(backend: Backend, size: usize) -> Self {
        let connections = Semaphore::new(size);
        Self {
            backend,
            size,
            connections,
            idle: Mutex::default(),
            running: AtomicUsize::new(0),
            sent: AtomicU64::new(0),
        }
    }

    /// Fetches a row's text with `steps` statements on one connection; `query` makes each, given how many connections
    /// are busy then. None: no connection in time, a statement timeout, or no such row.
    pub(super) async fn fetch(&self, steps: u32, query: impl Fn(usize) -> String) -> Option<String> {
        let _seat = timeout(PATIENCE, self.connections.acquire()).await.ok()?.ok()?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some((_, connection)) => connection,
            None => timeout(PATIENCE, self.connect_again()).await.ok()?,
        };
        self.running.fetch_add(1, Ordering::Relaxed);
        let running = Running(&self.running);
        let mut answer = (None, true);
        for _ in 0..steps {
            let busy = self.size - self.connections.available_permits();
            self.sent.fetch_add(1, Ordering::Relaxed);
            answer = connection.run(&query(busy)).await;
            if answer.0.is_none() {
                break;
            }
        }
        drop(running);
        let (row, usable) = answer;
        if usable {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((clock::instant(), connection));
        }
        row
    }

    /// Closes what has been idle for long, as pools do.
    pub(super) fn close_idle(&self) {
        let now = clock::instant();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let old = idle.iter().take_while(|(since, _)| now.saturating_duration_since(*since) > IDLE).count();
        let old = old.min(idle.len().saturating_sub(FEWEST));
        idle.drain(..old);
    }

    /// Tries until a connection stands: a pool does not give up at the first refusal.
    async fn connect_again(&self) -> Connection {
        loop {
            if let Some(connection) = self.connect().await {
                return connection;
            }
            clock::sleep(RETRY).await;
        }
    }

    async fn connect(&self) -> Option<Connection> {
        match &self.backend {
            Backend::Mysql(options) => {
                Some(Connection::Mysql(mysql_async::Conn::new(options.clone()).await.ok()?))
            }
            Backend::Postgres(config) => {
                let (client, connection) = config.connect(tokio_postgres::NoTls).await.ok()?;
                // Ends when the client is dropped.
                tokio::spawn(connection);
                Some(Connection::Postgres(client))
            }
        }
    }
}

impl Connection {
    /// The answer, and whether the connection can be used again.
    async fn run(&mut self, query: &str) -> (Option<String>, bool) {
        match self {
            Self::Mysql(connection) => match connection.query_first::<(String, i64), _>(query).await {
                // SLEEP gives 1 when somebody has killed the query.
                Ok(row) => (row.filter(|(_, killed)| *killed == 0).map(|(body, _)| body), true),
                Err(mysql_async::Error::Server(_)) => (None, true),
                Err(_) => (None, false),
            },
            Self::Postgres(client) => match client.simple_query(query).await {
                Ok(messages) => {
                    let row = messages.iter().find_map(|message| match message {
                        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                        _ => None,
                    });
                    (row, true)
                }
                Err(error) => (None, error.as_db_error().is_some()),
            },
        }
    }
}
