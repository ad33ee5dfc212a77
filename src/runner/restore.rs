//! Putting a step back, as a change that can be shown and approved; and in words, for the day it cannot be done.

use std::collections::BTreeSet;

use crate::action::{At, Beyond, Despite, Spec, Whose};
use crate::approval::{Approval, Consent};
use crate::change::{Change, Found, Left, Level, Part, Standing};
use crate::clock;
use crate::config::Target;
use crate::error::Failure;
use crate::event::{Event, Step};
use crate::journal::Purpose;
use crate::probe::address;
use crate::proof::{Lead, Lost, Roll, Who};
use crate::runner::Runner;
use crate::runner::damaged::damaged;
use crate::runner::part::{Onto, Put, put};
use crate::system::client;

/// What would be put back.
pub(super) struct Back {
    /// As it is shown. Its parts are those that can be put back, last first.
    pub change: Change,
    /// The parts that are not ours any more, with what was there when it was shown.
    pub drifted: Vec<(Part, Found)>,
    /// The nodes that cannot be asked: what is there stays as it is.
    pub silent: Vec<String>,
    /// What it will not reach, and what to type for it (S13).
    pub beyond: Vec<Beyond>,
    /// Its nodes when it was shown; none where nobody could be asked.
    roll: Option<Roll>,
    /// Who led then (S13).
    lead: Lead,
}

impl Back {
    /// Whether another server is at `node` than the one that was shown, as far as both are known.
    fn is_another(&self, node: &str, now: &Roll) -> bool {
        self.roll.as_ref().is_some_and(|shown| shown.is_contradicted_by(node, now))
    }
}

impl Runner {
    /// What would be put back of a step whose parts show `standings`, on its target as it is now.
    pub(super) async fn back(&mut self, spec: &Spec, step: &Step, standings: &[Option<Standing>]) -> Back {
        let mut ways: Vec<Vec<String>> =
            step.parts.iter().map(|part| spec.action.undo_commands(part)).collect();
        let target = self.fleet.target(&step.change.subject.name).cloned();
        let Ok(connection) = self.fleet.connection(&step.change.subject.name) else {
            return going_back(spec, step, target.as_ref(), standings, &ways);
        };
        // From what has become of it the undo may be another one (S9).
        for ((way, part), standing) in ways.iter_mut().zip(&step.parts).zip(standings) {
            let drifted = match standing {
                Some(Standing::Drifted(now)) => Some(whose(step, now)),
                Some(Standing::After | Standing::Partly(_)) => None,
                Some(Standing::Before) | None => continue,
            };
            *way = spec.action.undo_commands_now(part, drifted, &mut connection.session).await;
        }
        let mut back = going_back(spec, step, target.as_ref(), standings, &ways);
        if let Ok(subject) = connection.identify(&self.operator).await {
            back.change.subject = subject;
        }
        let asked = clock::instant();
        let roll = Roll::of(connection.session.ids_there().await, asked);
        for part in &back.change.parts {
            let words = format!("{} has restarted since, or is another server under its address", part.node);
            if step.who(part, roll.present(), &address(&connection.target)) == Who::Restarted
                && !back.change.risk.contains(&words)
            {
                back.change.level = Level::Type;
                back.change.risk.push(words);
            }
        }
        back.roll = Some(roll);
        back.lead = connection.lead.clone();
        if let Some(why) = back.lead.doubt() {
            back.change.risk.push(format!("S13 {why}"));
        }
        // The emergency brake does not need those that cannot be asked.
        if matches!(back.lead, Lead::Unsettled(_)) {
            back.change.level = Level::Type;
        }
        back.beyond = spec.action.beyond_undo(&step.parts, &mut connection.session).await;
        back.change.risk.extend(back.beyond.iter().map(Beyond::words));
        back
    }

