//! What is counted: the protocol's error patterns in the spellings that real clients and servers use, and the
//! operator's own.

use crate::config::LogPattern;
use crate::error::{TargetError, TargetErrorKind};

/// Most patterns that can be counted at once: a line's findings are one bit each.
pub const MAX_PATTERNS: usize = 64;
/// Longest literal: a line that is longer than a block is searched with this much overlap.
pub const MAX_LITERAL: usize = 1024;

/// What else the line must say for a text that several systems share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// The text alone is enough: it is the operator's.
    Verbatim,
    /// The text is enough, unless it is the name of a setting or of a counter that stands at nought.
    Any,
    /// A cache is named nearby: `connection pool exhausted` is also what psycopg2 says of PostgreSQL.
    Cache,
    /// The same, and the text is also the name of a setting: `connection pool timeout: 30s`.
    CacheUnset,
    /// No cache is named nearby: `Too many connections` is also what redis-py says of its own pool.
    NotCache,
    /// The line says that the limit was exceeded: `max_user_connections = 0` is a setting.
    Exceeded,
    /// A word that is a lookup's result where its surroundings say so: `dialect`.
    Miss,
    /// `hit` and a sign, denied by what follows: `cache_hit=false`.
    NoHit,
}

/// One text that makes a line count.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub(super) text: Vec<u8>,
    pub(super) ignore_case: bool,
    /// Index of the pattern it belongs to.
    pub(super) pattern: usize,
    pub(super) context: Context,
}

/// Names of the built-in patterns, in the order in which they are counted.
pub const BUILT_IN: [&str; 4] = ["cache_miss", "cache_full", "database_full", "miss_storm"];

/// Four bytes that stand for the built-in texts in the SIMD search: few, shared, and rare in logs (`pool` is not: it is
/// in the name of half of all threads). An operator's text that holds one of them shares it. With those of `hit` they are
/// not more than 32: from 33 on the search is slower.
pub(super) const ANCHORS: [&str; 20] = [
    "miss", "Miss", "MISS", "x nu", "n po", "a re", "sExh", "oo m", "oo_m", "R 10", "x_us", " slo", "5330",
    "o dr", "o ca", "n ca", "s: n", "> NO", "g it", "e ge",
];

/// The built-in texts. Spelled out instead of ignoring case: it keeps the set of anchors small.
const TEXTS: &[(usize, Context, &[&str])] = &[
    (0, Context::Miss, &["miss", "Miss", "MISS"]),
    (
        0,
        Context::NoHit,
        &["hit\"", "hit'", "hit=", "hit:", "hit\\", "Hit\"", "Hit=", "Hit:", "Hit\\", "HIT=", "HIT:"],
    ),
    // Spring's cache interceptor; anybody; go-redis; memcached -vv; Symfony; Rails.
    (
        0,
        Context::Any,
        &[
            "No cache entry for",
            "no cache entry for",
            "not found in cache",
            "not in cache",
            "redis: nil",
            "> NOT FOUND ",
            "now computing item",
            "ache generate: ",
        ],
    ),
    // Redis and Valkey to the client that they refuse.
    (
        1,
        Context::Any,
        &["max number of clients reached", "max number of clients + cluster connections reached"],
    ),
    // Clients whose pool is empty: redigo, go-redis, redis-py; Jedis, and Spring Data on top of it.
    (1, Context::Cache, &["onnection pool exhausted", "oo many connections"]),
    (1, Context::CacheUnset, &["onnection pool timeout"]),
    (1, Context::Any, &["JedisExhaustedPoolException", "Could not get a resource from the pool"]),
    // MySQL and MariaDB: 1040, 1203 and 1226. PostgreSQL: 53300 in its three wordings.
    (2, Context::NotCache, &["oo many connections"]),
    (2, Context::Exceeded, &["max_user_connections"]),
    (
        2,
        Context::Any,
        &[
            "ERROR 1040",
            "connection slots are reserved",
            "oo many clients already",
            "too_many_connections",
            "FATAL:  53300",
            "FATAL: 53300",
            "FATAL 53300",
            "SQLSTATE 53300",
            "SQLSTATE[53300]",
            "SQLSTATE: 53300",
        ],
    ),
    (3, Context::Any, &["ache miss rate exceeding threshold", "hit_ratio dropped", "hit ratio dropped"]),
];

/// The names to count under and the texts that make a line count: the built-in ones, an operator's pattern of the same
/// name taking the place of a built-in one. Errors: an empty, overlong or multi-line text, too many patterns.
pub(super) fn assemble(own: &[LogPattern]) -> Result<(Vec<String>, Vec<Literal>), TargetError> {
    let mut names: Vec<String> = BUILT_IN.iter().map(|name| (*name).into()).collect();
    let mut literals = Vec::new();
    for (pattern, context, texts) in TEXTS {
        if own.iter().any(|mine| mine.name == BUILT_IN[*pattern]) {
            continue;
        }
        literals.extend(texts.iter().map(|text| Literal {
            text: text.as_bytes().to_vec(),
            ignore_case: false,
            pattern: *pattern,
            context: *context,
        }));
    }
    for mine in own {
        let pattern = names.iter().position(|name| *name == mine.name).unwrap_or_else(|| {
            names.push(mine.name.clone());
            names.len() - 1
        });
        if names.len() > MAX_PATTERNS {
            return Err(bad(format!("more than {MAX_PATTERNS} log patterns")));
        }
        if mine.any_of.is_empty() {
            return Err(bad(format!("log pattern {} has no text to look for", mine.name)));
        }
        for text in &mine.any_of {
            check(&mine.name, text)?;
            literals.push(Literal {
                text: text.as_bytes().to_vec(),
                ignore_case: mine.ignore_case && text.bytes().any(|b| b.is_ascii_alphabetic()),
                pattern,
                context: Context::Verbatim,
            });
        }
    }
    Ok((names, literals))
}

fn check(name: &str, text: &str) -> Result<(), TargetError> {
    let name = crate::text::escape(name);
    if text.is_empty() {
        return Err(bad(format!("log pattern {name} has an empty text, which every line holds")));
    }
    if text.len() > MAX_LITERAL {
        return Err(bad(format!(
            "log pattern {name} has a text of {} bytes (at most {MAX_LITERAL})",
            text.len()
        )));
    }
    if text.contains('\n') {
        return Err(bad(format!("log pattern {name} has a text with a line break, which no line holds")));
    }
    Ok(())
}

fn bad(message: String) -> TargetError {
    TargetError::new(TargetErrorKind::Input, message).hint("see logs.patterns in the configuration")
}
