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
    clamped: Some(("apps/v1/deployments/cache", "/spec/replicas", "4", "3")),
    ..NOTHING
};

pub const REROUTE: Scene = Scene {
    name: "kubernetes.service-selector",
    args: &["reroute", "service/db", "--selector", "role=replica", "--settle", "1s"],
    setup: &[&["PATCH", "v1/services/db", r#"{"spec":{"selector":{"tier":"db","role":"primary"}}}"#]],
    drift: &["PATCH", "v1/services/db", r#"{"spec":{"selector":{"role":"theirs"}}}"#],
    theirs: (&["GET", "v1/services/db", "/spec/selector/role"], "\"theirs\""),
    clamped: Some(("v1/services/db", "/spec/selector/role", "\"replica\"", "\"standby\"")),
    ..NOTHING
};

pub const ANNOTATE: Scene = Scene {
    name: "kubernetes.annotate",
    args: &["annotate", "ingress/shop", "example.com/limit-rps=10", "example.com/old-", "--settle", "1s"],
    setup: &[&[
        "PATCH",
        "networking.k8s.io/v1/ingresses/shop",
        r#"{"metadata":{"annotations":{"example.com/limit-rps":null,"example.com/old":"1"}}}"#,
    ]],
    drift: &[
        "PATCH",
        "networking.k8s.io/v1/ingresses/shop",
        r#"{"metadata":{"annotations":{"example.com/limit-rps":"99"}}}"#,
    ],
    theirs: (
        &["GET", "networking.k8s.io/v1/ingresses/shop", "/metadata/annotations/example.com~1limit-rps"],
        "\"99\"",
    ),
    clamped: Some((
        "networking.k8s.io/v1/ingresses/shop",
        "/metadata/annotations/example.com~1limit-rps",
        "\"10\"",
        "\"5\"",
    )),
    ..NOTHING
};

pub const PATCH: Scene = Scene {
    name: "kubernetes.patch",
    args: &[
        "patch",
        "ingress/shop",
        "--patch",
        r#"{"metadata":{"labels":{"slow":"yes"}},"spec":{"ingressClassName":"slow"}}"#,
        "--settle",
        "1s",
    ],
    setup: &[&[
        "PATCH",
        "networking.k8s.io/v1/ingresses/shop",
        r#"{"metadata":{"labels":null},"spec":{"ingressClassName":"fast"}}"#,
    ]],
    drift: &["PATCH", "networking.k8s.io/v1/ingresses/shop", r#"{"spec":{"ingressClassName":"theirs"}}"#],
    theirs: (&["GET", "networking.k8s.io/v1/ingresses/shop", "/spec/ingressClassName"], "\"theirs\""),
    clamped: Some((
        "networking.k8s.io/v1/ingresses/shop",
        "/spec/ingressClassName",
        "\"slow\"",
        "\"slower\"",
    )),
    ..NOTHING
};

pub const RAMP: Scene = Scene {
    name: "kubernetes.ramp",
    args: &["ramp", "ingress/shop", "--steps", "1,50", "--hold", "2s"],
    setup: &[&[
        "PATCH",
        "networking.k8s.io/v1/ingresses/shop",
        r#"{"metadata":{"annotations":{"nginx.ingress.kubernetes.io/canary":"true","nginx.ingress.kubernetes.io/canary-weight":"0"}}}"#,
    ]],
    drift: &[
        "PATCH",
        "networking.k8s.io/v1/ingresses/shop",
        r#"{"metadata":{"annotations":{"nginx.ingress.kubernetes.io/canary-weight":"theirs"}}}"#,
    ],
    theirs: (
        &[
            "GET",
            "networking.k8s.io/v1/ingresses/shop",
            "/metadata/annotations/nginx.ingress.kubernetes.io~1canary-weight",
        ],
        "\"theirs\"",
    ),
    clamped: Some((
        "networking.k8s.io/v1/ingresses/shop",
        "/metadata/annotations/nginx.ingress.kubernetes.io~1canary-weight",
        "\"1\"",
        "\"2\"",
    )),
    ..NOTHING
};

/// The pods that ended do not come back: there is nothing to put back.
pub const RESTART: Scene = Scene {
    name: "kubernetes.restart",
    args: &["restart", "deployment/web", "--wait", "5s"],
    setup: &[&["PATCH", "apps/v1/deployments/web", r#"{"spec":{"replicas":2}}"#]],
    no_drift: "nothing is in effect afterwards",
    ignored: &["/deployments/web", "/pods/web-"],
    stays: false,
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
    clamped: Some(("autoscaling/v2/horizontalpodautoscalers/scaled", "/spec/minReplicas", "7", "6")),
    ..NOTHING
};
