//! The pods of a workload: how many are ready, and what keeps the others from it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::TargetError;
use crate::system::kubernetes::{Object, Reader, words};
use crate::text;

/// Where a workload says which pods are its own.
const SELECTOR: &str = "/spec/selector/matchLabels";
/// Columns of what a controller says that are shown.
const SAID: usize = 240;

/// Whether a pod takes traffic.
pub fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready").is_some_and(|ready| ready["status"] == "True")
        && pod.pointer("/metadata/deletionTimestamp").is_none()
}

/// Whether one of its containers has a port of this name.
pub fn has_port(pod: &Value, name: &str) -> bool {
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array);
    let ports = containers.into_iter().flatten().filter_map(|container| container["ports"].as_array());
    ports.flatten().any(|port| port["name"] == name)
}

/// What keeps the pods of a workload from being there and ready; or that it is not known.
pub async fn kept(which: &Object, workload: &Value, reader: &Reader) -> Vec<String> {
    let mut kept: Vec<String> = failures(which, workload).collect();
    match of(workload, reader).await {
        Ok(all) => {
            let wanted = workload.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(0);
            // Without a selector nobody knows which pods are its own.
            let selects = workload.pointer(SELECTOR).is_some();
            if kept.is_empty() && selects && (all.len() as u64) < wanted {
                let describe = format!("{} describe {which}", which.kubectl());
                kept.push(format!(
                    "only {} of {wanted} pods have been made; what it says of that: {describe}",
                    all.len()
                ));
            }
            kept.extend(obstacles(&all));
        }
        Err(error) => kept.push(format!("what keeps the others is not known: {error}")),
    }
    kept
}

/// What the controller of a workload says against its own success: a quota that is used up, a rollout that hangs. What the
/// conditions of other kinds mean is for their operators to say.
pub fn failures(which: &Object, workload: &Value) -> impl Iterator<Item = String> {
    let conditions = workload.pointer("/status/conditions").filter(|_| which.group() == "apps");
    let all = conditions.and_then(Value::as_array).into_iter().flatten();
    let fails = |one: &&Value| match words(one, "/type") {
        "ReplicaFailure" => one["status"] == "True",
        "Progressing" => one["status"] == "False",
        _ => false,
    };
    all.filter(fails).map(|one| {
        let (reason, message) = (words(one, "/reason"), words(one, "/message"));
        format!("its controller says {}: {}", text::escape(reason), text::fit(&text::escape(message), SAID))
    })
}

/// What keeps pods from being ready, each once with its number: `2 of them: Unschedulable: 0/2 nodes are available`.
fn obstacles(pods: &[Value]) -> Vec<String> {
    let mut counts = BTreeMap::<String, usize>::new();
    for pod in pods.iter().filter(|pod| !is_ready(pod)) {
        *counts.entry(obstacle(pod)).or_default() += 1;
    }
    counts.into_iter().map(|(why, count)| format!("not ready, {count}: {why}")).collect()
}

fn obstacle(pod: &Value) -> String {
    let scheduled = condition(pod, "PodScheduled").filter(|it| it["status"] == "False");
    if let Some(condition) = scheduled {
        return text::fit(&text::escape(words(condition, "/message")), 160).into_owned();
    }
    let containers = pod.pointer("/status/containerStatuses").and_then(Value::as_array);
    let waiting = containers.into_iter().flatten().find_map(|it| it.pointer("/state/waiting"));
    match waiting {
        Some(waiting) => {
            let (reason, message) = (words(waiting, "/reason"), words(waiting, "/message"));
            text::fit(&text::escape(&format!("{reason} {message}")), 160).trim_end().to_owned()
        }
        None => match words(pod, "/status/phase") {
            "" => "not started yet".into(),
            phase => format!("{}, its readiness probe has not passed", text::escape(phase)),
        },
    }
}

fn condition<'a>(pod: &'a Value, kind: &str) -> Option<&'a Value> {
    let all = pod.pointer("/status/conditions")?.as_array()?;
    all.iter().find(|condition| condition["type"] == kind)
}

/// The pods that a workload selects.
pub async fn of(object: &Value, reader: &Reader) -> Result<Vec<Value>, TargetError> {
    let labels = object.pointer(SELECTOR).and_then(Value::as_object);
    let Some(labels) = labels else { return Ok(Vec::new()) };
    let selector: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    reader.list("v1", "pods", &selector.join(",")).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_controller_that_cannot_is_quoted() {
        let condition = |kind: &str, status: &str, reason: &str, message: &str| json!({ "type": kind, "status": status, "reason": reason, "message": message });
        let web = json!({ "status": { "conditions": [
            condition("Available", "True", "MinimumReplicasAvailable", "all is well"),
            condition("Progressing", "False", "ProgressDeadlineExceeded", "ReplicaSet \"web-1\" has timed out progressing."),
            condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota: q"),
        ] } });
        let mut which = Object::example("apps/v1", "deployments", "Deployment", "web");
        let all: Vec<String> = failures(&which, &web).collect();
        assert_eq!(
            all,
            [
                "its controller says ProgressDeadlineExceeded: ReplicaSet \"web-1\" has timed out progressing.",
                "its controller says FailedCreate: exceeded quota: q",
            ]
        );
        assert_eq!(failures(&which, &json!({})).count(), 0);
        which.api = "cache.example.com/v1".into();
        assert_eq!(failures(&which, &web).count(), 0, "an operator's own conditions");
    }

    #[test]
    fn what_keeps_a_pod_is_said_in_the_words_of_the_cluster() {
        let pods = [
            json!({ "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] } }),
            json!({ "status": { "phase": "Pending", "conditions": [
                { "type": "PodScheduled", "status": "False", "message": "0/2 nodes are available: 2 Insufficient memory." },
            ] } }),
            json!({ "status": { "phase": "Pending", "containerStatuses": [
                { "state": { "waiting": { "reason": "ImagePullBackOff", "message": "Back-off pulling image" } } },
            ] } }),
            json!({ "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "False" }] } }),
        ];
        assert_eq!(pods.iter().filter(|pod| is_ready(pod)).count(), 1);
        assert_eq!(
            obstacles(&pods),
            [
                "not ready, 1: 0/2 nodes are available: 2 Insufficient memory.",
                "not ready, 1: ImagePullBackOff Back-off pulling image",
                "not ready, 1: Running, its readiness probe has not passed",
            ]
        );
    }
}
