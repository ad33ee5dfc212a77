//! All that a Redis can be told by us (S2): a write that is no variant here cannot be sent.

use std::fmt;

use redis::{Cmd, Pipeline};

use crate::target::redis::ask::Lookup;
use crate::target::redis::reply::Reply;
use crate::text;

/// A write. Its `Display` is what is shown, as one would type it; its request is what is sent (S9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tell<'a> {
    /// `CONFIG SET name value`: never persisted, a restart undoes it.
    ConfigSet(&'a str, &'a str),
    /// `PEXPIREAT key time GT` (7.0): a key that has a TTL lives until then, unless it lives longer already. Nothing
    /// happens to one without a TTL, or to none.
    PexpireatGt(&'a [u8], i64),
    /// Puts an expiry back: key, the expiry that was ours, and the one of before. See [`EXPIRY_BACK`].
    ExpiryBack(&'a [u8], i64, i64),
    /// `SET lock token NX PX milliseconds`: takes a lock that nobody holds.
    TakeLock(&'a [u8], &'a str, u64),
    /// Holds on to a lock: name, our token, milliseconds from now. See [`RENEW_LOCK`].
    RenewLock(&'a [u8], &'a str, u64),
    /// Lets go of a lock: name and token. See [`RELEASE_LOCK`].
    ReleaseLock(&'a [u8], &'a str),
}

/// The writes that can leave this program towards a Redis, as their first words.
pub const TOLD: &[&str] = &["CONFIG SET", "PEXPIREAT", "SET", "EVAL"];

/// Moves an expiry back if it is still the one that we set (S27), in one step that nothing can come between. Answers 1:
/// moved; 0: the old time is over, and the key would be gone at once; -1: somebody else has set another; -2: no such
/// key.
pub const EXPIRY_BACK: &str = "local e=redis.call('PEXPIRETIME',KEYS[1]) \
    if e==-2 then return -2 end \
    if e~=tonumber(ARGV[1]) then return -1 end \
    local t=redis.call('TIME') \
    if tonumber(ARGV[2])<t[1]*1000+t[2]/1000+1000 then return 0 end \
    return redis.call('PEXPIREAT',KEYS[1],ARGV[2])";
/// Gives a lock more time if our token is in it. Answers 1: done; 0: another token is in it; -1: no such lock.
pub const RENEW_LOCK: &str = "local v=redis.call('GET',KEYS[1]) \
    if not v then return -1 end \
    if v==ARGV[1] then return redis.call('PEXPIRE',KEYS[1],ARGV[2]) end \
    return 0";
/// Deletes a lock if this token is in it (S15). Answers 1: done; 0: another token is in it; -1: no such lock.
pub const RELEASE_LOCK: &str = "local v=redis.call('GET',KEYS[1]) \
    if not v then return -1 end \
    if v==ARGV[1] then return redis.call('DEL',KEYS[1]) end \
    return 0";

/// The scripts that may be sent. None is ever put together from anything else.
pub const SCRIPTS: &[&str] = &[EXPIRY_BACK, RENEW_LOCK, RELEASE_LOCK];

/// The settings that may be set: never `maxmemory-policy`, never anything that is written to disk.
pub const SETTINGS: &[&str] = &["maxclients", "timeout", "notify-keyspace-events"];

impl Tell<'_> {
    /// Its words. This is the only place where a write is made.
    fn words(&self) -> Vec<Vec<u8>> {
        let words = |words: &[&str]| words.iter().map(|word| word.as_bytes().to_vec()).collect();
        match self {
            Self::ConfigSet(name, value) => words(&["CONFIG", "SET", name, value]),
            Self::PexpireatGt(key, time) => {
                vec![b"PEXPIREAT".to_vec(), key.to_vec(), time.to_string().into_bytes(), b"GT".to_vec()]
            }
            Self::ExpiryBack(key, ours, old) => {
                script(EXPIRY_BACK, key, &[&ours.to_string(), &old.to_string()])
            }
            Self::TakeLock(lock, token, time) => {
                let mut all = vec![b"SET".to_vec(), lock.to_vec()];
                all.extend(words(&[token, "NX", "PX", &time.to_string()]));
                all
            }
            Self::RenewLock(lock, token, time) => script(RENEW_LOCK, lock, &[token, &time.to_string()]),
            Self::ReleaseLock(lock, token) => script(RELEASE_LOCK, lock, &[token]),
        }
    }

    /// What the server counted for it: scripts look their key up.
    pub(super) fn lookup(&self, reply: &Reply) -> Option<Lookup> {
        let missing = match self {
            Self::ExpiryBack(..) => -2,
            Self::RenewLock(..) | Self::ReleaseLock(..) => -1,
            _ => return None,
        };
        match reply {
            Reply::Int(code) if *code == missing => Some(Lookup::Miss),
            Reply::Int(_) => Some(Lookup::Hit),
            _ => None,
        }
    }

    /// The key that it is about, which says which node of a cluster to tell.
    pub fn key(&self) -> Option<&[u8]> {
        match self {
            Self::ConfigSet(..) => None,
            Self::PexpireatGt(key, _)
            | Self::ExpiryBack(key, ..)
            | Self::TakeLock(key, ..)
            | Self::RenewLock(key, ..)
            | Self::ReleaseLock(key, _) => Some(key),
        }
    }
}

