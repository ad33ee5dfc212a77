//! Getting a connection to a database, also when every seat is taken.

use std::time::Duration;

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::Dialling;
use crate::system::select::ONE_MORE;

/// Longest time spent on tries for a seat that somebody leaves.
const RETRY_FOR: Duration = Duration::from_secs(10);

/// Where to, as whom, and within which limits.
pub(super) struct Caller<'a, T> {
    pub(super) target: &'a T,
    /// What the server calls the connection (S28).
    pub(super) name: &'a str,
    pub(super) dialling: &'a Dialling,
}

/// A login that did not succeed.
pub(super) struct Refusal {
    /// All seats that this account may take are taken: one may come free.
    pub(super) full: bool,
    /// It is the server that is full, and not what one account may have of it.
    pub(super) server: bool,
    pub(super) error: TargetError,
}

impl From<TargetError> for Refusal {
    fn from(error: TargetError) -> Self {
        Self { full: false, server: false, error }
    }
}

impl Refusal {
    /// What it means for a SELECT, which has no other way in.
    pub(super) fn of_select(self) -> TargetError {
        if self.server { self.error.hint(ONE_MORE) } else { self.error }
    }
}

/// Tries again and again for a seat that somebody leaves, after the `first` of `tries` refusals; gives it with the number of
/// tries that it took. Errors: it stays full; what else a login can say.
pub(super) async fn contend<C, F: Future<Output = Result<C, Refusal>>>(
    dialling: &Dialling,
    pause: Duration,
    (first, mut tries): (Refusal, u32),
    attempt: impl Fn() -> F,
) -> Result<(C, u32), TargetError> {
    let until = dialling.connect_by.min(clock::instant() + RETRY_FOR);
    let mut last = first.error;
    while clock::instant() < until {
        clock::sleep(pause).await;
        tries += 1;
        match attempt().await {
            Ok(connection) => return Ok((connection, tries)),
            Err(refusal) if refusal.full => last = refusal.error,
            // Out of time within a try: what matters is that the server is full.
            Err(refusal) if refusal.error.kind == TargetErrorKind::Timeout => break,
            Err(refusal) => return Err(refusal.error),
        }
    }
    last.message = format!("{} ({tries} tries)", last.message);
    Err(last)
}
