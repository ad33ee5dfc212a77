//! Either of the two, in the same words: what a test does with it goes through the API.

use std::ffi::OsString;
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::Request;
use kube::Client;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use stampede::clock;

use super::real::Real;
use super::rights::Rule;
use super::{Double, NAMESPACE, deployment};
use crate::support::PATIENCE;

/// An API server, and a namespace of it that is this test's.
pub struct Cluster {
    at: At,
    client: Client,
    namespace: String,
}

enum At {
    Double(Double),
    Real(Real),
}

/// An answer: the code, and the body; what is no JSON is a text.
#[derive(Clone, Debug)]
pub struct Answer {
    pub code: u16,
    pub body: Value,
}

/// Somebody who asks.
pub struct Asker(Client);

impl Asker {
    pub async fn ask(&self, method: &str, path: &str, content: &str, body: String) -> Answer {
        ask(&self.0, method, path, content, body).await
    }
}

impl Cluster {
    /// A double of its own.
    pub async fn double() -> Self {
        let double = Double::start();
        let file = double.kubeconfig(double.port());
        let client = client(Kubeconfig::read_from(file).unwrap()).await;
        Self { at: At::Double(double), client, namespace: NAMESPACE.into() }
    }

    /// A new namespace of the server that `STAMPEDE_TEST_KUBECONFIG` names; none when it names none.
    pub async fn real() -> Option<Self> {
        let (real, client) = Real::start().await?;
        let namespace = real.namespace().to_owned();
        Some(Self { at: At::Real(real), client, namespace })
    }

    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// `KUBECONFIG` with all rights, in this namespace.
    pub fn kubeconfig(&self) -> OsString {
        match &self.at {
            At::Double(double) => double.kubeconfig(double.port()).into(),
            At::Real(real) => real.kubeconfig(None),
        }
    }

    /// `KUBECONFIG` of an account with the rights of `roles`: YAML as in deploy/rbac.yaml, written for the namespace `shop`.
    pub async fn account(&self, roles: &str) -> OsString {
        let documents: Vec<Value> = serde_saphyr::from_multiple(roles).unwrap();
        match &self.at {
            At::Double(double) => {
                let account = documents.iter().find(|one| one["kind"] == "ServiceAccount").unwrap();
                let name = account["metadata"]["name"].as_str().unwrap();
                double.account(name, Rule::all(&documents)).into()
            }
            At::Real(real) => real.account(self, documents).await,
        }
    }

    /// Whoever a kubeconfig logs in.
    pub async fn client(files: &OsString) -> Asker {
        let mut config = Kubeconfig::default();
        for file in std::env::split_paths(files) {
            config = config.merge(Kubeconfig::read_from(file).unwrap()).unwrap();
        }
        Asker(client(config).await)
    }

    /// Somebody whose token the server does not know.
    pub async fn nobody(&self) -> Asker {
        let files = match &self.at {
            At::Double(double) => double.login(double.port(), &json!({ "token": "nobody" })).into(),
            At::Real(real) => real.kubeconfig(Some("nobody")),
        };
        Self::client(&files).await
    }

    /// A request as it is; `path` is the whole one.
    pub async fn ask(&self, method: &str, path: &str, content: &str, body: String) -> Answer {
        ask(&self.client, method, path, content, body).await
    }

    /// The whole path of `apps/v1/deployments/web` in this namespace.
    pub fn path(&self, short: &str) -> String {
        super::collection(short, &self.namespace)
    }

    /// Puts an object there; `path` is its collection's: `apps/v1/deployments`.
    pub async fn create(&self, path: &str, object: Value) -> Value {
        let said = self.ask("POST", &self.path(path), "application/json", object.to_string()).await;
        assert_eq!(said.code, 201, "{said:?}");
        said.body
    }

    /// An object as it is now; null when it is not there.
    pub async fn get(&self, path: &str) -> Value {
        let said = self.ask("GET", &self.path(path), "", String::new()).await;
        assert!([200, 404].contains(&said.code), "{said:?}");
        if said.code == 200 { said.body } else { Value::Null }
    }

    /// The members of a collection.
    pub async fn list(&self, path: &str, selector: &str) -> Vec<Value> {
        let selector = utf8_percent_encode(selector, NON_ALPHANUMERIC);
        let path = format!("{}?labelSelector={selector}", self.path(path));
        let said = self.ask("GET", &path, "", String::new()).await;
        said.body["items"].as_array().unwrap_or_else(|| panic!("{said:?}")).clone()
    }

