//! What a rolling replacement of a workload's pods would be like, and whether it may be one.

use serde_json::Value;

use crate::action::Refusal;
use crate::action::kubernetes::pods;
use crate::system::kubernetes::{Object, Reader, words};
use crate::text;

/// Images, by the last word of their path, whose pods hold what an incident is about, and the ports that give them away.
const STORES: &[&str] = &[
    "redis",
    "redis-stack",
    "redis-stack-server",
    "redis-cluster",
    "valkey",
    "keydb",
    "dragonfly",
    "memcached",
    "mysql",
    "mysql-server",
    "mariadb",
    "percona",
    "percona-server",
    "postgres",
    "postgresql",
];
const PORTS: &[u64] = &[6379, 11211, 3306, 5432];

/// What it would be like.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rollout {
    /// How many pods are away, and how many more run.
    pub forecast: Vec<String>,
    /// What can go wrong.
    pub risk: Vec<String>,
}

/// Looks at a workload. Errors: it must not be rolled now, or would not be.
pub fn of(which: &Object, object: &Value) -> Result<Rollout, Refusal> {
    let replicas = number(object, "/spec/replicas").unwrap_or(1);
    if let Some(store) = store(object) {
        return Err(Refusal::for_want(
            format!("{which} is a cache or a database ({store}): restarting it would be the next incident"),
            "restart what leaks its connections: the application",
        ));
    }
    match which.kind.as_str() {
        "Deployment" => deployment(which, object, replicas),
        "StatefulSet" => ordinals(which, object, replicas),
        "DaemonSet" => daemons(which, object),
        _ => Err(Refusal::for_want(
            format!("{which} does not replace its pods by itself"),
            "name a deployment, statefulset or daemonset",
        )),
    }
}

/// The same, and what keeps a rollout that is not over yet. Errors: as there.
pub async fn looked_at(which: &Object, object: &Value, reader: &Reader) -> Result<Rollout, Refusal> {
    let refusal = match of(which, object) {
        Ok(rollout) => return Ok(rollout),
        Err(refusal) => refusal,
    };
    let replicas = number(object, "/spec/replicas").unwrap_or(1);
    if store(object).is_some() || under_way(which, object, replicas).is_ok() {
        return Err(refusal);
    }
    let kept = pods::kept(which, object, reader).await;
    let why = std::iter::once(refusal.why).chain(kept).collect::<Vec<_>>().join("; ");
    Err(Refusal { why, ..refusal })
}

fn deployment(which: &Object, object: &Value, replicas: u64) -> Result<Rollout, Refusal> {
    if object.pointer("/spec/paused") == Some(&Value::Bool(true)) {
        let unblock = format!("{} rollout resume {which}", which.kubectl());
        return Err(Refusal::for_want(format!("rollouts of {which} are paused"), unblock));
    }
    under_way(which, object, replicas)?;
    if words(object, "/spec/strategy/type") == "Recreate" {
        return Ok(Rollout {
            forecast: vec![format!("all {replicas} pods end before the first new one starts (Recreate)")],
            risk: vec!["nobody answers until the new pods are ready".into()],
        });
    }
    let part = |at: &str, up: bool| {
        amount(object.pointer(&format!("/spec/strategy/rollingUpdate/{at}")), replicas, up)
    };
    let (surge, mut away) = (part("maxSurge", true), part("maxUnavailable", false));
    // Both zero would never get anywhere: the controller takes one away then.
    if surge == 0 && away == 0 {
        away = 1;
    }
    let away = away.min(replicas);
    let risk = match away {
        away if away == replicas && replicas > 0 => {
            vec![format!("all {replicas} pods may be away at the same time (maxUnavailable)")]
        }
        _ => Vec::new(),
    };
    let forecast = format!(
        "at most {away} of {replicas} pods away at a time, up to {surge} more run at once, each needs room on a node"
    );
    Ok(Rollout { forecast: vec![forecast], risk })
}