/// One call of a script on one key, which is declared.
fn script(text: &str, key: &[u8], rest: &[&str]) -> Vec<Vec<u8>> {
    let mut words = vec![b"EVAL".to_vec(), text.as_bytes().to_vec(), b"1".to_vec(), key.to_vec()];
    words.extend(rest.iter().map(|word| word.as_bytes().to_vec()));
    words
}

impl fmt::Display for Tell<'_> {
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
    format!("\"{}\"", text::escape_bytes(word).replace('"', "\\\""))
}

/// All writes as one request; the error reply to one of them leaves the answers to the others alone.
pub(super) fn pipeline(tells: &[Tell<'_>]) -> Pipeline {
    let mut pipeline = Pipeline::with_capacity(tells.len());
    pipeline.ignore_errors();
    for tell in tells {
        let mut request = Cmd::new();
        tell.words().iter().for_each(|word| _ = request.arg(word.as_slice()));
        pipeline.add_command(request);
    }
    pipeline
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_what_is_sent() {
        let tell = Tell::ConfigSet("notify-keyspace-events", "");
        assert_eq!(tell.to_string(), "CONFIG SET notify-keyspace-events \"\"");
        assert_eq!(
            pipeline(&[tell]).get_packed_pipeline(),
            b"*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$22\r\nnotify-keyspace-events\r\n$0\r\n\r\n"
        );
    }

    #[test]
    fn every_write_is_on_the_list_and_every_script_is_one_of_ours() {
        let all = [
            Tell::ConfigSet("timeout", "30"),
            Tell::PexpireatGt(b"k", 1),
            Tell::ExpiryBack(b"k", 2, 1),
            Tell::TakeLock(b"k", "op:x", 3),
            Tell::RenewLock(b"k", "op:x", 3),
            Tell::ReleaseLock(b"k", "op:x"),
        ];
        let first = |tell: &Tell<'_>| {
            let words: Vec<String> =
                tell.words().iter().take(2).map(|w| String::from_utf8_lossy(w).into_owned()).collect();
            TOLD.iter().copied().find(|told| words.join(" ").starts_with(told)).expect("on the list")
        };
        let sent: Vec<&str> = all.iter().map(first).collect();
        assert!(TOLD.iter().all(|told| sent.contains(told)), "on the list and never sent: {sent:?}");
        let scripts = all.iter().map(Tell::words).filter(|words| words[0] == b"EVAL");
        let scripts: Vec<String> =
            scripts.map(|words| String::from_utf8(words[1].clone()).expect("text")).collect();
        assert_eq!(scripts, SCRIPTS);
        // They compare before they write, and write one key only, which is declared.
        for script in SCRIPTS {
            assert!(script.contains("==ARGV[1]") || script.contains("~=tonumber(ARGV[1])"), "{script}");
            assert!(!script.contains("KEYS[2]") && !script.contains("\n"), "{script}");
        }
    }

    #[test]
    fn a_lock_is_never_taken_without_a_time_or_over_another() {
        let shown = Tell::TakeLock(b"lock:a b", "op:x", 30_000).to_string();
        assert_eq!(shown, "SET \"lock:a b\" op:x NX PX 30000");
    }

    #[test]
    fn nothing_that_flushes_persists_or_wipes_statistics_is_on_the_list() {
        for never in ["FLUSH", "CONFIG REWRITE", "CONFIG RESETSTAT", "DEBUG", "SHUTDOWN", "KEYS", "MONITOR"] {
            assert!(!TOLD.iter().any(|told| told.starts_with(never)), "{never}");
        }
        assert!(!SETTINGS.contains(&"maxmemory-policy"));
    }
}
