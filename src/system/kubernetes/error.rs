//! What an API server refuses, in words.

use std::io;
use std::time::Duration;

use kube::Error;
use kube::config::KubeconfigError;

use crate::config::Secret;
use crate::error::{TargetError, TargetErrorKind};
use crate::text;

/// A request that failed, with the server's code for it.
#[derive(Debug)]
pub(super) struct Failed {
    pub code: Option<u16>,
    /// When the server wants to be asked again (429).
    pub again_in: Duration,
    /// Whether the server says which field it was (422).
    pub names_a_cause: bool,
    pub error: TargetError,
}

impl Failed {
    /// Whether the object is another one than the one that was looked at: the server has done nothing.
    pub(super) fn is_stale(&self) -> bool {
        self.code == Some(409) || self.code == Some(422) && !self.names_a_cause
    }

    pub(super) fn not_connected() -> Self {
        Self::of(TargetErrorKind::Unreachable, "the cluster was not connected to".into())
    }

    pub(super) fn of(kind: TargetErrorKind, message: String) -> Self {
        Self::from(TargetError::new(kind, message))
    }
}

/// One that the server did not answer.
impl From<Failed> for TargetError {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

impl From<TargetError> for Failed {
    fn from(error: TargetError) -> Self {
        Self { code: None, again_in: Duration::ZERO, names_a_cause: false, error }
    }
}

/// Words for what the client says, which is their cause. `at` is the API server; `secrets` is what it was sent, which some give back.
pub(super) fn translate(error: Error, at: &str, secrets: &[Secret]) -> Failed {
    let mut failed = meaning(&error, at, secrets);
    // What a login says may hold the token that it was about (S30).
    if !matches!(error, Error::Auth(_)) {
        failed.error = failed.error.caused_by(error);
    }
    failed
}

fn meaning(error: &Error, at: &str, secrets: &[Secret]) -> Failed {
    match error {
        Error::Api(status) => {
            let said = said(&status.message, secrets);
            let again = status.details.as_ref().map_or(0, |details| details.retry_after_seconds).max(1);
            let (kind, message, hint) = match status.code {
                401 => (
                    TargetErrorKind::Authentication,
                    format!("{at} does not know who we are (401): {said}"),
                    "the token or certificate has expired, or is another cluster's: kubectl auth whoami",
                ),
                403 => (TargetErrorKind::Permission, format!("{at} refuses it (403): {said}"), ""),
                404 => (TargetErrorKind::Input, format!("{at} has no such thing (404): {said}"), ""),
                409 => {
                    (TargetErrorKind::Input, format!("somebody else changed it meanwhile (409): {said}"), "")
                }
                422 => (TargetErrorKind::Input, format!("{at} does not take it (422): {said}"), ""),
                429 => (
                    TargetErrorKind::Full,
                    format!("{at} has no time for us (429): {said}"),
                    "the API server limits requests: try again in some seconds",
                ),
                // The server has understood, and says no; only 408 is a wait that ended.
                code @ 400..=499 if code != 408 => {
                    (TargetErrorKind::Input, format!("{at} does not do it ({code}): {said}"), "")
                }
                code => (TargetErrorKind::Protocol, format!("{at} answers with {code}: {said}"), ""),
            };
            let mut error = TargetError::new(kind, message);
            if !hint.is_empty() {
                error = error.hint(hint);
            }
            let names_a_cause = status.details.as_ref().is_some_and(|details| !details.causes.is_empty());
            let again_in = Duration::from_secs(u64::from(again));
            Failed { code: Some(status.code), again_in, names_a_cause, error }
        }
        Error::Auth(error) => {
            let message = format!("cannot log in to {at}: {}", text::escape(&chain(error)));
            let mut failed = Failed::of(TargetErrorKind::Authentication, message);
            failed.error =
                failed.error.hint("the exec plugin of the kubeconfig, or its token: kubectl auth whoami");
            failed
        }
        Error::SerdeError(_) | Error::FromUtf8(_) => Failed::of(
            TargetErrorKind::Protocol,
            format!("{at} does not answer like a Kubernetes API server"),
        ),
        error => {
            let words = chain(error);
            let io = |kind| has::<io::Error>(error, |io| io.kind() == kind);
            let kind = match is_before_sending(error) {
                true if has::<rustls::Error>(error, |_| true) => TargetErrorKind::Tls,
                true if io(io::ErrorKind::ConnectionRefused) => TargetErrorKind::Refused,
                _ if io(io::ErrorKind::TimedOut) => TargetErrorKind::Timeout,
                _ => TargetErrorKind::Unreachable,
            };
            Failed::of(kind, format!("cannot reach {at}: {}", text::escape(&words)))
        }
    }
}

/// Columns of a server's words that are shown.
const SHOWN: usize = 240;

/// Columns that are shown of why a policy denies something: that is written for who reads it.
const DENIAL: usize = 1_000;

/// Whether a policy says no, in words that its author has written for who reads them.
fn denied(message: &str) -> bool {
    let denies = message.contains("denied the request") || message.contains("denied request");
    denies && ["admission webhook ", "ValidatingAdmissionPolicy "].iter().any(|who| message.contains(who))
}

/// What a server says, without the object that it quotes: that may hold what is nobody's business.
fn said(message: &str, secrets: &[Secret]) -> String {
    // Before anything is cut: half a token is no word that could be found.
    let message = secrets.iter().fold(message.to_owned(), |said, secret| secret.hide_in(&said));
    if denied(&message) {
        let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        return text::fit(&text::escape(&lines.join(" ")), DENIAL).into_owned();
    }
    let quoted = [message.find(['{', '\n']), message.find("...|")];
    let end = quoted.into_iter().flatten().min().unwrap_or(message.len());
    text::fit(text::escape(message[..end].trim_end_matches([' ', ':'])).as_ref(), SHOWN).into_owned()
}

/// Words for a configuration that cannot be used.
pub(super) fn configuration(error: KubeconfigError) -> TargetError {
    // What a parser says quotes what it cannot read, and that may be a token (S30): it is no cause either.
    let why = match &error {
        KubeconfigError::Parse(error) => match error.location() {
            Some(at) => format!("line {}, column {} is not as it should be", at.line(), at.column()),
            None => "it is not as it should be".into(),
        },
        error => text::escape(&chain(error)).into_owned(),
    };
    let message = format!("cannot use the kubeconfig: {why}");
    let failed = TargetError::new(TargetErrorKind::Input, message)
        .hint("kubectl config get-contexts shows what there is");
    if matches!(error, KubeconfigError::Parse(_)) { failed } else { failed.caused_by(error) }
}

/// Whether it came to no connection: nothing was sent.
fn is_before_sending(error: &Error) -> bool {
    has::<hyper_util::client::legacy::Error>(error, hyper_util::client::legacy::Error::is_connect)
}

/// Whether an error was caused by one of this type that is as wanted.
fn has<E: std::error::Error + 'static>(
    error: &(dyn std::error::Error + 'static),
    wanted: impl Fn(&E) -> bool,
) -> bool {
    causes(error).any(|cause| cause.downcast_ref().is_some_and(&wanted))
}

/// An error and its causes. One of input or output keeps its own for itself.
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn std::error::Error + 'static)),
            None => error.source(),
        }
    })
}

