//! From a request to its answer.

use serde_json::{Value, json};

use super::objects::{Refused, Store, scale_of};

/// A request, taken apart.
pub struct Asked<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a [(String, String)],
    pub content: &'a str,
    pub body: &'a [u8],
}

impl Asked<'_> {
    fn param(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// The code and the body.
pub fn answer(store: &Store, asked: &Asked<'_>) -> (u16, Value) {
    match asked.path {
        "/version" => return (200, json!({ "major": "1", "minor": "33", "gitVersion": "v1.33.0-double" })),
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => return (201, review(store, asked.body)),
        _ => {}
    }
    if let Some(found) = discovery(asked.path) {
        return found;
    }
    match write_or_read(store, asked) {
        Ok(found) => (if asked.method == "POST" { 201 } else { 200 }, found),
        Err(Refused(code, reason, message)) => (code, status(code, reason, &message)),
    }
}

/// A failure as the API conventions have it.
pub fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    })
}

fn write_or_read(store: &Store, asked: &Asked<'_>) -> Result<Value, Refused> {
    let (verb, resource, one) = taken_apart(asked);
    if !store.may(&verb, &resource) {
        let words = format!("{resource} is forbidden: User \"ops\" cannot {verb} resource \"{resource}\"");
        return Err(Refused(403, "Forbidden", words));
    }
    let missing = || Refused(404, "NotFound", format!("{resource} {:?} not found", asked.path));
    let json = || -> Result<Value, Refused> {
        serde_json::from_slice(asked.body).map_err(|error| Refused(400, "BadRequest", error.to_string()))
    };
    match asked.method {
        "GET" if asked.path.ends_with("/scale") => {
            let owner = asked.path.trim_end_matches("/scale");
            store.get(owner).map(|object| scale_of(&object)).ok_or_else(missing)
        }
        "GET" if one => store.get(asked.path).ok_or_else(missing),
        "GET" => Ok(page(store, asked)),
        "POST" => store.create(asked.path, json()?),
        "PATCH" => {
            let (manager, dry) = (asked.param("fieldManager"), asked.param("dryRun") == "All");
            match asked.content {
                "application/json-patch+json" => store.patch(asked.path, &json()?, manager, dry),
                "application/merge-patch+json" | "application/strategic-merge-patch+json" => {
                    store.merge(asked.path, &json()?, manager, dry)
                }
                _ => Err(Refused(
                    415,
                    "UnsupportedMediaType",
                    "the body of the request was in an unknown format".into(),
                )),
            }
        }
        "DELETE" if store.delete(asked.path) => Ok(status(200, "", "")),
        "DELETE" => Err(missing()),
        _ => Err(Refused(405, "MethodNotAllowed", "the server does not allow this method".into())),
    }
}

/// The verb, the resource with its subresource, and whether one object is meant.
fn taken_apart(asked: &Asked<'_>) -> (String, String, bool) {
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    let root = if parts[0] == "api" { 2 } else { 3 };
    let rest = &parts[root..];
    let rest = if rest.len() > 2 && rest[0] == "namespaces" { &rest[2..] } else { rest };
    let one = rest.len() > 1;
    let verb = match asked.method {
        "GET" if one => "get",
        "GET" => "list",
        "POST" => "create",
        "PATCH" => "patch",
        "DELETE" => "delete",
        other => other,
    };
    let resource = match rest {
        [resource, _, sub] => format!("{resource}/{sub}"),
        [resource, ..] => (*resource).to_owned(),
        [] => String::new(),
    };
    (verb.to_owned(), resource, one)
}

/// A list, or a page of it: the token is the number of the next one.
fn page(store: &Store, asked: &Asked<'_>) -> Value {
    let all = store.list(asked.path, asked.param("labelSelector"));
    let limit: usize = asked.param("limit").parse().ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let from: usize = asked.param("continue").parse().unwrap_or(0);
    let next = from.saturating_add(limit);
    let token = if next < all.len() { next.to_string() } else { String::new() };
    let items: Vec<&Value> = all.iter().skip(from).take(limit).collect();
    json!({ "kind": "List", "apiVersion": "v1", "metadata": { "resourceVersion": "1", "continue": token }, "items": items })
}

fn review(store: &Store, body: &[u8]) -> Value {
    let mut asked: Value = serde_json::from_slice(body).unwrap();
    let of = &asked["spec"]["resourceAttributes"];
    let text = |name: &str| of[name].as_str().unwrap_or_default();
    let resource = match text("subresource") {
        "" => text("resource").to_owned(),
        sub => format!("{}/{sub}", text("resource")),
    };
    let allowed = store.may(text("verb"), &resource);
    let reason = if allowed { "" } else { "no rule of RBAC allows it" };
    asked["status"] = json!({ "allowed": allowed, "reason": reason });
    asked
}

/// Groups that no kind of the server's own belongs to: one operator's.
fn discovery(path: &str) -> Option<(u16, Value)> {
    match path {
        "/apis/cache.example.com" => Some((
            200,
            json!({
                "kind": "APIGroup", "name": "cache.example.com",
                "preferredVersion": { "groupVersion": "cache.example.com/v1", "version": "v1" },
            }),
        )),
        "/apis/cache.example.com/v1" => Some((
            200,
            json!({
                "kind": "APIResourceList", "groupVersion": "cache.example.com/v1",
                "resources": [
                    { "name": "redises", "singularName": "redis", "kind": "Redis", "namespaced": true, "verbs": ["get", "patch"] },
                    { "name": "redises/scale", "singularName": "", "kind": "Scale", "namespaced": true, "verbs": ["get", "patch"] },
                ],
            }),
        )),
        path if path.starts_with("/apis/") && path.matches('/').count() < 4 => {
            Some((404, status(404, "NotFound", "the server could not find the requested resource")))
        }
        _ => None,
    }
}
