//! `playbook list`: what is there, where, and whether it can be used.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::playbook::Found;
use crate::text;
use crate::ui::Format;
use crate::ui::wrap::wrap;

/// All playbooks that were found.
pub fn list(all: &[Found], format: Format) -> String {
    match format {
        Format::Json | Format::Yaml => {
            let playbooks: Vec<Value> = all.iter().map(entry).collect();
            format.document(&json!({ "schema": "stampede.playbooks/1", "playbooks": playbooks }))
        }
        Format::Brief => all.iter().map(|found| format!("{}\n", text::escape(&found.name))).collect(),
        Format::Table => all.iter().fold(String::new(), |mut out, found| {
            let place = found.path.as_ref().map_or("shipped".into(), |path| path.display().to_string());
            wrap(&mut out, &format!("{} ({})", text::escape(&found.name), text::escape(&place)), "", "  ");
            wrap(&mut out, &words(found), "  ", "  ");
            out
        }),
    }
}

fn words(found: &Found) -> String {
    let state = match (&found.playbook, &found.path) {
        (Ok(playbook), _) => text::escape(&playbook.summary).into_owned(),
        (Err(invalid), Some(path)) => {
            let mut words = match invalid.mistakes.len() {
                0 => invalid.report.clone(),
                1 => "cannot be used, 1 problem".to_owned(),
                count => format!("cannot be used, {count} problems"),
            };
            _ = write!(words, ": stampede playbook validate {}", text::escape(&path.display().to_string()));
            words
        }
        (Err(invalid), None) => invalid.report.clone(),
    };
    match &found.hidden {
        Some(hidden) => format!("{}, run it by its path. {state}", text::escape(hidden)),
        None => state,
    }
}

fn entry(found: &Found) -> Value {
    json!({
        "name": found.name,
        "path": found.path,
        "summary": found.playbook.as_ref().ok().map(|playbook| &playbook.summary),
        "hash": found.playbook.as_ref().ok().map(|playbook| &playbook.hash),
        "usable": found.playbook.is_ok(),
        "hidden": found.hidden,
    })
}
