//! A practice as it is kept in a file, to be compared with another one.

use serde::{Deserialize, Serialize};

use crate::felt::{Act, Feel, Score, Second, Told};

/// What the documents are called; the number grows when one of its fields changes its meaning.
pub const SCHEMA: &str = "stampede.practice/1";

/// A practice that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`SCHEMA`].
    pub schema: String,
    /// The trouble's name.
    pub scenario: String,
    /// The seed of users, lifetimes and trouble.
    pub seed: u64,
    /// Lifetime of a cached page, in seconds.
    pub ttl_s: f64,
    /// Whether the application has a breaker.
    pub breaker: bool,
    /// Onset, UTC.
    pub onset: jiff::Timestamp,
    /// How long it went on after onset, in seconds.
    pub lasted_s: f64,
    /// What users had before.
    pub before: Row,
    /// What it came to.
    pub score: Score,
    /// What the operator did.
    pub acts: Told<Vec<Act>>,
    /// What users felt, second by second from onset on.
    pub seconds: Vec<Row>,
}

/// One second of all users, or several together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// When it began, in seconds after onset.
    pub at: f64,
    /// See [`Second`].
    pub hits: u64,
    /// See [`Second`].
    pub made: u64,
    /// See [`Second`].
    pub at_hand: u64,
    /// See [`Second`].
    pub failed: u64,
    /// See [`Second`].
    pub statements: u64,
    /// See [`Second`].
    pub running: usize,
    /// Half of the requests took no longer, in seconds; none: nobody was there.
    pub p50_s: Option<f64>,
    /// All but one in a hundred took no longer.
    pub p99_s: Option<f64>,
}

impl From<&Second> for Row {
    fn from(second: &Second) -> Self {
        Self::of(second.at, std::slice::from_ref(second))
    }
}

impl Row {
    /// Of several seconds together, the first of which began then.
    pub fn of(at: f64, seconds: &[Second]) -> Self {
        let sum = |count: fn(&Second) -> u64| seconds.iter().map(count).sum();
        let feel = Feel::over(seconds);
        Self {
            at,
            hits: sum(|second| second.hits),
            made: sum(|second| second.made),
            at_hand: sum(|second| second.at_hand),
            failed: sum(|second| second.failed),
            statements: sum(|second| second.statements),
            running: seconds.last().map_or(0, |second| second.running),
            p50_s: feel.map(|feel| feel.p50.as_secs_f64()),
            p99_s: feel.map(|feel| feel.p99.as_secs_f64()),
        }
    }
}

impl Run {
    /// Reads one. Errors: it is none, and why.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            schema: Option<String>,
        }
        let head: Head =
            serde_json::from_slice(bytes).map_err(|error| format!("it is not a JSON object: {error}"))?;
        match head.schema {
            Some(schema) if schema == SCHEMA => {}
            Some(other) => return Err(format!("it says that it is {other}, and not {SCHEMA}")),
            None => return Err(format!("it does not say that it is {SCHEMA}")),
        }
        serde_json::from_slice(bytes).map_err(|error| format!("it is damaged: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_practice_is_told_from_one_of_another_version_and_from_a_damaged_one() {
        for (text, words) in [
            ("", "not a JSON object"),
            ("[1]", "not a JSON object"),
            ("{}", "does not say"),
            (r#"{"schema":"stampede.compare/1"}"#, "stampede.compare/1, and not"),
            (r#"{"schema":"stampede.practice/1","scenario":7}"#, "damaged"),
        ] {
            let why = Run::read(text.as_bytes()).expect_err("no practice");
            assert!(why.contains(words), "{text}: {why}");
        }
    }
}
