//! A JSON document as its text: what is not changed of it is written back letter by letter, numbers of any length too.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::system::api::numbers::inexact;
use crate::system::fields::{Field, keys};

/// What an object holds.
type Members = BTreeMap<String, Box<RawValue>>;

/// The text of what is at a JSON pointer; none where nothing is.
fn at(text: &RawValue, keys: &[String]) -> Option<Box<RawValue>> {
    let Some((key, rest)) = keys.split_first() else { return Some(text.to_owned()) };
    let inner = match serde_json::from_str::<Members>(text.get()) {
        Ok(mut members) => members.remove(key)?,
        Err(_) => {
            let mut items: Vec<Box<RawValue>> = serde_json::from_str(text.get()).ok()?;
            let index = key.parse::<usize>().ok().filter(|index| *index < items.len())?;
            items.swap_remove(index)
        }
    };
    at(&inner, rest)
}

/// The first of the fields, within what is at `pointer`, that holds a number which this program would write back as another.
pub(super) fn inexact_field<'a>(
    text: &RawValue,
    pointer: &str,
    fields: &'a [Field],
) -> Option<(&'a str, String)> {
    let within = at(text, &keys(pointer))?;
    fields.iter().find_map(|field| {
        let number = inexact(at(&within, &keys(&field.at))?.get().as_bytes())?;
        Some((field.at.as_str(), number))
    })
}

/// What is at `pointer`, with the fields as they become. Errors: it is no JSON.
pub(super) fn whole(text: &RawValue, pointer: &str, fields: &[Field]) -> serde_json::Result<String> {
    let mut body = match at(text, &keys(pointer)) {
        Some(body) => body,
        None => to_raw_value(&Members::new())?,
    };
    for field in fields {
        body = put(&body, &keys(&field.at), field.after.as_ref())?;
    }
    Ok(body.get().to_owned())
}

fn put(text: &RawValue, keys: &[String], after: Option<&Value>) -> serde_json::Result<Box<RawValue>> {
    let Some((key, rest)) = keys.split_first() else { return to_raw_value(&after) };
    // What is no object makes room for one.
    let mut members: Members = serde_json::from_str(text.get()).unwrap_or_default();
    if rest.is_empty() && after.is_none() {
        members.remove(key);
    } else {
        let nothing = to_raw_value(&Value::Null)?;
        let inner = members.remove(key).unwrap_or(nothing);
        members.insert(key.clone(), put(&inner, rest, after)?);
    }
    to_raw_value(&members)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::system::fields::{named, reversed};

    fn text(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.into()).expect("JSON")
    }

    fn field(at: &str, after: Option<Value>) -> Field {
        Field { at: at.into(), before: None, after }
    }

    #[test]
    fn what_is_not_changed_stays_letter_by_letter() {
        let there =
            text(r#"{"result": [{"id": 123456789012345678901, "a": {"x": 1.10, "y": 2}, "z": 1e400}]}"#);
        let fields =
            [field("/a/y", Some(json!(3))), field("/new/key", Some(json!("v"))), field("/gone", None)];
        assert_eq!(
            whole(&there, "/result/0", &fields).expect("JSON"),
            r#"{"a":{"x":1.10,"y":3},"id":123456789012345678901,"new":{"key":"v"},"z":1e400}"#
        );
        let gone = [field("/a/x", None), field("/z", None)];
        assert_eq!(
            whole(&there, "/result/0", &gone).expect("JSON"),
            r#"{"a":{"y":2},"id":123456789012345678901}"#
        );
        assert_eq!(whole(&there, "/nowhere", &[]).expect("JSON"), "{}");
    }

    #[test]
    fn what_a_patch_names_can_be_put_and_put_back() {
        let patch = json!({ "a/b": 2, "c": { "d": [1], "e": null } });
        let before = json!({ "a/b": 1, "c": { "e": 5 }, "x": 9 });
        let fields: Vec<Field> = named(&patch)
            .into_iter()
            .map(|(at, after)| Field { before: before.pointer(&at).cloned(), at, after })
            .collect();
        let put = |document: &Value, fields: &[Field]| -> Value {
            let body = whole(&text(&document.to_string()), "", fields).expect("JSON");
            serde_json::from_str(&body).expect("JSON")
        };
        let document = put(&before, &fields);
        assert_eq!(document, json!({ "a/b": 2, "c": { "d": [1] }, "x": 9 }));
        assert_eq!(put(&document, &reversed(&fields)), before);
    }

    #[test]
    fn a_field_whose_number_is_too_long_for_us_is_found() {
        let there = text(r#"{"in": {"id": 123456789012345678901, "a": {"x": [1, 1e400]}, "n": 7}}"#);
        let of = |at: &str| inexact_field(&there, "/in", &[field(at, None)]).map(|(_, number)| number);
        assert_eq!(of("/id").as_deref(), Some("123456789012345678901"));
        assert_eq!(of("/a").as_deref(), Some("1e400"));
        assert_eq!((of("/n"), of("/not/there")), (None, None));
    }
}
