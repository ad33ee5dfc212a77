//! Fields of a JSON document: what they were and what they become.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::names_secret;
use crate::text;

/// A field, by its JSON pointer (RFC 6901).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// `/spec/replicas`
    pub at: String,
    /// What it was; none: it was not there.
    pub before: Option<Value>,
    /// What it becomes; none: it goes.
    pub after: Option<Value>,
}

impl Field {
    /// The undo.
    fn reversed(&self) -> Self {
        Self { at: self.at.clone(), before: self.after.clone(), after: self.before.clone() }
    }

    /// `/spec/ingressClassName: "fast" -> "slow"`
    pub fn line(&self) -> String {
        let value = |value: &Option<Value>| match value {
            Some(value) => text::fit(&text::escape(&value.to_string()), 60).into_owned(),
            None => "not there".into(),
        };
        format!("{}: {} -> {}", text::escape(&self.at), value(&self.before), value(&self.after))
    }
}

/// One key as a step of a JSON pointer.
pub fn step(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The steps of a JSON pointer as the keys that they are.
pub fn keys(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// The undo of all of them.
pub fn reversed(fields: &[Field]) -> Vec<Field> {
    fields.iter().map(Field::reversed).collect()
}

/// The same from what is there now, whatever that is.
pub fn from(mut fields: Vec<Field>, document: &Value) -> Vec<Field> {
    for field in &mut fields {
        field.before = document.pointer(&field.at).cloned();
    }
    fields
}

/// Which of the two `document` shows: whether every field is as before, and whether every one is as after.
pub fn shows(fields: &[Field], document: &Value) -> (bool, bool) {
    let all = |wanted: fn(&Field) -> &Option<Value>| {
        fields.iter().all(|field| document.pointer(&field.at) == wanted(field).as_ref())
    };
    (all(|field| &field.before), all(|field| &field.after))
}

/// The fields as they are now, in words.
pub fn now(fields: &[Field], document: &Value) -> String {
    let words = fields.iter().map(|field| {
        let value = document.pointer(&field.at).map_or_else(|| "not there".into(), Value::to_string);
        format!("{} {}", text::escape(&field.at), text::fit(&text::escape(&value), 200))
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What a merge patch (RFC 7396) names: each field by its pointer and what it becomes; none: it goes. A list is one field.
pub fn named(patch: &Value) -> Vec<(String, Option<Value>)> {
    fn below(at: &str, value: &Value, all: &mut Vec<(String, Option<Value>)>) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (key, value) in members {
                    below(&format!("{at}/{}", step(key)), value, all);
                }
            }
            Value::Null => all.push((at.to_owned(), None)),
            value => all.push((at.to_owned(), Some(value.clone()))),
        }
    }
    let mut all = Vec::new();
    below("", patch, &mut all);
    all
}

/// Why a merge patch is not for us: it names a secret, and the journal keeps what is changed (S30).
pub fn secret(patch: &Value) -> Option<String> {
    let is_secret = |at: &str| keys(at).iter().any(|key| names_secret(key));
    let (at, _) = named(patch).into_iter().find(|(at, _)| is_secret(at))?;
    Some(format!(
        "{} is the name of a secret, and the journal keeps what is changed (S30): do it by hand",
        text::escape(&at)
    ))
}

/// Puts fields into a merge patch (RFC 7396) as they become, with the objects that they are in; `null` where one goes.
pub fn put(fields: &[Field], document: &mut Value) {
    for field in fields {
        let keys = keys(&field.at);
        let Some((last, parents)) = keys.split_last() else { continue };
        let mut at = &mut *document;
        for key in parents {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            at = &mut at[key.as_str()];
        }
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        if let Some(members) = at.as_object_mut() {
            members.insert(last.clone(), field.after.clone().unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_patch_names_can_be_put_and_put_back() {
        let patch = json!({ "a/b": 2, "c": { "d": [1], "e": null } });
        let before = json!({ "a/b": 1, "c": { "e": 5 }, "x": 9 });
        let fields: Vec<Field> = named(&patch)
            .into_iter()
            .map(|(at, after)| Field { before: before.pointer(&at).cloned(), at, after })
            .collect();
        // What makes the one of the other is `api::document`.
        let document = json!({ "a/b": 2, "c": { "d": [1] }, "x": 9 });
        assert_eq!((shows(&fields, &before), shows(&fields, &document)), ((true, false), (false, true)));
        let mut body = Value::Null;
        put(&fields, &mut body);
        assert_eq!(body, patch);
    }
}
