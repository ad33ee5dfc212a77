//! An incident, folded from its events.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::change::{Change, Found, Left, Part, Subject};
use crate::clock;
use crate::event::{Damage, Done, Event, Holder, Illegal, Record, StepState, Torn};
use crate::proof::{Present, Proof, Seat, Who, recognise};

/// All that a journal says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incident {
    /// Its name.
    pub name: String,
    /// The journal's format.
    pub format: u32,
    /// When it was opened.
    pub opened: Timestamp,
    /// When its last event was.
    pub last: Timestamp,
    /// Who took hold of it last and has not let go; they may have died since.
    pub holder: Option<Holder>,
    /// What the connections of all who ever held it are called at the servers (S28).
    pub clients: Vec<String>,
    /// The playbook that is followed, and its hash.
    pub playbook: Option<(String, String)>,
    /// What the targets proved to be.
    pub targets: Vec<Subject>,
    /// The operator's answers, the last one for each name.
    pub facts: Vec<(String, String)>,
    /// Why it is all done; empty when that was asked and not answered, none when it was not asked.
    pub why: Option<String>,
    /// Whether evidence was saved.
    pub evidence: Vec<String>,
    /// The steps that were begun, in the order of their intents.
    pub steps: Vec<Step>,
    /// Whether it was closed.
    pub closed: bool,
    /// The number of the last event.
    pub seq: u64,
    /// Where the journal does not hold what was written.
    pub damage: Vec<Damage>,
    /// Where each step is in `steps`: a long night has thousands.
    pub(super) index: HashMap<String, usize>,
    /// The step whose name was read off a damaged line, until a whole one names it.
    pub(super) unsure: Option<usize>,
}

/// A step that was begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its id, unique in the incident.
    pub id: String,
    /// When it was begun.
    pub at: Timestamp,
    /// Who began it.
    pub by: Option<Holder>,
    /// What was shown and approved.
    pub change: Change,
    /// What the action was given, as the journal keeps it; null where that is not sure.
    pub with: serde_json::Value,
    /// All its parts: those of the intent, and each batch. None of a damaged record.
    pub parts: Vec<Part>,
    /// The connections that it was sent over, where a server does not show their names.
    pub seats: Vec<Seat>,
    /// Its records that are not what was written.
    pub torn: Vec<Torn>,
    /// Where it is in its life.
    pub state: StepState,
    /// What came of it.
    pub outcome: Option<Done>,
    /// What was said about it last.
    pub notes: Vec<String>,
    /// What an undo has left as it is, by which rule.
    pub left: Vec<Left>,
    /// What was there right after the write, neither as before nor as it was to be.
    pub instead: Vec<Found>,
    /// Why it failed, is in doubt, or could not be put back.
    pub error: Option<String>,
}

