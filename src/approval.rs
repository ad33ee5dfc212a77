//! The right to write: given in exchange for an answer to what was shown, and for nothing else.

use serde::{Deserialize, Serialize};

use crate::change::Change;

/// Who said yes, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// `y` at a terminal.
    Answered,
    /// The target's name was typed.
    Typed,
    /// `--yes`
    Flag,
    /// `--confirm NAME`
    Named,
    /// It was agreed to when the step was: undone by itself because it made things worse (S6).
    Automatic,
}

impl Consent {
    /// How it was given.
    pub fn words(self) -> &'static str {
        match self {
            Self::Answered => "y",
            Self::Typed => "name typed",
            Self::Flag => "--yes",
            Self::Named => "--confirm",
            Self::Automatic => "by itself, as agreed",
        }
    }
}

/// An approved change. It is made in one place, the runner (a test keeps it so), from the change that was shown.
#[derive(Debug)]
pub struct Approval {
    digest: String,
    consent: Consent,
}

impl Approval {
    /// Approves `change`.
    pub fn of(change: &Change, consent: Consent) -> Self {
        Self { digest: change.digest(), consent }
    }

    /// The digest of the change that was shown.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// How it was approved.
    pub fn consent(&self) -> Consent {
        self.consent
    }

    /// The right to make one write of it. Called by the runner, once the record of that write is on disk (S26).
    pub fn permit(&self) -> Permit<'_> {
        Permit { _approval: self }
    }
}

/// The right to make one write whose before-image is in the journal.
#[derive(Debug)]
pub struct Permit<'a> {
    _approval: &'a Approval,
}
