//! `playbook explain`: the runbook page that a person would read on paper, commands for the day this program cannot be
//! used included.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use crate::action::Phase;
use crate::diagnosis::Quantity;
use crate::playbook::{Asked, Expected, OnFailure, OnWorse, Playbook, Stage, Step, Template, Words};
use crate::text;
use crate::ui::WIDTH;
use crate::ui::wrap::{width, wrap};

/// What the inputs are when nothing is set.
type Values = BTreeMap<String, Words>;

/// The page.
pub fn explain(playbook: &Playbook) -> String {
    let mut out = String::new();
    wrap(&mut out, &playbook.name, "", "");
    wrap(&mut out, &text::escape(&playbook.summary), "  ", "  ");
    _ = writeln!(out, "  sha256 {}", playbook.hash);
    before(&mut out, playbook);
    heading(&mut out, "DETECT", Some(playbook.detect.budget));
    command(&mut out, "stampede detect");
    if !playbook.detect.signals.is_empty() {
        wrap(&mut out, "It asks before it begins, unless one of these holds or may hold:", "  ", "  ");
        for signal in &playbook.detect.signals {
            wrap(&mut out, &signal.in_words(), "  - ", "    ");
        }
    }
    wrap(
        &mut out,
        "It also asks where the measurement says healthy, traffic surge, slow database or cache down.",
        "  ",
        "  ",
    );
    let values = playbook.defaults();
    let mut number = 0;
    for stage in &playbook.stages {
        stage_heading(&mut out, stage);
        if stage.steps.is_empty() && !stage.lift && !stage.verify {
            _ = writeln!(out, "  no steps");
        }
        for step in &stage.steps {
            number += 1;
            _ = writeln!(out);
            step_text(&mut out, number, step, &values);
        }
        let then = [
            (
                stage.lift,
                "stampede recover undo",
                "what was put in place is lifted, newest first, each watched; what keeps load away only when the hit ratio has held (S29)",
            ),
            (
                stage.verify,
                "stampede recover verify",
                "hit ratio, connections, running statements and response time are back, and stay there",
            ),
        ];
        for (_, line, words) in then.into_iter().filter(|(is, ..)| *is) {
            _ = writeln!(out);
            wrap(&mut out, &format!("Then {words}:"), "  ", "  ");
            command(&mut out, line);
        }
    }
    after(&mut out, playbook);
    out
}

/// What is best known by daylight.
fn before(out: &mut String, playbook: &Playbook) {
    if !playbook.inputs.is_empty() {
        _ = writeln!(out, "\nWhat may be set");
        for input in &playbook.inputs {
            let default = match &input.default {
                Some(words) => format!("{} when it is not set", listed(words)),
                None => "must be set".to_owned(),
            };
            let help = text::escape(&input.help);
            wrap(
                out,
                &format!("--set {}=… {help} ({}; {default})", input.name, input.ty.name()),
                "  ",
                "      ",
            );
        }
    }
    if !playbook.expect.is_empty() {
        _ = writeln!(out, "\nWhat the targets must be (S7), or nothing is done");
        playbook.expect.iter().for_each(|expected| wrap(out, &identity(expected), "  ", "      "));
    }
    if !playbook.facts.is_empty() {
        _ = writeln!(out, "\nWhat to find out about the application by daylight");
        playbook.facts.iter().for_each(|asked| wrap(out, &fact(asked), "  ", "      "));
    }
}

fn identity(expected: &Expected) -> String {
    let parts = [&expected.product, &expected.version, &expected.role, &expected.id];
    let parts: Vec<_> = parts.into_iter().flatten().map(|part| text::escape(part)).collect();
    format!("{}: {}", expected.target, parts.join(", "))
}

fn fact(asked: &Asked) -> String {
    let expect = match &asked.expect[..] {
        [] => String::new(),
        values => format!(" (written for {})", text::escape(&values.join(" or "))),
    };
    format!("{}: {}{expect}", asked.name, text::escape(&asked.why))
}

fn heading(out: &mut String, name: &str, limit: Option<Duration>) {
    let limit = limit.map(text::duration).unwrap_or_default();
    let gap = WIDTH.saturating_sub(width(name) + width(&limit));
    _ = writeln!(out, "\n{}", format!("{name}{}{limit}", " ".repeat(gap)).trim_end());
    _ = writeln!(out, "{}", "-".repeat(WIDTH));
}

fn stage_heading(out: &mut String, stage: &Stage<Template>) {
    let name = stage.phase.name().to_uppercase();
    match (&stage.id, stage.limit) {
        (Some(id), Some(limit)) => {
            heading(out, &format!("{name}: {id}, until {} after it began", text::duration(limit)), None);
        }
        (Some(id), None) => heading(out, &format!("{name}: {id}"), None),
        (None, limit) => heading(out, &name, limit),
    }
}

