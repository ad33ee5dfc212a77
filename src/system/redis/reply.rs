//! What a server answered, in a type of our own: nothing above this layer knows the client crate.

use redis::{FromRedisValue, ParsingError, ServerError, Value};

use crate::system::redis::error::Code;

/// One reply of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `+OK`
    Status(String),
    /// `-ERR …`, without the dash
    Error(String),
    /// `:42`
    Int(i64),
    /// A string of bytes.
    Bulk(Vec<u8>),
    /// No such thing.
    Nil,
    /// A list.
    Array(Vec<Reply>),
}

impl Reply {
    /// The text of a status or string, lossily.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Status(text) => Some(text.clone()),
            Self::Bulk(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Self::Int(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The number of an integer reply.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// What `TIME` answers, in milliseconds.
    pub fn millis(&self) -> Option<i64> {
        let part = |at: usize| self.items().get(at)?.text()?.parse::<i64>().ok();
        Some(part(0)? * 1_000 + part(1)? / 1_000)
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Reply] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// What `SCAN` answers: where the next page begins, zero after the last, and the keys of this one.
    pub fn page(&self) -> (u64, Vec<&[u8]>) {
        let next = self.items().first().and_then(Self::text).and_then(|next| next.parse().ok());
        let keys = self.items().get(1).map(Self::items).unwrap_or_default();
        let keys = keys.iter().filter_map(|key| match key {
            Self::Bulk(key) => Some(key.as_slice()),
            _ => None,
        });
        (next.unwrap_or(0), keys.collect())
    }

    /// The error text.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Error(text) => Some(text),
            _ => None,
        }
    }

    /// What it is refused for, of what somebody decides by.
    pub fn code(&self) -> Option<Code> {
        Code::of(self.error()?)
    }

    /// Whether a cluster says that the key's slot is served elsewhere, or is on its way there: nothing was done.
    pub fn is_elsewhere(&self) -> bool {
        self.code() == Some(Code::Elsewhere)
    }

    /// The value that follows `name` in a flat list of names and values.
    pub fn field(&self, name: &str) -> Option<&Reply> {
        self.items().chunks_exact(2).find(|pair| pair[0].text().as_deref() == Some(name)).map(|pair| &pair[1])
    }
}

impl FromRedisValue for Reply {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        Ok(match value {
            Value::Nil => Self::Nil,
            Value::Int(number) => Self::Int(number),
            Value::BulkString(bytes) => Self::Bulk(bytes),
            Value::Array(items) => Self::Array(Self::from_redis_values(items)?),
            Value::SimpleString(text) => Self::Status(text),
            Value::Okay => Self::Status("OK".into()),
            Value::ServerError(error) => Self::Error(text_of(&error)),
            // We never switch to RESP3: no answer to anything we ask looks like this.
            other => Self::Error(format!("an answer of a kind that was not asked for: {other:?}")),
        })
    }
}

/// The line as the server wrote it: the client crate takes it apart.
fn text_of(error: &ServerError) -> String {
    match error.details() {
        Some(details) => format!("{} {details}", error.code()),
        None => error.code().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Reply {
        let value = redis::parse_redis_value(bytes).expect("well formed");
        Reply::from_redis_value(value).expect("every value is a reply")
    }

    #[test]
    fn every_kind_of_reply_comes_through_whole() {
        assert_eq!(read(b"+OK\r\n"), Reply::Status("OK".into()));
        assert_eq!(read(b"+PONG\r\n"), Reply::Status("PONG".into()));
        assert_eq!(read(b":-2\r\n"), Reply::Int(-2));
        assert_eq!(read(b"$4\r\n\xff\r\na\r\n"), Reply::Bulk(b"\xff\r\na".to_vec()));
        assert_eq!(read(b"$-1\r\n"), Reply::Nil);
        assert_eq!(read(b"*-1\r\n"), Reply::Nil);
        let inner = Reply::Array(vec![Reply::Nil, Reply::Error("ERR no such key".into())]);
        assert_eq!(
            read(b"*2\r\n:1\r\n*2\r\n$-1\r\n-ERR no such key\r\n"),
            Reply::Array(vec![Reply::Int(1), inner])
        );
    }

    #[test]
    fn an_error_line_is_put_together_again_as_the_server_wrote_it() {
        for line in [
            "ERR unknown command 'config', with args beginning with: 'get' ",
            "NOPERM User reader has no permissions to run the 'config|get' command",
            "LOADING Redis is loading the dataset in memory",
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            "CLUSTERDOWN The cluster is down",
            "WRONGPASS invalid username-password pair or user is disabled.",
            "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
            "READONLY You can't write against a read only replica.",
            "MOVED 3999 127.0.0.1:6381",
            "ERR",
        ] {
            assert_eq!(read(format!("-{line}\r\n").as_bytes()), Reply::Error(line.into()));
        }
    }
}