    /// Writes back all that can be, last part first. `anyway`: past a safety rule that would rather leave it; what has
    /// drifted is written all the same, because that was shown and answered.
    pub(super) async fn write_back(
        &mut self,
        spec: &Spec,
        step: &Step,
        back: &Back,
        consent: Consent,
        anyway: bool,
    ) -> Result<bool, Failure> {
        let approval = Approval::of(&back.change, consent);
        let listener = &self.operator.listener;
        let (journal, connection) =
            (&mut self.logbook.journal, self.fleet.connected(&back.change.subject.name));
        let (Some(journal), Some(connection)) = (journal, connection) else { return Ok(false) };
        // What is put back on a primary that is none any more is not put back (S13).
        if let Some(moved) = connection.led(&self.operator).await.ok().and_then(|now| back.lead.moved(now)) {
            self.operator
                .note(&format!("{}: {moved}; nothing was put back; `stampede undo` looks anew", step.id));
            return Ok(false);
        }
        let was_recorded = journal.unrecorded().is_none();
        let hand = journal.act(Purpose::Undo)?;
        let seats = connection.session.seats().await;
        let undoing = Event::Undoing { step: step.id.clone(), consent, anyway, seats: seats.clone() };
        let record = journal.append(undoing)?;
        listener.hear(&record);
        let (mut complete, mut error) = (back.silent.is_empty() && step.is_whole(), None);
        let (mut notes, mut left) = (Vec::new(), Vec::new());
        let asked = clock::instant();
        let roll = Roll::of(connection.session.ids_there().await, asked);
        let mut silent = BTreeSet::new();
        let clients = journal.incident().clients.clone();
        let lost = Lost { names: &clients, seats: &seats };
        let mut onto = Onto { session: &mut connection.session, approval: &approval, lost };
        for part in &back.change.parts {
            // Each of its parts would take as long again.
            if silent.contains(&part.node) {
                continue;
            }
            if back.is_another(&part.node, &roll) {
                complete = false;
                let why = format!("{} has restarted since it was shown: undo shows it anew", part.node);
                left.push(Left::by("S10", why));
                notes.extend(left.last().map(Left::to_string));
                continue;
            }
            let seen = back.drifted.iter().find(|(drifted, _)| drifted == part);
            let seen = seen.map(|(_, seen)| (seen, whose(step, seen)));
            match put(spec, part, Despite { seen, rules: anyway }, &mut onto).await {
                Put::Back(reverted) => {
                    complete &= reverted.complete;
                    notes.extend(reverted.words());
                    left.extend(reverted.left);
                }
                Put::BackAllTheSame(cause) => {
                    notes.push(format!("{}: {cause}; it is put back all the same", part.node));
                }
                Put::Not { why, silent: is_silent } => {
                    complete = false;
                    error = Some(format!("{}: {why}", part.node));
                    silent.extend(is_silent.then_some(&part.node));
                }
            }
        }
        if complete {
            for part in &back.change.parts {
                if let Ok(Standing::After) = spec.action.standing(part, &mut connection.session).await {
                    complete = false;
                    error = Some(format!("{} still shows what we had set", part.node));
                }
            }
        }
        notes.extend(back.beyond.iter().map(Beyond::words));
        left.extend(back.beyond.iter().filter_map(Beyond::left));
        for node in &back.silent {
            error.get_or_insert_with(|| format!("{node} cannot be asked"));
        }
        for torn in &step.torn {
            error.get_or_insert_with(|| format!("line {} of the journal is damaged", torn.line));
        }
        // A rule that would rather leave it has said why: what it would not do is not handed out to be typed.
        let broken = error.is_some();
        let record = journal.append(Event::Undone { step: step.id.clone(), complete, notes, left, error })?;
        listener.hear(&record);
        drop(hand);
        if let Some(why) = journal.unrecorded().filter(|_| was_recorded) {
            self.operator.note(&why);
        }
        if broken {
            let words = by_hand(spec, step, self.fleet.target(&back.change.subject.name));
            self.operator.note(&words);
        }
        if complete {
            self.announce((spec, &back.change.parts), &step.change, true, &approval).await;
        }
        Ok(complete)
    }
}

