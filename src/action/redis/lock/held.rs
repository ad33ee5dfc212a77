//! The name of a key's lock, and who holds it.

use std::time::Duration;

use crate::action::Owner;
use crate::action::redis::lock::token::Holder;
use crate::error::TargetError;
use crate::system::redis::{Code, Query, Reader, Reply};
use crate::text;

/// Where the key goes in a dialect.
const KEY: &str = "{key}";

/// The lock of `key` where locks are called by `dialect`.
pub fn name(dialect: &str, key: &[u8]) -> Vec<u8> {
    let (before, after) = dialect.split_once(KEY).unwrap_or((dialect, ""));
    [before.as_bytes(), key, after.as_bytes()].concat()
}

/// What all locks of a dialect match, for `SCAN`.
pub fn pattern(dialect: &str) -> Vec<u8> {
    let literal = |text: &str| -> String {
        let special = |c: char| "*?[]\\^".contains(c);
        text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
    };
    let (before, after) = dialect.split_once(KEY).unwrap_or((dialect, ""));
    format!("{}*{}", literal(before), literal(after)).into_bytes()
}

/// What is known of one lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody holds it.
    Free,
    /// Somebody does.
    Held {
        /// Who.
        by: Holder,
        /// What is in it.
        token: Vec<u8>,
        /// For how long still; none: for ever.
        left: Option<Duration>,
    },
    /// Something else is under that name.
    Strange,
}

impl State {
    /// As it is said after the lock's name: `is held by the application for another 12 s`.
    pub fn words(&self) -> String {
        match self {
            Self::Free => "is free".into(),
            Self::Held { by, left: Some(left), .. } => {
                format!("is held by {} for another {}", by.words(), text::duration(*left))
            }
            Self::Held { by, left: None, .. } => format!("is held by {}, and has no TTL", by.words()),
            Self::Strange => "is no lock: something else is under that name".into(),
        }
    }
}

/// Who holds each of these locks. Errors: a node does not answer, or does not let us look.
pub async fn look(reader: &mut Reader, locks: &[Vec<u8>], owner: &Owner) -> Result<Vec<State>, TargetError> {
    let queries: Vec<Query<'_>> =
        locks.iter().flat_map(|lock| [Query::Get(lock), Query::Pttl(lock)]).collect();
    let replies = reader.query_keys(&queries).await?;
    let mut states = Vec::new();
    for (lock, pair) in locks.iter().zip(replies.chunks_exact(2)) {
        states.push(match &pair[0] {
            Reply::Nil => State::Free,
            Reply::Bulk(token) => State::Held {
                by: Holder::of(token, owner),
                token: token.clone(),
                left: pair[1].int().and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis),
            },
            refused if refused.code() == Some(Code::WrongType) => State::Strange,
            other => return Err(reader.unexpected(lock, other).await),
        });
    }
    Ok(states)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialect_makes_the_name() {
        assert_eq!(name("lock:{key}", b"user:1"), b"lock:user:1");
        assert_eq!(name("{{key}}.mutex", b"a\xff"), b"{a\xff}.mutex");
        assert_eq!(pattern("lock:{key}"), b"lock:*");
        assert_eq!(pattern("[app]{key}?"), b"\\[app\\]*\\?");
    }
}
