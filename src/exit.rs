//! The exit codes, which are part of the interface (docs/exit-codes.md lists them; a test compares).

use std::process::ExitCode;

use crate::error::FailureKind;

/// How the program ends. 0-3 are the monitoring-plugin convention, 64, 70 and 78 are from sysexits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Healthy (detect), or done.
    Ok = 0,
    /// Detect: warning.
    Warning = 1,
    /// Detect: critical. A typing mistake is never 2.
    Critical = 2,
    /// Detect: unknown, could not measure.
    Unknown = 3,
    /// A step failed, and was put back where it could be.
    Failed = 4,
    /// Refused by a safety check.
    Refused = 5,
    /// Needs confirmation, or the operator declined.
    Unconfirmed = 6,
    /// Undo incomplete: changes are still in effect.
    StillInEffect = 7,
    /// Another responder holds the incident.
    Held = 8,
    /// Usage error.
    Usage = 64,
    /// An unexpected failure, or a fault of the program.
    Internal = 70,
    /// Bad configuration or playbook.
    Config = 78,
    /// Interrupted.
    Interrupted = 130,
}

impl From<FailureKind> for Exit {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Usage => Self::Usage,
            FailureKind::Config => Self::Config,
            FailureKind::Refused => Self::Refused,
            FailureKind::Held => Self::Held,
            FailureKind::StillInEffect => Self::StillInEffect,
            FailureKind::Unmeasured => Self::Unknown,
            FailureKind::Failed => Self::Failed,
            FailureKind::Internal => Self::Internal,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}
