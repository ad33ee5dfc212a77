//! The application's databases, and its connection pools to them: as small, and as patient, as in real life.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mysql_async::prelude::Queryable;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_postgres::SimpleQueryMessage;

use crate::clock;

/// How long a request waits for a connection before its user gets an error.
const PATIENCE: Duration = Duration::from_millis(500);
/// Idle connections are closed after this long, but for one.
const IDLE: Duration = Duration::from_secs(20);
const FEWEST: usize = 1;
/// Pause before a refused connection is tried again.
const RETRY: Duration = Duration::from_millis(50);

/// Where a database is.
pub(in crate::drill) enum Backend {
    Mysql(mysql_async::Opts),
    Postgres(Box<tokio_postgres::Config>),
}

enum Connection {
    Mysql(mysql_async::Conn),
    Postgres(tokio_postgres::Client),
}

/// A database, as all servers of the application use it together.
pub(in crate::drill) struct Database {
    backend: Backend,
    /// Connections that work for a request.
    busy: AtomicUsize,
    /// Statements that run.
    pub(in crate::drill) running: AtomicUsize,
    /// Statements so far.
    pub(in crate::drill) sent: AtomicU64,
}

/// One server's connections to a database: it opens them when they are first needed and keeps them, up to a number.
pub(in crate::drill) struct Pool {
    database: Arc<Database>,
    seats: Semaphore,
    /// The idle ones, and since when; the last that was used comes first again.
    idle: Mutex<Vec<(Instant, Connection)>>,
}

/// Counts for as long as it lives.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn one(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Database {
    pub(in crate::drill) fn new(backend: Backend) -> Arc<Self> {
        let (busy, running, sent) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicU64::new(0));
        Arc::new(Self { backend, busy, running, sent })
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

impl Pool {
    pub(in crate::drill) fn new(database: Arc<Database>, size: usize) -> Self {
        Self { database, seats: Semaphore::new(size), idle: Mutex::default() }
    }

    /// Fetches a row's text with `steps` statements on one connection; `query` makes each, given how many connections of all
    /// servers are busy then. None: there is no such row. Errors: no connection in time, or a statement that did not end well.
    pub(in crate::drill) async fn fetch(
        &self,
        steps: u32,
        query: impl Fn(usize) -> String,
    ) -> Result<Option<Vec<u8>>, String> {
        let none_in_time = || "no connection in time".to_owned();
        let seat = timeout(PATIENCE, self.seats.acquire()).await;
        let _seat = seat.ok().and_then(Result::ok).ok_or_else(none_in_time)?;
        let database = &*self.database;
        let _busy = Counted::one(&database.busy);
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some((_, connection)) => connection,
            None => timeout(PATIENCE, database.connect_again()).await.map_err(|_| none_in_time())?,
        };
        let running = Counted::one(&database.running);
        let mut answer = (Ok(None), true);
        for _ in 0..steps {
            database.sent.fetch_add(1, Ordering::Relaxed);
            answer = connection.run(&query(database.busy.load(Ordering::Relaxed))).await;
            if answer.0.is_err() {
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

    /// Closes all that nobody uses now.
    pub(in crate::drill) fn close_all(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Closes what has been idle for long, as pools do.
    pub(in crate::drill) fn close_idle(&self) {
        let now = clock::instant();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let old = idle.iter().take_while(|(since, _)| now.saturating_duration_since(*since) > IDLE).count();
        let old = old.min(idle.len().saturating_sub(FEWEST));
        idle.drain(..old);
    }
}

impl Connection {
    /// The row's text, none when there is none; and whether the connection can be used again.
    async fn run(&mut self, query: &str) -> (Result<Option<Vec<u8>>, String>, bool) {
        match self {
            Self::Mysql(connection) => match connection.query_first::<(Option<Vec<u8>>, i64), _>(query).await
            {
                // SLEEP gives 1 when somebody has killed the query.
                Ok(Some((_, 1))) => (Err("killed".into()), true),
                Ok(row) => (Ok(row.and_then(|(body, _)| body)), true),
                Err(mysql_async::Error::Server(refused)) => (Err(refused.message), true),
                Err(error) => (Err(error.to_string()), false),
            },
            Self::Postgres(client) => match client.simple_query(query).await {
                Ok(messages) => {
                    let row = messages.iter().find_map(|message| match message {
                        SimpleQueryMessage::Row(row) => row.get(0).map(|body| body.as_bytes().to_vec()),
                        _ => None,
                    });
                    (Ok(row), true)
                }
                Err(error) => (Err(error.to_string()), error.as_db_error().is_some()),
            },
        }
    }
}
