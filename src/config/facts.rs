//! Facts about the application that no server can tell: they gate steps, and stay unknown until somebody says them.

use serde::{Deserialize, Serialize};

use crate::text;

/// What is known about the application. `None` means not configured.
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

impl Facts {
    /// The names that a fact can have, for `--fact NAME=VALUE` and for playbooks.
    pub const NAMES: &'static [&'static str] =
        &["on_cache_error", "lock_dialect", "expiry_lives_in", "cache_topology", "tolerates_read_only"];

    /// The fact of that name as text; none when it is not configured, or there is no such fact.
    pub fn get(&self, name: &str) -> Option<String> {
        match serde_json::to_value(self).ok()?.get(name)? {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Bool(yes) => Some(yes.to_string()),
            _ => None,
        }
    }

    /// Sets one fact from its text. Errors: no such fact, or no such value; a sentence.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let word = serde_json::Value::String(value.to_owned());
        let wrong = |known: &str| format!("{name} is {known}, not `{}`", text::escape(value));
        match name {
            "on_cache_error" => {
                self.on_cache_error =
                    Some(serde_json::from_value(word).map_err(|_| wrong("stale, error or database"))?);
            }
            "lock_dialect" if value == "none" || value.contains("{key}") => {
                self.lock_dialect = Some(value.to_owned());
            }
            "lock_dialect" => return Err(wrong("a key template with {key} in it (lock:{key}), or none")),
            "expiry_lives_in" => {
                self.expiry_lives_in =
                    Some(serde_json::from_value(word).map_err(|_| wrong("cache or value"))?);
            }
            "cache_topology" => {
                self.cache_topology =
                    Some(serde_json::from_value(word).map_err(|_| wrong("replica_reads, cluster or ring"))?);
            }
            "tolerates_read_only" => {
                self.tolerates_read_only = Some(value.parse().map_err(|_| wrong("true or false"))?);
            }
            _ => {
                let near = text::nearest(name, Self::NAMES.iter().copied());
                let hint = match near {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("there are: {}", Self::NAMES.join(", ")),
                };
                return Err(format!("there is no fact called {}; {hint}", text::escape(name)));
            }
        }
        Ok(())
    }
}
