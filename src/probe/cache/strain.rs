//! How hard the nodes work and what they refuse, as observations: the worst node speaks for all.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::observation::{Metric, Observation};
use crate::probe::cache::following;
use crate::probe::cache::readings::{Measured, ONE_LOOK};
use crate::probe::cache::words;
use crate::probe::cache::work::Work;
use crate::system::redis::{self, Block, SLOTS, Saving, Seat, Stuck};
use crate::text;

const NOT_TOLD: &str = "this server does not report it";
/// What the buffers of a client take that reads what it is told.
const BUFFERS_OF_ONE: f64 = 65_536.0;
/// Kinds of refusals that are named.
const NAMED: usize = 3;

/// All metrics of work and refusals.
pub fn observations(target: &Arc<str>, nodes: &[Measured]) -> Vec<Observation> {
    let mut found = echoes(target, nodes);
    found.extend(work(target, nodes));
    found.extend(gauges(target, nodes));
    found.extend(service(target, nodes));
    found
}

/// The worst node's value, with its name where there are several, behind what else belongs to the value.
fn worst<'a>(
    target: &Arc<str>,
    metric: Metric,
    nodes: &'a [Measured],
    why: &str,
    value: impl Fn(&'a Measured) -> Option<(f64, Option<&'a str>)>,
) -> Observation {
    let worst = nodes.iter().filter_map(|node| Some((value(node)?, node)));
    let Some(((value, detail), node)) = worst.max_by(|a, b| a.0.0.total_cmp(&b.0.0)) else {
        return Observation::unknown(target, metric, why);
    };
    let name = (nodes.len() > 1).then(|| text::escape(&node.now.node));
    let observation = Observation::known(target, metric, value);
    match (detail, name) {
        (Some(detail), Some(name)) => observation.detail(format!("{detail} on {name}")),
        (Some(detail), None) => observation.detail(detail),
        (None, Some(name)) => observation.detail(name),
        (None, None) => observation,
    }
}

fn echoes(target: &Arc<str>, nodes: &[Measured]) -> Vec<Observation> {
    let why = "no PING was answered";
    let of = |metric: Metric, which: usize| {
        worst(target, metric, nodes, why, |node| Some((node.echoes.millis()?[which], None)))
    };
    let mut round_trip = of(Metric::CacheRoundTrip, 0);
    let count: usize = nodes.iter().map(|node| node.echoes.count()).sum();
    if round_trip.value().is_some() {
        let node = round_trip.detail.take().map(|node| format!(", worst node {node}")).unwrap_or_default();
        round_trip = round_trip.detail(format!("median of {count} PINGs{node}"));
    }
    vec![round_trip, of(Metric::CacheRoundTripQuarter, 1), of(Metric::CacheRoundTripWorst, 2)]
}

fn work(target: &Arc<str>, nodes: &[Measured]) -> Vec<Observation> {
    let known: Vec<&Work> = nodes.iter().filter_map(|node| node.work.as_ref()).collect();
    let window = nodes.iter().any(|node| node.delta.is_some());
    let why = match (window, known.is_empty()) {
        (false, _) => ONE_LOOK,
        (true, true) => "the counters were reset within the window",
        (true, false) => NOT_TOLD,
    };
    let sum = |metric: Metric, field: fn(&Work) -> Option<f64>| {
        let values: Vec<f64> = known.iter().filter_map(|work| field(work)).collect();
        match values.is_empty() {
            true => Observation::unknown(target, metric, why),
            false => Observation::known(target, metric, values.iter().sum()),
        }
    };
    let slow: Vec<_> = nodes.iter().filter_map(|node| node.slow.as_ref()).collect();
    let seconds =
        nodes.iter().filter_map(|node| node.delta.as_ref()?.as_ref().ok()).map(|delta| delta.seconds);
    let seconds = seconds.fold(0.0, f64::max);
    let closed = if window { "the slow log is closed to us (ACL: +slowlog|get)" } else { ONE_LOOK };
    let mut found = vec![
        worst(target, Metric::CacheCpu, nodes, why, |node| Some((node.work.as_ref()?.cpu?, None))),
        sum(Metric::CacheNetIn, |work| work.net_in),
        sum(Metric::CacheNetOut, |work| work.net_out),
        sum(Metric::CacheClientsEvicted, |work| work.evicted_clients),
        worst(target, Metric::CacheTopCommandShare, nodes, why, |node| {
            let (name, share) = node.work.as_ref()?.top.as_ref()?;
            Some((*share, Some(name.as_str())))
        }),
        worst(target, Metric::CacheScriptShare, nodes, why, |node| {
            Some((node.work.as_ref()?.scripts?, None))
        }),
        match slow.is_empty() || seconds <= 0.0 {
            true => Observation::unknown(target, Metric::CacheSlowCommands, closed),
            false => {
                let entries: f64 = slow.iter().map(|slow| slow.entries).sum();
                Observation::known(target, Metric::CacheSlowCommands, entries / seconds)
            }
        },
        match slow.is_empty() {
            true => Observation::unknown(target, Metric::CacheSlowest, closed),
            false => {
                worst(target, Metric::CacheSlowest, nodes, "nothing was added to the slow log", |node| {
                    let (millis, command) = node.slow.as_ref()?.worst.as_ref()?;
                    Some((*millis, Some(command.as_str())))
                })
            }
        },
    ];
    found.extend(refusals(target, nodes, why));
    found.push(skew(target, nodes, why));
    found
}

