//! A real API server: a namespace of our own on it, which goes when the test does.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use kube::Client;
use kube::config::Kubeconfig;
use serde_json::{Value, json};
use stampede::clock;
use tempfile::TempDir;
use tokio::runtime::Builder;

use super::cluster::{Asker, Cluster, ask, client};
use crate::support::PATIENCE;

/// The context that our kubeconfig adds.
const CONTEXT: &str = "stampede-test";

/// What tests put finalizers on.
const HELD: [&str; 3] = ["apps/v1/deployments", "v1/services", "v1/configmaps"];

pub struct Real {
    file: PathBuf,
    /// The cluster and the user of its current context.
    cluster: String,
    user: String,
    namespace: String,
    folder: TempDir,
    /// What is outside of the namespace, by whole paths.
    outside: Mutex<Vec<String>>,
}

impl Real {
    pub async fn start() -> Option<(Self, Client)> {
        let Some(file) = std::env::var_os("STAMPEDE_TEST_KUBECONFIG").map(PathBuf::from) else {
            say("left out: STAMPEDE_TEST_KUBECONFIG names no API server");
            return None;
        };
        let config = Kubeconfig::read_from(&file).unwrap();
        let current = config.current_context.clone().unwrap();
        let context =
            config.contexts.iter().find(|one| one.name == current).unwrap().context.clone().unwrap();
        let client = client(config).await;
        let namespace = format!("stampede-test-{}-{}", std::process::id(), fastrand::u32(..));
        let object = json!({ "metadata": { "name": namespace } });
        let made = ask(&client, "POST", "/api/v1/namespaces", "application/json", object.to_string()).await;
        assert_eq!(made.code, 201, "{made:?}");
        let real = Self {
            file,
            cluster: context.cluster,
            user: context.user.unwrap(),
            namespace,
            folder: tempfile::tempdir().unwrap(),
            outside: Mutex::default(),
        };
        Some((real, client))
    }

    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// A list of two files: ours with the context, and the one that was named.
    pub fn kubeconfig(&self, token: Option<&str>) -> OsString {
        let user = if token.is_some() { CONTEXT } else { &self.user };
        let users: Vec<Value> =
            token.iter().map(|token| json!({ "name": CONTEXT, "user": { "token": token } })).collect();
        let context = json!({ "cluster": self.cluster, "user": user, "namespace": self.namespace });
        let ours = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": CONTEXT, "clusters": [], "users": users,
            "contexts": [{ "name": CONTEXT, "context": context }],
        });
        let path = self.folder.path().join(format!("kubeconfig-{user}"));
        std::fs::write(&path, ours.to_string()).unwrap();
        std::env::join_paths([path, self.file.clone()]).unwrap()
    }

    /// A service account with these roles, and a kubeconfig with its token.
    pub async fn account(&self, there: &Cluster, documents: Vec<Value>) -> OsString {
        let mut name = String::new();
        let mut rules = Vec::new();
        for mut object in documents {
            let kind = object["kind"].as_str().unwrap().to_owned();
            // The first one acts; others only look.
            if kind == "ServiceAccount" && name.is_empty() {
                name = object["metadata"]["name"].as_str().unwrap().to_owned();
            }
            let of_all = kind.starts_with("Cluster");
            if of_all {
                // Another test has one of the same name.
                for at in ["/metadata/name", "/roleRef/name"] {
                    if let Some(name) = object.pointer_mut(at) {
                        *name = format!("{}-{}", name.as_str().unwrap(), self.namespace).into();
                    }
                }
            } else {
                object["metadata"]["namespace"] = self.namespace.as_str().into();
            }
            for subject in object["subjects"].as_array_mut().into_iter().flatten() {
                subject["namespace"] = self.namespace.as_str().into();
            }
            rules.extend(object["rules"].as_array().cloned().unwrap_or_default());
            let plural = format!("{}s", kind.to_ascii_lowercase());
            let path = match (kind.as_str(), of_all) {
                ("ServiceAccount", _) => there.path("v1/serviceaccounts"),
                (_, false) => there.path(&format!("rbac.authorization.k8s.io/v1/{plural}")),
                (_, true) => format!("/apis/rbac.authorization.k8s.io/v1/{plural}"),
            };
            let made = there.ask("POST", &path, "application/json", object.to_string()).await;
            assert_eq!(made.code, 201, "{made:?}");
            if of_all {
                let path = format!("{path}/{}", object["metadata"]["name"].as_str().unwrap());
                self.outside.lock().unwrap().push(path);
            }
        }
        let wanted = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {} });
        let path = there.path(&format!("v1/serviceaccounts/{name}/token"));
        let said = there.ask("POST", &path, "application/json", wanted.to_string()).await;
        let token = said.body["status"]["token"].as_str().unwrap_or_else(|| panic!("{said:?}")).to_owned();
        let file = self.kubeconfig(Some(&token));
        self.arrives(&Cluster::client(&file).await, &rules).await;
        file
    }

    /// Waits until the server knows of the rules: it looks them up in a copy.
    async fn arrives(&self, client: &Asker, rules: &[Value]) {
        for rule in rules {
            let (resource, part) = rule["resources"][0]
                .as_str()
                .unwrap()
                .split_once('/')
                .unwrap_or((rule["resources"][0].as_str().unwrap(), ""));
            let review = json!({
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": { "resourceAttributes": {
                    "namespace": self.namespace, "verb": rule["verbs"][0], "group": rule["apiGroups"][0],
                    "resource": resource, "subresource": part, "name": rule["resourceNames"][0],
                } },
            });
            let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
            let end = clock::instant() + PATIENCE;
            loop {
                let said = client.ask("POST", path, "application/json", review.to_string()).await;
                if said.body["status"]["allowed"] == true {
                    break;
                }
                assert!(clock::instant() < end, "{review}: {said:?}");
                clock::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    pub fn says(&self, pod: &str, log: &str) -> bool {
        let Some(folder) = std::env::var_os("STAMPEDE_TEST_KUBELET_LOGS").map(PathBuf::from) else {
            say("left out: STAMPEDE_TEST_KUBELET_LOGS names no folder");
            return false;
        };
        let folder = folder.join(&self.namespace).join(pod);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("main.log"), log).unwrap();
        true
    }
}

