//! `drill validate`: every problem with its place, or one line that says that there is none.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::text;
use crate::ui::Format;
use crate::ui::drill::Shown;
use crate::yaml::Invalid;

/// A file that was checked.
pub struct Checked {
    /// The file.
    pub file: String,
    /// What came of it.
    pub result: Result<Shown, Invalid>,
}

/// What came of each file.
pub fn validated(all: &[Checked], format: Format) -> String {
    match format {
        Format::Json | Format::Yaml => {
            let files: Vec<Value> = all.iter().map(entry).collect();
            format.document(&json!({ "schema": "stampede.drill-validate/1", "files": files }))
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
            _ = match &checked.result {
                Ok(shown) => {
                    let (file, name) = (text::escape(&checked.file), text::escape(&shown.name));
                    writeln!(out, "{file}: ok ({name}, {}, sha256 {})", shown.pattern.1, &shown.hash[..12])
                }
                Err(invalid) => writeln!(out, "{}", invalid.report),
            };
            out
        }),
    }
}

fn entry(checked: &Checked) -> Value {
    match &checked.result {
        Ok(shown) => json!({
            "file": checked.file,
            "ok": true,
            "name": shown.name,
            "hash": shown.hash,
            "pattern": shown.pattern.0,
            "problems": [],
        }),
        Err(invalid) => json!({ "file": checked.file, "ok": false, "problems": invalid.problems() }),
    }
}
