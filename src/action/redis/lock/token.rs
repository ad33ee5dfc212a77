//! What we put into a lock: random, and readable enough that everybody sees whose it is (S15, S28).

use std::fmt::Write as _;

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::action::Owner;
use crate::error::{TargetError, TargetErrorKind};
use crate::text;

/// What ours begin with, and an application's never do.
const PREFIX: &str = "op:";
/// Random bytes of a token: 128 bits.
const RANDOM: usize = 16;
/// The longest token that is one of ours.
const LONGEST: usize = 400;

/// A fresh token: `op:USER@HOST:INCIDENT:RANDOM`. Errors: the system has no randomness to give.
pub fn fresh(owner: &Owner) -> Result<String, TargetError> {
    let mut random = [0; RANDOM];
    SystemRandom::new().fill(&mut random).map_err(|_| {
        TargetError::new(TargetErrorKind::Input, "the system gives no random bytes for a lock's token")
    })?;
    let mut token = whose(owner) + ":";
    random.iter().for_each(|byte| _ = write!(token, "{byte:02x}"));
    Ok(token)
}

fn whose(owner: &Owner) -> String {
    let word = |text: &str| -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        text.chars().take(100).map(plain).collect()
    };
    format!("{PREFIX}{}@{}:{}", word(&owner.user), word(&owner.host), word(&owner.incident))
}

/// Who has put this into a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Ourselves, in this incident.
    Us,
    /// An operator with this program: `USER@HOST`, and the incident.
    Operator(String, String),
    /// Anybody else.
    Application,
}

impl Holder {
    /// Reads it from what is in the lock.
    pub fn of(value: &[u8], owner: &Owner) -> Self {
        let Some(token) = std::str::from_utf8(value).ok().filter(|text| text.len() <= LONGEST) else {
            return Self::Application;
        };
        let parts: Vec<&str> = token.split(':').collect();
        match parts[..] {
            ["op", user, incident, random] if user.contains('@') && !random.is_empty() => {
                if token.strip_suffix(random) == Some(&(whose(owner) + ":")) {
                    return Self::Us;
                }
                Self::Operator(text::escape(user).into_owned(), text::escape(incident).into_owned())
            }
            _ => Self::Application,
        }
    }

    /// As it is said. What is in an application's lock is not shown: whoever knows it can release the lock.
    pub fn words(&self) -> String {
        match self {
            Self::Us => "us, in this incident".into(),
            Self::Operator(user, incident) => format!("operator {user} (incident {incident})"),
            Self::Application => "the application".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner { incident: "2026-10-01 night:1".into(), user: "anna".into(), host: "bastion".into() }
    }

    #[test]
    fn s15_a_token_is_random_and_says_whose_it_is() {
        let token = fresh(&owner()).expect("a token");
        let (prefix, random) = token.rsplit_once(':').expect("parts");
        assert_eq!(prefix, "op:anna@bastion:2026-10-01_night_1");
        assert_eq!(random.len(), 32, "128 bits");
        assert_ne!(token, fresh(&owner()).expect("another"));
        assert_eq!(Holder::of(token.as_bytes(), &owner()), Holder::Us);
    }

    #[test]
    fn only_what_begins_as_ours_is_an_operators() {
        let other = Holder::of(b"op:ben@bastion:night:ff00", &owner());
        assert_eq!(other, Holder::Operator("ben@bastion".into(), "night".into()));
        let same = Owner { incident: "another".into(), ..owner() };
        let token = fresh(&owner()).expect("a token");
        assert!(matches!(Holder::of(token.as_bytes(), &same), Holder::Operator(..)));
        for foreign in [&b"locked"[..], b"1", b"op:", b"op:x:y:z", b"op:a@b:c:", b"xop:a@b:c:d", b"\xff", b""]
        {
            assert_eq!(Holder::of(foreign, &owner()), Holder::Application, "{foreign:?}");
        }
        assert!(!Holder::of(b"op:a\x1b@b:c:d", &owner()).words().contains('\x1b'));
    }
}
