//! What a cache is, and what an operator should know of it, in words.

use crate::error::{TargetError, TargetErrorKind};
use crate::probe::cache::counters::{Counters, Delta};
use crate::probe::cache::following;
use crate::probe::cache::readings::Measured;
use crate::system::Identity;
use crate::system::redis::{Block, Lost, Reader, Shape, Stuck};
use crate::text;

/// Clients that wait, from which on it is worth a word when they are most of them.
const MANY: f64 = 10.0;

/// What the target is.
pub fn identity(reader: &Reader, nodes: &[Counters]) -> Option<Identity> {
    let first = nodes.iter().find(|node| node.primary).or(nodes.first())?;
    let (product, version) = first.info.product();
    let role = match reader.shape {
        Shape::Cluster => {
            let primaries = reader.nodes.iter().filter(|node| node.primary).count();
            format!("cluster ({primaries} primaries, {} replicas)", reader.nodes.len() - primaries)
        }
        Shape::Sentinel if first.primary => match nodes.len() - 1 {
            0 => "primary (by Sentinel)".into(),
            replicas => format!("primary (by Sentinel), {replicas} replicas"),
        },
        _ if first.primary => "primary".into(),
        _ => "replica".into(),
    };
    Some(Identity {
        id: text::escape(first.info.get("run_id").unwrap_or("?")).into_owned(),
        product: product.into(),
        version,
        role,
        note: None,
        lasts: first.info.lasts(),
    })
}

/// Sentences about single nodes: replicas that are not measured, a lost primary, other databases.
pub fn notes(shape: Shape, nodes: &[Counters], database: u32) -> Vec<String> {
    let mut notes = Vec::new();
    for node in nodes {
        let name = text::escape(&node.node);
        let field = |name: &str| text::escape(node.info.get(name).unwrap_or("?")).into_owned();
        if !node.primary && shape == Shape::Single {
            let (host, port) = (field("master_host"), field("master_port"));
            notes.push(format!("{name} is a replica of {host}:{port}: keys expire and are evicted there"));
        }
        if following::is_unlinked(node) {
            notes.push(unlinked(node));
        } else if following::copies(node) {
            let (host, port) = (field("master_host"), field("master_port"));
            notes.push(format!("{name} takes its first copy of {host}:{port}, and has not its data yet"));
        }
        let blocked = node.number("blocked_clients").zip(node.number("connected_clients"));
        if let Some((blocked, _)) = blocked.filter(|(blocked, all)| *blocked >= MANY && *blocked >= all / 2.0)
        {
            let blocked = text::count(blocked);
            notes.push(format!(
                "{blocked} clients of {name} are blocked in a command that waits (BLPOP and the like)"
            ));
        }
        let mut replicas = node.info.replicas();
        replicas.retain(|replica| !nodes.iter().any(|measured| measured.node == *replica));
        if shape != Shape::Cluster && !replicas.is_empty() {
            notes.push(format!("reads served by its replicas are not counted: {}", replicas.join(", ")));
        }
        let here = node.info.keys_in(database);
        if here.zip(node.keys()).is_some_and(|(here, all)| all > 0.0 && here < all / 2.0) {
            notes.push(format!(
                "most keys of {name} are in other databases than {database}, which is the one sampled"
            ));
        }
    }
    notes
}

/// Lookups of others that sample this cache as we do: left out where they can be told apart, and said where not.
pub fn others(nodes: &[Measured]) -> Vec<String> {
    let deltas = || nodes.iter().filter_map(|node| node.delta.as_ref()?.as_ref().ok());
    let sum = |field: fn(&Delta) -> f64| deltas().map(field).sum::<f64>();
    let (sampled, pttls, lookups) = (sum(|d| d.sampled), sum(|d| d.pttls), sum(|d| d.lookups));
    let mut notes = Vec::new();
    if sampled > 0.0 {
        let sampled = text::count(sampled);
        notes.push(format!(
            "somebody else samples the expiries: their {sampled} lookups are left out of the hit ratio"
        ));
    }
    if sum(|d| d.fields) > 0.5 * lookups {
        notes.push(
            "most lookups are of fields of hashes (HGET): the server counts one that finds the hash and no field as a \
             hit, so the hit ratio says little"
                .into(),
        );
    }
    if pttls > 0.05 * lookups {
        let pttls = text::count(pttls);
        notes.push(format!(
            "{pttls} PTTL of others are in the hit ratio: lookups of an application, or somebody who looks"
        ));
    }
    notes
}

