//! Events for people, on standard output: the outcome first.

use std::fmt::Write as _;
use std::time::Duration;

use crate::change::Change;
use crate::event::{Done, Event, Listener, Record, Skip};
use crate::text;
use crate::ui::act::plan;
use crate::ui::wrap::wrap;
use crate::ui::{Ui, wrapped};

/// Columns of the word that says what came of a step.
const WORD: usize = 16;
/// Milliseconds on disk that are worth a word, when they are a tenth of all.
const SLOW_DISK: f64 = 10.0;

/// Prints events as they happen.
pub struct Text {
    ui: Ui,
    attended: bool,
    /// One line an event.
    brief: bool,
}

impl Text {
    /// A listener that prints.
    pub fn new(ui: Ui, attended: bool, brief: bool) -> Self {
        Self { ui, attended, brief }
    }
}

impl Listener for Text {
    fn hear(&self, record: &Record) {
        let text = match &record.event {
            // At a terminal the prompt shows it.
            Event::Planned { .. } if self.attended => return,
            Event::Planned { step, change } => planned(step, change),
            event => said(event, ""),
        };
        let text = if self.brief { in_one_line(&record.event, text) } else { text };
        if text.is_empty() {
            return;
        }
        self.ui.screen.still();
        // A reader that has gone away is no reason to stop acting.
        _ = self.ui.answer(&text);
    }

    fn progress(&self, words: &str) {
        self.ui.screen.progress(words);
    }

    fn note(&self, words: &str) {
        self.ui.screen.still();
        self.ui.say(&wrapped("", words));
    }
}

/// An event in one line. Its lines were broken for the width of a screen: a sentence must not end with the first of them.
fn in_one_line(event: &Event, text: String) -> String {
    match event {
        // What was asked for as an answer is given whole.
        Event::Skipped { outcome: Skip::Answered, .. } => text,
        // The rest of a plan is a page.
        Event::Planned { .. } => text.lines().take(1).map(|line| format!("{line}\n")).collect(),
        _ if text.is_empty() => text,
        _ => text.split_whitespace().collect::<Vec<_>>().join(" ") + "\n",
    }
}

fn planned(step: &str, change: &Change) -> String {
    format!("plan: {step} (needs {})\n{}", need(change), plan::block(change, None))
}

fn need(change: &Change) -> String {
    match change.level {
        crate::change::Level::Ask => "a yes".into(),
        // Which word it is that says which one is meant is asked, or told, when it comes to that.
        crate::change::Level::Type if change.subject.is_unnamed() => "a name typed".into(),
        crate::change::Level::Type => format!("the name {} typed", change.subject.name),
    }
}

/// What is said of an event, behind `left` (the time, in a timeline); nothing of those that are only kept.
pub(super) fn said(event: &Event, left: &str) -> String {
    let mut out = String::new();
    let line = |out: &mut String, word: &str, words: &str| line(out, left, word, words);
    let more = |out: &mut String, words: &str| more(out, left, words);
    match event {
        // What was asked for is the whole answer, and is read by people and pipes alike.
        Event::Skipped { outcome: Skip::Answered, why, .. } => {
            why.lines().for_each(|answer| _ = writeln!(out, "{left}{answer}"));
        }
        Event::Skipped { step, outcome, why, unblock, .. } => {
            line(&mut out, outcome.words(), &format!("{step}: {why}"));
            unblock.iter().for_each(|hint| more(&mut out, hint));
        }
        Event::Outcome { step, outcome, notes, error, took_ms, fsync_ms, .. } => {
            let word = match outcome {
                Done::Done => "done",
                Done::Stopped => "stopped",
                Done::Failed => "failed",
                Done::Unknown => "unknown",
            };
            let time = took(*took_ms, *fsync_ms);
            let what = error.as_deref().map_or_else(|| time.clone(), |error| format!("{error} ({time})"));
            line(&mut out, word, &format!("{step}: {what}"));
            notes.iter().for_each(|note| more(&mut out, note));
        }
        Event::Undone { step, complete, notes, error, .. } => {
            let word = if *complete { "undone" } else { "NOT undone" };
            let what =
                error.as_deref().unwrap_or(if *complete { "as it was before" } else { "not put back" });
            line(&mut out, word, &format!("{step}: {what}"));
            notes.iter().for_each(|note| more(&mut out, note));
        }
        Event::Reconciled { step, state, .. } => {
            line(&mut out, "found", &format!("{step}: {}", state.words()));
        }
        Event::Watched { step, words, worse, .. } => {
            let word = match worse {
                Some(true) => "worse",
                Some(false) => "watched",
                None => "not watched",
            };
            line(&mut out, word, &format!("{step}: {words}"));
        }
        Event::Phase { phase, budget, verdict, found } => {
            let budget = budget.map(|seconds| format!(" ({seconds} s)")).unwrap_or_default();
            _ = writeln!(out, "{left}{phase}{budget}");
            verdict.iter().chain(found).for_each(|words| under(&mut out, left, words));
        }
        Event::Detected { budget, verdict, found, .. } => {
            _ = writeln!(out, "{left}detect ({budget} s)");
            std::iter::once(verdict).chain(found).for_each(|words| under(&mut out, left, words));
        }
        Event::PassedOver { phase, why } => {
            _ = writeln!(out, "{left}{phase}");
            under(&mut out, left, &format!("passed over: {why}"));
        }
        Event::WouldDo { phase, what } => {
            _ = writeln!(out, "{left}{phase}");
            under(&mut out, left, what);
        }
        Event::Checklist { windows, window, holds, checks } => {
            _ = writeln!(out, "{left}verify");
            let window = text::duration(Duration::from_secs_f64(*window));
            under(
                &mut out,
                left,
                &match holds {
                    Some(true) => format!("back to normal, for {windows} × {window}"),
                    Some(false) => "not back to normal".into(),
                    None => "nothing speaks against it, but not everything is known".into(),
                },
            );
            for check in checks {
                under(&mut out, left, &format!("{}: {}", check.state(), check.words()));
            }
        }
        Event::Evidence { missing, .. } => {
            missing.iter().for_each(|missing| line(&mut out, "no evidence", missing));
        }
        _ => {}
    }
    out
}

/// A line that begins with what came of it.
pub(super) fn line(out: &mut String, left: &str, word: &str, words: &str) {
    wrap(out, words, &format!("{left}{word:<WORD$}"), &" ".repeat(left.len() + WORD));
}

/// Words under the name of a phase.
fn under(out: &mut String, left: &str, words: &str) {
    let margin = " ".repeat(left.len() + 2);
    wrap(out, words, &margin, &margin);
}

fn more(out: &mut String, left: &str, words: &str) {
    let margin = " ".repeat(left.len() + WORD);
    wrap(out, words, &margin, &margin);
}

/// How long it took; a disk that is slow is named.
fn took(ms: u64, disk_ms: f64) -> String {
    let took = text::duration(Duration::from_millis(ms.max(1)));
    match disk_ms >= SLOW_DISK && disk_ms * 10.0 >= ms as f64 {
        true => format!("{took}, {} of it on disk", text::duration(Duration::from_secs_f64(disk_ms / 1e3))),
        false => took,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_event_is_one_whole_sentence() {
        let why = "the words of a refusal that are longer than a line of a terminal, and end with what matters: nothing was written";
        let event = Event::PassedOver { phase: "break".into(), why: why.into() };
        let brief = in_one_line(&event, said(&event, ""));
        assert_eq!(brief, format!("break passed over: {why}\n"));
    }
}
