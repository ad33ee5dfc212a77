//! One connection: opened, logged in with a single write, asked with deadlines, and its refusal read to the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::clock;
use crate::config::{Address, Secret};
use crate::error::{TargetError, TargetErrorKind};
use crate::target::net::BoxedStream;
use crate::target::redis::ask::{Ask, Lookup};
use crate::target::redis::dial;
use crate::target::redis::refusal;
use crate::target::redis::resp::{Reply, parse};
use crate::text;

/// How long the last words of a closing server are waited for.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How to get to one node and what to say at the door.
#[derive(Clone, Debug)]
pub struct Way {
    /// Where it listens.
    pub address: Address,
    /// TLS, prepared once: loading the certificate authorities is slow.
    pub tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// ACL user.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// Database number.
    pub database: u32,
}

/// What we ourselves did to the server's counters over one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Commands answered.
    pub commands: u64,
    /// Lookups that hit.
    pub hits: u64,
    /// Lookups that missed.
    pub misses: u64,
}

/// Why no connection stands.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The error as an operator reads it.
    pub error: TargetError,
    /// Whether trying again may win a freed slot: the server said so, or (TLS) hung up the way a full one does.
    pub full: Option<Proof>,
}

/// How sure it is that the server was full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It said so.
    Said,
    /// It hung up in the TLS handshake, which is all that a full one can do.
    Probably,
}

impl From<TargetError> for Refused {
    fn from(error: TargetError) -> Self {
        Self { error, full: None }
    }
}

/// A connection that is logged in.
pub struct Wire {
    /// Where it leads.
    pub address: Address,
    user: Option<String>,
    stream: BoxedStream,
    buffer: Vec<u8>,
    /// How much of the buffer has been read as replies.
    taken: usize,
    broken: bool,
    /// Our own share of the server's counters.
    pub own: Own,
    /// Words of the login that an operator must see.
    pub notes: Vec<String>,
}

impl Wire {
    /// Opens a connection and logs in. `by` bounds all of it.
    pub async fn open(way: &Way, by: Instant) -> Result<Self, Refused> {
        let left = by.saturating_duration_since(clock::instant());
        match tokio::time::timeout(left, dial::dial(way)).await {
            Ok(Ok(stream)) => {
                let mut wire = Self {
                    address: way.address.clone(),
                    user: way.user.clone(),
                    stream,
                    buffer: Vec::new(),
                    taken: 0,
                    broken: false,
                    own: Own::default(),
                    notes: Vec::new(),
                };
                wire.log_in(way, by).await?;
                Ok(wire)
            }
            Ok(Err(refused)) => Err(refused),
            Err(_) => Err(TargetError::new(
                TargetErrorKind::Timeout,
                format!("{} accepted no connection in {}", way.address, text::duration(left)),
            )
            .into()),
        }
    }

    /// AUTH, our name and a PING go out in one write: one round trip, whatever the server's load.
    async fn log_in(&mut self, way: &Way, by: Instant) -> Result<(), Refused> {
        let mut asks = Vec::new();
        if let Some(password) = &way.password {
            asks.push(Ask::Auth(way.user.as_deref(), password));
        }
        asks.extend([Ask::ClientSetname, Ask::ClientNoTouch, Ask::ClientNoEvict]);
        if way.database > 0 {
            asks.push(Ask::Select(way.database));
        }
        asks.push(Ask::Ping);
        let replies = self.ask(&asks, by).await.map_err(|error| {
            let full = (error.kind == TargetErrorKind::Full && error.message.contains("ERR max"))
                .then_some(Proof::Said);
            Refused { error, full }
        });
        let replies = match replies {
            Err(refused)
                if way.tls.is_none()
                    && refused.error.kind == TargetErrorKind::Unreachable
                    && dial::speaks_tls(&way.address).await =>
            {
                return Err(TargetError::new(
                    TargetErrorKind::Tls,
                    format!("{} speaks TLS, we spoke plain text", way.address),
                )
                .hint("use rediss:// or set tls: on the target")
                .into());
            }
            replies => replies?,
        };
        for (ask, reply) in asks.iter().zip(&replies) {
            let Some(text) = reply.error() else { continue };
            let fatal = match ask {
                Ask::Auth(..)
                    if text.contains("without any password configured")
                        || text.contains("no password is set") =>
                {
                    self.notes.push(format!("{} asks for no password; ours was not needed", self.address));
                    false
                }
                Ask::Auth(..) | Ask::Select(_) => !text.starts_with("LOADING"),
                Ask::Ping => !["NOPERM", "LOADING", "MASTERDOWN"].iter().any(|code| text.starts_with(code)),
                _ => text.starts_with("BUSY "),
            };
            if fatal {
                return Err(self.meaning(text).into());
            }
        }
        Ok(())
    }

