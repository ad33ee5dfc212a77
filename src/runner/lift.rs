//! Undo in order (S29): what was put in place is lifted newest first, one at a time, each watched; what keeps load away
//! only when the hit ratio has held.

use std::time::{Duration, Instant};

use crate::action::{self, Lifting, Phase};
use crate::change::Left;
use crate::clock;
use crate::diagnosis::checklist::{Check, all_hold};
use crate::error::Failure;
use crate::event::Event;
use crate::observation::Metric;
use crate::runner::outcome::LIFT;
use crate::runner::{Hold, Runner, Undone};
use crate::text;

/// What came of lifting.
#[derive(Clone, Debug, Default)]
pub struct Lifted {
    /// As `undo` tells it.
    pub undone: Undone,
    /// Steps that end by themselves.
    pub end_by_themselves: Vec<String>,
    /// Steps of the recovery that have not come to their end.
    pub unfinished: Vec<String>,
    /// Why it went no further, and by which rule, when it did not.
    pub refused: Option<Left>,
}

impl Lifted {
    /// What an operator should hear of it.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.refused.iter().map(|why| format!("refused: {why}")));
        let mut list = |what: &str, steps: &[String]| {
            if !steps.is_empty() {
                words.push(format!("{what}: {}", steps.join(", ")));
            }
        };
        list("left to end by themselves", &self.end_by_themselves);
        list("not at its end yet, and left where it is", &self.unfinished);
        list("still in effect", &self.undone.left);
        words
    }
}

impl Runner {
    /// Lifts what is in effect; where something does not hold yet, waits for it until `by` (none: does not wait). Errors: the
    /// journal cannot be written.
    pub async fn lift(&mut self, hold: Hold, by: Option<Instant>) -> Result<Lifted, Failure> {
        let mut lifted = Lifted::default();
        let Some(incident) = self.incident() else { return Ok(lifted) };
        let steps: Vec<(String, Lifting)> = incident
            .in_effect()
            .map(|step| {
                let spec = action::by_name(&step.change.action).filter(|_| !step.is_lost());
                (step.id.clone(), spec.map_or(Lifting::Freely, |spec| spec.lifting))
            })
            .collect();
        let mut held = false;
        for (at, (id, lifting)) in steps.iter().enumerate() {
            match lifting {
                Lifting::ByItself => lifted.end_by_themselves.push(id.clone()),
                Lifting::Never => lifted.unfinished.push(id.clone()),
                Lifting::Freely | Lifting::Held => {}
            }
            let is_lifted = |lifting: Lifting| matches!(lifting, Lifting::Freely | Lifting::Held);
            if !is_lifted(*lifting) {
                continue;
            }
            let rest = || steps[at..].iter().filter(|(_, lifting)| is_lifted(*lifting));
            if self.operator.stop.asked() || lifted.undone.stopped {
                lifted.undone.stopped = true;
                lifted.undone.left.extend(rest().map(|(id, _)| id.clone()));
                break;
            }
            if *lifting == Lifting::Held && !held && !self.options.dry_run {
                let checks = self.checklist_held(hold, by).await?;
                // Cut short, it says nothing about the hit ratio.
                if self.operator.stop.asked() {
                    lifted.undone.stopped = true;
                    lifted.undone.left.extend(rest().map(|(id, _)| id.clone()));
                    break;
                }
                if let Some(why) = not_held(&checks) {
                    lifted.refused = Some(Left::by("S29", format!("{id} keeps load away, and {why}")));
                    lifted.undone.left.extend(rest().map(|(id, _)| id.clone()));
                    break;
                }
                held = true;
            }
            let one = self.undo(Some(id), false).await?;
            let done = one.left.is_empty();
            lifted.undone.complete.extend(one.complete);
            lifted.undone.left.extend(one.left);
            lifted.undone.unanswered |= one.unanswered;
            lifted.undone.stopped |= one.stopped;
            if !done || self.options.dry_run {
                continue;
            }
            // A window between one and the next: what it does to the others shows only then.
            let checks = self.checklist(Hold { windows: 1, ..hold }).await?;
            if let Some(worse) = worse(&checks) {
                let command = self.incident().and_then(|incident| incident.step(id)).and_then(|step| {
                    let spec = action::by_name(&step.change.action)?;
                    Some(format!("stampede {} {}", spec.phase.name(), spec.command))
                });
                let again = command.map(|command| format!(" ({command} puts it in place again)"));
                let why = format!("{id} was lifted, and {worse}{}", again.unwrap_or_default());
                lifted.refused = Some(Left::because(why));
                lifted.undone.left.extend(rest().skip(1).map(|(id, _)| id.clone()));
                break;
            }
        }
        if let Some(Left { rule, why }) = lifted.refused.clone() {
            let phase = format!("{}: {LIFT}", Phase::Recover.name());
            self.tell(Event::Refused { phase, rule, why, unblock: None })?;
        }
        Ok(lifted)
    }

