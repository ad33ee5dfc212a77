//! What came of checking files that people write: every problem with its place, or one line that says that there is none.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::text;
use crate::ui::Format;
use crate::yaml::Invalid;

/// A file that was checked.
pub struct Checked<T> {
    /// The file.
    pub file: String,
    /// What came of it.
    pub result: Result<T, Invalid>,
}

/// What is said of a file that can be used.
pub(super) struct Good {
    /// For people, after `ok`: what is in it.
    pub words: String,
    /// Lines below that.
    pub notes: Vec<String>,
    /// For programs: its fields beside those that every file has.
    pub fields: Map<String, Value>,
}

/// What came of each file.
pub(super) fn checked<T>(
    all: &[Checked<T>],
    schema: &str,
    format: Format,
    good: impl Fn(&T) -> Good,
) -> String {
    match format {
        Format::Json | Format::Yaml => {
            let files: Vec<Value> = all.iter().map(|checked| entry(checked, &good)).collect();
            format.document(&json!({ "schema": schema, "files": files }))
        }
        Format::Brief => all.iter().fold(String::new(), |mut out, checked| {
            let file = text::escape(&checked.file);
            _ = match &checked.result {
                Ok(_) => writeln!(out, "{file}: ok"),
                // A file that cannot be read at all has no list of problems.
                Err(invalid) => writeln!(out, "{file}: {} wrong", invalid.mistakes.len().max(1)),
            };
            out
        }),
        Format::Table => all.iter().fold(String::new(), |mut out, checked| {
            match &checked.result {
                Ok(read) => {
                    let Good { words, notes, .. } = good(read);
                    _ = writeln!(out, "{}: ok ({words})", text::escape(&checked.file));
                    notes.iter().for_each(|note| _ = writeln!(out, "  {note}"));
                }
                Err(invalid) => _ = writeln!(out, "{}", invalid.report),
            }
            out
        }),
    }
}

fn entry<T>(checked: &Checked<T>, good: impl Fn(&T) -> Good) -> Value {
    match &checked.result {
        Ok(read) => {
            let mut fields = good(read).fields;
            fields.extend([
                ("file".to_owned(), json!(checked.file)),
                ("ok".to_owned(), json!(true)),
                ("problems".to_owned(), json!([])),
            ]);
            Value::Object(fields)
        }
        Err(invalid) => json!({ "file": checked.file, "ok": false, "problems": invalid.problems() }),
    }
}
