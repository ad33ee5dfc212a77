//! What moving expiries would do, told from a sample: how many keys, how many of them would have expired, and what they weigh.

use crate::action::Context;
use crate::action::redis::expiry::frozen::{self, on_whole_second};
use crate::action::redis::expiry::names::Names;
use crate::action::redis::expiry::now;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::{Query, Reader, Reply, Who};
use crate::text;

/// Keys that are looked at, all nodes together.
const LOOKED_AT: usize = 2_000;
/// How far is gone for a first key that matches, on each node.
const FARTHEST: usize = 100_000;
/// Keys whose expiry is read, and whose size, on each node.
const READ: usize = 200;
const WEIGHED: usize = 50;
/// `SCAN … COUNT`
const PAGE: u32 = 500;

/// What is known of the keys that would be touched.
#[derive(Default)]
pub struct Impact {
    /// Keys there are.
    pub keys: f64,
    /// Keys that match, estimated unless `whole`.
    pub matching: f64,
    /// Whether every key was looked at.
    pub whole: bool,
    /// Keys that were looked at.
    looked_at: usize,
    /// Of those whose expiry was read: all, those that expire, those that would within the time, and those that are left
    /// alone because of their names.
    read: usize,
    expiring: usize,
    soon: usize,
    spared: usize,
    /// Of those that expire, those that do so on a whole second.
    whole_seconds: usize,
    /// Bytes of those that were weighed.
    weights: Vec<f64>,
    /// One of the keys that would be touched.
    pub first: Option<Vec<u8>>,
}

impl Impact {
    /// Looks at some keys of the primaries that match a pattern.
    pub async fn of_pattern(
        reader: &mut Reader,
        primaries: &[Who],
        pattern: &[u8],
        names: &Names,
        by: i64,
    ) -> Result<Self, TargetError> {
        let mut impact = Self { whole: true, ..Self::default() };
        let database = reader.database();
        for who in primaries {
            // No forecast rests on a number that was not told.
            let keys = who.info.keys_in(database).ok_or_else(|| {
                TargetError::new(
                    TargetErrorKind::Unsupported,
                    format!("{} does not say how many keys it has", text::escape(&who.node)),
                )
            })?;
            impact.keys += keys;
            let share = LOOKED_AT.div_ceil(primaries.len());
            let page = Page::look(reader, &who.node, pattern, share).await?;
            impact.whole &= page.whole;
            impact.looked_at += page.looked_at;
            impact.matching += match page.whole {
                true => page.matched.len() as f64,
                false => keys * page.matched.len() as f64 / page.looked_at.max(1) as f64,
            };
            impact.read_keys(reader, &page.matched, names, by).await?;
        }
        Ok(impact)
    }

    /// Looks at these keys.
    pub async fn of_keys(
        reader: &mut Reader,
        keys: &[Vec<u8>],
        names: &Names,
        by: i64,
    ) -> Result<Self, TargetError> {
        let mut impact = Self {
            keys: keys.len() as f64,
            matching: keys.len() as f64,
            whole: true,
            looked_at: keys.len(),
            ..Self::default()
        };
        impact.read_keys(reader, keys, names, by).await?;
        Ok(impact)
    }

