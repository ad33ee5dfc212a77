//! What is different between two states of an object, field by field.

use serde_json::{Map, Value};

use crate::system::fields::{Field, step};

/// What moves by itself with every write, or is the server's own.
const OWN: [&str; 6] = [
    "/status",
    "/metadata/managedFields",
    "/metadata/resourceVersion",
    "/metadata/generation",
    "/metadata/selfLink",
    "/metadata/creationTimestamp",
];
/// Maps that the server drops when they are empty: what is put into them is a field by itself, so that what others put there
/// later is not taken for ours.
const MAPS: [&str; 2] = ["/metadata/annotations", "/metadata/labels"];

/// The fields that are different in `after`, and the maps that have to be made for them. A list is one field: its elements
/// have no address that lasts.
pub fn differences(before: &Value, after: &Value) -> (Vec<String>, Vec<Field>) {
    let (mut maps, mut fields) = (Vec::new(), Vec::new());
    compare("", Some(before), Some(after), &mut maps, &mut fields);
    (maps, fields)
}

fn compare(
    at: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    maps: &mut Vec<String>,
    fields: &mut Vec<Field>,
) {
    if before == after || OWN.contains(&at) {
        return;
    }
    let empty = Map::new();
    match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => members(at, before, after, maps, fields),
        (None, Some(Value::Object(after))) if MAPS.contains(&at) => {
            maps.push(at.to_owned());
            members(at, &empty, after, maps, fields);
        }
        (Some(Value::Object(before)), None) if MAPS.contains(&at) => {
            members(at, before, &empty, maps, fields);
        }
        _ => fields.push(Field { at: at.to_owned(), before: before.cloned(), after: after.cloned() }),
    }
}

fn members(
    at: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    maps: &mut Vec<String>,
    fields: &mut Vec<Field>,
) {
    let added = after.keys().filter(|key| !before.contains_key(*key));
    for key in before.keys().chain(added) {
        compare(&format!("{at}/{}", step(key)), before.get(key), after.get(key), maps, fields);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_as_small_as_they_can_be_and_lists_are_whole() {
        let before = json!({ "metadata": { "resourceVersion": "1" }, "spec": { "a": 1, "b": [1, 2], "c": { "d": 1 } } });
        let after = json!({
            "metadata": { "resourceVersion": "2", "annotations": { "x/y": "1" } },
            "spec": { "a": 1, "b": [1, 3], "c": { "e": 2 } }, "status": { "z": 1 },
        });
        let (maps, fields) = differences(&before, &after);
        assert_eq!(maps, ["/metadata/annotations"]);
        let said: Vec<_> =
            fields.iter().map(|one| (one.at.as_str(), one.before.clone(), one.after.clone())).collect();
        assert_eq!(
            said,
            [
                ("/metadata/annotations/x~1y", None, Some(json!("1"))),
                ("/spec/b", Some(json!([1, 2])), Some(json!([1, 3]))),
                ("/spec/c/d", Some(json!(1)), None),
                ("/spec/c/e", None, Some(json!(2))),
            ]
        );
    }
}
