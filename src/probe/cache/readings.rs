//! From the counters of all nodes to the cache metrics: sums over primaries, the worst node for ratios.

use std::sync::Arc;

use crate::observation::{Metric, Observation, Unit};
use crate::probe::cache::between::Strain;
use crate::probe::cache::counters::{Counters, Delta, Reset};
use crate::probe::cache::strain;
use crate::probe::cache::work::{Echoes, Slow, Work};
use crate::probe::{Cell, Listing};
use crate::system::redis::Health;
use crate::text;

/// One node's first glance and what changed since.
pub struct Measured {
    /// The newest glance.
    pub now: Counters,
    /// What changed within the window; none without a window.
    pub delta: Option<Result<Delta, Reset>>,
    /// What it did within the window; none without one, or when its counters were reset.
    pub work: Option<Work>,
    /// Our PINGs to it.
    pub echoes: Echoes,
    /// What its slow log gained; none without a window, or where it is closed to us.
    pub slow: Option<Slow>,
    /// What it would refuse; none: it was not asked.
    pub health: Option<Health>,
}

impl Measured {
    /// What is known of a node at the end of the window, without what it says of its health.
    pub fn new(now: Counters, before: Option<&Counters>, strains: &[Strain]) -> Self {
        let delta = before.map(|before| now.since(before));
        let counts = matches!(delta, Some(Ok(_)));
        let strain = strains.iter().find(|strain| strain.node == now.node);
        Self {
            work: before.filter(|_| counts).map(|before| Work::since(&now, before)),
            echoes: strain.map(|strain| strain.echoes.clone()).unwrap_or_default(),
            slow: strain.and_then(|strain| strain.slow.clone()),
            health: None,
            delta,
            now,
        }
    }
}

/// Why windowed metrics are unknown after one look.
pub const ONE_LOOK: &str = "one look: rates need two samples (--window)";

/// All metrics of the cache part but `cache.up`.
pub fn observations(target: &Arc<str>, nodes: &[Measured]) -> Vec<Observation> {
    let mut found = gauges(target, nodes);
    found.extend(rates(target, nodes));
    found.extend(strain::observations(target, nodes));
    found
}

/// The nodes whose data counts once: the primaries, or all when there is none among them.
fn owners(nodes: &[Measured]) -> Vec<&Measured> {
    match nodes.iter().any(|node| node.now.primary) {
        true => nodes.iter().filter(|node| node.now.primary).collect(),
        false => nodes.iter().collect(),
    }
}

fn gauges(target: &Arc<str>, nodes: &[Measured]) -> Vec<Observation> {
    let all: Vec<&Counters> = nodes.iter().map(|node| &node.now).collect();
    let owners: Vec<&Counters> = owners(nodes).into_iter().map(|node| &node.now).collect();
    let sum = |metric: Metric, nodes: &[&Counters], field: &dyn Fn(&Counters) -> Option<f64>| {
        let values: Vec<f64> = nodes.iter().filter_map(|node| field(node)).collect();
        match values.is_empty() {
            false => Observation::known(target, metric, values.iter().sum()),
            true => Observation::unknown(target, metric, "this server does not report it"),
        }
    };
    let worst = |metric: Metric, nodes: &[&Counters], why: &str, field: &dyn Fn(&Counters) -> Option<f64>| {
        let worst =
            nodes.iter().filter_map(|node| Some((field(node)?, node))).max_by(|a, b| a.0.total_cmp(&b.0));
        match worst {
            Some((value, node)) if nodes.len() > 1 => {
                Observation::known(target, metric, value).detail(text::escape(&node.node))
            }
            Some((value, _)) => Observation::known(target, metric, value),
            None => Observation::unknown(target, metric, why),
        }
    };
    let hits: f64 = all.iter().filter_map(|node| node.number("keyspace_hits")).sum();
    let misses: f64 = all.iter().filter_map(|node| node.number("keyspace_misses")).sum();
    let lifetime = match hits + misses {
        0.0 => {
            Observation::unknown(target, Metric::CacheHitRatioLifetime, "no lookups since the server started")
        }
        lookups => Observation::known(target, Metric::CacheHitRatioLifetime, hits / lookups),
    };
    let youngest = all.iter().filter_map(|node| node.number("uptime_in_seconds")).min_by(f64::total_cmp);
    let no_limit = "no memory limit is set (maxmemory 0)";
    let limit_unknown = "the server does not report maxclients, and does not let us ask for it";
    vec![
        lifetime,
        sum(Metric::CacheClients, &all, &|node| node.number("connected_clients")),
        match all.iter().any(|node| node.number("maxclients").is_some()) {
            true => sum(Metric::CacheMaxclients, &all, &|node| node.number("maxclients")),
            false => Observation::unknown(target, Metric::CacheMaxclients, limit_unknown),
        },
        fullest(&all, worst(Metric::CacheClientsRatio, &all, limit_unknown, &clients)),
        sum(Metric::CacheBlockedClients, &all, &|node| node.number("blocked_clients")),
        worst(Metric::CacheExpiredStale, &owners, "this server does not report it", &|node| {
            Some(node.number("expired_stale_perc")? / 100.0)
        }),
        sum(Metric::CacheKeys, &owners, &Counters::keys),
        sum(Metric::CacheExpiredTotal, &owners, &|node| node.number("expired_keys")),
        sum(Metric::CacheEvictedTotal, &owners, &|node| node.number("evicted_keys")),
        sum(Metric::CacheMemory, &owners, &|node| node.number("used_memory")),
        match owners.iter().all(|node| node.maxmemory().is_some()) {
            true => sum(Metric::CacheMaxmemory, &owners, &Counters::maxmemory),
            false => Observation::unknown(target, Metric::CacheMaxmemory, no_limit),
        },
        worst(Metric::CacheMemoryRatio, &all, no_limit, &Counters::memory_ratio),
        match youngest {
            Some(seconds) => Observation::known(target, Metric::CacheUptime, seconds),
            None => Observation::unknown(target, Metric::CacheUptime, "this server does not report it"),
        },
    ]
}

