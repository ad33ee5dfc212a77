//! What to run next, per pattern: what looks, what asks before it acts, or what the operator decides with the guard in words.

use crate::diagnosis::verdict::{Next, Pattern};
use crate::observation::Kind;

const HOT_KEYS: (&str, &str) = ("stampede detect hotkeys", "which keys are asked for, living and missing");
const TTL: (&str, &str) =
    ("stampede detect ttl", "which keys expire together, and when the next cliff comes");
const DATABASE: (&str, &str) = ("stampede detect database", "running statements grouped, and the longest");
const CACHE: (&str, &str) = ("stampede detect cache", "clients, memory, evictions, uptime");
const WATCH: (&str, &str) = ("stampede detect --watch 5s", "see whether it grows or ebbs");
const BREAK: (&str, &str) =
    ("stampede break", "phase 2 of the protocol: every step shows what it would do, asks, and can be undone");
const MAXMEMORY: &str = "stampede break maxmemory";
const PROTECT: (&str, &str) = (
    "stampede protect",
    "phase 3: of each query that many wait for the oldest goes on, the copies end; asks first",
);
const LOGS: (&str, &str) = (
    "stampede detect logs --help",
    "what the application says: of pods by their labels, of files, of what is piped in",
);

fn table(pattern: Pattern) -> &'static [(&'static str, &'static str)] {
    match pattern {
        Pattern::Healthy => &[],
        Pattern::ClassicExpiry => &[TTL, DATABASE, BREAK],
        Pattern::HotKey => &[BREAK, HOT_KEYS, DATABASE, PROTECT],
        Pattern::ColdCache => &[
            CACHE,
            DATABASE,
            ("redis-cli INFO server", "read only: uptime and run_id tell a restart from a flush"),
            ("redis-cli INFO replication", "read only: a failover to an empty replica shows here"),
        ],
        Pattern::EvictionStorm => &[
            CACHE,
            ("redis-cli INFO memory", "read only: used_memory, maxmemory and the policy"),
            (MAXMEMORY, "half as much again, compared with the machine's memory; asks first"),
        ],
        Pattern::CacheSaturated => &[
            CACHE,
            ("redis-cli SLOWLOG GET 10", "read only: which commands took long, and from which client"),
            ("redis-cli INFO commandstats", "read only: what the time goes to"),
            HOT_KEYS,
        ],
        Pattern::CacheRefusesWrites => &[
            CACHE,
            ("redis-cli INFO errorstats", "read only: what is refused, by its code"),
            (
                "redis-cli INFO persistence",
                "read only: a snapshot or an append-only file that failed (MISCONF)",
            ),
            (
                MAXMEMORY,
                "where memory is used up (OOM): half as much again, compared with the machine's; asks first",
            ),
        ],
        Pattern::CliffAhead => &[
            TTL,
            (
                "stampede recover stagger --help",
                "spreads the expiries of keys that match a pattern before they come",
            ),
        ],
        Pattern::AbsentKeys => &[
            (
                HOT_KEYS.0,
                "which keys are asked for and are not there; an empty value for a minute (SET … NX EX 60) spares the \
                 database, if your application takes it for 'not found'",
            ),
            LOGS,
        ],
        Pattern::CacheConnectionsExhausted => &[
            ("stampede break maxclients", "never lowers; nobody is disconnected; asks first"),
            BREAK,
            DATABASE,
        ],
        Pattern::DatabaseConnectionsExhausted => &[DATABASE, PROTECT, LOGS],
        Pattern::TrafficSurge => &[WATCH, DATABASE],
        Pattern::SlowDatabase | Pattern::DatabaseLocked | Pattern::ReplicaBehind => &[DATABASE],
        Pattern::CacheDown => &[
            ("redis-cli PING", "from the application's host: down, or only unreachable from here"),
            CACHE,
            DATABASE,
        ],
        Pattern::Unknown => &[WATCH, DATABASE, HOT_KEYS],
    }
}

const CONNECTIONS: &str = "read only: which host holds idle connections; restart that client";
const LOCK_WAITS: &str = "read only: lock waits";
const HOLDER: &str =
    "read only: who waits for whom; to end the holder's session rolls its work back: ask its owner first";
const REPLICATION: &str = "read only, on the replica: what stands, and the last error";

