//! The forms of an answer that every command has.

use std::borrow::Cow;

use serde::Serialize;

use crate::text;

/// The form of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    #[value(alias = "text")]
    Table,
    /// For people, in as few lines as there are answers.
    Brief,
    /// One JSON document; of several, one a line.
    Json,
    /// The same as YAML.
    Yaml,
}

impl Format {
    /// Whether a program reads it.
    pub fn is_for_programs(self) -> bool {
        matches!(self, Self::Json | Self::Yaml)
    }

    /// One document.
    pub fn document(self, value: &impl Serialize) -> String {
        match self {
            Self::Yaml => yaml(value),
            _ => json(serde_json::to_string_pretty(value)),
        }
    }

    /// One of several documents.
    pub fn one_of_many(self, value: &impl Serialize) -> String {
        match self {
            Self::Yaml => format!("---\n{}", yaml(value)),
            _ => json(serde_json::to_string(value)),
        }
    }
}

/// What cannot be written (a key that is no text) is not in our documents.
fn json(written: serde_json::Result<String>) -> String {
    written.map(|json| text::escape_json(&json).into_owned() + "\n").unwrap_or_default()
}

/// The same as YAML. What must not be shown as it is has a way to be written inside of quotes only, so that such a document is
/// the JSON that every reader of YAML takes.
pub(super) fn yaml(value: &impl Serialize) -> String {
    let yaml = serde_saphyr::to_string(value).unwrap_or_default();
    if let Cow::Owned(_) = text::escape_lines(&yaml) {
        let json = serde_json::to_string_pretty(value).unwrap_or_default();
        return text::escape_yaml(&json).into_owned() + "\n";
    }
    if yaml.ends_with('\n') { yaml } else { yaml + "\n" }
}
