//! `playbook show`: what was read from a file.

use serde_json::{Map, Value, json};

use crate::playbook::{Condition, Playbook, Step, Template, Words};
use crate::text;
use crate::ui::Format;

/// What was read from it: in one line, or all of it for programs.
pub fn show(playbook: &Playbook, format: Format) -> String {
    match format {
        Format::Table | Format::Brief => {
            format!("{}: {}\n", text::escape(&playbook.name), text::escape(&playbook.summary))
        }
        Format::Json | Format::Yaml => format.document(&document(playbook)),
    }
}

fn document(playbook: &Playbook) -> Value {
    let inputs: Vec<Value> = playbook
        .inputs
        .iter()
        .map(|input| {
            json!({
                "name": input.name,
                "type": input.ty.name(),
                "default": input.default.as_ref().map(words),
                "help": input.help,
            })
        })
        .collect();
    let expect: Vec<Value> = playbook
        .expect
        .iter()
        .map(|expected| {
            json!({
                "target": expected.target,
                "product": expected.product,
                "version": expected.version,
                "role": expected.role,
                "id": expected.id,
            })
        })
        .collect();
    let facts: Vec<Value> = playbook
        .facts
        .iter()
        .map(|asked| json!({ "name": asked.name, "why": asked.why, "expect": asked.expect }))
        .collect();
    let stages: Vec<Value> = playbook
        .stages
        .iter()
        .map(|stage| {
            json!({
                "phase": stage.phase,
                "id": stage.id,
                "limit_s": stage.limit.map(|limit| limit.as_secs_f64()),
                "steps": stage.steps.iter().map(step).collect::<Vec<_>>(),
                "lift": stage.lift,
                "verify": stage.verify,
            })
        })
        .collect();
    json!({
        "schema": "stampede.playbook/1",
        "name": playbook.name,
        "summary": playbook.summary,
        "hash": playbook.hash,
        "inputs": inputs,
        "expect": expect,
        "facts": facts,
        "detect": {
            "budget_s": playbook.detect.budget.as_secs_f64(),
            "signals": playbook.detect.signals.iter().map(Condition::source).collect::<Vec<_>>(),
        },
        "stages": stages,
        "cases": playbook.cases.iter().map(|case| &case.name).collect::<Vec<_>>(),
    })
}

fn step(step: &Step<Template>) -> Value {
    let with: Map<String, Value> =
        step.with.fields().map(|(field, value)| (field.to_owned(), words(value))).collect();
    json!({
        "id": step.id,
        "why": step.why,
        "action": step.act.name,
        "with": with,
        "target": step.target,
        "when": step.when.as_ref().map(Condition::source),
        "require": step.require.as_ref().map(Condition::source),
        "verify": step.verify.as_ref().map(Condition::source),
        "confirm": step.typed.then_some("type"),
        "irreversible_because": step.irreversible_because,
        "timeout_s": step.timeout.map(|timeout| timeout.as_secs_f64()),
    })
}

fn words(words: &Words) -> Value {
    match words {
        Words::One(text) => json!(text),
        Words::Many(texts) => json!(texts),
    }
}
