//! Whose a field is: the API server keeps which manager has written what (`metadata.managedFields`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::system::fields::keys;
use crate::system::kubernetes::words;
use crate::text;

/// The managers, but `ours`, that have set the field at `pointer` or something in it, and when they wrote last.
///
/// A list that is written as a whole belongs to whoever has written it; the elements of others are told apart by their
/// keys (`k:{"name":"main"}`).
pub fn managers(object: &Value, pointer: &str, ours: &str) -> Vec<String> {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    let mut all = Vec::new();
    for entry in entries.into_iter().flatten() {
        let manager = words(entry, "/manager");
        if manager == ours || !has(&entry["fieldsV1"], object, &keys(pointer)) {
            continue;
        }
        let since = match words(entry, "/time") {
            "" => String::new(),
            time => format!(" (since {})", text::escape(time)),
        };
        let said = format!("{}{since}", text::escape(manager));
        if !all.contains(&said) {
            all.push(said);
        }
    }
    all
}

/// A field that a manager has set, or something in it, as the API server keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// Its entry in `managedFields`, without the fields.
    pub entry: Value,
    /// The steps to it in the fields of the entry: `f:spec`, `f:replicas`.
    pub path: Vec<String>,
    /// What of it and in it.
    pub set: Value,
}

/// What identifies an entry, beside its version where it does not apply; its time moves.
const IDENTITY: [&str; 3] = ["/manager", "/operation", "/subresource"];

fn is_same(one: &Value, other: &Value) -> bool {
    let same = |at: &str| words(one, at) == words(other, at);
    IDENTITY.iter().all(|at| same(at)) && (applies(one) || same("/apiVersion"))
}

/// Whether an entry is of a server-side apply.
fn applies(entry: &Value) -> bool {
    words(entry, "/operation") == "Apply"
}

/// Whether `manager` is one of ours, in the same incident: somebody else may go on with it, from another host.
fn is_ours(manager: &str, ours: &str) -> bool {
    let incident = |name: &str| name.match_indices(':').nth(1).map(|(at, _)| name[..at].to_owned());
    manager == ours || incident(ours).is_some_and(|ours| incident(manager) == Some(ours))
}

