//! The JSON Schema of scenarios, for editors: the structs that read them.

use serde_json::{Value, json};

use crate::drill::scenario::raw;

/// The schema.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(raw::File).to_value();
    // A key that only one word of its neighbour has.
    let pages = &mut schema["$defs"]["Pages"];
    pages["dependentSchemas"] = json!({ "alpha": { "properties": { "popularity": { "const": "zipf" } }, "required": ["popularity"] } });
    let users = &mut schema["$defs"]["Users"];
    users["dependentSchemas"] =
        json!({ "group": { "properties": { "arrivals": { "const": "groups" } }, "required": ["arrivals"] } });
    schema
}
