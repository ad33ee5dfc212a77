//! What can go wrong with a target, and the failure that ends a command.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

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
#[derive(Clone, Debug)]
pub struct TargetError {
    /// The sort of error.
    pub kind: TargetErrorKind,
    /// A lowercase fragment that fits "failed to measure redis: …". Never holds a secret; already escaped.
    pub message: String,
    /// What to try next, when there is something.
    pub hint: Option<String>,
    /// What a library or the operating system said, where one did: for a program to decide by, never to be shown. `message`
    /// has said what there is to say of it, escaped and shortened, and this may be neither.
    pub cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl TargetError {
    /// An error without a hint.
    pub fn new(kind: TargetErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, cause: None }
    }

    /// Whether nothing was heard of whom it is about: asking again at once would take as long again.
    pub fn is_silence(&self) -> bool {
        use TargetErrorKind::{Refused, Timeout, Unreachable};
        matches!(self.kind, Refused | Timeout | Unreachable)
    }

    /// Whether what was asked for may have been carried out, or may be yet: the server itself has said nothing.
    pub fn is_doubtful(&self) -> bool {
        use TargetErrorKind::{Protocol, Timeout, Unreachable};
        matches!(self.kind, Unreachable | Timeout | Protocol)
    }

    /// The same error with what it was caused by.
    pub fn caused_by(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
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

impl Error for TargetError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// What sort of failure ends a command; the command line makes an exit code of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// What was typed cannot be meant, or names nothing.
    Usage,
    /// A configuration or playbook cannot be used.
    Config,
    /// A safety rule forbids it, or something that it needs is missing.
    Refused,
    /// Another responder holds the incident.
    Held,
    /// Changes are in effect that it would lose sight of.
    StillInEffect,
    /// A target could not be measured.
    Unmeasured,
    /// It was tried, and did not come to its end.
    Failed,
    /// Nobody expected this: the machine refuses something ordinary, or the fault is ours.
    Internal,
}

/// A failure that ends a command: its sort for the script, words for the operator.
#[derive(Debug)]
pub struct Failure {
    /// What sort.
    pub kind: FailureKind,
    /// The safety rule that forbids it (`S26`), when one does.
    pub rule: Option<&'static str>,
    /// What happened; may have several lines (a configuration error brings its own caret).
    pub message: String,
    /// What to try next.
    pub hint: Option<String>,
    /// What it was caused by, innermost last; its own first words are those of `message`.
    pub cause: Option<anyhow::Error>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, rule: None, message: message.into(), hint: None, cause: None }
    }

    /// A refusal by a safety rule.
    pub fn by(rule: &'static str, why: impl Into<String>) -> Self {
        Self { rule: Some(rule), ..Self::new(FailureKind::Refused, why) }
    }

    /// A failure with its context, and what is beneath it.
    pub fn because(kind: FailureKind, cause: anyhow::Error) -> Self {
        Self { kind, ..Self::from(cause) }
    }

    /// The same failure with what to try next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    /// What happened, the rule first, and, in the alternate form, all that it was caused by; of a target no more than its own words, which
    /// have taken in those of the library beneath.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = self.rule {
            write!(f, "refused: {rule} ")?;
        }
        f.write_str(&self.message)?;
        let Some(cause) = self.cause.as_ref().filter(|_| f.alternate()) else { return Ok(()) };
        for (at, cause) in cause.chain().enumerate() {
            if at > 0 {
                write!(f, ": {cause}")?;
            }
            if cause.is::<TargetError>() {
                break;
            }
        }
        Ok(())
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref()?.source()
    }
}

/// What has only a context was expected by nobody.
impl From<anyhow::Error> for Failure {
    fn from(cause: anyhow::Error) -> Self {
        let message = cause.to_string();
        Self { kind: FailureKind::Internal, rule: None, message, hint: None, cause: Some(cause) }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn a_failure_says_what_it_was_caused_by_once_each() {
        let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let failure = Failure::from(
            Err::<(), _>(denied).context("cannot open it").context("cannot read /x").expect_err("an error"),
        );
        assert_eq!(failure.kind, FailureKind::Internal);
        assert_eq!(failure.to_string(), "cannot read /x");
        assert_eq!(format!("{failure:#}"), "cannot read /x: cannot open it: permission denied");
        assert_eq!(Error::source(&failure).map(ToString::to_string), Some("cannot open it".into()));
    }

    #[test]
    fn a_target_s_own_words_are_all_that_is_shown_of_what_it_was_caused_by() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let error = TargetError::new(TargetErrorKind::Refused, "nothing listens on a:1 (connection refused)")
            .caused_by(refused);
        let told = |cause: anyhow::Error| format!("{:#}", Failure::because(FailureKind::Unmeasured, cause));
        assert_eq!(told(error.clone().into()), "nothing listens on a:1 (connection refused)");
        let failure = Failure::because(
            FailureKind::Unmeasured,
            anyhow::Error::new(error).context("cannot ask a for its replicas"),
        );
        assert_eq!(failure.kind, FailureKind::Unmeasured);
        assert_eq!(
            format!("{failure:#}"),
            "cannot ask a for its replicas: nothing listens on a:1 (connection refused)"
        );
        let ours = Error::source(&failure).and_then(|cause| cause.downcast_ref::<TargetError>());
        let theirs = ours.and_then(Error::source).and_then(|cause| cause.downcast_ref::<std::io::Error>());
        assert_eq!(theirs.map(std::io::Error::kind), Some(std::io::ErrorKind::ConnectionRefused));
    }
}
