//! A step that moves the expiries of many keys, told by its parameters alone: what a key was moved by is in its name.

use serde::{Deserialize, Serialize};

use crate::action::redis::expiry::names::Names;
use crate::action::redis::stagger::jitter::Jitter;
use crate::system::redis::Key;
use crate::text;

/// All that is needed to know again what was moved, and to put it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Which keys, as `SCAN` matches them.
    pub pattern: String,
    /// By how much.
    #[serde(flatten)]
    pub jitter: Jitter,
    /// When it began, by the server's clock: what was to expire before then is gone, and was never moved. Unix milliseconds,
    /// a whole second.
    pub began: i64,
    /// The share of the keys that had the jitter already when it began, from an earlier run, 0-1.
    #[serde(default)]
    pub had: f64,
    /// The application's switches, which are left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<Key>,
}

impl Image {
    /// Which names are left alone.
    pub fn names(&self) -> Names {
        Names::spelled_by(self.pattern.as_bytes()).without(&self.switches)
    }

    /// When a key that expires at `time` was to expire, if it is ours by its milliseconds.
    pub fn old(&self, key: &[u8], time: i64) -> Option<i64> {
        let old = time - self.jitter.of(key);
        (time > 0 && old.rem_euclid(1_000) == 0 && old >= self.began).then_some(old)
    }

    /// Whether the other moves the same keys by the same.
    pub fn is_like(&self, other: &Self) -> bool {
        self.pattern == other.pattern && self.jitter == other.jitter
    }

    /// Whether a key of `other` could be one of ours, too.
    pub fn meets(&self, other: &str) -> bool {
        let (ours, theirs) = (literal(&self.pattern), literal(other));
        ours.starts_with(theirs) || theirs.starts_with(ours)
    }

    /// What is sent, as one would type it.
    pub fn commands(&self) -> Vec<String> {
        let Jitter { by, over } = self.jitter;
        vec![
            format!(
                "PEXPIREAT <each key of {} that has a TTL> <its second + {}..{} s, by its name> GT",
                text::escape(&self.pattern),
                by + 1,
                by + over + 1
            ),
            "# in an EVAL that reads and moves in one step".into(),
        ]
    }

    /// What would put it back by hand.
    pub fn undo_commands(&self) -> Vec<String> {
        vec![format!(
            "# each key of {} that is ours: PEXPIREAT <key> <its expiry - the jitter of its name>; only this program \
             knows the jitter, and a key that is left alone expires up to {} s later than it was to",
            text::escape(&self.pattern),
            self.jitter.by + self.jitter.over + 1
        )]
    }
}

/// What comes before the first character that is special to a pattern.
fn literal(pattern: &str) -> &str {
    pattern.split(['*', '?', '[', '\\']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_meet_unless_their_beginnings_differ() {
        let image = |pattern: &str| Image {
            pattern: pattern.into(),
            jitter: Jitter { by: 0, over: 600 },
            began: 1_000,
            had: 0.0,
            switches: Vec::new(),
        };
        assert!(image("user:*").meets("user:profile:*"));
        assert!(image("user:profile:*").meets("user:*"));
        assert!(image("*").meets("product:*"));
        assert!(image("[pu]ser:*").meets("product:*"));
        assert!(!image("user:*").meets("product:*"));
        assert!(image("user:*").meets("user:*"));
    }

    #[test]
    fn an_image_is_its_parameters() {
        let image = Image {
            pattern: "user:*".into(),
            jitter: Jitter { by: 0, over: 600 },
            began: 1_000,
            had: 0.0,
            switches: Vec::new(),
        };
        let value = serde_json::to_value(&image).expect("a value");
        assert_eq!(
            value,
            serde_json::json!({ "pattern": "user:*", "by": 0, "over": 600, "began": 1000, "had": 0.0 })
        );
        assert_eq!(serde_json::from_value::<Image>(value).expect("an image"), image);
    }
}
