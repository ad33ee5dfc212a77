//! A connection that was lost with a write on it: the network may still hold the write, and deliver it after somebody has
//! looked. It is ended at the server before the world is judged, or what it carried is made void there; until then the step is in
//! doubt (S26).

use std::time::Duration;

use crate::action::Spec;
use crate::approval::{Approval, Consent};
use crate::change::Part;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::event::Step;
use crate::proof::Lost;
use crate::runner::part::Onto;
use crate::system::Session;

/// Longest time for which a lost connection is repeated by the network: 15 retransmissions of TCP, and a margin. Counts where
/// a server does not let us end it.
const HELD: Duration = Duration::from_secs(20 * 60);

/// After an error of a write of these parts: makes sure that it comes to nothing more. Errors: why it may still.
pub(super) async fn after(
    error: &TargetError,
    (spec, parts): (&Spec, &[Part]),
    Onto { session, approval, lost }: &mut Onto<'_>,
) -> Result<(), String> {
    if !error.is_doubtful() {
        return Ok(());
    }
    session.fence(*lost, approval).await.map_err(|error| may_arrive(&error))?;
    for part in parts {
        let permit = approval.permit(&part.node);
        spec.action.fence(part, session, approval, permit).await.map_err(|error| may_arrive(&error))?;
    }
    Ok(())
}

/// The same for a step whose end nobody has seen, by whoever began it. It was agreed to when the step was.
pub(super) async fn of(step: &Step, names: &[String], session: &mut Session) -> Result<(), String> {
    let lost = Lost { names, seats: &step.seats };
    settled(step, session.fence(lost, &agreed(step)).await.map(drop))
}

/// The same for one part of it, on a server that is known to be its own.
pub(super) async fn of_part(
    step: &Step,
    part: &Part,
    spec: &Spec,
    session: &mut Session,
) -> Result<(), String> {
    let approval = agreed(step);
    let permit = approval.permit(&part.node);
    settled(step, spec.action.fence(part, session, &approval, permit).await)
}

fn agreed(step: &Step) -> Approval {
    Approval::of(&step.change, Consent::Automatic)
}

fn settled(step: &Step, fenced: Result<(), TargetError>) -> Result<(), String> {
    match fenced {
        Err(error) if is_refused(&error) && age(step) > HELD => Ok(()),
        Err(error) => Err(may_arrive(&error)),
        Ok(()) => Ok(()),
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
    format!("what was sent may still arrive, and that could not be prevented: {error}{hint}")
}
