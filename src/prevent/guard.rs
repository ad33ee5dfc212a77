//! Reading through the cache with the forms that are chosen.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use tokio::time::timeout;

use crate::clock;
use crate::prevent::entry::Entry;
use crate::prevent::flights::Flights;
use crate::prevent::jitter::jittered;
use crate::prevent::lock::Lock;
use crate::prevent::{How, Protection, Served, Unserved, early, milliseconds, throttle};

/// Between two looks of a request that waits for another's rebuild, in milliseconds. It differs, so that they do not come all at once.
const PAUSE_MS: (u64, u64) = (25, 75);
/// How long a request waits that has no lock to say it.
const WAIT: Duration = Duration::from_secs(5);

/// One app server's access to its cache.
pub struct Guard {
    protection: Protection,
    cache: RwLock<MultiplexedConnection>,
    flights: Flights<Result<Served, Unserved>>,
}

/// What lies under a key.
struct Seen {
    stored: Option<Vec<u8>>,
    entry: Option<Entry>,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Good.
    Fresh,
    /// Good, and this request is the one that refreshes it.
    Due,
    /// Past its lifetime.
    Old,
    Missing,
}

impl Seen {
    fn served(self, how: How) -> Option<Served> {
        self.entry.map(|entry| Served { value: entry.value(), how })
    }

    /// As it is, if there is anything.
    fn into_served(self) -> Option<Served> {
        let how = if self.state == State::Old { How::Stale } else { How::Hit };
        self.served(how)
    }
}

impl Guard {
    /// With these forms, over this connection.
    pub fn new(protection: Protection, cache: MultiplexedConnection) -> Arc<Self> {
        Arc::new(Self { protection, cache: RwLock::new(cache), flights: Flights::default() })
    }

    /// From now on over this connection: an application has several, and replaces them.
    pub fn over(&self, cache: MultiplexedConnection) {
        *self.cache.write().unwrap_or_else(PoisonError::into_inner) = cache;
    }

