//! A phase of a playbook: gated by a fresh measurement, step by step, within its budget.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::action::{Phase, Spec};
use crate::change::Level;
use crate::clock;
use crate::diagnosis::checklist::all_hold;
use crate::error::{Failure, FailureKind};
use crate::event::{Event, Skip};
use crate::playbook::{self, Bound, Doubt, Offer, OnFailure, OnWorse, Truth};
use crate::runner::approve::Due;
use crate::runner::outcome::{LIFT, VERIFY};
use crate::runner::{Acted, End, Hold, Measurement, Pick, Runner, Step, Tally, Watch};
use crate::text;

/// Between two stages of recovery it is measured anew, for so long.
const AFRESH: Duration = Duration::from_secs(2);
/// How long the hit ratio must hold before load is let in again, and everything before it is over.
const HELD: Hold = Hold { windows: 3, window: Duration::from_secs(5) };
/// A step of a playbook on one target.
pub(super) struct Turn<'a> {
    pub(super) id: String,
    pub(super) spec: &'static Spec,
    pub(super) step: &'a playbook::Step,
    pub(super) target: String,
}

impl Runner {
    /// Runs one phase, from a measurement of just now. Errors: the journal cannot be written; a step that was named is
    /// not there.
    pub async fn phase(
        &mut self,
        bound: &Bound,
        phase: Phase,
        pick: &Pick,
        measured: &Measurement,
    ) -> Result<Tally, Failure> {
        let seen =
            playbook::Measurement::new(&measured.verdict, &measured.observations, &self.settings.facts);
        if !self.gate(bound, phase, &seen).await? {
            return Ok(Tally { declined: true, ..Tally::default() });
        }
        self.logbook.follow(&self.operator, bound)?;
        self.preflight(bound, phase, pick, &seen).await?;
        let mut tally = Tally::default();
        self.fleet.gone.clear();
        let began = clock::instant();
        let (mut seen, mut headline) = (seen, measured.verdict.headline.clone());
        for (at, stage) in bound.phase(phase).enumerate() {
            // A stage of recovery may come half an hour after the one before.
            if at > 0 {
                let measured = self.measure(AFRESH).await?;
                seen = playbook::Measurement::new(
                    &measured.verdict,
                    &measured.observations,
                    &self.settings.facts,
                );
                headline = measured.verdict.headline;
            }
            self.tell(Event::Phase {
                phase: stage.name(),
                budget: stage.limit.map(|limit| limit.as_secs()),
                verdict: Some(headline.clone()),
                found: Vec::new(),
            })?;
            let deadline = stage.limit.map(|limit| began + limit);
            for step in stage.steps.iter().filter(|step| pick.takes(&step.id)) {
                if self.all_are_gone(stage, pick)? {
                    self.operator.note("nothing that this phase acts on answers any more, so it ends here");
                    return Ok(tally);
                }
                if !self.take(step, phase, deadline, &seen, &mut tally).await? {
                    return Ok(tally);
                }
            }
            if stage.lift && pick.takes(LIFT) && !self.lift_all(deadline, &mut tally).await? {
                return Ok(tally);
            }
            if stage.verify && pick.takes(VERIFY) {
                self.look_back(&mut tally).await?;
            }
        }
        Ok(tally)
    }