impl Incident {
    /// The incident that these events tell. Errors: an event that cannot follow.
    pub fn fold<'a>(records: impl IntoIterator<Item = &'a Record>) -> Result<Self, Illegal> {
        let mut incident = Self::default();
        for record in records {
            incident.take(record)?;
        }
        Ok(incident)
    }

    /// Whether `event` can follow. Errors: it cannot.
    pub fn allows(&self, event: &Event) -> Result<(), Illegal> {
        let Some(id) = event.step() else { return Ok(()) };
        let state = self.step(id).map(|step| step.state).unwrap_or_default();
        state.next(event).map(|_| ())
    }

    /// Takes one more event. Errors: it cannot follow; then nothing has changed.
    pub fn take(&mut self, record: &Record) -> Result<(), Illegal> {
        let event = &record.event;
        self.allows(event)?;
        if let Event::Intent { step, change, with, seats, .. } = event {
            self.index.insert(step.clone(), self.steps.len());
            self.steps.push(Step {
                id: step.clone(),
                at: record.at,
                by: self.holder.clone(),
                parts: change.parts.clone(),
                change: Change { parts: Vec::new(), ..Change::clone(change) },
                with: with.clone(),
                seats: seats.clone(),
                torn: Vec::new(),
                state: StepState::New.next(event)?,
                outcome: None,
                notes: Vec::new(),
                left: Vec::new(),
                instead: Vec::new(),
                error: None,
            });
        } else if let Some(id) = event.step()
            && let Some(step) = self.index.get(id).and_then(|at| self.steps.get_mut(*at))
        {
            step.state = step.state.next(event)?;
            step.hear(event);
        }
        self.last = record.at;
        // What could not be written has no number yet.
        if record.seq > 0 {
            self.seq = record.seq;
        }
        match event {
            Event::Opened { format, incident, .. } => {
                self.name.clone_from(incident);
                self.format = *format;
                self.opened = record.at;
            }
            Event::Joined { holder, .. } => {
                self.holder = Some(holder.clone());
                let client = holder.client(&self.name);
                if !self.clients.contains(&client) {
                    self.clients.push(client);
                }
            }
            Event::Left => self.holder = None,
            Event::Playbook { name, hash } => self.playbook = Some((name.clone(), hash.clone())),
            Event::Targets { targets } => {
                for target in targets {
                    self.targets.retain(|known| known.name != target.name);
                    self.targets.push(target.clone());
                }
            }
            Event::Fact { name, value } => {
                self.facts.retain(|(known, _)| known != name);
                self.facts.push((name.clone(), value.clone()));
            }
            Event::Reason { why } => self.why = Some(why.clone()),
            Event::Evidence { files, .. } => self.evidence.extend(files.iter().cloned()),
            Event::Closed { .. } => self.closed = true,
            _ => {}
        }
        Ok(())
    }

    /// The step of that id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.index.get(id).and_then(|at| self.steps.get(*at))
    }

    /// The steps of which something is, or may be, in place, newest first.
    pub fn in_effect(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().rev().filter(|step| step.state.is_in_effect())
    }

    /// An id for a step called `name` that no step of this incident has yet: `maxclients`, then `maxclients-2`.
    pub fn fresh_id(&self, name: &str) -> String {
        let taken = |id: &str| self.step(id).is_some();
        if !taken(name) {
            return name.to_owned();
        }
        (2..).map(|n| format!("{name}-{n}")).find(|id| !taken(id)).unwrap_or_default()
    }
}

impl Step {
    /// Whether the server that `part` was written to is among those that are `there`, on the target that is reached at
    /// `address` now (S7).
    pub fn who<'a>(&self, part: &Part, there: &'a [Present], address: &str) -> Who<'a> {
        let subject = &self.change.subject;
        let recorded = subject.nodes.iter().find(|proof| proof.node == part.node && proof.id == part.id);
        let was = Proof {
            node: part.node.clone(),
            id: part.id.clone(),
            run: recorded.and_then(|proof| proof.run.clone()),
        };
        let ago = clock::now().duration_since(self.at);
        let ago = Duration::try_from(ago).unwrap_or_default();
        match recognise(&was, &subject.nodes, there, ago) {
            // An older journal does not know the nodes beside it: the address must do, where nothing speaks against it.
            Who::Another(other)
                if subject.nodes.is_empty() && subject.address == address && other.node != part.node =>
            {
                Who::Missing
            }
            who => who,
        }
    }

    pub(super) fn hear(&mut self, event: &Event) {
        match event {
            Event::Batch { part, .. } => match self.torn.iter_mut().find(|torn| torn.intent) {
                // Of what and on which target nobody is sure.
                Some(lost) => lost.parts.push(part.clone()),
                None => self.parts.push(part.clone()),
            },
            Event::Outcome { outcome, notes, left, instead, error, .. } => {
                self.outcome = Some(*outcome);
                self.instead.clone_from(instead);
                self.notes.clone_from(notes);
                self.left.clone_from(left);
                self.error.clone_from(error);
            }
            Event::Undone { notes, left, error, .. } => {
                self.notes.clone_from(notes);
                self.left.clone_from(left);
                self.error.clone_from(error);
            }
            _ => {}
        }
    }
}
