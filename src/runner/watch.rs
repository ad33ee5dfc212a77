//! Watching what a change does to the databases, and what follows from it (S6).

use crate::action::Phase;
use crate::clock;
use crate::error::Failure;
use crate::event::Event;
use crate::runner::sampler::{Seen, Watch};
use crate::runner::{Runner, Step};
use crate::text;

impl Runner {
    /// Watches what a step that was done does to the databases. For an amplifier, and where the playbook says so, worse
    /// means that it is undone by itself; else it is asked about.
    pub(super) async fn watch(&mut self, step: &Step, id: &str) -> Result<(), Failure> {
        // Recovery watches itself while it acts, unless the playbook wants more.
        let by_itself = step.spec.phase == Phase::Recover && step.watch.is_none();
        if !self.options.watch || by_itself {
            return Ok(());
        }
        let watch = step.watch.unwrap_or_else(|| Watch::usual(step.spec.amplifier));
        let seen = match &self.fleet.sampler {
            Some(sampler) => {
                let (seconds, name) = (text::duration(watch.window), watch.metric.name());
                self.operator.confirm.forget();
                let ends = if self.operator.attended { "; Enter ends it" } else { "" };
                self.operator.listener.progress(&format!("{id}: watching {name} for {seconds}{ends}"));
                let acted = self.acted.unwrap_or_else(clock::instant);
                sampler.watch(&watch, acted, self.operator.has_seen_enough()).await
            }
            None => Seen { worse: None, words: "no database is configured to see it on".into() },
        };
        self.tell(Event::Watched {
            step: id.to_owned(),
            metric: watch.metric.name().into(),
            worse: seen.worse,
            words: seen.words,
        })?;
        if seen.worse != Some(true) || !self.logbook.is_in_effect(id) {
            return Ok(());
        }
        if watch.undo {
            self.undo_by_itself(id).await?;
        } else if self.operator.attended {
            self.offer_undo(id).await?;
        }
        Ok(())
    }
}
