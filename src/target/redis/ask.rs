//! All that a Redis can be asked by us (S2): a command that is no variant here cannot be sent.

use crate::config::Secret;
use crate::target::redis::resp::{Reply, encode};

/// A read-only question, or a word about our own connection.
#[derive(Clone, Debug)]
pub enum Ask<'a> {
    /// `AUTH [user] password`
    Auth(Option<&'a str>, &'a Secret),
    /// `CLIENT SETNAME stampede`
    ClientSetname,
    /// `CLIENT NO-TOUCH ON`: our lookups do not make keys look used.
    ClientNoTouch,
    /// `CLIENT NO-EVICT ON`: `maxmemory-clients` does not close our seat.
    ClientNoEvict,
    /// `SELECT n`
    Select(u32),
    /// `READONLY`: a cluster replica answers for its own keys.
    Readonly,
    /// `PING`
    Ping,
    /// `INFO [section …]`
    Info(&'a [&'a str]),
    /// `CONFIG GET name`
    ConfigGet(&'a str),
    /// `CLUSTER SHARDS` (7.0)
    ClusterShards,
    /// `CLUSTER NODES`
    ClusterNodes,
    /// `CLUSTER MYID`
    ClusterMyid,
    /// `DBSIZE`
    Dbsize,
    /// `RANDOMKEY`
    Randomkey,
    /// `SCAN cursor COUNT n`
    Scan(u64, u32),
    /// `PTTL key`: counts as a lookup.
    Pttl(&'a [u8]),
    /// `OBJECT FREQ key`: counts as a lookup.
    ObjectFreq(&'a [u8]),
    /// `HOTKEYS GET` (Redis 8.6): the results of a session that somebody else has started.
    HotkeysGet,
    /// `COMMAND INFO name`
    CommandInfo(&'a str),
    /// `SENTINEL GET-MASTER-ADDR-BY-NAME service`
    SentinelPrimary(&'a str),
    /// `SENTINEL MASTERS`
    SentinelServices,
    /// `SENTINEL REPLICAS service`
    SentinelReplicas(&'a str),
    /// `PSUBSCRIBE __keyevent@*__:keymiss`
    PsubscribeKeymiss,
}

/// The commands that can leave this program towards a Redis, as their first words.
pub const ALLOWED: &[&str] = &[
    "AUTH",
    "CLIENT SETNAME",
    "CLIENT NO-TOUCH",
    "CLIENT NO-EVICT",
    "SELECT",
    "READONLY",
    "PING",
    "INFO",
    "CONFIG GET",
    "CLUSTER SHARDS",
    "CLUSTER NODES",
    "CLUSTER MYID",
    "DBSIZE",
    "RANDOMKEY",
    "SCAN",
    "PTTL",
    "OBJECT FREQ",
    "HOTKEYS GET",
    "COMMAND INFO",
    "SENTINEL GET-MASTER-ADDR-BY-NAME",
    "SENTINEL MASTERS",
    "SENTINEL REPLICAS",
    "PSUBSCRIBE",
];

/// What a lookup of ours did to the server's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// `keyspace_hits` + 1
    Hit,
    /// `keyspace_misses` + 1
    Miss,
}

impl Ask<'_> {
    /// Appends the request as it goes over the wire.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Auth(None, password) => encode(out, &[b"AUTH", password.expose().as_bytes()]),
            Self::Auth(Some(user), password) => {
                encode(out, &[b"AUTH", user.as_bytes(), password.expose().as_bytes()]);
            }
            Self::ClientSetname => encode(out, &[b"CLIENT", b"SETNAME", b"stampede"]),
            Self::ClientNoTouch => encode(out, &[b"CLIENT", b"NO-TOUCH", b"ON"]),
            Self::ClientNoEvict => encode(out, &[b"CLIENT", b"NO-EVICT", b"ON"]),
            Self::Select(number) => encode(out, &[b"SELECT", number.to_string().as_bytes()]),
            Self::Readonly => encode(out, &[b"READONLY"]),
            Self::Ping => encode(out, &[b"PING"]),
            Self::Info(sections) => {
                let words: Vec<&[u8]> =
                    std::iter::once(&b"INFO"[..]).chain(sections.iter().map(|s| s.as_bytes())).collect();
                encode(out, &words);
            }
            Self::ConfigGet(name) => encode(out, &[b"CONFIG", b"GET", name.as_bytes()]),
            Self::ClusterShards => encode(out, &[b"CLUSTER", b"SHARDS"]),
            Self::ClusterNodes => encode(out, &[b"CLUSTER", b"NODES"]),
            Self::ClusterMyid => encode(out, &[b"CLUSTER", b"MYID"]),
            Self::Dbsize => encode(out, &[b"DBSIZE"]),
            Self::Randomkey => encode(out, &[b"RANDOMKEY"]),
            Self::Scan(cursor, count) => {
                let (cursor, count) = (cursor.to_string(), count.to_string());
                encode(out, &[b"SCAN", cursor.as_bytes(), b"COUNT", count.as_bytes()]);
            }
            Self::Pttl(key) => encode(out, &[b"PTTL", key]),
            Self::ObjectFreq(key) => encode(out, &[b"OBJECT", b"FREQ", key]),
            Self::HotkeysGet => encode(out, &[b"HOTKEYS", b"GET"]),
            Self::CommandInfo(name) => encode(out, &[b"COMMAND", b"INFO", name.as_bytes()]),
            Self::SentinelPrimary(service) => {
                encode(out, &[b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME", service.as_bytes()]);
            }
            Self::SentinelReplicas(service) => encode(out, &[b"SENTINEL", b"REPLICAS", service.as_bytes()]),
            Self::SentinelServices => encode(out, &[b"SENTINEL", b"MASTERS"]),
            Self::PsubscribeKeymiss => encode(out, &[b"PSUBSCRIBE", b"__keyevent@*__:keymiss"]),
        }
    }

    /// What the server counted for it, told from its reply. The server looks the key up before anything else, so
    /// even an error reply of `OBJECT FREQ` was a hit, unless permission was denied.
    pub fn lookup(&self, reply: &Reply) -> Option<Lookup> {
        match (self, reply) {
            (Self::Pttl(_), Reply::Int(-2)) | (Self::ObjectFreq(_), Reply::Nil) => Some(Lookup::Miss),
            (Self::ObjectFreq(_), Reply::Error(text)) if text.contains("no such key") => Some(Lookup::Miss),
            (Self::Pttl(_), Reply::Int(_)) | (Self::ObjectFreq(_), Reply::Int(_)) => Some(Lookup::Hit),
            (Self::ObjectFreq(_), Reply::Error(text)) if text.contains("LFU") => Some(Lookup::Hit),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_of_each(secret: &Secret) -> Vec<Ask<'_>> {
        vec![
            Ask::Auth(Some("ops"), secret),
            Ask::Auth(None, secret),
            Ask::ClientSetname,
            Ask::ClientNoTouch,
            Ask::ClientNoEvict,
            Ask::Select(3),
            Ask::Readonly,
            Ask::Ping,
            Ask::Info(&["stats"]),
            Ask::Info(&[]),
            Ask::ConfigGet("maxclients"),
            Ask::ClusterShards,
            Ask::ClusterNodes,
            Ask::ClusterMyid,
            Ask::Dbsize,
            Ask::Randomkey,
            Ask::Scan(17, 100),
            Ask::Pttl(b"k"),
            Ask::ObjectFreq(b"k"),
            Ask::HotkeysGet,
            Ask::CommandInfo("HOTKEYS"),
            Ask::SentinelPrimary("main"),
            Ask::SentinelServices,
            Ask::SentinelReplicas("main"),
            Ask::PsubscribeKeymiss,
        ]
    }

    fn words(ask: &Ask<'_>) -> String {
        let mut bytes = Vec::new();
        ask.encode(&mut bytes);
        let (reply, used) = crate::target::redis::resp::parse(&bytes).expect("well formed").expect("whole");
        assert_eq!(used, bytes.len(), "exactly one request");
        reply.items().iter().filter_map(Reply::text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_question_is_on_the_list_and_every_entry_of_the_list_is_a_question() {
        let secret = Secret::new("pw");
        let sent: Vec<String> = one_of_each(&secret).iter().map(words).collect();
        let covers = |entry: &str, sent: &str| sent == entry || sent.starts_with(&format!("{entry} "));
        for sent in &sent {
            assert!(ALLOWED.iter().any(|entry| covers(entry, sent)), "{sent} is not on the list");
        }
        for entry in ALLOWED {
            assert!(sent.iter().any(|sent| covers(entry, sent)), "{entry} is on the list and never sent");
        }
    }

    #[test]
    fn nothing_that_writes_or_hurts_is_on_the_list() {
        for never in
            ["KEYS", "MONITOR", "DEBUG", "FLUSH", "SET", "DEL", "EXPIRE", "EVAL", "CONFIG SET", "CONFIG RE"]
        {
            assert!(!ALLOWED.iter().any(|entry| entry.starts_with(never) && *entry != "SELECT"), "{never}");
        }
    }

    #[test]
    fn our_lookups_are_told_as_hits_and_misses() {
        assert_eq!(Ask::Pttl(b"k").lookup(&Reply::Int(-2)), Some(Lookup::Miss));
        assert_eq!(Ask::Pttl(b"k").lookup(&Reply::Int(-1)), Some(Lookup::Hit));
        assert_eq!(Ask::ObjectFreq(b"k").lookup(&Reply::Nil), Some(Lookup::Miss));
        assert_eq!(Ask::Pttl(b"k").lookup(&Reply::Error("NOPERM".into())), None);
        assert_eq!(Ask::Randomkey.lookup(&Reply::Bulk(b"k".to_vec())), None);
    }
}
