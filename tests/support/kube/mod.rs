//! A double of a Kubernetes API server, and a real one to hold it against.
//!
//! What it does is what the API conventions say (https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md)
//! and what kube-apiserver 1.20 and 1.36 were seen to do: objects under their paths, `uid`, `resourceVersion` and
//! `generation`, label selectors, lists in pages, the `scale` subresource, JSON patches whose failed test is a 422 without a
//! detail, merge patches with a stale resourceVersion as 409, errors as a `Status`. Its controllers work at once: a scaled
//! workload has its pods by the next answer. Not there: watches, admission, defaulting, protobuf.

mod answers;
mod http;
mod objects;
mod selector;

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

pub use http::Trouble;

use http::Server;
use objects::Store;

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
        let path = self.folder.path().join(format!("kubeconfig-{port}"));
        std::fs::write(&path, kubeconfig(&format!("http://127.0.0.1:{port}"))).unwrap();
        path
    }

    /// Puts an object there, as `kubectl apply` would; `path` is its collection's: `apps/v1/deployments`.
    pub fn create(&self, path: &str, object: Value) -> Value {
        self.server.store.create(&collection(path), object).unwrap()
    }

    /// An object as it is now: `apps/v1/deployments/web`.
    pub fn get(&self, path: &str) -> Value {
        self.server.store.get(&collection(path)).unwrap_or(Value::Null)
    }

    /// Somebody else changes it: a merge patch by the manager `other`.
    pub fn change(&self, path: &str, patch: &Value) {
        self.server.store.merge(&collection(path), patch, "other", false).unwrap();
    }

    /// Takes an object away.
    pub fn delete(&self, path: &str) {
        assert!(self.server.store.delete(&collection(path)), "{path} is not there");
    }

    /// A Deployment with its pods.
    pub fn deployment(&self, name: &str, replicas: u64) -> Value {
        self.create("apps/v1/deployments", deployment(name, replicas));
        self.get(&format!("apps/v1/deployments/{name}"))
    }

    /// From now on new pods are never ready, for this reason.
    pub fn no_room(&self, why: &str) {
        self.server.store.no_room(Some(why));
    }

    /// What a pod's log holds, each line behind its time as `timestamps=true` has it.
    pub fn says(&self, pod: &str, log: &str) {
        self.server.store.says(&collection(&format!("v1/pods/{pod}")), log);
    }

    /// From now on no endpoint of a Service is ever ready.
    pub fn no_endpoints(&self) {
        self.server.store.no_endpoints();
    }

    /// Forbids a verb on a resource: `patch deployments/scale`.
    pub fn forbid(&self, right: &str) {
        self.server.store.forbid(right);
    }

    /// What goes wrong from now on.
    pub fn trouble(&self, trouble: Trouble) {
        self.server.trouble(trouble);
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

/// `apps/v1/deployments/web` in the namespace of the tests, as the API server has it.
fn collection(path: &str) -> String {
    let core = path.starts_with("v1/");
    let (api, rest) = path.split_at(if core { 2 } else { path.match_indices('/').nth(1).unwrap().0 });
    let root = if core { "api" } else { "apis" };
    format!("/{root}/{api}/namespaces/{NAMESPACE}{rest}")
}

fn kubeconfig(server: &str) -> String {
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "double",
        "clusters": [{ "name": "double", "cluster": { "server": server } }],
        "users": [{ "name": "ops", "user": { "token": "ops-token" } }],
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

/// A Service that finds its port by name.
pub fn service(name: &str, selector: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": name },
        "spec": {
            "type": "ClusterIP", "clusterIP": "10.96.0.10", "selector": selector,
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
