//! The only sequencer: check, plan, forecast, confirm, intent, apply, verify, outcome, watch; and all of it backwards.
//!
//! Three parts own what the stages need: the `fleet` (targets and connections), the `operator` (who is asked and told) and the
//! `logbook` (what is written down). Each stage is a file.

mod announce;
mod apply;
mod approve;
mod damaged;
mod drift;
mod evidence;
mod fence;
mod fleet;
mod lend;
mod lift;
mod logbook;
mod measure;
mod operator;
mod outcome;
mod overlap;
mod part;
mod phase;
mod phase_events;
mod plan;
mod preflight;
mod reconcile;
mod recorder;
mod restore;
mod sampler;
mod stability;
mod step;
mod stop;
mod undo;
mod verify;
mod watch;

pub use approve::Due;
pub use evidence::HOT_KEYS;
pub use lift::Lifted;
pub use measure::Measurement;
pub use outcome::{Pick, Tally};
pub use overlap::Newer;
pub use sampler::Watch;
pub use stability::Hold;
pub use step::{Acted, End, Step};
pub use stop::Stop;
pub use undo::Undone;

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Instant;

use crate::action;
use crate::config::Settings;
use crate::confirm::{Confirm, Flags};
use crate::error::{Failure, FailureKind};
use crate::event::{self, Event, Holder, Incident, Listener};
use crate::journal::{Journal, Purpose, Store};
use crate::observation::Kind;
use crate::runner::evidence::Collecting;
use crate::runner::fleet::Fleet;
use crate::runner::logbook::Logbook;
use crate::runner::operator::Operator;
use crate::text;

/// How to run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The incident to go on with, or the name of a new one; none: the current one, or a new one.
    pub incident: Option<String>,
    /// Take the incident over from a live holder.
    pub take_over: bool,
    /// What the incident is held for.
    pub purpose: Purpose,
    /// Plan and show, and write nothing anywhere.
    pub dry_run: bool,
    /// Whether to watch what a change does afterwards.
    pub watch: bool,
    /// Answers given on the command line.
    pub flags: Flags,
    /// Whether somebody sits at a terminal.
    pub attended: bool,
    /// What was typed, redacted.
    pub argv: Vec<String>,
    /// What was recorded on quiet days.
    pub records: Vec<crate::history::Record>,
    /// How this program is started as a watchdog, without incident and step.
    pub watchdog: Vec<OsString>,
}

/// Runs steps and puts them back, one at a time.
pub struct Runner {
    settings: Settings,
    options: Options,
    fleet: Fleet,
    operator: Operator,
    logbook: Logbook,
    /// The evidence that is being collected before the first change.
    collecting: Option<Collecting>,
    /// When the last change was begun.
    acted: Option<Instant>,
}

impl Runner {
    /// A runner. Takes hold of the incident that goes on, if there is one, so that a second responder is told at once
    /// (S28); a new incident is opened by the first change. Errors: somebody else holds it (exit 8), or its journal
    /// cannot be written (exit 5).
    pub async fn new(
        settings: Settings,
        options: Options,
        store: Store,
        me: Holder,
        confirm: Arc<dyn Confirm>,
        listener: Arc<dyn Listener>,
        stop: Stop,
    ) -> Result<Self, Failure> {
        let (logbook, is_there) = Logbook::of(store, me, options.argv.clone(), options.incident.as_ref())?;
        let client = logbook.me.client(&logbook.name);
        let fleet = Fleet::new(&settings.targets, client, options.watch && !options.dry_run);
        let (flags, attended) = (options.flags.clone(), options.attended);
        let operator = Operator { confirm, flags, attended, listener, stop };
        let (collecting, acted) = (None, None);
        let mut runner = Self { settings, options, fleet, operator, logbook, collecting, acted };
        if is_there && !runner.options.dry_run {
            let Options { take_over, purpose, .. } = runner.options;
            runner.logbook.hold(&runner.operator, take_over, purpose).await?;
            let facts = runner.incident().map(|incident| incident.facts.clone()).unwrap_or_default();
            for (fact, value) in facts {
                runner.know(&fact, &value)?;
            }
            runner.reconcile().await?;
        }
        Ok(runner)
    }

    /// The incident so far; none when nothing was changed yet.
    pub fn incident(&self) -> Option<&Incident> {
        self.logbook.incident()
    }

    /// Why what was put back is not in the journal, where it is not.
    pub fn unrecorded(&self) -> Option<String> {
        self.logbook.journal.as_ref().and_then(Journal::unrecorded)
    }

    /// The incident's name.
    pub fn name(&self) -> &str {
        &self.logbook.name
    }

    /// The names of the configured targets of a kind.
    pub fn targets(&self, kind: Kind) -> Vec<String> {
        self.fleet.of_kind(kind)
    }

    /// Closes the incident, unless something is in effect that does not end by itself: those steps are given back, and
    /// nothing is closed. Errors: the journal cannot be written.
    pub fn close(&mut self) -> Result<Vec<String>, Failure> {
        let Some(incident) = self.incident() else { return Ok(Vec::new()) };
        let fades = |step: &&event::Step| !step.is_lost() && action::fades(&step.change.action);
        let (fading, left): (Vec<&event::Step>, Vec<&event::Step>) = incident.in_effect().partition(fades);
        let ids =
            |steps: Vec<&event::Step>| steps.into_iter().map(|step| step.id.clone()).collect::<Vec<_>>();
        let (fading, mut left) = (ids(fading), ids(left));
        // What nobody knows of is in effect until an operator says that it is not.
        let unknown = incident.hidden().filter(|damage| damage.hides == event::Hides::Perhaps);
        left.extend(unknown.map(ToString::to_string));
        if left.is_empty() {
            self.tell(Event::Closed { left: fading })?;
        }
        Ok(left)
    }

    /// Answers a fact about the application for this incident, and keeps the answer with it. Errors: there is no such
    /// fact, or it has no such value (exit 64).
    pub fn answer(&mut self, fact: &str, value: &str) -> Result<(), Failure> {
        self.know(fact, value)?;
        self.tell(Event::Fact { name: fact.to_owned(), value: value.to_owned() })
    }

    /// Why it is all done, in one line, and keeps that with the incident. Errors: the journal cannot be written.
    pub fn because(&mut self, why: &str) -> Result<(), Failure> {
        let why = text::escape(why.trim()).into_owned();
        if self.logbook.why() == Some(&why) {
            return Ok(());
        }
        self.tell(Event::Reason { why })
    }

    fn know(&mut self, fact: &str, value: &str) -> Result<(), Failure> {
        self.settings.facts.set(fact, value).map_err(|why| Failure::new(FailureKind::Usage, why))
    }

    /// Shows an event, and keeps it: now when an incident is open, else with its first change.
    fn tell(&mut self, event: Event) -> Result<(), Failure> {
        self.logbook.tell(&self.operator, event)
    }
}
