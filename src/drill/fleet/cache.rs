//! One server's connections to the cache, and what it does about a cache that fails.

use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, RedisError};
use tokio::sync::Notify;

use crate::clock;
use crate::drill::scenario::spec::Ejection;

/// How long a server waits for the cache.
const PATIENCE: Duration = Duration::from_secs(1);
/// A connection is replaced after this long, as pools do.
const LIFETIME: Duration = Duration::from_secs(20);
/// Between two looks at which are due.
const LOOK: Duration = Duration::from_millis(200);

/// Where the cache is, for all servers; it moves at a fail-over.
pub(in crate::drill) struct Home {
    user: &'static str,
    password: String,
    port: AtomicU16,
    /// Counts moves and restarts: connections from before are replaced.
    age: AtomicU64,
}

impl Home {
    pub(in crate::drill) fn new(user: &'static str, password: &str, port: u16) -> Arc<Self> {
        let (port, age) = (AtomicU16::new(port), AtomicU64::new(0));
        Arc::new(Self { user, password: password.to_owned(), port, age })
    }

    /// It is there now.
    pub(in crate::drill) fn move_to(&self, port: u16) {
        self.port.store(port, Ordering::Relaxed);
        self.leave();
    }

    /// All connections are replaced.
    pub(in crate::drill) fn leave(&self) {
        self.age.fetch_add(1, Ordering::Relaxed);
    }

    fn age(&self) -> u64 {
        self.age.load(Ordering::Relaxed)
    }

    /// Opens a connection. Errors: nobody listens, or refuses.
    pub(in crate::drill) async fn connect(&self) -> Result<MultiplexedConnection, RedisError> {
        let port = self.port.load(Ordering::Relaxed);
        let url = format!("redis://{}:{}@127.0.0.1:{port}", self.user, self.password);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        redis::Client::open(url)?.get_multiplexed_async_connection_with_config(&config).await
    }
}

/// A place for a connection.
struct Slot {
    connection: Option<MultiplexedConnection>,
    opened: Instant,
    age: u64,
    /// The last try to open it was in vain.
    refused: bool,
}

/// A server's connections to the cache.
pub(in crate::drill) struct CachePool {
    home: Arc<Home>,
    slots: Vec<RwLock<Slot>>,
    next: AtomicUsize,
    wanted: Notify,
    ejection: Option<Ejection>,
    /// Failures one after the other.
    failures: AtomicU32,
    began: Instant,
    /// Milliseconds since the beginning, until which the cache is not asked.
    left_out: AtomicU64,
    /// How often it was left out.
    pub(in crate::drill) ejections: AtomicU64,
}

/// A connection, lent for one request.
pub(in crate::drill) struct Lent {
    pub(in crate::drill) connection: MultiplexedConnection,
    slot: usize,
    opened: Instant,
}

/// The cache did not answer, or was not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::drill) struct NoCache;

