//! The login, on the raw stream: one write, and every word of a refusal read before the client crate takes over.

use std::time::{Duration, Instant};

use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::net::BoxedStream;
use crate::system::redis::query::pipeline;
use crate::system::redis::{Code, Proof, Query, Refused, Reply, Way, connect, error};
use crate::text;

/// How long the last words of a closing server are waited for.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// The answers to a login are a line each; whoever says more than this is no Redis.
const LONGEST: usize = 16 << 10;

/// A stream that is logged in.
pub struct Entry {
    /// The stream; nothing is left to be read from it.
    pub stream: BoxedStream,
    /// Words of the login that an operator must see.
    pub notes: Vec<String>,
    /// Commands that the login took.
    pub commands: u64,
}

/// Opens a stream and logs in. `by` bounds all of it.
pub async fn log_in(way: &Way, by: Instant) -> Result<Entry, Refused> {
    let left = by.saturating_duration_since(clock::instant());
    let stream = match tokio::time::timeout(left, connect::dial(way)).await {
        Ok(stream) => stream?,
        Err(_) => {
            let message = format!("{} accepted no connection in {}", way.address, text::duration(left));
            return Err(TargetError::new(TargetErrorKind::Timeout, message).into());
        }
    };
    let mut talk = Talk { way, stream, heard: Vec::new() };
    let (mut notes, mut commands) = (Vec::new(), 0);
    let mut user = way.user.as_deref();
    loop {
        let queries = greeting(way, user);
        let left = by.saturating_duration_since(clock::instant());
        let replies = match tokio::time::timeout(left, talk.exchange(&queries)).await {
            Ok(Ok(replies)) => replies,
            Ok(Err(refused)) => return Err(or_speaks_tls(way, refused).await),
            Err(_) => {
                let hint = "a stopped process, a slow command or script holding the event loop, or a port that waits for something else";
                return Err(error::silent(&way.address, left).hint(hint).into());
            }
        };
        commands += replies.len() as u64;
        match judge(way, &queries, &replies)? {
            // Before Redis 6 there are no users: what some hosts put there (`redis://h:password@…`) is nobody.
            Judged::KnowsNoUsers if user.take().is_some() => {
                talk.heard.clear();
                notes.push(format!(
                    "{} knows no users (Redis before 6): the password alone was sent",
                    way.address
                ));
            }
            Judged::KnowsNoUsers => return Err(error::knows_no_users(&way.address).into()),
            Judged::In(said) => {
                notes.extend(said);
                return Ok(Entry { stream: talk.stream, notes, commands });
            }
        }
    }
}

/// AUTH, our name and a PING go out in one write: one round trip, whatever the server's load.
fn greeting<'a>(way: &'a Way, user: Option<&'a str>) -> Vec<Query<'a>> {
    let mut queries = Vec::new();
    if let Some(password) = &way.password {
        queries.push(Query::Auth(user, password));
    }
    queries.extend([Query::ClientSetname(&way.name), Query::ClientNoTouch, Query::ClientNoEvict]);
    if way.database > 0 {
        queries.push(Query::Select(way.database));
    }
    queries.push(Query::Ping);
    queries
}

/// The refusal, unless what was hung up on is that we spoke plain text to a port that speaks TLS.
async fn or_speaks_tls(way: &Way, refused: Refused) -> Refused {
    let hung_up = way.tls.is_none() && refused.error.kind == TargetErrorKind::Unreachable;
    if hung_up && connect::speaks_tls(&way.address).await {
        return TargetError::new(
            TargetErrorKind::Tls,
            format!("{} speaks TLS, we spoke plain text", way.address),
        )
        .hint("use rediss:// or set tls: on the target")
        .into();
    }
    refused
}

/// What the replies to a login come to, when none of them keeps us out.
enum Judged {
    /// We are in; what an operator must see.
    In(Vec<String>),
    /// It takes a password, and no user with it.
    KnowsNoUsers,
}

/// Which of the error replies keep us out.
fn judge(way: &Way, queries: &[Query<'_>], replies: &[Reply]) -> Result<Judged, TargetError> {
    let mut notes = Vec::new();
    for (query, reply) in queries.iter().zip(replies) {
        let Some(text) = reply.error() else { continue };
        let fatal = match query {
            Query::Auth(..) if error::is_wrong_arity(text) => return Ok(Judged::KnowsNoUsers),
            Query::Auth(..)
                if text.contains("without any password configured")
                    || text.contains("no password is set") =>
            {
                notes.push(format!("{} asks for no password; ours was not needed", way.address));
                false
            }
            Query::Auth(..) | Query::Select(_) => !text.starts_with("LOADING"),
            // What it refuses everybody is no reason to keep us out: INFO is answered all the same.
            Query::Ping => !matches!(
                reply.code(),
                Some(Code::NotPermitted | Code::Loading | Code::LostPrimary | Code::NotSaved)
            ),
            _ => text.starts_with("BUSY "),
        };
        if fatal {
            let error = error::meaning(&way.address, way.user.as_deref(), text);
            // A Sentinel says so as well: it has no databases.
            return Err(match query {
                Query::Select(_) if error::is_unknown_command(text) => error.hint(
                    "leave the database out, or for a Sentinel write redis+sentinel://host:26379/SERVICE",
                ),
                _ => error,
            });
        }
    }
    Ok(Judged::In(notes))
}

/// What was said on a stream so far.
struct Talk<'a> {
    way: &'a Way,
    stream: BoxedStream,
    heard: Vec<u8>,
}