fn rates(target: &Arc<str>, nodes: &[Measured]) -> Vec<Observation> {
    use Metric::{
        CacheEvicted, CacheExpired, CacheHitRatio, CacheHits, CacheLookups, CacheMisses, CacheOps,
        CacheQueueShare, CacheRejected, CacheRestarted,
    };
    let windowed = [
        CacheHitRatio,
        CacheLookups,
        CacheHits,
        CacheMisses,
        CacheOps,
        CacheRejected,
        CacheExpired,
        CacheEvicted,
        CacheQueueShare,
        CacheRestarted,
    ];
    if nodes.iter().all(|node| node.delta.is_none()) {
        return windowed.map(|metric| Observation::unknown(target, metric, ONE_LOOK)).to_vec();
    }
    let resets: Vec<String> =
        nodes.iter().filter_map(|node| node.delta.as_ref()?.as_ref().err()).map(Reset::why).collect();
    let restarted =
        nodes.iter().any(|node| matches!(node.delta, Some(Err(Reset::Restarted(_) | Reset::Counters(_)))));
    let mut found = vec![Observation::known(target, CacheRestarted, f64::from(u8::from(restarted)))];
    if restarted {
        found[0].detail = Some(resets.join("; "));
    }
    let known: Vec<(&Measured, Delta)> =
        nodes.iter().filter_map(|node| Some((node, *node.delta.as_ref()?.as_ref().ok()?))).collect();
    if known.is_empty() {
        let why = resets.join("; ");
        found.extend(windowed[..9].iter().map(|metric| Observation::unknown(target, *metric, &why)));
        return found;
    }
    let any_primary = nodes.iter().any(|node| node.now.primary);
    let all = |field: fn(&Delta) -> f64| known.iter().map(|(_, delta)| field(delta)).sum::<f64>();
    // A replica repeats its primary's writes, expiries and evictions; the lookups and clients on it are its own.
    let owned = |field: fn(&Delta) -> f64| {
        let mut owners = known.iter().filter(|(node, _)| node.now.primary || !any_primary).peekable();
        owners.peek()?;
        Some(owners.map(|(_, delta)| field(delta)).sum::<f64>())
    };
    let (hits, misses, lookups) = (all(|d| d.hits), all(|d| d.misses), all(|d| d.lookups));
    // Counted, not per second: the windows of the nodes differ by a little.
    let found_keys = all(|d| d.found);
    let mut rates = vec![match lookups {
        0.0 => Observation::unknown(target, CacheHitRatio, "no lookups in the window"),
        lookups => {
            let worst = known
                .iter()
                .filter(|(_, delta)| delta.lookups > 0.0)
                .min_by(|a, b| ratio(&a.1).total_cmp(&ratio(&b.1)));
            let observation = Observation::known(target, CacheHitRatio, found_keys / lookups);
            match worst {
                Some((node, delta)) if known.len() > 1 => observation.detail(format!(
                    "worst {}: {}",
                    text::escape(&node.now.node),
                    text::percent(ratio(delta))
                )),
                _ => observation,
            }
        }
    }];
    for (metric, value) in [
        (CacheLookups, Some(lookups)),
        (CacheHits, Some(hits)),
        (CacheMisses, Some(misses)),
        (CacheOps, owned(|d| d.commands)),
        (CacheRejected, Some(all(|d| d.rejected))),
        (CacheExpired, owned(|d| d.expired)),
        (CacheEvicted, owned(|d| d.evicted)),
    ] {
        rates.push(match value {
            Some(value) => Observation::known(target, metric, value),
            None => Observation::unknown(target, metric, resets.join("; ")),
        });
    }
    let queued = known.iter().map(|(_, delta)| delta.queued).sum::<Option<f64>>();
    rates.push(match queued {
        _ if lookups == 0.0 => Observation::unknown(target, CacheQueueShare, "no lookups in the window"),
        Some(queued) => Observation::known(target, CacheQueueShare, queued / lookups),
        None => Observation::unknown(target, CacheQueueShare, "this server does not report it"),
    });
    if !resets.is_empty() {
        for rate in rates.iter_mut().filter(|rate| rate.value().is_some()) {
            rate.detail = Some(format!("without a node: {}", resets.join("; ")));
        }
    }
    found.extend(rates);
    found
}

