//! Who else has a hand on an object, and how soon they would put it back (S23): autoscalers, operators, GitOps, Helm.

use jiff::Timestamp;
use serde_json::Value;

use crate::system::kubernetes::{Object, words};
use crate::text;

/// Somebody who would change it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// `HorizontalPodAutoscaler cache (2 to 6 replicas)`
    pub who: String,
    /// When and how: `within 15 s, to what it thinks is right`.
    pub when: String,
    /// What to do about it, as one types it; none where nothing is known.
    pub advice: Option<String>,
}

/// Labels and annotations that say whose it is: where, its key, who, when, advice.
const MARKS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "/metadata/annotations",
        "argocd.argoproj.io/tracking-id",
        "Argo CD",
        "within seconds when self-heal is on, else at its next sync",
        "argocd app set APP --sync-policy none",
    ),
    (
        "/metadata/labels",
        "argocd.argoproj.io/instance",
        "Argo CD",
        "within seconds when self-heal is on, else at its next sync",
        "argocd app set APP --sync-policy none",
    ),
    (
        "/metadata/labels",
        "kustomize.toolkit.fluxcd.io/name",
        "Flux (Kustomization)",
        "at its next reconciliation, mostly within 10 min",
        "flux suspend kustomization NAME",
    ),
    (
        "/metadata/labels",
        "helm.toolkit.fluxcd.io/name",
        "Flux (HelmRelease)",
        "at its next upgrade or drift correction",
        "flux suspend helmrelease NAME",
    ),
    (
        "/metadata/annotations",
        "configmanagement.gke.io/managed",
        "Config Sync",
        "within seconds",
        "nomos status; change it in its repository",
    ),
    (
        "/metadata/annotations",
        "objectset.rio.cattle.io/id",
        "Rancher Fleet",
        "at its next sync, mostly within minutes, where drift correction is on",
        "",
    ),
    (
        "/metadata/labels",
        "addonmanager.kubernetes.io/mode",
        "the addon manager",
        "within a minute, where the mode is Reconcile",
        "",
    ),
    ("/metadata/labels", "kapp.k14s.io/app", "kapp", "at its next deploy or reconciliation", ""),
    ("/metadata/annotations", "meta.helm.sh/release-name", "Helm", "at the next helm upgrade", ""),
];

/// Managers of fields that write on their own: their name in `managedFields`, and who that is.
const MANAGERS: &[(&str, &str, &str)] = &[
    ("argocd-controller", "Argo CD", "within seconds when self-heal is on, else at its next sync"),
    (
        "argocd-application-controller",
        "Argo CD",
        "within seconds when self-heal is on, else at its next sync",
    ),
    ("kustomize-controller", "Flux (Kustomization)", "at its next reconciliation, mostly within 10 min"),
    ("helm-controller", "Flux (HelmRelease)", "at its next upgrade or drift correction"),
];

/// Everybody who would put `object` (as the server gave it) back, autoscalers among `autoscalers` first.
pub fn owners(which: &Object, object: &Value, autoscalers: &[Value]) -> Vec<Owner> {
    let mut all: Vec<Owner> =
        autoscalers.iter().filter(|one| scales(one, which)).map(|one| autoscaler(which, one)).collect();
    for owner in object.pointer("/metadata/ownerReferences").and_then(Value::as_array).into_iter().flatten() {
        if owner["controller"] == Value::Bool(true) {
            let (kind, name) = (text::escape(words(owner, "/kind")), text::escape(words(owner, "/name")));
            if kind == "ScaledObject" {
                all.push(Owner {
                    who: format!("KEDA ScaledObject {name}"),
                    when: "within seconds, to what it thinks is right".into(),
                    advice: Some(paused(which, &name)),
                });
                continue;
            }
            all.push(Owner {
                who: format!("{kind} {name} (its controller)"),
                when: "within seconds, if the controller looks after this field".into(),
                advice: Some(format!("change {kind} {name} instead")),
            });
        }
    }
    let mut said = Vec::new();
    for (place, key, who, when, advice) in MARKS {
        let marked = object.pointer(place).and_then(|marks| marks.get(key)).and_then(Value::as_str);
        if let Some(marked) = marked.filter(|value| !said.contains(who) && !is_idle(key, value)) {
            said.push(who);
            let name = marked.split(':').next().unwrap_or_default();
            let advice =
                advice.replace("APP", name).replace("NAME", name) + &in_namespace(object, place, key);
            all.push(Owner {
                who: format!("{who} ({})", text::escape(name)),
                when: (*when).into(),
                advice: (!advice.is_empty()).then(|| text::escape(&advice).into_owned()),
            });
        }
    }
    for manager in managers(object) {
        let known = MANAGERS.iter().find(|(name, ..)| *name == manager);
        if let Some((_, who, when)) = known.filter(|(_, who, _)| !said.contains(who)) {
            said.push(who);
            all.push(Owner { who: (*who).into(), when: (*when).into(), advice: None });
        }
    }
    all
}

/// Whether a mark says that its owner leaves the object as it is.
fn is_idle(key: &str, value: &str) -> bool {
    matches!(
        (key, value),
        ("configmanagement.gke.io/managed", "disabled") | ("addonmanager.kubernetes.io/mode", "EnsureExists")
    )
}

