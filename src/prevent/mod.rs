//! Prevention: how an application keeps a cache miss from becoming a stampede, form by form (docs/prevention.md).
//!
//! [`Protection`] says which forms it has, [`Guard`] reads through the cache with them. The drill's application uses it, and obeys
//! with it what `break lock` and `break flag` write. No clock of a client is compared with another's: what is left of a time to live
//! is asked of the cache.

pub mod early;
mod entry;
mod flights;
mod guard;
pub mod jitter;
pub mod lock;
pub mod throttle;

use std::fmt::Display;
use std::time::Duration;

pub use crate::prevent::guard::Guard;

/// Which forms of protection an application has. Each can be chosen alone; [`Protection::none`] is plain cache-aside.
#[derive(Clone, Debug, PartialEq)]
pub struct Protection {
    /// Lifetime of a value.
    pub ttl: Duration,
    /// One rebuild of a key in the fleet.
    pub lock: Option<Locking>,
    /// Probabilistic early expiration, with this beta; 1 is usual.
    pub early: Option<f64>,
    /// Jittered expiration: the part of a lifetime that is random, 0 to less than 1.
    pub jitter: Option<f64>,
    /// Requests of one server for the same key share one rebuild.
    pub coalesce: bool,
    /// Old values are served while the new one is made.
    pub stale: Option<Stale>,
    /// That there is no such row is cached for so long.
    pub absent: Option<Duration>,
    /// The circuit breaker: the key and the value that open it, as `break flag` sets them.
    pub breaker: Option<(String, String)>,
    /// At most so many rebuilds of a key.
    pub throttle: Option<Throttle>,
}

/// How a lock is held and waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locking {
    /// When it ends after its holder has died. It may be shorter than a rebuild: it is renewed.
    pub ttl: Duration,
    /// How long it is renewed at most, so that a rebuild that hangs does not hold it for ever.
    pub longest: Duration,
    /// How long a request waits for somebody else's rebuild.
    pub wait: Duration,
    /// After a rebuild that has failed nobody tries for so long.
    pub cooldown: Duration,
}

impl Default for Locking {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { ttl: seconds(10), longest: seconds(60), wait: seconds(5), cooldown: seconds(1) }
    }
}

/// How old values are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// How long a value is kept after its lifetime.
    pub keep: Duration,
    /// How long the request that rebuilds waits where there is an old value.
    pub soft: Duration,
    /// And where there is none.
    pub hard: Duration,
}

/// A limit on rebuilds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// Rebuilds of a key in a period, at most.
    pub limit: u32,
    /// It begins with the first of them.
    pub period: Duration,
    /// A key that holds another limit while it is there, as `break flag` sets it.
    pub operator: Option<String>,
}

impl Protection {
    /// None: each request that misses asks the database.
    pub fn none(ttl: Duration) -> Self {
        Self {
            ttl,
            lock: None,
            early: None,
            jitter: None,
            coalesce: false,
            stale: None,
            absent: None,
            breaker: None,
            throttle: None,
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The value; none: there is no such row.
    pub value: Option<Vec<u8>>,
    /// Where it comes from.
    pub how: How,
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// From the cache, and good.
    Hit,
    /// From the cache, and old.
    Stale,
    /// This request has rebuilt it.
    Rebuilt,
    /// Another request has rebuilt it, and this one has waited.
    Joined,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unserved {
    /// The cache does not answer. The database is not asked in its place.
    #[error("the cache does not answer: {0}")]
    Cache(String),
    /// The rebuild has failed, and there is no old value.
    #[error("the rebuild failed: {0}")]
    Failed(String),
    /// Nobody has rebuilt it in time.
    #[error("nobody has rebuilt it in time")]
    Late,
    /// The breaker is open, and there is no old value.
    #[error("the breaker is open")]
    Open,
    /// It has been rebuilt as often as it may be.
    #[error("it has been rebuilt as often as it may be")]
    Throttled,
}

impl Unserved {
    fn cache(why: impl Display) -> Self {
        Self::Cache(why.to_string())
    }
}

/// A duration as Redis takes it; at least one.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}
