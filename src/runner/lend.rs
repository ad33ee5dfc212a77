//! What others may look at over the connections that are held (S3), and putting one step back without a question.

use std::collections::BTreeMap;

use crate::change::Standing;
use crate::config::{Facts, Thresholds};
use crate::error::Failure;
use crate::event::{Event, StepState};
use crate::runner::Runner;
use crate::runner::reconcile::Seen;
use crate::system::redis::Reader;
use crate::system::{Line, Session};

impl Runner {
    /// The connections to databases and their poolers, by the names of their targets.
    pub fn lines(&self) -> &BTreeMap<String, Line> {
        &self.fleet.lines
    }

    /// What is known of the application in this incident.
    pub fn facts(&self) -> &Facts {
        &self.settings.facts
    }

    /// From when on a signal is a warning.
    pub fn thresholds(&self) -> &Thresholds {
        &self.settings.thresholds
    }

    /// The connection to a cache, which reads only; none: the target is no cache, or nothing of it can be reached.
    pub async fn cache(&mut self, name: &str) -> Result<Option<&mut Reader>, Failure> {
        let connection = self.fleet.connection(name)?;
        if connection.reach(&self.operator).await.is_err() {
            return Ok(None);
        }
        Ok(match &mut connection.session {
            Session::Redis(reader) => Some(reader),
            _ => None,
        })
    }

    /// Puts a step back whose end was agreed to when it was. A value that is not ours any more is left alone (S27). Returns
    /// whether nothing of it is in effect any more. Errors: the journal cannot be written.
    pub async fn put_back(&mut self, id: &str) -> Result<bool, Failure> {
        let Some(step) = self.incident().and_then(|incident| incident.step(id)).cloned() else {
            return Ok(true);
        };
        if !self.logbook.is_in_effect(id) {
            return Ok(true);
        }
        let Seen { step, standings } = self.settled(&step).await;
        if standings.iter().all(|standing| *standing == Some(Standing::Before)) {
            self.tell(Event::Reconciled { step: step.id, standings, state: StepState::Undone })?;
        } else {
            self.undo_by_itself(id).await?;
        }
        Ok(!self.logbook.is_in_effect(id))
    }
}
