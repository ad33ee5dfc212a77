//! One reading of the world: which target, which metric, what value, or why it is unknown. Knows no thresholds.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::text::{self, named};

named! {
    /// What kind of system a target is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
    #[serde(rename_all = "lowercase")]
    pub enum Kind {
        /// Redis or Valkey.
        Redis => "redis",
        /// MySQL or MariaDB.
        Mysql => "mysql",
        /// PostgreSQL.
        Postgres => "postgres",
        /// PgBouncer, by its admin console.
        Pgbouncer => "pgbouncer",
        /// Log files, globs or standard input.
        Logs => "logs",
        /// A URL as users see it.
        Http => "http",
        /// An nginx in front of the application.
        Nginx => "nginx",
        /// What has only an HTTP API: a CDN, feature flags.
        Api => "api",
        /// A Kubernetes cluster.
        Kubernetes => "kubernetes",
    }
    /// The name used in configuration and output.
    fn name
}

impl Kind {
    /// Whether this is a database behind the cache.
    pub fn is_database(self) -> bool {
        matches!(self, Self::Mysql | Self::Postgres)
    }
}

/// The unit of a metric, for rendering and for the Prometheus name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A plain number.
    Count,
    /// Events per second.
    PerSecond,
    /// A share, 0-1.
    Ratio,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// 0 or 1.
    Bool,
}

impl Unit {
    /// A value as a person reads it.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Count => text::count(value),
            Self::PerSecond => format!("{}/s", text::count(value)),
            Self::Ratio => text::percent(value),
            Self::Seconds => text::duration(Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX)),
            Self::Milliseconds => text::millis(value),
            Self::Bytes => text::bytes(value),
            Self::BytesPerSecond => format!("{}/s", text::bytes(value)),
            Self::Bool => if value > 0.0 { "yes" } else { "no" }.into(),
        }
    }
}

