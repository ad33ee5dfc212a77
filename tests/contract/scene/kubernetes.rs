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

pub const REROUTE: Scene = Scene {
    name: "kubernetes.service-selector",
    args: &["reroute", "service/db", "--selector", "role=replica", "--settle", "1s"],
    setup: &[&["PATCH", "v1/services/db", r#"{"spec":{"selector":{"tier":"db","role":"primary"}}}"#]],
    drift: &["PATCH", "v1/services/db", r#"{"spec":{"selector":{"role":"theirs"}}}"#],
    theirs: (&["GET", "v1/services/db", "/spec/selector/role"], "\"theirs\""),
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
