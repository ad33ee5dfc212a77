//! Whether cache replicas hold what their primary holds: a pod that is ready may still be empty (S23).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;

use crate::config::{Address, RedisTarget, Target, TargetSpec, Topology};
use crate::system::Dialling;
use crate::system::kubernetes::words;
use crate::system::redis;

/// Longest time to get in, and for an answer: from outside the cluster nobody answers at all.
const PATIENCE: Duration = Duration::from_secs(1);
/// Where a Redis listens when its container does not say.
const PORT: u16 = 6379;

/// What the pods say of themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sync {
    /// Replicas whose link to their primary is up.
    pub yes: usize,
    /// Replicas that still load, or have lost it.
    pub no: usize,
    /// Those that are no replicas, or could not be asked.
    pub unknown: usize,
}

/// Asks the pods with the account of the one Redis that is configured; none: there is no such one.
pub async fn of(targets: &[Target], pods: &[&Value]) -> Option<Sync> {
    let mut caches = targets.iter().filter_map(|target| match &target.spec {
        TargetSpec::Redis(redis) => Some(redis),
        _ => None,
    });
    let (Some(cache), None) = (caches.next(), caches.next()) else { return None };
    let mut sync = Sync::default();
    for answer in join_all(pods.iter().map(|pod| in_sync(cache, pod))).await {
        match answer {
            Some(true) => sync.yes += 1,
            Some(false) => sync.no += 1,
            None => sync.unknown += 1,
        }
    }
    Some(sync)
}

async fn in_sync(cache: &RedisTarget, pod: &Value) -> Option<bool> {
    let ip = words(pod, "/status/podIP");
    if ip.is_empty() {
        return None;
    }
    let spec = RedisTarget {
        addresses: vec![Address::Tcp(ip.to_owned(), port(pod))],
        topology: Topology::Auto,
        ..cache.clone()
    };
    let mut reader = redis::Reader::new(&spec);
    let asked = async {
        reader.ready(&Dialling::silent(PATIENCE, PATIENCE), &mut Vec::new()).await.ok()?;
        reader.all().await.ok()
    };
    let all = tokio::time::timeout(PATIENCE * 2, asked).await.ok()??;
    let who = all.first().filter(|who| !who.primary)?;
    Some(who.info.get("master_link_status") == Some("up"))
}

/// The port called redis, else the first.
fn port(pod: &Value) -> u16 {
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array);
    let ports = || {
        let all = containers.into_iter().flatten().filter_map(|container| container["ports"].as_array());
        all.flatten()
    };
    let named = ports().find(|port| port["name"] == "redis").or_else(|| ports().next());
    named
        .and_then(|port| port["containerPort"].as_u64())
        .and_then(|port| port.try_into().ok())
        .unwrap_or(PORT)
}
