//! `drill list`: what can be rehearsed, where it comes from, and whether it can be used.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::text;
use crate::ui::Format;
use crate::ui::drill::Shown;
use crate::ui::wrap::wrap;
use crate::yaml::Invalid;

/// A scenario that was found.
pub struct Listed {
    /// The name that leads to it.
    pub name: String,
    /// Its file; none for a shipped one.
    pub path: Option<PathBuf>,
    /// Why it is not the one that its name leads to; none when it is.
    pub hidden: Option<String>,
    /// What is shown of it, or what is wrong with it.
    pub shown: Result<Shown, Invalid>,
}

/// All scenarios that were found.
pub fn list(all: &[Listed], format: Format) -> String {
    match format {
        Format::Json | Format::Yaml => {
            let drills: Vec<Value> = all.iter().map(entry).collect();
            format.document(&json!({ "schema": "stampede.drills/1", "drills": drills }))
        }
        Format::Brief => all.iter().map(|one| format!("{}\n", text::escape(&one.name))).collect(),
        Format::Table => all.iter().fold(String::new(), |mut out, one| {
            let place = one.path.as_ref().map_or("shipped".into(), |path| path.display().to_string());
            wrap(&mut out, &format!("{} ({})", text::escape(&one.name), text::escape(&place)), "", "  ");
            wrap(&mut out, &words(one), "  ", "  ");
            out
        }),
    }
}

fn words(one: &Listed) -> String {
    let state = match (&one.shown, &one.path) {
        (Ok(shown), _) => {
            let mut words = format!("{} ({}", text::escape(&shown.summary), shown.pattern.1);
            if shown.leave_alone {
                words.push_str(": act on nothing");
            }
            if shown.compressed > 1.0 {
                _ = write!(words, "; {} times faster than it was", text::count(shown.compressed));
            }
            words + ")"
        }
        (Err(invalid), Some(path)) => {
            let mut words = match invalid.mistakes.len() {
                0 => invalid.report.clone(),
                1 => "cannot be used, 1 problem".to_owned(),
                count => format!("cannot be used, {count} problems"),
            };
            _ = write!(words, ": stampede drill validate {}", text::escape(&path.display().to_string()));
            words
        }
        (Err(invalid), None) => invalid.report.clone(),
    };
    match &one.hidden {
        Some(hidden) => format!("{}, play it by its path. {state}", text::escape(hidden)),
        None => state,
    }
}

fn entry(one: &Listed) -> Value {
    let shown = one.shown.as_ref().ok();
    json!({
        "name": one.name,
        "path": one.path,
        "summary": shown.map(|shown| &shown.summary),
        "pattern": shown.map(|shown| shown.pattern.0),
        "leave_alone": shown.map(|shown| shown.leave_alone),
        "compressed": shown.map(|shown| shown.compressed),
        "hash": shown.map(|shown| &shown.hash),
        "usable": shown.is_some(),
        "hidden": one.hidden,
    })
}
