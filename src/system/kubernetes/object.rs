//! Which object is meant, and where the API server has it.

use std::fmt;

use percent_encoding::utf8_percent_encode;
use serde::{Deserialize, Serialize};

use crate::text::{self, UNRESERVED};

/// Kinds that need no discovery: how they may be written, plural, kind, API version.
const KNOWN: &[(&[&str], &str, &str, &str)] = &[
    (
        &["deployment", "deployments", "deploy", "deployments.apps", "deployment.apps"],
        "deployments",
        "Deployment",
        "apps/v1",
    ),
    (
        &["statefulset", "statefulsets", "sts", "statefulsets.apps", "statefulset.apps"],
        "statefulsets",
        "StatefulSet",
        "apps/v1",
    ),
    (
        &["replicaset", "replicasets", "rs", "replicasets.apps", "replicaset.apps"],
        "replicasets",
        "ReplicaSet",
        "apps/v1",
    ),
    (
        &["daemonset", "daemonsets", "ds", "daemonsets.apps", "daemonset.apps"],
        "daemonsets",
        "DaemonSet",
        "apps/v1",
    ),
    (
        &["ingress", "ingresses", "ing", "ingresses.networking.k8s.io"],
        "ingresses",
        "Ingress",
        "networking.k8s.io/v1",
    ),
    (&["service", "services", "svc"], "services", "Service", "v1"),
    (&["configmap", "configmaps", "cm"], "configmaps", "ConfigMap", "v1"),
    (&["secret", "secrets"], "secrets", "Secret", "v1"),
];

/// Short words for kinds whose version depends on the server.
const SHORT: &[(&[&str], &str)] = &[
    (&["hpa", "horizontalpodautoscaler", "horizontalpodautoscalers"], "horizontalpodautoscalers.autoscaling"),
    (&["httproute", "httproutes"], "httproutes.gateway.networking.k8s.io"),
    (&["grpcroute", "grpcroutes"], "grpcroutes.gateway.networking.k8s.io"),
    (&["scaledobject", "scaledobjects", "so"], "scaledobjects.keda.sh"),
    (&["poddisruptionbudget", "poddisruptionbudgets", "pdb"], "poddisruptionbudgets.policy"),
    (&["cronjob", "cronjobs", "cj"], "cronjobs.batch"),
    (&["job", "jobs"], "jobs.batch"),
    (&["rollout", "rollouts", "ro"], "rollouts.argoproj.io"),
    (&["virtualservice", "virtualservices", "vs"], "virtualservices.networking.istio.io"),
];

/// One object in a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// `apps/v1`, or `v1`.
    pub api: String,
    /// `deployments`
    pub plural: String,
    /// `Deployment`
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The context of the kubeconfig that leads to its cluster; none in a pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
}

impl Object {
    /// How a command of kubectl begins that is about it: whatever context and namespace whoever pastes it is in.
    pub fn kubectl(&self) -> String {
        let context = self.context.as_ref().map(|name| format!(" --context {}", text::shell_word(name)));
        format!("kubectl{} -n {}", context.unwrap_or_default(), text::shell_word(&self.namespace))
    }

    /// `apps`; empty for the core group.
    pub fn group(&self) -> &str {
        self.api.split_once('/').map_or("", |(group, _)| group)
    }

    /// Where it is: `/apis/apps/v1/namespaces/shop/deployments/web`.
    pub fn path(&self) -> String {
        format!("{}/{}", collection(&self.api, &self.plural, &self.namespace), segment(&self.name))
    }
}

#[cfg(test)]
impl Object {
    /// One for tests, in the namespace `shop` of the current context.
    pub(crate) fn example(api: &str, plural: &str, kind: &str, name: &str) -> Self {
        let (api, plural, kind, name) = (api.into(), plural.into(), kind.into(), name.into());
        Self { api, plural, kind, namespace: "shop".into(), name, context: None }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.to_ascii_lowercase(), self.name)
    }
}

/// `/api/v1/namespaces/shop/pods`
pub(super) fn collection(api: &str, plural: &str, namespace: &str) -> String {
    let root = if api.contains('/') { "apis" } else { "api" };
    format!("/{root}/{api}/namespaces/{}/{plural}", segment(namespace))
}

/// A text as part of a path or a query: names are data (S30).
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// An object as an operator names it: `deployment/web`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What stands before the slash, in lower case.
    pub kind: String,
    /// What stands behind it.
    pub name: String,
}

impl Word {
    /// Reads `KIND/NAME`. Errors: it is not of that form.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((kind, name)) if !kind.is_empty() && is_name(name) => {
                let kind = kind.to_ascii_lowercase();
                let long = SHORT.iter().find(|(short, _)| short.contains(&kind.as_str()));
                let kind = long.map_or(kind, |(_, long)| (*long).to_owned());
                Ok(Self { kind, name: name.to_owned() })
            }
            _ => Err("expected KIND/NAME: deployment/redis-replica".into()),
        }
    }

    /// The object of that name in `namespace`, when its kind is one of the server's own.
    pub(super) fn known(&self, namespace: &str) -> Option<Object> {
        let (_, plural, kind, api) = KNOWN.iter().find(|(names, ..)| names.contains(&self.kind.as_str()))?;
        Some(Object {
            api: (*api).into(),
            plural: (*plural).into(),
            kind: (*kind).into(),
            namespace: namespace.into(),
            name: self.name.clone(),
            context: None,
        })
    }
}

/// Whether an object may be called so (a DNS subdomain).
fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    (1..=253).contains(&text.len()) && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_kind_and_a_name() {
        let web = Word::parse("Deployment/web").unwrap().known("shop").unwrap();
        assert_eq!(web.path(), "/apis/apps/v1/namespaces/shop/deployments/web");
        assert_eq!((web.group(), web.to_string().as_str()), ("apps", "deployment/web"));
        let service = Word::parse("svc/mysql-service").unwrap().known("shop").unwrap();
        assert_eq!(service.path(), "/api/v1/namespaces/shop/services/mysql-service");
        assert_eq!(Word::parse("redis.example.com/cache").unwrap().known("shop"), None);
    }

    #[test]
    fn what_is_no_name_never_gets_into_a_path() {
        for wrong in ["web", "/web", "deployment/", "deployment/a/../b", "deployment/A", "deployment/a?b"] {
            assert!(Word::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(segment("a=b,c in (d)"), "a%3Db%2Cc%20in%20%28d%29");
    }
}
