//! What is not as it was before a rehearsal, of what can be switched.

use std::fmt;

use crate::felt::Told;

/// What can be switched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Switch {
    /// A setting of the cache.
    Setting(String),
    /// Something else, in words.
    Other(String),
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(name) => write!(f, "redis {name}"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

/// A switch that is not as it was, or of which that is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Switched {
    /// Which.
    pub what: Switch,
    /// What it shows; empty where there is nothing but on.
    pub now: Told<String>,
}

impl fmt::Display for Switched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.now {
            Told::Known(now) if now.is_empty() => write!(f, "{}", self.what),
            Told::Known(now) => write!(f, "{} {now}", self.what),
            Told::Unknown(why) => write!(f, "{}: not known: {why}", self.what),
        }
    }
}

impl Switched {
    /// Whether it is known to be switched.
    pub fn is_known(&self) -> bool {
        matches!(self.now, Told::Known(_))
    }
}

/// How many are switched, and of how many that is not known: `1`, `1, 2 not known`.
pub fn how_many(switched: usize, not_known: usize) -> String {
    match not_known {
        0 => switched.to_string(),
        _ => format!("{switched}, {not_known} not known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_no_switch() {
        let of = |now| Switched { what: Switch::Setting("timeout".into()), now };
        let (set, on) = (of(Told::Known("30".into())), of(Told::Known(String::new())));
        let hidden = of(Told::Unknown("it does not answer".into()));
        assert_eq!(
            (set.to_string().as_str(), on.to_string().as_str()),
            ("redis timeout 30", "redis timeout")
        );
        assert_eq!(hidden.to_string(), "redis timeout: not known: it does not answer");
        assert_eq!((set.is_known(), hidden.is_known()), (true, false));
        assert_eq!((how_many(1, 0), how_many(0, 2)), ("1".into(), "0, 2 not known".into()));
    }
}
