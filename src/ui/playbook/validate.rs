//! `playbook validate`: every problem with its place, or one line that says that there is none.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::playbook::{Invalid, Playbook};
use crate::text;
use crate::ui::Format;

/// A file that was checked.
pub struct Checked {
    /// The file.
    pub file: String,
    /// What came of it.
    pub result: Result<Playbook, Invalid>,
}

/// What came of each file.
pub fn validated(all: &[Checked], format: Format) -> String {
    match format {
        Format::Json | Format::Yaml => {
            let files: Vec<Value> = all.iter().map(entry).collect();
            format.document(&json!({ "schema": "stampede.playbook-validate/1", "files": files }))
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
                Ok(playbook) => {
                    let (file, steps) = (text::escape(&checked.file), playbook.steps().count());
                    let plural = if steps == 1 { "" } else { "s" };
                    let hash = &playbook.hash[..12];
                    _ = writeln!(out, "{file}: ok ({}, {steps} step{plural}, sha256 {hash})", playbook.name);
                    playbook.notes.iter().for_each(|note| _ = writeln!(out, "  {note}"));
                }
                Err(invalid) => _ = writeln!(out, "{}", invalid.report),
            }
            out
        }),
    }
}

fn entry(checked: &Checked) -> Value {
    match &checked.result {
        Ok(playbook) => json!({
            "file": checked.file,
            "ok": true,
            "name": playbook.name,
            "hash": playbook.hash,
            "steps": playbook.steps().map(|step| &step.id).collect::<Vec<_>>(),
            "problems": [],
            "notes": playbook.notes,
        }),
        Err(invalid) => json!({ "file": checked.file, "ok": false, "problems": invalid.problems() }),
    }
}