/// The namespace of the object of Flux that owns it, as an option of its program.
fn in_namespace(object: &Value, place: &str, key: &str) -> String {
    let beside = key.strip_suffix("/name").filter(|kind| kind.ends_with("toolkit.fluxcd.io"));
    let namespace = beside.and_then(|kind| object.pointer(place)?.get(format!("{kind}/namespace"))?.as_str());
    namespace.map_or_else(String::new, |namespace| format!(" -n {namespace}"))
}

/// Other responders who have written here since a time (S28), by the names of their writes: who has written stays on record
/// for as long as the object, and a write through `scale` without the time. We ourselves in an earlier incident are none.
pub fn responders(object: &Value, ours: &str, since: Timestamp) -> Vec<String> {
    let all = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    let recent = all.into_iter().flatten().filter(|entry| {
        entry["time"].as_str().is_none_or(|time| time.parse().is_ok_and(|time: Timestamp| time >= since))
    });
    let names = recent.map(|entry| words(entry, "/manager"));
    // `stampede:INCIDENT:USER@HOST`
    let who = |name: &str| name.rsplit(':').next().unwrap_or_default().to_owned();
    let others = names.filter(|name| name.starts_with("stampede:") && who(name) != who(ours));
    others.map(|name| text::escape(name).into_owned()).collect()
}

fn managers(object: &Value) -> impl Iterator<Item = &str> {
    let all = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    all.into_iter().flatten().map(|entry| words(entry, "/manager"))
}

/// Whether an autoscaler scales this object.
pub fn scales(autoscaler: &Value, which: &Object) -> bool {
    let at = |name: &str| words(autoscaler, &format!("/spec/scaleTargetRef/{name}")).to_owned();
    at("kind") == which.kind && at("name") == which.name
}

/// How KEDA is told to leave a number of replicas alone.
fn paused(which: &Object, scaled: &str) -> String {
    format!("{} annotate scaledobject {scaled} autoscaling.keda.sh/paused-replicas=N", which.kubectl())
}

fn autoscaler(which: &Object, one: &Value) -> Owner {
    let name = text::escape(words(one, "/metadata/name"));
    let number = |at: &str| one.pointer(at).and_then(Value::as_u64);
    let least = number("/spec/minReplicas").unwrap_or(1);
    let most = number("/spec/maxReplicas").unwrap_or(0);
    let references = one.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let keda = references.into_iter().flatten().find(|owner| owner["kind"] == "ScaledObject");
    match keda {
        Some(owner) => {
            let object = text::escape(words(owner, "/name"));
            Owner {
                who: format!(
                    "KEDA ScaledObject {object} (by HorizontalPodAutoscaler {name}, {least} to {most} replicas)"
                ),
                when: "within 15 s, to what it thinks is right".into(),
                advice: Some(paused(which, &object)),
            }
        }
        None => Owner {
            who: format!("HorizontalPodAutoscaler {name} ({least} to {most} replicas)"),
            when: "within 15 s, to what it thinks is right".into(),
            advice: Some("--through owner raises its minReplicas instead".into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn which() -> Object {
        Object::example("apps/v1", "deployments", "Deployment", "web")
    }

    #[test]
    fn who_leaves_an_object_as_it_is_does_not_own_it() {
        let of = |key: &str, value: &str| {
            let object = json!({ "metadata": { "annotations": { key: value }, "labels": { key: value } } });
            owners(&which(), &object, &[]).into_iter().map(|owner| owner.who).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(of("configmanagement.gke.io/managed", "enabled"), "Config Sync (enabled)");
        assert_eq!(of("configmanagement.gke.io/managed", "disabled"), "");
        assert_eq!(of("addonmanager.kubernetes.io/mode", "Reconcile"), "the addon manager (Reconcile)");
        assert_eq!(of("addonmanager.kubernetes.io/mode", "EnsureExists"), "");
    }

    #[test]
    fn the_object_of_flux_is_named_with_its_namespace() {
        let labels = json!({
            "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "team-a",
        });
        let owners = owners(&which(), &json!({ "metadata": { "labels": labels } }), &[]);
        assert_eq!(owners[0].advice.as_deref(), Some("flux suspend kustomization apps -n team-a"));
    }

    #[test]
    fn s28_a_write_without_its_time_is_lately() {
        let by = |time: Option<&str>| {
            let mut entry = json!({ "manager": "stampede:one:alice@web1", "subresource": "scale" });
            entry.as_object_mut().unwrap().extend(time.map(|time| ("time".to_owned(), json!(time))));
            let object = json!({ "metadata": { "managedFields": [entry] } });
            responders(&object, "stampede:two:bob@web2", "2026-11-30T03:00:00Z".parse().unwrap()).len()
        };
        assert_eq!(by(None), 1, "a write through `scale` has none");
        assert_eq!(by(Some("2026-11-30T03:07:00Z")), 1);
        assert_eq!(by(Some("2026-11-30T01:07:00Z")), 0);
        assert_eq!(by(Some("soon")), 0, "that is no time");
    }
}
