//! The right to write: given in exchange for an answer to what was shown, and for nothing else.

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::error::{TargetError, TargetErrorKind};

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

    /// The right to write one part of it, on this node. Called by the runner, once the record of that part is on disk (S26).
    pub fn permit(&self, node: impl Into<String>) -> Permit<'_> {
        Permit { _approval: self, node: node.into() }
    }
}

/// The right to write one part whose before-image is in the journal: a setting, a batch of keys, the kills of one server. It
/// cannot be copied, and is good for its own node only.
#[derive(Debug)]
pub struct Permit<'a> {
    _approval: &'a Approval,
    node: String,
}

impl Permit<'_> {
    /// Whether it is good for a write on this node: asked by who can reach several. Errors: it is another's, so nothing may be
    /// sent.
    pub fn covers(&self, node: &str) -> Result<(), TargetError> {
        if self.node == node {
            return Ok(());
        }
        let message = format!("the permit is for {}, and the write for {node}: nothing was sent", self.node);
        Err(TargetError::new(TargetErrorKind::Input, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permit_is_good_for_its_own_node_only() {
        let approval = Approval { digest: String::new(), consent: Consent::Flag };
        let permit = approval.permit("10.0.0.1:6379");
        assert!(permit.covers("10.0.0.1:6379").is_ok());
        let error = permit.covers("10.0.0.2:6379").expect_err("another node");
        assert!(error.message.contains("nothing was sent"), "{error:?}");
    }
}
