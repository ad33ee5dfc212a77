//! Probes read a target and return observations. They know no thresholds.

pub mod cache;
pub mod database;
pub mod hotkeys;
pub mod http;
mod listing;
mod log_lists;
pub mod logs;
mod nginx;
mod pods;
pub mod pooler;
pub mod ttl;

mod survey;
mod up;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use crate::error::TargetError;
use crate::observation::{Kind, Observation};
use crate::system::{Dialling, Identity};

pub use listing::{Cell, Listing};
pub use survey::{Survey, address, open};
pub use up::up;

/// What servers call our connections while nobody acts.
const NAME: &str = "stampede";
/// Longest wait for one reply: a saturated server needs a second or two. Our own statements are limited to the same on the
/// servers of databases.
const REPLY: Duration = Duration::from_secs(5);

/// A part of the measurement that can be asked for by name: `stampede detect ttl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Hit ratio, clients, memory, evictions.
    Cache,
    /// Connections, running statements, queries per second.
    Database,
    /// Patterns in log files.
    Logs,
    /// Response time as users feel it.
    Http,
    /// The hottest living and missing keys.
    Hotkeys,
    /// When the next expiry cliff comes.
    Ttl,
}

/// How to look.
#[derive(Clone)]
pub struct Look {
    /// What to measure. A probe leaves out the parts that its kind of target does not have.
    pub parts: Vec<Part>,
    /// Time between the two samples of a counter; zero is one look: gauges only, lifetime ratios.
    pub window: Duration,
    /// Longest time to get in and to get answers, the window not counted.
    pub timeout: Duration,
    /// Keys to sample for the TTL histogram and for hot keys.
    pub samples: usize,
    /// Log lines older than this are not counted; none: all of them.
    pub since: Option<Duration>,
    /// Says what is going on while it takes long.
    pub say: Arc<dyn Fn(&str) + Send + Sync>,
    /// Hears the first gauges, before the window has passed; none when nobody waits for them.
    pub seen: Option<Hears>,
}

/// Hears words about a target.
pub type Hears = Arc<dyn Fn(&str) + Send + Sync>;

impl Look {
    /// Says what the first of two looks has found.
    fn saw(&self, words: impl FnOnce() -> String) {
        if let Some(seen) = self.seen.as_ref().filter(|_| !self.window.is_zero()) {
            seen(&words());
        }
    }

    /// Its limits, in the words of the targets. A fifth of the time is left for the questions, and for the words why nobody
    /// let us in.
    fn dialling(&self, started: Instant) -> Dialling {
        Dialling {
            connect_by: started + self.timeout * 4 / 5,
            reply: REPLY.min(self.timeout),
            say: self.say.clone(),
        }
    }
}

/// All that was learnt of one target.
#[derive(Clone, Debug)]
pub struct TargetReport {
    /// The target's name.
    pub target: Arc<str>,
    /// Its kind.
    pub kind: Kind,
    /// Where it was reached, redacted.
    pub address: String,
    /// What it is; none when it could not be asked.
    pub identity: Option<Identity>,
    /// The readings.
    pub observations: Vec<Observation>,
    /// Sentences an operator must see: "got in through the admin port", "1 of 6 nodes does not answer".
    pub notes: Vec<String>,
    /// Row lists.
    pub listings: Vec<Listing>,
    /// What each sampled key that expires has left to live, in seconds: the TTL histogram as it is, for who reckons with it.
    pub left: Vec<f64>,
    /// Why nothing (or not all) could be measured.
    pub error: Option<TargetError>,
}

impl TargetReport {
    /// One that has nothing in it yet.
    fn blank(target: &Arc<str>, kind: Kind, address: &str) -> Self {
        Self {
            target: target.clone(),
            kind,
            address: address.to_owned(),
            identity: None,
            observations: Vec::new(),
            notes: Vec::new(),
            listings: Vec::new(),
            left: Vec::new(),
            error: None,
        }
    }
}

/// A standing connection to one target that can be measured again and again (S3: one connection per system, kept).
pub trait Probe: Send {
    /// Measures once. Never fails: what went wrong is part of the report. Takes no longer than
    /// `look.timeout + look.window`.
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, TargetReport>;
}
