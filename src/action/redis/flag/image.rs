//! The application's key: what was there, what is put there, which of the two it shows, and the one write to it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::approval::Permit;
use crate::change::{Found, Standing};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::Key;
use crate::system::redis::{Code, Expiry, Query, Reader, Reply, Swap, Write, Writer};
use crate::text;

/// Columns of a value.
const WIDTH: usize = 40;
/// Times that are closer than this are the same: one of them was computed from an answer that was on its way.
const CLOSE: u64 = 1_000;

/// A flag that is switched.
#[derive(Clone, Serialize, Deserialize)]
pub struct Image {
    pub key: Key,
    /// The value that switches it on.
    pub ours: Key,
    /// How long it lives, in milliseconds.
    pub lives: u64,
    /// When that was planned, by the server's clock: ours cannot have expired before that and `lives`.
    pub planned: u64,
    /// What was there; none: nothing.
    pub before: Option<Held>,
}

/// A value that is, or was, in the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub value: Key,
    /// When it expires, Unix milliseconds of the server's clock; none: never.
    pub expires: Option<u64>,
}

/// What the key holds at a moment.
pub struct Now {
    /// The node that has the key.
    pub node: String,
    /// The server's clock, Unix milliseconds.
    pub at: u64,
    /// What is in it; none: nothing.
    pub held: Option<Held>,
}

/// Looks at the key. Errors: no node has it; it holds no string.
pub async fn look(reader: &mut Reader, key: &[u8]) -> Result<Now, TargetError> {
    let replies = reader.query_keys(&[Query::Get(key), Query::Pttl(key)]).await?;
    let Some(node) = reader.home(key) else {
        return Err(nowhere(replies.first().and_then(Reply::code)));
    };
    if let Some((text, code)) = replies.iter().find_map(|reply| Some((reply.error()?, reply.code()))) {
        return Err(match code {
            Some(Code::WrongType) => {
                TargetError::new(TargetErrorKind::Input, format!("{} holds no string", shown(key)))
                    .hint("a flag is a string: is this the right key?")
            }
            _ => reader.node(&node).await?.meaning(text),
        });
    }
    let at = clock(&reader.query_one(&node, Query::Time).await?).ok_or_else(|| {
        TargetError::new(TargetErrorKind::Protocol, format!("{node} does not say what time it is"))
    })?;
    let held = match (&replies[0], replies[1].int()) {
        // It has expired between the two.
        (_, Some(-2)) => None,
        (Reply::Bulk(value), left) => {
            let expires = left.and_then(|left| u64::try_from(left).ok()).map(|left| at + left);
            Some(Held { value: Key(value.clone()), expires })
        }
        _ => None,
    };
    Ok(Now { node, at, held })
}

/// Sends one write that compares; says whether it was made. Errors: the server refuses it.
pub async fn write(
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
    write: Write<'_>,
) -> Result<bool, TargetError> {
    let key = write.key().unwrap_or_default().to_vec();
    let reply = writer.write_keys(permit, &[write]).await?.pop().unwrap_or(Reply::Nil);
    match &reply {
        Reply::Error(text) => Err(match writer.reader.home(&key) {
            Some(node) => writer.reader.node(&node).await?.meaning(text),
            None => nowhere(reply.code()),
        }),
        Reply::Nil | Reply::Int(0) => Ok(false),
        _ => Ok(true),
    }
}

/// What it means that no node takes the key.
fn nowhere(code: Option<Code>) -> TargetError {
    if code == Some(Code::ReadOnly) {
        return TargetError::new(TargetErrorKind::Permission, "it is a replica and takes no writes")
            .hint("name its primary: the Sentinels or any node of the cluster find it by themselves");
    }
    TargetError::new(TargetErrorKind::Busy, "no node of the cluster has the slot of this key")
        .hint("a part of the cluster is down: stampede detect cache")
}

/// Milliseconds of a reply to `TIME`.
fn clock(reply: &Reply) -> Option<u64> {
    let [seconds, micros] = reply.items() else { return None };
    let number = |reply: &Reply| reply.text()?.parse::<u64>().ok();
    Some(number(seconds)? * 1_000 + number(micros)? / 1_000)
}

/// A key or value as it is shown.
pub fn shown(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "(empty)".into();
    }
    text::fit_bytes(bytes, WIDTH)
}

impl Held {
    /// In words: `off, for another 5 min`.
    pub fn words(&self, at: u64) -> String {
        let value = shown(&self.value.0);
        match self.expires {
            Some(expires) => format!("{value}, for another {}", lasting(expires.saturating_sub(at))),
            None => format!("{value}, without an expiry"),
        }
    }

    /// The same in words that say more; the time that is left of it makes no other value of it.
    pub fn found(&self, words: String) -> Found {
        Found::marked(words, format!("{:?} {:?}", self.value, self.expires))
    }

