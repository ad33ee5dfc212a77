//! Kubernetes: what its API server can be asked and told, as JSON. The objects are read as they are: a field that this
//! program does not know is never lost by writing.

mod connect;
mod contexts;
mod controllers;
mod difference;
mod error;
mod events;
mod holders;
mod logs;
mod object;
mod owned;
mod plugin;
mod rehearse;
mod resolve;
mod warned;
mod write;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::config::KubernetesTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::proof::{Lasts, Life};
use crate::system::kubernetes::connect::Link;
use crate::system::kubernetes::error::Failed;
use crate::system::{Dialling, Identity};
use crate::text;

pub use crate::system::kubernetes::contexts::{Context, contexts};
pub use crate::system::kubernetes::controllers::{Owner, owners, responders, scales};
pub use crate::system::kubernetes::difference::differences;
pub use crate::system::kubernetes::logs::{Before, Log, Speaker};
pub use crate::system::kubernetes::object::{Object, Word};
pub use crate::system::kubernetes::owned::managers;
pub use crate::system::kubernetes::rehearse::Rehearsed;
pub use crate::system::kubernetes::write::Patch;
pub use crate::system::kubernetes::writer::Writer;

/// Objects that one page of a list may have.
const PAGE: usize = 500;
/// Longest time for one answer, unless a measurement says less.
const REPLY: Duration = Duration::from_secs(5);

/// The stable version of autoscalers (since Kubernetes 1.23); older servers are asked in an older one.
pub const AUTOSCALING: &str = "autoscaling/v2";
/// The stable version of EndpointSlices (since Kubernetes 1.21).
pub const DISCOVERY: &str = "discovery.k8s.io/v1";

/// Asks one API server. It cannot write.
#[derive(Clone)]
pub struct Reader {
    target: Arc<KubernetesTarget>,
    /// What we are called in `managedFields` (S28).
    name: Arc<str>,
    reply: Duration,
    link: Option<Link>,
    /// What it proved to be when it was asked last.
    known: Option<Identity>,
}

/// A right on one kind of object, as `SelfSubjectAccessReview` wants it.
#[derive(Clone, Copy, Debug)]
pub struct Right<'a> {
    /// `patch`
    pub verb: &'a str,
    /// The object; its namespace and name count.
    pub object: &'a Object,
    /// `scale`; empty for the object itself.
    pub subresource: &'a str,
}

impl Reader {
    /// A reader that has not connected yet; the server will call its writes `name` (S28).
    pub fn new(target: &KubernetesTarget, name: &str) -> Self {
        Self { target: Arc::new(target.clone()), name: name.into(), reply: REPLY, link: None, known: None }
    }

    /// Reads the configuration and logs in unless it has. Errors: no such file or context; a certificate that cannot be used; the
    /// program that logs us in does not.
    pub async fn ready(&mut self, dialling: &Dialling) -> Result<(), TargetError> {
        self.reply = self.target.request_timeout.unwrap_or(dialling.reply);
        if self.link.is_none() {
            self.link = Some(connect::link(&self.target, &self.name, dialling.connect_by).await?);
        }
        Ok(())
    }

    /// Where the API server is: the name of the only node that this target has.
    pub fn node(&self) -> String {
        self.link.as_ref().map_or_else(|| "kubernetes".into(), |link| link.server.clone())
    }

    /// The context that leads there; none in a pod.
    pub fn context(&self) -> Option<String> {
        self.link.as_ref()?.context.clone()
    }

    /// Words that name this cluster: its context, and the host of its API server.
    pub fn names(&self) -> Vec<String> {
        let Some(link) = &self.link else { return Vec::new() };
        let host = link.server.rsplit_once(':').map(|(host, _)| host.to_owned());
        link.context.clone().into_iter().chain(host).collect()
    }

    /// What our writes are called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The uid of the cluster, as [`Reader::who`] told it last. Errors: it was never asked, and does not answer.
    pub async fn cluster(&mut self) -> Result<String, TargetError> {
        match &self.known {
            Some(known) => Ok(known.id.clone()),
            None => Ok(self.who().await?.id),
        }
    }