    /// Whether all targets of a stage have gone silent since the phase began.
    fn all_are_gone(&self, stage: &playbook::Stage, pick: &Pick) -> Result<bool, Failure> {
        if self.fleet.gone.is_empty() {
            return Ok(false);
        }
        for step in stage.steps.iter().filter(|step| pick.takes(&step.id)) {
            if self.turns(step)?.iter().any(|turn| !self.fleet.gone.contains(&turn.target)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Why a phase of a run has become needless: what was measured now is no stampede any more. A run goes on to the next
    /// one then.
    pub fn needless(&self, bound: &Bound, measured: &Measurement) -> Option<String> {
        let seen =
            playbook::Measurement::new(&measured.verdict, &measured.observations, &self.settings.facts);
        match bound.gate(&seen).filter(|_| !self.options.dry_run)? {
            Doubt::Needless(words) => Some(words),
            // Nothing says that it is over: the phase asks.
            Doubt::Unsure(_) => None,
        }
    }

    /// Lifts what is in effect (S29); what keeps load away waits until `by` for the hit ratio. Returns whether to go on.
    async fn lift_all(&mut self, by: Option<Instant>, tally: &mut Tally) -> Result<bool, Failure> {
        let phase = format!("{}: {LIFT}", Phase::Recover.name());
        if self.options.dry_run {
            let what = "what is in effect by then is lifted newest first, each watched; what keeps load away once the \
                        hit ratio has held";
            self.tell(Event::WouldDo { phase, what: what.into() })?;
            return Ok(true);
        }
        self.tell(Event::Phase { phase, budget: None, verdict: None, found: Vec::new() })?;
        let lifted = self.lift(HELD, by).await?;
        let end = match &lifted {
            lifted if lifted.undone.stopped => End::Stopped,
            lifted if lifted.refused.is_some() => End::Skipped(Skip::Blocked),
            lifted if lifted.undone.unanswered => End::Skipped(Skip::Unanswered),
            lifted if !lifted.undone.left.is_empty() => End::Failed,
            _ => End::Done,
        };
        for words in lifted.words() {
            self.operator.note(&words);
        }
        tally.ends.push(Acted::not(end));
        Ok(end == End::Done)
    }

    /// Goes through the last checklist.
    async fn look_back(&mut self, tally: &mut Tally) -> Result<(), Failure> {
        if self.options.dry_run {
            let phase = format!("{}: {VERIFY}", Phase::Recover.name());
            let what =
                "hit ratio, connections, running statements and response time must be back, and stay there";
            return self.tell(Event::WouldDo { phase, what: what.into() });
        }
        let checks = self.checklist(HELD).await?;
        self.keep_checklist(HELD, &checks, true)?;
        let end = match all_hold(&checks) {
            Some(true) => End::Done,
            Some(false) => End::Failed,
            // Nothing speaks against it.
            None => End::Skipped(Skip::Blocked),
        };
        tally.ends.push(Acted::not(end));
        Ok(())
    }

    /// Whether the phase may begin: a measurement that says "no stampede", or cannot say what it is, asks once (unattended: refused), and a
    /// target that is not what the playbook expects refuses (S7).
    async fn gate(
        &mut self,
        bound: &Bound,
        phase: Phase,
        seen: &playbook::Measurement,
    ) -> Result<bool, Failure> {
        for expected in &bound.expect {
            let connection = self.fleet.connection(&expected.target)?;
            let found = connection.identify(&self.operator).await.map(|_| ());
            let identity = match found {
                Ok(()) => connection.identity.clone(),
                Err(error) => {
                    let cause = anyhow::Error::new(error).context(expected.target.clone());
                    return Err(Failure::because(FailureKind::Refused, cause));
                }
            };
            if let Some(Truth::False(words)) = identity.map(|identity| expected.judge(&identity)) {
                let unblock =
                    "the playbook was written for another target; correct its `expect:`, or the address";
                return Err(self.refused(phase, Some("S7"), words, Some(unblock.into())));
            }
        }
        for asked in &bound.facts {
            if let Truth::False(words) = asked.judge(&self.settings.facts) {
                return Err(self.refused(phase, None, words, None));
            }
        }
        let Some(doubt) = bound.gate(seen).filter(|_| !self.options.dry_run) else { return Ok(true) };
        // Recovery begins when it is quiet again, and not where nobody can say whether it is.
        if phase == Phase::Recover && matches!(doubt, Doubt::Needless(_)) {
            return Ok(true);
        }
        let words = doubt.words().to_owned();
        let question = format!("{words}. Begin {} all the same?", phase.name());
        let answer = self.operator.types(&question, phase.name()).await;
        match answer {
            Some(begin) => Ok(begin),
            None => {
                let unblock = format!(
                    "a single action (`stampede {} ACTION`) is not gated; at a terminal the phase asks",
                    phase.name()
                );
                Err(self.refused(phase, None, words, Some(unblock)))
            }
        }
    }

    /// Takes one step on each of its targets. Returns whether to go on.
    async fn take(
        &mut self,
        step: &playbook::Step,
        phase: Phase,
        deadline: Option<Instant>,
        seen: &playbook::Measurement,
        tally: &mut Tally,
    ) -> Result<bool, Failure> {
        match step.offer(seen, &self.fleet.kinds()) {
            Offer::NotApplicable(words) => {
                return self.pass(step, Skip::NotApplicable, words, tally).map(|()| true);
            }
            Offer::Blocked(words) => {
                return self.pass(step, Skip::Blocked, words, tally).map(|()| true);
            }
            Offer::Offered(note) => {
                note.iter().for_each(|note| self.operator.note(&format!("{}: {note}", step.id)));
            }
        }
        for turn in self.turns(step)? {
            if self.operator.stop.asked() {
                tally.ends.push(Acted::not(End::Stopped));
                return Ok(false);
            }
            if self.fleet.gone.contains(&turn.target) {
                let why = format!("{} has gone silent in this phase", turn.target);
                self.pass(turn.step, Skip::Unreachable, why, tally)?;
                continue;
            }
            let due = deadline.map(|at| Due { phase: phase.name(), at });
            let left = due.map_or(0.0, |due| due.left());
            if left < 0.0 && !self.operator.attended && !self.options.dry_run {
                let over = text::duration(Duration::from_secs_f64(-left));
                let why = format!("the budget of {} is over by {over}", phase.name());
                self.pass(turn.step, Skip::OutOfTime, why, tally)?;
                continue;
            }
            let acted = self.turn(turn, due).await?;
            let end = acted.end;
            tally.ends.push(acted);
            match (end, step.on_failure) {
                (End::Stopped, _) => return Ok(false),
                (End::Failed | End::Unknown | End::Skipped(Skip::Unreachable), OnFailure::Stop) => {
                    self.operator.note(&format!("{}: it failed, so the phase ends here", step.id));
                    return Ok(false);
                }
                (End::Failed | End::Unknown, OnFailure::Undo) => {
                    self.undo_phase(tally).await?;
                    return Ok(false);
                }
                _ => {}
            }
        }
        Ok(true)
    }

    /// The targets of a step: the one it names, or all of its kind.
    pub(super) fn turns<'a>(&self, step: &'a playbook::Step) -> Result<Vec<Turn<'a>>, Failure> {
        let spec = step.act;
        let of_kind = self.fleet.of_kind(spec.kind);
        let targets = match &step.target {
            Some(name) if of_kind.contains(name) => vec![name.clone()],
            Some(name) => {
                let message = format!("step {}: there is no {} target {name}", step.id, spec.kind.name());
                return Err(Failure::new(FailureKind::Config, message)
                    .hint(format!("there are: {}", of_kind.join(", "))));
            }
            None => of_kind,
        };
        let several = targets.len() > 1;
        let id = |target: &str| if several { format!("{}@{target}", step.id) } else { step.id.clone() };
        Ok(targets.into_iter().map(|target| Turn { id: id(&target), spec, step, target }).collect())
    }

    async fn turn(&mut self, turn: Turn<'_>, due: Option<Due>) -> Result<Acted, Failure> {
        let Turn { id, spec, step, target } = turn;
        let watch = step.watch.as_ref().map(|watch| Watch {
            metric: watch.metric,
            worse_by: watch.worse_by,
            window: watch.length,
            undo: watch.on_worse == OnWorse::Undo || spec.amplifier,
        });
        let run = Step {
            id,
            spec,
            with: step.with.clone(),
            target,
            why: step.why.clone(),
            raise: step.typed.then_some(Level::Type),
            watch,
            // What cannot be put back anyway asks as its action says.
            keep: step.irreversible_because.clone().filter(|_| spec.irreversible.is_none()),
            limit: step.timeout,
            phase: due,
        };
        let acted = self.run(&run).await?;
        match (&step.verify, &acted) {
            (Some(verify), Acted { id: Some(id), end: End::Done }) if !self.operator.stop.asked() => {
                let end = self.verified(id, verify).await?;
                Ok(Acted { end, ..acted })
            }
            _ => Ok(acted),
        }
    }

    /// The playbook's own check after a step, on a measurement of its own. What is known to be false is put back.
    async fn verified(&mut self, id: &str, verify: &playbook::Condition) -> Result<End, Failure> {
        let measured = self.measure(Duration::from_secs(2)).await?;
        let seen =
            playbook::Measurement::new(&measured.verdict, &measured.observations, &self.settings.facts);
        let (worse, words) = match verify.judge(&seen) {
            Truth::True => (Some(false), format!("holds: {}", verify.source())),
            Truth::False(words) => (Some(true), words),
            Truth::Unknown(words) => (None, words),
        };
        self.tell(Event::Watched { step: id.to_owned(), metric: verify.source().into(), worse, words })?;
        if worse != Some(true) {
            return Ok(End::Done);
        }
        if self.logbook.is_in_effect(id) {
            self.undo_by_itself(id).await?;
        }
        Ok(End::Failed)
    }

    /// Puts back what this phase has done, newest first, as its playbook says.
    async fn undo_phase(&mut self, tally: &Tally) -> Result<(), Failure> {
        let done = tally.ends.iter().filter(|acted| acted.end == End::Done);
        let done: BTreeSet<&str> = done.filter_map(|acted| acted.id.as_deref()).collect();
        let in_effect: Vec<String> = self
            .incident()
            .map(|incident| incident.in_effect().map(|step| step.id.clone()).collect())
            .unwrap_or_default();
        for id in in_effect.iter().filter(|id| done.contains(id.as_str())) {
            self.undo_by_itself(id).await?;
        }
        Ok(())
    }

    fn pass(
        &mut self,
        step: &playbook::Step,
        outcome: Skip,
        why: String,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        tally.ends.push(Acted::not(End::Skipped(outcome)));
        self.tell(Event::Skipped {
            step: step.id.clone(),
            action: step.act.name.into(),
            target: step.target.clone(),
            outcome,
            rule: None,
            why,
            unblock: None,
        })
    }
}
