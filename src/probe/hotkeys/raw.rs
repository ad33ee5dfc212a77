//! The hottest keys for acting on: whole names, living ones and missing ones, and how they are known.

use std::time::Duration;

use futures_util::future::join_all;

use crate::clock;
use crate::error::TargetError;
use crate::probe::hotkeys::living::{session, used};
use crate::probe::hotkeys::{ENOUGH, LOG_FACTOR, listen};
use crate::probe::ttl::sample::{self, Order, Sample};
use crate::system::Dialling;
use crate::system::redis::{Misses, Node, Query, Reader, Reply, Who};
use crate::text;
use crate::topk::KEPT;

/// Keys whose LFU counters are read, all nodes together.
const SAMPLES: usize = 10_000;
/// Missing keys that are told.
const MISSING: usize = 100;

/// A key, whatever its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Hot {
    /// Its name.
    pub key: Vec<u8>,
    /// Its share of what was counted, 0-1.
    pub share: f64,
    /// Whether it was asked for and not there.
    pub missing: bool,
}

/// The hottest keys of a target, first the missing ones, and in words how they are known or why they are not. Takes no
/// longer than `time`, the answers not counted. Nothing is switched on for it. Errors: no primary answers.
pub async fn hot(
    reader: &mut Reader,
    dialling: &Dialling,
    missing: bool,
    time: Duration,
) -> Result<(Vec<Hot>, String), TargetError> {
    let (primaries, _) = reader.primaries().await?;
    let database = reader.database();
    let nodes: Vec<&Node> = reader.nodes.iter().filter(|node| node.connection.is_some()).collect();
    let until = clock::instant() + time;
    let (gone, living) = tokio::join!(
        async { if missing { Some(misses(&nodes, dialling, until).await) } else { None } },
        living(&nodes, &primaries, database, dialling, until),
    );
    let (mut keys, mut basis) = (Vec::new(), Vec::new());
    if let Some((found, words)) = gone.map(|heard| told(heard, &living.vanished)) {
        keys.extend(found);
        basis.push(words);
    }
    keys.extend(living.keys);
    basis.push(living.basis);
    Ok((keys, basis.join("; ")))
}

/// What was heard on the nodes that publish their misses already.
async fn misses(nodes: &[&Node], dialling: &Dialling, until: std::time::Instant) -> Vec<Misses> {
    let by = clock::instant() + dialling.reply;
    let heard = join_all(nodes.iter().map(|node| async move {
        let flags =
            node.connection.as_ref()?.query_one(Query::ConfigGet("notify-keyspace-events"), by).await.ok()?;
        match flags.field("notify-keyspace-events").and_then(Reply::text) {
            Some(flags) if !(flags.contains('m') && flags.contains('E')) => None,
            _ => Some(listen(&node.way, dialling, until).await),
        }
    }))
    .await;
    heard.into_iter().flatten().collect()
}

/// The missing keys, without the misses that we ourselves have caused.
fn told(mut heard: Vec<Misses>, vanished: &[Vec<u8>]) -> (Vec<Hot>, String) {
    if heard.iter().all(|node| node.listened.is_zero()) {
        return (Vec::new(), "key-miss events are not switched on (`stampede break keymiss-events`)".into());
    }
    heard.iter_mut().for_each(|node| node.withdraw(vanished));
    let total = Misses::total(&heard);
    let longest = heard.iter().map(|node| node.listened).max().unwrap_or_default();
    let basis = format!("{total} key-miss events in {}", text::duration(longest));
    if total < ENOUGH {
        return (Vec::new(), format!("{basis}: too few to tell"));
    }
    let keys = Misses::ranked(&heard, MISSING)
        .into_iter()
        .filter(|missed| missed.key.len() < KEPT)
        .map(|missed| Hot { key: missed.key.to_vec(), share: missed.share, missing: true })
        .collect();
    (keys, basis)
}

