//! From a request to its answer.

use serde_json::{Value, json};

use super::address::Address;
use super::objects::{Refused, Store, scale_of};
use super::rights::Account;

/// A request, taken apart.
pub struct Asked<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a [(String, String)],
    pub content: &'a str,
    pub body: &'a [u8],
    /// Who asks; none: the token is nobody's.
    pub account: Option<Account>,
}

/// An answer.
pub enum Said {
    Json(u16, Value),
    /// What stands in front of the API says so, in plain text.
    Text(u16, &'static str),
    /// The log of a pod.
    Log(String),
}

impl Asked<'_> {
    fn param(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// The answer to a request.
pub fn answer(store: &Store, asked: &Asked<'_>) -> Said {
    let Some(account) = &asked.account else {
        let mut said = status(401, "Unauthorized", "Unauthorized");
        said.as_object_mut().unwrap().remove("details");
        return Said::Json(401, said);
    };
    match asked.path {
        "/version" => {
            return Said::Json(200, json!({ "major": "1", "minor": "33", "gitVersion": "v1.33.0-double" }));
        }
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => {
            return Said::Json(201, review(store, account, asked.body));
        }
        _ => {}
    }
    if let Some(found) = discovery(asked.path) {
        return found;
    }
    let Some(at) = Address::of(asked.path) else { return Said::Text(404, "404 page not found\n") };
    match write_or_read(store, asked, account, &at) {
        Ok(said) => said,
        Err(Refused(code, reason, message, details)) => {
            let mut said = status(code, reason, &message);
            match details.is_null() {
                true => _ = said.as_object_mut().unwrap().remove("details"),
                false => said["details"] = details,
            }
            Said::Json(code, said)
        }
    }
}

/// A failure as the API conventions have it.
pub fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "details": {}, "code": code,
    })
}

fn write_or_read(store: &Store, asked: &Asked<'_>, account: &Account, at: &Address) -> Result<Said, Refused> {
    let verb = at.verb(asked.method);
    if !store.may(verb, &at.whole()) || account.may(verb, at).is_none() {
        return Err(Refused::forbidden(&account.user, verb, at));
    }
    let json = || -> Result<Value, Refused> {
        serde_json::from_slice(asked.body)
            .map_err(|error| Refused(400, "BadRequest", error.to_string(), Value::Null))
    };
    let found = |object: Value| Ok(Said::Json(200, object));
    match (asked.method, at.part.as_deref()) {
        ("GET", Some("log")) => log(store, asked, at),
        (_, Some(part)) if part != "scale" || !store.scales(at) => Err(Refused::no_resource()),
        ("GET", Some(_)) => {
            let owner = asked.path.trim_end_matches("/scale");
            found(scale_of(&store.get(owner).ok_or_else(|| Refused::not_found(at))?))
        }
        ("GET", None) if at.name.is_some() => {
            found(store.get(asked.path).ok_or_else(|| Refused::not_found(at))?)
        }
        ("GET", None) => found(page(store, asked, at)?),
        ("POST", _) => store.create(asked.path, json()?).map(|made| Said::Json(201, made)),
        ("PATCH", _) => {
            let (manager, dry) = (asked.param("fieldManager"), asked.param("dryRun") == "All");
            match asked.content {
                "application/json-patch+json" => found(store.patch(asked.path, &json()?, manager, dry)?),
                "application/merge-patch+json" => found(store.merge(asked.path, &json()?, manager, dry)?),
                "application/strategic-merge-patch+json" => {
                    found(store.strategic(asked.path, &json()?, manager, dry)?)
                }
                _ => {
                    Err(Refused(415, "UnsupportedMediaType", "415: Unsupported Media Type".into(), json!({})))
                }
            }
        }
        ("DELETE", _) => found(store.delete(asked.path)?),
        _ => Err(Refused(405, "MethodNotAllowed", "the server does not allow this method".into(), json!({}))),
    }
}

/// A list, or a page of it: the token says where the next one begins.
fn page(store: &Store, asked: &Asked<'_>, at: &Address) -> Result<Value, Refused> {
    let Some(kind) = at.kind() else { return Err(Refused::no_resource()) };
    let selector = asked.param("labelSelector");
    let bad = |message: String| Refused(400, "BadRequest", message, Value::Null);
    let all = store.list(asked.path, selector).map_err(bad)?;
    let limit: usize = asked.param("limit").parse().ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let from = match asked.param("continue") {
        "" => 0,
        token => token
            .strip_prefix("from-")
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| bad("invalid continue token: continue key is not valid".into()))?,
    };
    let next = limit.saturating_add(from);
    let mut meta = json!({ "resourceVersion": store.version().to_string() });
    if next < all.len() {
        meta["continue"] = format!("from-{next}").into();
        // How many are left is not known where a selector picks.
        if selector.is_empty() {
            meta["remainingItemCount"] = (all.len() - next).into();
        }
    }
    let items = all.into_iter().skip(from).take(limit).map(|mut item| {
        // The list says what they are.
        let object = item.as_object_mut().unwrap();
        object.remove("kind");
        object.remove("apiVersion");
        item
    });
    let api = match at.group.as_str() {
        "" => at.version.clone(),
        group => format!("{group}/{}", at.version),
    };
    let items: Vec<Value> = items.collect();
    Ok(json!({ "kind": format!("{kind}List"), "apiVersion": api, "metadata": meta, "items": items }))
}