    fn cache(&self) -> MultiplexedConnection {
        self.cache.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The value of a key. `rebuild` asks the database: it gives the value, none where there is no such row, or in words why it has
    /// failed. It goes on when whoever has asked is gone. Errors: there is neither a value nor an old one.
    pub async fn get<R, F>(self: &Arc<Self>, key: &str, rebuild: R) -> Result<Served, Unserved>
    where
        R: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Option<Vec<u8>>, String>> + Send + 'static,
    {
        let seen = self.look(key).await?;
        if seen.state == State::Fresh {
            return seen.served(How::Hit).ok_or(Unserved::Late);
        }
        if self.is_open().await? {
            return seen.into_served().ok_or(Unserved::Open);
        }
        if !self.protection.coalesce || seen.state != State::Missing {
            return self.clone().refresh(key.to_owned(), seen, rebuild).await;
        }
        let this = self.clone();
        let name = key.to_owned();
        let flight = async move {
            // Whoever starts a flight right after another has ended finds what that one has written.
            let seen = this.look(&name).await?;
            match seen.state {
                State::Missing => this.refresh(name, seen, rebuild).await,
                _ => seen.into_served().ok_or(Unserved::Late),
            }
        };
        let (landed, joined) = self.flights.share(key, flight).await;
        let mut served = landed.unwrap_or_else(|| Err(Unserved::Failed("it has panicked".into())))?;
        if joined && served.how == How::Rebuilt {
            served.how = How::Joined;
        }
        Ok(served)
    }

    async fn look(&self, key: &str) -> Result<Seen, Unserved> {
        let mut pipe = redis::pipe();
        pipe.atomic().cmd("GET").arg(key).cmd("PTTL").arg(key);
        let (stored, left): (Option<Vec<u8>>, i64) =
            pipe.query_async(&mut self.cache()).await.map_err(Unserved::cache)?;
        let entry = stored.clone().map(Entry::read);
        let left = u64::try_from(left).ok().map(Duration::from_millis);
        let state = match (&entry, left) {
            (None, _) => State::Missing,
            // What has no end is never old; and absence has no old age.
            (Some(_), None) | (Some(Entry::Absent), _) => State::Fresh,
            (Some(Entry::Value(_, cost)), Some(left)) => self.state(*cost, left),
        };
        Ok(Seen { stored, entry, state })
    }

    fn state(&self, cost: Duration, left: Duration) -> State {
        let keep = self.protection.stale.as_ref().map_or(Duration::ZERO, |stale| stale.keep);
        if left <= keep && !keep.is_zero() {
            return State::Old;
        }
        let beta = self.protection.early;
        match beta.is_some_and(|beta| early::refresh_now(left - keep, cost, beta, fastrand::f64())) {
            true => State::Due,
            false => State::Fresh,
        }
    }

    async fn is_open(&self) -> Result<bool, Unserved> {
        let Some((key, value)) = &self.protection.breaker else { return Ok(false) };
        let get = redis::cmd("GET").arg(key).query_async(&mut self.cache()).await;
        let now: Option<Vec<u8>> = get.map_err(Unserved::cache)?;
        Ok(now.is_some_and(|now| now == value.as_bytes()))
    }

    /// Rebuilds the key, or waits for whoever does.
    async fn refresh<R, F>(self: Arc<Self>, key: String, seen: Seen, rebuild: R) -> Result<Served, Unserved>
    where
        R: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Option<Vec<u8>>, String>> + Send + 'static,
    {
        let wait = self.protection.stale.as_ref().map(|stale| stale.hard);
        let wait = wait.or(self.protection.lock.as_ref().map(|lock| lock.wait)).unwrap_or(WAIT);
        let deadline = clock::instant() + wait;
        let mut seen = seen;
        loop {
            let mut otherwise = Unserved::Late;
            let lock = match &self.protection.lock {
                Some(locking) => Lock::take(&self.cache(), &key, locking.ttl).await?,
                None => None,
            };
            if lock.is_some() || self.protection.lock.is_none() {
                if let Some(lock) = lock {
                    // It may have come back, or been refreshed, between the look and the lock.
                    let now = self.look(&key).await?;
                    if now.stored != seen.stored && now.state != State::Missing && now.state != State::Old {
                        lock.release(Duration::ZERO).await?;
                        return now.into_served().ok_or(Unserved::Late);
                    }
                    if self.may(&key).await? {
                        return self.rebuilt(key, Some(lock), seen, rebuild).await;
                    }
                    lock.release(Duration::ZERO).await?;
                } else if self.may(&key).await? {
                    return self.rebuilt(key, None, seen, rebuild).await;
                }
                otherwise = Unserved::Throttled;
            }
            if seen.entry.is_some() {
                return seen.into_served().ok_or(Unserved::Late);
            }
            if clock::instant() >= deadline {
                return Err(otherwise);
            }
            clock::sleep(Duration::from_millis(fastrand::u64(PAUSE_MS.0..=PAUSE_MS.1))).await;
            seen = self.look(&key).await?;
            if seen.state != State::Missing {
                return seen.served(How::Joined).ok_or(Unserved::Late);
            }
        }
    }

    async fn may(&self, key: &str) -> Result<bool, Unserved> {
        match &self.protection.throttle {
            Some(throttle) => throttle::allowed(&self.cache(), key, throttle).await,
            None => Ok(true),
        }
    }

    /// Has it rebuilt by a task of its own, and waits for as long as there is reason to.
    async fn rebuilt<R, F>(
        self: Arc<Self>,
        key: String,
        lock: Option<Lock>,
        seen: Seen,
        rebuild: R,
    ) -> Result<Served, Unserved>
    where
        R: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Option<Vec<u8>>, String>> + Send + 'static,
    {
        let patience = self.protection.stale.as_ref().map(|stale| match seen.state {
            State::Missing => stale.hard,
            State::Fresh | State::Due | State::Old => stale.soft,
        });
        let task = tokio::spawn(self.make(key, lock, rebuild()));
        let made = match patience {
            Some(patience) => timeout(patience, task).await.ok(),
            None => Some(task.await),
        };
        let failed = match made {
            Some(Ok(Ok(served))) => return Ok(served),
            Some(Ok(Err(why))) => why,
            Some(Err(_)) => Unserved::Failed("it has panicked".into()),
            None => Unserved::Late,
        };
        seen.into_served().ok_or(failed)
    }

    async fn make(
        self: Arc<Self>,
        key: String,
        lock: Option<Lock>,
        rebuild: impl Future<Output = Result<Option<Vec<u8>>, String>>,
    ) -> Result<Served, Unserved> {
        let began = clock::instant();
        let made = match (&lock, &self.protection.lock) {
            (Some(lock), Some(locking)) => lock.while_renewed(locking, rebuild).await,
            _ => rebuild.await,
        };
        let value = match made {
            Ok(value) => value,
            Err(why) => {
                // A database in trouble is asked once in this time, not once by each waiter in turn.
                if let (Some(lock), Some(locking)) = (lock, &self.protection.lock) {
                    lock.release(locking.cooldown).await?;
                }
                return Err(Unserved::Failed(why));
            }
        };
        let keep = self.protection.stale.as_ref().map_or(Duration::ZERO, |stale| stale.keep);
        let (entry, ttl) = match (&value, self.protection.absent) {
            (Some(value), _) => {
                let spread = self.protection.jitter.unwrap_or(0.0);
                let ttl = jittered(self.protection.ttl, spread, fastrand::f64());
                (Entry::Value(value.clone(), began.elapsed()), ttl + keep)
            }
            (None, Some(absent)) => (Entry::Absent, absent),
            (None, None) => {
                if let Some(lock) = lock {
                    lock.release(Duration::ZERO).await?;
                }
                return Ok(Served { value, how: How::Rebuilt });
            }
        };
        let stored = entry.stored(self.protection.early.is_some());
        let ours = match lock {
            Some(lock) => lock.store(&stored, ttl).await?,
            None => {
                let mut set = redis::cmd("SET");
                set.arg(&key).arg(&stored).arg("PX").arg(milliseconds(ttl));
                set.query_async::<()>(&mut self.cache()).await.map_err(Unserved::cache)?;
                true
            }
        };
        if !ours && let Some(theirs) = self.look(&key).await?.served(How::Joined) {
            return Ok(theirs);
        }
        Ok(Served { value, how: How::Rebuilt })
    }
}
