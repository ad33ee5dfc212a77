//! What is on record of a practice: what its operator did, and what others did meanwhile. Times are seconds after onset.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// When something was, or why that cannot be said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// It was.
    At {
        /// Seconds after onset.
        s: f64,
        /// What was then.
        what: String,
    },
    /// It was looked for, and was not; in words.
    Not(String),
    /// Nobody knows, and why.
    Unknown(String),
}

impl Moment {
    /// Seconds after onset; none: it was not, or is not known.
    pub fn seconds(&self) -> Option<f64> {
        match self {
            Self::At { s, .. } => Some(*s),
            Self::Not(_) | Self::Unknown(_) => None,
        }
    }
}

/// What is known, or why it is not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told<T> {
    /// It is known.
    Known(T),
    /// It is not, and why.
    Unknown(String),
}

/// A step of an operator, as the journal has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// When it was about to be made.
    pub at_s: f64,
    /// When it was made; none: that is not on record.
    pub done_s: Option<f64>,
    /// Its name in the incident.
    pub step: String,
    /// The action: `redis.maxclients`.
    pub action: String,
    /// Its target's name.
    pub target: String,
    /// Addresses of the servers that it changes, as far as they are on record.
    pub nodes: BTreeSet<String>,
    /// What it does, in one line.
    pub summary: String,
    /// Whether the target's name has to be typed for it.
    pub typed: bool,
    /// Whether it is for the way back, and not for breaking the stampede or protecting the database.
    pub recovers: bool,
    /// What came of it.
    pub came: Came,
    /// When it was put back, and how.
    pub undo: Option<Undo>,
    /// Whether the scenario's playbook has it.
    pub offer: Offer,
    /// The setting of the cache that it changes.
    pub setting: Option<Setting>,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// It was applied.
    Applied,
    /// It failed: nothing of it is in place.
    Failed,
    /// Nobody knows.
    Unknown,
}

/// A step that was put back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// When that was begun.
    pub at_s: f64,
    /// Whether nothing of it is left; none: that is not on record.
    pub complete: Option<bool>,
    /// Whether what was not ours any more was put back too, by the operator's word.
    pub anyway: bool,
    /// The safety rules by which something was left as it is.
    pub rules: Vec<String>,
}

/// Whether a playbook has a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// It has.
    Offered,
    /// It has none with this action.
    NoSuchStep,
    /// It has, and had called it not applicable before.
    NotApplicable {
        /// When.
        at_s: f64,
        /// Why, in its own words.
        why: String,
    },
}

/// A setting of the cache that a step changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// As `CONFIG` calls it.
    pub name: String,
    /// What it was when the change was shown.
    pub before: String,
    /// What it was set to.
    pub after: String,
}

/// What happened meanwhile that is not the operator's doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Surprise {
    /// When it was done.
    pub at_s: f64,
    /// What it was.
    #[serde(flatten)]
    pub what: Happened,
}

/// What happened meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happened {
    /// A colleague set a setting of the cache.
    Set {
        /// The setting.
        setting: String,
        /// What it was.
        before: String,
        /// What it read as afterwards; or why it was not done.
        set: Told<String>,
        /// What it was in the end.
        end: Told<String>,
    },
    /// The primary of the cache failed over to its replica.
    FailOver {
        /// Address of the primary until then.
        before: String,
        /// Address of the primary from then on; or why it was not done.
        now: Told<String>,
    },
}
