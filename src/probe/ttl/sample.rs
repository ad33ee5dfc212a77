//! Samples keys of one node: pipelined, paused so that we take a tenth of the server's time at most.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::clock;
use crate::error::TargetError;
use crate::system::redis::{Connection, Query, Reply};

/// Keys per batch, of two or three commands each. A command takes 1 to 5 µs (the more, the less of the keyspace the
/// processor has at hand): a batch stays under 2 ms of server time.
const BATCH: (usize, usize) = (150, 100);
/// The smallest batch, on a server that answers slowly.
const SMALLEST: usize = 10;
/// `SCAN … COUNT`: one command that nothing interrupts, about 110 µs.
const COUNT: u32 = 100;
/// We take one part in ten of the server's time.
const SHARE: u32 = 10;
/// What one of our commands costs the server at least and at most; the round trip says where in between.
const COST: (Duration, Duration) = (Duration::from_micros(1), Duration::from_nanos(4_500));
/// A batch that takes this much longer than a PING means a server that is busy: smaller batches.
const SLOW: Duration = Duration::from_millis(5);

/// Keys of one cliff whose values are asked for.
const NUMBERS: usize = 50;

/// What to sample.
#[derive(Clone, Copy)]
pub struct Order {
    /// Keys wanted.
    pub samples: usize,
    /// Keys there are.
    pub keys: f64,
    /// Whether to ask for the LFU counter too.
    pub frequency: bool,
    /// Whether the server has `PEXPIRETIME`: a lookup that can be told from those of applications.
    pub expire_times: bool,
    /// Whether the node is a cluster replica, which must be told that its own answers are good enough.
    pub replica: bool,
    /// When to stop, finished or not.
    pub until: Instant,
    /// The moment that the time left counts from.
    pub from: Instant,
}

/// One sampled key.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// Its name.
    pub key: Vec<u8>,
    /// Seconds until it expires; none: never.
    pub left: Option<f64>,
    /// Its LFU counter.
    pub frequency: Option<u8>,
    /// Whether its value is a number, where that was asked.
    pub number: Option<bool>,
}

/// The keys of one node.
#[derive(Clone, Default)]
pub struct Sample {
    /// The keys that were there.
    pub keys: Vec<Sampled>,
    /// Keys that we asked for just after they had gone: misses of our own making.
    pub vanished: Vec<Vec<u8>>,
    /// Whether every key of the node is in it.
    pub whole: bool,
    /// An error reply, when keys could not be asked for.
    pub denied: Option<String>,
}

