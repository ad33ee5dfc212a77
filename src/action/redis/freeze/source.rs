//! Which keys: those that match a pattern, or the hottest.

use crate::action::redis::expiry::impact::Impact;
use crate::action::redis::expiry::names::Names;
use crate::action::redis::freeze::Params;
use crate::action::redis::freeze::image::Image;
use crate::action::{Context, Plan, Refusal};
use crate::text;

/// The hottest keys that are taken unless somebody says how many.
const TOP: u64 = 200;
/// What makes a pattern of a name.
const GLOB: &[char] = &['*', '?', '[', '\\'];

/// Which keys.
pub enum Source {
    /// As `SCAN` matches them.
    Matching(String),
    /// These; with their share of what was measured and how, when nobody has named them.
    Named {
        /// The keys.
        keys: Vec<Vec<u8>>,
        /// Their share together, and the basis.
        measured: Option<(f64, String)>,
    },
}

impl Source {
    /// From what was given, and from what was measured. A refusal when nothing was.
    pub fn of(params: &Params, context: &Context<'_>) -> Result<Self, Refusal> {
        match params.pattern.as_deref() {
            Some(pattern) if pattern.contains(GLOB) => return Ok(Self::Matching(pattern.to_owned())),
            Some(name) => {
                return Ok(Self::Named { keys: vec![name.as_bytes().to_vec()], measured: None });
            }
            None => {}
        }
        let top = usize::try_from(params.top.unwrap_or(TOP)).unwrap_or(usize::MAX);
        let living: Vec<_> = context.hot.keys.iter().filter(|key| !key.missing).take(top).collect();
        if living.is_empty() {
            let basis = match context.hot.basis.as_str() {
                "" => "not measured",
                basis => basis,
            };
            return Err(Refusal::for_want(
                format!("the hottest living keys are not known: {basis}"),
                "name the keys: --pattern 'user:profile:*'",
            ));
        }
        let share = living.iter().map(|key| key.share).sum();
        Ok(Self::Named {
            keys: living.into_iter().map(|key| key.key.clone()).collect(),
            measured: Some((share, context.hot.basis.clone())),
        })
    }

    /// Which names are left alone.
    pub fn names(&self) -> Names {
        match self {
            Self::Matching(pattern) => Names::spelled_by(pattern.as_bytes()),
            Self::Named { keys, measured: None } => {
                Names::spelled_by(keys.first().map(Vec::as_slice).unwrap_or_default())
            }
            Self::Named { .. } => Names::unnamed(),
        }
    }

    /// The keys that would live longer: `about 1.2k keys of user:*`.
    pub fn words(&self, impact: &Impact) -> String {
        match self {
            Self::Matching(pattern) => impact.keys_of(pattern),
            Self::Named { keys, measured: None } => {
                text::fit_bytes(keys.first().map(Vec::as_slice).unwrap_or_default(), 40)
            }
            Self::Named { .. } => {
                let keys = if impact.touched() == 1.0 { "key" } else { "keys" };
                format!("the {} hottest {keys}", text::count(impact.touched()))
            }
        }
    }

    /// How the figures are known.
    pub fn basis(&self, impact: &Impact) -> String {
        match self {
            Self::Named { measured: Some((share, basis)), .. } => {
                format!("these keys take {} of the accesses: {basis}", text::percent(share.min(1.0)))
            }
            _ => impact.basis(),
        }
    }

    /// What is sent for each key, as one would type it: its own expiry is read and recorded right before.
    pub fn commands(&self, by: i64, spread: i64) -> Vec<String> {
        let time = format!("<its expiry + {by}..{} ms>", by + spread);
        let mut lines = match self {
            Self::Matching(pattern) => {
                let pattern = text::escape(pattern);
                vec![format!("PEXPIREAT <each key of {pattern} that has a TTL> {time} GT")]
            }
            Self::Named { keys, .. } => {
                keys.iter().map(|key| format!("PEXPIREAT {} {time} GT", text::escape_bytes(key))).collect()
            }
        };
        lines.push("# in an EVAL that compares: only while its expiry is the one recorded".to_owned());
        lines
    }

    /// What there is to say when no key would live longer.
    pub fn nothing(&self, impact: &Impact) -> Plan<Image> {
        let words = match self {
            Self::Matching(pattern) => impact.nothing(pattern),
            Self::Named { keys, .. } => match impact.left_alone() {
                Some(left) if impact.touched() == 0.0 => left,
                _ => format!("none of {} keys is there and has a TTL", keys.len()),
            },
        };
        Plan::NotApplicable(words)
    }
}
