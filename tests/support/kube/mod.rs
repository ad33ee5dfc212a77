//! A double of a Kubernetes API server, and a real one to hold it against.
//!
//! What it does is what the API conventions say (https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md)
//! and what kube-apiserver 1.20 was seen to do: tests/kube/conventions.rs puts the same requests to both. Objects under their paths
//! with `uid`, `resourceVersion`, `generation` and `creationTimestamp`; lists by selector and in pages, with the kind said once; the
//! `scale` subresource; JSON patches, of which a failed test is a 422 without details, and a value that is not taken a 422 with
//! causes; merge and strategic merge patches, of which a stale resourceVersion is a 409; tokens (401), roles with their
//! resourceNames (403, and reviews that say why one may and never why not); namespaces that end, and take nothing new meanwhile;
//! finalizers; what a workload or a Service has made goes with it; logs by `sinceSeconds`, with and without times, of this life and of the previous one; errors as a
//! `Status`, and groups that nobody serves as plain text.
//!
//! Where the two differ, and tests must not care:
//! - its controllers work at once: a scaled workload has its pods, and a Service its slices, by the next answer; a real one needs
//!   seconds, and a namespace that ends up to ten;
//! - pods belong to their workload without a ReplicaSet between, are called `NAME-0`, and all answer on 127.0.0.1;
//! - it has `autoscaling/v2` and `discovery.k8s.io/v1`, as servers since 1.23 and 1.21 have; 1.20 has v1 and v1beta1 only;
//! - it notes who writes to the scale subresource, as servers since 1.22 do; 1.20 does not;
//! - in `managedFields` a list is one field, a map is nobody's own, and a create has no entry;
//! - an autoscaler does nothing; of nodes there are two, without an object; who a role is bound to is not looked at;
//! - the words of a 400 are its own; a continue token is a number, and never expires.
//!
//! Not there: watches, admission but one that turns a value into another, quotas but of pods, apply, defaults but a Service's, validation but of replicas, protobuf.

mod address;
mod answers;
mod cluster;
mod controllers;
mod http;
mod objects;
mod real;
mod rights;
mod selector;
mod strategic;

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) use cluster::on_each;
pub use cluster::{Answer, Cluster};
pub use http::Trouble;

use http::Server;
use objects::{Clamp, Store};
use rights::Rule;

/// The namespace of the tests on the double.
pub const NAMESPACE: &str = "shop";

/// An API server in this process.
pub struct Double {
    server: Server,
    folder: TempDir,
}

impl Double {
    /// An empty cluster with the namespace of the tests.
    pub fn start() -> Self {
        let store = Arc::new(Store::new());
        Self { server: Server::start(store), folder: tempfile::tempdir().unwrap() }
    }

    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// A kubeconfig with the context `double`, reached by way of `port`.
    pub fn kubeconfig(&self, port: u16) -> PathBuf {
        self.login(port, &json!({ "token": "ops-token" }))
    }

    /// The same with another way to log in: the `user` of a kubeconfig.
    pub fn login(&self, port: u16, user: &Value) -> PathBuf {
        let server = format!("http://127.0.0.1:{port}");
        let path = self.folder.path().join(format!("kubeconfig-{port}-{}", fastrand::u32(..)));
        std::fs::write(&path, kubeconfig(&server, user)).unwrap();
        path
    }

    /// A kubeconfig of a service account with these rights and no others.
    pub fn account(&self, name: &str, rules: Vec<Rule>) -> PathBuf {
        let user = format!("system:serviceaccount:{NAMESPACE}:{name}");
        self.server.store.account("account-token", &user, Some(rules));
        self.login(self.port(), &json!({ "token": "account-token" }))
    }

    /// Replaces the token of whoever may do everything.
    pub fn token(&self, token: &str) {
        self.server.store.revoke("ops-token");
        self.server.store.account(token, "ops", None);
    }

    /// Puts an object there, as `kubectl apply` would; `path` is its collection's: `apps/v1/deployments`.
    pub fn create(&self, path: &str, object: Value) -> Value {
        self.server.store.create(&collection(path, NAMESPACE), object).unwrap()
    }

    /// An object as it is now: `apps/v1/deployments/web`.
    pub fn get(&self, path: &str) -> Value {
        self.server.store.get(&collection(path, NAMESPACE)).unwrap_or(Value::Null)
    }

    /// Somebody else changes it: a merge patch by the manager `other`.
    pub fn change(&self, path: &str, patch: &Value) {
        self.server.store.merge(&collection(path, NAMESPACE), patch, "other", false).unwrap();
    }

    /// What a controller says of an object, as long as nobody writes to it.
    pub fn shows(&self, path: &str, status: &Value) {
        self.server.store.shows(&collection(path, NAMESPACE), status);
    }

    /// A Deployment with its pods.
    pub fn deployment(&self, name: &str, replicas: u64) -> Value {
        self.create("apps/v1/deployments", deployment(name, replicas));
        self.get(&format!("apps/v1/deployments/{name}"))
    }

