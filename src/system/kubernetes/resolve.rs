//! What an operator's word for an object means on a server: in which group and version it has that kind.

use futures_util::future::join_all;
use serde_json::Value;

use crate::error::{TargetError, TargetErrorKind};
use crate::system::kubernetes::object::segment;
use crate::system::kubernetes::{Object, Reader, Word, words};
use crate::text;

impl Reader {
    /// What an operator's word means here: `deployment/web`, `redis.databases.spotahome.com/cache`. Kinds of the server's own are
    /// known; any other is looked for in its discovery: in the group that is named, else in every one, and in every version that it
    /// is served in, the preferred one first. Errors: the word means nothing, or several things.
    pub async fn resolve(&self, word: &Word) -> Result<Object, TargetError> {
        if let Some(known) = word.known(&self.namespace()) {
            return Ok(Object { context: self.context(), ..known });
        }
        let found = match word.kind.split_once('.') {
            Some((kind, group)) => self.in_group(group, kind).await?.into_iter().collect(),
            None => self.in_every_group(&word.kind).await?,
        };
        let object = |(api, one): &(String, Value)| Object {
            api: api.clone(),
            plural: words(one, "/name").to_owned(),
            kind: words(one, "/kind").to_owned(),
            namespace: self.namespace(),
            name: word.name.clone(),
            context: self.context(),
        };
        let kind = text::escape(&word.kind);
        match found.as_slice() {
            [] => Err(unknown(word)),
            [(api, one)] if one["namespaced"] == Value::Bool(false) => {
                let message =
                    format!("{kind} ({}) is of no namespace: it is not changed here", text::escape(api));
                Err(TargetError::new(TargetErrorKind::Input, message))
            }
            [one] => Ok(object(one)),
            several => {
                let objects = several.iter().map(object);
                let named = objects.map(|one| format!("{}.{}", one.plural, one.group()));
                let named = named.collect::<Vec<_>>().join(", ");
                let message = format!("{kind} is a kind of several groups");
                Err(TargetError::new(TargetErrorKind::Input, message)
                    .hint(format!("name one: {}", text::escape(&named))))
            }
        }
    }

    /// A kind in one group, in the first version that has it; with that version.
    async fn in_group(&self, group: &str, kind: &str) -> Result<Option<(String, Value)>, TargetError> {
        let Some(found) = self.there(&format!("/apis/{}", segment(group))).await? else { return Ok(None) };
        for api in versions(&found) {
            let listed = self.there(&format!("/apis/{api}")).await?.unwrap_or_default();
            if let Some(one) = resource(&listed, kind) {
                return Ok(Some((api, one.clone())));
            }
        }
        Ok(None)
    }

    /// The same in the core, else in all groups. Errors: one of them does not answer, and what it has is not known.
    async fn in_every_group(&self, kind: &str) -> Result<Vec<(String, Value)>, TargetError> {
        let core = self.there("/api/v1").await?.unwrap_or_default();
        if let Some(one) = resource(&core, kind) {
            return Ok(vec![("v1".to_owned(), one.clone())]);
        }
        let all = self.there("/apis").await?.unwrap_or_default();
        let groups = all["groups"].as_array().into_iter().flatten().map(|group| words(group, "/name"));
        let found = join_all(groups.map(|group| self.in_group(group, kind))).await;
        let all: Result<_, _> = found.into_iter().filter_map(Result::transpose).collect();
        all.map_err(|error: TargetError| {
            error.hint(format!("name its group: {}.GROUP/NAME", text::escape(kind)))
        })
    }
}

fn unknown(word: &Word) -> TargetError {
    let message = format!("{} is no kind that this can be done to", text::escape(&word.kind));
    TargetError::new(TargetErrorKind::Input, message)
        .hint("deployment, statefulset, daemonset, service, ingress, configmap, hpa; else KIND.GROUP/NAME")
}

/// The versions that a group is served in, the preferred one first.
fn versions(group: &Value) -> Vec<String> {
    let preferred = words(group, "/preferredVersion/groupVersion").to_owned();
    let all = group["versions"].as_array().into_iter().flatten();
    let others = all.map(|one| words(one, "/groupVersion").to_owned()).filter(|one| *one != preferred);
    std::iter::once(preferred.clone()).chain(others).filter(|one| !one.is_empty()).collect()
}

/// The resource that is called so: in plural, in singular, by its kind or in short.
fn resource<'a>(listed: &'a Value, called: &str) -> Option<&'a Value> {
    let is_called = |name: &Value| name.as_str().is_some_and(|name| name.eq_ignore_ascii_case(called));
    let all = listed["resources"].as_array().into_iter().flatten();
    // What has a slash in its name is a part of another one.
    let mut whole = all.filter(|one| !words(one, "/name").contains('/'));
    whole.find(|one| {
        let short = one["shortNames"].as_array().into_iter().flatten();
        [&one["name"], &one["singularName"], &one["kind"]].into_iter().chain(short).any(is_called)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_preferred_version_is_looked_into_first_and_every_other_one_too() {
        let version = |name: &str| json!({ "groupVersion": format!("batch/{name}"), "version": name });
        let group =
            json!({ "versions": [version("v1beta1"), version("v1")], "preferredVersion": version("v1") });
        assert_eq!(versions(&group), ["batch/v1", "batch/v1beta1"]);
        assert!(versions(&json!({})).is_empty());
    }

    #[test]
    fn a_kind_is_found_by_each_of_its_names_and_never_by_a_part_of_it() {
        let listed = json!({ "resources": [
            { "name": "cronjobs/status", "singularName": "", "kind": "CronJob", "namespaced": true },
            { "name": "cronjobs", "singularName": "cronjob", "kind": "CronJob", "shortNames": ["cj"], "namespaced": true },
        ] });
        let found = |called: &str| resource(&listed, called).map(|one| words(one, "/name").to_owned());
        for called in ["cronjobs", "cronjob", "cj", "CronJob"] {
            assert_eq!(found(called).as_deref(), Some("cronjobs"), "{called}");
        }
        assert_eq!(found("job"), None);
    }
}
