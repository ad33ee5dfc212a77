//! The counters of one node at one moment, and what changed between two moments.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::system::redis::{CommandUse, Info, Own};
use crate::text;

/// Commands that read what queues are made of, each one lookup: an empty queue is a miss, which nobody asks a database for. Those
/// that take out of it (`LPOP`, `BRPOP`, `BZPOPMIN`) are no lookups. One MGET is many: so the lookups of a cache are those
/// that are left.
const QUEUES: &[&str] = &[
    "llen",
    "lrange",
    "lindex",
    "lpos",
    "xlen",
    "xrange",
    "xrevrange",
    "xpending",
    "xinfo|stream",
    "xinfo|groups",
    "zcard",
    "zcount",
    "zrange",
    "zrangebyscore",
    "zrevrangebyscore",
];
/// … and those that look each of their streams up twice, whatever is in it (7.0).
const TWICE: &[&str] = &["xread", "xreadgroup"];
/// Commands that read fields of hashes.
const FIELDS: &[&str] = &["hget", "hmget", "hexists"];
/// Commands that count up or down.
const COUNTS: &[&str] = &["incr", "incrby", "decr", "decrby"];

/// What one glance at one node says. A field that the server did not report is none.
#[derive(Clone, Debug)]
pub struct Counters {
    /// The node's address.
    pub node: String,
    /// Whether it is a primary.
    pub primary: bool,
    /// When.
    pub at: Instant,
    /// Our own share of it.
    pub own: Own,
    /// The fields as the server gave them.
    pub info: Info,
}

/// What changed on one node within the window, our own doing subtracted. Per second, but for the first two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delta {
    /// The time between the two looks, in seconds.
    pub seconds: f64,
    /// Lookups by which others sampled expiries, as we do; they are left out of the hits.
    pub sampled: f64,
    /// `PTTL` of others in the window. They may be lookups of an application or samples: they stay in.
    pub pttls: f64,
    /// Hits and misses in the window.
    pub lookups: f64,
    /// Those of them that hit.
    pub found: f64,
    /// Those of them that read what queues are made of; none: the server does not count its commands.
    pub queued: Option<f64>,
    /// Those of them that read fields of hashes, of which the server counts the hash.
    pub fields: f64,
    /// Counters that were counted up.
    pub counted: f64,
    /// Hits per second.
    pub hits: f64,
    /// Misses per second.
    pub misses: f64,
    /// Commands per second.
    pub commands: f64,
    /// Keys expired per second.
    pub expired: f64,
    /// Keys evicted per second.
    pub evicted: f64,
    /// Connections refused per second.
    pub rejected: f64,
}

