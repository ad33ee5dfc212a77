//! All that a Redis can be asked by us (S2): a command that is no variant here cannot be sent.

use redis::{Cmd, Pipeline};

use crate::config::Secret;
use crate::system::redis::{Reply, Write};

/// A read-only question, or a word about our own connection.
#[derive(Clone, Debug)]
pub enum Query<'a> {
    /// `AUTH [user] password`
    Auth(Option<&'a str>, &'a Secret),
    /// `CLIENT SETNAME name`: `stampede`, or `stampede:INCIDENT:USER@HOST` (S28)
    ClientSetname(&'a str),
    /// `CLIENT NO-TOUCH ON`: our lookups do not make keys look used.
    ClientNoTouch,
    /// `CLIENT NO-EVICT ON`: `maxmemory-clients` does not close our connection.
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
    /// `CLUSTER INFO`
    ClusterInfo,
    /// `SLOWLOG GET n`
    SlowlogGet(u32),
    /// `DBSIZE`
    Dbsize,
    /// `RANDOMKEY`
    Randomkey,
    /// `SCAN cursor COUNT n`
    Scan(u64, u32),
    /// `SCAN cursor MATCH pattern COUNT n`
    ScanFor(u64, &'a [u8], u32),
    /// `TIME`: the server's own clock, which expiries count by.
    Time,
    /// `PTTL key`: counts as a lookup.
    Pttl(&'a [u8]),
    /// `PEXPIRETIME key` (7.0): counts as a lookup.
    Pexpiretime(&'a [u8]),
    /// `GET key`, to see who holds a lock: counts as a lookup.
    Get(&'a [u8]),
    /// `MEMORY USAGE key`
    MemoryUsage(&'a [u8]),
    /// `OBJECT FREQ key`: counts as a lookup.
    ObjectFreq(&'a [u8]),
    /// `OBJECT ENCODING key`: counts as a lookup, and does not make the key look used.
    ObjectEncoding(&'a [u8]),
    /// `HOTKEYS GET` (Redis 8.6): the results of a session that somebody else has started.
    HotkeysGet,
    /// `CLIENT ID`: which of the clients we are.
    ClientId,
    /// `CLIENT LIST`: holds a server with 10,000 clients up for 13-40 ms, so once for a plan and never in a
    /// loop, but for a few hundred clients.
    ClientList,
    /// `CLIENT LIST ID id …` (6.2): cheap.
    ClientListIds(&'a [u64]),
    /// `ACL WHOAMI`
    AclWhoami,
    /// `ACL DRYRUN user command …` (7.0): whether a write would be permitted, without making it.
    AclDryrun(&'a str, &'a Write<'a>),
    /// `COMMAND INFO name`
    CommandInfo(&'a str),
    /// `SENTINEL GET-MASTER-ADDR-BY-NAME service`
    SentinelPrimary(&'a str),
    /// `SENTINEL MASTERS`
    SentinelServices,
    /// `SENTINEL REPLICAS service`
    SentinelReplicas(&'a str),
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
    "CLUSTER INFO",
    "SLOWLOG GET",
    "DBSIZE",
    "RANDOMKEY",
    "SCAN",
    "TIME",
    "PTTL",
    "PEXPIRETIME",
    "GET",
    "MEMORY USAGE",
    "OBJECT FREQ",
    "OBJECT ENCODING",
    "HOTKEYS GET",
    "CLIENT ID",
    "CLIENT LIST",
    "ACL WHOAMI",
    "ACL DRYRUN",
    "COMMAND INFO",
    "SENTINEL GET-MASTER-ADDR-BY-NAME",
    "SENTINEL MASTERS",
    "SENTINEL REPLICAS",
    "PSUBSCRIBE",
];

/// What `PSUBSCRIBE` is for: the one command that the client crate itself words, since it must know its own
/// subscriptions.
pub(super) const KEYMISS: &str = "__keyevent@*__:keymiss";

/// What a lookup of ours did to the server's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// `keyspace_hits` + 1
    Hit,
    /// `keyspace_misses` + 1
    Miss,
}

impl Query<'_> {
    /// The request, as the client crate takes it. This is the only place where one is made.
    fn request(&self) -> Cmd {
        let mut request = Cmd::new();
        match self {
            Self::Auth(None, password) => request.arg("AUTH").arg(password.expose()),
            Self::Auth(Some(user), password) => request.arg("AUTH").arg(*user).arg(password.expose()),
            Self::ClientSetname(name) => request.arg(&["CLIENT", "SETNAME", *name]),
            Self::ClientNoTouch => request.arg(&["CLIENT", "NO-TOUCH", "ON"]),
            Self::ClientNoEvict => request.arg(&["CLIENT", "NO-EVICT", "ON"]),
            Self::Select(number) => request.arg("SELECT").arg(*number),
            Self::Readonly => request.arg("READONLY"),
            Self::Ping => request.arg("PING"),
            Self::Info(sections) => request.arg("INFO").arg(*sections),
            Self::ConfigGet(name) => request.arg(&["CONFIG", "GET", *name]),
            Self::ClusterShards => request.arg(&["CLUSTER", "SHARDS"]),
            Self::ClusterNodes => request.arg(&["CLUSTER", "NODES"]),
            Self::ClusterMyid => request.arg(&["CLUSTER", "MYID"]),
            Self::ClusterInfo => request.arg(&["CLUSTER", "INFO"]),
            Self::SlowlogGet(count) => request.arg(&["SLOWLOG", "GET"]).arg(*count),
            Self::Dbsize => request.arg("DBSIZE"),
            Self::Randomkey => request.arg("RANDOMKEY"),
            Self::Scan(cursor, count) => request.arg("SCAN").arg(*cursor).arg("COUNT").arg(*count),
            Self::ScanFor(cursor, pattern, count) => {
                request.arg("SCAN").arg(*cursor).arg("MATCH").arg(*pattern).arg("COUNT").arg(*count)
            }
            Self::Time => request.arg("TIME"),
            Self::Pttl(key) => request.arg("PTTL").arg(*key),
            Self::Pexpiretime(key) => request.arg("PEXPIRETIME").arg(*key),
            Self::Get(key) => request.arg("GET").arg(*key),
            Self::MemoryUsage(key) => request.arg(&["MEMORY", "USAGE"]).arg(*key),
            Self::ObjectFreq(key) => request.arg(&["OBJECT", "FREQ"]).arg(*key),
            Self::ObjectEncoding(key) => request.arg(&["OBJECT", "ENCODING"]).arg(*key),
            Self::HotkeysGet => request.arg(&["HOTKEYS", "GET"]),
            Self::ClientId => request.arg(&["CLIENT", "ID"]),
            Self::ClientList => request.arg(&["CLIENT", "LIST"]),
            Self::ClientListIds(ids) => request.arg(&["CLIENT", "LIST", "ID"]).arg(*ids),
            Self::AclWhoami => request.arg(&["ACL", "WHOAMI"]),
            Self::AclDryrun(user, write) => {
                write.words().into_iter().fold(request.arg(&["ACL", "DRYRUN", *user]), Cmd::arg)
            }
            Self::CommandInfo(name) => request.arg(&["COMMAND", "INFO", *name]),
            Self::SentinelPrimary(service) => request.arg(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", *service]),
            Self::SentinelReplicas(service) => request.arg(&["SENTINEL", "REPLICAS", *service]),
            Self::SentinelServices => request.arg(&["SENTINEL", "MASTERS"]),
        };
        request
    }

    /// What the server counted for it, told from its reply. The server looks the key up before anything else, so
    /// even an error reply of `OBJECT FREQ` was a hit, unless permission was denied.
    pub fn lookup(&self, reply: &Reply) -> Option<Lookup> {
        match (self, reply) {
            (Self::Pttl(_) | Self::Pexpiretime(_), Reply::Int(-2))
            | (Self::ObjectFreq(_) | Self::ObjectEncoding(_) | Self::Get(_), Reply::Nil) => {
                Some(Lookup::Miss)
            }
            (Self::ObjectFreq(_), Reply::Error(text)) if text.contains("no such key") => Some(Lookup::Miss),
            (Self::Pttl(_) | Self::Pexpiretime(_) | Self::ObjectFreq(_), Reply::Int(_))
            | (Self::Get(_) | Self::ObjectEncoding(_), Reply::Bulk(_)) => Some(Lookup::Hit),
            (Self::ObjectFreq(_), Reply::Error(text)) if text.contains("LFU") => Some(Lookup::Hit),
            (Self::Get(_), Reply::Error(text)) if text.starts_with("WRONGTYPE") => Some(Lookup::Hit),
            _ => None,
        }
    }

    /// The key that it is about, which says which node of a cluster to ask.
    pub fn key(&self) -> Option<&[u8]> {
        match self {
            Self::Pttl(key)
            | Self::Pexpiretime(key)
            | Self::Get(key)
            | Self::MemoryUsage(key)
            | Self::ObjectFreq(key)
            | Self::ObjectEncoding(key) => Some(key),
            _ => None,
        }
    }
}

/// All questions as one request; the error reply to one of them leaves the answers to the others alone.
pub(super) fn pipeline(queries: &[Query<'_>]) -> Pipeline {
    let mut pipeline = Pipeline::with_capacity(queries.len());
    pipeline.ignore_errors();
    queries.iter().for_each(|query| _ = pipeline.add_command(query.request()));
    pipeline
}

#[cfg(test)]
mod tests {
    use redis::Arg;

    use super::*;

    fn one_of_each(secret: &Secret) -> Vec<Query<'_>> {
        vec![
            Query::Auth(Some("ops"), secret),
            Query::Auth(None, secret),
            Query::ClientSetname("stampede"),
            Query::ClientNoTouch,
            Query::ClientNoEvict,
            Query::Select(3),
            Query::Readonly,
            Query::Ping,
            Query::Info(&["stats"]),
            Query::Info(&[]),
            Query::ConfigGet("maxclients"),
            Query::ClusterShards,
            Query::ClusterNodes,
            Query::ClusterMyid,
            Query::ClusterInfo,
            Query::SlowlogGet(10),
            Query::Dbsize,
            Query::Randomkey,
            Query::Scan(17, 100),
            Query::ScanFor(17, b"user:*", 100),
            Query::Time,
            Query::Pttl(b"k"),
            Query::Pexpiretime(b"k"),
            Query::Get(b"k"),
            Query::MemoryUsage(b"k"),
            Query::ObjectFreq(b"k"),
            Query::ObjectEncoding(b"k"),
            Query::HotkeysGet,
            Query::ClientId,
            Query::ClientList,
            Query::ClientListIds(&[7, 9]),
            Query::AclWhoami,
            Query::AclDryrun("ops", &Write::ConfigSet("timeout", std::borrow::Cow::Borrowed("30"))),
            Query::CommandInfo("HOTKEYS"),
            Query::SentinelPrimary("main"),
            Query::SentinelServices,
            Query::SentinelReplicas("main"),
        ]
    }

    fn words(query: &Query<'_>) -> String {
        let word = |word| match word {
            Arg::Simple(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => panic!("{other:?} is a word of the crate's own"),
        };
        query.request().args_iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_question_is_on_the_list_and_every_entry_of_the_list_is_a_question() {
        let secret = Secret::new("pw");
        let mut sent: Vec<String> = one_of_each(&secret).iter().map(words).collect();
        sent.push(format!("PSUBSCRIBE {KEYMISS}"));
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
    fn a_request_is_its_words_and_a_key_is_one_word_whatever_its_bytes() {
        let queries = [Query::Info(&["stats", "clients"]), Query::Pttl(b"a\r\n\xff"), Query::Scan(7, 100)];
        assert_eq!(
            pipeline(&queries).get_packed_pipeline(),
            b"*3\r\n$4\r\nINFO\r\n$5\r\nstats\r\n$7\r\nclients\r\n*2\r\n$4\r\nPTTL\r\n$4\r\na\r\n\xff\r\n\
              *4\r\n$4\r\nSCAN\r\n$1\r\n7\r\n$5\r\nCOUNT\r\n$3\r\n100\r\n"
        );
    }

    #[test]
    fn our_lookups_are_told_as_hits_and_misses() {
        assert_eq!(Query::Pttl(b"k").lookup(&Reply::Int(-2)), Some(Lookup::Miss));
        assert_eq!(Query::Pttl(b"k").lookup(&Reply::Int(-1)), Some(Lookup::Hit));
        assert_eq!(Query::ObjectFreq(b"k").lookup(&Reply::Nil), Some(Lookup::Miss));
        assert_eq!(Query::Pexpiretime(b"k").lookup(&Reply::Int(-2)), Some(Lookup::Miss));
        assert_eq!(Query::Pexpiretime(b"k").lookup(&Reply::Int(1)), Some(Lookup::Hit));
        assert_eq!(Query::Get(b"k").lookup(&Reply::Nil), Some(Lookup::Miss));
        assert_eq!(Query::Get(b"k").lookup(&Reply::Error("WRONGTYPE …".into())), Some(Lookup::Hit));
        assert_eq!(Query::ObjectEncoding(b"k").lookup(&Reply::Bulk(b"int".to_vec())), Some(Lookup::Hit));
        assert_eq!(Query::MemoryUsage(b"k").lookup(&Reply::Nil), None);
        assert_eq!(Query::Pttl(b"k").lookup(&Reply::Error("NOPERM".into())), None);
        assert_eq!(Query::Randomkey.lookup(&Reply::Bulk(b"k".to_vec())), None);
    }
}
