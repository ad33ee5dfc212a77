//! What is the matter, how sure we are, how we know, and what to do next.

use serde::Serialize;

use crate::text::named;

named! {
    /// How bad it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
    #[serde(rename_all = "lowercase")]
    pub enum Level {
        /// Measured, and nothing is wrong.
        Ok => "ok",
        /// Something is off.
        Warning => "warning",
        /// An incident.
        Critical => "critical",
        /// Not enough could be measured to say.
        Unknown => "unknown",
    }
    /// The name used in output.
    fn name
}

named! {
    /// What is going on.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum Pattern {
        /// Nothing is wrong.
        Healthy => "healthy",
        /// Many keys expired together.
        ClassicExpiry => "classic_expiry",
        /// One key (or a few) went, and everybody rebuilds it.
        HotKey => "hot_key",
        /// The cache lost its content: flush, restart, failover.
        ColdCache => "cold_cache",
        /// The cache is too small and throws out what is needed.
        EvictionStorm => "eviction_storm",
        /// The cache is full of work: it answers late.
        CacheSaturated => "cache_saturated",
        /// The cache refuses writes.
        CacheRefusesWrites => "cache_refuses_writes",
        /// Many keys will expire together soon.
        CliffAhead => "cliff_ahead",
        /// Lookups for keys that do not exist.
        AbsentKeys => "absent_keys",
        /// The cache refuses new connections.
        CacheConnectionsExhausted => "cache_connections_exhausted",
        /// The database refuses new connections.
        DatabaseConnectionsExhausted => "database_connections_exhausted",
        /// More traffic with a steady hit ratio: not a stampede.
        TrafficSurge => "traffic_surge",
        /// A slow database with a steady hit ratio: not a stampede.
        SlowDatabase => "slow_database",
        /// Sessions of the database stand behind a lock that somebody holds: not a stampede.
        DatabaseLocked => "database_locked",
        /// A replica of the database stands or is late: not a stampede.
        ReplicaBehind => "replica_behind",
        /// The cache does not answer at all.
        CacheDown => "cache_down",
        /// Not enough could be measured to say.
        Unknown => "unknown",
    }
    /// The name used in output and in recordings.
    fn name
}

impl Pattern {
    /// The name as one would say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::ClassicExpiry => "classic expiry",
            Self::HotKey => "hot key",
            Self::ColdCache => "cold cache",
            Self::EvictionStorm => "eviction storm",
            Self::CacheSaturated => "cache saturated",
            Self::CacheRefusesWrites => "cache refuses writes",
            Self::CliffAhead => "expiry cliff ahead",
            Self::AbsentKeys => "absent keys",
            Self::CacheConnectionsExhausted => "cache connections exhausted",
            Self::DatabaseConnectionsExhausted => "database connections exhausted",
            Self::TrafficSurge => "traffic surge",
            Self::SlowDatabase => "slow database",
            Self::DatabaseLocked => "database locked",
            Self::ReplicaBehind => "replica behind",
            Self::CacheDown => "cache down",
            Self::Unknown => "no known pattern",
        }
    }
}

impl Level {
    /// How much it matters: what is wrong before what is unknown, what is unknown before what is fine.
    pub fn weight(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Unknown => 1,
            Self::Warning => 2,
            Self::Critical => 3,
        }
    }
}

named! {
    /// How sure the verdict is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
    #[serde(rename_all = "lowercase")]
    pub enum Confidence {
        /// One signal, or signals that could be missing.
        Low => "low",
        /// Two independent signals.
        Medium => "medium",
        /// Two or more independent signals, nothing missing that could change the pattern.
        High => "high",
    }
    /// As it is said.
    fn name
}

/// One signal that was judged.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Signal {
    /// The metric's dotted name, or a derived one (`database.queries_vs_baseline`).
    pub name: String,
    /// The target it was measured on.
    pub target: String,
    /// The value; none when it could not be measured.
    pub value: Option<f64>,
    /// What this signal says by itself.
    pub level: Level,
    /// The value that is a warning, where that is a fixed number.
    pub warning: Option<f64>,
    /// The value that is critical, where that is a fixed number.
    pub critical: Option<f64>,
    /// The threshold or baseline it was held against, or why it is unknown.
    pub basis: String,
}

/// A command to run next, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Next {
    /// The command, ready to paste.
    pub command: String,
    /// Why, in a few words.
    pub why: String,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How bad.
    pub level: Level,
    /// What.
    pub pattern: Pattern,
    /// Whether it is a stampede (misses falling through to the database); none when that cannot be said.
    pub stampede: Option<bool>,
    /// How sure.
    pub confidence: Confidence,
    /// One line: the answer.
    pub headline: String,
    /// What was judged.
    pub signals: Vec<Signal>,
    /// Sentences with numbers that lead to the pattern.
    pub evidence: Vec<String>,
    /// What to do next.
    pub next: Vec<Next>,
}
