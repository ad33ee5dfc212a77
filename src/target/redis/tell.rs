//! All that a Redis can be told by us (S2): a write that is no variant here cannot be sent.

use std::fmt;

use redis::{Cmd, Pipeline};

use crate::text;

/// A write. Its `Display` is what is shown, as one would type it; its request is what is sent (S9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tell<'a> {
    /// `CONFIG SET name value`: never persisted, a restart undoes it.
    ConfigSet(&'a str, &'a str),
}

/// The writes that can leave this program towards a Redis, as their first words.
pub const TOLD: &[&str] = &["CONFIG SET"];

/// The settings that may be set: never `maxmemory-policy`, never anything that is written to disk.
pub const SETTINGS: &[&str] = &["maxclients", "timeout", "notify-keyspace-events"];

impl Tell<'_> {
    /// Its words. This is the only place where a write is made.
    fn words(&self) -> Vec<Vec<u8>> {
        let words = |words: &[&str]| words.iter().map(|word| word.as_bytes().to_vec()).collect();
        match self {
            Self::ConfigSet(name, value) => words(&["CONFIG", "SET", name, value]),
        }
    }
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
    fn nothing_that_flushes_persists_or_wipes_statistics_is_on_the_list() {
        for never in ["FLUSH", "CONFIG REWRITE", "CONFIG RESETSTAT", "DEBUG", "SHUTDOWN", "KEYS", "MONITOR"] {
            assert!(!TOLD.iter().any(|told| told.starts_with(never)), "{never}");
        }
        assert!(!SETTINGS.contains(&"maxmemory-policy"));
    }
}
