//! A phase of a playbook: gated by a fresh measurement, step by step, within its budget.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::action::{Phase, Spec};
use crate::change::Level;
use crate::clock;
use crate::error::Failure;
use crate::event::{Event, Skip};
use crate::exit::Exit;
use crate::playbook::{self, Bound, Offer, OnFailure, OnWorse, Truth};
use crate::runner::{End, Measurement, Runner, Step, Watch};
use crate::text;

/// Which steps of a phase to take, by their ids.
#[derive(Clone, Debug, Default)]
pub struct Pick {
    /// Begin at this one.
    pub from: Option<String>,
    /// Only these.
    pub only: Vec<String>,
    /// All but these.
    pub skip: Vec<String>,
}

/// How the steps of a phase ended.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    ends: Vec<(String, End)>,
    /// Why the phase did not begin, when it did not.
    refused: Option<Exit>,
}

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
        if let Some(exit) = self.gate(bound, phase, &seen).await? {
            return Ok(Tally { refused: Some(exit), ..Tally::default() });
        }
        self.follow(bound)?;
        self.preflight(bound, phase, pick, &seen).await?;
        let mut tally = Tally::default();
        let began = clock::instant();
        for stage in bound.phase(phase) {
            self.tell(Event::Phase {
                phase: stage.id.clone().unwrap_or_else(|| phase.name().into()),
                budget: stage.limit.map(|limit| limit.as_secs()),
                verdict: Some(measured.verdict.headline.clone()),
                found: Vec::new(),
            })?;
            let deadline = stage.limit.map(|limit| began + limit);
            for step in stage.steps.iter().filter(|step| pick.takes(&step.id)) {
                if !self.take(step, phase, deadline, &seen, &mut tally).await? {
                    return Ok(tally);
                }
            }
        }
        Ok(tally)
    }

    /// Whether the phase may begin: a measurement that says "no stampede" asks once (unattended: exit 5), and a target that is
    /// not what the playbook expects refuses (S7).
    async fn gate(
        &mut self,
        bound: &Bound,
        phase: Phase,
        seen: &playbook::Measurement,
    ) -> Result<Option<Exit>, Failure> {
        for expected in &bound.expect {
            let listener = self.listener.clone();
            let seat = self.seat(&expected.target)?;
            let found = seat.identify(&listener).await.map(|_| ());
            let identity = match found {
                Ok(()) => seat.identity.clone(),
                Err(error) => {
                    return Err(Failure::new(Exit::Refused, format!("{}: {error}", expected.target)));
                }
            };
            if let Some(Truth::False(words)) = identity.map(|identity| expected.judge(&identity)) {
                return Err(Failure::new(Exit::Refused, format!("refused: S7 {words}")).hint(
                    "the playbook was written for another target; correct its `expect:`, or the address",
                ));
            }
        }
        for asked in &bound.facts {
            if let Truth::False(words) = asked.judge(&self.settings.facts) {
                return Err(Failure::new(Exit::Refused, format!("refused: {words}")));
            }
        }
        if self.options.dry_run {
            return Ok(None);
        }
        let Some(words) = bound.gate(seen) else { return Ok(None) };
        let question = format!("{words}. Begin {} all the same?", phase.name());
        let answer = match self.options.attended {
            true => tokio::select! {
                answer = self.confirm.typed(&question, phase.name()) => answer,
                () = self.stop.wait() => Some(false),
            },
            false => None,
        };
        match answer {
            Some(true) => Ok(None),
            Some(false) => Ok(Some(Exit::Unconfirmed)),
            None => Err(Failure::new(Exit::Refused, format!("refused: {words}")).hint(format!(
                "a single action (`stampede {} ACTION`) is not gated; at a terminal the phase asks",
                phase.name()
            ))),
        }
    }

    /// Notes which playbook is followed, once an incident.
    pub(super) fn follow(&mut self, bound: &Bound) -> Result<(), Failure> {
        let this = (bound.name.clone(), bound.hash.clone());
        if self.following.as_ref() == Some(&this) {
            return Ok(());
        }
        self.following = Some(this);
        self.tell(Event::Playbook { name: bound.name.clone(), hash: bound.hash.clone() })
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
        match step.offer(seen, &self.kinds()) {
            Offer::NotApplicable(words) => {
                return self.pass(step, Skip::NotApplicable, words, tally).map(|()| true);
            }
            Offer::Blocked(words) => {
                return self.pass(step, Skip::Blocked, words, tally).map(|()| true);
            }
            Offer::Offered(note) => {
                note.iter().for_each(|note| self.listener.note(&format!("{}: {note}", step.id)));
            }
        }
        for turn in self.turns(step)? {
            if self.stop.asked() {
                tally.ends.push((turn.id, End::Stopped));
                return Ok(false);
            }
            let left = deadline.map(left_until);
            if left.is_some_and(|left| left < 0.0) && !self.options.attended && !self.options.dry_run {
                let over = text::duration(Duration::from_secs_f64(-left.unwrap_or_default()));
                let why = format!("the budget of {} is over by {over}", phase.name());
                self.pass(turn.step, Skip::OutOfTime, why, tally)?;
                continue;
            }
            let id = turn.id.clone();
            let end = self.turn(turn, phase, left).await?;
            tally.ends.push((id, end));
            match (end, step.on_failure) {
                (End::Stopped, _) => return Ok(false),
                (End::Failed | End::Unknown | End::Skipped(Skip::Unreachable), OnFailure::Stop) => {
                    self.listener.note(&format!("{}: it failed, so the phase ends here", step.id));
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
        let of_kind = self.targets(spec.kind);
        let targets = match &step.target {
            Some(name) if of_kind.contains(name) => vec![name.clone()],
            Some(name) => {
                let message = format!("step {}: there is no {} target {name}", step.id, spec.kind.name());
                return Err(
                    Failure::new(Exit::Config, message).hint(format!("there are: {}", of_kind.join(", ")))
                );
            }
            None => of_kind,
        };
        let several = targets.len() > 1;
        let id = |target: &str| if several { format!("{}@{target}", step.id) } else { step.id.clone() };
        Ok(targets.into_iter().map(|target| Turn { id: id(&target), spec, step, target }).collect())
    }

    async fn turn(&mut self, turn: Turn<'_>, phase: Phase, left: Option<f64>) -> Result<End, Failure> {
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
            keep: step.irreversible_because.clone(),
            limit: step.timeout,
            phase: left.map(|left| (phase.name(), left)),
        };
        let end = self.run(&run).await?;
        match &step.verify {
            Some(verify) if end == End::Done && !self.stop.asked() => self.verified(verify).await,
            _ => Ok(end),
        }
    }

    /// The playbook's own check after a step, on a measurement of its own. What is known to be false is put back.
    async fn verified(&mut self, verify: &playbook::Condition) -> Result<End, Failure> {
        let Some(last) = self.incident().and_then(|incident| incident.steps.last()) else {
            return Ok(End::Done);
        };
        let (id, in_effect) = (last.id.clone(), last.state.is_in_effect());
        let measured = self.measure(Duration::from_secs(2)).await?;
        let seen =
            playbook::Measurement::new(&measured.verdict, &measured.observations, &self.settings.facts);
        let (worse, words) = match verify.judge(&seen) {
            Truth::True => (Some(false), format!("holds: {}", verify.source())),
            Truth::False(words) => (Some(true), words),
            Truth::Unknown(words) => (None, words),
        };
        self.tell(Event::Watched { step: id.clone(), metric: verify.source().into(), worse, words })?;
        if worse != Some(true) {
            return Ok(End::Done);
        }
        if in_effect {
            self.undo_by_itself(&id).await?;
        }
        Ok(End::Failed)
    }

    /// Puts back what this phase has done, newest first, as its playbook says.
    async fn undo_phase(&mut self, tally: &Tally) -> Result<(), Failure> {
        let done: BTreeMap<&str, End> = tally.ends.iter().map(|(id, end)| (id.as_str(), *end)).collect();
        let in_effect: Vec<String> = self
            .incident()
            .map(|incident| incident.in_effect().map(|step| step.id.clone()).collect())
            .unwrap_or_default();
        for id in in_effect.iter().filter(|id| done.get(id.as_str()) == Some(&End::Done)) {
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
        tally.ends.push((step.id.clone(), End::Skipped(outcome)));
        self.tell(Event::Skipped {
            step: step.id.clone(),
            action: step.act.name.into(),
            target: step.target.clone(),
            outcome,
            why,
            unblock: None,
        })
    }
}

/// Seconds until then; negative when it has passed.
fn left_until(deadline: Instant) -> f64 {
    let now = clock::instant();
    deadline.saturating_duration_since(now).as_secs_f64()
        - now.saturating_duration_since(deadline).as_secs_f64()
}

impl Pick {
    pub(super) fn takes(&self, id: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|only| only == id))
            && !self.skip.iter().any(|skip| skip == id)
    }

    /// The steps of `bound` that remain, in order. Errors: a step that was named is not in the phase (exit 64).
    pub fn resolve(&self, bound: &Bound, phases: &[Phase]) -> Result<Self, Failure> {
        let ids: Vec<&str> = bound
            .stages
            .iter()
            .filter(|stage| phases.contains(&stage.phase))
            .flat_map(|stage| stage.steps.iter().map(|step| step.id.as_str()))
            .collect();
        for named in self.from.iter().chain(&self.only).chain(&self.skip) {
            if !ids.contains(&named.as_str()) {
                let failure = Failure::new(Exit::Usage, format!("there is no step {}", text::escape(named)));
                return Err(match text::nearest(named, ids.iter().copied()) {
                    Some(near) => failure.hint(format!("did you mean {near}?")),
                    None => failure.hint(format!("there are: {}", ids.join(", "))),
                });
            }
        }
        let mut skip = self.skip.clone();
        if let Some(from) = &self.from {
            skip.extend(ids.iter().take_while(|id| *id != from).map(|id| (*id).to_owned()));
        }
        Ok(Self { from: None, only: self.only.clone(), skip })
    }
}