    /// The namespace to work in.
    pub fn namespace(&self) -> String {
        self.link.as_ref().map_or_else(|| "default".into(), |link| link.namespace.clone())
    }

    /// Who else is at work there: who has written stands at each object, and nobody is told otherwise.
    pub async fn strangers(&self, _ours: &str) -> Vec<String> {
        Vec::new()
    }

    /// What the cluster proves it is: the uid of its namespace kube-system. Errors: it does not answer.
    pub async fn who(&mut self) -> Result<Identity, TargetError> {
        let (system, version) =
            tokio::join!(self.get("/api/v1/namespaces/kube-system"), self.get("/version"));
        let version = version?;
        let (id, note) = match system {
            Ok(system) => (words(&system, "/metadata/uid").to_owned(), None),
            Err(failed) if failed.code == Some(403) => {
                let note = "which cluster it is cannot be proven: this account may not read the namespace kube-system";
                (format!("{} (uid hidden)", self.node()), Some(note.to_owned()))
            }
            Err(failed) => return Err(failed.error),
        };
        let context = self.link.as_ref().and_then(|link| link.context.as_deref());
        let context =
            context.map_or_else(|| "this cluster".into(), |name| format!("context {}", text::escape(name)));
        let known = Identity {
            id: text::escape(&id).into_owned(),
            product: "Kubernetes".into(),
            version: text::escape(words(&version, "/gitVersion").trim_start_matches('v')).into_owned(),
            role: format!("{context} ({})", self.node()),
            note,
            lasts: Lasts::Always(Life::default()),
        };
        self.known = Some(known.clone());
        Ok(known)
    }

    /// One object; none when it is not there. Errors: we may not; it does not answer.
    pub async fn object(&self, object: &Object) -> Result<Option<Value>, TargetError> {
        self.there(&object.path()).await
    }

    /// What a patch is about, as it is now. Errors: as for one.
    pub async fn patched(&self, patch: &Patch) -> Result<Option<Value>, TargetError> {
        self.there(&patch.path()).await
    }

    /// Its `scale` subresource; none where the object, or the subresource, is not there.
    pub async fn scale(&self, object: &Object) -> Result<Option<Value>, TargetError> {
        self.there(&format!("{}/scale", object.path())).await
    }

    /// All objects of a collection in our namespace, page by page. `api` is `apps/v1`. Errors: as for one; there is nothing
    /// because the namespace is not there, or is being deleted.
    pub async fn list(&self, api: &str, plural: &str, selector: &str) -> Result<Vec<Value>, TargetError> {
        let all = self.all(api, plural, selector).await?;
        if all.is_empty() {
            self.stands().await?;
        }
        Ok(all)
    }

    /// Errors: our namespace is not there, or is being deleted. That it may not be looked at is no error.
    async fn stands(&self) -> Result<(), TargetError> {
        let name = self.namespace();
        let wrong = |what: &str, hint: &str| {
            let message = format!("namespace {} {what}", text::escape(&name));
            Err(TargetError::new(TargetErrorKind::Input, message).hint(hint))
        };
        match self.get(&format!("/api/v1/namespaces/{}", object::segment(&name))).await {
            Ok(found) if found.pointer("/metadata/deletionTimestamp").is_some() => {
                wrong("is being deleted", "what is in it goes with it, and nothing new comes in")
            }
            Err(failed) if failed.code == Some(404) => wrong("is not there", "kubectl get namespaces"),
            _ => Ok(()),
        }
    }

    /// The autoscalers of our namespace, and the newest version that the server has of them.
    pub async fn autoscalers(&self) -> Result<(&'static str, Vec<Value>), TargetError> {
        for api in [AUTOSCALING, "autoscaling/v1"] {
            match self.all(api, "horizontalpodautoscalers", "").await {
                Ok(all) => return Ok((api, all)),
                Err(failed) if failed.code == Some(404) => {}
                Err(failed) => return Err(failed.error),
            }
        }
        Ok(("none", Vec::new()))
    }

