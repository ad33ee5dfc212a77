//! The application's key with a percentage: what was there, and which values are ours.

use serde::{Deserialize, Serialize};

use crate::action::redis::flag::image::Held;
use crate::action::staged_ramp::may_reach;
use crate::change::Standing;
use crate::system::redis::Key;
use crate::system::redis::{Expiry, Swap, Write};

/// The place of the percentage.
const PLACE: &str = "{percent}";

/// A key that is ramped; none: a person moves the traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// The key and how a percentage is written there.
    pub lever: Option<Flag>,
    /// What was let in when it began, in percent.
    pub from: u32,
    /// The steps that were planned, in percent; none in journals that do not say.
    #[serde(default)]
    pub steps: Vec<u32>,
    /// Where it relapsed, in percent; 0: nowhere yet.
    #[serde(default)]
    pub ceiling: u32,
}

/// The key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// Its name.
    pub key: Key,
    /// What is in it, with `{percent}` in its place.
    pub format: String,
    /// What was there; none: nothing.
    pub before: Option<Held>,
}

impl Flag {
    /// The value that lets so many percent in.
    pub fn value(&self, percent: u32) -> Vec<u8> {
        self.format.replace(PLACE, &percent.to_string()).into_bytes()
    }

    /// How many percent a value lets in; none: it is none of ours.
    pub fn percent(&self, value: &[u8]) -> Option<u32> {
        let (before, after) = self.format.split_once(PLACE)?;
        let inner = value.strip_prefix(before.as_bytes())?.strip_suffix(after.as_bytes())?;
        let percent: u32 = std::str::from_utf8(inner).ok()?.parse().ok()?;
        (percent <= 100 && self.value(percent) == value).then_some(percent)
    }

    /// Puts a percentage in the place of `now`.
    pub fn set<'a>(&'a self, now: Option<&'a [u8]>, value: &'a [u8]) -> Write<'a> {
        match now {
            Some(now) => Write::Swap(&self.key.0, Swap { from: now, to: Some((value, self.expiry())) }),
            None => Write::SetNew(&self.key.0, value, None),
        }
    }

    /// Puts back what was there, in the place of `now`.
    pub fn back<'a>(&'a self, now: &'a [u8]) -> Write<'a> {
        let to = self.before.as_ref().map(|before| (before.value.0.as_slice(), self.expiry()));
        Write::Swap(&self.key.0, Swap { from: now, to })
    }

    /// Brings back what is not there any more; none: nothing was, or its time is over.
    pub fn back_from_nothing(&self, at: u64) -> Option<Write<'_>> {
        self.before.as_ref()?.brought_back(&self.key, at)
    }

    /// The one that it had.
    fn expiry(&self) -> Expiry {
        self.before.as_ref().and_then(|before| before.expires).map_or(Expiry::Never, Expiry::At)
    }
}

impl Image {
    /// Whether this run can have put a value there.
    pub fn is_ours(&self, flag: &Flag, value: &[u8]) -> bool {
        flag.percent(value).is_some_and(|percent| may_reach(&self.steps, self.from, percent))
    }

    /// Which of them the key shows.
    pub fn standing(&self, flag: &Flag, now: Option<&Held>, words: impl Fn(&Held) -> String) -> Standing {
        match (now, &flag.before) {
            (Some(now), Some(before)) if now.value == before.value => Standing::Before,
            (None, None) => Standing::Before,
            (Some(now), _) if self.is_ours(flag, &now.value.0) => Standing::After,
            (Some(now), _) => Standing::Drifted(now.found(words(now))),
            // What expired by itself, or was deleted.
            (None, Some(_)) => Standing::Drifted("nothing".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_from_where_it_is_written() {
        let flag = |format: &str| Flag { key: Key(b"k".to_vec()), format: format.into(), before: None };
        assert_eq!(flag("{percent}").percent(b"25"), Some(25));
        let json = flag("{\"allow\":{percent}}");
        assert_eq!(json.value(7), b"{\"allow\":7}");
        assert_eq!(json.percent(b"{\"allow\":7}"), Some(7));
        for other in [&b"25 %"[..], b"101", b"-1", b"025", b"", b"\xff"] {
            assert_eq!(flag("{percent}").percent(other), None, "{other:?}");
        }
    }

    #[test]
    fn ours_is_what_a_step_puts_there_and_what_was_there_is_before() {
        let held = |value: &str| Held { value: Key(value.into()), expires: None };
        let words = |held: &Held| String::from_utf8_lossy(&held.value.0).into_owned();
        let flag = Flag { key: Key(b"k".to_vec()), format: "{percent}".into(), before: Some(held("0")) };
        let image = Image { lever: None, from: 0, steps: vec![50, 100], ceiling: 0 };
        let standing = |now: Option<&str>| image.standing(&flag, now.map(held).as_ref(), words);
        assert_eq!(standing(Some("0")), Standing::Before);
        assert_eq!(standing(Some("50")), Standing::After);
        assert_eq!(standing(Some("25")), Standing::After, "half of a step, after a relapse");
        assert_eq!(standing(Some("60")), Standing::Drifted("60".into()), "no step of ours (S27)");
        assert_eq!(standing(Some("off")), Standing::Drifted("off".into()));
        assert_eq!(standing(None), Standing::Drifted("nothing".into()));
        let older = Image { steps: Vec::new(), ..image };
        assert_eq!(
            older.standing(&flag, Some(&held("60")), words),
            Standing::After,
            "it does not say its steps"
        );
        let none = Flag { before: None, ..flag };
        assert_eq!(older.standing(&none, None, words), Standing::Before);
        assert_eq!(none.back(b"5").to_string().split(' ').next_back(), Some("5"), "it goes");
    }
}