fn step_text(out: &mut String, number: usize, step: &Step<Template>, values: &Values) {
    _ = writeln!(out, "  {number}. {}", step.id);
    if let Some(why) = &step.why {
        wrap(out, &text::escape(why), "     ", "     ");
    }
    let mut line = |label: &str, sentence: &str| {
        wrap(out, sentence, &format!("     {label:<7}"), &" ".repeat(12));
    };
    line("Does", &does(step, values));
    line("On", &on(step));
    if let Some(when) = &step.when {
        line("When", &format!("{}; not applicable where that is known to be false", when.in_words()));
    }
    if let Some(require) = &step.require {
        line("Needs", &format!("{}; blocked unless that is known to be true", require.in_words()));
    }
    line("Asks", level(step.typed, step.act.irreversible.is_some(), step.act.amplifier));
    if let Some(verify) = &step.verify {
        line("Proof", &format!("beside the action's own: {}", verify.in_words()));
    }
    if let Some(watch) = &step.watch {
        let then = match watch.on_worse {
            OnWorse::Report => "it is reported, and you are asked",
            OnWorse::Undo => "it is undone by itself",
        };
        let (name, length) = (watch.metric.name(), text::duration(watch.length));
        line("Watch", &format!("{name} for {length}; {} times worse than its trend: {then}", watch.worse_by));
    }
    if let Some(timeout) = step.timeout {
        line("Limit", &format!("{}; an act in flight is never cut off", text::duration(timeout)));
    }
    match &step.irreversible_because {
        Some(why) => line("Back", &format!("not undone: {}", text::escape(why))),
        None => line("Back", &format!("stampede undo --step {}", step.id)),
    }
    line("Fails", on_failure(step.on_failure));
    hand(out, step, values);
}

/// The action and its fields, as they are when nothing is set.
fn does(step: &Step<Template>, values: &Values) -> String {
    let given: Vec<String> = step
        .with
        .fields()
        .map(|(field, words)| match words.filled(values) {
            Some(filled) if filled != *words => format!("{field} {} (as {})", listed(&filled), listed(words)),
            _ => format!("{field} {}", listed(words)),
        })
        .collect();
    let given = if given.is_empty() { String::new() } else { format!(": {}", given.join(", ")) };
    format!("{}{given}", step.act.name)
}

fn on(step: &Step<Template>) -> String {
    match &step.target {
        Some(target) => format!("the target {target}"),
        None => format!("every {} target", step.act.kind.name()),
    }
}

fn level(typed: bool, irreversible: bool, amplifier: bool) -> &'static str {
    match (typed || irreversible, amplifier) {
        (true, true) => "for the target's name; refused where on_cache_error is database (S6)",
        (true, false) => "for the target's name",
        (false, true) => {
            "for the target's name while on_cache_error is unknown; refused where it is database (S6)"
        }
        (false, false) => "y or n; for the target's name where its plan says so",
    }
}

fn on_failure(on_failure: OnFailure) -> &'static str {
    match on_failure {
        OnFailure::Stop => "nothing more is done",
        OnFailure::Continue => "goes on with the next step",
        OnFailure::Undo => "what this phase did is put back, newest first",
    }
}

/// The raw commands.
fn hand(out: &mut String, step: &Step<Template>, values: &Values) {
    let field = |name: &str| {
        let (_, words) = step.with.fields().find(|(field, _)| *field == name)?;
        words.filled(values).map(|words| words.texts().join(","))
    };
    let (act, back) = step.act.by_hand.filled(&field);
    _ = writeln!(out, "     By hand");
    act.iter().for_each(|line| command(out, line));
    if !back.is_empty() {
        _ = writeln!(out, "     Back by hand");
        back.iter().for_each(|line| command(out, line));
    }
}

/// A line to paste is never cut.
fn command(out: &mut String, line: &str) {
    _ = writeln!(out, "       $ {line}");
}

/// What the names mean, and where the order is not the protocol's.
fn after(out: &mut String, playbook: &Playbook) {
    let conditions = playbook.steps().flat_map(|step| [&step.when, &step.require, &step.verify]).flatten();
    let mut quantities: BTreeSet<Quantity> =
        conditions.chain(&playbook.detect.signals).flat_map(|condition| condition.quantities()).collect();
    let watched = playbook.steps().filter_map(|step| step.watch.as_ref());
    quantities.extend(watched.map(|watch| Quantity::from(watch.metric)));
    if !quantities.is_empty() {
        heading(out, "WHAT THE NAMES MEAN", None);
        for quantity in quantities {
            wrap(out, &format!("{}: {}", quantity.name(), quantity.help()), "  ", "      ");
        }
        wrap(
            out,
            "Of several targets the worst decides: the lowest hit ratio, the highest of most others.",
            "  ",
            "  ",
        );
    }
    let differs = || playbook.steps().filter_map(|step| Some((&step.id, step.differs.as_ref()?)));
    if differs().next().is_some() {
        heading(out, "WHERE THIS DEPARTS FROM THE PROTOCOL DOCUMENT", None);
        for (id, differs) in differs() {
            wrap(out, &format!("{id}: {}", text::escape(differs)), "  ", "      ");
        }
    }
    let undo = playbook.stages.iter().any(|stage| stage.phase != Phase::Detect && !stage.steps.is_empty());
    if undo {
        heading(out, "AFTERWARDS", None);
        command(out, "stampede status");
        command(out, "stampede undo");
    }
}

fn listed(words: &Words) -> String {
    text::escape(&words.texts().join(", ")).into_owned()
}
