//! `playbook validate`.

use serde_json::{Map, json};

use crate::playbook::Playbook;
use crate::ui::Format;
use crate::ui::checked::{Checked, Good, checked};

/// What came of each file.
pub fn validated(all: &[Checked<Playbook>], format: Format) -> String {
    checked(all, "stampede.playbook-validate/1", format, |playbook| {
        let steps: Vec<_> = playbook.steps().map(|step| &step.id).collect();
        let plural = if steps.len() == 1 { "" } else { "s" };
        let (name, count, hash) = (&playbook.name, steps.len(), &playbook.hash[..12]);
        Good {
            words: format!("{name}, {count} step{plural}, sha256 {hash}"),
            notes: playbook.notes.iter().map(ToString::to_string).collect(),
            fields: Map::from_iter([
                ("name".to_owned(), json!(name)),
                ("hash".to_owned(), json!(playbook.hash)),
                ("steps".to_owned(), json!(steps)),
                ("notes".to_owned(), json!(playbook.notes)),
            ]),
        }
    })
}