    /// What a pod's log holds, each line behind its time as `timestamps=true` has it.
    pub fn says(&self, pod: &str, log: &str) {
        self.server.store.says(&collection(&format!("v1/pods/{pod}"), NAMESPACE), log);
    }

    /// The same of the life that its container had before it was started again.
    pub fn said(&self, pod: &str, log: &str) {
        self.server.store.said(&collection(&format!("v1/pods/{pod}"), NAMESPACE), log);
    }

    /// From now on no endpoint of a Service is ever ready.
    pub fn no_endpoints(&self) {
        self.server.store.no_endpoints();
    }

    /// From now on whoever writes `wanted` at a JSON pointer of an object finds `instead`: by a webhook, which a dry run shows, too, or
    /// by a controller at once afterwards; without one: as it is written again.
    pub fn clamp(&self, clamp: Option<(&str, &str, Value, Value)>, admission: bool) {
        self.server.store.clamp(clamp.map(|(path, pointer, wanted, instead)| Clamp {
            path: collection(path, NAMESPACE),
            pointer: pointer.to_owned(),
            wanted,
            instead,
            admission,
        }));
    }

    /// Forbids a verb on a resource: `patch deployments/scale`.
    pub fn forbid(&self, right: &str) {
        self.server.store.forbid(right);
    }

    /// What goes wrong from now on.
    pub fn trouble(&self, trouble: Trouble) {
        self.server.trouble(trouble);
    }

    /// What the server warns of from now on, with every answer to a patch.
    pub fn warns(&self, words: &str) {
        self.server.warns(words);
    }

    /// Every request so far: method and path with its query.
    pub fn asked(&self) -> Vec<String> {
        self.server.asked()
    }

    /// All objects, without what moves by itself.
    pub fn world(&self) -> Vec<(String, Value)> {
        self.server.store.world()
    }
}

/// `apps/v1/deployments/web` in a namespace, as the API server has it.
fn collection(path: &str, namespace: &str) -> String {
    let core = path.starts_with("v1/");
    let (api, rest) = path.split_at(if core { 2 } else { path.match_indices('/').nth(1).unwrap().0 });
    let root = if core { "api" } else { "apis" };
    format!("/{root}/{api}/namespaces/{namespace}{rest}")
}

fn kubeconfig(server: &str, user: &Value) -> String {
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "double",
        "clusters": [{ "name": "double", "cluster": { "server": server } }],
        "users": [{ "name": "ops", "user": user }],
        "contexts": [{ "name": "double", "context": { "cluster": "double", "user": "ops", "namespace": NAMESPACE } }],
    });
    // JSON is YAML.
    config.to_string()
}

/// A Deployment, as one writes it.
pub fn deployment(name: &str, replicas: u64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": name, "labels": { "app": name } },
        "spec": {
            "replicas": replicas,
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name } },
                "spec": { "containers": [{ "name": "main", "image": "redis:7" }] },
            },
        },
    })
}

/// A Deployment that is neither a cache nor a database.
pub fn application(name: &str, replicas: u64) -> Value {
    let mut one = deployment(name, replicas);
    one["spec"]["template"]["spec"]["containers"][0]["image"] = json!("registry.example.com/shop/web:1");
    one
}

/// A Service before the pods of a Deployment of its name.
pub fn serves(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": name },
        "spec": { "type": "ClusterIP", "selector": { "app": name }, "ports": [{ "port": 80, "targetPort": 80 }] },
    })
}

/// An Ingress.
pub fn ingress(name: &str) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": { "name": name },
        "spec": {
            "ingressClassName": "fast",
            "defaultBackend": { "service": { "name": "web", "port": { "number": 80 } } },
        },
    })
}

/// An HTTPRoute between a waiting room and a Service of its own name, which gets so many percent.
pub fn route(name: &str, percent: u32) -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": { "name": name },
        "spec": { "rules": [{ "backendRefs": [
            { "name": "waiting-room", "port": 80, "weight": 100 - percent },
            { "name": name, "port": 80, "weight": percent },
        ] }] },
    })
}

/// A Service that finds its port by name.
pub fn service(name: &str, selector: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": name },
        "spec": {
            "type": "ClusterIP", "selector": selector,
            "ports": [{ "name": "db", "port": 3306, "targetPort": "db" }],
        },
    })
}

/// A Deployment of a database: labels beside `app: NAME`, and the name of its port.
pub fn databases(name: &str, labels: &Value, port: &str, replicas: u64) -> Value {
    let mut one = deployment(name, replicas);
    json_patch::merge(&mut one["spec"]["template"]["metadata"]["labels"], labels);
    one["spec"]["template"]["spec"]["containers"][0]["ports"] =
        json!([{ "name": port, "containerPort": 3306 }]);
    one
}

/// An autoscaler of a Deployment.
pub fn autoscaler(name: &str, of: &str, least: u64, most: u64) -> Value {
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": { "name": name },
        "spec": {
            "minReplicas": least, "maxReplicas": most,
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": of },
        },
    })
}
