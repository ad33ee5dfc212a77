//! `phases:` and what hangs below them.

use std::time::Duration;

use crate::action::Phase;
use crate::playbook::load::{Builder, POLICY};
use crate::playbook::{Detect, Stage, Template, raw};
use crate::yaml::{Node, Problem, decode, place_of};

/// Longest budget of a phase, in seconds.
const HOUR: u64 = 3_600;

impl Builder<'_> {
    pub(super) fn phases(&mut self, tree: &Node) -> (Detect, Vec<Stage<Template>>) {
        let mut detect = Detect { budget: Duration::from_secs(30), signals: Vec::new() };
        let mut stages = Vec::new();
        let Some(phases) = tree.get("phases") else { return (detect, stages) };
        if decode::<raw::Phases>(phases, &POLICY, &mut self.problems).is_none() {
            return (detect, stages);
        }
        if let Some(node) = phases.filled("detect")
            && decode::<raw::Detect>(node, &POLICY, &mut self.problems).is_some()
        {
            detect.budget = self.time(node, "budget", 1, HOUR).unwrap_or(detect.budget);
            for item in self.list(node, "signals", "conditions") {
                match item.text() {
                    Some(_) => detect.signals.extend(self.compile(item)),
                    None => self.problems.push(Problem::new(item.at.clone(), "expected a condition")),
                }
            }
        }
        for (key, phase, budget) in [("break", Phase::Break, 60), ("protect", Phase::Protect, 90)] {
            let Some(node) = phases.filled(key) else { continue };
            if decode::<raw::Acts>(node, &POLICY, &mut self.problems).is_none() {
                continue;
            }
            let limit = self.time(node, "budget", 1, HOUR).unwrap_or(Duration::from_secs(budget));
            let steps = self.steps(node);
            stages.push(Stage { phase, id: None, limit: Some(limit), steps, lift: false, verify: false });
        }
        if let Some(node) = phases.filled("recover")
            && decode::<raw::Recover>(node, &POLICY, &mut self.problems).is_some()
        {
            self.recover(node, &mut stages);
        }
        (detect, stages)
    }

    fn recover(&mut self, node: &Node, stages: &mut Vec<Stage<Template>>) {
        let mut seen: Vec<(String, usize)> = Vec::new();
        let mut last: Option<Duration> = None;
        for node in self.list(node, "stages", "stages") {
            let Some(raw) = decode::<raw::Stage>(node, &POLICY, &mut self.problems) else { continue };
            let id = self.name(node, "id");
            if let Some(id) = &id {
                match seen.iter().find(|(known, _)| known == id) {
                    Some((_, at)) => {
                        let (line, _) = place_of(self.source, *at);
                        self.problem(node, "id", format!("`{id}` is the stage in line {line} already"));
                    }
                    None => seen.push((id.clone(), node.at.start)),
                }
            }
            let until = self.time(node, "until", 1, 24 * HOUR);
            if let (Some(until), Some(last)) = (until, last)
                && until <= last
            {
                self.problem(node, "until", "not after the stage before it");
            }
            last = until.or(last);
            stages.push(Stage {
                phase: Phase::Recover,
                id,
                limit: until,
                steps: self.steps(node),
                lift: raw.lift.unwrap_or(false),
                verify: raw.verify.unwrap_or(false),
            });
        }
    }
}