/// That a replica has no link to its primary, and since when.
pub fn unlinked(node: &Counters) -> String {
    let since = node.number("master_link_down_since_seconds").filter(|s| *s >= 0.0);
    let since = since.map_or_else(String::new, |s| format!(" for {s:.0} s"));
    format!("{} has had no link to its primary{since}", text::escape(&node.node))
}

/// What was not saved.
pub fn unsaved(log: bool) -> &'static str {
    match log {
        true => "the last write of its log failed: what is written is not saved",
        false => "its last snapshot failed: what is written is not saved",
    }
}

/// That a node has failed which nobody could stand in for.
pub fn lost(lost: &Lost) -> String {
    let role = if lost.replica { "replica " } else { "" };
    format!("{role}{} has failed, no other could take over", text::escape(&lost.node))
}

/// That a slot is on its way to a node which does not take it, the first of so many.
pub fn stuck(first: &Stuck, all: usize) -> String {
    let to = text::escape(&first.to);
    match all {
        1 => format!("slot {} goes to {to}, which does not take it", first.slot),
        _ => format!("{all} slots go to nodes that do not take them: {} to {to}", first.slot),
    }
}

/// What a server refuses, and why.
pub fn block(block: Block) -> String {
    match block {
        Block::Loading => "it is loading its data set".into(),
        Block::LostPrimary => "a replica without primary serves no reads".into(),
        Block::ClusterDown => "slots are missing (CLUSTERDOWN)".into(),
        Block::OutOfMemory => "maxmemory is used up (OOM), noeviction".into(),
        Block::NothingExpires => "maxmemory is used up (OOM), no key expires".into(),
        Block::NotSaved => "its data could not be saved (MISCONF)".into(),
        Block::TooFewReplicas { good, wanted } => {
            format!("{good} of {wanted} replicas in step (NOREPLICAS)")
        }
        Block::Paused { held: Some(1) } => "a client is held (CLIENT PAUSE?)".into(),
        Block::Paused { held: Some(held) } => format!("{held} clients are held (CLIENT PAUSE?)"),
        Block::Paused { held: None } => "clients are paused (CLIENT PAUSE)".into(),
    }
}

/// Why no client is served, when that is so of every node: by what they say, or would answer.
pub fn serves_nobody(nodes: &[Measured]) -> Option<TargetError> {
    let total = |node: &Measured| {
        let asked =
            node.health.iter().flat_map(|health| &health.blocks).copied().find(|block| block.is_total());
        asked.or_else(|| node.now.loading().then_some(Block::Loading))
    };
    let (first, block) = nodes.iter().find_map(|node| Some((node, total(node)?)))?;
    if !nodes.iter().all(|node| total(node).is_some()) {
        return None;
    }
    match block {
        Block::Loading => Some(loading(&first.now)),
        _ => {
            let message = format!("{}: {}", text::escape(&first.now.node), self::block(block));
            Some(TargetError::new(TargetErrorKind::Busy, message).hint("see the nodes that do not answer"))
        }
    }
}

/// How far a node is that loads its data set.
fn loading(node: &Counters) -> TargetError {
    let done = node.number("loading_loaded_perc").map_or_else(String::new, |p| format!(": {p:.1} % done"));
    let left =
        node.number("loading_eta_seconds").map_or_else(String::new, |s| format!(", about {s:.0} s left"));
    let message = format!("{} is loading its data set{done}{left}", text::escape(&node.node));
    TargetError::new(TargetErrorKind::Loading, message)
        .hint("it serves nobody until then: wait, then look again")
}
