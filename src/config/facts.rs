//! Facts about the application that no server can tell: they gate steps, and stay unknown until somebody says them.

use serde::{Deserialize, Serialize};

/// What is known about the application. `None` means that nobody has said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// What the application does when the cache fails or is slow.
    pub on_cache_error: Option<OnCacheError>,
    /// How the application names its rebuild locks: a template with `{key}`, or `none`.
    pub lock_dialect: Option<String>,
    /// Who decides that a value is too old.
    pub expiry_lives_in: Option<ExpiryLivesIn>,
    /// Whether more cache pods would take load.
    pub cache_topology: Option<CacheTopology>,
    /// Whether the application works on while its database is read-only.
    pub tolerates_read_only: Option<bool>,
}

/// What the application does on a cache error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnCacheError {
    /// It serves the old value.
    Stale,
    /// It fails the request.
    Error,
    /// It asks the database: taking cache connections away would feed the stampede (S6).
    Database,
}

/// Where the expiry of a cached value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExpiryLivesIn {
    /// The TTL of the key.
    Cache,
    /// A time inside the value, which a longer TTL does not move.
    Value,
}

/// How cache servers share the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CacheTopology {
    /// Replicas serve reads.
    ReplicaReads,
    /// A Redis Cluster.
    Cluster,
    /// Clients hash keys over independent servers.
    Ring,
}
