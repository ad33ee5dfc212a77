//! Everything that a command for emergencies could change on a Redis, for comparing before and after.

use std::collections::BTreeMap;

use redis::aio::MultiplexedConnection;
use redis::{FromRedisValue, Pipeline, Value, cmd, pipe};
use stampede::lab::{RedisServer, connect};
use stampede::text::escape_bytes;

/// Expiry times may differ by this much, in milliseconds: a time to live that is given again is counted from then on.
const TOLERANCE: i64 = 1_000;
/// Keys that are read at once.
const BATCH: usize = 500;
/// Longest text of a value in a difference.
const SHOWN: usize = 60;

/// A Redis at one moment. Left out is what moves by itself: statistics, who is connected, how often a key was used, how
/// a value is stored. What cannot be read is left out too: a `CLIENT PAUSE` that is on.
pub struct World {
    /// The server's clock, in milliseconds.
    taken: i64,
    /// `setting maxmemory`, `user ops`, `role`, ... and what they are.
    facts: BTreeMap<String, String>,
    /// By database and name.
    keys: BTreeMap<(u32, Vec<u8>), Key>,
}

#[derive(PartialEq, Eq)]
struct Key {
    kind: String,
    /// Strings as they are; collections by element, in an order of their own where Redis has none; else a DUMP.
    value: Vec<Vec<u8>>,
    /// When it expires, in milliseconds; -1 is never.
    expires: i64,
}

impl World {
    /// Looks at a server, by its unix socket.
    pub async fn of(server: &RedisServer) -> Self {
        Self::at(&format!("redis+unix://{}", server.socket().display())).await
    }

    /// Looks at a server by a URL, with a user who may see everything.
    pub async fn at(url: &str) -> Self {
        let mut redis = connect(url).await.unwrap();
        // A replica of a cluster answers for its keys only then; elsewhere it is an error.
        _ = cmd("READONLY").query_async::<Value>(&mut redis).await;
        let (seconds, micros): (i64, i64) = ask(&mut redis, &["TIME"]).await;
        let mut world = Self {
            taken: seconds * 1_000 + micros / 1_000,
            facts: facts(&mut redis).await,
            keys: BTreeMap::new(),
        };
        for database in databases(&mut redis).await {
            ask::<Value>(&mut redis, &["SELECT", &database.to_string()]).await;
            let mut cursor = "0".to_owned();
            loop {
                let batch = BATCH.to_string();
                let (next, names): (String, Vec<Vec<u8>>) =
                    ask(&mut redis, &["SCAN", &cursor, "COUNT", &batch]).await;
                let keys = read(&mut redis, &names).await;
                world.keys.extend(keys.into_iter().map(|(name, key)| ((database, name), key)));
                if next == "0" {
                    break;
                }
                cursor = next;
            }
        }
        world
    }

    /// What is different in `after`, a line each; nothing when it is the same world. A key whose time has come is no difference.
    pub fn differences(&self, after: &Self) -> Vec<String> {
        let mut found = Vec::new();
        compare(&self.facts, &after.facts, |name, pair| match pair {
            (Some(was), Some(is)) if was == is => {}
            (was, is) => found.push(format!("{name}: {} -> {}", quoted(was), quoted(is))),
        });
        compare(&self.keys, &after.keys, |(database, name), pair| {
            let name = format!("key {:?} of database {database}", escape_bytes(name));
            match pair {
                (Some(was), None) if was.expires < 0 || was.expires > after.taken => {
                    found.push(format!("{name} is gone: {} {}", was.kind, shown(&was.value)));
                }
                (None, Some(is)) => found.push(format!("{name} is new: {} {}", is.kind, shown(&is.value))),
                (Some(was), Some(is)) => found.extend(was.differences(is, &name)),
                (_, None) => {}
            }
        });
        found
    }
}

impl Key {
    fn differences(&self, after: &Self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        if self.kind != after.kind || self.value != after.value {
            let (was, is) = (shown(&self.value), shown(&after.value));
            found.push(format!("{name}: {} {was} -> {} {is}", self.kind, after.kind));
        }
        let (was, is) = (self.expires, after.expires);
        match (was < 0, is < 0) {
            (true, true) => {}
            (false, false) if (is - was).abs() <= TOLERANCE => {}
            (false, false) => found.push(format!("{name}: expires {:+} ms from when it did", is - was)),
            (true, false) => found.push(format!("{name}: expires at {is}, did never")),
            (false, true) => found.push(format!("{name}: never expires, did at {was}")),
        }
        found
    }
}

/// Both sides of every name.
fn compare<'a, N: Ord, T>(
    before: &'a BTreeMap<N, T>,
    after: &'a BTreeMap<N, T>,
    mut judge: impl FnMut(&'a N, (Option<&'a T>, Option<&'a T>)),
) {
    before.iter().for_each(|(name, was)| judge(name, (Some(was), after.get(name))));
    let new = after.iter().filter(|(name, _)| !before.contains_key(*name));
    new.for_each(|(name, is)| judge(name, (None, Some(is))));
}