/// Errors and refused writes of all nodes, by kind.
fn refusals(target: &Arc<str>, nodes: &[Measured], why: &str) -> Vec<Observation> {
    let errors = kinds(nodes, |work| work.errors.as_ref());
    let refused = kinds(nodes, |work| work.writes_refused.as_ref());
    let observed = |metric: Metric, kinds: &Option<Vec<(String, f64)>>| match kinds {
        None => Observation::unknown(target, metric, why),
        Some(kinds) => {
            // An empty sum of floats is -0.
            let all = kinds.iter().fold(0.0, |sum, (_, rate)| sum + rate);
            let named =
                |(code, rate): &(String, f64)| format!("{} {}/s", text::escape(code), text::count(*rate));
            let named: Vec<String> = kinds.iter().take(NAMED).map(named).collect();
            let observation = Observation::known(target, metric, all);
            if named.is_empty() { observation } else { observation.detail(named.join(", ")) }
        }
    };
    let all = observed(Metric::CacheErrors, &errors);
    let commands: f64 =
        nodes.iter().filter_map(|node| Some(node.delta.as_ref()?.as_ref().ok()?.commands)).sum();
    let rejected: f64 = nodes.iter().filter_map(|node| Some(node.work.as_ref()?.rejected)).sum();
    let commands = commands + rejected;
    let share = match all.value() {
        Some(errors) if commands > 0.0 => {
            Observation::known(target, Metric::CacheErrorShare, (errors / commands).min(1.0))
        }
        Some(_) => Observation::unknown(target, Metric::CacheErrorShare, "no commands in the window"),
        None => Observation::unknown(target, Metric::CacheErrorShare, why),
    };
    vec![all, share, observed(Metric::CacheWritesRefused, &refused)]
}

/// The kinds of all nodes together, most frequent first; none when no node tells.
fn kinds(
    nodes: &[Measured],
    of: impl Fn(&Work) -> Option<&Vec<(String, f64)>>,
) -> Option<Vec<(String, f64)>> {
    let told: Vec<_> = nodes.iter().filter_map(|node| of(node.work.as_ref()?)).collect();
    if told.is_empty() {
        return None;
    }
    let mut sums: Vec<(String, f64)> = Vec::new();
    for (code, rate) in told.into_iter().flatten() {
        match sums.iter_mut().find(|(known, _)| known == code) {
            Some((_, sum)) => *sum += rate,
            None => sums.push((code.clone(), *rate)),
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1));
    Some(sums)
}

/// How unevenly the commands are spread over the primaries.
fn skew(target: &Arc<str>, nodes: &[Measured], why: &str) -> Observation {
    let rates: Vec<(f64, &Measured)> = nodes
        .iter()
        .filter(|node| node.now.primary)
        .filter_map(|node| Some((node.delta.as_ref()?.as_ref().ok()?.commands, node)))
        .collect();
    let all: f64 = rates.iter().map(|(rate, _)| rate).sum();
    match rates.iter().max_by(|a, b| a.0.total_cmp(&b.0)) {
        _ if nodes.iter().all(|node| node.delta.is_none()) => {
            Observation::unknown(target, Metric::CacheSkew, ONE_LOOK)
        }
        Some((most, node)) if rates.len() > 1 && all > 0.0 => {
            Observation::known(target, Metric::CacheSkew, most / all).detail(text::escape(&node.now.node))
        }
        Some(_) if rates.len() == 1 => {
            Observation::unknown(target, Metric::CacheSkew, "there is one primary")
        }
        _ => Observation::unknown(target, Metric::CacheSkew, why),
    }
}