    /// The write that brings it back under `key` where nothing is, for the time that is left of it; none: that is over.
    pub fn brought_back<'a>(&'a self, key: &'a Key, at: u64) -> Option<Write<'a>> {
        self.lives_at(at).then_some(match self.expires {
            Some(expires) => Write::SetBack(&key.0, &self.value.0, expires),
            None => Write::SetNew(&key.0, &self.value.0, None),
        })
    }

    /// Whether it would still be there.
    fn lives_at(&self, at: u64) -> bool {
        self.expires.is_none_or(|expires| expires > at)
    }
}

/// Milliseconds in words.
pub fn lasting(ms: u64) -> String {
    text::duration(Duration::from_millis(ms))
}

impl Image {
    /// The write that switches it on: only over what was seen.
    pub fn on(&self) -> Write<'_> {
        let ours = self.ours.0.as_slice();
        match &self.before {
            None => Write::SetNew(&self.key.0, ours, Some(self.lives)),
            Some(old) => Write::Swap(
                &self.key.0,
                Swap { from: &old.value.0, to: Some((ours, Expiry::In(self.lives))) },
            ),
        }
    }

    /// The write that puts back what was there, over `from`. An old expiry that has passed is the end of the key, as it
    /// would have been without us.
    pub fn back<'a>(&'a self, from: &'a [u8]) -> Write<'a> {
        let to = self.before.as_ref().map(|old| {
            let expiry = old.expires.map_or(Expiry::Never, Expiry::At);
            (old.value.0.as_slice(), expiry)
        });
        Write::Swap(&self.key.0, Swap { from, to })
    }

    /// The write that brings back what ours has taken along when it expired; none: there is nothing to bring back.
    pub fn back_from_nothing(&self, at: u64) -> Option<Write<'_>> {
        self.before.as_ref()?.brought_back(&self.key, at)
    }

    /// Which image the key shows.
    pub fn standing(&self, now: &Now) -> Standing {
        match (&now.held, &self.before) {
            (None, None) => Standing::Before,
            (None, Some(old)) if !old.lives_at(now.at) => Standing::Before,
            // It was to live on, and ours has taken it along; or somebody has deleted ours before its time.
            (None, Some(_)) if now.at >= self.planned + self.lives => Standing::After,
            (None, Some(_)) => Standing::Drifted(format!("{} is gone", shown(&self.key.0)).into()),
            (Some(held), Some(old)) if held.value == self.ours && old.value == self.ours => {
                // The same value for longer: the expiry tells.
                let unmoved = match (held.expires, old.expires) {
                    (Some(one), Some(other)) => one.abs_diff(other) <= CLOSE,
                    (one, other) => one == other,
                };
                if unmoved { Standing::Before } else { Standing::After }
            }
            (Some(held), _) if held.value == self.ours => Standing::After,
            (Some(held), Some(old)) if held.value == old.value => Standing::Before,
            (Some(held), _) => {
                Standing::Drifted(held.found(format!("{} is {}", shown(&self.key.0), held.words(now.at))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(value: &str, expires: Option<u64>) -> Option<Held> {
        Some(Held { value: Key(value.into()), expires })
    }

    fn standing(before: Option<Held>, now: Option<Held>, at: u64) -> Standing {
        let (key, ours) = (Key(b"breaker".to_vec()), Key(b"on".to_vec()));
        let image = Image { key, ours, lives: 10_000, planned: 1_000_000, before };
        image.standing(&Now { node: "cache:6379".into(), at, held: now })
    }

    #[test]
    fn ours_that_expired_is_as_before_unless_it_took_a_living_value_along() {
        let late = 1_010_000;
        assert_eq!(standing(None, None, late), Standing::Before);
        assert_eq!(standing(held("off", Some(1_005_000)), None, late), Standing::Before);
        assert_eq!(standing(held("off", None), None, late), Standing::After);
        assert_eq!(standing(held("off", Some(2_000_000)), None, late), Standing::After);
        assert_eq!(standing(held("off", None), None, 1_009_999), Standing::Drifted("breaker is gone".into()));
    }

    #[test]
    fn values_tell_who_was_there_last_and_a_renewal_is_told_by_its_expiry() {
        let at = 1_001_000;
        assert_eq!(standing(None, held("on", None), at), Standing::After);
        assert_eq!(standing(held("off", None), held("off", None), at), Standing::Before);
        let words = "breaker is half, for another 9 s";
        assert_eq!(standing(None, held("half", Some(1_010_000)), at), Standing::Drifted(words.into()));
        let soon = || held("on", Some(1_004_000));
        assert_eq!(standing(soon(), held("on", Some(1_004_003)), at), Standing::Before);
        assert_eq!(standing(soon(), held("on", Some(1_010_500)), at), Standing::After);
    }
}
