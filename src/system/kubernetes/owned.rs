//! Whose a field is: the API server keeps which manager has written what (`metadata.managedFields`).

use serde_json::Value;

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

/// Whether a set of fields holds a path through `value`.
fn has(set: &Value, value: &Value, path: &[String]) -> bool {
    let Some(fields) = set.as_object() else { return false };
    let Some((step, rest)) = path.split_first() else { return true };
    // A leaf: all below it was written as one.
    if fields.is_empty() {
        return true;
    }
    match value {
        Value::Array(list) => {
            let Some(element) = step.parse::<usize>().ok().and_then(|index| list.get(index)) else {
                return false;
            };
            let mut keyed = fields.iter().filter(|(key, _)| is_element(key, element));
            keyed.any(|(_, below)| has(below, element, rest))
        }
        value => {
            let below = fields.get(&format!("f:{step}"));
            below.is_some_and(|below| has(below, &value[step.as_str()], rest))
        }
    }
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
