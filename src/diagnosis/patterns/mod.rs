//! The patterns and their look-alikes, in the order in which they are asked. The first that recognises itself wins,
//! so a pattern with a proven cause stands before one that is found by exclusion.

mod absent_keys;
mod cache_connections;
mod cache_down;
mod cache_refuses_writes;
mod cache_saturated;
mod classic_expiry;
mod cliff_ahead;
mod cold_cache;
mod database_connections;
mod database_locked;
mod eviction_storm;
mod hot_key;
mod replica_behind;
mod slow_database;
mod storm;
mod traffic_surge;

use crate::diagnosis::finding::PatternSpec;
use crate::diagnosis::verdict::Pattern;

pub(crate) use storm::unnamed;

/// Every pattern that can be recognised; `healthy` and `unknown` are what remains.
pub(crate) const PATTERNS: &[PatternSpec] = &[
    PatternSpec { pattern: Pattern::CacheDown, judge: cache_down::judge },
    PatternSpec { pattern: Pattern::CacheRefusesWrites, judge: cache_refuses_writes::judge },
    PatternSpec { pattern: Pattern::CacheConnectionsExhausted, judge: cache_connections::judge },
    PatternSpec { pattern: Pattern::ClassicExpiry, judge: classic_expiry::judge },
    PatternSpec { pattern: Pattern::ColdCache, judge: cold_cache::judge },
    PatternSpec { pattern: Pattern::EvictionStorm, judge: eviction_storm::judge },
    PatternSpec { pattern: Pattern::AbsentKeys, judge: absent_keys::judge },
    PatternSpec { pattern: Pattern::HotKey, judge: hot_key::judge },
    PatternSpec { pattern: Pattern::CacheSaturated, judge: cache_saturated::judge },
    PatternSpec { pattern: Pattern::DatabaseLocked, judge: database_locked::judge },
    PatternSpec { pattern: Pattern::DatabaseConnectionsExhausted, judge: database_connections::judge },
    PatternSpec { pattern: Pattern::SlowDatabase, judge: slow_database::judge },
    PatternSpec { pattern: Pattern::ReplicaBehind, judge: replica_behind::judge },
    PatternSpec { pattern: Pattern::TrafficSurge, judge: traffic_surge::judge },
    PatternSpec { pattern: Pattern::CliffAhead, judge: cliff_ahead::judge },
];