impl Counters {
    /// A field as a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.info.number(name)
    }

    /// Whether it is loading its data set.
    pub fn loading(&self) -> bool {
        self.info.flag("loading")
    }

    /// Connections that count against `maxclients`: replicas and cluster links do too.
    pub fn slots_used(&self) -> Option<f64> {
        Some(
            self.number("connected_clients")?
                + self.number("connected_slaves").unwrap_or(0.0)
                + self.number("cluster_connections").unwrap_or(0.0),
        )
    }

    /// Keys in all databases; none: the server does not say.
    pub fn keys(&self) -> Option<f64> {
        // An empty sum of floats is -0.
        Some(self.info.databases()?.iter().fold(0.0, |sum, (_, keys)| sum + keys))
    }

    /// The limit, when there is one.
    pub fn maxmemory(&self) -> Option<f64> {
        self.number("maxmemory").filter(|limit| *limit > 0.0)
    }

    /// Memory that counts against the limit / the limit.
    pub fn memory_ratio(&self) -> Option<f64> {
        let counted = self.number("used_memory")? - self.number("mem_not_counted_for_evict").unwrap_or(0.0);
        Some(counted / self.maxmemory()?)
    }

    /// What changed since `before`, or why that cannot be told: the server or its counters were reset.
    pub fn since(&self, before: &Self) -> Result<Delta, Reset> {
        let both = |name: &str| Some((before.number(name)?, self.number(name)?));
        if before.info.get("run_id") != self.info.get("run_id")
            || both("uptime_in_seconds").is_some_and(|(old, new)| new < old)
        {
            return Err(Reset::Restarted(self.node.clone()));
        }
        let seconds = (self.at - before.at).as_secs_f64();
        let grown = |name: &str, own: u64| {
            let (old, new) = both(name).ok_or_else(|| Reset::Silent(self.node.clone()))?;
            match new - old {
                fell if fell < 0.0 => Err(Reset::Counters(self.node.clone())),
                grown => Ok((grown - own as f64).max(0.0)),
            }
        };
        let commands = self.info.commands().zip(before.info.commands());
        let all_calls = |names: &[&str]| {
            let (now, before) = commands.as_ref()?;
            let sum = |at: &BTreeMap<&str, CommandUse>| {
                names.iter().filter_map(|name| at.get(name)).map(|used| used.calls).sum::<f64>()
            };
            Some((sum(now) - sum(before)).max(0.0))
        };
        let calls = |name: &str, own: u64| (all_calls(&[name]).unwrap_or(0.0) - own as f64).max(0.0);
        // Next to nobody but us asks for these, and only of keys that it has just been told of: all of them hit.
        let sampled = calls("pexpiretime", self.own.expire_times - before.own.expire_times)
            + calls("object|encoding", self.own.encodings - before.own.encodings);
        let pttls = calls("pttl", self.own.pttls - before.own.pttls);
        let hits = grown("keyspace_hits", self.own.hits - before.own.hits)?;
        let hits = (hits - sampled).max(0.0);
        let misses = grown("keyspace_misses", self.own.misses - before.own.misses)?;
        Ok(Delta {
            seconds,
            sampled,
            pttls,
            lookups: hits + misses,
            found: hits,
            queued: all_calls(QUEUES)
                .zip(all_calls(TWICE))
                .map(|(once, twice)| (once + 2.0 * twice).min(hits + misses)),
            fields: all_calls(FIELDS).unwrap_or(0.0),
            counted: all_calls(COUNTS).unwrap_or(0.0),
            hits: hits / seconds,
            misses: misses / seconds,
            commands: grown("total_commands_processed", self.own.commands - before.own.commands)? / seconds,
            expired: grown("expired_keys", 0)? / seconds,
            evicted: grown("evicted_keys", 0)? / seconds,
            rejected: grown("rejected_connections", 0)? / seconds,
        })
    }
}

/// Why there is no delta.
#[derive(Clone, Debug, PartialEq)]
pub enum Reset {
    /// Another process, or a younger one.
    Restarted(String),
    /// `CONFIG RESETSTAT`.
    Counters(String),
    /// A field is not reported.
    Silent(String),
}

impl Reset {
    /// As a lowercase fragment.
    pub fn why(&self) -> String {
        match self {
            Self::Restarted(node) => format!("{} restarted within the window", text::escape(node)),
            Self::Counters(node) => {
                format!("the counters of {} were reset within the window", text::escape(node))
            }
            Self::Silent(node) => format!("{} does not report its counters", text::escape(node)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock;

    fn counters(at: Instant, hits: u64, misses: u64, own: Own, run_id: &str) -> Counters {
        let info = Info::parse(&format!(
            "run_id:{run_id}\r\nuptime_in_seconds:50\r\nkeyspace_hits:{hits}\r\nkeyspace_misses:{misses}\r\n\
             total_commands_processed:100\r\nexpired_keys:0\r\nevicted_keys:0\r\nrejected_connections:0\r\n"
        ));
        Counters { node: "a:1".into(), primary: true, at, own, info }
    }

    #[test]
    fn deltas_are_rates_without_our_own_lookups() {
        let at = clock::instant();
        let own = Own { hits: 100, misses: 10, ..Own::default() };
        let before = counters(at, 1000, 500, Own::default(), "r");
        let after = counters(at + Duration::from_secs(2), 1300, 530, own, "r");
        let delta = after.since(&before).expect("a delta");
        assert_eq!((delta.hits, delta.misses, delta.lookups), (100.0, 10.0, 220.0));
    }

    #[test]
    fn a_restart_or_a_reset_is_told_not_computed_through() {
        let at = clock::instant();
        let before = counters(at, 1000, 500, Own::default(), "r");
        let later = at + Duration::from_secs(1);
        assert!(matches!(
            counters(later, 5, 5, Own::default(), "s").since(&before),
            Err(Reset::Restarted(_))
        ));
        assert!(matches!(counters(later, 5, 5, Own::default(), "r").since(&before), Err(Reset::Counters(_))));
    }
}