/// Whose it is that is there in place of ours: what was there right after the write may be what has become of it.
fn whose(step: &Step, now: &Found) -> Whose {
    if step.instead.iter().any(|instead| now.is_still(instead)) { Whose::Unknown } else { Whose::Theirs }
}

/// `ways`: what is sent, part by part.
fn going_back(
    spec: &Spec,
    step: &Step,
    target: Option<&Target>,
    standings: &[Option<Standing>],
    ways: &[Vec<String>],
) -> Back {
    let place = step.parts.first().and_then(|part| spec.action.place(part));
    let at = At { name: &step.change.subject.name, target, place: place.as_ref() };
    let mut change = Change {
        summary: format!("put back: {}", step.change.summary),
        commands: Vec::new(),
        forecast: Vec::new(),
        risk: Vec::new(),
        back: match spec.typed_again(&step.with, at) {
            Ok(command) => format!("redo it with:\n  {command}"),
            Err(untyped) => format!("redo it with {untyped}"),
        },
        level: spec.action.back(),
        parts: Vec::new(),
        ..step.change.clone()
    };
    let (mut drifted, mut silent) = (Vec::new(), Vec::new());
    let several = step.parts.len() > 1;
    for ((part, standing), commands) in step.parts.iter().zip(standings).zip(ways).rev() {
        let prefix = if several { format!("{}: ", part.node) } else { String::new() };
        match standing {
            Some(Standing::Before) => continue,
            Some(Standing::After) => {}
            Some(Standing::Partly(words)) => change.forecast.push(format!("{}: {words}", part.node)),
            Some(Standing::Drifted(now)) => {
                change.level = Level::Type;
                change.risk.push(format!(
                    "{}: not ours any more. before: {}; ours: {}; now: {now}",
                    part.node,
                    spec.action.undo_commands(part).join("; "),
                    spec.action.commands(part).join("; ")
                ));
                drifted.push((part.clone(), now.clone()));
            }
            None => {
                change.risk.push(format!("{} cannot be asked: what is there stays as it is", part.node));
                silent.push(part.node.clone());
                continue;
            }
        }
        change.commands.extend(commands.iter().map(|command| format!("{prefix}{command}")));
        change.parts.push(part.clone());
    }
    Back { change, drifted, silent, beyond: Vec::new(), roll: None, lead: Lead::Fixed }
}

/// What to type on the day this program cannot do it.
pub(super) fn by_hand(spec: &Spec, step: &Step, target: Option<&Target>) -> String {
    if !step.is_whole() {
        return damaged(step, target);
    }
    if spec.irreversible.is_some() {
        let nodes: Vec<&str> = step.parts.iter().map(|part| part.node.as_str()).collect();
        return format!(
            "{}: how far it came is not known, and nothing puts it back. By hand: look at {}",
            step.id,
            nodes.join(", ")
        );
    }
    let nodes: BTreeSet<&str> = step.parts.iter().map(|part| part.node.as_str()).collect();
    let nodes = nodes.into_iter().collect::<Vec<_>>().join(", ");
    let mut lines = vec![format!("{} is still in effect. By hand, on {nodes}:", step.id)];
    lines.extend(step.parts.iter().rev().flat_map(|part| undo_typed(spec, part, target)));
    lines.join("\n")
}

/// What puts a part back, as it is typed into a shell; where its target is not configured any more, as its server takes it.
pub(super) fn undo_typed(spec: &Spec, part: &Part, target: Option<&Target>) -> Vec<String> {
    let commands = spec.action.undo_commands(part);
    let lines = match target {
        Some(target) => client::typed(target, &part.node, &commands),
        None => commands.iter().map(|command| format!("# on {}: {command}", part.node)).collect(),
    };
    lines.iter().map(|line| format!("  {line}")).collect()
}
