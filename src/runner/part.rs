//! One part of a step, put back: by an undo, or because the step went wrong.

use crate::action::{Despite, Reverted, Spec};
use crate::approval::Approval;
use crate::change::{Part, Standing};
use crate::proof::Lost;
use crate::runner::fence;
use crate::system::Session;

/// What came of it.
pub(super) enum Put {
    /// The server answered.
    Back(Reverted),
    /// It did not, and shows what was there before: said with what went wrong.
    BackAllTheSame(String),
    /// It is not known to be put back.
    Not {
        /// Why, in words.
        why: String,
        /// Whether nothing is heard of the node: its other parts would take as long again.
        silent: bool,
    },
}

/// Where a part is to be put back, and with what right.
pub(super) struct Onto<'a> {
    pub session: &'a mut Session,
    pub approval: &'a Approval,
    /// Our connections, which are ended when they are lost with a write on them.
    pub lost: Lost<'a>,
}

/// Puts a part back.
pub(super) async fn put(spec: &Spec, part: &Part, despite: Despite<'_>, onto: &mut Onto<'_>) -> Put {
    let Onto { session, approval, .. } = onto;
    let permit = approval.permit(&part.node);
    let cause = match spec.action.undo(part, despite, session, approval, permit).await {
        Ok(reverted) => return Put::Back(reverted),
        Err(cause) => cause,
    };
    // In doubt: it may have been carried out all the same, so the world is asked once nothing more can come.
    let ended = fence::after(&cause, (spec, std::slice::from_ref(part)), onto).await;
    let asked = spec.action.standing(part, onto.session).await;
    if ended.is_ok() && matches!(asked, Ok(Standing::Before)) {
        return Put::BackAllTheSame(cause.message);
    }
    let may = ended.err().map(|why| format!("; {why}")).unwrap_or_default();
    Put::Not { why: format!("{}{may}", cause.message), silent: asked.is_err_and(|error| error.is_silence()) }
}
