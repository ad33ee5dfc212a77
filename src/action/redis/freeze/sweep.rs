//! Going over the keys: read when they expire, record it, move it, read it back.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use crate::action::Recorder;
use crate::action::redis::expiry::names::Names;
use crate::action::redis::freeze::image::{Image, Moved, extend};
use crate::approval::Permit;
use crate::change::Part;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::RateLimit;
use crate::system::redis::{Query, Reply, Who, Write, Writer};

/// Keys of one record, at most.
const BATCH: usize = 10_000;
/// Keys of one script, which nothing interrupts: as long as a page of `SCAN`.
const TOGETHER: usize = 50;
/// Batches a second when the pace is kept: short ones.
const BATCHES: f64 = 5.0;
/// `SCAN … COUNT`: one command that nothing interrupts, 110 µs; and a millisecond when nothing is spared.
const COUNT: (u32, u32) = (100, 1_000);
/// Keys that are looked at for one that is wanted, before there is a rest.
const LOOKED_AT: usize = 10;
/// A write whose answer was lost is read back, and what is missing written once more.
const TRIES: usize = 2;
const SECOND: i64 = 1_000;
/// Later than this is never: a number that JSON and scripts hold exactly.
const NEVER: i64 = 1 << 52;

/// What came of it.
#[derive(Default)]
pub struct Count {
    /// Keys that live longer now.
    pub extended: u64,
    /// Keys that had gone before they could.
    pub gone: u64,
    /// Keys that got another expiry in between.
    pub changed: u64,
    /// Keys without a TTL.
    pub forever: u64,
    /// Keys that were left alone because of their names.
    pub spared: u64,
    /// Keys on the move between nodes of a cluster.
    pub elsewhere: u64,
    /// Whether the operator stopped it.
    pub stopped: bool,
}

