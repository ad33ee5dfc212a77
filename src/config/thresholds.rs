//! The numbers at which a signal becomes a warning or critical.

use serde::{Deserialize, Serialize};

use crate::observation::Metric;

/// Thresholds of the protocol; each can be set in `stampede.yaml` under `thresholds:`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Hit ratio below which the cache is a warning, 0-1.
    #[schemars(range(min = 0, max = 1))]
    pub hit_ratio_warn: f64,
    /// Hit ratio below which the cache is critical, 0-1.
    #[schemars(range(min = 0, max = 1))]
    pub hit_ratio_critical: f64,
    /// Database queries as a multiple of the baseline at which load is critical.
    #[schemars(extend("exclusiveMinimum" = 1))]
    pub queries_vs_baseline: f64,
    /// Share of a connection limit in use that is a warning, 0-1.
    #[schemars(range(min = 0, max = 1))]
    pub connections_warn: f64,
    /// Share of a connection limit in use that is critical, 0-1.
    #[schemars(range(min = 0, max = 1))]
    pub connections_critical: f64,
    /// Statements running on a database from which on warming and ramping go slower.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub running_slow: f64,
    /// Statements running on a database from which on warming and ramping stop.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub running_stop: f64,
    /// Round trip of a PING, in milliseconds, from which on a cache is slow; and from ten times its usual one on, where that is more.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub cache_slow: f64,
    /// Time until the answer of a URL is there, in milliseconds, from which on it is a warning where its usual time is not known.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub response_slow: f64,
    /// Seconds that somebody waits for a database lock from which on it is a warning.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub lock_wait_warn: f64,
    /// Seconds that several wait for a database lock from which on it is critical.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub lock_wait_critical: f64,
    /// Seconds that a replica may be behind before it is a warning.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub replication_lag_warn: f64,
    /// Seconds that a replica is behind from which on it is critical.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub replication_lag_critical: f64,
    /// Denied logins per second that are a warning.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub failed_logins_warn: f64,
    /// Share of PostgreSQL's transaction ids in use that is a warning, 0-1.
    #[schemars(range(min = 0, max = 1))]
    pub xid_age_warn: f64,
    /// Share of PostgreSQL's transaction ids in use that is critical, 0-1.
    #[schemars(range(min = 0, max = 1))]
    pub xid_age_critical: f64,
    /// Seconds that a client of a pooler waits for a server connection from which on it is a warning.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub pooler_wait_warn: f64,
    /// Seconds that a client of a pooler waits for a server connection from which on it is critical.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub pooler_wait_critical: f64,
    /// Lookups a window must hold before its hit ratio is judged at all.
    #[schemars(range(min = 0))]
    pub minimum_lookups: f64,
}

impl Thresholds {
    /// At which value of a metric it is a warning, and critical, in the unit of the metric; none where there is no such number.
    pub fn of(&self, metric: Metric) -> (Option<f64>, Option<f64>) {
        match metric {
            Metric::CacheHitRatio => (Some(self.hit_ratio_warn), Some(self.hit_ratio_critical)),
            Metric::CacheClientsRatio | Metric::DatabaseConnectionsRatio => {
                (Some(self.connections_warn), Some(self.connections_critical))
            }
            Metric::HttpResponseTime => (Some(self.response_slow), None),
            Metric::CacheReplicaLag => (Some(self.replication_lag_warn), None),
            // Critical only when several wait: no number of this metric alone.
            Metric::DatabaseLockWait => (Some(self.lock_wait_warn), None),
            Metric::DatabaseFailedLogins => (Some(self.failed_logins_warn), None),
            Metric::DatabaseXidAge => (Some(self.xid_age_warn), Some(self.xid_age_critical)),
            Metric::PoolerWait => (Some(self.pooler_wait_warn), Some(self.pooler_wait_critical)),
            _ => (None, None),
        }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            hit_ratio_warn: 0.95,
            hit_ratio_critical: 0.80,
            queries_vs_baseline: 10.0,
            connections_warn: 0.80,
            connections_critical: 0.95,
            running_slow: 20.0,
            running_stop: 40.0,
            cache_slow: 50.0,
            response_slow: 2_000.0,
            lock_wait_warn: 1.0,
            lock_wait_critical: 10.0,
            replication_lag_warn: 10.0,
            replication_lag_critical: 300.0,
            failed_logins_warn: 0.5,
            xid_age_warn: 0.75,
            xid_age_critical: 0.93,
            pooler_wait_warn: 1.0,
            pooler_wait_critical: 5.0,
            minimum_lookups: 500.0,
        }
    }
}
