//! What is in effect, who did it, and how long ago.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::event::{Drift, Incident, Step, StepState};
use crate::text;
use crate::ui::wrap::wrap;

/// Changes of which nothing is in effect that are shown all the same: the last ones.
const RECENT: usize = 10;

/// For people: the answer in the first line. What is in effect is shown in full, of what is over the last few.
/// `held`: whether the one who holds the journal is alive; `others`: incidents that have something in effect as well; `looked`:
/// what the steps show that are in doubt.
pub fn as_text(
    incident: &Incident,
    looked: &[Drift],
    notes: &[String],
    held: bool,
    others: &[String],
    now: Timestamp,
) -> String {
    let mut out = String::new();
    let state = if incident.closed { "closed" } else { "open" };
    let cut_short = |step: &&Step| matches!(step.state, StepState::Acting | StepState::Undoing);
    let running = incident.in_effect().filter(|step| held && cut_short(step)).count();
    let dangling = incident.in_effect().filter(|step| step.state.is_dangling()).count();
    let doubt = dangling - running;
    let in_effect = incident.in_effect().count() - dangling;
    let mut what = Vec::new();
    match in_effect {
        0 => {}
        1 => what.push("1 change is in effect".to_owned()),
        n => what.push(format!("{n} changes are in effect")),
    }
    match doubt {
        0 => {}
        1 => what.push("1 step is in doubt: how it ended is not known".into()),
        n => what.push(format!("{n} steps are in doubt: how they ended is not known")),
    }
    match running {
        0 => {}
        1 => what.push("1 step is running".into()),
        n => what.push(format!("{n} steps are running")),
    }
    let what = match (what.is_empty(), others.is_empty()) {
        (true, _) if incident.is_uncertain() => {
            "what is in effect is not known: the journal is damaged".into()
        }
        (true, true) => "nothing is in effect".into(),
        (true, false) => "other incidents have changes in effect, and this one has none".into(),
        (false, _) => what.join(", "),
    };
    _ = writeln!(
        out,
        "{what}: incident {} ({state}, began {} ago)",
        incident.name,
        ago(incident.opened, now)
    );
    if let Some(why) = incident.why.as_deref().filter(|why| !why.is_empty()) {
        wrap(&mut out, &format!("reason: {why}"), "", "  ");
    }
    if let Some(holder) = &incident.holder {
        let state = if held { "at work" } else { "died; `stampede undo` reads what became of it" };
        let words = format!("held by {} (pid {}), {state}", holder.at(), holder.pid);
        wrap(&mut out, &words, "", "  ");
    }
    let over = incident.steps.iter().filter(|step| !step.state.is_in_effect()).count();
    let mut earlier = over.saturating_sub(RECENT);
    if earlier > 0 {
        let all = format!("{earlier} earlier changes, all over: stampede incident show {}", incident.name);
        wrap(&mut out, &all, "", "  ");
    }
    for step in &incident.steps {
        if earlier > 0 && !step.state.is_in_effect() {
            earlier -= 1;
            continue;
        }
        step_text(&mut out, step, held, now);
        for now in looked.iter().filter(|seen| seen.step == step.id) {
            wrap(&mut out, &format!("now: {}", now.words), "  ", "  ");
        }
    }
    notes.iter().for_each(|note| wrap(&mut out, note, "note: ", "  "));
    let plural = if in_effect == 1 { "" } else { "s" };
    match (in_effect, doubt) {
        (0, 0) => {}
        (0, _) => _ = writeln!(out, "\nlook how it ended: stampede undo {}", incident.name),
        _ => _ = writeln!(out, "\nput back the change{plural}: stampede undo {}", incident.name),
    }
    if running > 0 {
        _ = writeln!(out, "\nsee how it goes on: stampede status {} --follow", incident.name);
    }
    for other in others {
        _ = writeln!(out, "also in effect: incident {other} (`stampede status {other}`)");
    }
    out
}

fn step_text(out: &mut String, step: &Step, held: bool, now: Timestamp) {
    let by = step.by.as_ref().map_or_else(|| "?".into(), |by| by.at());
    let state = match step.state {
        StepState::Acting if held => "being done at this moment",
        StepState::Undoing if held => "being put back at this moment",
        state => state.words(),
    };
    _ = writeln!(out, "\n{}: {state}", step.id);
    wrap(out, &step.change.summary, "  ", "  ");
    wrap(
        out,
        &format!(
            "on {} ({}), by {by}, {} ago",
            step.change.subject.name,
            step.change.subject.address,
            ago(step.at, now)
        ),
        "  ",
        "  ",
    );
    for torn in &step.torn {
        let words = format!(
            "line {} of its journal is damaged: `stampede undo` says what can be read of it",
            torn.line
        );
        wrap(out, &words, "  ", "  ");
    }
    step.error.iter().for_each(|error| wrap(out, error, "  ", "  "));
    step.notes.iter().for_each(|note| wrap(out, note, "  ", "  "));
}

fn ago(then: Timestamp, now: Timestamp) -> String {
    text::duration(now.duration_since(then).unsigned_abs())
}

/// One line for an incident, or for one that cannot be read.
pub fn line(name: &str, incident: Result<&Incident, &str>, now: Timestamp) -> String {
    match incident {
        Ok(incident) => {
            let state = if incident.closed { "closed" } else { "open" };
            let (steps, in_effect) = (incident.steps.len(), incident.in_effect().count());
            let ago = ago(incident.opened, now);
            let plural = if steps == 1 { "" } else { "s" };
            let damaged = if incident.hidden().next().is_some() { ", damaged" } else { "" };
            format!(
                "{name}  {state}, {steps} change{plural}, {in_effect} in effect{damaged}, began {ago} ago\n"
            )
        }
        Err(why) => format!("{name}  cannot be read: {why}\n"),
    }
}