    /// Sends all questions in one write and reads their replies in order; error replies are replies. An `Err` means
    /// that the connection can no longer be used.
    pub async fn ask(&mut self, asks: &[Ask<'_>], by: Instant) -> Result<Vec<Reply>, TargetError> {
        if self.broken {
            return Err(self.gone("the connection was lost"));
        }
        // Broken until the last reply is read: a question given up half way must not be answered to the next one.
        self.broken = true;
        let left = by.saturating_duration_since(clock::instant());
        let replies = match tokio::time::timeout(left, self.exchange(asks)).await {
            Ok(replies) => replies?,
            Err(_) => {
                return Err(TargetError::new(
                    TargetErrorKind::Timeout,
                    format!("{} accepted the connection and did not answer within {}", self.address, text::duration(left)),
                )
                .hint("a stopped process, a slow command or script holding the event loop, or a port that waits for something else"));
            }
        };
        self.broken = false;
        for (ask, reply) in asks.iter().zip(&replies) {
            match ask.lookup(reply) {
                Some(Lookup::Hit) => self.own.hits += 1,
                Some(Lookup::Miss) => self.own.misses += 1,
                None => {}
            }
        }
        self.own.commands += replies.len() as u64;
        Ok(replies)
    }

    async fn exchange(&mut self, asks: &[Ask<'_>]) -> Result<Vec<Reply>, TargetError> {
        let mut request = Vec::with_capacity(asks.len() * 32);
        asks.iter().for_each(|ask| ask.encode(&mut request));
        let written = match self.stream.write_all(&request).await {
            Ok(()) => self.stream.flush().await,
            Err(error) => Err(error),
        };
        if written.is_err() {
            // A refused client may find the door shut while it speaks; the reason still lies in the socket.
            _ = tokio::time::timeout(LAST_WORDS, async { while self.read().await.is_ok_and(|n| n > 0) {} })
                .await;
            return Err(self.last_words());
        }
        let mut replies = Vec::with_capacity(asks.len());
        while replies.len() < asks.len() {
            match self.next().await? {
                Reply::Error(text) if replies.is_empty() && refusal::is_full(&text) => {
                    return Err(self.meaning(&text));
                }
                reply => replies.push(reply),
            }
        }
        Ok(replies)
    }

    /// The next reply: to a question, or a published message that nobody asked for.
    pub async fn next(&mut self) -> Result<Reply, TargetError> {
        loop {
            match parse(&self.buffer[self.taken..]) {
                Ok(Some((reply, used))) => {
                    self.taken += used;
                    return Ok(reply);
                }
                Ok(None) => {
                    match self.read().await {
                        Ok(n) if n > 0 => {}
                        // Under TLS 1.3 a refused client certificate shows only now.
                        Err(error) if error.to_string().contains("fatal alert") => {
                            let why = text::escape(&error.to_string()).into_owned();
                            return Err(TargetError::new(TargetErrorKind::Tls, format!("TLS with {} failed: {why}", self.address))
                            .hint("the server may want a client certificate: set the target's tls.cert and tls.key"));
                        }
                        _ => return Err(self.last_words()),
                    }
                }
                Err(_) => return Err(refusal::stranger(&self.address, &self.buffer[self.taken..])),
            }
        }
    }

    async fn read(&mut self) -> std::io::Result<usize> {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        if self.buffer.capacity() - self.buffer.len() < 4096 {
            self.buffer.reserve(16 << 10);
        }
        self.stream.read_buf(&mut self.buffer).await
    }

    fn last_words(&self) -> TargetError {
        match parse(&self.buffer[self.taken..]) {
            Ok(Some((Reply::Error(text), _))) => self.meaning(&text),
            Err(_) => refusal::stranger(&self.address, &self.buffer[self.taken..]),
            _ => self.gone("closed the connection without a word"),
        }
    }

    fn gone(&self, how: &str) -> TargetError {
        TargetError::new(TargetErrorKind::Unreachable, format!("{} {how}", self.address))
            .hint("a restart, a failover, CLIENT KILL, a port that speaks TLS, or a proxy in between")
    }

    /// What an error reply of this server means.
    pub fn meaning(&self, text: &str) -> TargetError {
        refusal::meaning(&self.address, self.user.as_deref(), text)
    }
}
