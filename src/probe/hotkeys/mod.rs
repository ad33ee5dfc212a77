//! The hottest living and missing keys.

mod living;
mod missing;
mod raw;

pub use living::{lfu, running_session};
pub use missing::{listen, view};
pub use raw::{Hot, hot};

use std::sync::Arc;

use crate::observation::{Metric, Observation};
use crate::probe::Listing;
use crate::text;

/// Keys that are listed.
const LISTED: usize = 10;
/// Misses in the window from which on their distribution says something.
const ENOUGH: u64 = 20;
/// `lfu-log-factor` unless changed.
pub const LOG_FACTOR: f64 = 10.0;
/// Columns of a key.
const WIDTH: usize = 48;

/// One way of looking at hot keys: the hottest key and its share, and the list; or why not.
#[derive(Default)]
pub struct View {
    /// The hottest key, as shown, and its share.
    pub hottest: Option<(String, f64)>,
    /// The list.
    pub listing: Option<Listing>,
    /// What an operator must know.
    pub notes: Vec<String>,
    /// Why there is no hottest key.
    pub why: String,
}

/// A key as it is shown: escaped and cut (S30).
pub fn show(key: &[u8]) -> String {
    text::fit_bytes(key, WIDTH)
}

/// The metric from the first view that has an answer.
pub fn observation(target: &Arc<str>, views: &[View]) -> Observation {
    match views.iter().find_map(|view| view.hottest.as_ref()) {
        Some((key, share)) => Observation::known(target, Metric::CacheHotKeyShare, *share).detail(key),
        None => {
            let why: Vec<&str> =
                views.iter().map(|view| view.why.as_str()).filter(|why| !why.is_empty()).collect();
            Observation::unknown(target, Metric::CacheHotKeyShare, why.join("; "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_escaped_before_they_are_cut() {
        assert_eq!(show(b"a\x1b[2Jb"), "a\\x1b[2Jb");
        assert_eq!(show(&[b'k'; 1000]).chars().count(), WIDTH);
        assert!(!show(&[0x1b; 1000]).contains('\x1b'));
    }

    #[test]
    fn misses_go_before_lfu_and_silence_is_explained() {
        let target: Arc<str> = "redis".into();
        let none = View { why: "not switched on".into(), ..View::default() };
        let lfu = View { hottest: Some(("k".into(), 0.5)), ..View::default() };
        assert_eq!(observation(&target, &[none, lfu]).value(), Some(0.5));
        let none = View { why: "not switched on".into(), ..View::default() };
        assert_eq!(
            observation(&target, &[none]),
            Observation::unknown(&target, Metric::CacheHotKeyShare, "not switched on")
        );
    }
}