impl CachePool {
    /// Opens all of them. Errors: nobody listens, or refuses.
    pub(in crate::drill) async fn open(
        home: Arc<Home>,
        size: usize,
        ejection: Option<Ejection>,
    ) -> Result<Self, RedisError> {
        let began = clock::instant();
        let mut slots = Vec::new();
        for n in 0..size {
            // As after hours: they are not replaced all at once.
            let used = LIFETIME.mul_f64(n as f64 / size as f64);
            let opened = began.checked_sub(used).unwrap_or(began);
            let connection = Some(home.connect().await?);
            slots.push(RwLock::new(Slot { connection, opened, age: home.age(), refused: false }));
        }
        Ok(Self {
            home,
            slots,
            next: AtomicUsize::new(0),
            wanted: Notify::new(),
            ejection,
            failures: AtomicU32::new(0),
            began,
            left_out: AtomicU64::new(0),
            ejections: AtomicU64::new(0),
        })
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// A connection for one request. Errors: the cache is left out, or this connection could not be opened again.
    pub(in crate::drill) fn lend(&self) -> Result<Lent, NoCache> {
        if self.ejection.is_some() && self.now_ms() < self.left_out.load(Ordering::Relaxed) {
            return Err(NoCache);
        }
        for _ in 0..self.slots.len() {
            let slot = self.next.fetch_add(1, Ordering::Relaxed) % self.slots.len();
            let found = self.slots[slot].read().unwrap_or_else(PoisonError::into_inner);
            match &found.connection {
                Some(connection) => {
                    return Ok(Lent { connection: connection.clone(), slot, opened: found.opened });
                }
                // It belongs to a thread of the server, which has nothing else.
                None if found.refused => break,
                None => self.wanted.notify_one(),
            }
        }
        self.failed();
        Err(NoCache)
    }

    /// What came of it: `broken`, none when it went well.
    pub(in crate::drill) fn give_back(&self, lent: &Lent, broken: Option<Broken>) {
        let Some(broken) = broken else {
            // A store in each request would send the line from core to core.
            if self.failures.load(Ordering::Relaxed) > 0 {
                self.failures.store(0, Ordering::Relaxed);
            }
            return;
        };
        if broken == Broken::Connection {
            let mut slot = self.slots[lent.slot].write().unwrap_or_else(PoisonError::into_inner);
            if slot.opened == lent.opened {
                slot.connection = None;
                self.wanted.notify_one();
            }
        }
        self.failed();
    }

    fn failed(&self) {
        let Some(ejection) = self.ejection else { return };
        if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= ejection.failures {
            self.failures.store(0, Ordering::Relaxed);
            let lasts = u64::try_from(ejection.lasts.as_millis()).unwrap_or(u64::MAX);
            self.left_out.store(self.now_ms().saturating_add(lasts), Ordering::Relaxed);
            self.ejections.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Sends one command. Errors: the cache does not answer, refuses, or is left out.
    pub(in crate::drill) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<Option<T>, NoCache> {
        let mut lent = self.lend()?;
        let asked = command.query_async::<Option<T>>(&mut lent.connection).await;
        let broken = asked.as_ref().err().map(Broken::of);
        self.give_back(&lent, broken);
        asked.map_err(|_| NoCache)
    }

    /// Replaces what is old, broken or belongs to another home; for ever.
    pub(in crate::drill) async fn keep(&self) {
        loop {
            for slot in &self.slots {
                let age = self.home.age();
                let is_due = {
                    let slot = slot.read().unwrap_or_else(PoisonError::into_inner);
                    slot.connection.is_none() || slot.opened.elapsed() > LIFETIME || slot.age != age
                };
                if !is_due {
                    continue;
                }
                let fresh = self.home.connect().await;
                let mut slot = slot.write().unwrap_or_else(PoisonError::into_inner);
                let refused = fresh.is_err();
                *slot = Slot { connection: fresh.ok(), opened: clock::instant(), age, refused };
            }
            // A notice is for what breaks, not for what is refused: that is tried again in a while.
            tokio::select! {
                () = clock::sleep(LOOK) => {}
                () = self.wanted.notified() => {}
            }
        }
    }
}

/// How a request of the cache went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::drill) enum Broken {
    /// The connection is gone, or an answer is still on its way over it: as pools do, it is closed then. The cache keeps what
    /// nobody takes from it, and a large answer many times over is more than a machine has.
    Connection,
    /// A refusal.
    Answer,
}

impl Broken {
    fn of(error: &RedisError) -> Self {
        if error.is_connection_dropped() || error.is_timeout() { Self::Connection } else { Self::Answer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_still_on_its_way_ends_its_connection() {
        let lost = |kind: std::io::ErrorKind| Broken::of(&RedisError::from(std::io::Error::from(kind)));
        assert_eq!(lost(std::io::ErrorKind::TimedOut), Broken::Connection);
        assert_eq!(lost(std::io::ErrorKind::BrokenPipe), Broken::Connection);
        let refusal = RedisError::from((redis::ErrorKind::UnexpectedReturnType, "no"));
        assert_eq!(Broken::of(&refusal), Broken::Answer);
    }
}
