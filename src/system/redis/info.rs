//! `INFO`, read by name.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use crate::proof::Lasts;

/// The sections we need: all cheap, none of them lists clients.
pub const SECTIONS: &[&str] = &[
    "server",
    "clients",
    "memory",
    "persistence",
    "stats",
    "replication",
    "cpu",
    "commandstats",
    "errorstats",
    "cluster",
    "keyspace",
];

/// What one command took since the server's start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CommandUse {
    /// Calls.
    pub calls: f64,
    /// Time of the server's thread, in seconds. A script's holds that of what it calls.
    pub seconds: f64,
    /// Calls that were refused before they began (6.2); they are not among the others.
    pub rejected: f64,
}

/// A replica, as its primary sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Follower {
    /// Its address, escaped.
    pub name: String,
    /// Whether it has its copy, and is sent what is written.
    pub online: bool,
    /// What it has confirmed, in bytes of all that was ever written.
    pub offset: Option<f64>,
}

/// The fields of one `INFO` reply.
#[derive(Clone, Debug, Default)]
pub struct Info {
    fields: HashMap<String, String>,
    /// The headings of the sections that were answered, also of those without a field.
    sections: HashSet<String>,
}

impl Info {
    /// Reads `name:value` lines and headings; anything else is passed over.
    pub fn parse(text: &str) -> Self {
        let mut info = Self::default();
        for line in text.lines().map(str::trim_end) {
            if let Some(heading) = line.strip_prefix('#') {
                info.sections.insert(heading.trim().to_owned());
            } else if let Some((name, value)) = line.split_once(':') {
                info.fields.insert(name.to_owned(), value.to_owned());
            }
        }
        info
    }

    /// The same with a field that had to be asked for elsewhere.
    pub fn with(mut self, name: &str, value: String) -> Self {
        self.fields.insert(name.to_owned(), value);
        self
    }

    /// A field as text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// What the `run_id` is worth: it is another one after a restart. Some hosts hide it.
    pub fn lasts(&self) -> Lasts {
        let up = self.number("uptime_in_seconds").and_then(|up| Duration::try_from_secs_f64(up).ok());
        match self.get("run_id") {
            Some(_) => Lasts::UntilRestart(up),
            None => Lasts::InCopies(None, up),
        }
    }

