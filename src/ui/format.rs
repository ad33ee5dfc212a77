//! The forms of an answer that every command has.

use serde::Serialize;

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
            _ => serde_json::to_string_pretty(value).map(|text| text + "\n").unwrap_or_default(),
        }
    }

    /// One of several documents.
    pub fn one_of_many(self, value: &impl Serialize) -> String {
        match self {
            Self::Yaml => format!("---\n{}", yaml(value)),
            _ => serde_json::to_string(value).map(|text| text + "\n").unwrap_or_default(),
        }
    }
}

/// What cannot be written (a key that is no text) is not in our documents.
pub(super) fn yaml(value: &impl Serialize) -> String {
    let text = serde_saphyr::to_string(value).unwrap_or_default();
    if text.ends_with('\n') { text } else { text + "\n" }
}
