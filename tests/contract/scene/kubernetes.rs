//! Scenes on a cluster: the double of an API server.

use super::{NOTHING, Scene};

/// The first word of a command is its method, then comes the path as [`Double`](crate::support::kube::Double) takes it, then
/// a merge patch.
pub const SCALE: Scene = Scene {
    name: "kubernetes.scale",
    args: &["scale", "deployment/cache", "--replicas", "4", "--wait", "1s"],
    setup: &[&["PATCH", "apps/v1/deployments/cache", r#"{"spec":{"replicas":2}}"#]],
    drift: &["PATCH", "apps/v1/deployments/cache", r#"{"spec":{"replicas":9}}"#],
    theirs: (&["GET", "apps/v1/deployments/cache", "/spec/replicas"], "9"),
    ..NOTHING
};

pub const SCALE_THROUGH_OWNER: Scene = Scene {
    name: "kubernetes.scale --through owner",
    args: &["scale", "deployment/scaled", "--replicas", "7", "--through", "owner", "--wait", "1s"],
    setup: &[&[
        "PATCH",
        "autoscaling/v2/horizontalpodautoscalers/scaled",
        r#"{"spec":{"minReplicas":2,"maxReplicas":5}}"#,
    ]],
    drift: &["PATCH", "autoscaling/v2/horizontalpodautoscalers/scaled", r#"{"spec":{"minReplicas":3}}"#],
    theirs: (&["GET", "autoscaling/v2/horizontalpodautoscalers/scaled", "/spec/minReplicas"], "3"),
    ..NOTHING
};
