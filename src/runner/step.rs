//! One step, from its check to its outcome.

use std::time::Duration;

use crate::action::field::With;
use crate::action::{Asking, Context, HotKeys, Needs, Planned, Refusal, Spec};
use crate::change::{Change, Level};
use crate::clock;
use crate::config::TargetSpec;
use crate::confirm::{Answer, Question, flag_for};
use crate::error::{Failure, TargetError, TargetErrorKind};
use crate::event::{Event, Skip};
use crate::exit::Exit;
use crate::journal::Journal;
use crate::runner::seat::Seat;
use crate::runner::{Runner, Watch};
use crate::text;

/// How often a step is planned anew because the world moved while it was shown.
const REPLANS: usize = 3;

/// One step to run.
pub struct Step {
    /// Its name; a number is added when the incident has one of that name already.
    pub id: String,
    /// What it does.
    pub spec: &'static Spec,
    /// What it was given.
    pub with: With,
    /// The name of its target.
    pub target: String,
    /// Why the playbook has it.
    pub why: Option<String>,
    /// The level the playbook raises it to (S8: never lowers).
    pub raise: Option<Level>,
    /// What to watch after it; none: what is usual for its action.
    pub watch: Option<Watch>,
    /// Why it will not be put back, when the playbook says so of a step that could be.
    pub keep: Option<String>,
    /// Longest time for its write: bulk work ends after the batch in hand.
    pub limit: Option<Duration>,
    /// The phase it belongs to and the seconds that are left of its budget when it begins.
    pub phase: Option<(&'static str, f64)>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Done and proven.
    Done,
    /// Not done, one way or another.
    Skipped(Skip),
    /// Tried, and put back.
    Failed,
    /// Tried, and nobody knows.
    Unknown,
    /// The operator stops here.
    Stopped,
}

/// What came of a step, and who it was: its id is chosen when it is begun, and is not always its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// Its id in the journal; none when it was not begun.
    pub id: Option<String>,
    /// How it ended.
    pub end: End,
}

impl Acted {
    /// One that was not begun.
    pub(super) fn not(end: End) -> Self {
        Self { id: None, end }
    }
}

/// What planning gave.
struct Ready {
    hot: HotKeys,
    planned: Planned,
}

impl Runner {
    /// Runs one step. Errors: the journal cannot be written, or somebody has taken over. What happens to the step
    /// itself is no error but its end.
    pub async fn run(&mut self, step: &Step) -> Result<Acted, Failure> {
        self.begin_evidence();
        for attempt in 1.. {
            if self.stop.asked() {
                return Ok(Acted::not(End::Stopped));
            }
            let ready = match self.plan(step).await? {
                Ok(ready) => ready,
                Err(error) => {
                    let outcome = match error.kind {
                        TargetErrorKind::Permission => Skip::Blocked,
                        // A cluster that nobody has named is there by chance: a phase does not need it.
                        _ if step.phase.is_some() && self.was_found(&step.target) => Skip::NotApplicable,
                        _ => Skip::Unreachable,
                    };
                    return self.skip(step, outcome, error.message, error.hint);
                }
            };
            let change = match ready.planned {
                Planned::AlreadySo(words) => return self.skip(step, Skip::AlreadySo, words, None),
                Planned::NotApplicable(words) => return self.skip(step, Skip::NotApplicable, words, None),
                Planned::Blocked(refusal) => return self.blocked(step, &refusal),
                Planned::Answer(lines) => return self.skip(step, Skip::Answered, lines.join("\n"), None),
                Planned::Ask(asking) => match self.learn(&asking).await? {
                    true => continue,
                    false => return self.blocked(step, &asking.otherwise),
                },
                Planned::Change(change) => Box::new(kept(*change, step.keep.as_deref())),
            };
            self.show(Event::Planned { step: step.id.clone(), change: change.clone() });
            if self.options.dry_run {
                return self.skip(step, Skip::DryRun, format!("would {}", change.summary), None);
            }
            let consent = match self.ask(step, &change).await? {
                (Answer::Do(consent), _) => consent,
                (Answer::Skip, _) => {
                    return self.skip(step, Skip::Declined, "the answer was no".into(), None);
                }
                (Answer::Stop, _) => {
                    self.skip(step, Skip::Declined, "stopped here".into(), None)?;
                    return Ok(Acted::not(End::Stopped));
                }
                (Answer::Nobody, flag) => {
                    let why = "nobody was there to answer".into();
                    return self.skip(step, Skip::Unanswered, why, Some(format!("answer with {flag}")));
                }
                (Answer::UndoLast, _) => continue,
            };
            // Somebody may have taken over while it was asked: then nothing of ours counts any more.
            self.journal.as_ref().map_or(Ok(()), Journal::still_ours)?;
            // S10: what was read for the plan is read again, right before the write.
            let mut moved = self.moved(step, &change).await;
            // To save the evidence may take seconds.
            if moved.is_none() && self.save_evidence().await? {
                moved = self.moved(step, &change).await;
            }
            if let Some(moved) = moved {
                if self.options.attended && attempt < REPLANS {
                    self.listener.note(&format!("{moved}; planned anew"));
                    continue;
                }
                let refusal = Refusal::by("S10", moved, "run it again: it plans from what is there now");
                return self.blocked(step, &refusal);
            }
            let (id, end) = self.act(step, &change, consent, &ready.hot).await?;
            if end == End::Done {
                self.watch(step, &id).await?;
            }
            return Ok(Acted { id: Some(id), end });
        }
        Ok(Acted::not(End::Stopped))
    }

