//! Keys whose lifetime is their meaning: a session, a lock or a rate limit must end when it ends (S14).

use crate::action::Context;
use crate::action::redis::flag;
use crate::system::redis::Key;

/// Words of a name that say so, in the singular.
const WORDS: &[&str] = &[
    "lock",
    "mutex",
    "session",
    "sess",
    "token",
    "otp",
    "nonce",
    "rate",
    "limit",
    "ratelimit",
    "idempotency",
    "csrf",
];

/// What is said of the application's switches: they must end when they end, too.
const SWITCH: &str = "switch";

/// Which keys are touched: those whose name has no such word, or only words that the pattern spells.
pub struct Names {
    spelled: Vec<&'static str>,
    switches: Vec<Key>,
}

/// The application's switches: those that are configured, and those that this incident has set.
pub fn switches(context: &Context<'_>) -> Vec<Key> {
    let configured = context.remedies.flags.iter().map(|flag| Key(flag.key.clone().into_bytes()));
    let set = context.earlier::<flag::image::Image>("redis.flag").into_iter().map(|(_, image)| image.key);
    configured.chain(set).collect()
}

impl Names {
    /// For keys that nobody has named: no exceptions.
    pub fn unnamed() -> Self {
        Self { spelled: Vec::new(), switches: Vec::new() }
    }

    /// For the keys that a pattern (or name) was given for.
    pub fn spelled_by(pattern: &[u8]) -> Self {
        Self { spelled: words(pattern).filter_map(protected).collect(), switches: Vec::new() }
    }

    /// The same without these switches.
    pub fn without(self, switches: &[Key]) -> Self {
        Self { switches: switches.to_vec(), ..self }
    }

    /// The word for which this key is left alone.
    pub fn spare(&self, key: &[u8]) -> Option<&'static str> {
        if self.switches.iter().any(|switch| switch.0 == key) {
            return Some(SWITCH);
        }
        words(key).filter_map(protected).find(|word| !self.spelled.contains(word))
    }
}

/// The words of a name: what stands between anything that is neither letter nor digit, and `userSession` is two.
fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let from = rest.iter().position(u8::is_ascii_alphanumeric)?;
        let word = &rest[from..];
        let end = (1..word.len())
            .find(|at| {
                let (before, here) = (word[at - 1], word[*at]);
                !here.is_ascii_alphanumeric() || (before.is_ascii_lowercase() && here.is_ascii_uppercase())
            })
            .unwrap_or(word.len());
        rest = &word[end..];
        Some(&word[..end])
    })
}

fn protected(word: &[u8]) -> Option<&'static str> {
    let is = |word: &[u8]| WORDS.iter().copied().find(|known| known.as_bytes().eq_ignore_ascii_case(word));
    is(word).or_else(|| is(word.strip_suffix(b"s").or_else(|| word.strip_suffix(b"S"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s14_a_switch_of_the_application_ends_when_it_was_to_end() {
        let names = Names::spelled_by(b"*").without(&[Key(b"app:breaker".to_vec())]);
        assert_eq!(names.spare(b"app:breaker"), Some("switch"));
        assert_eq!(names.spare(b"app:breaker:2"), None);
    }

    #[test]
    fn s14_names_with_a_segment_that_says_so_are_left_alone() {
        let names = Names::unnamed();
        for (key, word) in [
            ("lock:page:1", "lock"),
            ("app:sessions:42", "session"),
            ("sess:42", "sess"),
            ("{user:1}:csrf", "csrf"),
            ("rate_limit:10.0.0.1", "rate"),
            ("api/RateLimit/7", "rate"),
            ("userSession:7", "session"),
            ("IDEMPOTENCY-KEY-9", "idempotency"),
            ("otp\u{7f}x", "otp"),
        ] {
            assert_eq!(names.spare(key.as_bytes()), Some(word), "{key}");
        }
        for key in ["user:profile:1", "blocks:7", "unlocked", "page:limitless", "generated", "", "größe"] {
            assert_eq!(names.spare(key.as_bytes()), None, "{key}");
        }
    }

    #[test]
    fn s14_only_the_segment_that_the_pattern_spells_is_touched() {
        let names = Names::spelled_by(b"session:*");
        assert_eq!(names.spare(b"session:42"), None);
        assert_eq!(names.spare(b"sessions:42"), None);
        assert_eq!(names.spare(b"session:42:token"), Some("token"));
        let glob = Names::spelled_by(b"s*ession:?[t]oken*");
        assert_eq!(glob.spare(b"session:token"), Some("session"), "a glob spells nothing");
    }
}
