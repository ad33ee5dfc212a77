//! Scenarios of drills, as people and programs see them. What is shown is given in the words of this module: who reads scenarios is a
//! neighbour of it.

mod list;
mod validate;

use serde_json::Value;

use crate::text;

pub use list::{Listed, list};
pub use validate::validated;

/// What is shown of a scenario.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// One line: what goes wrong.
    pub summary: String,
    /// The diagnosis that is right, by name and in words.
    pub pattern: (&'static str, &'static str),
    /// Whether the right answer is to act on nothing.
    pub leave_alone: bool,
    /// Time runs so many times faster than in the incident it tells of.
    pub compressed: f64,
    /// The SHA-256 of its file.
    pub hash: String,
}

/// What was read from a file, for programs: the keys and values of the file, with all defaults in them.
pub fn document(path: Option<&std::path::Path>, hash: &str, scenario: &Value) -> Value {
    serde_json::json!({ "schema": "stampede.drill/1", "path": path, "hash": hash, "scenario": scenario })
}

/// One line of it.
pub fn in_one_line(shown: &Shown) -> String {
    format!("{}: {}\n", text::escape(&shown.name), text::escape(&shown.summary))
}
