//! What is written down: the journal of the incident, and what was told before there was one.

use crate::action::{self, Earlier, Owner};
use crate::change::Subject;
use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::event::{self, Event, Holder, Incident};
use crate::journal::{self, Journal, Purpose, Store};
use crate::playbook::Bound;
use crate::runner::operator::Operator;

/// The incident, from its name on.
pub(super) struct Logbook {
    pub store: Store,
    pub me: Holder,
    /// What was typed, redacted.
    argv: Vec<String>,
    /// The incident's name, from the start: our connections carry it.
    pub name: String,
    pub journal: Option<Journal>,
    /// What was told before the incident was opened, to be kept with its first change.
    pending: Vec<Event>,
    /// The playbook that is followed, and its hash.
    following: Option<(String, String)>,
}

impl Logbook {
    /// The book of the incident `wanted`, of the current one, or of a new one that the first change opens; and whether it is
    /// there already. Errors: it is not a name for an incident (exit 64).
    pub(super) fn of(
        store: Store,
        me: Holder,
        argv: Vec<String>,
        wanted: Option<&String>,
    ) -> Result<(Self, bool), Failure> {
        let existing = match wanted {
            Some(name) => store.names().map(|names| names.contains(name).then(|| name.clone())),
            None => store.current(clock::now()).map(|read| read.map(|read| read.incident.name)),
        };
        // Nothing is changed beside changes that are not known.
        let existing = existing.map_err(|cause| Failure {
            rule: Some("S26"),
            ..Failure::because(FailureKind::Refused, cause)
        })?;
        let is_there = existing.is_some();
        let name = existing.or_else(|| wanted.cloned()).unwrap_or_else(|| store.fresh_name());
        journal::check_name(&name)
            .map_err(|why| Failure::new(FailureKind::Usage, format!("not a name for an incident: {why}")))?;
        Ok((Self { store, me, argv, name, journal: None, pending: Vec::new(), following: None }, is_there))
    }

    /// Takes hold of the journal that is there. `take_over`: also from a live holder; else who sits there is asked (S28). Errors:
    /// somebody else holds it (exit 8), or it cannot be written, and that is needed (exit 5).
    pub(super) async fn hold(
        &mut self,
        operator: &Operator,
        take_over: bool,
        purpose: Purpose,
    ) -> Result<(), Failure> {
        let held = self.store.hold(&self.name, &self.me, self.argv.clone(), purpose).await;
        let (journal, notes) = match held {
            Err(failure)
                if failure.kind == FailureKind::Held
                    && self.may_take_over(operator, take_over, &failure).await =>
            {
                self.store.take_over(&self.name, &self.me, self.argv.clone(), purpose).await?
            }
            other => other?,
        };
        notes.iter().for_each(|note| operator.note(note));
        self.journal = Some(journal);
        Ok(())
    }

    /// Typing is for taking over from a live holder (S28).
    async fn may_take_over(&self, operator: &Operator, take_over: bool, failure: &Failure) -> bool {
        if take_over && operator.flags.confirm.contains(&self.name) {
            return true;
        }
        let question = format!("{failure:#}. Take it over, between two of their steps?");
        operator.types(&question, &self.name).await == Some(true)
    }

    /// The incident so far; none when nothing was changed yet.
    pub(super) fn incident(&self) -> Option<&Incident> {
        self.journal.as_ref().map(Journal::incident)
    }

    /// Why it is all done: empty when that was asked and not answered, none when it was not asked.
    pub(super) fn why(&self) -> Option<&String> {
        let said = self.pending.iter().rev().find_map(|event| match event {
            Event::Reason { why } => Some(why),
            _ => None,
        });
        said.or_else(|| self.incident()?.why.as_ref())
    }

    /// Whether something of the step with this id is, or may be, in place.
    pub(super) fn is_in_effect(&self, id: &str) -> bool {
        let step = self.incident().and_then(|incident| incident.step(id));
        step.is_some_and(|step| step.state.is_in_effect())
    }