/// The commands of the product itself; none where nobody said which it is.
fn of_product(pattern: Pattern, kind: Option<Kind>) -> &'static [(&'static str, &'static str)] {
    match (pattern, kind) {
        (Pattern::DatabaseConnectionsExhausted, Some(Kind::Mysql)) => {
            &[("mysql -e \"SHOW PROCESSLIST\"", CONNECTIONS)]
        }
        (Pattern::DatabaseConnectionsExhausted, Some(Kind::Postgres)) => &[(
            "psql -c \"SELECT client_addr, usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3\"",
            CONNECTIONS,
        )],
        (Pattern::SlowDatabase, Some(Kind::Mysql)) => {
            &[("mysql -e \"SHOW ENGINE INNODB STATUS\"", LOCK_WAITS)]
        }
        (Pattern::SlowDatabase, Some(Kind::Postgres)) => &[(
            "psql -c \"SELECT pid, wait_event_type, wait_event, left(query, 60) FROM pg_stat_activity WHERE state = 'active'\"",
            "read only: what the running statements wait for",
        )],
        (Pattern::DatabaseLocked, Some(Kind::Mysql)) => &[(
            "mysql -e \"SELECT trx_mysql_thread_id, trx_state, trx_started, trx_query FROM information_schema.INNODB_TRX ORDER BY trx_started\"",
            HOLDER,
        )],
        (Pattern::DatabaseLocked, Some(Kind::Postgres)) => &[(
            "psql -c \"SELECT pid, pg_blocking_pids(pid), usename, left(query, 60) FROM pg_stat_activity WHERE wait_event_type = 'Lock'\"",
            HOLDER,
        )],
        (Pattern::ReplicaBehind, Some(Kind::Mysql)) => &[("mysql -e \"SHOW REPLICA STATUS\"", REPLICATION)],
        (Pattern::ReplicaBehind, Some(Kind::Postgres)) => &[
            (
                "psql -c \"SELECT pg_is_wal_replay_paused(), pg_last_xact_replay_timestamp(), status FROM pg_stat_wal_receiver\"",
                REPLICATION,
            ),
            (
                "psql -c \"SELECT subname, pid, received_lsn, latest_end_time FROM pg_stat_subscription\"",
                "read only, on a subscriber: which has no worker; the server's log says why it failed",
            ),
        ],
        _ => &[],
    }
}

/// What says why a target could not be measured.
pub(crate) fn unseen() -> Next {
    Next { command: "stampede detect -v".into(), why: "why it could not be measured, and what to try".into() }
}

/// What relieves a database of copies.
pub(crate) fn protect() -> Next {
    Next { command: PROTECT.0.into(), why: PROTECT.1.into() }
}

/// The commands for a pattern, where the database (if it is one's) is of that kind.
pub(crate) fn commands(pattern: Pattern, kind: Option<Kind>) -> Vec<Next> {
    table(pattern)
        .iter()
        .chain(of_product(pattern, kind))
        .map(|(command, why)| Next { command: (*command).into(), why: (*why).into() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::verdict::Pattern;

    #[test]
    fn the_commands_are_those_of_the_product() {
        for pattern in Pattern::ALL {
            let of = |kind| commands(*pattern, kind).into_iter().map(|next| next.command).collect::<Vec<_>>();
            let begins = |kind, word| of(kind).iter().any(|command| command.starts_with(word));
            assert!(
                !begins(Some(Kind::Postgres), "mysql") && !begins(Some(Kind::Mysql), "psql"),
                "{pattern:?}"
            );
            assert!(!begins(None, "mysql") && !begins(None, "psql"), "{pattern:?}");
        }
    }

    #[test]
    fn nothing_is_suggested_that_feeds_a_stampede_or_kills_blindly() {
        for pattern in Pattern::ALL {
            let kinds = [None, Some(Kind::Mysql), Some(Kind::Postgres)];
            for next in kinds.iter().flat_map(|kind| commands(*pattern, *kind)) {
                for bad in ["read_only", "KILL", "kill", " timeout", "FLUSH", "REWRITE", "MONITOR", "KEYS "] {
                    assert!(!next.command.contains(bad), "{pattern:?} suggests {}", next.command);
                }
                assert!(!next.command.contains("SET max"), "{next:?}");
            }
        }
    }
}
