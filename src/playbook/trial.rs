//! Runs a case: the observations are diagnosed, and every step is held against what came of it.

use crate::config::Thresholds;
use crate::diagnosis::{Verdict, diagnose};
use crate::playbook::{Bound, Case, Doubt, Fixture, Measurement, Offer, Playbook, shipped};
use crate::yaml::read_text;

/// What came of a case.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The case's name.
    pub name: String,
    /// Where what came is not what was expected; empty when the case passes.
    pub wrong: Vec<String>,
    /// What the observations were found to be.
    pub verdict: Option<Verdict>,
    /// Why the playbook would ask before it begins; then no step is offered.
    pub gate: Option<Doubt>,
    /// What became of each step, in order.
    pub steps: Vec<(String, Offer)>,
}

/// Runs one case of a playbook with these thresholds.
pub fn try_case(playbook: &Playbook, case: &Case, thresholds: &Thresholds) -> Trial {
    let failed = |why: String| Trial {
        name: case.name.clone(),
        wrong: vec![why],
        verdict: None,
        gate: None,
        steps: Vec::new(),
    };
    let fixture = match fixture(playbook, case) {
        Ok(fixture) => fixture,
        Err(why) => return failed(format!("cannot use {}: {why}", case.observations)),
    };
    let bound = match playbook.bind_words(&case.set) {
        Ok(bound) => bound,
        Err(failure) => return failed(failure.message),
    };
    let verdict = diagnose(&fixture.observations, thresholds, &fixture.baseline);
    let measurement = Measurement::new(&verdict, &fixture.observations, &case.facts);
    let gate = bound.gate(&measurement);
    let steps = if gate.is_none() { offers(&bound, &measurement, &fixture) } else { Vec::new() };
    let wrong = differences(case, &verdict, &steps);
    Trial { name: case.name.clone(), wrong, verdict: Some(verdict), gate, steps }
}

fn fixture(playbook: &Playbook, case: &Case) -> Result<Fixture, String> {
    match &playbook.folder {
        Some(folder) => match read_text(&folder.join(&case.observations)) {
            Ok(read) => Fixture::parse(&read),
            // A copy of a shipped playbook has left its observations behind.
            Err(why) => Fixture::parse(shipped::fixture(&case.observations).ok_or(why)?),
        },
        None => Fixture::parse(shipped::fixture(&case.observations).ok_or("it is not shipped")?),
    }
}

fn offers(bound: &Bound, measurement: &Measurement, fixture: &Fixture) -> Vec<(String, Offer)> {
    let steps = bound.stages.iter().flat_map(|stage| &stage.steps);
    steps.map(|step| (step.id.clone(), step.offer(measurement, &fixture.kinds))).collect()
}

fn differences(case: &Case, verdict: &Verdict, steps: &[(String, Offer)]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut hold = |what: &str, found: String, expected: Option<String>| {
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            wrong.push(format!("{what}: expected {expected}, found {found}"));
        }
    };
    hold("level", verdict.level.name().into(), case.level.map(|level| level.name().into()));
    hold("pattern", verdict.pattern.name().into(), case.pattern.map(|pattern| pattern.name().into()));
    let ids = |wanted: fn(&Offer) -> bool| {
        let ids: Vec<&str> =
            steps.iter().filter(|(_, offer)| wanted(offer)).map(|(id, _)| id.as_str()).collect();
        listed(&ids)
    };
    let expected = |ids: &Vec<String>| listed(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    hold("steps", ids(|offer| matches!(offer, Offer::Offered(_))), Some(expected(&case.steps)));
    hold("blocked", ids(|offer| matches!(offer, Offer::Blocked(_))), case.blocked.as_ref().map(expected));
    hold(
        "not_applicable",
        ids(|offer| matches!(offer, Offer::NotApplicable(_))),
        case.not_applicable.as_ref().map(expected),
    );
    wrong
}

fn listed(ids: &[&str]) -> String {
    if ids.is_empty() { "none".into() } else { ids.join(", ") }
}
