//! What an apply has left: read back and proven, or put back.

use std::collections::BTreeSet;

use crate::action::{Applied, Despite, Patience, Spec};
use crate::change::{self, Left, Part, Standing};
use crate::error::TargetError;
use crate::event::Done;
use crate::runner::part::{Onto, Put, put};
use crate::system::Session;

/// What came of it, before it is written down.
pub(super) struct Found {
    pub outcome: Done,
    pub in_effect: bool,
    pub notes: Vec<String>,
    /// What was left in place, by which rule.
    pub left: Vec<Left>,
    /// What was there, neither as before nor as it was to be.
    pub instead: Vec<change::Found>,
    pub error: Option<String>,
}

impl Found {
    /// That nobody knows what becomes of it, and why.
    pub(super) fn unknown(error: &str, why: String) -> Self {
        let (outcome, error) = (Done::Unknown, Some(error.to_owned()));
        Self { outcome, in_effect: true, notes: vec![why], left: Vec::new(), instead: Vec::new(), error }
    }
}

pub(super) fn said(error: &TargetError) -> String {
    match &error.hint {
        Some(hint) => format!("{}; {hint}", error.message),
        None => error.message.clone(),
    }
}

/// Reads back what an apply that went well has left, and proves it.
pub(super) async fn verify(
    spec: &Spec,
    applied: Applied,
    planned: &[Part],
    all: &[Part],
    onto: &mut Onto<'_>,
) -> Found {
    let mut notes = applied.notes;
    let outcome = if applied.stopped { Done::Stopped } else { Done::Done };
    if !applied.in_effect {
        return Found {
            outcome,
            in_effect: false,
            notes,
            left: Vec::new(),
            instead: Vec::new(),
            error: None,
        };
    }
    for part in planned {
        let wrong = match asked(spec, part, onto.session).await {
            Ok(Standing::After) => continue,
            Ok(Standing::Before) => format!("{} does not show it: it shows what was there before", part.node),
            Ok(Standing::Drifted(now)) => format!("{} shows something else at once: {now}", part.node),
            Ok(Standing::Partly(now)) => {
                notes.push(format!("{}: {now}", part.node));
                continue;
            }
            Err(error) => format!("{} cannot be read back: {}", part.node, error.message),
        };
        return put_back(spec, &wrong, all, onto).await;
    }
    let mut patience = Patience::default();
    let proof = loop {
        match spec.action.prove(planned, onto.session).await {
            Err(error) if patience.again(&error).await => {}
            proof => break proof,
        }
    };
    match proof {
        Ok(proof) => {
            notes.extend(proof);
            Found { outcome, in_effect: true, notes, left: Vec::new(), instead: Vec::new(), error: None }
        }
        Err(error) => {
            let why = format!("it is set but does not work: {}", said(&error));
            put_back(spec, &why, all, onto).await
        }
    }
}

/// What is there; a read that is lost is no failure of what was written.
async fn asked(spec: &Spec, part: &Part, session: &mut Session) -> Result<Standing, TargetError> {
    let mut patience = Patience::default();
    loop {
        match spec.action.standing(part, session).await {
            Err(error) if patience.again(&error).await => {}
            answer => return answer,
        }
    }
}

/// Puts back what stands of a change that went wrong.
pub(super) async fn put_back(spec: &Spec, why: &str, parts: &[Part], onto: &mut Onto<'_>) -> Found {
    let mut notes = Vec::new();
    let (mut unknown, mut remains, mut back, mut stays) = (false, false, 0, false);
    let (mut left, mut instead) = (Vec::new(), Vec::new());
    let mut silent = BTreeSet::new();
    for part in parts.iter().rev() {
        // A sweep has thousands of them, and each would take as long again.
        if silent.contains(&part.node) {
            continue;
        }
        match spec.action.standing(part, onto.session).await {
            Ok(Standing::Before) => {}
            // A server that cuts a value to its own limit, a webhook that changes it, somebody else: whose it is nobody knows.
            Ok(Standing::Drifted(now)) => {
                unknown = true;
                notes.push(format!(
                    "{} shows {now}: neither what was there before nor what was to be set; `stampede undo` shows all three",
                    part.node
                ));
                instead.push(now);
            }
            Ok(standing @ (Standing::After | Standing::Partly(_))) => {
                // What cannot be undone stays as far as it came, and that is said.
                if spec.irreversible.is_some() {
                    stays = true;
                    notes.push(match standing {
                        Standing::Partly(now) => format!("{}: {now}", part.node),
                        _ => format!("{}: all of it was done all the same", part.node),
                    });
                }
                match put(spec, part, Despite::default(), onto).await {
                    Put::Back(reverted) => {
                        back += 1;
                        remains |= !reverted.complete;
                        notes.extend(reverted.words());
                        left.extend(reverted.left);
                    }
                    Put::BackAllTheSame(_) => back += 1,
                    Put::Not { why, silent: is_silent } => {
                        remains = true;
                        silent.extend(is_silent.then_some(&part.node));
                        notes.push(format!("{} was not put back: {why}", part.node));
                    }
                }
            }
            Err(error) => {
                unknown = true;
                silent.extend(error.is_silence().then_some(&part.node));
                notes.push(format!("{} cannot be asked what became of it: {}", part.node, error.message));
            }
        }
    }
    match () {
        // What stays has been told by its own words.
        () if stays => {}
        () if back > 0 && !remains && !unknown => notes.push("what had been done was put back".into()),
        () if back == 0 && !unknown => notes.push(spec.action.nothing().into()),
        () => {}
    }
    let outcome = if unknown { Done::Unknown } else { Done::Failed };
    Found { outcome, in_effect: unknown || remains, notes, left, instead, error: Some(why.to_owned()) }
}
