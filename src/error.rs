//! What can go wrong with a target, and the top-level failure that carries an exit code.

use std::fmt;

use crate::exit::Exit;

/// Why a target could not be reached or asked. The kind decides what the verdict makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetErrorKind {
    /// Nothing listens there: the connection was refused, or there is no such socket.
    Refused,
    /// We did not get there, or were cut off: no route, unknown host, connection closed.
    Unreachable,
    /// All its connections are taken; we could not win one.
    Full,
    /// It knows us not: wrong password, unknown user, locked account.
    Authentication,
    /// It knows us, but does not let us look.
    Permission,
    /// The TLS handshake or certificate check failed.
    Tls,
    /// It accepted and then did not answer in time.
    Timeout,
    /// It is loading its data set, starting up or shutting down.
    Loading,
    /// It is held up by a running script.
    Busy,
    /// It answered something we do not understand: the wrong port, or a proxy.
    Protocol,
    /// It does not know what it was asked for: it is too old, or a hosted service that hides the command.
    Unsupported,
    /// The input itself cannot be used (missing log file, bad pattern).
    Input,
}

impl TargetErrorKind {
    /// The name in `-o json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Full => "full",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Loading => "loading",
            Self::Busy => "busy",
            Self::Protocol => "protocol",
            Self::Unsupported => "unsupported",
            Self::Input => "input",
        }
    }
}

/// An error about one target: what happened, and what to try.
#[derive(Clone, Debug, thiserror::Error)]
pub struct TargetError {
    /// The sort of error.
    pub kind: TargetErrorKind,
    /// A lowercase fragment that fits "failed to measure redis: …". Never holds a secret; already escaped.
    pub message: String,
    /// What to try next, when there is something.
    pub hint: Option<String>,
}

impl TargetError {
    /// An error without a hint.
    pub fn new(kind: TargetErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// The same error with what to try next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A failure that ends the program: words for the operator, an exit code for the script.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What happened; may have several lines (a configuration error brings its own caret).
    pub message: String,
    /// What to try next.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    /// The same failure with what to try next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