fn ratio(delta: &Delta) -> f64 {
    delta.found / delta.lookups
}

/// The gauges of all nodes in a few words.
pub fn at_once(nodes: &[Counters]) -> String {
    let sum = |field: &dyn Fn(&Counters) -> Option<f64>, unit: Unit| {
        let values: Option<Vec<f64>> = nodes.iter().map(field).collect();
        values.map_or_else(|| "?".to_owned(), |values| unit.show(values.iter().sum()))
    };
    let of = |name: &'static str| move |node: &Counters| node.number(name);
    format!("clients {}/{}", sum(&of("connected_clients"), Unit::Count), sum(&of("maxclients"), Unit::Count))
}

/// Share of a node's slots for clients in use.
fn clients(node: &Counters) -> Option<f64> {
    Some(node.slots_used()? / node.number("maxclients").filter(|limit| *limit > 0.0)?)
}

/// Of several nodes, with the one that has least room: their sum hides it.
fn fullest(nodes: &[&Counters], ratio: Observation) -> Observation {
    let of = |node: &&Counters| {
        Some((clients(node)?, node.slots_used()?, node.number("maxclients")?, node.node.clone()))
    };
    match nodes.iter().filter_map(of).max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((_, used, limit, name)) if nodes.len() > 1 => {
            let (used, limit) = (text::count(used), text::count(limit));
            ratio.detail(format!("{used} of {limit} on {}", text::escape(&name)))
        }
        _ => ratio,
    }
}

