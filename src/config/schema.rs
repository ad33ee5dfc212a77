//! The JSON Schema of `stampede.yaml`, for editors.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Value, json};

use crate::config::yaml;

/// What a value looks like that stands for a number or a switch.
const REFERENCE: &str = r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$";

/// The schema, made from the structs that read the file.
pub fn schema() -> Value {
    let mut schema = yaml::raw_schema();
    References.transform(&mut schema);
    let mut value = schema.to_value();
    for named in ["targets", "flags"] {
        value["properties"][named]["propertyNames"] = json!({ "pattern": "^[a-z0-9_][a-z0-9_.-]{0,63}$" });
    }
    value["$defs"]["Rebuild"]["oneOf"] = json!([{ "required": ["http"] }, { "required": ["command"] }]);
    value
}

/// Numbers and switches may be `${NAME}` as well; a text may be written without quotes though it looks like a number.
struct References;

impl Transform for References {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(kind) = schema.get("type").cloned() else { return };
        let has =
            |name: &str| kind == name || kind.as_array().is_some_and(|kinds| kinds.iter().any(|k| k == name));
        if has("string") && schema.get("enum").is_none() {
            let mut kinds: Vec<Value> = vec!["string".into(), "number".into()];
            kinds.extend(has("null").then(|| Value::from("null")));
            schema.insert("type".into(), kinds.into());
        } else if has("integer") || has("number") || has("boolean") {
            let typed = std::mem::take(schema);
            let mut typed = typed.to_value();
            let description = typed.as_object_mut().and_then(|map| map.remove("description"));
            let default = typed.as_object_mut().and_then(|map| map.remove("default"));
            schema.insert("anyOf".into(), json!([typed, { "type": "string", "pattern": REFERENCE }]));
            for (key, value) in [("description", description), ("default", default)] {
                if let Some(value) = value {
                    schema.insert(key.into(), value);
                }
            }
        }
    }
}
