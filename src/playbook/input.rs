//! What may be set when a playbook is run, and what was.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::action::field::Type;
use crate::text::named;
use crate::yaml::{Piece, pieces};

named! {
    /// What an input holds.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
    #[serde(rename_all = "lowercase")]
    pub enum InputType {
        /// A whole number.
        Int => "int",
        /// A time with its unit.
        Duration => "duration",
        /// Text.
        Text => "text",
        /// Texts; `--set` is repeated.
        List => "list",
        /// True or false.
        Bool => "bool",
    }
    /// The name in playbooks.
    fn name
}

/// Something that may be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub ty: InputType,
    /// Its value when it is not set; without one it must be.
    pub default: Option<Words>,
    /// One line of help.
    pub help: String,
}

/// A value as it is written: one scalar, or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// A scalar.
    One(String),
    /// A list.
    Many(Vec<String>),
}

/// Values of inputs, by name.
pub(super) type Values = BTreeMap<String, Words>;

impl InputType {
    /// The type of a field that holds the same, without bounds.
    pub(crate) fn field(self) -> Type {
        match self {
            Self::Int => Type::Whole(0, u64::MAX),
            Self::Duration => Type::Duration(Duration::ZERO, Duration::MAX),
            Self::Text => Type::Text,
            Self::List => Type::List,
            Self::Bool => Type::Switch,
        }
    }
}

impl Words {
    /// The texts.
    pub fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }

    /// The inputs that it refers to. A text that is badly written refers to none.
    pub(super) fn references(&self) -> impl Iterator<Item = &str> {
        self.texts().iter().flat_map(|text| pieces(text).unwrap_or_default()).filter_map(
            |piece| match piece {
                Piece::Reference(name) => Some(name),
                Piece::Text(_) => None,
            },
        )
    }

    /// The same with every reference replaced; none when one has no value yet. A reference that stands alone in a list
    /// brings all its texts.
    pub fn filled(&self, values: &BTreeMap<String, Words>) -> Option<Self> {
        match self {
            Self::One(text) => filled(text, values),
            Self::Many(texts) => {
                let mut all = Vec::new();
                for text in texts {
                    all.extend_from_slice(filled(text, values)?.texts());
                }
                Some(Self::Many(all))
            }
        }
    }
}

fn filled(text: &str, values: &Values) -> Option<Words> {
    let pieces = pieces(text).ok()?;
    if let [Piece::Reference(name)] = pieces[..] {
        return values.get(name).cloned();
    }
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Reference(name) => out.push_str(&values.get(name)?.texts().join(",")),
        }
    }
    Some(Words::One(out))
}

/// The values of all inputs that can be known: what was given, and defaults whose references are known.
pub(super) fn resolve(inputs: &[Input], mut values: Values) -> Values {
    loop {
        let known = values.len();
        for input in inputs {
            if !values.contains_key(&input.name)
                && let Some(value) = input.default.as_ref().and_then(|default| default.filled(&values))
            {
                values.insert(input.name.clone(), value);
            }
        }
        if values.len() == known {
            return values;
        }
    }
}