macro_rules! metrics {
    ($($variant:ident $name:literal $unit:ident $help:literal;)*) => {
        /// All that can be observed. The dotted name is what playbook conditions and JSON output use.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(Serialize, Deserialize, schemars::JsonSchema)]
        pub enum Metric { $(#[doc = $help] #[serde(rename = $name)] $variant,)* }

        impl Metric {
            /// Every metric, in the order of the reference.
            pub const ALL: &'static [Metric] = &[$(Metric::$variant,)*];
            /// The dotted name, for example `cache.hit_ratio`.
            pub fn name(self) -> &'static str { match self { $(Metric::$variant => $name,)* } }
            /// The unit of the value.
            pub fn unit(self) -> Unit { match self { $(Metric::$variant => Unit::$unit,)* } }
            /// One line of help.
            pub fn help(self) -> &'static str { match self { $(Metric::$variant => $help,)* } }
        }
    };
}

metrics! {
    CacheUp "cache.up" Bool "Whether the cache answers: 1, or 0 when it is down or refuses everybody";
    CacheHitRatio "cache.hit_ratio" Ratio "Hits / (hits + misses) in the window, our own lookups subtracted";
    CacheHitRatioLifetime "cache.hit_ratio_lifetime" Ratio "Hits / (hits + misses) since the server started; shown, never judged";
    CacheLookups "cache.lookups" Count "Lookups (hits + misses) in the window";
    CacheHits "cache.hits" PerSecond "Hits per second in the window";
    CacheMisses "cache.misses" PerSecond "Misses per second in the window";
    CacheOps "cache.ops" PerSecond "Commands per second in the window, all clients";
    CacheClients "cache.clients" Count "Connected clients now";
    CacheMaxclients "cache.maxclients" Count "The limit on connected clients";
    CacheClientsRatio "cache.clients_ratio" Ratio "Connected clients / maxclients, the worst node";
    CacheBlockedClients "cache.blocked_clients" Count "Clients waiting in a blocking command";
    CacheRejected "cache.rejected" PerSecond "Connections refused (at maxclients, or by protected mode), per second in the window";
    CacheExpired "cache.expired" PerSecond "Keys expired per second in the window";
    CacheEvicted "cache.evicted" PerSecond "Keys evicted for memory per second in the window";
    CacheExpiredStale "cache.expired_stale" Ratio "The server's estimate of keys that are expired but not yet removed";
    CacheKeys "cache.keys" Count "Keys now";
    CacheMemory "cache.memory" Bytes "Memory used by data and buffers";
    CacheMaxmemory "cache.maxmemory" Bytes "The memory limit; unknown when there is none";
    CacheMemoryRatio "cache.memory_ratio" Ratio "Memory used / limit, the worst node";
    CacheLookupsLifetime "cache.lookups_lifetime" PerSecond "Lookups per second since the server started: the fallback baseline";
    CacheExpiredLifetime "cache.expired_lifetime" PerSecond "Keys expired per second since the server started: the fallback baseline";
    CacheEvictedLifetime "cache.evicted_lifetime" PerSecond "Keys evicted per second since the server started: the fallback baseline";
    CacheExpiredTotal "cache.expired_total" Count "Keys expired since the server started: compared with the last healthy measurement";
    CacheEvictedTotal "cache.evicted_total" Count "Keys evicted since the server started: compared with the last healthy measurement";
    CacheUptime "cache.uptime" Seconds "Since the cache server started (the youngest node)";
    CacheRestarted "cache.restarted" Bool "The server restarted or its counters were reset within the window";
    CacheRoundTrip "cache.round_trip" Milliseconds "Time from a PING of ours to its answer: the median of those in the window, the worst node";
    CacheRoundTripQuarter "cache.round_trip_quarter" Milliseconds "A quarter of those PINGs took at least this long, the worst node";
    CacheRoundTripWorst "cache.round_trip_worst" Milliseconds "The longest of those PINGs";
    CacheCpu "cache.cpu" Ratio "Share of the window that the server's main thread was busy (of the process, where the thread is not told), the worst node";
    CacheNetIn "cache.net_in" BytesPerSecond "Bytes that came in per second in the window";
    CacheNetOut "cache.net_out" BytesPerSecond "Bytes that went out per second in the window";
    CacheTopCommandShare "cache.top_command_share" Ratio "Share of the window that the server spent in the command that took most of it, the worst node; detail: the command";
    CacheScriptShare "cache.script_share" Ratio "Share of the window that the server spent in scripts and functions, the worst node";
    CacheSlowCommands "cache.slow_commands" PerSecond "New entries of the slow log per second in the window";
    CacheSlowest "cache.slowest" Milliseconds "The longest new entry of the slow log; detail: the command and the prefix of its key";
    CacheErrors "cache.errors" PerSecond "Commands refused or failed per second in the window, redirects left out; detail: by kind";
    CacheErrorShare "cache.error_share" Ratio "Refused or failed commands / commands in the window";
    CacheWritesRefused "cache.writes_refused" PerSecond "Writes that the server refused per second in the window (OOM, MISCONF, READONLY, NOREPLICAS); detail: by kind";
    CacheWritable "cache.writable" Bool "Whether the cache takes writes, as far as it says; detail: why not";
    CacheSlotsServed "cache.slots_served" Ratio "Share of a cluster's slots that some primary serves, as its nodes see it";
    CacheSeen "cache.seen" Ratio "Share of the primaries (in a cluster: of its slots) that could be measured";
    CacheReplicaLink "cache.replica_link" Bool "Whether every measured replica has a link to its primary, or takes its first copy; detail: which has none, and for how long";
    CachePaused "cache.paused" Bool "Whether clients are held (CLIENT PAUSE), as the server or its clients show it";
    CacheFragmentation "cache.fragmentation" Count "Memory taken from the machine / memory in use, the worst node";
    CacheForkTime "cache.fork_time" Milliseconds "How long the last fork for a snapshot held the server up, the worst node";
    CacheOutputBuffers "cache.output_buffers" Bytes "Memory in the buffers of ordinary clients";
    CacheSkew "cache.skew" Ratio "Commands of the busiest primary / commands of all; unknown for a single one";
    CacheSparesLost "cache.spares_lost" Count "Nodes of a cluster that have failed, in whose shard no other could take over; detail: which";
    CacheReplicaWaits "cache.replica_waits" Count "Clients that have waited for a second or more until a replica or the disk has what they wrote (WAIT, WAITAOF)";
    CacheSaved "cache.saved" Bool "Whether the last snapshot and the last write of the log succeeded, where the cache is told to save; detail: what failed";
    CacheMemoryFixed "cache.memory_fixed" Ratio "Memory used / limit of the fullest primary that may evict nothing; unknown where there is none";
    CacheBuffersRatio "cache.buffers_ratio" Ratio "Memory in the buffers of ordinary clients / limit, the worst node, 64 KiB a client left out";
    CacheSlotsStuck "cache.slots_stuck" Count "Slots of a cluster on their way to a node that does not take them: clients are sent there and sent back; detail: which";
    CacheClientsEvicted "cache.evicted_clients" PerSecond "Clients thrown out for the memory that all of them take (maxmemory-clients), per second in the window";
    CacheReplicaLag "cache.replica_lag" Seconds "How long it took to write what a linked replica has not confirmed, the worst one, 0 below 1 MiB; detail: which";
    CacheQueueShare "cache.queue_share" Ratio "Share of the lookups in the window that read lists, streams and sorted sets: those of a queue, not of a cache";
    CacheHotKeyShare "cache.hot_key_share" Ratio "Share of sampled accesses (or misses) that went to the hottest key; detail: the key";
    CacheCliffShare "cache.cliff_share" Ratio "Share of a prefix's volatile keys that expire together in the next cliff; detail: the prefix";
    CacheCliffIn "cache.cliff_in" Seconds "Time until the next expiry cliff";
    DatabaseUp "database.up" Bool "Whether the database answers";
    DatabaseConnections "database.connections" Count "Client connections now";
    DatabaseConnectionsLimit "database.connections_limit" Count "The limit on connections that applications can use";
    DatabaseConnectionsRatio "database.connections_ratio" Ratio "Connections / limit";
    DatabaseRunning "database.running" Count "Statements running now, our own excluded";
    DatabaseQueries "database.queries" PerSecond "Statements per second in the window, our own subtracted";
    DatabaseQueriesLifetime "database.queries_lifetime" PerSecond "Statements per second since the server started: the fallback baseline";
    DatabaseLongest "database.longest" Seconds "Age of the longest running client statement; detail: its digest";
    DatabaseOver30s "database.over_30s" Count "Client statements that have run for more than 30 s";
    DatabaseTopQueryShare "database.top_query_share" Ratio "Share of running statements that are copies of the most frequent one, literals included; detail: its digest";
    DatabaseWriteShare "database.write_share" Ratio "Share of statements in the window that write";
    DatabaseRefused "database.refused" PerSecond "Connections refused at the limit, per second in the window";
    DatabaseP99 "database.p99" Milliseconds "99th percentile of statement time in the window, where the server has it";
    DatabaseReplicationLag "database.replication_lag" Seconds "How far this replica is behind";
    DatabaseReadOnly "database.read_only" Bool "Whether ordinary clients can not write";
    DatabaseRestarted "database.restarted" Bool "The server restarted or its counters were reset within the window";
    DatabaseUptime "database.uptime" Seconds "Since the database server started (or its statistics were reset)";
    PoolerUp "pooler.up" Bool "Whether the console of the pooler answers";
    DatabaseLockWaiters "database.lock_waiters" Count "Sessions that wait for a lock now; detail: who holds it";
    DatabaseLockWait "database.lock_wait" Seconds "How long the longest of them has waited, or has been seen to stand behind the same holder; detail: what is waited for";
    DatabaseReplicationRunning "database.replication_running" Bool "Whether this replica receives and applies; detail: what stands, and its last error";
    DatabaseReplicationDelay "database.replication_delay" Seconds "How far this replica is told to stay behind";
    DatabaseFailedLogins "database.failed_logins" PerSecond "Logins that the server denied, per second in the window";
    DatabaseLockedAccounts "database.locked_accounts" Count "Accounts that own or may do something and cannot log in; detail: which";
    DatabaseLimitsReached "database.limits_reached" Count "Accounts, roles and databases that have all the connections that they may have, none of them idle; detail: which";
    DatabaseLogHeld "database.log_held" Count "Replication slots that nobody reads, or whose reader stands, and that keep more log than max_wal_size or have lost it, and an archive that takes none; detail: which";
    DatabaseClosed "database.closed" Count "Roles and databases with sessions that take no new ones; detail: which, and why";
    DatabaseReadOnlyDatabases "database.read_only_databases" Count "Databases with clients that are read-only by a default of their own; detail: which";
    DatabaseSubscriptionsFailing "database.subscriptions_failing" Count "Subscriptions that are switched on and have no worker, or one that failed in the window; detail: which";
    DatabaseRollbacks "database.rollbacks" PerSecond "Transactions rolled back per second in the window";
    DatabaseRollbackShare "database.rollback_share" Ratio "Transactions rolled back / transactions in the window, our own left out; detail: sessions idle in a failed one";
    DatabaseRollbackShareLifetime "database.rollback_share_lifetime" Ratio "The same from the last reset of statistics to the beginning of the window: the fallback baseline";
    DatabaseConflicts "database.conflicts" PerSecond "Queries on a standby cancelled for what is replayed there, per second in the window";
    DatabaseXidAge "database.xid_age" Ratio "Age of the oldest unfrozen transaction id, as a share of the 2^31 at which PostgreSQL stops";
    DatabaseReady "database.ready" Bool "Whether a node of Galera answers clients; detail: why it does not";
    DatabaseErrors "database.errors" PerSecond "Statements that failed, per second in the window, ours and the usual refusals (duplicate key, deadlock, NOWAIT) left out; detail: by error";
    DatabaseErrorShare "database.error_share" Ratio "Statements that failed / statements in the window";
    DatabaseTimedOut "database.timed_out" PerSecond "Statements that the server ended at a limit of time, per second in the window; detail: the limit";
    PoolerWaiting "pooler.waiting" Count "Clients that wait for a server connection now";
    PoolerWait "pooler.wait" Seconds "How long the first of them has waited, or has been seen to wait while nobody was served; detail: in which pool";
    PoolerClosed "pooler.closed" Count "Databases of the pooler that are paused, or turn new clients away; detail: which";
    PoolerClientsRatio "pooler.clients_ratio" Ratio "Clients of the pooler / max_client_conn";
    LogsCacheMiss "logs.cache_miss" PerSecond "Cache-miss lines per second of log time";
    LogsCacheFull "logs.cache_full" PerSecond "Cache connection exhaustion lines per second of log time";
    LogsDatabaseFull "logs.database_full" PerSecond "Database connection exhaustion lines per second of log time";
    LogsMissStorm "logs.miss_storm" PerSecond "Miss-storm warning lines per second of log time";
    LogsLines "logs.lines" Count "Lines read";
    HttpStatus "http.status" Count "Status code users get";
    HttpResponseTime "http.response_time" Milliseconds "Time until the answer is there as users feel it; of a long one its first 64 KiB, of a stream its head";
    HttpComplete "http.complete" Bool "Whether the answer came to its end, of a long one to 64 KiB; detail: what became of it";
    NginxActive "nginx.active" Count "Client connections of nginx now, idle ones among them";
    NginxWaiting "nginx.waiting" Count "Idle keep-alive connections of nginx now";
    NginxRequests "nginx.requests" PerSecond "Requests that nginx got per second in the window";
    NginxDropped "nginx.dropped" PerSecond "Connections that nginx accepted and dropped, per second in the window";
}

impl Metric {
    /// The metric of that dotted name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|metric| metric.name() == name)
    }
}

/// A measured value, or in plain words why there is none. Unknown is never zero.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// The value, in the metric's unit.
    Known(f64),
    /// Why it could not be measured: a lowercase fragment.
    Unknown(String),
}

