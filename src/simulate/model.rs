//! What is simulated.

use std::fmt;

use serde::Serialize;

/// The longest run and the longest time to live: ten years. What is more was not meant.
const LONGEST: f64 = 3.2e8;

/// A cache, a database, and those who ask. Times are seconds, rates are per second.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
    /// Requests per second; they come independently of each other (Poisson).
    pub rate: f64,
    /// Keys that are asked for.
    pub keys: u64,
    /// The exponent of Zipf's law: the key of rank r is asked for in proportion to r^-zipf. 0: all alike.
    pub zipf: f64,
    /// From the fill of a key to its expiry.
    pub ttl: f64,
    /// The answer to a hit.
    pub hit_time: f64,
    /// One rebuild, as long as the database is not overloaded.
    pub rebuild: f64,
    /// How far rebuilds differ: standard deviation / mean, log-normal. 0: they all take as long.
    pub spread: f64,
    /// Connections of the database: so many rebuilds run at once, the others wait for one, first come first served.
    pub database: u32,
    /// Rebuilds that run at full speed at once; more share it. None: as many as there are connections.
    pub cores: Option<u32>,
    /// So long a request waits for an answer before it gives up or tries again.
    pub client_timeout: f64,
    /// Further tries after one that has failed.
    pub retries: u32,
    /// The pause before the first of them; doubled before each further one.
    pub backoff: f64,
    /// Whether a pause is drawn between nothing and its full length.
    pub backoff_jitter: bool,
    /// What keeps rebuilds few.
    pub protection: Protection,
    /// What happens.
    pub trigger: Trigger,
    /// When it happens, from the beginning.
    pub trigger_at: f64,
    /// How long it is looked at.
    pub length: f64,
    /// What chance begins with.
    pub seed: u64,
    /// What is left to live for keys in the cache at the beginning, as it was sampled; empty: evenly spread over `ttl`.
    #[serde(skip)]
    pub left: Vec<f64>,
}

/// What keeps rebuilds few; any of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Protection {
    /// A lock for each key: one rebuilds, the others wait for what it brings.
    pub lock: bool,
    /// Probabilistic early expiration (`XFetch`), with this beta.
    pub early: Option<f64>,
    /// Each time to live is longer or shorter by up to this share.
    pub jitter: Option<f64>,
    /// An expired value is served for this long while one rebuild goes on in the background.
    pub stale: Option<f64>,
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.lock.then_some("lock"),
            self.early.map(|_| "early"),
            self.jitter.map(|_| "jitter"),
            self.stale.map(|_| "stale"),
        ];
        let names: Vec<_> = parts.into_iter().flatten().collect();
        f.write_str(&if names.is_empty() { "none".into() } else { names.join(",") })
    }
}

/// What happens at one moment of the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Nothing.
    None,
    /// All keys were filled together, and expire together.
    Expire,
    /// The cache is emptied.
    Flush,
    /// Values are lost, so many that about this share of the requests finds none.
    Drop(f64),
    /// The key of rank 1 expires.
    Hot,
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("nothing happens"),
            Self::Expire => f.write_str("all keys expire at once"),
            Self::Flush => f.write_str("the cache is emptied"),
            Self::Drop(share) => write!(f, "{:.0} % of the requests lose their value", share * 100.0),
            Self::Hot => f.write_str("the hottest key expires"),
        }
    }
}

/// A value that cannot be simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which field of [`Model`] (or of its protection).
    pub field: &'static str,
    /// What it has to be: a lowercase fragment.
    pub needs: &'static str,
}

impl Model {
    /// Looks for values that cannot be simulated. Errors: the first one.
    pub fn check(&self) -> Result<(), Fault> {
        let protection = &self.protection;
        let within = |value: f64, least: f64, most: f64| value >= least && value <= most;
        let time = |value: f64| value > 0.0 && value <= LONGEST;
        let share = match self.trigger {
            Trigger::Drop(share) => share,
            _ => 1.0,
        };
        let rules = [
            ("rate", within(self.rate, 1e-3, 1e9), "between 0.001/s and 1G/s"),
            ("keys", (1..=10_000_000_000).contains(&self.keys), "between 1 and 10G"),
            ("zipf", within(self.zipf, 0.0, 4.0), "between 0 and 4"),
            ("ttl", time(self.ttl), "more than 0 and at most ten years"),
            ("hit_time", within(self.hit_time, 0.0, 10.0), "at most 10 s"),
            ("rebuild", time(self.rebuild), "more than 0"),
            ("spread", within(self.spread, 0.0, 5.0), "between 0 and 5"),
            ("database", self.database > 0, "at least 1"),
            ("cores", self.cores != Some(0), "at least 1"),
            ("client_timeout", time(self.client_timeout), "more than 0"),
            ("retries", self.retries <= 100, "at most 100"),
            ("backoff", within(self.backoff, 0.0, 3600.0), "at most 1 h"),
            ("beta", protection.early.is_none_or(|beta| within(beta, 1e-3, 1e3)), "between 0.001 and 1000"),
            ("jitter", protection.jitter.is_none_or(|jitter| within(jitter, 0.0, 0.9)), "at most 90 %"),
            ("grace", protection.stale.is_none_or(time), "more than 0"),
            ("trigger", within(share, 0.0, 1.0), "a share between 0 and 1"),
            ("length", time(self.length), "more than 0 and at most ten years"),
            ("trigger_at", within(self.trigger_at, 0.0, self.length), "within the run"),
        ];
        match rules.into_iter().find(|(_, good, _)| !good) {
            Some((field, _, needs)) => Err(Fault { field, needs }),
            None => Ok(()),
        }
    }

    /// The longest time to live that a key can get.
    pub(super) fn longest_ttl(&self) -> f64 {
        self.ttl * (1.0 + self.protection.jitter.unwrap_or(0.0))
    }

    /// The share of the keys asked for `each` times per second that a warm cache holds: a key is there for its time to live,
    /// then gone until somebody asks.
    pub(super) fn held(&self, each: f64) -> f64 {
        let asked = each * self.ttl;
        asked / (1.0 + asked)
    }
}
