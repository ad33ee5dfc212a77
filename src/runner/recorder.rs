//! Hands out the right to write, one record at a time (S26).

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use futures_util::future::BoxFuture;

use crate::action::Recorder;
use crate::approval::{Approval, Permit};
use crate::change::Part;
use crate::clock;
use crate::error::{Failure, TargetError, TargetErrorKind};
use crate::event::Event;
use crate::journal::Journal;
use crate::runner::operator::Operator;
use crate::text;

/// The recorder of one step.
pub(super) struct Ledger<'a> {
    pub step: &'a str,
    pub approval: &'a Approval,
    /// What was planned, and is in the intent.
    pub parts: &'a [Part],
    pub journal: Mutex<&'a mut Journal>,
    pub operator: &'a Operator,
    /// When its time is over.
    pub until: Option<Instant>,
    /// Why the journal could not be written.
    pub failure: Mutex<Option<Failure>>,
}

impl Recorder for Ledger<'_> {
    fn planned(&self, index: usize) -> Result<Permit<'_>, TargetError> {
        match self.parts.get(index) {
            Some(part) => Ok(self.approval.permit(&part.node)),
            None => {
                let message = format!("part {index} was not planned: nothing was sent");
                Err(TargetError::new(TargetErrorKind::Input, message))
            }
        }
    }

    fn batch(&self, part: Part) -> BoxFuture<'_, Result<Permit<'_>, TargetError>> {
        Box::pin(async move {
            let node = part.node.clone();
            let event = Event::Batch { step: self.step.to_owned(), part };
            let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
            match journal.append(event) {
                Ok(_) => Ok(self.approval.permit(node)),
                Err(failure) => {
                    let error = TargetError::new(TargetErrorKind::Input, format!("{failure:#}"));
                    *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                    Err(error)
                }
            }
        })
    }

    fn progress(&self, done: u64, of: Option<u64>) {
        let done = text::count(done as f64);
        let words = match of {
            Some(of) => format!("{}: {done} of {}", self.step, text::count(of as f64)),
            None => format!("{}: {done}", self.step),
        };
        self.operator.listener.progress(&words);
    }

    fn say(&self, words: &str) {
        self.operator.listener.progress(&format!("{}: {words}", self.step));
    }

    fn ask<'a>(&'a self, question: &'a str) -> BoxFuture<'a, Option<bool>> {
        Box::pin(self.operator.says_yes(question))
    }

    fn stopping(&self) -> bool {
        self.operator.stop.asked() || self.until.is_some_and(|until| clock::instant() >= until)
    }
}
