//! The strategic merge patch: lists of things that have a name are merged by it, and others replaced.

use serde_json::Value;

/// Lists that are merged, and the key of their members.
const KEYS: &[(&str, &[&str])] = &[
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("env", &["name"]),
    ("volumes", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("ports", &["containerPort", "port"]),
    ("conditions", &["type"]),
];

/// Merges `patch` into `object`.
pub fn merge(object: &mut Value, patch: &Value) {
    let Some(fields) = patch.as_object() else {
        *object = patch.clone();
        return;
    };
    if !object.is_object() {
        *object = Value::Object(serde_json::Map::new());
    }
    for (key, wanted) in fields {
        let keys = KEYS.iter().find(|(list, _)| list == key).map(|(_, keys)| *keys);
        match (wanted, keys) {
            (Value::Null, _) => _ = object.as_object_mut().unwrap().remove(key),
            (Value::Array(members), Some(keys)) => list(&mut object[key], members, keys),
            _ => merge(&mut object[key], wanted),
        }
    }
}

fn list(there: &mut Value, members: &[Value], keys: &[&str]) {
    let mut all = there.as_array().cloned().unwrap_or_default();
    for member in members {
        let Some(key) = keys.iter().find(|key| member.get(**key).is_some()) else { continue };
        let place = all.iter().position(|one| one[*key] == member[*key]);
        match (place, member["$patch"] == "delete") {
            (Some(place), true) => _ = all.remove(place),
            (Some(place), false) => merge(&mut all[place], member),
            (None, true) => {}
            (None, false) => all.push(member.clone()),
        }
    }
    *there = all.into();
}
