//! What will happen to a target, as data: what is shown, what is sent, what it is expected to do, and its undo.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::sha256;
use crate::error::{TargetError, TargetErrorKind};
use crate::proof::Proof;
use crate::text::named;

named! {
    /// How much must be typed before a change is made.
    #[derive(
        Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
    )]
    #[serde(rename_all = "lowercase")]
    pub enum Level {
        /// One `y`.
        Ask => "ask",
        /// The target's name.
        Type => "type",
    }
    /// The name used in playbooks and output.
    fn name
}

/// What an undo leaves as it is, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Left {
    /// The safety rule that leaves it (`S27`), when one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Why, a lowercase fragment.
    pub why: String,
}

impl Left {
    /// What a safety rule leaves.
    pub fn by(rule: &'static str, why: impl Into<String>) -> Self {
        Self { rule: Some(rule.into()), why: why.into() }
    }

    /// What is left without a rule.
    pub fn because(why: impl Into<String>) -> Self {
        Self { rule: None, why: why.into() }
    }
}

/// As it is said: `S27 maxclients is 70 now, left alone`.
impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = &self.rule {
            write!(f, "{rule} ")?;
        }
        f.write_str(&self.why)
    }
}

/// The target of a change, and who it proved to be when it was asked (S7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Subject {
    /// The target's name.
    pub name: String,
    /// `redis`, `mysql`, `postgres`.
    pub kind: String,
    /// Where it was reached.
    pub address: String,
    /// Product, version and role in words: `Redis 7.0.15, primary`.
    pub identity: String,
    /// Each of its nodes that answered, and its own proof. Older journals do not have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<Proof>,
}

impl Subject {
    /// Whether nobody has named it: it is called as its kind, with a number where there are several.
    pub fn is_unnamed(&self) -> bool {
        self.name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-') == self.kind
    }

    /// Whether both are one target, by a node that proved the same; by name where an older journal has no proofs.
    pub fn is_also(&self, other: &Self) -> bool {
        if self.nodes.is_empty() || other.nodes.is_empty() {
            return self.name == other.name && self.kind == other.kind;
        }
        self.nodes.iter().any(|node| other.nodes.iter().any(|there| there.is_also(node)))
    }
}

/// One write, or one batch of them, with its before-image: what is needed to tell whether it still stands, and to put
/// it back, from another process and on another day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Part {
    /// The node it goes to, `host:port`.
    pub node: String,
    /// The node's own proof of who it is when the change was planned: its `run_id`, server uuid, or system identifier.
    pub id: String,
    /// The action's own image of what was there and what is put there.
    pub image: serde_json::Value,
}

impl Part {
    /// The part for `node`, which proved to be `id`. Errors: the image is none that JSON can hold.
    pub fn of(
        node: impl Into<String>,
        id: impl Into<String>,
        image: &impl Serialize,
    ) -> Result<Self, TargetError> {
        let image = serde_json::to_value(image).map_err(|error| {
            TargetError::new(TargetErrorKind::Input, format!("a part cannot be recorded: {error}"))
        })?;
        Ok(Self { node: node.into(), id: id.into(), image })
    }
}

/// A change, planned and ready to be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Change {
    /// The action's name: `redis.maxclients`.
    pub action: String,
    /// One line: `raise maxclients from 50 to 5000`.
    pub summary: String,
    /// Its target.
    pub subject: Subject,
    /// Exactly what is sent, one line each, as one would type it.
    pub commands: Vec<String>,
    /// What it is expected to do, and on what basis (S5).
    pub forecast: Vec<String>,
    /// What can go wrong.
    pub risk: Vec<String>,
    /// The undo, in words.
    pub back: String,
    /// How much must be typed.
    pub level: Level,
    /// The writes that are known before it begins. Bulk changes add theirs batch by batch.
    pub parts: Vec<Part>,
    /// What matches at this moment, where the change is a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Now>,
}

/// What matches a rule at the moment when it is shown: examples. The rule is what is approved, and these are no part of that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Now {
    /// How many match.
    pub matching: usize,
    /// What would be sent for some of them, one line each, as one would type it.
    pub commands: Vec<String>,
    /// Who they are, and who does not match.
    pub counts: Vec<String>,
}

impl Change {
    /// A digest of all that is approved: an approval is for what was shown, and for nothing else. Of a rule that is the rule with its
    /// bounds, and not who happened to match.
    pub fn digest(&self) -> String {
        let approved = Self { now: None, ..self.clone() };
        sha256(serde_json::to_string(&approved).unwrap_or_default().as_bytes())
    }
}

/// Which image a target shows now: the one question that serves after an apply, after an undo, after a crash, and
/// before an undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// As it was before the change: nothing to put back.
    Before,
    /// As the change left it.
    After,
    /// Neither: somebody else has changed it since.
    Drifted(Found),
    /// Of many keys some are ours and others were changed since: each is put back only where it is ours. Holds the
    /// counts in words.
    Partly(String),
}

impl Standing {
    /// What is there, in words.
    pub fn words(&self) -> &str {
        match self {
            Self::Before => "what was there before",
            Self::After => "what we had set",
            Self::Drifted(found) => found.words(),
            Self::Partly(words) => words,
        }
    }
}

/// What is there in place of ours. The journal keeps the words.
#[derive(Clone, Debug, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Found {
    words: String,
    /// The value, where it is not the words.
    mark: Option<String>,
}

impl Found {
    /// What is there in words, and the value itself: the words may change by themselves, as the time that is left of an
    /// expiry does.
    pub fn marked(words: impl Into<String>, mark: impl Into<String>) -> Self {
        Self { words: words.into(), mark: Some(mark.into()) }
    }

    /// For an operator.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// The value alone.
    pub fn value(&self) -> &str {
        self.mark.as_deref().unwrap_or(&self.words)
    }

    /// Whether it is the same value that was `seen` before.
    pub fn is_still(&self, seen: &Self) -> bool {
        match (&self.mark, &seen.mark) {
            (Some(now), Some(then)) => now == then,
            _ => self.words == seen.words,
        }
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl From<String> for Found {
    fn from(words: String) -> Self {
        Self { words, mark: None }
    }
}

impl From<&str> for Found {
    fn from(words: &str) -> Self {
        Self::from(words.to_owned())
    }
}

impl From<Found> for String {
    fn from(found: Found) -> Self {
        found.words
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s9_what_is_approved_of_a_rule_is_the_rule_and_not_who_matches() {
        let change = Change {
            action: "mysql.kill".into(),
            summary: "end what matches".into(),
            subject: Subject {
                name: "mysql".into(),
                kind: "mysql".into(),
                address: "db:3306".into(),
                identity: "MariaDB".into(),
                nodes: Vec::new(),
            },
            commands: Vec::new(),
            forecast: vec!["at most 50".into()],
            risk: Vec::new(),
            back: "none".into(),
            level: Level::Type,
            parts: Vec::new(),
            now: Some(Now { matching: 7, ..Now::default() }),
        };
        let later = Change { now: Some(Now { matching: 8, ..Now::default() }), ..change.clone() };
        assert_eq!(change.digest(), later.digest());
        let wider = Change { forecast: vec!["at most 51".into()], ..change.clone() };
        assert_ne!(change.digest(), wider.digest());
    }
}