/// The innermost words of an error: the outer ones only say that there is one.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use kube::client::AuthError;
    use kube::core::Status;

    use super::*;

    #[test]
    fn what_the_client_said_is_the_cause_unless_it_may_hold_a_token() {
        let status = Status { code: 403, message: "pods is forbidden".into(), ..Status::default() };
        let failed = translate(Error::Api(status.boxed()), "api:6443", &[]);
        assert_eq!(failed.error.message, "api:6443 refuses it (403): pods is forbidden");
        let cause = failed.error.source().and_then(|cause| cause.downcast_ref());
        assert!(matches!(cause, Some(Error::Api(status)) if status.code == 403), "{cause:?}");
        let failed = translate(Error::Auth(AuthError::AuthExec("secret".into())), "api:6443", &[]);
        assert_eq!(
            (failed.error.kind, failed.error.source().is_none()),
            (TargetErrorKind::Authentication, true)
        );
        let words = "admission webhook \"kyv\" denied the request: \n\nmax-replicas:\n  limit: 'no more than 3 {CHG-1}'\n";
        assert_eq!(
            said(words, &[]),
            "admission webhook \"kyv\" denied the request: max-replicas: limit: 'no more than 3 {CHG-1}'"
        );
        assert_eq!(
            said("Deployment in version \"v1\" cannot be handled: {\"a\":1}", &[]),
            "Deployment in version \"v1\" cannot be handled"
        );
        let status = Status { code: 403, message: "forbidden for Bearer t0ken".into(), ..Status::default() };
        let failed = translate(Error::Api(status.boxed()), "api:6443", &[Secret::new("t0ken")]);
        assert_eq!(failed.error.message, "api:6443 refuses it (403): forbidden for Bearer ***");
    }
}
