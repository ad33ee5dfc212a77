//! What `prevent` has found, as it is said.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::protection::{Answers, Outcome, Reference, Verdict};
use crate::text;
use crate::ui::wrap::wrap;

/// Before the lines that go on.
const REST: &str = "            ";

/// A check of one key.
pub struct Checked {
    /// The cache that has the key.
    pub target: String,
    /// The key.
    pub key: String,
    /// The page, without password and query.
    pub url: String,
    /// Requests at once.
    pub requests: u32,
    /// Whether the key never expires.
    pub forever: bool,
    /// What the answers were held against.
    pub reference: Reference,
    /// The rebuilds that are fine, and the longest wait.
    pub limits: (u64, Option<Duration>),
    /// Case by case.
    pub outcomes: Vec<Outcome>,
}

/// For people.
pub fn table(checked: &Checked) -> String {
    let mut out = String::new();
    let Checked { reference, requests, .. } = checked;
    let key = text::fit_bytes(checked.key.as_bytes(), 60);
    let head =
        format!("{key} on {}, {requests} requests at once: {}", text::escape(&checked.target), checked.url);
    wrap(&mut out, &head, "", "  ");
    let cost = match &reference.statements {
        Some(Ok(each)) => format!("{} statement{}", text::count(*each), if *each == 1.0 { "" } else { "s" }),
        Some(Err(_)) | None => "? statements".into(),
    };
    let costs = format!(
        "p99 of all at once while it is there {}; one rebuild alone {} and {cost}",
        text::duration(reference.hit),
        text::duration(reference.rebuild),
    );
    wrap(&mut out, &costs, "", "  ");
    if checked.forever {
        let words =
            "the key has no TTL: it never expires by itself, and is checked as if it had been deleted";
        wrap(&mut out, words, "", "  ");
    }
    for outcome in &checked.outcomes {
        out.push('\n');
        let first = format!("{:<12}", outcome.case.name());
        wrap(&mut out, &format!("{}: {}", outcome.case.words(), outcome.words()), &first, REST);
        if let Some(answers) = &outcome.answers {
            wrap(&mut out, &got(answers, checked.limits.1), REST, REST);
        }
        for note in &outcome.notes {
            wrap(&mut out, note, REST, REST);
        }
    }
    out
}

/// A line a case.
pub fn brief(checked: &Checked) -> String {
    checked.outcomes.iter().fold(String::new(), |mut out, outcome| {
        _ = writeln!(out, "{}: {}", outcome.case.name(), outcome.words());
        out
    })
}

/// What users got.
fn got(answers: &Answers, most: Option<Duration>) -> String {
    let counts = [
        (answers.at_once, "answered at once"),
        (answers.waited, "as late as a rebuild"),
        (answers.untold, "answered (a rebuild is as fast as a hit)"),
        (answers.other, "with another page"),
        (answers.failed, "failed"),
    ];
    let some: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    let times = answers.times;
    let mut words = format!(
        "{}; p50 {}, p99 {}, slowest {}",
        some.join(", "),
        text::duration(times.p50),
        text::duration(times.p99),
        text::duration(times.slowest)
    );
    if let Some(most) = most.filter(|most| times.slowest > *most) {
        _ = write!(words, ": longer than {}", text::duration(most));
    }
    if let Some(failure) = &answers.failure {
        _ = write!(words, "; the first failure: {failure}");
    }
    words
}

/// For programs.
pub fn document(checked: &Checked) -> Value {
    let ms = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
    let cases: Vec<Value> = checked
        .outcomes
        .iter()
        .map(|outcome| {
            let verdict = match &outcome.verdict {
                Verdict::Protected => "protected",
                Verdict::Unprotected => "not_protected",
                Verdict::Unknown(_) => "unknown",
                Verdict::Unchecked(_) => "not_checked",
            };
            let answers = outcome.answers.as_ref().map(|answers| {
                json!({
                    "requests": answers.requests(),
                    "at_once": answers.at_once,
                    "waited": answers.waited,
                    "untold": answers.untold,
                    "other": answers.other,
                    "failed": answers.failed,
                    "failure": answers.failure,
                    "p50_ms": ms(answers.times.p50),
                    "p99_ms": ms(answers.times.p99),
                    "slowest_ms": ms(answers.times.slowest),
                })
            });
            json!({
                "case": outcome.case.name(),
                "verdict": verdict,
                "words": outcome.words(),
                "rebuilds": outcome.rebuilds,
                "statements": outcome.statements,
                "answers": answers,
                "notes": outcome.notes,
            })
        })
        .collect();
    json!({
        "schema": "stampede.prevent/1",
        "target": checked.target,
        "key": checked.key,
        "url": checked.url,
        "requests": checked.requests,
        "max_rebuilds": checked.limits.0,
        "max_wait_ms": checked.limits.1.map(ms),
        "hit_ms": ms(checked.reference.hit),
        "rebuild_ms": ms(checked.reference.rebuild),
        "rebuild_statements": checked.reference.statements.clone().and_then(Result::ok),
        "cases": cases,
    })
}
