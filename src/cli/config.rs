//! `stampede config show` and `stampede config schema`.

use crate::config::{Settings, as_json, as_text, schema};

/// The settings in use, redacted: for people, or as JSON. Ends in a newline.
pub fn show(settings: &Settings, json: bool) -> String {
    if json { format!("{:#}\n", as_json(settings)) } else { as_text(settings) }
}

/// The JSON Schema of `stampede.yaml`. Ends in a newline.
pub fn print_schema() -> String {
    format!("{:#}\n", schema())
}