fn log(store: &Store, asked: &Asked<'_>, at: &Address) -> Result<Said, Refused> {
    let path = asked.path.trim_end_matches("/log");
    let pod = Address { part: None, ..Address::of(asked.path).unwrap() };
    let object = store.get(path).ok_or_else(|| Refused::not_found(&pod))?;
    let container = asked.param("container");
    let names: Vec<&str> = ["containers", "initContainers"]
        .iter()
        .filter_map(|kind| object["spec"][kind].as_array())
        .flatten()
        .filter_map(|one| one["name"].as_str())
        .collect();
    if !container.is_empty() && !names.contains(&container) {
        let name = at.name.as_deref().unwrap_or_default();
        let words = format!("container {container} is not valid for pod {name}");
        return Err(Refused(400, "BadRequest", words, Value::Null));
    }
    let previous = asked.param("previous") == "true";
    let name =
        names.iter().find(|name| container.is_empty() || **name == container).copied().unwrap_or_default();
    let whole = match store.life(path, name, previous) {
        Some(whole) => whole,
        None => {
            let pod = at.name.as_deref().unwrap_or_default();
            let words = format!("previous terminated container \"{name}\" in pod \"{pod}\" not found");
            return Err(Refused(400, "BadRequest", words, Value::Null));
        }
    };
    let since = asked.param("sinceSeconds").parse::<i64>().ok();
    let since = since.map(|seconds| stampede::clock::now() - jiff::SignedDuration::from_secs(seconds));
    let time = |line: &str| line.split(' ').next().and_then(|word| word.parse::<jiff::Timestamp>().ok());
    let recent = whole.split_inclusive('\n').skip_while(|line| since > time(line));
    let bare = asked.param("timestamps") != "true";
    let shown = |line: &str| match line.split_once(' ') {
        Some((_, text)) if bare => text.to_owned(),
        _ => line.to_owned(),
    };
    let mut log: String = recent.map(shown).collect();
    if let Ok(most) = asked.param("limitBytes").parse::<usize>() {
        log.truncate(most);
    }
    Ok(Said::Log(log))
}

fn review(store: &Store, account: &Account, body: &[u8]) -> Value {
    let mut asked: Value = serde_json::from_slice(body).unwrap();
    let of = &asked["spec"]["resourceAttributes"];
    let text = |name: &str| of[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let at = Address {
        group: text("group").unwrap_or_default(),
        version: String::new(),
        namespace: text("namespace"),
        resource: text("resource").unwrap_or_default(),
        name: text("name"),
        part: text("subresource"),
    };
    let verb = text("verb").unwrap_or_default();
    let reason = account.may(&verb, &at).filter(|_| store.may(&verb, &at.whole()));
    asked["status"] = json!({ "allowed": reason.is_some() });
    // RBAC says why it allows something, never why it does not.
    if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
        asked["status"]["reason"] = reason.into();
    }
    asked
}

fn resources(api: &str, all: &[(&str, &str, &str, &str)]) -> Said {
    let all: Vec<Value> = all
        .iter()
        .map(|(name, single, kind, short)| {
            json!({ "name": name, "singularName": single, "kind": kind, "shortNames": [short], "namespaced": true, "verbs": ["get", "patch"] })
        })
        .collect();
    Said::Json(200, json!({ "kind": "APIResourceList", "groupVersion": api, "resources": all }))
}

/// Groups: one operator's, and none that nobody knows.
fn discovery(path: &str) -> Option<Said> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["apis", "cache.example.com"] => Some(Said::Json(
            200,
            json!({
                "kind": "APIGroup", "name": "cache.example.com",
                "preferredVersion": { "groupVersion": "cache.example.com/v1", "version": "v1" },
            }),
        )),
        ["apis", "cache.example.com", "v1"] => Some(Said::Json(
            200,
            json!({
                "kind": "APIResourceList", "groupVersion": "cache.example.com/v1",
                "resources": [
                    { "name": "redises", "singularName": "redis", "kind": "Redis", "namespaced": true, "verbs": ["get", "patch"] },
                    { "name": "redises/scale", "singularName": "", "kind": "Scale", "namespaced": true, "verbs": ["get", "patch"] },
                ],
            }),
        )),
        // As on 1.20: what is in no preferred version is in another one.
        ["apis", "batch"] => Some(Said::Json(
            200,
            json!({
                "kind": "APIGroup", "name": "batch",
                "preferredVersion": { "groupVersion": "batch/v1", "version": "v1" },
                "versions": [{ "groupVersion": "batch/v1", "version": "v1" }, { "groupVersion": "batch/v1beta1", "version": "v1beta1" }],
            }),
        )),
        ["apis", "batch", "v1"] => Some(resources("batch/v1", &[])),
        ["apis", "batch", "v1beta1"] => {
            Some(resources("batch/v1beta1", &[("cronjobs", "cronjob", "CronJob", "cj")]))
        }
        ["api", "v1"] => Some(resources("v1", &[("resourcequotas", "", "ResourceQuota", "quota")])),
        // As the standard channel of the Gateway API installs it.
        ["apis", "gateway.networking.k8s.io"] => Some(Said::Json(
            200,
            json!({
                "kind": "APIGroup", "name": "gateway.networking.k8s.io",
                "preferredVersion": { "groupVersion": "gateway.networking.k8s.io/v1", "version": "v1" },
            }),
        )),
        ["apis", "gateway.networking.k8s.io", "v1"] => Some(Said::Json(
            200,
            json!({
                "kind": "APIResourceList", "groupVersion": "gateway.networking.k8s.io/v1",
                "resources": [
                    { "name": "httproutes", "singularName": "httproute", "kind": "HTTPRoute", "namespaced": true, "verbs": ["get", "patch"] },
                ],
            }),
        )),
        ["apis", group, ..] if !Address::has_group(group) => Some(Said::Text(404, "404 page not found\n")),
        _ => None,
    }
}