/// The entries of an object.
pub(super) fn entries(object: &Value) -> Vec<Value> {
    object.pointer("/metadata/managedFields").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// What a mark is called, behind our name.
const MARK: &str = ":fence";

/// The entries of an object, changed in nothing that counts: with a mark, which is an entry of ours for an annotation that nobody
/// has; without those that were left there, where there are some.
pub(super) fn otherwise(object: &Value, ours: &str, api: &str) -> Vec<Value> {
    let mut all = entries(object);
    let was = all.len();
    all.retain(|entry| !is_mark(entry));
    // The server takes a mark that is there already for the same, and makes no other version of the object.
    if all.len() == was {
        all.push(json!({
            "manager": format!("{ours}{MARK}"), "operation": "Update", "apiVersion": api, "fieldsType": "FieldsV1",
            "fieldsV1": { "f:metadata": { "f:annotations": { "f:stampede/fence": {} } } },
        }));
    }
    all
}

/// Whether an entry is a mark, whoever has left it.
pub(super) fn is_mark(entry: &Value) -> bool {
    let manager = words(entry, "/manager");
    manager.starts_with("stampede:") && manager.ends_with(MARK)
}

/// Who holds the fields at `pointers`, or something in them.
pub fn held(object: &Value, pointers: &[&str]) -> Vec<Held> {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    let mut all = Vec::new();
    for entry in entries.into_iter().flatten() {
        for pointer in pointers {
            let Some((path, set)) = find(&entry["fieldsV1"], object, &keys(pointer)) else { continue };
            let mut bare = entry.clone();
            bare.as_object_mut().map(|bare| bare.remove("fieldsV1"));
            let one = Held { entry: bare, path, set };
            // Several fields of a list that is written as a whole.
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}

/// What we hold of the fields at `pointers` and did not hold `before` we wrote.
fn taken(object: &Value, pointers: &[&str], before: &[Held], ours: &str) -> Vec<Held> {
    let had = |one: &Held| before.iter().any(|it| is_same(&it.entry, &one.entry) && it.path == one.path);
    let mut held = held(object, pointers);
    held.retain(|one| is_ours(words(&one.entry, "/manager"), ours) && !had(one));
    held
}

/// `managedFields` of an object where what we have taken of the fields at `pointers` is theirs again who had it `before`; none
/// where we hold nothing of it. With `marks` those are taken out, too, and are reason enough.
pub fn given_back(
    object: &Value,
    pointers: &[&str],
    before: &[Held],
    ours: &str,
    marks: bool,
) -> Option<Vec<Value>> {
    let taken = taken(object, pointers, before, ours);
    let mut entries = entries(object);
    if taken.is_empty() && !(marks && entries.iter().any(is_mark)) {
        return None;
    }
    entries.retain(|entry| !is_mark(entry));
    for one in &taken {
        for entry in entries.iter_mut().filter(|entry| is_same(entry, &one.entry)) {
            take_out(&mut entry["fieldsV1"], &one.path);
        }
    }
    entries.retain(|entry| entry["fieldsV1"].as_object().is_none_or(|set| !set.is_empty()));
    // Who has applied since has said anew what is theirs.
    let let_go = |one: &&Held| {
        let now = entries.iter().find(|entry| is_same(entry, &one.entry));
        applies(&one.entry) && now.is_some_and(|now| words(now, "/time") != words(&one.entry, "/time"))
    };
    let theirs: Vec<&Held> = before.iter().filter(|one| !let_go(one)).collect();
    for one in theirs {
        let at = entries.iter().position(|entry| is_same(entry, &one.entry)).unwrap_or_else(|| {
            let mut entry = one.entry.clone();
            entry["fieldsV1"] = json!({});
            entries.push(entry);
            entries.len() - 1
        });
        put_in(&mut entries[at]["fieldsV1"], &one.path, &one.set);
    }
    Some(entries)
}

/// Takes a path out of a set, and the maps above it of which nothing else is held.
fn take_out(set: &mut Value, path: &[String]) {
    let (Some(fields), Some((step, rest))) = (set.as_object_mut(), path.split_first()) else { return };
    let Some(below) = fields.get_mut(step) else { return };
    take_out(below, rest);
    let is_empty = |below: &Map<String, Value>| below.keys().all(|key| key == ".");
    if rest.is_empty() || below.as_object().is_none_or(is_empty) {
        fields.remove(step);
    }
}

fn put_in(set: &mut Value, path: &[String], what: &Value) {
    match path.split_first() {
        Some((step, rest)) => put_in(&mut set[step.as_str()], rest, what),
        None if set.as_object().is_none_or(Map::is_empty) => *set = what.clone(),
        None => {
            for (step, below) in what.as_object().into_iter().flatten() {
                put_in(&mut set[step.as_str()], &[], below);
            }
        }
    }
}

/// Whether a set of fields holds a path through `value`.
fn has(set: &Value, value: &Value, path: &[String]) -> bool {
    find(set, value, path).is_some()
}

/// Where a set of fields holds a path through `value`, and what of it and in it.
fn find(set: &Value, value: &Value, path: &[String]) -> Option<(Vec<String>, Value)> {
    let fields = set.as_object()?;
    // A leaf: all below it was written as one.
    let Some((step, rest)) = path.split_first().filter(|_| !fields.is_empty()) else {
        return Some((Vec::new(), set.clone()));
    };
    let (key, (mut below, what)) = match value {
        Value::Array(list) => {
            let element = step.parse::<usize>().ok().and_then(|index| list.get(index))?;
            let mut keyed = fields.iter().filter(|(key, _)| is_element(key, element));
            keyed.find_map(|(key, below)| Some((key.clone(), find(below, element, rest)?)))?
        }
        value => {
            let key = format!("f:{step}");
            let found = find(fields.get(&key)?, &value[step.as_str()], rest)?;
            (key, found)
        }
    };
    below.insert(0, key);
    Some((below, what))
}

/// Whether a key of a set names this element: by its keys, or by its value.
fn is_element(key: &str, element: &Value) -> bool {
    if let Some(keys) = key.strip_prefix("k:") {
        let keys: Value = serde_json::from_str(keys).unwrap_or_default();
        return keys.as_object().is_some_and(|keys| keys.iter().all(|(name, value)| &element[name] == value));
    }
    let value = key.strip_prefix("v:").and_then(|value| serde_json::from_str::<Value>(value).ok());
    value.as_ref() == Some(element)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ME: &str = "stampede:night:alice@web1";

    fn replicas(entries: &[(&str, &str, Value)]) -> Value {
        let entries = entries.iter().map(|(manager, operation, fields)| {
            json!({ "manager": manager, "operation": operation, "time": "2026-11-30T03:00:00Z", "fieldsV1": fields })
        });
        json!({ "spec": { "replicas": 2 }, "metadata": { "managedFields": entries.collect::<Vec<_>>() } })
    }

    #[test]
    fn what_we_have_taken_is_theirs_again_who_had_it() {
        let both = json!({ "f:spec": { "f:replicas": {}, "f:paused": {} } });
        let before = replicas(&[
            ("ci", "Apply", both.clone()),
            ("hpa", "Update", json!({ "f:spec": { "f:replicas": {} } })),
        ]);
        let at = ["/spec/replicas"];
        let held = held(&before, &at);
        assert_eq!(held.len(), 2);
        let text = serde_json::to_string(&held).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Held>>(&text).unwrap(), held, "as the journal keeps it");

        // By somebody else, who went on with the same incident; the one who had nothing else has no entry any more.
        let after = replicas(&[
            ("ci", "Apply", json!({ "f:spec": { "f:paused": {} } })),
            ("stampede:night:bob@web2", "Update", json!({ "f:spec": { "f:replicas": {} } })),
        ]);
        let back = given_back(&after, &at, &held, ME, true).unwrap();
        assert_eq!(json!(back), before["metadata"]["managedFields"]);

        assert_eq!(given_back(&before, &at, &held, ME, true), None, "nothing of it is ours");
        let other = replicas(&[("stampede:day:alice@web1", "Update", both.clone())]);
        assert_eq!(given_back(&other, &at, &held, ME, true), None, "another incident's");
        let mine = replicas(&[(ME, "Update", both)]);
        let had = super::held(&mine, &at);
        assert_eq!(given_back(&mine, &at, &had, ME, true), None, "it was ours before that, too");
    }

    #[test]
    fn a_list_becomes_another_one_whatever_was_left_in_it() {
        let theirs = ("ci", "Apply", json!({ "f:spec": { "f:replicas": {} } }));
        let before = replicas(std::slice::from_ref(&theirs));
        let marked = otherwise(&before, ME, "apps/v1");
        assert_eq!((marked.len(), marked.iter().filter(|entry| is_mark(entry)).count()), (2, 1));
        let mut left = before.clone();
        left["metadata"]["managedFields"] = marked.into();
        assert_eq!(json!(otherwise(&left, ME, "apps/v1")), before["metadata"]["managedFields"]);
    }

    /// The server tells who applies apart by their names alone, and who has applied since has said anew what is theirs.
    #[test]
    fn an_applier_is_one_in_every_version_and_gets_nothing_that_it_has_let_go() {
        let set = json!({ "f:spec": { "f:replicas": {} } });
        let of = |api: &str, time: &str, set: &Value| json!({ "manager": "ci", "operation": "Apply", "apiVersion": api, "time": time, "fieldsV1": set });
        let mine = json!({ "manager": ME, "operation": "Update", "apiVersion": "apps/v1", "fieldsV1": set });
        let object =
            |entries: Value| json!({ "spec": { "replicas": 2 }, "metadata": { "managedFields": entries } });
        let at = ["/spec/replicas"];
        let (then, since) = ("2026-11-30T03:00:00Z", "2026-11-30T03:09:00Z");
        let before = held(&object(json!([of("apps/v1", then, &set)])), &at);
        let rest = json!({ "f:spec": { "f:paused": {} } });
        let back = |api: &str, time: &str| {
            given_back(&object(json!([of(api, time, &rest), mine])), &at, &before, ME, true).unwrap()
        };
        let both = json!({ "f:spec": { "f:paused": {}, "f:replicas": {} } });
        assert_eq!(back("apps/v1", then), [of("apps/v1", then, &both)]);
        assert_eq!(back("apps/v1beta1", then), [of("apps/v1beta1", then, &both)], "one entry, not two");
        assert_eq!(back("apps/v1", since), [of("apps/v1", since, &rest)], "let go");
    }

    #[test]
    fn a_map_of_which_we_hold_nothing_else_goes_with_our_field() {
        let fields = |annotations: Value| json!({ "f:metadata": { "f:annotations": annotations } });
        let of = |annotations: Value| replicas(&[(ME, "Update", fields(annotations))]);
        let at = ["/metadata/annotations/a~1b"];
        let left = |object: &Value| given_back(object, &at, &[], ME, true);
        assert_eq!(left(&of(json!({ ".": {}, "f:a/b": {} }))), Some(Vec::new()));
        let marked = replicas(&[("stampede:day:bob@web2:fence", "Update", json!({ "f:x": {} }))]);
        assert_eq!(left(&marked), Some(Vec::new()), "a mark that was left there goes along");
        assert_eq!(given_back(&marked, &at, &[], ME, false), None, "and is no debt");
        let kept = left(&of(json!({ ".": {}, "f:a/b": {}, "f:c": {} }))).unwrap();
        assert_eq!(kept[0]["fieldsV1"], fields(json!({ ".": {}, "f:c": {} })));
    }

    #[test]
    fn a_field_is_whose_manager_has_set_it_or_something_in_it() {
        let entry = |manager: &str, fields: Value| json!({ "manager": manager, "fieldsV1": fields });
        let object = json!({
            "metadata": { "annotations": { "a/b": "1" }, "managedFields": [
                entry("helm", json!({ "f:metadata": { "f:annotations": { ".": {}, "f:a/b": {} } } })),
                entry("kubectl", json!({ "f:spec": { "f:containers": {
                    "k:{\"name\":\"main\"}": { ".": {}, "f:image": {} },
                } } })),
                entry("argo", json!({ "f:spec": { "f:rules": {} } })),
                entry("stampede:me", json!({ "f:metadata": { "f:annotations": { "f:a/b": {} } } })),
            ] },
            "spec": {
                "containers": [{ "name": "side", "image": "x" }, { "name": "main", "image": "y" }],
                "rules": [{ "host": "h" }],
            },
        });
        let of = |pointer: &str| managers(&object, pointer, "stampede:me").join(",");
        assert_eq!(of("/metadata/annotations/a~1b"), "helm");
        assert_eq!(of("/metadata/annotations"), "helm");
        assert_eq!(of("/metadata/annotations/new"), "");
        assert_eq!(of("/spec/containers/1/image"), "kubectl");
        assert_eq!(of("/spec/containers/0/image"), "");
        assert_eq!(of("/spec/containers"), "kubectl");
        assert_eq!(of("/spec/rules/0/host"), "argo");
    }
}
