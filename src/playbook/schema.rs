//! The JSON Schema of playbooks, for editors: the structs that read them, and the fields of every action.

use std::time::Duration;

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value, json};

use crate::action::ACTIONS;
use crate::action::field::{Field, Type};
use crate::playbook::{WATCHED, raw};

/// What a reference to an input looks like where it stands alone.
const REFERENCE: &str = r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$";
/// What a time looks like: a number alone has no unit.
const TIME: &str = r"^\s*\d+.*[A-Za-z]\s*$";

/// The schema.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(raw::File);
    PlainTexts.transform(&mut schema);
    let mut schema = schema.to_value();
    let time = json!({ "type": "string", "pattern": TIME });
    for (place, key) in
        [("Detect", "budget"), ("Acts", "budget"), ("Stage", "until"), ("Step", "timeout"), ("Watch", "for")]
    {
        merge(&mut schema["$defs"][place]["properties"][key], &time);
    }
    schema["properties"]["inputs"]["propertyNames"] = json!({ "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" });
    schema["properties"]["facts"]["propertyNames"] = json!({ "enum": crate::config::Facts::NAMES });
    let watched: Vec<&str> = WATCHED.iter().map(|metric| metric.name()).collect();
    schema["$defs"]["Watch"]["properties"]["metric"]["enum"] = json!(watched);
    step(&mut schema["$defs"]["Step"]);
    schema
}

/// A step's fields hang on its action.
fn step(step: &mut Value) {
    let actions: Vec<(&str, &str, &[Field])> =
        ACTIONS.iter().map(|spec| (spec.name, spec.summary, spec.fields)).collect();
    let names: Vec<&str> = actions.iter().map(|(name, ..)| *name).collect();
    step["properties"]["action"]["enum"] = json!(names);
    let with: Vec<Value> = actions
        .iter()
        .map(|(name, summary, fields)| {
            let properties: Map<String, Value> =
                fields.iter().map(|field| (field.name.to_owned(), property(field))).collect();
            let required: Vec<&str> =
                fields.iter().filter(|field| field.required).map(|field| field.name).collect();
            let mut then = json!({ "properties": { "with": {
                "type": ["object", "null"],
                "description": summary,
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            } } });
            if !required.is_empty() {
                then["required"] = json!(["with"]);
                then["properties"]["with"]["type"] = json!("object");
            }
            json!({ "if": { "properties": { "action": { "const": name } } }, "then": then })
        })
        .collect();
    step["allOf"] = json!(with);
    step["dependentRequired"] = json!({ "irreversible_because": ["undo"] });
}

fn property(field: &Field) -> Value {
    let reference = json!({ "type": "string", "pattern": REFERENCE });
    let mut property = match field.ty {
        Type::Whole(least, most) => {
            json!({ "anyOf": [{ "type": "integer", "minimum": least, "maximum": most }, reference] })
        }
        Type::Size(least, most) => {
            let bounds = format!("bytes, or 512mb, 4gb: from {least} to {most}");
            json!({ "type": ["string", "integer"], "minLength": 1, "description": bounds })
        }
        Type::Duration(least, most) => {
            let bounds = format!("from {} to {}", seconds(least), seconds(most));
            json!({ "anyOf": [{ "type": "string", "pattern": TIME, "description": bounds }, reference] })
        }
        Type::Age(least, most) => {
            let bounds = format!("from {} to {}, or auto", seconds(least), seconds(most));
            json!({ "anyOf": [{ "type": "string", "pattern": TIME, "description": bounds }, { "const": "auto" }, reference] })
        }
        Type::Text | Type::Url => json!({ "type": ["string", "number"], "minLength": 1 }),
        Type::List => json!({ "anyOf": [
            { "type": ["string", "number"] },
            { "type": "array", "items": { "type": ["string", "number"] } },
        ] }),
        Type::Switch => json!({ "anyOf": [{ "type": "boolean" }, reference] }),
        Type::Choice(words) => json!({ "anyOf": [{ "enum": words }, reference] }),
    };
    property["description"] = json!(field.help);
    property
}

fn seconds(time: Duration) -> String {
    crate::text::duration(time)
}

fn merge(into: &mut Value, more: &Value) {
    for (key, value) in more.as_object().into_iter().flatten() {
        into[key] = value.clone();
    }
}

/// A text may be written without quotes though it looks like a number.
struct PlainTexts;

impl Transform for PlainTexts {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(kind) = schema.get("type").cloned() else { return };
        let has =
            |name: &str| kind == name || kind.as_array().is_some_and(|kinds| kinds.iter().any(|k| k == name));
        if has("string") && schema.get("enum").is_none() && schema.get("pattern").is_none() {
            schema.insert("type".into(), json!(["string", "number"]));
        } else if has("string") && has("null") {
            // An empty value is a mistake wherever a text is expected.
            schema.insert("type".into(), json!("string"));
        }
    }
}