    /// Whether a target is a cluster that nobody has named.
    fn was_found(&self, name: &str) -> bool {
        let target = self.settings.targets.iter().find(|target| target.name == name);
        target.is_some_and(|target| matches!(&target.spec, TargetSpec::Kubernetes(cluster) if cluster.found))
    }

    /// Asks the operator for a fact. Returns whether it was answered; an answer that is none is asked for again.
    async fn learn(&mut self, asking: &Asking) -> Result<bool, Failure> {
        if !self.options.attended {
            return Ok(false);
        }
        let answer = tokio::select! {
            answer = self.confirm.fact(asking.fact, &asking.question) => answer,
            () = self.stop.wait() => None,
        };
        let Some(value) = answer else { return Ok(false) };
        match self.answer(asking.fact, &value) {
            Err(failure) if failure.exit == Exit::Usage => self.listener.note(&failure.message),
            outcome => outcome?,
        }
        Ok(true)
    }

    /// Plans. The outer error ends everything; the inner one only this step.
    async fn plan(&mut self, step: &Step) -> Result<Result<Ready, TargetError>, Failure> {
        let hot = match (step.spec.needs)(&step.with) {
            Needs::Nothing => HotKeys::default(),
            needs => self.hot(&step.target, needs == Needs::HotKeys).await,
        };
        let owner = self.owner();
        let earlier = self.earlier(&step.target);
        let listener = self.listener.clone();
        self.seat(&step.target)?;
        let Self { seats, settings, lines, .. } = self;
        let Some(seat) = seats.get_mut(&step.target) else {
            return Ok(Err(TargetError::new(TargetErrorKind::Input, "no such target")));
        };
        let subject = match seat.identify(&listener).await {
            Ok(subject) => subject,
            Err(error) => return Ok(Err(error)),
        };
        let context = Context {
            facts: &settings.facts,
            remedies: &settings.remedies,
            owner: &owner,
            targets: &settings.targets,
            lines,
            hot: &hot,
            thresholds: &settings.thresholds,
            earlier: &earlier,
        };
        let planned = step
            .spec
            .action
            .plan(step.spec.name, &step.with, &context, &mut seat.session, subject.clone())
            .await;
        Ok(planned.map(|planned| Ready { hot, planned }))
    }

    /// Asks, unless a flag has answered; `u` puts back the last change first. Returns the flag that would answer, too.
    async fn ask(&mut self, step: &Step, change: &Change) -> Result<(Answer, String), Failure> {
        let seat = self.seats.get(&step.target);
        let names = seat.map(Seat::names).unwrap_or_default();
        let age = seat.and_then(|seat| seat.known.as_ref()).map(|(_, at)| clock::instant() - *at);
        let in_effect: Vec<(String, String)> = self
            .incident()
            .map(|incident| {
                incident.in_effect().map(|step| (step.id.clone(), step.change.summary.clone())).collect()
            })
            .unwrap_or_default();
        let mut raised = seat.map(Seat::company).unwrap_or_default();
        if step.raise == Some(Level::Type) && change.level == Level::Ask {
            raised.push("the playbook asks for the name".into());
        }
        let level = if raised.is_empty() { change.level } else { Level::Type };
        if let Some((phase, left)) = step.phase.filter(|(_, left)| *left < 0.0) {
            let over = text::duration(Duration::from_secs_f64(-left));
            raised
                .push(format!("the time of {phase} is over by {over}: q ends it, and the next phase is due"));
        }
        let question = Question {
            step: &step.id,
            why: step.why.as_deref(),
            help: step.spec.help,
            change,
            level,
            raised: &raised,
            phase: step.phase,
            age: age.unwrap_or_default(),
            in_effect: &in_effect,
            names: &names,
        };
        let flag = flag_for(&question);
        if let Some(answer) = self.options.flags.answer(&question) {
            return Ok((answer, flag));
        }
        let answer = tokio::select! {
            answer = self.confirm.change(&question) => answer,
            () = self.stop.wait() => Answer::Stop,
        };
        if answer == Answer::UndoLast {
            match in_effect.first() {
                Some((last, _)) => _ = self.undo(Some(last), false).await?,
                None => self.listener.note("nothing is in effect: there is nothing to undo"),
            }
        }
        Ok((answer, flag))
    }

    fn blocked(&mut self, step: &Step, refusal: &Refusal) -> Result<Acted, Failure> {
        self.skip(step, Skip::Blocked, refusal.words(), Some(refusal.unblock.clone()))
    }

    pub(super) fn skip(
        &mut self,
        step: &Step,
        outcome: Skip,
        why: String,
        unblock: Option<String>,
    ) -> Result<Acted, Failure> {
        let event = Event::Skipped {
            step: step.id.clone(),
            action: step.spec.name.into(),
            target: Some(step.target.clone()),
            outcome,
            why,
            unblock,
        };
        self.tell(event)?;
        Ok(Acted::not(End::Skipped(outcome)))
    }
}

/// A change that the playbook will not put back says so, and asks for the name.
fn kept(mut change: Change, keep: Option<&str>) -> Change {
    if let Some(why) = keep {
        change.back = format!("none: {why}");
        change.level = Level::Type;
    }
    change
}