impl Drop for Real {
    /// Also when the test has failed. The server goes on deleting by itself.
    fn drop(&mut self) {
        if let Some(folder) = std::env::var_os("STAMPEDE_TEST_KUBELET_LOGS") {
            // There may be none.
            _ = std::fs::remove_dir_all(PathBuf::from(folder).join(&self.namespace));
        }
        let mut paths = std::mem::take(&mut *self.outside.lock().unwrap());
        paths.push(format!("/api/v1/namespaces/{}", self.namespace));
        let file = self.file.clone();
        let inside = HELD.map(|short| super::collection(short, &self.namespace));
        // A thread of its own: this one may be within a runtime.
        let cleans = std::thread::spawn(move || {
            Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                let client = client(Kubeconfig::read_from(file).unwrap()).await;
                for path in paths {
                    ask(&client, "DELETE", &path, "", String::new()).await;
                }
                // A test that has failed may not have let go of what holds the namespace.
                let none = json!({ "metadata": { "finalizers": null } }).to_string();
                for path in inside {
                    let said = ask(&client, "GET", &path, "", String::new()).await;
                    let all = said.body["items"].as_array().into_iter().flatten();
                    for object in all.filter(|object| object["metadata"]["finalizers"].is_array()) {
                        let path = format!("{path}/{}", object["metadata"]["name"].as_str().unwrap());
                        ask(&client, "PATCH", &path, "application/merge-patch+json", none.clone()).await;
                    }
                }
            });
        });
        if cleans.join().is_err() {
            say(&format!("the namespace {} could not be deleted", self.namespace));
        }
    }
}

#[expect(clippy::print_stdout, reason = "a test that leaves something out says so")]
fn say(words: &str) {
    println!("{words}");
}
