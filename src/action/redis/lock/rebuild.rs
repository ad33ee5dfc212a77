//! One rebuild of a key, and seeing it come back.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use crate::clock;
use crate::config::{HttpTarget, Rebuild, RebuildWay, Secret};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::{Query, Reader, Reply};
use crate::system::template::Template;
use crate::system::{command, http};
use crate::text;

/// A TTL that has grown by this much was given anew: less is the way there and back.
const GROWN: i64 = 100;

/// What is called for one key.
pub enum Call {
    /// A request.
    Http(Box<HttpTarget>, &'static str, Vec<(String, Secret)>),
    /// A program and its arguments.
    Command(Vec<OsString>),
}

impl Call {
    /// The call for `key`. Errors: the key cannot be put into it.
    pub fn of(rebuild: &Rebuild, key: &[u8]) -> Result<Self, TargetError> {
        Ok(match &rebuild.way {
            RebuildWay::Http { method, url, headers, tls } => {
                let url = Template::new(url)?.url(key)?;
                let method = if method == "POST" { "POST" } else { "GET" };
                Self::Http(Box::new(HttpTarget { url, tls: tls.clone() }), method, headers.clone())
            }
            RebuildWay::Command(words) => Self::Command(command::fill(words, key)?),
        })
    }

    /// As it is shown: `POST http://api/warm/user%3A1`. A query may hold a token, and is not.
    pub fn words(&self) -> String {
        match self {
            Self::Http(target, method, _) => format!("{method} {}", http::shown(&target.url)),
            Self::Command(words) => {
                let quoted = |word: &OsString| {
                    let word = text::escape_bytes(word.as_encoded_bytes());
                    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
                    if !word.is_empty() && word.chars().all(plain) { word } else { format!("'{word}'") }
                };
                words.iter().map(quoted).collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// Makes the call, once. Errors: it failed, or said so.
    pub async fn make(&self, budget: Duration) -> Result<(), TargetError> {
        match self {
            Self::Command(words) => command::run(words, budget).await,
            Self::Http(target, method, headers) => {
                let sent = http::Sent { headers: headers.clone(), ..http::Sent::plain(method) };
                let answer = http::send(&target.url, target.tls.as_ref(), sent, budget).await?.answer;
                let words = self.words();
                let failed = |what: String| {
                    Err(TargetError::new(TargetErrorKind::Protocol, format!("{words} {what}"))
                        .hint("see rebuild.http in stampede.yaml"))
                };
                match (answer.status, answer.location) {
                    (200..=299, _) => Ok(()),
                    (status, Some(to)) => failed(format!("answered {status}: it redirects to {to}")),
                    (status, None) => failed(format!("answered {status}")),
                }
            }
        }
    }
}

/// What a key looked like before its rebuild.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// It was not there.
    Gone,
    /// It was there and does not expire.
    Forever,
    /// It was there with so many milliseconds left at that moment.
    Left(i64, Instant),
}

impl Before {
    /// From what `PTTL` says.
    pub fn from_pttl(left: i64) -> Self {
        match left {
            -2 => Self::Gone,
            -1 => Self::Forever,
            left => Self::Left(left, clock::instant()),
        }
    }

    /// Looks at a key. Errors: its node does not answer, or does not let us look.
    pub async fn look(reader: &mut Reader, key: &[u8]) -> Result<Self, TargetError> {
        match reader.query_keys(&[Query::Pttl(key)]).await?.pop() {
            Some(Reply::Int(left)) => Ok(Self::from_pttl(left)),
            other => Err(reader.unexpected(key, &other.unwrap_or(Reply::Nil)).await),
        }
    }

    /// Whether a key that now looks like `now` has been rebuilt; none when it is there and that cannot be told.
    pub fn is_back(&mut self, now: Self) -> Option<bool> {
        match (*self, now) {
            (_, Self::Gone) => {
                *self = Self::Gone;
                Some(false)
            }
            (Self::Gone, _) | (Self::Left(..), Self::Forever) | (Self::Forever, Self::Left(..)) => Some(true),
            (Self::Forever, Self::Forever) => None,
            (Self::Left(then, at), Self::Left(left, now)) => {
                let passed = i64::try_from((now - at).as_millis()).unwrap_or(i64::MAX);
                // One that was rebuilt a moment ago has nearly its full time already.
                (left > then.saturating_sub(passed) + GROWN).then_some(true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_back_when_it_is_there_again_or_has_a_new_ttl() {
        let at = clock::instant();
        let after = |ms| at + Duration::from_millis(ms);
        assert_eq!(Before::Gone.is_back(Before::Gone), Some(false));
        assert_eq!(Before::Gone.is_back(Before::Left(5, at)), Some(true));
        assert_eq!(Before::Gone.is_back(Before::Forever), Some(true));
        assert_eq!(Before::Left(9_000, at).is_back(Before::Left(8_000, after(1_000))), None);
        assert_eq!(Before::Left(9_000, at).is_back(Before::Left(9_000, after(1_000))), Some(true));
        assert_eq!(Before::Forever.is_back(Before::Forever), None);
        let mut expires = Before::Left(1, at);
        assert_eq!(expires.is_back(Before::Gone), Some(false));
        assert_eq!(expires.is_back(Before::Left(1, after(5))), Some(true), "it had gone in between");
    }

    #[test]
    fn what_is_called_is_shown_as_it_is_and_without_the_query() {
        let of = |way| {
            let rebuild = Rebuild { way, timeout: Duration::from_secs(1) };
            Call::of(&rebuild, b"user:1 \x1b").map(|call| call.words()).expect("a call")
        };
        let http = |method: &str, url: &str| RebuildWay::Http {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            tls: None,
        };
        assert_eq!(
            of(http("POST", "http://h/warm/{key}?token=secret")),
            "POST http://h/warm/user%3A1%20%1B?…"
        );
        let words = ["/opt/warm", "--", "{key}"].map(String::from).to_vec();
        assert_eq!(of(RebuildWay::Command(words)), "/opt/warm -- 'user:1 \\x1b'");
    }
}