fn ordinals(which: &Object, object: &Value, replicas: u64) -> Result<Rollout, Refusal> {
    not_by_hand(which, object)?;
    under_way(which, object, replicas)?;
    let partition = number(object, "/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
    if partition >= replicas {
        return Err(Refusal::for_want(
            format!("{which} keeps all its pods back from updates (partition {partition})"),
            "delete its pods one by one, by hand",
        ));
    }
    let away = amount(object.pointer("/spec/updateStrategy/rollingUpdate/maxUnavailable"), replicas, true);
    let away =
        if object.pointer("/spec/updateStrategy/rollingUpdate/maxUnavailable").is_none() { 1 } else { away };
    let first = if partition > 0 { format!(" down to number {partition}") } else { String::new() };
    let forecast = format!(
        "{} of {replicas} pods away at a time, from the last{first}; no other runs meanwhile",
        away.max(1)
    );
    let risk =
        if replicas == 1 { vec!["its only pod is away until it is ready again".into()] } else { Vec::new() };
    Ok(Rollout { forecast: vec![forecast], risk })
}

fn daemons(which: &Object, object: &Value) -> Result<Rollout, Refusal> {
    not_by_hand(which, object)?;
    let all = number(object, "/status/desiredNumberScheduled").unwrap_or(0);
    let set = object.pointer("/spec/updateStrategy/rollingUpdate/maxUnavailable");
    let away = if set.is_some() { amount(set, all, true).max(1) } else { 1 };
    Ok(Rollout {
        forecast: vec![format!("at most {away} of {all} nodes without its pod at a time")],
        risk: Vec::new(),
    })
}

/// Errors: its pods are replaced only when somebody deletes them.
fn not_by_hand(which: &Object, object: &Value) -> Result<(), Refusal> {
    if words(object, "/spec/updateStrategy/type") != "OnDelete" {
        return Ok(());
    }
    let why = format!("{which} replaces a pod only when it is deleted (OnDelete)");
    Err(Refusal::for_want(why, "delete its pods one by one, by hand"))
}

/// Errors: one rollout is not over yet.
fn under_way(which: &Object, object: &Value, replicas: u64) -> Result<(), Refusal> {
    let updated = number(object, "/status/updatedReplicas").unwrap_or(replicas);
    let seen = object.pointer("/status/observedGeneration") == object.pointer("/metadata/generation");
    if updated >= replicas && (seen || object.pointer("/status/observedGeneration").is_none()) {
        return Ok(());
    }
    let unblock = format!("{} rollout status {which}", which.kubectl());
    Err(Refusal::for_want(
        format!("a rollout of {which} is under way: {updated} of {replicas} pods are new"),
        unblock,
    ))
}

/// A number or a share of `all`, 25 % when nothing is said.
fn amount(value: Option<&Value>, all: u64, up: bool) -> u64 {
    let share = match value {
        Some(Value::Number(number)) => return number.as_u64().unwrap_or(0),
        Some(Value::String(text)) => text.trim_end_matches('%').parse().unwrap_or(25),
        _ => 25_u64,
    };
    let hundredth = all.saturating_mul(share);
    if up { hundredth.div_ceil(100) } else { hundredth / 100 }
}

fn number(object: &Value, at: &str) -> Option<u64> {
    object.pointer(at).and_then(Value::as_u64)
}

/// What gives the pods away as a cache or a database.
fn store(object: &Value) -> Option<String> {
    let containers = object.pointer("/spec/template/spec/containers").and_then(Value::as_array)?;
    containers.iter().find_map(|container| {
        let image = words(container, "/image");
        let path = image.split('@').next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        let name = last.split(':').next().unwrap_or_default();
        if STORES.contains(&name) {
            return Some(format!("image {}", text::escape(image)));
        }
        let ports = container["ports"].as_array().into_iter().flatten();
        let port =
            ports.filter_map(|port| port["containerPort"].as_u64()).find(|port| PORTS.contains(port))?;
        Some(format!("port {port}"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn which(kind: &str) -> Object {
        Object::example("apps/v1", "", kind, "web")
    }

    fn web(spec: Value) -> Value {
        let mut object = json!({ "spec": {
            "replicas": 10, "template": { "spec": { "containers": [{ "image": "reg.io:5000/shop/web:1" }] } },
        } });
        json_patch_free_merge(&mut object["spec"], spec);
        object
    }

    fn json_patch_free_merge(into: &mut Value, from: Value) {
        let Value::Object(from) = from else { return };
        for (key, value) in from {
            into[key.as_str()] = value;
        }
    }

    #[test]
    fn surge_and_unavailable_are_rounded_as_the_controller_does() {
        let said = |spec: Value| of(&which("Deployment"), &web(spec)).unwrap();
        assert!(said(json!({})).forecast[0].starts_with("at most 2 of 10 pods away at a time, up to 3 more"));
        let one = said(json!({ "replicas": 1 }));
        assert!(one.forecast[0].starts_with("at most 0 of 1 pods away at a time, up to 1 more"), "{one:?}");
        let none =
            said(json!({ "strategy": { "rollingUpdate": { "maxSurge": 0, "maxUnavailable": "5%" } } }));
        assert!(
            none.forecast[0].starts_with("at most 1 of 10 pods away at a time, up to 0 more"),
            "{none:?}"
        );
        let all = said(json!({ "strategy": { "rollingUpdate": { "maxUnavailable": "100%" } } }));
        assert_eq!(all.risk.len(), 1);
        assert_eq!(said(json!({ "strategy": { "type": "Recreate" } })).risk.len(), 1);
    }

    #[test]
    fn what_would_not_or_must_not_be_replaced_is_refused() {
        let refused = |kind: &str, spec: Value| of(&which(kind), &web(spec)).unwrap_err().why;
        assert!(refused("Deployment", json!({ "paused": true })).contains("paused"));
        assert!(
            refused("StatefulSet", json!({ "updateStrategy": { "type": "OnDelete" } })).contains("OnDelete")
        );
        let kept = json!({ "updateStrategy": { "rollingUpdate": { "partition": 10 } } });
        assert!(refused("StatefulSet", kept).contains("partition"));
        for container in [
            json!({ "image": "docker.io/bitnami/redis:7@sha256:ab" }),
            json!({ "ports": [{ "containerPort": 5432 }] }),
        ] {
            let pods = json!({ "template": { "spec": { "containers": [container] } } });
            assert!(refused("Deployment", pods).contains("cache or a database"));
        }
        assert!(refused("ReplicaSet", json!({})).contains("does not replace"));
        let mut rolling = web(json!({}));
        rolling["status"] = json!({ "updatedReplicas": 4 });
        assert!(of(&which("Deployment"), &rolling).unwrap_err().why.contains("4 of 10 pods are new"));
    }
}