/// One go over the keys.
pub struct Sweep<'a, 'w> {
    /// Reads and writes.
    pub writer: &'a mut Writer<'w>,
    /// Gives the right to write.
    pub record: &'a dyn Recorder,
    /// Which names are left alone.
    pub names: Names,
    /// Milliseconds by which a key lives longer, and those that are added at random.
    pub by: (i64, i64),
    /// Keys a second; none is as fast as it goes.
    pub rate: Option<f64>,
    /// What came of it so far.
    pub count: Count,
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl<'a, 'w> Sweep<'a, 'w> {
    /// A sweep that has not begun.
    pub fn new(
        writer: &'a mut Writer<'w>,
        record: &'a dyn Recorder,
        names: Names,
        by: (i64, i64),
        rate: Option<f64>,
    ) -> Self {
        let (seen, hasher) = (HashSet::new(), RandomState::new());
        Self { writer, record, names, by, rate, count: Count::default(), seen, hasher }
    }

    /// Goes over all keys of a node that match a pattern.
    pub async fn matching(&mut self, who: &Who, pattern: &[u8]) -> Result<(), TargetError> {
        let mut pace = RateLimit::set(&mut self.writer.reader.hold(&who.node).await?, self.rate).await?;
        let mut cursor = Some(0);
        while cursor.is_some() && !self.stopping() {
            let (keys, looked_at) = self.gather(&who.node, pattern, &mut cursor).await?;
            let written = self.extend(who, keys).await?;
            self.record.progress(self.count.extended, None);
            pace.rest(&mut self.writer.reader.hold(&who.node).await?, written, looked_at).await?;
        }
        Ok(())
    }

    /// Goes over these keys, which the node has.
    pub async fn named(&mut self, who: &Who, keys: &[&[u8]], of: u64) -> Result<(), TargetError> {
        let touched = keys.iter().copied().filter(|key| self.names.spare(key).is_none());
        let touched: Vec<&[u8]> = touched.collect();
        self.count.spared += (keys.len() - touched.len()) as u64;
        let mut pace = RateLimit::set(&mut self.writer.reader.hold(&who.node).await?, self.rate).await?;
        for batch in touched.chunks(self.batch()) {
            if self.stopping() {
                return Ok(());
            }
            let queries: Vec<Query<'_>> = batch.iter().map(|key| Query::Pexpiretime(key)).collect();
            let replies = self.writer.reader.query(&who.node, &queries).await?;
            let mut found = Vec::new();
            for (key, reply) in batch.iter().zip(replies) {
                self.take(&who.node, key.to_vec(), &reply, &mut found).await?;
            }
            let written = self.extend(who, found).await?;
            self.record.progress(self.count.extended, Some(of));
            pace.rest(&mut self.writer.reader.hold(&who.node).await?, written, batch.len()).await?;
        }
        Ok(())
    }

    fn stopping(&mut self) -> bool {
        self.count.stopped |= self.record.stopping();
        self.count.stopped
    }

    fn batch(&self) -> usize {
        self.rate.map_or(BATCH, |rate| (rate / BATCHES).clamp(100.0, BATCH as f64) as usize)
    }

    /// The next keys that have a TTL, with when they expire, and how many were looked at for them.
    async fn gather(
        &mut self,
        node: &str,
        pattern: &[u8],
        cursor: &mut Option<u64>,
    ) -> Result<(Vec<(Vec<u8>, i64)>, usize), TargetError> {
        let wanted = self.batch();
        let count = if self.rate.is_some() { COUNT.0 } else { COUNT.1 };
        let mut found = Vec::with_capacity(wanted);
        let mut looked_at = 0;
        let mut pending: Vec<Vec<u8>> = Vec::new();
        loop {
            let asked = std::mem::take(&mut pending);
            // A page may hold some more than was asked for.
            let page = (count + count / 4) as usize;
            let so_far = found.len() + asked.len();
            let full = so_far > 0 && so_far + page > wanted || looked_at > wanted * LOOKED_AT;
            let next = cursor.filter(|_| !full);
            if next.is_none() && asked.is_empty() {
                return Ok((found, looked_at));
            }
            // The page after this one comes with the expiries of this one: one round trip for both.
            let mut queries: Vec<Query<'_>> = asked.iter().map(|key| Query::Pexpiretime(key)).collect();
            queries.extend(next.map(|cursor| Query::ScanFor(cursor, pattern, count)));
            let mut replies = self.writer.reader.query(node, &queries).await?;
            let page = next.and_then(|_| replies.pop());
            for (key, reply) in asked.into_iter().zip(&replies) {
                self.take(node, key, reply, &mut found).await?;
            }
            if let Some(page) = page {
                looked_at += count as usize;
                *cursor = self.page(node, page, &mut pending).await?;
            }
        }
    }

    /// The keys of a page that were not seen before (SCAN may give one twice), and where the next page begins.
    async fn page(
        &mut self,
        node: &str,
        page: Reply,
        pending: &mut Vec<Vec<u8>>,
    ) -> Result<Option<u64>, TargetError> {
        let parts = match page {
            Reply::Array(parts) => parts,
            Reply::Error(text) => return Err(self.writer.reader.node(node).await?.meaning(&text)),
            _ => Vec::new(),
        };
        let mut parts = parts.into_iter();
        let next = parts.next().and_then(|cursor| cursor.text()?.parse().ok()).unwrap_or(0);
        let keys = match parts.next() {
            Some(Reply::Array(keys)) => keys,
            _ => Vec::new(),
        };
        for key in keys {
            let Reply::Bulk(key) = key else { continue };
            if !self.seen.insert(self.hasher.hash_one(&key)) {
                continue;
            }
            match self.names.spare(&key) {
                Some(_) => self.count.spared += 1,
                None => pending.push(key),
            }
        }
        Ok((next != 0).then_some(next))
    }

    /// A key and when it expires, unless it does not.
    async fn take(
        &mut self,
        node: &str,
        key: Vec<u8>,
        reply: &Reply,
        found: &mut Vec<(Vec<u8>, i64)>,
    ) -> Result<(), TargetError> {
        match reply {
            Reply::Int(time) if (0..NEVER).contains(time) => found.push((key, *time)),
            Reply::Int(-2) => self.count.gone += 1,
            Reply::Int(_) => self.count.forever += 1,
            reply if reply.is_elsewhere() => self.count.elsewhere += 1,
            Reply::Error(text) => return Err(self.writer.reader.node(node).await?.meaning(text)),
            _ => {}
        }
        Ok(())
    }

    /// Records the keys, and has them live longer. Returns how many were written.
    async fn extend(&mut self, who: &Who, keys: Vec<(Vec<u8>, i64)>) -> Result<usize, TargetError> {
        if keys.is_empty() {
            return Ok(0);
        }
        let mut image = Image::default();
        let (by, spread) = self.by;
        for (key, old) in keys {
            image.push(key, old, whole(old + by + fastrand::i64(0..=spread), old + by));
        }
        let permit = self.record.batch(Part::of(&who.node, &who.id, &image)?).await?;
        self.write(&permit, &who.node, image.iter().collect()).await?;
        Ok(image.len())
    }

    async fn write(
        &mut self,
        permit: &Permit<'_>,
        node: &str,
        mut left: Vec<Moved<'_>>,
    ) -> Result<(), TargetError> {
        for attempt in 1..=TRIES {
            let groups = self.writer.reader.together(left.iter().map(|moved| moved.key), TOGETHER);
            let writes = groups.iter().map(|group| extend(group.iter().map(|at| left[*at])));
            let writes: Vec<Write<'_>> = writes.collect();
            let lost = match self.writer.write(permit, node, &writes).await {
                Ok(replies) => {
                    for reply in replies.iter().filter(|reply| !reply.is_elsewhere()) {
                        if let Some(text) = reply.error() {
                            return Err(self.writer.reader.node(node).await?.meaning(text));
                        }
                    }
                    false
                }
                // In doubt: what is there is read, and only what is missing is written again.
                Err(error) if attempt < TRIES && is_lost(&error) => true,
                Err(error) => return Err(error),
            };
            let queries: Vec<Query<'_>> = left.iter().map(|moved| Query::Pexpiretime(moved.key)).collect();
            let replies = self.writer.reader.query(node, &queries).await?;
            let mut missing = Vec::new();
            for (moved, reply) in left.iter().zip(replies) {
                match reply {
                    Reply::Int(time) if time == moved.new => self.count.extended += 1,
                    Reply::Int(time) if time == moved.old && lost => missing.push(*moved),
                    Reply::Int(-2) => self.count.gone += 1,
                    Reply::Int(_) => self.count.changed += 1,
                    reply if reply.is_elsewhere() => self.count.elsewhere += 1,
                    Reply::Error(text) => return Err(self.writer.reader.node(node).await?.meaning(&text)),
                    _ => {}
                }
            }
            if missing.is_empty() {
                break;
            }
            left = missing;
        }
        Ok(())
    }
}

/// `time` without its milliseconds, and no earlier than `least`: what `recover stagger` adds to whole seconds it takes off
/// again to the millisecond.
fn whole(time: i64, least: i64) -> i64 {
    let floor = time - time.rem_euclid(SECOND);
    if floor < least { floor + SECOND } else { floor }
}

fn is_lost(error: &TargetError) -> bool {
    matches!(error.kind, TargetErrorKind::Unreachable | TargetErrorKind::Timeout)
}
