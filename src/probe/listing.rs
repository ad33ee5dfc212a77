//! Lists that belong to a target, with numbers that are exact until somebody reads them.

use std::fmt;

use jiff::Timestamp;

use crate::observation::Unit;

/// A row list of a probe: hot keys, TTL buckets, log sources, statement groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// Heading: "expiry forecast", "running statements".
    pub title: String,
    /// Column heads.
    pub columns: Vec<String>,
    /// Cells, in the order of the columns.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words, already escaped.
    Text(String),
    /// A number in its unit.
    Number(f64, Unit),
    /// A moment, and as it is shown: in the zone of what it was read from.
    Time(Timestamp, String),
    /// It does not apply to this row.
    None,
    /// It could not be measured.
    Unknown,
}

impl Cell {
    /// A count.
    pub fn count(value: impl Into<f64>) -> Self {
        Self::Number(value.into(), Unit::Count)
    }

    /// A number, or that it is not known.
    pub fn known(value: Option<f64>, unit: Unit) -> Self {
        value.map_or(Self::Unknown, |value| Self::Number(value, unit))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// As a person reads it.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Time(_, text) => f.write_str(text),
            Self::Number(value, unit) => f.write_str(&unit.show(*value)),
            Self::None => f.write_str("-"),
            Self::Unknown => f.write_str("?"),
        }
    }
}

/// Compares what a person reads.
impl PartialEq<&str> for Cell {
    fn eq(&self, shown: &&str) -> bool {
        format!("{self}") == *shown
    }
}
