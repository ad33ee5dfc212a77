//! Whether it is over, as it is said.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::diagnosis::checklist::Check;
use crate::event::Drift;
use crate::ui::wrap::wrap;

/// Before the lines that go on.
const REST: &str = "             ";

/// The answer in one line.
pub fn headline(over: Option<bool>) -> String {
    let words = match over {
        Some(true) => "OK: it is over",
        Some(false) => "NOT YET: it is not over",
        None => "UNKNOWN: nothing speaks against it, but not everything is known",
    };
    format!("{words}\n")
}

/// For people.
pub fn as_text(over: Option<bool>, checks: &[Check], looks: &[Vec<Drift>]) -> String {
    let mut out = headline(over);
    for check in checks {
        wrap(&mut out, &check.words(), &format!("  {:<9}", check.state()), REST);
    }
    for (n, look) in looks.iter().enumerate() {
        let when = if n == 0 { "now" } else { "once more" };
        _ = writeln!(out, "\nwhat was touched, {when}");
        if look.is_empty() {
            _ = writeln!(out, "  nothing that could be put back");
        }
        for drift in look {
            let state = match drift.agrees {
                Some(true) => "ok",
                Some(false) => "drifted",
                None => "?",
            };
            wrap(&mut out, &format!("{}: {}", drift.step, drift.words), &format!("  {state:<9}"), REST);
        }
    }
    out
}

/// For programs.
pub fn document(over: Option<bool>, checks: &[Check], looks: &[Vec<Drift>]) -> Value {
    let checks: Vec<_> = checks
        .iter()
        .map(|check| json!({ "what": check.what, "now": check.now, "wanted": check.wanted, "holds": check.holds }))
        .collect();
    let looks: Vec<Vec<_>> = looks
        .iter()
        .map(|look| {
            let drift = |one: &Drift| json!({ "step": one.step, "agrees": one.agrees, "words": one.words });
            look.iter().map(drift).collect()
        })
        .collect();
    json!({ "schema": "stampede.verify/1", "over": over, "checks": checks, "drift": looks })
}
