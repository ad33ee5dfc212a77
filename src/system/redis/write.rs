//! All that a Redis can be told by us (S2): a write that is no variant here cannot be sent.

use std::borrow::Cow;
use std::fmt;

use redis::{Cmd, Pipeline};

use crate::system::redis::reply::Reply;
use crate::system::redis::scripts::{
    EXPIRY_BACK, EXPIRY_ON, GATHER, RELEASE_LOCK, RENEW_LOCK, SET_BACK, SPREAD, SWAP,
};
use crate::text;

/// A write. Its `Display` is what is shown, as one would type it; its request is what is sent (S9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write<'a> {
    /// `CONFIG SET name value`: never persisted, a restart undoes it.
    ConfigSet(&'a str, Cow<'a, str>),
    /// `CLIENT KILL ID id ADDR address`: that connection and no other, also when the server was restarted and gave the
    /// id to somebody else.
    ClientKill(u64, &'a str),
    /// `SET key value [PX ms] NX`: only where nothing is.
    SetNew(&'a [u8], &'a [u8], Option<u64>),
    /// The same with the time at which it expires, in milliseconds, and not with how long it lives: it may arrive late, or be
    /// pasted late. See `SET_BACK`.
    SetBack(&'a [u8], &'a [u8], u64),
    /// Compare and set, as a script: only over the value that was seen.
    Swap(&'a [u8], Swap<'a>),
    /// Has keys live longer: each with the expiry that was read, and the later one. In a cluster they are of one slot.
    /// See `EXPIRY_ON`.
    ExpiryOn(Vec<(&'a [u8], i64, i64)>),
    /// Puts an expiry back: key, the expiry that was ours, and the one of before. See `EXPIRY_BACK`.
    ExpiryBack(&'a [u8], i64, i64),
    /// Spreads expiries: each key with its jitter in milliseconds, and whether one that has it already is left alone. In a
    /// cluster they are of one slot. See `SPREAD`.
    Spread(Vec<(&'a [u8], i64, bool)>),
    /// Takes jitter off again: when the oldest expiry can have been, and each key with its jitter and the earliest time that
    /// it may expire at; 0: where its old time is over, it keeps ours. See `GATHER`.
    Gather(i64, Vec<(&'a [u8], i64, i64)>),
    /// `SET lock token NX PX milliseconds`: takes a lock that nobody holds.
    TakeLock(&'a [u8], &'a str, u64),
    /// Holds on to a lock: name, our token, milliseconds from now. See `RENEW_LOCK`.
    RenewLock(&'a [u8], &'a str, u64),
    /// Lets go of a lock: name and token. See `RELEASE_LOCK`.
    ReleaseLock(&'a [u8], &'a str),
}

/// A value put in the place of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap<'a> {
    /// What must be there.
    pub from: &'a [u8],
    /// What comes there; none: the key goes.
    pub to: Option<(&'a [u8], Expiry)>,
}

/// When a key that is set expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Never.
    Never,
    /// In so many milliseconds.
    In(u64),
    /// At that time of the server, Unix milliseconds; a time that has passed is the end of the key.
    At(u64),
}

/// The writes that can leave this program towards a Redis, as their first words.
pub const TOLD: &[&str] = &["CONFIG SET", "CLIENT KILL ID", "SET", "EVAL"];

/// The settings that may be set: never `maxmemory-policy`, never anything that is written to disk.
pub const SETTINGS: &[&str] = &["maxclients", "maxmemory", "timeout", "notify-keyspace-events"];

impl Write<'_> {
    /// Its words. This is the only place where a write is made.
    pub(super) fn words(&self) -> Vec<Cow<'_, [u8]>> {
        match self {
            Self::ConfigSet(name, value) => {
                assert!(SETTINGS.contains(name), "{name} is not to be set");
                vec![text("CONFIG"), text("SET"), text(name), text(value)]
            }
            Self::ClientKill(id, address) => {
                vec![text("CLIENT"), text("KILL"), text("ID"), number(id), text("ADDR"), text(address)]
            }
            Self::SetNew(key, value, lives) => {
                let mut words = vec![text("SET"), Cow::from(*key), Cow::from(*value)];
                words.extend(lives.iter().flat_map(|ms| [text("PX"), number(ms)]));
                words.push(text("NX"));
                words
            }
            Self::SetBack(key, value, at) => {
                let mut words = script(SET_BACK, std::iter::once(*key));
                words.extend([Cow::from(*value), number(at)]);
                words
            }
            Self::Swap(key, Swap { from, to }) => {
                let mut words = script(SWAP, std::iter::once(*key));
                words.push(Cow::from(*from));
                if let Some((value, expiry)) = to {
                    words.push(Cow::from(*value));
                    match expiry {
                        Expiry::Never => {}
                        Expiry::In(ms) => words.extend([text("PEXPIRE"), number(ms)]),
                        Expiry::At(ms) => words.extend([text("PEXPIREAT"), number(ms)]),
                    }
                }
                words
            }
            Self::ExpiryOn(keys) => {
                let mut words = script(EXPIRY_ON, keys.iter().map(|(key, ..)| *key));
                words.extend(keys.iter().flat_map(|(_, old, new)| [number(old), number(new)]));
                words
            }
            Self::ExpiryBack(key, ours, old) => {
                let mut words = script(EXPIRY_BACK, std::iter::once(*key));
                words.extend([number(ours), number(old)]);
                words
            }
            Self::Spread(keys) => {
                let mut words = script(SPREAD, keys.iter().map(|(key, ..)| *key));
                let jitter = keys.iter().map(|(_, jitter, again)| if *again { -jitter } else { *jitter });
                words.extend(jitter.map(number));
                words
            }
            Self::Gather(began, keys) => {
                let mut words = script(GATHER, keys.iter().map(|(key, ..)| *key));
                words.push(number(began));
                words.extend(keys.iter().flat_map(|(_, jitter, floor)| [number(jitter), number(floor)]));
                words
            }
            Self::TakeLock(lock, token, time) => {
                vec![text("SET"), Cow::from(*lock), text(token), text("NX"), text("PX"), number(time)]
            }
            Self::RenewLock(lock, token, time) => {
                let mut words = script(RENEW_LOCK, std::iter::once(*lock));
                words.extend([text(token), number(time)]);
                words
            }
            Self::ReleaseLock(lock, token) => {
                let mut words = script(RELEASE_LOCK, std::iter::once(*lock));
                words.push(text(token));
                words
            }
        }
    }

    /// Hits and misses that the server counted for it: scripts look their keys up.
    pub(super) fn lookups(&self, reply: &Reply) -> (u64, u64) {
        if let (Self::Spread(..) | Self::Gather(..), [first, gone, third, fourth]) = (self, reply.items()) {
            let count = |reply: &Reply| reply.int().and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
            return (count(first) + count(third) + count(fourth), count(gone));
        }
        let Reply::Int(code) = reply else { return (0, 0) };
        let misses = match self {
            Self::ExpiryOn(keys) => {
                let gone = u64::try_from(*code).unwrap_or(0);
                return ((keys.len() as u64).saturating_sub(gone), gone);
            }
            Self::ExpiryBack(..) => u64::from(*code == -2),
            Self::RenewLock(..) | Self::ReleaseLock(..) => u64::from(*code == -1),
            _ => return (0, 0),
        };
        (1 - misses, misses)
    }

    /// The key that it is about, or the first of several that are in one place, which says which node of a cluster to tell.
    pub fn key(&self) -> Option<&[u8]> {
        match self {
            Self::ConfigSet(..) | Self::ClientKill(..) => None,
            Self::ExpiryOn(keys) => keys.first().map(|(key, ..)| *key),
            Self::Spread(keys) => keys.first().map(|(key, ..)| *key),
            Self::Gather(_, keys) => keys.first().map(|(key, ..)| *key),
            Self::SetNew(key, ..)
            | Self::SetBack(key, ..)
            | Self::Swap(key, _)
            | Self::ExpiryBack(key, ..)
            | Self::TakeLock(key, ..)
            | Self::RenewLock(key, ..)
            | Self::ReleaseLock(key, _) => Some(key),
        }
    }
}

fn text(text: &str) -> Cow<'_, [u8]> {
    Cow::from(text.as_bytes())
}

fn number<'k>(number: impl fmt::Display) -> Cow<'k, [u8]> {
    Cow::from(format!("{number}").into_bytes())
}

/// The beginning of a script's call: its keys are declared.
fn script<'k>(body: &'static str, keys: impl ExactSizeIterator<Item = &'k [u8]>) -> Vec<Cow<'k, [u8]>> {
    let mut words = Vec::with_capacity(4 + 3 * keys.len());
    words.extend([text("EVAL"), text(body), number(keys.len())]);
    words.extend(keys.map(Cow::from));
    words
}

impl fmt::Display for Write<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, word) in self.words().iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{}", quoted(word))?;
        }
        Ok(())
    }
}