    async fn read_keys(
        &mut self,
        reader: &mut Reader,
        keys: &[Vec<u8>],
        names: &Names,
        by: i64,
    ) -> Result<(), TargetError> {
        // The whole list, when all of it is known.
        let read = if self.whole { keys } else { &keys[..keys.len().min(READ)] };
        let (spared, touched): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) =
            read.iter().partition(|key| names.spare(key).is_some());
        self.read += read.len();
        self.spared += spared.len();
        let Some(node) = touched.first().and_then(|key| reader.home(key)) else { return Ok(()) };
        let until = now(reader, &node).await? + by;
        let queries: Vec<Query<'_>> = touched.iter().map(|key| Query::Pexpiretime(key)).collect();
        for (key, reply) in touched.iter().zip(reader.query_keys(&queries).await?) {
            match reply {
                Reply::Int(time) if time >= 0 => {
                    self.expiring += 1;
                    self.soon += usize::from(time < until);
                    self.whole_seconds += usize::from(on_whole_second(time));
                    self.first.get_or_insert_with(|| (*key).clone());
                }
                Reply::Int(_) => {}
                reply if reply.is_elsewhere() => {}
                reply => return Err(reader.unexpected(key, &reply).await),
            }
        }
        let queries: Vec<Query<'_>> =
            touched.iter().take(WEIGHED).map(|key| Query::MemoryUsage(key)).collect();
        let weights = reader.query_keys(&queries).await?;
        self.weights.extend(weights.iter().filter_map(Reply::int).map(|bytes| bytes as f64));
        Ok(())
    }

    fn share(&self, part: usize) -> f64 {
        part as f64 / self.read.max(1) as f64
    }

    /// Keys that would live longer.
    pub fn touched(&self) -> f64 {
        (self.matching * self.share(self.expiring)).round()
    }

    /// Keys among them that would expire within the time.
    pub fn soon(&self) -> f64 {
        (self.matching * self.share(self.soon)).round()
    }

    /// Keys that are left alone because of their names.
    pub fn spared(&self) -> f64 {
        (self.matching * self.share(self.spared)).round()
    }

    /// Bytes that stay in use longer.
    pub fn bytes(&self) -> f64 {
        let mean = self.weights.iter().sum::<f64>() / self.weights.len().max(1) as f64;
        self.soon() * mean
    }

    /// The keys that would live longer: `about 1.2k keys of user:*`.
    pub fn keys_of(&self, pattern: &str) -> String {
        let about = if self.whole { "" } else { "about " };
        let keys = if self.touched() == 1.0 { "key" } else { "keys" };
        format!("{about}{} {keys} of {}", text::count(self.touched()), text::escape(pattern))
    }

    /// How many are left alone because of their names, in words; none: there are none.
    pub fn left_alone(&self) -> Option<String> {
        let spared = self.spared();
        (spared > 0.0).then(|| {
            let left = text::count(spared);
            format!(
                "{left} left alone: a segment of their names says session, lock or the like, or they are \
                 switches (S14)"
            )
        })
    }

    /// What is at stake where a colleague seems to have frozen these keys.
    pub fn frozen(&self, context: &Context<'_>) -> Option<String> {
        frozen::risk(self.whole_seconds, self.expiring, context)
    }

    /// Why no key of a pattern would live longer.
    pub fn nothing(&self, pattern: &str) -> String {
        let pattern = text::escape(pattern);
        match self.left_alone() {
            _ if self.matching == 0.0 => format!("no key matches {pattern} ({})", self.basis()),
            Some(left) if self.touched() == 0.0 => left,
            _ => format!("no key of {pattern} has a TTL ({})", self.basis()),
        }
    }

    /// How well it is known: `all 120 keys looked at`, `2.0k of 1.0M keys looked at`.
    pub fn basis(&self) -> String {
        let looked_at = text::count(self.looked_at as f64);
        match self.whole {
            true => format!("all {looked_at} keys looked at"),
            false => format!("{looked_at} of {} keys looked at", text::count(self.keys)),
        }
    }
}

/// The beginning of a keyspace: a fair sample, because it is in the order of the keys' hashes.
struct Page {
    looked_at: usize,
    matched: Vec<Vec<u8>>,
    whole: bool,
}

impl Page {
    async fn look(
        reader: &mut Reader,
        node: &str,
        pattern: &[u8],
        enough: usize,
    ) -> Result<Self, TargetError> {
        let mut page = Self { looked_at: 0, matched: Vec::new(), whole: false };
        let mut cursor = 0;
        while page.looked_at < enough || (page.matched.is_empty() && page.looked_at < FARTHEST) {
            // The same stretch twice: once to count, once as the server matches it.
            let queries = [Query::Scan(cursor, PAGE), Query::ScanFor(cursor, pattern, PAGE)];
            let replies = reader.query(node, &queries).await?;
            let [all, matching] = &replies[..] else { break };
            if let Some(text) = all.error().or_else(|| matching.error()) {
                return Err(reader.node(node).await?.meaning(text));
            }
            page.looked_at += all.page().1.len();
            let (next, keys) = matching.page();
            page.matched.extend(keys.into_iter().map(<[u8]>::to_vec));
            cursor = next;
            if cursor == 0 {
                page.whole = true;
                break;
            }
        }
        Ok(page)
    }
}