impl Talk<'_> {
    /// Sends all questions in one write and reads a line for each.
    async fn exchange(&mut self, queries: &[Query<'_>]) -> Result<Vec<Reply>, Refused> {
        let request = pipeline(queries).get_packed_pipeline();
        let written = match self.stream.write_all(&request).await {
            Ok(()) => self.stream.flush().await,
            Err(error) => Err(error),
        };
        if written.is_err() {
            // A refused client may find the connection closed while it speaks; the reason still lies in the socket.
            _ = tokio::time::timeout(LAST_WORDS, async {
                while self.heard.len() < LONGEST
                    && self.stream.read_buf(&mut self.heard).await.is_ok_and(|n| n > 0)
                {}
            })
            .await;
            return Err(self.last_words());
        }
        loop {
            let (replies, rest) = lines(&self.heard);
            if let Some(Reply::Error(text)) = replies.first()
                && error::is_full(text)
            {
                return Err(self.meaning(text));
            }
            // Nobody answers what was not asked.
            let strange =
                replies.len() > queries.len() || (replies.len() == queries.len() && !rest.is_empty());
            if strange || !is_line(rest) || self.heard.len() > LONGEST {
                return Err(error::stranger(&self.way.address, rest).into());
            }
            if replies.len() == queries.len() {
                return Ok(replies);
            }
            match self.stream.read_buf(&mut self.heard).await {
                Ok(n) if n > 0 => {}
                // Under TLS 1.3 a refused client certificate shows only now.
                Err(error) if error.to_string().contains("fatal alert") => {
                    let why = text::escape(&error.to_string()).into_owned();
                    let message = format!("TLS with {} failed: {why}", self.way.address);
                    let hint =
                        "the server may want a client certificate: set the target's tls.cert and tls.key";
                    return Err(TargetError::new(TargetErrorKind::Tls, message).hint(hint).into());
                }
                _ => return Err(self.last_words()),
            }
        }
    }

    fn last_words(&self) -> Refused {
        match lines(&self.heard) {
            (_, rest) if !is_line(rest) => error::stranger(&self.way.address, rest).into(),
            (replies, _) => match replies.last() {
                Some(Reply::Error(text)) => self.meaning(text),
                _ => error::gone(&self.way.address).into(),
            },
        }
    }

    fn meaning(&self, text: &str) -> Refused {
        let error = error::meaning(&self.way.address, self.way.user.as_deref(), text);
        Refused { error, full: error::is_full(text).then_some(Proof::Said) }
    }
}

/// The whole lines at the front of `heard` as replies, and the bytes after them.
fn lines(heard: &[u8]) -> (Vec<Reply>, &[u8]) {
    let mut replies = Vec::new();
    let mut rest = heard;
    while is_line(rest)
        && let Some(end) = memmem::find(rest, b"\r\n")
    {
        let text = String::from_utf8_lossy(&rest[1..end]).into_owned();
        replies.push(if rest[0] == b'-' { Reply::Error(text) } else { Reply::Status(text) });
        rest = &rest[end + 2..];
    }
    (replies, rest)
}

/// Whether these bytes may be, or become, a status or error line.
fn is_line(bytes: &[u8]) -> bool {
    bytes.first().is_none_or(|kind| b"+-".contains(kind))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whole_lines_are_replies_and_half_a_line_is_none() {
        let ok = Reply::Status("OK".into());
        assert_eq!(lines(b"+OK\r\n-ERR no\r\n+PO"), (vec![ok, Reply::Error("ERR no".into())], &b"+PO"[..]));
        assert_eq!(lines(b"+OK\r"), (vec![], &b"+OK\r"[..]));
    }

    #[test]
    fn strangers_are_told_from_their_first_byte() {
        for voice in [
            &b"HTTP/1.1 400\r\n"[..],
            b"\x4a\x00\x00\x00\x0a10.11\r\n",
            b"\x15\x03\x03",
            b"ERROR\r\n",
            b"$9\r\n",
        ] {
            let (replies, rest) = lines(voice);
            assert_eq!((replies, rest), (vec![], voice));
            assert!(!is_line(rest));
        }
    }

    proptest! {
        #[test]
        fn lines_in_pieces_are_the_same_lines(texts in proptest::collection::vec("[ -~]{0,20}", 0..6), cut in 0.0..1.0f64) {
            let bytes: Vec<u8> = texts.iter().flat_map(|text| format!("-{text}\r\n").into_bytes()).collect();
            let (whole, rest) = lines(&bytes);
            prop_assert!(rest.is_empty());
            prop_assert_eq!(whole.len(), texts.len());
            let (first, rest) = lines(&bytes[..(bytes.len() as f64 * cut) as usize]);
            prop_assert_eq!(&first[..], &whole[..first.len()]);
            prop_assert!(is_line(rest));
        }
    }
}