fn gauges(target: &Arc<str>, nodes: &[Measured]) -> Vec<Observation> {
    let field = |metric: Metric, value: &dyn Fn(&Measured) -> Option<f64>| {
        worst(target, metric, nodes, NOT_TOLD, |node| Some((value(node)?, None)))
    };
    vec![
        field(Metric::CacheFragmentation, &|node| node.now.number("mem_fragmentation_ratio")),
        field(Metric::CacheForkTime, &|node| node.now.number("latest_fork_usec").map(|micros| micros / 1e3)),
        field(Metric::CacheOutputBuffers, &|node| node.now.number("mem_clients_normal")),
        worst(
            target,
            Metric::CacheBuffersRatio,
            nodes,
            "no memory limit is set, or this server does not say",
            |node| {
                let beyond = node.now.number("mem_clients_normal")?
                    - node.now.number("connected_clients")? * BUFFERS_OF_ONE;
                Some((beyond.max(0.0) / node.now.maxmemory()?, None))
            },
        ),
        worst(
            target,
            Metric::CacheMemoryFixed,
            nodes,
            "where there is a limit, what is used up may be evicted, or this server does not say",
            |node| {
                let fixed = node.now.primary && node.now.info.evicts_nothing() == Some(true);
                Some((node.now.memory_ratio().filter(|_| fixed)?, None))
            },
        ),
    ]
}

/// Whether writes are taken, slots served, clients held, and replicas linked.
fn service(target: &Arc<str>, nodes: &[Measured]) -> Vec<Observation> {
    let mut found = Vec::new();
    let asked: Vec<_> = nodes.iter().filter_map(|node| Some((node, node.health.as_ref()?))).collect();
    let unasked = "it did not answer";
    let owners = asked.iter().filter(|(node, _)| node.now.primary);
    let block = owners.clone().find_map(|(node, health)| Some((node, health.blocks.first()?)));
    found.push(match block {
        Some((node, block)) => {
            let name =
                if nodes.len() > 1 { format!("{}: ", text::escape(&node.now.node)) } else { String::new() };
            let words = format!("{name}{}", words::block(*block));
            Observation::known(target, Metric::CacheWritable, 0.0).detail(words)
        }
        None if asked.is_empty() => Observation::unknown(target, Metric::CacheWritable, unasked),
        None if owners.count() == 0 => {
            Observation::unknown(target, Metric::CacheWritable, "no primary was measured")
        }
        None => match asked.iter().find_map(|(_, health)| health.overlooks) {
            Some(why) => Observation::unknown(target, Metric::CacheWritable, why),
            None => Observation::known(target, Metric::CacheWritable, 1.0),
        },
    });
    let pause =
        asked.iter().flat_map(|(_, health)| &health.blocks).find(|b| matches!(b, Block::Paused { .. }));
    found.push(match pause {
        Some(pause) => Observation::known(target, Metric::CachePaused, 1.0).detail(words::block(*pause)),
        None if asked.is_empty() => Observation::unknown(target, Metric::CachePaused, unasked),
        None if !asked.iter().all(|(_, health)| health.sees_pauses) => {
            let why = "this server does not say, and its clients are too many to list, or not ours to list (ACL: +client|list)";
            Observation::unknown(target, Metric::CachePaused, why)
        }
        None => Observation::known(target, Metric::CachePaused, 0.0),
    });
    found.extend(cluster(target, nodes));
    found.extend(following::observations(target, nodes));
    let waits: Vec<_> = asked.iter().map(|(_, health)| health.waits).collect();
    let sum: u64 = waits.iter().flatten().sum();
    found.push(match waits.iter().all(Option::is_some) {
        _ if asked.is_empty() => Observation::unknown(target, Metric::CacheReplicaWaits, unasked),
        all if all || sum > 0 => Observation::known(target, Metric::CacheReplicaWaits, sum as f64),
        _ => {
            let why = "some are blocked, and its clients are too many to list, or not ours to list (ACL: +client|list)";
            Observation::unknown(target, Metric::CacheReplicaWaits, why)
        }
    });
    let unsaved = asked.iter().find(|(_, health)| health.saving.is_some_and(|saving| saving != Saving::Fine));
    found.push(match unsaved {
        Some((node, health)) => {
            let name =
                if nodes.len() > 1 { format!("{}: ", text::escape(&node.now.node)) } else { String::new() };
            let words = format!("{name}{}", words::unsaved(health.saving == Some(Saving::NoLog)));
            Observation::known(target, Metric::CacheSaved, 0.0).detail(words)
        }
        None if asked.is_empty() => Observation::unknown(target, Metric::CacheSaved, unasked),
        None if !asked.iter().all(|(_, health)| health.saving.is_some()) => {
            Observation::unknown(target, Metric::CacheSaved, NOT_TOLD)
        }
        None => Observation::known(target, Metric::CacheSaved, 1.0),
    });
    found
}

