//! A rule of a route, which is known by what it is and not by its place.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A rule of a route as it was, but for its weights: by that it is known again, wherever it stands by then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Where it stood.
    pub at: usize,
    /// What it was.
    pub rest: Value,
}

impl Rule {
    /// Of a rule as it stands there now.
    pub fn of(at: usize, rule: &Value) -> Self {
        let mut rest = rule.clone();
        let refs = rest["backendRefs"].as_array_mut();
        refs.into_iter().flatten().filter_map(Value::as_object_mut).for_each(|one| _ = one.remove("weight"));
        Self { at, rest }
    }

    /// Where it stands now; as many were the same as it as `twins` says. Errors: nowhere, or it cannot be told from another one.
    pub fn place(&self, rules: &[Value], twins: usize) -> Result<usize, String> {
        let same = |at: &usize| Self::of(*at, &rules[*at]).rest == self.rest;
        let all: Vec<usize> = (0..rules.len()).filter(same).collect();
        match all.as_slice() {
            [one] if twins == 1 => Ok(*one),
            several if several.len() == twins && several.contains(&self.at) => Ok(self.at),
            [] => Err(format!("rule {} is not there any more, or is another one", self.at + 1)),
            _ => Err(format!("rule {} cannot be told from others that are the same", self.at + 1)),
        }
    }

    /// What a write tests of it, at its place: whom it matches, and whom it sends there.
    pub fn tests(&self, at: usize) -> Vec<(String, Value)> {
        let base = format!("/spec/rules/{at}");
        let refs = self.rest["backendRefs"].as_array().into_iter().flatten().enumerate();
        let names =
            refs.map(|(one, backend)| (format!("{base}/backendRefs/{one}/name"), backend["name"].clone()));
        let matches = self.rest.get("matches").cloned().unwrap_or_default();
        std::iter::once((format!("{base}/matches"), matches)).chain(names).collect()
    }
}
