//! What readers of `stampede.yaml` are told and shown: it may hold secrets.

use crate::yaml::Policy;

/// How `stampede.yaml` is read and reported on.
pub(super) const POLICY: Policy = Policy { synonyms: SYNONYMS, harmless: Some(HARMLESS), most: 20 };

/// Names people reach for that are spelled otherwise here.
const SYNONYMS: &[(&str, &str)] = &[
    ("valkey", "redis"),
    ("mariadb", "mysql"),
    ("postgresql", "postgres"),
    ("pg", "postgres"),
    ("username", "user"),
    ("pass", "password"),
    ("passwd", "password"),
    ("db", "database"),
    ("dbname", "database"),
    ("ssl", "tls"),
    ("cafile", "ca"),
    ("files", "logs"),
    ("url", "http"),
    ("skip_verify", "insecure"),
];

/// Keys whose values may be shown in an error.
const HARMLESS: &[&str] = &[
    "version",
    "database",
    "admin_port",
    "insecure",
    "tls",
    "ignore_case",
    "ca",
    "cert",
    "server_name",
    "service",
    "hit_ratio_warn",
    "hit_ratio_critical",
    "queries_vs_baseline",
    "connections_warn",
    "connections_critical",
    "cache_slow",
    "response_slow",
    "minimum_lookups",
    "lock_wait_warn",
    "lock_wait_critical",
    "replication_lag_warn",
    "replication_lag_critical",
    "failed_logins_warn",
    "xid_age_warn",
    "xid_age_critical",
    "pooler_wait_warn",
    "pooler_wait_critical",
    "on_cache_error",
    "lock_dialect",
    "expiry_lives_in",
    "cache_topology",
    "tolerates_read_only",
];
