//! `playbook test`: what came of each case.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::playbook::{Doubt, Offer, Trial};
use crate::text;
use crate::ui::Format;
use crate::ui::wrap::wrap;

/// A playbook whose cases were run.
pub struct Tested {
    /// The playbook's name.
    pub name: String,
    /// Its cases.
    pub trials: Vec<Trial>,
}

/// What came of each case of each playbook.
pub fn tested(all: &[Tested], format: Format) -> String {
    match format {
        Format::Json | Format::Yaml => {
            let playbooks: Vec<Value> = all
                .iter()
                .map(|tested| {
                    let cases: Vec<Value> = tested.trials.iter().map(case).collect();
                    json!({ "name": tested.name, "cases": cases })
                })
                .collect();
            format.document(&json!({ "schema": "stampede.playbook-test/1", "playbooks": playbooks }))
        }
        Format::Table | Format::Brief => all.iter().fold(String::new(), |mut out, tested| {
            let failed = tested.trials.iter().filter(|trial| !trial.wrong.is_empty()).count();
            let total = tested.trials.len();
            _ = match (total, failed) {
                (0, _) => writeln!(out, "{}: no cases (add them under `test:`)", tested.name),
                (1, 0) => writeln!(out, "{}: its one case passes", tested.name),
                (_, 0) => writeln!(out, "{}: all {total} cases pass", tested.name),
                _ => writeln!(out, "{}: {failed} of {total} cases fail", tested.name),
            };
            if format == Format::Table {
                tested.trials.iter().for_each(|trial| trial_text(&mut out, trial));
            }
            out
        }),
    }
}

fn trial_text(out: &mut String, trial: &Trial) {
    let word = if trial.wrong.is_empty() { "pass" } else { "FAIL" };
    wrap(out, &text::escape(&trial.name), &format!("  {word} "), "       ");
    if trial.wrong.is_empty() {
        return;
    }
    for wrong in &trial.wrong {
        wrap(out, &text::escape(wrong), "       ", "         ");
    }
    if let Some(verdict) = &trial.verdict {
        wrap(out, &verdict.headline, "       found: ", "         ");
    }
    if let Some(gate) = &trial.gate {
        wrap(out, &format!("it asks first: {}", gate.words()), "       ", "         ");
    }
    for (id, offer) in &trial.steps {
        let (word, why) = outcome(offer);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        wrap(out, &format!("{id} {word}{why}"), "       ", "         ");
    }
}

fn outcome(offer: &Offer) -> (&'static str, Option<&str>) {
    match offer {
        Offer::Offered(note) => ("is offered", note.as_deref()),
        Offer::NotApplicable(why) => ("is not applicable", Some(why)),
        Offer::Blocked(why) => ("is blocked", Some(why)),
    }
}

fn case(trial: &Trial) -> Value {
    let steps: Vec<Value> = trial
        .steps
        .iter()
        .map(|(id, offer)| {
            let state = match offer {
                Offer::Offered(_) => "offered",
                Offer::NotApplicable(_) => "not_applicable",
                Offer::Blocked(_) => "blocked",
            };
            json!({ "id": id, "state": state, "why": outcome(offer).1 })
        })
        .collect();
    json!({
        "name": trial.name,
        "pass": trial.wrong.is_empty(),
        "wrong": trial.wrong,
        "level": trial.verdict.as_ref().map(|verdict| verdict.level),
        "pattern": trial.verdict.as_ref().map(|verdict| verdict.pattern),
        "gate": trial.gate.as_ref().map(Doubt::words),
        "steps": steps,
    })
}