    /// The pods behind the endpoints of a Service that are ready, and the newest form that the server has of them.
    pub async fn ready_endpoints(&self, service: &str) -> Result<(&'static str, Vec<String>), TargetError> {
        let selector = format!("kubernetes.io/service-name={service}");
        for api in [DISCOVERY, "discovery.k8s.io/v1beta1"] {
            match self.all(api, "endpointslices", &selector).await {
                Ok(slices) => {
                    let endpoints = slices.iter().filter_map(|slice| slice["endpoints"].as_array()).flatten();
                    // What is not said is ready (the API's own words).
                    let ready = |one: &&Value| one.pointer("/conditions/ready") != Some(&Value::Bool(false));
                    let pod = |one: &Value| words(one, "/targetRef/name").to_owned();
                    return Ok((api, endpoints.filter(ready).map(pod).collect()));
                }
                Err(failed) if failed.code == Some(404) => {}
                Err(failed) => return Err(failed.error),
            }
        }
        let message = format!("{} has no EndpointSlices: it is older than Kubernetes 1.17", self.node());
        Err(TargetError::new(TargetErrorKind::Input, message))
    }

    /// Whether we may do something (S25); the words are the server's reason against it.
    /// Errors: the server does not answer that.
    pub async fn may(&self, right: &Right<'_>) -> Result<Result<(), String>, TargetError> {
        let object = right.object;
        let asked = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "namespace": object.namespace, "verb": right.verb, "group": object.group(),
                "resource": object.plural, "subresource": right.subresource, "name": object.name,
            } },
        });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let said = self.ask("POST", path, "application/json", asked.to_string()).await?;
        Ok(match said.pointer("/status/allowed") == Some(&Value::Bool(true)) {
            true => Ok(()),
            false => Err(text::escape(words(&said, "/status/reason")).into_owned()),
        })
    }

    /// What the server has warned of since this was asked last, as a line each.
    pub fn warnings(&self) -> Vec<String> {
        let all = self.link.as_ref().map(Link::warnings).unwrap_or_default();
        all.into_iter().map(|words| format!("the API server warns: {words}")).collect()
    }

    async fn there(&self, path: &str) -> Result<Option<Value>, TargetError> {
        match self.get(path).await {
            Ok(found) => Ok(Some(found)),
            Err(failed) if failed.code == Some(404) => Ok(None),
            Err(failed) => Err(failed.error),
        }
    }

    async fn all(&self, api: &str, plural: &str, selector: &str) -> Result<Vec<Value>, Failed> {
        let base = format!(
            "{}?limit={PAGE}&labelSelector={}",
            object::collection(api, plural, &self.namespace()),
            object::segment(selector)
        );
        let (mut items, mut next) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("{base}{next}")).await?;
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            match words(&page, "/metadata/continue") {
                "" => return Ok(items),
                token => next = format!("&continue={}", object::segment(token)),
            }
        }
    }

    async fn get(&self, path: &str) -> Result<Value, Failed> {
        self.ask("GET", path, "", String::new()).await
    }

    /// A request that changes nothing, once more where its connection broke: one of several API servers has gone, or a proxy.
    async fn ask(&self, method: &str, path: &str, content: &str, body: String) -> Result<Value, Failed> {
        match self.send(method, path, content, body.clone()).await {
            Err(failed) if failed.error.kind == TargetErrorKind::Unreachable => {
                self.send(method, path, content, body).await
            }
            answer => answer,
        }
    }

    /// One request; one that the server was too busy for is sent again once, after the time that it asked for.
    async fn send(&self, method: &str, path: &str, content: &str, body: String) -> Result<Value, Failed> {
        let Some(link) = &self.link else { return Err(Failed::not_connected()) };
        let answer = link.send(method, path, content, body.clone(), self.reply).await;
        match answer {
            Err(failed) if failed.code == Some(429) => {
                crate::clock::sleep(failed.again_in.min(self.reply)).await;
                link.send(method, path, content, body, self.reply).await
            }
            answer => answer,
        }
    }
}

/// A text in an object; empty where there is none.
pub fn words<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
