//! What is the matter, how sure we are, how we know, and what to do next.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Measured, and nothing is wrong.
    Ok,
    /// Something is off.
    Warning,
    /// An incident.
    Critical,
    /// Not enough could be measured to say.
    Unknown,
}

/// The patterns: a line each makes the variant, its name in output and recordings, and how one would say it.
macro_rules! patterns {
    ($($(#[$doc:meta])* $pattern:ident = $name:literal, $words:literal;)*) => {
        /// What is going on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
        pub enum Pattern {
            $($(#[$doc])* #[serde(rename = $name)] $pattern,)*
        }

        impl Pattern {
            /// Every pattern.
            pub const ALL: &'static [Pattern] = &[$(Pattern::$pattern,)*];

            /// The name used in output and in recordings.
            pub fn name(self) -> &'static str {
                match self { $(Self::$pattern => $name,)* }
            }

            /// The name as one would say it.
            pub fn words(self) -> &'static str {
                match self { $(Self::$pattern => $words,)* }
            }
        }
    };
}

patterns! {
    /// Nothing is wrong.
    Healthy = "healthy", "healthy";
    /// Many keys expired together.
    ClassicExpiry = "classic_expiry", "classic expiry";
    /// One key (or a few) went, and everybody rebuilds it.
    HotKey = "hot_key", "hot key";
    /// The cache lost its content: flush, restart, failover.
    ColdCache = "cold_cache", "cold cache";
    /// The cache is too small and throws out what is needed.
    EvictionStorm = "eviction_storm", "eviction storm";
    /// Lookups for keys that do not exist.
    AbsentKeys = "absent_keys", "absent keys";
    /// The cache refuses new connections.
    CacheConnectionsExhausted = "cache_connections_exhausted", "cache connections exhausted";
    /// The database refuses new connections.
    DatabaseConnectionsExhausted = "database_connections_exhausted", "database connections exhausted";
    /// More traffic with a steady hit ratio: not a stampede.
    TrafficSurge = "traffic_surge", "traffic surge";
    /// A slow database with a steady hit ratio: not a stampede.
    SlowDatabase = "slow_database", "slow database";
    /// The cache does not answer at all.
    CacheDown = "cache_down", "cache down";
    /// Not enough could be measured to say.
    Unknown = "unknown", "no known pattern";
}

impl Level {
    /// Every level.
    pub const ALL: &'static [Level] = &[Level::Ok, Level::Warning, Level::Critical, Level::Unknown];

    /// The name used in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Unknown => "unknown",
        }
    }

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

/// How sure the verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// One signal, or signals that could be missing.
    Low,
    /// Two independent signals.
    Medium,
    /// Two or more independent signals, nothing missing that could change the pattern.
    High,
}

impl Confidence {
    /// As it is said.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
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