    /// A field as a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.trim_end_matches('%').parse().ok().filter(|n: &f64| n.is_finite())
    }

    /// A switch: `1` is on.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("1")
    }

    /// Refusals that began with `code` since the server's start (`INFO errorstats`); none: it does not count them (before Redis
    /// 6.2).
    pub fn refusals(&self, code: &str) -> Option<f64> {
        let count = self
            .get(&format!("errorstat_{code}"))
            .and_then(|count| count.strip_prefix("count=")?.parse().ok());
        count.or_else(|| self.sections.contains("Errorstats").then_some(0.0))
    }

    /// What each command took since the server's start, by its name; none: it does not count them, or not for us.
    pub fn commands(&self) -> Option<BTreeMap<&str, CommandUse>> {
        let section = self.sections.contains("Commandstats");
        section.then(|| {
            let uses = self.fields.iter().filter_map(|(name, value)| {
                let part =
                    |part: &str| value.split(',').find_map(|pair| pair.strip_prefix(part)?.parse().ok());
                let seconds = part("usec=").map(|micros: f64| micros / 1e6)?;
                let rejected = part("rejected_calls=").unwrap_or(0.0);
                Some((
                    name.strip_prefix("cmdstat_")?,
                    CommandUse { calls: part("calls=")?, seconds, rejected },
                ))
            });
            uses.collect()
        })
    }

    /// Refusals since the server's start, by the code that they began with; none: it does not count them (before Redis 6.2).
    pub fn errors(&self) -> Option<BTreeMap<&str, f64>> {
        let section = self.sections.contains("Errorstats");
        section.then(|| {
            let errors = self.fields.iter().filter_map(|(name, value)| {
                Some((name.strip_prefix("errorstat_")?, value.strip_prefix("count=")?.parse().ok()?))
            });
            errors.collect()
        })
    }

    /// What it is, and its own version: others freeze `redis_version` at the Redis that they are like.
    pub fn product(&self) -> (&'static str, String) {
        let own = [
            ("Valkey", "valkey_version"),
            ("Dragonfly", "dragonfly_version"),
            ("Garnet", "garnet_version"),
            ("Kvrocks", "kvrocks_version"),
        ];
        let own = own.iter().find_map(|(name, field)| Some((*name, self.get(field)?)));
        let (name, version) = own.unwrap_or_else(|| {
            let name = match self.get("server_name") {
                Some("valkey") => "Valkey",
                // It has no field of its own for the version.
                _ if self.sections.contains("KeyDB") => "KeyDB",
                _ => "Redis",
            };
            (name, self.get("redis_version").unwrap_or("?"))
        });
        (name, crate::text::escape(version.strip_prefix("df-v").unwrap_or(version)).into_owned())
    }

    /// Whether this node is part of a cluster.
    pub fn is_cluster(&self) -> bool {
        self.flag("cluster_enabled")
            || self.get("redis_mode") == Some("cluster")
            || self.get("server_mode") == Some("cluster")
    }

    /// Whether this node is a replica.
    pub fn is_replica(&self) -> bool {
        self.get("role") == Some("slave")
    }

    /// Keys in each database that has any: number and keys; none: the server does not say, or says what is no number of keys.
    pub fn databases(&self) -> Option<Vec<(u32, f64)>> {
        if !self.sections.contains("Keyspace") {
            return None;
        }
        let lines = self.fields.iter().filter_map(|(name, value)| {
            let number: u32 = name.strip_prefix("db")?.parse().ok()?;
            let keys = value.split(',').find_map(|part| part.strip_prefix("keys=")?.parse().ok());
            Some(keys.filter(|keys: &f64| *keys >= 0.0).map(|keys| (number, keys)))
        });
        let mut found = lines.collect::<Option<Vec<_>>>()?;
        found.sort_by_key(|(number, _)| *number);
        Some(found)
    }

    /// Keys that expire, in all databases; none: the server does not say.
    pub fn expiring(&self) -> Option<f64> {
        if !self.sections.contains("Keyspace") {
            return None;
        }
        let lines = self
            .fields
            .iter()
            .filter(|(name, _)| name.strip_prefix("db").is_some_and(|number| number.parse::<u32>().is_ok()));
        lines
            .map(|(_, value)| {
                value.split(',').find_map(|part| part.strip_prefix("expires=")?.parse::<f64>().ok())
            })
            .sum()
    }

    /// Whether nothing may be evicted when the memory limit is reached: so it is told, or only what expires, and nothing does;
    /// none when it does not say.
    pub fn evicts_nothing(&self) -> Option<bool> {
        let policy = self.get("maxmemory_policy")?;
        Some(policy == "noeviction" || policy.starts_with("volatile") && self.expiring() == Some(0.0))
    }

    /// Keys in one database; none: the server does not say.
    pub fn keys_in(&self, database: u32) -> Option<f64> {
        let databases = self.databases()?;
        Some(databases.iter().find(|(number, _)| *number == database).map_or(0.0, |(_, keys)| *keys))
    }

    /// Whether the server has `PEXPIRETIME`.
    pub fn has_expire_times(&self) -> bool {
        let major =
            self.get("redis_version").and_then(|version| version.split('.').next()?.parse::<u32>().ok());
        major.is_some_and(|major| major >= 7)
    }

    /// The addresses of the replicas that a primary knows.
    pub fn replicas(&self) -> Vec<String> {
        self.followers().into_iter().map(|follower| follower.name).collect()
    }

    /// The replicas that a primary knows.
    pub fn followers(&self) -> Vec<Follower> {
        (0..)
            .map_while(|n| self.get(&format!("slave{n}")))
            .filter_map(|line| {
                let part = |name: &str| line.split(',').find_map(|part| part.strip_prefix(name));
                let name = format!("{}:{}", part("ip=")?, part("port=")?);
                Some(Follower {
                    name: crate::text::escape(&name).into_owned(),
                    online: part("state=") == Some("online"),
                    offset: part("offset=").and_then(|offset| offset.parse().ok()),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_name() {
        let info = Info::parse(
            "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.2\r\nrole:master\r\n\
             slave0:ip=10.0.0.2,port=6379,state=online\r\n# Keyspace\r\ndb0:keys=12,expires=3,avg_ttl=9\r\ndb3:keys=1,expires=0\r\n\
             expired_stale_perc:1.50\r\nexecutable:/a:b\r\n",
        );
        assert_eq!(info.product(), ("Valkey", "9.1.2".into()));
        for (text, product) in [
            ("# Server\r\nredis_version:7.4.0\r\ndragonfly_version:df-v1.40.1\r\n", ("Dragonfly", "1.40.1")),
            ("# Server\r\ngarnet_version:1.0.84\r\n", ("Garnet", "1.0.84")),
            ("# Server\r\nredis_version:4.0.0\r\nkvrocks_version:2.11.1\r\n", ("Kvrocks", "2.11.1")),
            ("# Server\r\nredis_version:6.3.4\r\n# KeyDB\r\nmvcc_depth:0\r\n", ("KeyDB", "6.3.4")),
            ("# Server\r\nredis_version:8.0.6\r\n", ("Redis", "8.0.6")),
            ("# Clients\r\n", ("Redis", "?")),
        ] {
            assert_eq!(Info::parse(text).product(), (product.0, product.1.into()), "{text}");
        }
        assert_eq!(info.databases(), Some(vec![(0, 12.0), (3, 1.0)]));
        assert_eq!(info.expiring(), Some(3.0));
        assert_eq!((info.keys_in(3), info.keys_in(7)), (Some(1.0), Some(0.0)));
        assert_eq!(info.replicas(), vec!["10.0.0.2:6379"]);
        assert_eq!(info.number("expired_stale_perc"), Some(1.5));
        assert_eq!(info.get("executable"), Some("/a:b"));
        assert_eq!(info.number("missing"), None, "unknown is not zero");
    }

    #[test]
    fn a_refusal_that_is_counted_and_never_was_is_zero_and_one_that_is_not_counted_is_unknown() {
        let oom = |text: &str| Info::parse(text).refusals("OOM");
        assert_eq!(oom("# Errorstats\r\nerrorstat_ERR:count=2\r\nerrorstat_OOM:count=7\r\n"), Some(7.0));
        assert_eq!(oom("# Errorstats\r\nerrorstat_ERR:count=2\r\n"), Some(0.0));
        assert_eq!(oom(""), None);
    }

    #[test]
    fn keys_that_are_not_told_are_not_zero() {
        assert_eq!(Info::parse("# Keyspace\r\n").databases(), Some(vec![]), "an empty server");
        for text in ["role:master\r\n", "# Keyspace\r\ndb0:keys=-3\r\n", "# Keyspace\r\ndb0:keys=N/A\r\n"] {
            assert_eq!(Info::parse(text).databases(), None, "{text}");
        }
    }

    #[test]
    fn commands_and_refusals_are_counted_by_name_or_not_at_all() {
        let info = Info::parse(
            "# Commandstats\r\ncmdstat_config|get:calls=2,usec=30,usec_per_call=15.00,rejected_calls=1,failed_calls=0\r\n\
             # Errorstats\r\nerrorstat_OOM:count=7\r\n",
        );
        let used = info.commands().expect("counted")["config|get"];
        assert_eq!(used, CommandUse { calls: 2.0, seconds: 0.000_03, rejected: 1.0 });
        assert_eq!(info.errors().expect("counted")["OOM"], 7.0);
        let bare = Info::parse("role:master\r\n");
        assert_eq!((bare.commands(), bare.errors()), (None, None));
    }
}
