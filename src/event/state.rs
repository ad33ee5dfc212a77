//! The legal life of a step, as one function.

use serde::{Deserialize, Serialize};

use crate::event::{Done, Event};
use crate::text::named;

named! {
    /// Where a step is in its life.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum StepState {
        /// Nothing was written yet.
        #[default]
        New => "not begun",
        /// Between intent and outcome: what became of it is not known.
        Acting => "cut off in the act",
        /// Done, and still in place.
        InEffect => "in effect",
        /// Done, and nothing of it is left to put back.
        Finished => "done, nothing left to undo",
        /// Not done: nothing of it is in place.
        Failed => "failed, nothing in place",
        /// Something of it may be in place.
        InDoubt => "in doubt",
        /// Between the intent to put it back and the outcome of that.
        Undoing => "cut off while it was put back",
        /// Put back.
        Undone => "undone",
        /// It could not all be put back.
        Stuck => "not all put back",
    }
    /// As it is said.
    fn words
}

/// An event that cannot follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot follow on {state:?}")]
pub struct Illegal {
    /// The state.
    pub state: StepState,
    /// The event.
    pub event: &'static str,
}

impl StepState {
    /// The state after `event`. Events that are about no step, or do not move one, leave it. Errors: the event cannot
    /// follow; a journal that holds such a thing was not written by us alone.
    pub fn next(self, event: &Event) -> Result<Self, Illegal> {
        use StepState::{Acting, InDoubt, InEffect, New, Stuck, Undoing};
        let illegal = |event| Err(Illegal { state: self, event });
        match (self, event) {
            (New, Event::Intent { .. })
            | (Acting, Event::Batch { .. } | Event::Outcome { .. })
            | (InEffect | InDoubt | Stuck, Event::Undoing { .. })
            | (Undoing, Event::Undone { .. })
            | (Acting | Undoing | InDoubt | InEffect | Stuck, Event::Reconciled { .. }) => {
                Ok(Self::after(event).unwrap_or(self))
            }
            (_, Event::Intent { .. }) => illegal("intent"),
            (_, Event::Batch { .. }) => illegal("batch"),
            (_, Event::Outcome { .. }) => illegal("outcome"),
            (_, Event::Undoing { .. }) => illegal("undoing"),
            (_, Event::Undone { .. }) => illegal("undone"),
            (_, Event::Reconciled { .. }) => illegal("reconciled"),
            _ => Ok(self),
        }
    }

    /// Where `event` brings a step, whatever it was before; none: it moves none.
    pub(super) fn after(event: &Event) -> Option<Self> {
        Some(match event {
            Event::Intent { .. } | Event::Batch { .. } => Self::Acting,
            Event::Outcome { outcome, in_effect, .. } => match (outcome, in_effect) {
                (Done::Done | Done::Stopped, true) => Self::InEffect,
                (Done::Done | Done::Stopped, false) => Self::Finished,
                (Done::Failed, false) => Self::Failed,
                (Done::Failed, true) => Self::Stuck,
                (Done::Unknown, _) => Self::InDoubt,
            },
            Event::Undoing { .. } => Self::Undoing,
            Event::Undone { complete: true, .. } => Self::Undone,
            Event::Undone { complete: false, .. } => Self::Stuck,
            Event::Reconciled { state, .. } => *state,
            _ => return None,
        })
    }

    /// Whether something of it is, or may be, in place.
    pub fn is_in_effect(self) -> bool {
        matches!(self, Self::Acting | Self::InEffect | Self::InDoubt | Self::Undoing | Self::Stuck)
    }

    /// Whether the world must be read before anything is said or done about it.
    pub fn is_dangling(self) -> bool {
        matches!(self, Self::Acting | Self::Undoing | Self::InDoubt)
    }
}