/// The slots of a cluster that are served, and the shards that have lost what could take over; nothing outside a cluster.
fn cluster(target: &Arc<str>, nodes: &[Measured]) -> Vec<Observation> {
    let asked = nodes.iter().filter_map(|node| Some((node, node.health.as_ref()?)));
    let asked: Vec<_> = asked.filter(|(node, _)| node.now.info.is_cluster()).collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let primaries = asked.iter().filter(|(node, _)| node.now.primary);
    let silent = primaries.clone().any(|(_, health)| health.seats.is_empty());
    let hidden = "a node does not say (ACL: +cluster|info +cluster|nodes)";
    let (slots, spares) = (Metric::CacheSlotsServed, Metric::CacheSparesLost);
    let told = asked.iter().map(|(_, health)| Some(SLOTS - health.slots?.ok));
    let told = told.chain([(!silent).then(|| unserved(nodes) as f64)]).collect::<Vec<_>>();
    let served = match told.iter().flatten().copied().max_by(f64::total_cmp) {
        Some(missing) if missing > 0.0 => {
            let words = format!("{missing:.0} of {SLOTS:.0} slots are served by nobody");
            Observation::known(target, slots, 1.0 - missing / SLOTS).detail(words)
        }
        Some(_) if told.iter().all(Option::is_some) => Observation::known(target, slots, 1.0),
        _ => Observation::unknown(target, slots, hidden),
    };
    let seats: Vec<&Seat> = primaries.filter_map(|(_, health)| health.seats.last()).collect();
    let lost = redis::lost(&seats);
    let spares = match lost.first() {
        Some(first) => Observation::known(target, spares, lost.len() as f64).detail(words::lost(first)),
        None if silent || seats.is_empty() => Observation::unknown(target, spares, hidden),
        None => Observation::known(target, spares, 0.0),
    };
    let moves = stuck(nodes);
    let certain: Vec<&Stuck> = moves.iter().filter(|stuck| stuck.asked).collect();
    let stuck = Metric::CacheSlotsStuck;
    let stuck = match (certain.first(), moves.first()) {
        (Some(first), _) => {
            Observation::known(target, stuck, certain.len() as f64).detail(words::stuck(first, certain.len()))
        }
        (None, Some(first)) => {
            let why = format!("slot {} is on its way to {}, which was not asked", first.slot, first.to);
            Observation::unknown(target, stuck, text::escape(&why))
        }
        (None, None) if silent || seats.is_empty() => Observation::unknown(target, stuck, hidden),
        (None, None) => Observation::known(target, stuck, 0.0),
    };
    vec![served, spares, stuck]
}

/// Slots that none of the primaries serves, by what each says of itself; where they were asked twice, both times. A slot that
/// moves just then is with neither for a moment, or with both.
pub fn unserved(nodes: &[Measured]) -> usize {
    in_all_looks(nodes, redis::unserved).len()
}

/// Slots on their way to a node that does not take them, in the same way: a move begins on one side.
pub fn stuck(nodes: &[Measured]) -> BTreeSet<Stuck> {
    in_all_looks(nodes, redis::stuck)
}

fn in_all_looks<T: Ord + Clone>(nodes: &[Measured], find: fn(&[&Seat]) -> BTreeSet<T>) -> BTreeSet<T> {
    let looks = |at: usize| {
        let seats = nodes.iter().filter_map(|node| node.health.as_ref()?.seats.get(at));
        seats.collect::<Vec<_>>()
    };
    let first = find(&looks(0));
    let again = looks(1);
    match again.is_empty() {
        true => first,
        false => find(&again).intersection(&first).cloned().collect(),
    }
}
