//! `drill validate`.

use serde_json::{Map, json};

use crate::text;
use crate::ui::Format;
use crate::ui::checked::{Checked, Good, checked};
use crate::ui::drill::Shown;

/// What came of each file.
pub fn validated(all: &[Checked<Shown>], format: Format) -> String {
    checked(all, "stampede.drill-validate/1", format, |shown| Good {
        words: format!("{}, {}, sha256 {}", text::escape(&shown.name), shown.pattern.1, &shown.hash[..12]),
        notes: Vec::new(),
        fields: Map::from_iter([
            ("name".to_owned(), json!(shown.name)),
            ("hash".to_owned(), json!(shown.hash)),
            ("pattern".to_owned(), json!(shown.pattern.0)),
        ]),
    })
}