#[derive(Default)]
struct Living {
    keys: Vec<Hot>,
    basis: String,
    /// Keys that expired while we sampled.
    vanished: Vec<Vec<u8>>,
}

async fn living(
    nodes: &[&Node],
    primaries: &[Who],
    database: u32,
    dialling: &Dialling,
    until: std::time::Instant,
) -> Living {
    let by = clock::instant() + dialling.reply;
    let is_hot = |key: Vec<u8>, share: f64| Hot { key, share, missing: false };
    let mut counted = Vec::new();
    for connection in nodes.iter().filter(|node| node.primary).filter_map(|node| node.connection.as_ref()) {
        let known = connection.query_one(Query::CommandInfo("HOTKEYS"), by).await;
        if known.is_ok_and(|reply| reply.items().iter().any(|command| !command.items().is_empty()))
            && let Ok(reply) = connection.query_one(Query::HotkeysGet, by).await
        {
            counted.extend(session(&reply));
        }
    }
    if !counted.is_empty() {
        let basis = format!("a HOTKEYS session ({})", counted[0].what);
        let nodes = counted.len() as f64;
        let mut keys: Vec<Hot> = counted
            .into_iter()
            .flat_map(|session| session.keys)
            .map(|(key, share)| is_hot(key, share / nodes))
            .collect();
        keys.sort_by(|a, b| b.share.total_cmp(&a.share));
        return Living { keys, basis, ..Living::default() };
    }
    let policy = |who: &Who| who.info.get("maxmemory_policy").unwrap_or("unknown").to_owned();
    if let Some(other) = primaries.iter().map(policy).find(|policy| !policy.ends_with("lfu")) {
        let basis =
            format!("maxmemory-policy is {}, not LFU: living keys are not counted", text::escape(&other));
        return Living { basis, ..Living::default() };
    }
    let (samples, all) = counters(nodes, primaries, database, until).await;
    let mut factor = LOG_FACTOR;
    if let Some(connection) = nodes.iter().find_map(|node| node.connection.as_ref())
        && let Ok(reply) = connection.query_one(Query::ConfigGet("lfu-log-factor"), by).await
        && let Some(given) = reply.field("lfu-log-factor").and_then(Reply::text)
    {
        factor = given.parse().unwrap_or(LOG_FACTOR);
    }
    let (keys, basis) = match used(&samples, all, factor) {
        Some(used) => {
            let basis = match used.sampled as f64 {
                sampled if all / sampled > 1.05 => {
                    format!("LFU counters of {} of {} keys", text::count(sampled), text::count(all))
                }
                sampled => format!("LFU counters of all {} keys", text::count(sampled)),
            };
            (used.keys.iter().map(|(key, _, share)| is_hot(key.to_vec(), *share)).collect(), basis)
        }
        None => (Vec::new(), "no sampled key was used enough for its LFU counter to tell".into()),
    };
    let vanished = samples.into_iter().flat_map(|sample| sample.vanished).collect();
    Living { keys, basis, vanished }
}

/// The LFU counters of some keys of each primary, in proportion to its keys, and how many keys there are.
async fn counters(
    nodes: &[&Node],
    primaries: &[Who],
    database: u32,
    until: std::time::Instant,
) -> (Vec<Sample>, f64) {
    let keys_of = |who: &Who| who.info.keys_in(database).unwrap_or(0.0);
    let all = primaries.iter().map(keys_of).sum::<f64>();
    let samples = join_all(primaries.iter().filter_map(|who| {
        let connection = nodes.iter().find(|node| node.name() == who.node)?.connection.as_ref()?;
        let keys = keys_of(who);
        let order = Order {
            samples: (SAMPLES as f64 * keys / all.max(1.0)).ceil() as usize,
            keys,
            frequency: true,
            expire_times: who.info.has_expire_times(),
            replica: false,
            until,
            from: clock::instant(),
        };
        Some(sample::take(connection, order))
    }))
    .await;
    (samples.into_iter().flatten().collect(), all)
}