impl Tally {
    /// Adds the steps of another phase.
    pub fn add(&mut self, other: Self) {
        self.ends.extend(other.ends);
        self.refused = self.refused.or(other.refused);
    }

    /// Whether the operator stopped, or the phase did not begin.
    pub fn stopped(&self) -> bool {
        self.refused.is_some() || self.ends.iter().any(|(_, end)| *end == End::Stopped)
    }

    /// How a phase ends the program: 4 if a step failed, else 6 if one was declined or lacked an answer, else 0 if one
    /// was done or already so, else 5 if one was blocked, else 0. `strict`: any blocked step is 5.
    pub fn exit(&self, strict: bool) -> Exit {
        if let Some(exit) = self.refused {
            return exit;
        }
        let any = |is: fn(End) -> bool| self.ends.iter().any(|(_, end)| is(*end));
        let blocked = any(|end| end == End::Skipped(Skip::Blocked));
        match () {
            () if any(|end| matches!(end, End::Failed | End::Unknown | End::Skipped(Skip::Unreachable))) => {
                Exit::Failed
            }
            () if any(|end| {
                matches!(
                    end,
                    End::Stopped | End::Skipped(Skip::Declined | Skip::Unanswered | Skip::OutOfTime)
                )
            }) =>
            {
                Exit::Unconfirmed
            }
            () if blocked && strict => Exit::Refused,
            () if any(|end| {
                matches!(end, End::Done | End::Skipped(Skip::AlreadySo | Skip::Answered | Skip::DryRun))
            }) =>
            {
                Exit::Ok
            }
            () if blocked => Exit::Refused,
            () => Exit::Ok,
        }
    }
}
