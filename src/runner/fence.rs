//! A connection that was lost with a write on it: the network may still hold the write, and deliver it after somebody has
//! looked. It is ended at the server before the world is judged; until then the step is in doubt (S26).

use std::time::Duration;

use crate::approval::{Approval, Consent};
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::event::Step;
use crate::proof::Lost;
use crate::system::Session;

/// Longest time for which a lost connection is repeated by the network: 15 retransmissions of TCP, and a margin. Counts where
/// a server does not let us end it.
const HELD: Duration = Duration::from_secs(20 * 60);

/// After an error of a write: makes sure that it comes to nothing more. Errors: why it may still.
pub(super) async fn after(
    error: &TargetError,
    lost: Lost<'_>,
    session: &mut Session,
    approval: &Approval,
) -> Result<(), String> {
    if !error.is_doubtful() {
        return Ok(());
    }
    session.fence(lost, approval).await.map(drop).map_err(|error| may_arrive(&error))
}

/// The same for a step whose end nobody has seen, by whoever began it. It was agreed to when the step was.
pub(super) async fn of(step: &Step, names: &[String], session: &mut Session) -> Result<(), String> {
    let approval = Approval::of(&step.change, Consent::Automatic);
    let lost = Lost { names, seats: &step.seats };
    match session.fence(lost, &approval).await {
        Err(error) if is_refused(&error) && age(step) > HELD => Ok(()),
        Err(error) => Err(may_arrive(&error)),
        Ok(_) => Ok(()),
    }
}

/// Whether the server would not do it, and answers.
fn is_refused(error: &TargetError) -> bool {
    matches!(error.kind, TargetErrorKind::Permission | TargetErrorKind::Unsupported | TargetErrorKind::Input)
}

fn age(step: &Step) -> Duration {
    Duration::try_from(clock::now().duration_since(step.at)).unwrap_or_default()
}

fn may_arrive(error: &TargetError) -> String {
    let hint = error.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("what was sent may still arrive: its connection could not be ended: {error}{hint}")
}
