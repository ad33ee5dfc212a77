//! One step, from its check to its outcome.

use std::time::Duration;

use crate::action::field::Arguments;
use crate::action::{Asking, At, Planned, Refusal, Spec};
use crate::change::{Change, Level};
use crate::config::TargetSpec;
use crate::confirm::Answer;
use crate::error::{Failure, FailureKind, TargetErrorKind};
use crate::event::{Event, Skip};
use crate::journal::Journal;
use crate::runner::approve::{Answered, Asked, Due};
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
    pub with: Arguments,
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
    /// The phase it belongs to, and when its budget is over.
    pub phase: Option<Due>,
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

impl Runner {
    /// Runs one step. Errors: the journal cannot be written, or somebody has taken over. What happens to the step
    /// itself is no error but its end.
    pub async fn run(&mut self, step: &Step) -> Result<Acted, Failure> {
        self.begin_evidence();
        for attempt in 1.. {
            if self.operator.stop.asked() {
                return Ok(Acted::not(End::Stopped));
            }
            let ready = match self.plan(step).await? {
                Ok(ready) => ready,
                Err(error) => {
                    if error.is_silence() {
                        self.fleet.gone.insert(step.target.clone());
                    }
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
                Planned::Unadvised(_, why) if step.phase.is_some() => {
                    let way = step.spec.typed(
                        &step.with,
                        At { name: &step.target, target: self.fleet.target(&step.target), place: None },
                        None,
                    );
                    let unblock = match way {
                        Ok(command) => format!("to do it all the same:\n  {command}"),
                        Err(untyped) => format!("to do it all the same: {untyped}"),
                    };
                    let unblock = Some(unblock);
                    return self.skip(step, Skip::NotApplicable, format!("not recommended: {why}"), unblock);
                }
                Planned::Change(change) | Planned::Unadvised(change, _) => {
                    Box::new(kept(*change, step.keep.as_deref()))
                }
            };
            self.operator.show(Event::Planned { step: step.id.clone(), change: change.clone() });
            if self.options.dry_run {
                return self.skip(step, Skip::DryRun, format!("would {}", change.summary), None);
            }
            let Answered { answer, flag } = self.ask(step, &change).await;
            let consent = match answer {
                Answer::Do(consent) => consent,
                Answer::Skip => {
                    return self.skip(step, Skip::Declined, "the answer was no".into(), None);
                }
                Answer::Stop => {
                    self.skip(step, Skip::Declined, "stopped here".into(), None)?;
                    return Ok(Acted::not(End::Stopped));
                }
                Answer::Nobody => {
                    let why = "nobody was there to answer".into();
                    return self.skip(step, Skip::Unanswered, why, Some(format!("answer with {flag}")));
                }
                Answer::UndoLast => {
                    self.undo_last().await?;
                    continue;
                }
            };
            if self.is_stopped_at_the_reason(step).await? {
                self.skip(step, Skip::Declined, "stopped here".into(), None)?;
                return Ok(Acted::not(End::Stopped));
            }
            // Somebody may have taken over while it was asked: then nothing of ours counts any more.
            self.logbook.journal.as_ref().map_or(Ok(()), Journal::still_ours)?;
            // S10: what was read for the plan is read again, right before the write.
            let mut moved = self.moved(step, &change, &ready.lead).await;
            // To save the evidence may take seconds.
            if moved.is_none() && self.save_evidence().await? {
                moved = self.moved(step, &change, &ready.lead).await;
            }
            if let Some(moved) = moved {
                if self.operator.attended && attempt < REPLANS {
                    self.operator.note(&format!("{moved}; planned anew"));
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
        let Some(value) = self.operator.knows(asking.fact, &asking.question).await else { return Ok(false) };
        match self.answer(asking.fact, &value) {
            Err(failure) if failure.kind == FailureKind::Usage => self.operator.note(&format!("{failure:#}")),
            outcome => outcome?,
        }
        Ok(true)
    }

    /// Asks once an incident for what colleagues will read on the object that is changed. Returns whether the operator stops there.
    async fn is_stopped_at_the_reason(&mut self, step: &Step) -> Result<bool, Failure> {
        if !step.spec.is_announced() || !self.operator.attended || self.logbook.why().is_some() {
            return Ok(false);
        }
        let question = "Why, in one line for colleagues? The journal keeps it, and the Events of the changed objects say it.";
        let why = self.operator.knows("reason", question).await;
        if self.operator.stop.asked() {
            return Ok(true);
        }
        self.because(&why.unwrap_or_default())?;
        Ok(false)
    }

    /// Asks whether the change of a step may be made.
    async fn ask(&mut self, step: &Step, change: &Change) -> Answered {
        let over = step.phase.filter(|due| due.left() < 0.0).map(|due| {
            let (phase, over) = (due.phase, text::duration(Duration::from_secs_f64(due.left().abs())));
            format!("the time of {phase} is over by {over}: q ends it, and the next phase is due")
        });
        let asked = Asked {
            step: &step.id,
            why: step.why.as_deref(),
            help: step.spec.help,
            undo: false,
            typed: step.raise == Some(Level::Type),
            raised: over.into_iter().collect(),
            phase: step.phase,
            worse: false,
        };
        self.approve(asked, change).await
    }

    /// Puts back the last change first.
    async fn undo_last(&mut self) -> Result<(), Failure> {
        match self.logbook.in_effect().first() {
            Some((last, _)) => _ = self.undo(Some(last), false).await?,
            None => self.operator.note("nothing is in effect: there is nothing to undo"),
        }
        Ok(())
    }

    fn blocked(&mut self, step: &Step, refusal: &Refusal) -> Result<Acted, Failure> {
        let (words, unblock) = (refusal.words(), Some(refusal.unblock.clone()));
        self.not_done(step, Skip::Blocked, refusal.rule, words, unblock)
    }

    fn skip(
        &mut self,
        step: &Step,
        outcome: Skip,
        why: String,
        unblock: Option<String>,
    ) -> Result<Acted, Failure> {
        self.not_done(step, outcome, None, why, unblock)
    }

    fn not_done(
        &mut self,
        step: &Step,
        outcome: Skip,
        rule: Option<&str>,
        why: String,
        unblock: Option<String>,
    ) -> Result<Acted, Failure> {
        let event = Event::Skipped {
            step: step.id.clone(),
            action: step.spec.name.into(),
            target: Some(step.target.clone()),
            outcome,
            rule: rule.map(Into::into),
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
