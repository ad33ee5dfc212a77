//! What a cache is, and what an operator should know of it, in words.

use crate::error::{TargetError, TargetErrorKind};
use crate::probe::cache::counters::Counters;
use crate::system::Identity;
use crate::system::redis::{Reader, Shape};
use crate::text;

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
        if node.info.get("master_link_status") == Some("down") {
            let since = node.number("master_link_down_since_seconds").filter(|s| *s >= 0.0);
            let since = since.map_or_else(String::new, |s| format!(" for {s:.0} s"));
            notes.push(format!("{name} has had no link to its primary{since}"));
        }
        let mut replicas = node.info.replicas();
        replicas.retain(|replica| !nodes.iter().any(|measured| measured.node == *replica));
        if shape != Shape::Cluster && !replicas.is_empty() {
            notes.push(format!("reads served by its replicas are not counted: {}", replicas.join(", ")));
        }
        if node.info.get("cluster_state") == Some("fail") {
            notes.push(format!("{name} says the cluster state is: fail"));
        }
        let elsewhere: f64 = node
            .info
            .databases()
            .iter()
            .filter(|(number, _)| *number != database)
            .map(|(_, keys)| keys)
            .sum();
        if elsewhere > node.keys() / 2.0 {
            notes.push(format!(
                "most keys of {name} are in other databases than {database}, which is the one sampled"
            ));
        }
    }
    notes
}

/// When every node is loading its data set: how far it is.
pub fn loading(nodes: &[Counters]) -> Option<TargetError> {
    let node = nodes.iter().find(|node| node.loading())?;
    if !nodes.iter().all(Counters::loading) {
        return None;
    }
    let done = node.number("loading_loaded_perc").map_or_else(String::new, |p| format!(": {p:.1} % done"));
    let left =
        node.number("loading_eta_seconds").map_or_else(String::new, |s| format!(", about {s:.0} s left"));
    let message = format!("{} is loading its data set{done}{left}", text::escape(&node.node));
    Some(
        TargetError::new(TargetErrorKind::Loading, message)
            .hint("it serves nobody until then: wait, then look again"),
    )
}
