//! The only sequencer: check, plan, forecast, confirm, intent, apply, verify, outcome, watch; and all of it backwards.

mod act;
mod back;
mod drift;
mod evidence;
mod eyes;
mod held;
mod lift;
mod phase;
mod preflight;
mod reconcile;
mod record;
mod seat;
mod step;
mod stop;
mod tally;
mod telling;
mod unwind;
mod watch;

pub use evidence::HOT_KEYS;
pub use eyes::Measurement;
pub use held::Hold;
pub use lift::Lifted;
pub use step::{Acted, End, Step};
pub use stop::Stop;
pub use tally::{Pick, Tally};
pub use unwind::Undone;
pub use watch::Watch;

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::action::{self, Earlier, HotKey, HotKeys, Owner, Phase, list};
use crate::clock;
use crate::config::{Settings, Target};
use crate::confirm::{Confirm, Flags};
use crate::error::Failure;
use crate::event::{self, Event, Holder, Incident, Listener, Record};
use crate::exit::Exit;
use crate::journal::{Journal, Store};
use crate::probe::hotkeys;
use crate::runner::evidence::Collecting;
use crate::runner::eyes::Eyes;
use crate::runner::seat::Seat;
use crate::runner::watch::Sampler;
use crate::system::redis::Ask;
use crate::system::{Line, Session, redis};

/// How long hot keys are looked for.
const HOT: Duration = Duration::from_secs(1);

/// How to run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The incident to go on with, or the name of a new one; none: the current one, or a new one.
    pub incident: Option<String>,
    /// Take the incident over from a live holder.
    pub take_over: bool,
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
    /// How this program is started as a dead man's hand, without incident and step.
    pub dead_man: Vec<OsString>,
}