async fn ask<T: FromRedisValue>(redis: &mut MultiplexedConnection, words: &[&str]) -> T {
    let mut command = redis::Cmd::new();
    words.iter().for_each(|word| _ = command.arg(*word));
    command.query_async(redis).await.unwrap_or_else(|error| panic!("{words:?}: {error}"))
}

async fn facts(redis: &mut MultiplexedConnection) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let settings: BTreeMap<String, String> = ask(redis, &["CONFIG", "GET", "*"]).await;
    facts.extend(settings.into_iter().map(|(name, value)| (format!("setting {name}"), value)));
    let users: Vec<String> = ask(redis, &["ACL", "LIST"]).await;
    for rule in users {
        let name = rule.split(' ').take(2).collect::<Vec<_>>().join(" ");
        facts.insert(name, rule);
    }
    let replication: String = ask(redis, &["INFO", "replication"]).await;
    for line in replication.lines() {
        if let Some(role) = line.strip_prefix("role:") {
            facts.insert("role".to_owned(), role.to_owned());
        }
    }
    let libraries: Vec<Value> = ask(redis, &["FUNCTION", "LIST", "WITHCODE"]).await;
    let mut libraries: Vec<_> = libraries.iter().map(|library| format!("{library:?}")).collect();
    libraries.sort();
    facts.insert("functions".to_owned(), libraries.join("\n"));
    facts
}

async fn databases(redis: &mut MultiplexedConnection) -> Vec<u32> {
    let keyspace: String = ask(redis, &["INFO", "keyspace"]).await;
    let number = |line: &str| line.strip_prefix("db")?.split_once(':')?.0.parse().ok();
    keyspace.lines().filter_map(number).collect()
}

/// The keys of these names that are still there.
async fn read(redis: &mut MultiplexedConnection, names: &[Vec<u8>]) -> Vec<(Vec<u8>, Key)> {
    let mut about = pipe();
    for name in names {
        about.cmd("TYPE").arg(name).cmd("PEXPIRETIME").arg(name);
    }
    let about: Vec<(String, i64)> = pairs(all(redis, &about).await);
    let mut values = pipe();
    for (name, (kind, _)) in names.iter().zip(&about) {
        match kind.as_str() {
            "string" => values.cmd("GET").arg(name),
            "list" => values.cmd("LRANGE").arg(name).arg(0).arg(-1),
            "set" => values.cmd("SMEMBERS").arg(name),
            "zset" => values.cmd("ZRANGE").arg(name).arg(0).arg(-1).arg("WITHSCORES"),
            "hash" => values.cmd("HGETALL").arg(name),
            _ => values.cmd("DUMP").arg(name),
        };
    }
    let values = all(redis, &values).await;
    let mut found = Vec::new();
    for ((name, (kind, expires)), value) in names.iter().zip(about).zip(values) {
        let value: Vec<Vec<u8>> = match (kind.as_str(), value) {
            (_, Value::Nil) => Vec::new(),
            // Two equal sets come in different orders when they were filled in different ones.
            ("set", value) => sorted(redis::from_redis_value(value).unwrap()),
            ("hash", value) => {
                let fields: BTreeMap<Vec<u8>, Vec<u8>> = redis::from_redis_value(value).unwrap();
                fields.into_iter().flat_map(|(field, value)| [field, value]).collect()
            }
            ("list" | "zset", value) => redis::from_redis_value(value).unwrap(),
            (_, value) => vec![redis::from_redis_value(value).unwrap()],
        };
        // Else it expired between the questions: Redis has no empty collections.
        if expires != -2 && !value.is_empty() {
            found.push((name.clone(), Key { kind, value, expires }));
        }
    }
    found
}

async fn all(redis: &mut MultiplexedConnection, questions: &Pipeline) -> Vec<Value> {
    if questions.is_empty() { Vec::new() } else { questions.query_async(redis).await.unwrap() }
}

fn pairs<A: FromRedisValue, B: FromRedisValue>(values: Vec<Value>) -> Vec<(A, B)> {
    redis::from_redis_value(Value::Array(values)).unwrap()
}

fn sorted(mut values: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    values.sort();
    values
}

fn quoted(value: Option<&String>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| format!("{value:?}"))
}

/// The elements as text, cut where it is enough.
fn shown(value: &[Vec<u8>]) -> String {
    let text = value.iter().map(|part| escape_bytes(part)).collect::<Vec<_>>().join(", ");
    let short: String = text.chars().take(SHOWN).collect();
    if short == text { format!("[{text}]") } else { format!("[{short}... {} bytes in all]", text.len()) }
}