/// A word as `redis-cli` takes it.
fn quoted(word: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:/@+=,{}*|<>^$#%&".contains(byte);
    if !word.is_empty() && word.iter().all(plain) {
        return String::from_utf8_lossy(word).into_owned();
    }
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let mut out = String::from('"');
    for chunk in word.utf8_chunks() {
        for c in chunk.valid().chars() {
            let mut bytes = [0; 4];
            let shown: &str = c.encode_utf8(&mut bytes);
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                // What must not reach a terminal is typed byte by byte.
                _ if text::escape(shown) != shown => out.push_str(&hex(shown.as_bytes())),
                _ => out.push(c),
            }
        }
        out.push_str(&hex(chunk.invalid()));
    }
    out.push('"');
    out
}

/// Puts writes behind what is in a request already. There the error reply to one leaves the answers to the others alone.
pub(super) fn add(pipeline: &mut Pipeline, writes: &[Write<'_>]) {
    for write in writes {
        let mut request = Cmd::new();
        write.words().iter().for_each(|word| _ = request.arg(word.as_ref()));
        pipeline.add_command(request);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::redis::scripts::SCRIPTS;

    #[test]
    fn what_is_shown_is_what_is_sent() {
        let write = Write::ConfigSet("notify-keyspace-events", "".into());
        assert_eq!(write.to_string(), "CONFIG SET notify-keyspace-events \"\"");
        let mut pipeline = Pipeline::new();
        add(&mut pipeline, &[write]);
        assert_eq!(
            pipeline.get_packed_pipeline(),
            b"*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$22\r\nnotify-keyspace-events\r\n$0\r\n\r\n"
        );
    }

    fn one_of_each() -> Vec<Write<'static>> {
        let on = Some((&b"on"[..], Expiry::In(9)));
        vec![
            Write::ConfigSet("timeout", "30".into()),
            Write::ClientKill(7, "127.0.0.1:5000"),
            Write::SetNew(b"k", b"on", Some(9)),
            Write::SetNew(b"k", b"on", None),
            Write::SetBack(b"k", b"on", 9),
            Write::Swap(b"k", Swap { from: b"off", to: on }),
            Write::Swap(b"k", Swap { from: b"on", to: None }),
            Write::ExpiryOn(vec![(b"k", 1, 2)]),
            Write::ExpiryBack(b"k", 2, 1),
            Write::Spread(vec![(b"k", 2, true)]),
            Write::Gather(1, vec![(b"k", 2, 0)]),
            Write::TakeLock(b"k", "op:x", 3),
            Write::RenewLock(b"k", "op:x", 3),
            Write::ReleaseLock(b"k", "op:x"),
        ]
    }

    #[test]
    fn every_write_is_on_the_list_and_every_entry_of_the_list_is_a_write() {
        let sent: Vec<String> = one_of_each().iter().map(Write::to_string).collect();
        let covers = |entry: &str, sent: &str| sent.starts_with(&format!("{entry} "));
        for sent in &sent {
            assert!(TOLD.iter().any(|entry| covers(entry, sent)), "{sent} is not on the list");
        }
        for entry in TOLD {
            assert!(sent.iter().any(|sent| covers(entry, sent)), "{entry} is on the list and never sent");
        }
    }

    #[test]
    fn every_script_is_one_of_ours_and_compares_before_it_writes() {
        let words = one_of_each();
        let scripts = words.iter().map(Write::words).filter(|words| words[0].as_ref() == b"EVAL");
        let mut scripts: Vec<String> =
            scripts.map(|words| String::from_utf8(words[1].to_vec()).expect("text")).collect();
        scripts.dedup();
        assert_eq!(scripts, SCRIPTS);
        for script in SCRIPTS {
            let compares = [
                "ARGV[1],'NX'",
                "==ARGV[1]",
                "~=ARGV[1]",
                "~=tonumber(ARGV[1])",
                "==tonumber(ARGV[2*i-1])",
                "(e+j)%1000==0",
                "old%1000~=0",
            ];
            assert!(compares.iter().any(|word| script.contains(word)), "{script}");
            assert!(!script.contains("KEYS[2]") && !script.contains('\n'), "{script}");
        }
    }

    #[test]
    fn what_a_script_looks_up_is_told_as_hits_and_misses() {
        let on = Write::ExpiryOn(vec![(b"a", 1, 2), (b"b", 3, 4), (b"c", 5, 6)]);
        assert_eq!(on.lookups(&Reply::Int(1)), (2, 1));
        assert!(on.to_string().ends_with(" 3 a b c 1 2 3 4 5 6"), "{on}");
        assert_eq!(Write::ExpiryBack(b"k", 2, 1).lookups(&Reply::Int(-2)), (0, 1));
        assert_eq!(Write::ReleaseLock(b"k", "op:x").lookups(&Reply::Int(0)), (1, 0));
        assert_eq!(on.lookups(&Reply::Error("MOVED 1 a:1".into())), (0, 0));
    }

    #[test]
    fn a_lock_is_never_taken_without_a_time_or_over_another() {
        let shown = Write::TakeLock(b"lock:a b", "op:x", 30_000).to_string();
        assert_eq!(shown, "SET \"lock:a b\" op:x NX PX 30000");
    }

    #[test]
    fn a_connection_is_closed_by_its_id_and_address_and_never_by_a_kind() {
        let kill = Write::ClientKill(7, "127.0.0.1:5000").to_string();
        assert_eq!(kill, "CLIENT KILL ID 7 ADDR 127.0.0.1:5000");
    }

    #[test]
    fn a_word_of_any_bytes_is_shown_as_it_would_be_typed() {
        assert_eq!(quoted(b"a\\n\"b\" \n\xff"), r#""a\\n\"b\" \x0a\xff""#);
        assert_eq!(quoted("stra\u{202e}ße".as_bytes()), r#""stra\xe2\x80\xaeße""#);
        assert_eq!(quoted(b""), "\"\"");
    }

    #[test]
    fn nothing_that_flushes_persists_or_wipes_statistics_is_on_the_list() {
        for never in ["FLUSH", "CONFIG REWRITE", "CONFIG RESETSTAT", "DEBUG", "SHUTDOWN", "KEYS", "MONITOR"] {
            assert!(!TOLD.iter().any(|told| told.starts_with(never)), "{never}");
        }
        assert!(!SETTINGS.contains(&"maxmemory-policy"));
    }
}