/// Runs steps and puts them back, one at a time.
pub struct Runner {
    settings: Settings,
    options: Options,
    store: Store,
    me: Holder,
    /// The incident's name, from the start: our connections carry it.
    incident: String,
    journal: Option<Journal>,
    seats: BTreeMap<String, Seat>,
    /// The one connection to each database.
    lines: BTreeMap<String, Line>,
    eyes: Eyes,
    sampler: Option<Sampler>,
    collecting: Option<Collecting>,
    /// When the last change was begun.
    acted: Option<Instant>,
    /// What was told before the incident was opened, to be kept with its first change.
    pending: Vec<Event>,
    /// The playbook that is followed, and its hash.
    following: Option<(String, String)>,
    confirm: Arc<dyn Confirm>,
    listener: Arc<dyn Listener>,
    stop: Stop,
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
        let existing = match &options.incident {
            Some(name) => store.names().contains(name).then(|| name.clone()),
            None => store.current(clock::now()).map(|read| read.incident.name),
        };
        let incident =
            existing.clone().or_else(|| options.incident.clone()).unwrap_or_else(|| store.fresh_name());
        crate::journal::check_name(&incident)
            .map_err(|why| Failure::new(Exit::Usage, format!("not a name for an incident: {why}")))?;
        let name = me.client(&incident);
        let line = |target: &Target| Some((target.name.clone(), Line::of(target, &name)?));
        let lines: BTreeMap<String, Line> = settings.targets.iter().filter_map(line).collect();
        let eyes = eyes::eyes(&settings, &lines);
        let sampler = (options.watch && !options.dry_run)
            .then(|| Sampler::start(eyes.clone(), &settings.targets))
            .flatten();
        let mut runner = Self {
            settings,
            options,
            store,
            me,
            incident,
            journal: None,
            seats: BTreeMap::new(),
            lines,
            eyes,
            sampler,
            collecting: None,
            acted: None,
            pending: Vec::new(),
            following: None,
            confirm,
            listener,
            stop,
        };
        if let Some(name) = existing.filter(|_| !runner.options.dry_run) {
            runner.take_hold(&name).await?;
        }
        Ok(runner)
    }

    async fn take_hold(&mut self, name: &str) -> Result<(), Failure> {
        let argv = self.options.argv.clone();
        let held = self.store.hold(name, &self.me, argv.clone()).await;
        let (journal, notes) = match held {
            Err(failure) if failure.exit == Exit::Held && self.may_take_over(name, &failure).await => {
                self.store.take_over(name, &self.me, argv).await?
            }
            other => other?,
        };
        notes.iter().for_each(|note| self.listener.note(note));
        for (fact, value) in journal.incident().facts.clone() {
            self.know(&fact, &value)?;
        }
        self.journal = Some(journal);
        self.reconcile().await
    }

    /// Typing is for taking over from a live holder (S28).
    async fn may_take_over(&self, name: &str, failure: &Failure) -> bool {
        if self.options.take_over && self.options.flags.confirm.iter().any(|given| given == name) {
            return true;
        }
        let question = format!("{}. Take it over, between two of their steps?", failure.message);
        self.options.attended && self.confirm.typed(&question, name).await == Some(true)
    }

    /// The incident so far; none when nothing was changed yet.
    pub fn incident(&self) -> Option<&Incident> {
        self.journal.as_ref().map(Journal::incident)
    }

    /// Whether something of the step with this id is, or may be, in place.
    fn is_in_effect(&self, id: &str) -> bool {
        let step = self.incident().and_then(|incident| incident.step(id));
        step.is_some_and(|step| step.state.is_in_effect())
    }

    /// The incident's name.
    pub fn name(&self) -> &str {
        &self.incident
    }

    /// Closes the incident, unless something is in effect that does not end by itself: those steps are given back, and
    /// nothing is closed. Errors: the journal cannot be written.
    pub fn close(&mut self) -> Result<Vec<String>, Failure> {
        let Some(incident) = self.incident() else { return Ok(Vec::new()) };
        let (fading, left): (Vec<&event::Step>, Vec<&event::Step>) =
            incident.in_effect().partition(|step: &&event::Step| action::fades(&step.change.action));
        let ids =
            |steps: Vec<&event::Step>| steps.into_iter().map(|step| step.id.clone()).collect::<Vec<_>>();
        let (fading, left) = (ids(fading), ids(left));
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

    fn know(&mut self, fact: &str, value: &str) -> Result<(), Failure> {
        self.settings.facts.set(fact, value).map_err(|why| Failure::new(Exit::Usage, why))
    }

    fn owner(&self) -> Owner {
        Owner { incident: self.incident.clone(), user: self.me.user.clone(), host: self.me.host.clone() }
    }

    /// What this incident has done on `target` to bring it back.
    fn earlier(&self, target: &str) -> Vec<Earlier> {
        let brings_back =
            |action: &str| action::by_name(action).is_some_and(|spec| spec.phase == Phase::Recover);
        let steps = self.incident().into_iter().flat_map(|incident| &incident.steps);
        steps
            .filter(|step| step.change.subject.name == target && brings_back(&step.change.action))
            .map(|step| Earlier {
                step: step.id.clone(),
                action: step.change.action.clone(),
                in_effect: step.state.is_in_effect(),
                images: step.parts.iter().map(|part| part.image.clone()).collect(),
            })
            .collect()
    }

    /// Shows an event that is not kept.
    fn show(&self, event: Event) {
        self.listener.hear(&Record { seq: 0, at: clock::now(), event });
    }

    /// Shows an event, and keeps it: now when an incident is open, else with its first change.
    fn tell(&mut self, event: Event) -> Result<(), Failure> {
        match &mut self.journal {
            Some(journal) => {
                let record = journal.append(event)?;
                self.listener.hear(&record);
            }
            None => {
                self.show(event.clone());
                self.pending.push(event);
            }
        }
        Ok(())
    }

    /// The journal, opened now if this is the first change.
    fn journal(&mut self) -> Result<&mut Journal, Failure> {
        if self.journal.is_none() {
            let mut journal = self.store.open(&self.incident, &self.me, self.options.argv.clone())?;
            let pending = std::mem::take(&mut self.pending);
            if !pending.is_empty() {
                journal.append_all(pending)?;
            }
            self.journal = Some(journal);
            self.listener.note(&format!("incident {} opened", self.incident));
        }
        self.journal.as_mut().ok_or_else(|| Failure::new(Exit::Failed, "the journal is not open"))
    }

    /// The hottest keys of a target, when an action needs them; without any, why there are none.
    async fn hot(&mut self, target: &str, missing: bool) -> HotKeys {
        let listener = self.listener.clone();
        let saved = std::fs::read(self.store.evidence(&self.incident).join(evidence::HOT_KEYS));
        let before = saved.map(|bytes| list::listed(&bytes)).unwrap_or_default();
        let Ok(seat) = self.seat(target) else { return HotKeys::default() };
        if let Err(error) = seat.identify(&listener).await {
            return HotKeys { keys: Vec::new(), basis: error.message };
        }
        let Session::Redis(reader) = &mut seat.session else { return HotKeys::default() };
        let (keys, mut basis) =
            match hotkeys::hot(reader, &seat::dialling(&listener, target), missing, HOT).await {
                Ok(found) => found,
                Err(error) => return HotKeys { keys: Vec::new(), basis: error.message },
            };
        let hot = |key: hotkeys::Hot| HotKey { key: key.key, share: key.share, missing: key.missing };
        let mut keys: Vec<HotKey> = keys.into_iter().map(hot).collect();
        if missing {
            // What was hot before the first change and is gone by now is counted by nobody any more.
            let known: HashSet<&[u8]> = keys.iter().map(|key| key.key.as_slice()).collect();
            let gone = gone(reader, before.iter().filter(|one| !known.contains(one.key.as_slice()))).await;
            if !gone.is_empty() {
                basis += &format!("; {} that were hot before the first change and are gone", gone.len());
                keys.extend(gone);
            }
        }
        HotKeys { keys, basis }
    }
}

/// Those of the keys that are not there.
async fn gone(reader: &mut redis::Reader, those: impl Iterator<Item = &list::Listed>) -> Vec<HotKey> {
    let those: Vec<&list::Listed> = those.collect();
    let asks: Vec<Ask<'_>> = those.iter().map(|one| Ask::Pttl(&one.key)).collect();
    let Ok(left) = reader.ask_keys(&asks).await else { return Vec::new() };
    let gone = those.into_iter().zip(left).filter(|(_, left)| left.int() == Some(-2));
    gone.map(|(one, _)| HotKey { key: one.key.clone(), share: one.share.unwrap_or(0.0), missing: true })
        .collect()
}