    /// Somebody changes an object by a merge patch.
    pub async fn change(&self, path: &str, patch: &Value, by: &str) {
        let path = format!("{}?fieldManager={by}", self.path(path));
        let said = self.ask("PATCH", &path, "application/merge-patch+json", patch.to_string()).await;
        assert_eq!(said.code, 200, "{said:?}");
    }

    /// Takes an object away.
    pub async fn delete(&self, path: &str) {
        let said = self.ask("DELETE", &self.path(path), "", String::new()).await;
        assert_eq!(said.code, 200, "{said:?}");
    }

    /// Deletes the namespace itself.
    pub async fn end(&self) {
        let path = format!("/api/v1/namespaces/{}", self.namespace);
        assert_eq!(self.ask("DELETE", &path, "", String::new()).await.code, 200);
    }

    /// Waits until an object is so.
    pub async fn until(&self, path: &str, is: impl Fn(&Value) -> bool) -> Value {
        let end = clock::instant() + PATIENCE;
        loop {
            let object = self.get(path).await;
            if is(&object) {
                return object;
            }
            assert!(clock::instant() < end, "{path} stays {object:#}");
            clock::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Puts a Deployment there, and waits until its pods are ready.
    pub async fn runs(&self, object: Value) {
        let name = object["metadata"]["name"].as_str().unwrap().to_owned();
        let replicas = object["spec"]["replicas"].clone();
        self.create("apps/v1/deployments", object).await;
        self.until(&format!("apps/v1/deployments/{name}"), |now| now["status"]["readyReplicas"] == replicas)
            .await;
    }

    /// A Deployment with its pods.
    pub async fn deployment(&self, name: &str, replicas: u64) {
        self.runs(deployment(name, replicas)).await;
    }

    /// The names of the pods that a selector matches.
    pub async fn pods(&self, selector: &str) -> Vec<String> {
        let all = self.list("v1/pods", selector).await;
        all.iter().map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    }

    /// `autoscaling/v2`, or what the server has instead.
    pub async fn autoscaling(&self) -> &'static str {
        let path = self.path("autoscaling/v2/horizontalpodautoscalers");
        if self.ask("GET", &path, "", String::new()).await.code == 200 {
            "autoscaling/v2"
        } else {
            "autoscaling/v1"
        }
    }

    /// Whether the server notes who has written through the scale subresource: since Kubernetes 1.22.
    pub async fn notes_scaling(&self) -> bool {
        let said = self.ask("GET", "/version", "", String::new()).await;
        let minor = said.body["minor"].as_str().unwrap().trim_end_matches('+');
        minor.parse::<u32>().unwrap() >= 22
    }

    /// What a pod's log holds. Returns whether there is a way to say it: on a real server what stands in for the kubelet must
    /// read it from `STAMPEDE_TEST_KUBELET_LOGS`.
    pub fn says(&self, pod: &str, log: &str) -> bool {
        match &self.at {
            At::Double(double) => {
                double.says(pod, log);
                true
            }
            At::Real(real) => real.says(pod, log),
        }
    }

    /// The most replicas of a Deployment of which no two may be on one node.
    pub async fn nodes(&self) -> u64 {
        match &self.at {
            At::Double(_) => 2,
            At::Real(_) => {
                let said = self.ask("GET", "/api/v1/nodes", "", String::new()).await;
                said.body["items"].as_array().unwrap().len() as u64
            }
        }
    }
}

/// A client that asks what a kubeconfig says.
pub(super) async fn client(config: Kubeconfig) -> Client {
    let config = kube::Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await.unwrap();
    Client::try_from(config).unwrap()
}

pub(super) async fn ask(client: &Client, method: &str, path: &str, content: &str, body: String) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("accept", "application/json");
    if !content.is_empty() {
        request = request.header("content-type", content);
    }
    let answer = client.send(request.body(Body::from(body.into_bytes())).unwrap()).await.unwrap();
    let code = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer { code, body: serde_json::from_str(&text).unwrap_or_else(|_| json!(text)) }
}

/// Each function as a test on the double, and as one on a real server when there is one.
macro_rules! on_each {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::support::kube::Cluster;

            #[tokio::test(flavor = "multi_thread")]
            async fn on_the_double() {
                super::$name(&Cluster::double().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_a_real_server() {
                if let Some(cluster) = Cluster::real().await {
                    super::$name(&cluster).await;
                }
            }
        }
    )+};
}

pub(crate) use on_each;