    /// The checklist once nothing speaks against letting load in, or as it is at `by`. What is not known is not waited for.
    async fn checklist_held(&mut self, hold: Hold, by: Option<Instant>) -> Result<Vec<Check>, Failure> {
        let mut told = false;
        loop {
            let checks = self.checklist(hold).await?;
            let left = by.map_or(Duration::ZERO, |by| by.saturating_duration_since(clock::instant()));
            let Some(why) = not_held(&checks).filter(|_| may_hold_later(&checks) && !left.is_zero()) else {
                return Ok(checks);
            };
            if self.operator.stop.asked() {
                return Ok(checks);
            }
            if !std::mem::replace(&mut told, true) {
                let most = text::duration(Duration::from_secs(left.as_secs()));
                self.operator.note(&format!(
                    "waits for this to hold, for at most {most} (Ctrl-C ends the run, with all in effect): {why}"
                ));
            }
        }
    }
}

/// Whether the hit ratios are known: what is too low may rise, what nobody can see is not waited for.
fn may_hold_later(checks: &[Check]) -> bool {
    let mut ratios = checks.iter().filter(|check| check.metric == Some(Metric::CacheHitRatio)).peekable();
    ratios.peek().is_some() && ratios.all(|check| check.holds.is_some())
}

/// Why load is not to be let in: the hit ratio is too low, or not known.
fn not_held(checks: &[Check]) -> Option<String> {
    let ratios: Vec<&Check> =
        checks.iter().filter(|check| check.metric == Some(Metric::CacheHitRatio)).collect();
    if ratios.is_empty() {
        return Some("the hit ratio is not known: no cache is configured".into());
    }
    if let Some(ratio) = ratios.iter().find(|check| check.holds != Some(true)) {
        return Some(format!("the {} has not held: {} ({})", ratio.what, ratio.now, ratio.wanted));
    }
    worse(checks)
}

/// Which of the boxes does not hold.
fn worse(checks: &[Check]) -> Option<String> {
    let failed: Vec<String> = checks
        .iter()
        .filter(|check| check.holds == Some(false))
        .map(|check| format!("{} is {} ({})", check.what, check.now, check.wanted))
        .collect();
    (all_hold(checks) == Some(false)).then(|| text::fit(&failed.join("; "), 400).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(metric: Metric, what: &str, holds: Option<bool>) -> Check {
        let metric = Some(metric);
        Check { what: what.into(), metric, now: "83 %".into(), wanted: "at least 95 %".into(), holds }
    }

    #[test]
    fn s29_load_is_let_in_only_when_the_hit_ratio_is_known_to_have_held() {
        assert_eq!(
            not_held(&[
                check(Metric::CacheHitRatio, "hit ratio of redis", Some(true)),
                check(Metric::HttpResponseTime, "response time", None)
            ]),
            None
        );
        for holds in [None, Some(false)] {
            let why =
                not_held(&[check(Metric::CacheHitRatio, "hit ratio of redis", holds)]).expect("not held");
            assert!(why.starts_with("the hit ratio of redis has not held: 83 % (at least 95 %)"), "{why}");
        }
        assert!(
            not_held(&[check(Metric::DatabaseRunning, "running statements of db", Some(true))]).is_some(),
            "no cache"
        );
        let busy = [
            check(Metric::CacheHitRatio, "hit ratio of redis", Some(true)),
            check(Metric::DatabaseRunning, "running statements of db", Some(false)),
        ];
        assert!(not_held(&busy).is_some_and(|why| why.contains("running statements of db is")));
        assert!(may_hold_later(&busy), "it may become less");
        assert!(!may_hold_later(&busy[1..]) && !may_hold_later(&[check(Metric::CacheHitRatio, "", None)]));
    }
}
