//! What an action may know beyond what it reads itself.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use crate::action::Refusal;
use crate::action::usual::Usual;
use crate::config::{Facts, Remedies, Target, Thresholds};
use crate::system::Line;

/// Whose doing it is: goes into lock tokens and connection names, so that others recognise us (S28).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The incident's name.
    pub incident: String,
    /// The operator.
    pub user: String,
    /// Their host.
    pub host: String,
}

/// What an action may know.
pub struct Context<'a> {
    /// Facts about the application; unknown ones are `None`.
    pub facts: &'a Facts,
    /// How the application rebuilds a key, and its own switches.
    pub remedies: &'a Remedies,
    /// Whose doing it is.
    pub owner: &'a Owner,
    /// Everything that is configured: what stands behind the target may be among it.
    pub targets: &'a [Target],
    /// The one connection to each database that the runner holds, by the target's name: a full server has no second seat (S3).
    pub lines: &'a BTreeMap<String, Line>,
    /// The hottest keys, as far as the action needs them.
    pub hot: &'a HotKeys,
    /// When a number is too high.
    pub thresholds: &'a Thresholds,
    /// How long a statement of the target takes when all is well, where that was recorded.
    pub usual: Option<Usual>,
    /// What this incident has done on the same target, the newest last; for what brings back also what others have in effect there.
    pub earlier: &'a [Earlier],
}

/// An earlier step on the same target.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// Its incident; none: this one.
    pub incident: Option<String>,
    /// Its id.
    pub step: String,
    /// Its action: `redis.stagger`.
    pub action: String,
    /// Whether something of it is, or may be, in place.
    pub in_effect: bool,
    /// The images of its parts, in the order in which they were written; none where they are not recalled (see `Spec`).
    pub images: Vec<serde_json::Value>,
}

impl Context<'_> {
    /// The images of this incident's earlier steps of `action`, each with its step; those that cannot be read are left out.
    pub fn earlier<I: DeserializeOwned>(&self, action: &str) -> Vec<(&Earlier, I)> {
        let own = self.everybody_s(action).into_iter();
        own.filter(|(earlier, _)| earlier.incident.is_none()).collect()
    }

    /// The same, and those of other incidents that are in effect.
    pub fn everybody_s<I: DeserializeOwned>(&self, action: &str) -> Vec<(&Earlier, I)> {
        let steps = self.earlier.iter().filter(|earlier| earlier.action == action);
        let image = |value: &serde_json::Value| I::deserialize(value).ok();
        steps.flat_map(|step| step.images.iter().filter_map(image).map(move |image| (step, image))).collect()
    }

    /// Why the database is not to be made read-only; none: the application tolerates it, or that is not known.
    pub fn needs_writes(&self) -> Option<Refusal> {
        (self.facts.tolerates_read_only == Some(false)).then(|| {
            Refusal::for_want(
                "the application does not work on while its database is read-only (tolerates_read_only: false)",
                "--fact tolerates_read_only=true, if it does",
            )
        })
    }
}

/// The hottest keys that were measured, hottest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HotKeys {
    /// The keys.
    pub keys: Vec<HotKey>,
    /// How they were found: `LFU counters of 2000 sampled keys`; or why there are none.
    pub basis: String,
}

/// A key and how hot it is.
#[derive(Clone, Debug, PartialEq)]
pub struct HotKey {
    /// Its name.
    pub key: Vec<u8>,
    /// Its share of the accesses (or misses) that were looked at, 0-1.
    pub share: f64,
    /// Whether it was asked for and not there.
    pub missing: bool,
}