/// One row a node, when there are several.
pub fn listing(nodes: &[Measured]) -> Option<Listing> {
    if nodes.len() < 2 {
        return None;
    }
    let rows = nodes.iter().map(|node| {
        let delta = node.delta.as_ref().and_then(|delta| delta.as_ref().ok());
        vec![
            Cell::from(text::escape(&node.now.node).into_owned()),
            if node.now.primary { "primary" } else { "replica" }.into(),
            Cell::known(delta.filter(|delta| delta.lookups > 0.0).map(ratio), Unit::Ratio),
            Cell::known(delta.map(|delta| delta.commands), Unit::PerSecond),
            Cell::known(node.now.number("connected_clients"), Unit::Count),
            Cell::known(node.now.number("maxclients"), Unit::Count),
            Cell::known(node.now.number("used_memory"), Unit::Bytes),
            Cell::known(node.now.keys(), Unit::Count),
            Cell::known(node.now.number("uptime_in_seconds"), Unit::Seconds),
        ]
    });
    Some(Listing {
        title: "cache nodes".into(),
        columns: ["node", "role", "hits", "commands", "clients", "limit", "memory", "keys", "up"]
            .map(Into::into)
            .into(),
        rows: rows.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::system::redis::{Info, Own};

    fn node(name: &str, primary: bool, fields: &str, delta: Option<Result<Delta, Reset>>) -> Measured {
        let info = Info::parse(&fields.replace(' ', "\r\n"));
        let now = Counters { node: name.into(), primary, at: clock::instant(), own: Own::default(), info };
        Measured { now, delta, work: None, echoes: Echoes::default(), slow: None, health: None }
    }

    fn delta(hits: f64, misses: f64) -> Delta {
        let lookups = hits + misses;
        Delta {
            seconds: 1.0,
            sampled: 0.0,
            pttls: 0.0,
            lookups,
            found: hits,
            queued: Some(0.0),
            fields: 0.0,
            counted: 0.0,
            hits,
            misses,
            commands: 10.0,
            expired: 1.0,
            evicted: 0.0,
            rejected: 2.0,
        }
    }

    fn value(nodes: &[Measured], metric: Metric) -> Observation {
        observations(&"redis".into(), nodes)
            .into_iter()
            .find(|o| o.metric == metric)
            .expect("every metric is there")
    }

    #[test]
    fn every_metric_is_there_whatever_the_server_says() {
        for nodes in [
            vec![node("a:1", true, "", None)],
            vec![node("a:1", true, "", Some(Ok(delta(0.0, 0.0))))],
            vec![node("a:1", false, "", Some(Err(Reset::Restarted("a:1".into()))))],
        ] {
            let found = observations(&"redis".into(), &nodes);
            for metric in crate::probe::cache::trouble::METRICS {
                assert_eq!(found.iter().filter(|o| o.metric == *metric).count(), 1, "{}", metric.name());
            }
        }
    }

    #[test]
    fn replicas_add_their_reads_but_not_their_copies() {
        let nodes = [
            node("a:1", true, "used_memory:100 #Keyspace db0:keys=7", Some(Ok(delta(90.0, 10.0)))),
            node("b:1", false, "used_memory:100 #Keyspace db0:keys=7", Some(Ok(delta(50.0, 50.0)))),
        ];
        assert_eq!(value(&nodes, Metric::CacheHits).value(), Some(140.0));
        assert_eq!(value(&nodes, Metric::CacheHitRatio).value(), Some(0.7));
        assert_eq!(value(&nodes, Metric::CacheHitRatio).detail.as_deref(), Some("worst b:1: 50.0 %"));
        assert_eq!(value(&nodes, Metric::CacheOps).value(), Some(10.0));
        assert_eq!(value(&nodes, Metric::CacheKeys).value(), Some(7.0));
        assert_eq!(value(&nodes, Metric::CacheRejected).value(), Some(4.0));
    }

    #[test]
    fn without_a_single_primary_its_rates_are_unknown_not_zero() {
        let nodes = [
            node("a:1", true, "", Some(Err(Reset::Restarted("a:1".into())))),
            node("b:1", false, "", Some(Ok(delta(50.0, 50.0)))),
        ];
        assert_eq!(value(&nodes, Metric::CacheRestarted).value(), Some(1.0));
        assert_eq!(value(&nodes, Metric::CacheExpired).value(), None);
        assert_eq!(value(&nodes, Metric::CacheHitRatio).value(), Some(0.5));
        assert!(
            value(&nodes, Metric::CacheHitRatio).detail.is_some_and(|d| d.contains("without a node: a:1"))
        );
        assert_eq!(
            node("c:1", true, "#Keyspace", None).now.keys().map(|keys| keys.to_string()).as_deref(),
            Some("0")
        );
    }

    #[test]
    fn the_worst_node_gives_the_ratio_and_its_name() {
        let nodes = [
            node("a:1", true, "connected_clients:10 maxclients:100", None),
            node(
                "b:1",
                true,
                "connected_clients:80 connected_slaves:1 cluster_connections:9 maxclients:100",
                None,
            ),
        ];
        let ratio = value(&nodes, Metric::CacheClientsRatio);
        assert_eq!((ratio.value(), ratio.detail.as_deref()), (Some(0.9), Some("90 of 100 on b:1")));
        assert_eq!(value(&nodes, Metric::CacheMemoryRatio).value(), None);
        assert_eq!(
            value(&nodes, Metric::CacheHits),
            Observation::unknown(&"redis".into(), Metric::CacheHits, ONE_LOOK)
        );
    }
}
