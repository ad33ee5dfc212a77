//! Where a request goes, and what the server calls it.

use serde_json::{Value, json};

/// A path, taken apart.
pub struct Address {
    /// `apps`; empty for the core group.
    pub group: String,
    pub version: String,
    pub namespace: Option<String>,
    /// `deployments`
    pub resource: String,
    pub name: Option<String>,
    /// `scale`
    pub part: Option<String>,
}

/// What the server has: group, plural, kind.
const KINDS: &[(&str, &str, &str)] = &[
    ("", "configmaps", "ConfigMap"),
    ("", "namespaces", "Namespace"),
    ("", "nodes", "Node"),
    ("", "pods", "Pod"),
    ("", "resourcequotas", "ResourceQuota"),
    ("", "events", "Event"),
    ("", "secrets", "Secret"),
    ("", "serviceaccounts", "ServiceAccount"),
    ("", "services", "Service"),
    ("apps", "daemonsets", "DaemonSet"),
    ("apps", "deployments", "Deployment"),
    ("apps", "replicasets", "ReplicaSet"),
    ("apps", "statefulsets", "StatefulSet"),
    ("autoscaling", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
    ("batch", "cronjobs", "CronJob"),
    ("cache.example.com", "redises", "Redis"),
    ("discovery.k8s.io", "endpointslices", "EndpointSlice"),
    ("gateway.networking.k8s.io", "httproutes", "HTTPRoute"),
    ("networking.k8s.io", "ingresses", "Ingress"),
];

impl Address {
    /// Errors: it leads to no object and no collection.
    pub fn of(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (group, rest) = match parts.as_slice() {
            ["api", _, rest @ ..] => ("", rest),
            ["apis", group, _, rest @ ..] => (*group, rest),
            _ => return None,
        };
        let version = parts[if group.is_empty() { 1 } else { 2 }];
        let (namespace, rest) = match rest {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
            // A namespace is in itself, as far as rights go.
            ["namespaces", namespace] => (Some(*namespace), rest),
            _ => (None, rest),
        };
        let (resource, name, part) = match rest {
            [resource] => (*resource, None, None),
            [resource, name] => (*resource, Some(*name), None),
            [resource, name, part] => (*resource, Some(*name), Some(*part)),
            _ => return None,
        };
        Some(Self {
            group: group.into(),
            version: version.into(),
            namespace: namespace.map(Into::into),
            resource: resource.into(),
            name: name.map(Into::into),
            part: part.map(Into::into),
        })
    }

    /// Its kind, when the server has one of that name.
    pub fn kind(&self) -> Option<&'static str> {
        let found = KINDS.iter().find(|(group, plural, _)| *group == self.group && *plural == self.resource);
        found.map(|(.., kind)| *kind)
    }

    /// Whether the server has anything of this group.
    pub fn has_group(group: &str) -> bool {
        group.is_empty() || KINDS.iter().any(|(one, ..)| *one == group)
    }

    /// `patch`
    pub fn verb(&self, method: &str) -> &'static str {
        match (method, &self.name) {
            ("GET", Some(_)) => "get",
            ("GET", None) => "list",
            ("POST", _) => "create",
            ("PATCH", _) => "patch",
            ("DELETE", _) => "delete",
            _ => "update",
        }
    }

    /// `deployments/scale`
    pub fn whole(&self) -> String {
        match &self.part {
            Some(part) => format!("{}/{part}", self.resource),
            None => self.resource.clone(),
        }
    }

    /// `deployments.apps`
    pub fn qualified(&self, resource: &str) -> String {
        match self.group.as_str() {
            "" => resource.to_owned(),
            group => format!("{resource}.{group}"),
        }
    }

    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The details of a Status about it.
    pub fn details(&self, kind: &str) -> Value {
        let mut details = json!({ "kind": kind });
        if let Some(name) = &self.name {
            details["name"] = name.as_str().into();
        }
        if !self.group.is_empty() {
            details["group"] = self.group.as_str().into();
        }
        details
    }
}
