//! One connection that is logged in, spoken over by the client crate, asked with deadlines.

use std::collections::BTreeMap;
use std::time::Instant;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Pipeline, ProtocolVersion, RedisConnectionInfo};
use tokio::task::JoinHandle;

use crate::clock;
use crate::config::Address;
use crate::error::TargetError;
use crate::system::redis::login::{self, Entry};
use crate::system::redis::query::{Lookup, pipeline};
use crate::system::redis::write;
use crate::system::redis::{Query, Refused, Reply, Way, Write, error};

/// What we ourselves did to the server's counters over one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Commands answered.
    pub commands: u64,
    /// Lookups that hit.
    pub hits: u64,
    /// Lookups that missed.
    pub misses: u64,
    /// `PTTL` among them.
    pub pttls: u64,
    /// `PEXPIRETIME` among them.
    pub expire_times: u64,
    /// `OBJECT ENCODING` among them.
    pub encodings: u64,
    /// What we were refused, by the code that it began with, as `INFO errorstats` counts it.
    pub errors: BTreeMap<String, u64>,
}

impl Own {
    fn count(&mut self, query: &Query<'_>, reply: &Reply) {
        self.refused(reply);
        match query.lookup(reply) {
            Some(Lookup::Hit) => self.hits += 1,
            Some(Lookup::Miss) => self.misses += 1,
            None => return,
        }
        match query {
            Query::Pttl(_) => self.pttls += 1,
            Query::Pexpiretime(_) => self.expire_times += 1,
            Query::ObjectEncoding(_) => self.encodings += 1,
            _ => {}
        }
    }

    fn refused(&mut self, reply: &Reply) {
        if let Some(code) = reply.error().and_then(|text| text.split(' ').next()) {
            *self.errors.entry(code.to_owned()).or_default() += 1;
        }
    }

    /// What was done before and after together.
    pub fn and(mut self, other: Self) -> Self {
        for (code, count) in other.errors {
            *self.errors.entry(code).or_default() += count;
        }
        Self {
            errors: self.errors,
            commands: self.commands + other.commands,
            hits: self.hits + other.hits,
            misses: self.misses + other.misses,
            pttls: self.pttls + other.pttls,
            expire_times: self.expire_times + other.expire_times,
            encodings: self.encodings + other.encodings,
        }
    }
}

/// A connection that is logged in.
///
/// The client crate sets no bound to the size of a reply. Ours are bounded by what we ask: the largest is a page of
/// `SCAN` or the cluster's node list; and a server that pours out bytes is cut off at the deadline of the question.
pub struct Wire {
    /// Where it leads.
    pub address: Address,
    user: Option<String>,
    connection: MultiplexedConnection,
    /// Moves the bytes. It belongs to us, and would first write what is left of a question that nobody waits for.
    driver: JoinHandle<()>,
    broken: bool,
    /// Our own share of the server's counters.
    pub own: Own,
    /// Words of the login that an operator must see.
    pub notes: Vec<String>,
}

impl Wire {
    /// Opens a connection and logs in. `by` bounds all of it.
    pub async fn open(way: &Way, by: Instant) -> Result<Self, Refused> {
        let Entry { stream, notes, commands } = login::log_in(way, by).await?;
        // Its own patience is half a second; ours is the deadline of each question.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let (connection, driver) = MultiplexedConnection::new_with_config(&logged_in(), stream, config)
            .await
            .map_err(|error| error::gone(&way.address).caused_by(error))?;
        Ok(Self {
            address: way.address.clone(),
            user: way.user.clone(),
            connection,
            driver: tokio::spawn(driver),
            broken: false,
            own: Own { commands, ..Own::default() },
            notes,
        })
    }

    /// Sends all questions in one write and reads their replies in order; error replies are replies. An `Err` means
    /// that the connection can no longer be used.
    pub async fn query(&mut self, queries: &[Query<'_>], by: Instant) -> Result<Vec<Reply>, TargetError> {
        self.query_and_write(queries, &[], by).await.map(|(answers, _)| answers)
    }

    /// Sends all questions and then all writes in one go, and returns the replies to both; an `Err` is in doubt.
    pub(super) async fn query_and_write(
        &mut self,
        queries: &[Query<'_>],
        writes: &[Write<'_>],
        by: Instant,
    ) -> Result<(Vec<Reply>, Vec<Reply>), TargetError> {
        // The crate takes an empty request for a broken connection.
        if queries.is_empty() && writes.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut request = pipeline(queries);
        write::add(&mut request, writes);
        let mut answers = self.exchange(&request, by).await?;
        let replies = answers.split_off(queries.len().min(answers.len()));
        queries.iter().zip(&answers).for_each(|(query, reply)| self.own.count(query, reply));
        replies.iter().for_each(|reply| self.own.refused(reply));
        for (hits, misses) in writes.iter().zip(&replies).map(|(write, reply)| write.lookups(reply)) {
            self.own.hits += hits;
            self.own.misses += misses;
        }
        Ok((answers, replies))
    }

    async fn exchange(&mut self, request: &Pipeline, by: Instant) -> Result<Vec<Reply>, TargetError> {
        if self.broken {
            return Err(error::gone(&self.address));
        }
        // Broken until the last reply is read. The crate would drop the answers to a question that was given up, but
        // the server has counted its commands: our share of the counters would no longer be exact.
        self.broken = true;
        let left = by.saturating_duration_since(clock::instant());
        let replies: Vec<Reply> =
            match tokio::time::timeout(left, request.query_async(&mut self.connection)).await {
                Ok(Ok(replies)) => replies,
                // Whatever it was, the crate tells no more than that the connection is closed.
                Ok(Err(error)) => return Err(error::gone(&self.address).caused_by(error)),
                Err(_) => return Err(error::silent(&self.address, left)),
            };
        self.broken = false;
        self.own.commands += replies.len() as u64;
        Ok(replies)
    }

    /// What an error reply of this server means.
    pub fn meaning(&self, text: &str) -> TargetError {
        error::meaning(&self.address, self.user.as_deref(), text)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What the crate is told about a stream that we have logged in: all is said, it must add nothing of its own (no
/// `HELLO`, no `CLIENT SETINFO`, no `SELECT`).
pub fn logged_in() -> RedisConnectionInfo {
    RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP2).set_skip_set_lib_name()
}