/// Takes the sample. Errors: the connection was lost or the server did not answer; what was seen until then is lost.
pub async fn take(connection: &Connection, order: Order) -> Result<Sample, TargetError> {
    let reply = Duration::from_secs(5);
    let mut hello = vec![Query::Ping];
    if order.replica {
        hello.push(Query::Readonly);
    }
    let mut ping = Duration::MAX;
    for _ in 0..2 {
        let sent = clock::instant();
        connection.query(&hello, sent + reply).await?;
        ping = ping.min(clock::instant() - sent);
    }
    let mut sample = Sample::default();
    // Fewer keys than samples: every key once is better than some keys twice.
    let mut cursor = (order.keys <= order.samples as f64).then_some(0);
    let scan = cursor.is_some();
    let mut seen = HashSet::new();
    let largest = if order.frequency { BATCH.1 } else { BATCH.0 };
    let mut batch = largest;
    let mut pending: Vec<Vec<u8>> = Vec::new();
    let mut expire_times = order.expire_times;
    loop {
        let more = if scan { cursor.is_some() } else { sample.keys.len() + pending.len() < order.samples };
        if (!more && pending.is_empty()) || clock::instant() >= order.until {
            break;
        }
        let asked = std::mem::take(&mut pending);
        // Times of expiry are those of the server's clock.
        let mut queries: Vec<Query<'_>> = match expire_times && !asked.is_empty() {
            true => {
                std::iter::once(Query::Time).chain(asked.iter().map(|key| Query::Pexpiretime(key))).collect()
            }
            false => asked.iter().map(|key| Query::Pttl(key)).collect(),
        };
        if order.frequency {
            queries.extend(asked.iter().map(|key| Query::ObjectFreq(key)));
        }
        match (more, cursor) {
            (false, _) => {}
            (true, Some(at)) => queries.push(Query::Scan(at, COUNT)),
            (true, None) => {
                let wanted = order.samples - sample.keys.len() - asked.len();
                queries.extend(std::iter::repeat_n(Query::Randomkey, wanted.min(batch)));
            }
        }
        let sent = clock::instant();
        let replies = connection.query(&queries, sent + reply).await?;
        let took = (clock::instant() - sent).saturating_sub(ping);
        let count = queries.len() as u32;
        let at = (sent - order.from).as_secs_f64();
        let clock = (expire_times && !asked.is_empty()).then(|| replies.first().and_then(Reply::millis));
        let (ttls, rest) = replies[usize::from(clock.is_some())..].split_at(asked.len());
        let now = clock.map(Option::unwrap_or_default);
        if clock == Some(None) || now.is_some() && ttls.iter().any(|reply| reply.error().is_some()) {
            // An account that may ask for PTTL only: the next round asks for these keys again.
            expire_times = false;
            pending = asked;
            continue;
        }
        let (frequencies, found) = rest.split_at(if order.frequency { asked.len() } else { 0 });
        for (n, (key, ttl)) in asked.iter().zip(ttls).enumerate() {
            match ttl {
                Reply::Int(-2) => sample.vanished.push(key.clone()),
                Reply::Int(left) => sample.keys.push(Sampled {
                    key: key.clone(),
                    left: (*left >= 0).then(|| (*left - now.unwrap_or(0)) as f64 / 1000.0 + at),
                    frequency: frequencies.get(n).and_then(Reply::int).and_then(|f| u8::try_from(f).ok()),
                    number: None,
                }),
                other => sample.denied = other.error().map(str::to_owned),
            }
        }
        let empty = more && !scan && found.iter().all(|reply| *reply == Reply::Nil);
        for reply in found {
            match reply {
                Reply::Bulk(key) => pending.push(key.clone()),
                Reply::Array(parts) if parts.len() == 2 => {
                    let next = parts[0].text().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
                    cursor = (next != 0).then_some(next);
                    for key in parts[1].items() {
                        if let Reply::Bulk(key) = key
                            && seen.insert(key.clone())
                        {
                            pending.push(key.clone());
                        }
                    }
                }
                Reply::Error(text) => sample.denied = Some(text.clone()),
                _ => {}
            }
        }
        if sample.denied.is_some() || empty {
            break;
        }
        match took {
            slow if slow > SLOW => batch = (batch / 2).max(SMALLEST),
            _ => batch = (batch * 2).min(largest),
        }
        let cost = took.clamp(COST.0 * count, COST.1 * count);
        clock::sleep_until((sent + cost * SHARE).min(order.until)).await;
    }
    sample.whole = scan && cursor.is_none() && pending.is_empty() && sample.denied.is_none();
    Ok(sample)
}

/// Asks which of these keys, by their place in the sample, hold a number; no more than are worth asking. What cannot be asked
/// stays unknown.
pub async fn ask_for_numbers(connection: &Connection, sample: &mut Sample, keys: &[usize], by: Instant) {
    let asked: Vec<usize> = keys.iter().copied().take(NUMBERS).collect();
    let names: Vec<Vec<u8>> = asked.iter().map(|at| sample.keys[*at].key.clone()).collect();
    let queries: Vec<Query<'_>> = names.iter().map(|key| Query::ObjectEncoding(key)).collect();
    let Ok(replies) = connection.query(&queries, by).await else { return };
    for (at, reply) in asked.into_iter().zip(replies) {
        if let Reply::Bulk(encoding) = reply {
            sample.keys[at].number = Some(encoding == b"int");
        }
    }
}
