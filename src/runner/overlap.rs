//! Newer changes of the same thing: they are put back first, because what they found was ours, and what they leave is not
//! what was there before (S27).

use crate::action::{self, Touch};
use crate::change::Standing;
use crate::event::{Incident, Step};
use crate::runner::Runner;
use crate::runner::reconcile::Seen;

/// A later change of the same thing that is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    /// Its incident; none: this one.
    pub incident: Option<String>,
    /// Its step.
    pub step: String,
    /// What it did, in one line.
    pub summary: String,
    /// The name of its target.
    pub target: String,
    /// The step that it came after.
    pub after: String,
}

impl Runner {
    /// What other incidents have changed later, of what is to be put back here: all, or only the step `only`. What has gone
    /// by itself is not among them. Reads only.
    pub async fn changed_since(&mut self, only: Option<&str>) -> Vec<Newer> {
        let others = self.logbook.elsewhere();
        let steps: Vec<Step> = self.in_effect(only);
        let mut all: Vec<Newer> = Vec::new();
        for step in steps {
            for newer in self.newer(&step, &others).await.into_iter().filter(|newer| newer.incident.is_some())
            {
                if !all.iter().any(|one| one.incident == newer.incident && one.step == newer.step) {
                    all.push(newer);
                }
            }
        }
        all
    }

    /// Whether the name of `target` was typed after `question`, or is among the flags; none when nobody could be asked.
    pub async fn agrees(&self, question: &str, target: &str) -> Option<bool> {
        if self.operator.flags.confirm.iter().any(|given| given == target) {
            return Some(true);
        }
        self.operator.types(question, target).await
    }

    /// The steps in effect that changed what `step` changed, after it, of this incident and of the `others`; the newest first.
    pub(super) async fn newer(&mut self, step: &Step, others: &[Incident]) -> Vec<Newer> {
        let mut later: Vec<(Option<String>, Step)> = Vec::new();
        let own = self.incident().into_iter().flat_map(|incident| incident.in_effect());
        later.extend(own.take_while(|other| other.id != step.id).map(|other| (None, other.clone())));
        for incident in others {
            let after = incident.in_effect().filter(|other| other.at > step.at);
            later.extend(after.map(|other| (Some(incident.name.clone()), other.clone())));
        }
        later.retain(|(_, other)| overlap(step, other));
        later.sort_by_key(|(_, other)| std::cmp::Reverse(other.at));
        let mut there = Vec::new();
        for (incident, other) in later {
            let Seen { standings, .. } = self.seen(&other).await;
            if standings.iter().all(|standing| *standing == Some(Standing::Before)) {
                continue;
            }
            there.push(Newer {
                incident,
                step: other.id,
                summary: other.change.summary,
                target: other.change.subject.name,
                after: step.id.clone(),
            });
        }
        there
    }
}

/// Whether two steps changed, or may have changed, one thing on one target.
fn overlap(one: &Step, other: &Step) -> bool {
    let (Some(this), Some(that)) =
        (action::by_name(&one.change.action), action::by_name(&other.change.action))
    else {
        return false;
    };
    if this.kind != that.kind || this.irreversible.is_some() || that.irreversible.is_some() {
        return false;
    }
    let same_target = one.change.subject.is_also(&other.change.subject);
    let touches = |spec: &action::Spec, step: &Step| -> Vec<Touch> {
        step.parts.iter().flat_map(|part| spec.action.touches(part)).collect()
    };
    let same_action = one.change.action == other.change.action;
    let (these, those) = (touches(this, one), touches(that, other));
    same_target && these.iter().any(|touch| those.iter().any(|there| touch.overlaps(there, same_action)))
}