/// One reading of one metric on one target.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The target's name.
    pub target: Arc<str>,
    /// What was measured.
    pub metric: Metric,
    /// The value or why it is unknown.
    pub value: Reading,
    /// Words that belong to the value: the digest of the top query, the hottest key. Already escaped and fingerprinted.
    pub detail: Option<String>,
}

impl Observation {
    /// A known value.
    pub fn known(target: &Arc<str>, metric: Metric, value: f64) -> Self {
        // An empty sum of floats is -0.
        Self { target: target.clone(), metric, value: Reading::Known(value + 0.0), detail: None }
    }

    /// A value that could not be measured, and why.
    pub fn unknown(target: &Arc<str>, metric: Metric, why: impl Into<String>) -> Self {
        Self { target: target.clone(), metric, value: Reading::Unknown(why.into()), detail: None }
    }

    /// The same observation with words that belong to the value.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The value when it is known.
    pub fn value(&self) -> Option<f64> {
        match self.value {
            Reading::Known(value) => Some(value),
            Reading::Unknown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn metric_names_are_unique_and_found_again() {
        let names: HashSet<_> = Metric::ALL.iter().map(|m| m.name()).collect();
        assert_eq!(names.len(), Metric::ALL.len());
        assert!(Metric::ALL.iter().all(|m| Metric::by_name(m.name()) == Some(*m)));
    }
}