    /// The other incidents that have something in effect, as far as they can be read: all journals are, so it is asked for once
    /// by whoever needs it.
    pub(super) fn elsewhere(&self) -> Vec<Incident> {
        let all = self.store.list().unwrap_or_default().into_iter();
        let others = all.filter(|one| one.name != self.name).filter_map(|one| one.read.ok());
        others.map(|read| read.incident).filter(|incident| incident.in_effect().next().is_some()).collect()
    }

    /// What is in effect by now, newest first: id and summary.
    pub(super) fn in_effect(&self) -> Vec<(String, String)> {
        let steps = self.incident().into_iter().flat_map(Incident::in_effect);
        steps.map(|step| (step.id.clone(), step.change.summary.clone())).collect()
    }

    /// Tells an event and keeps it: now when an incident is open, else with its first change. Errors: the journal cannot be
    /// written.
    pub(super) fn tell(&mut self, operator: &Operator, event: Event) -> Result<(), Failure> {
        match &mut self.journal {
            Some(journal) => {
                let record = journal.append(event)?;
                operator.listener.hear(&record);
            }
            None => {
                operator.show(event.clone());
                self.pending.push(event);
            }
        }
        Ok(())
    }

    /// The journal, opened now if this is the first change. Errors: it cannot be written.
    pub(super) fn open(&mut self, operator: &Operator) -> Result<&mut Journal, Failure> {
        if self.journal.is_none() {
            let mut journal = self.store.open(&self.name, &self.me, self.argv.clone())?;
            let pending = std::mem::take(&mut self.pending);
            if !pending.is_empty() {
                journal.append_all(pending)?;
            }
            self.journal = Some(journal);
            operator.note(&format!("incident {} opened", self.name));
        }
        self.journal.as_mut().ok_or_else(|| Failure::new(FailureKind::Internal, "the journal is not open"))
    }

    /// Notes which playbook is followed, once an incident. Errors: the journal cannot be written.
    pub(super) fn follow(&mut self, operator: &Operator, bound: &Bound) -> Result<(), Failure> {
        let this = (bound.name.clone(), bound.hash.clone());
        if self.following.as_ref() == Some(&this) {
            return Ok(());
        }
        self.following = Some(this);
        self.tell(operator, Event::Playbook { name: bound.name.clone(), hash: bound.hash.clone() })
    }

    /// Whose doing it is.
    pub(super) fn owner(&self) -> Owner {
        Owner { incident: self.name.clone(), user: self.me.user.clone(), host: self.me.host.clone() }
    }

    /// What this incident has done on `target`. A dry run opens no journal, and reads it.
    pub(super) fn earlier(&self, target: &Subject) -> Vec<Earlier> {
        let read = if self.journal.is_none() { self.store.read(&self.name).ok() } else { None };
        let incident = self.incident().or(read.as_ref().map(|read| &read.incident));
        let steps = incident.into_iter().flat_map(|incident| &incident.steps);
        let own = steps.filter(|step| step.change.subject.name == target.name);
        own.map(|step| earlier(step, None)).collect()
    }

    /// What other incidents have in effect on it.
    pub(super) fn earlier_elsewhere(&self, target: &Subject) -> Vec<Earlier> {
        let others = self.elsewhere();
        let steps =
            others.iter().flat_map(|incident| incident.in_effect().map(|step| (step, &incident.name)));
        let there = steps.filter(|(step, _)| step.change.subject.is_also(target));
        there.map(|(step, incident)| earlier(step, Some(incident))).collect()
    }
}

/// A step as an action may know of it; `incident`: another one's.
fn earlier(step: &event::Step, incident: Option<&String>) -> Earlier {
    let spec = action::by_name(&step.change.action);
    let parts = step.parts.iter().filter(|_| spec.is_none_or(|spec| spec.recalled));
    Earlier {
        incident: incident.cloned(),
        step: step.id.clone(),
        // By today's name.
        action: spec.map_or_else(|| step.change.action.clone(), |spec| spec.name.to_owned()),
        in_effect: step.state.is_in_effect(),
        images: parts.map(|part| part.image.clone()).collect(),
    }
}
