//! The events of an incident in their order: what a post-mortem begins with.

use crate::event::{Event, Record};
use crate::ui::act::text::{line, said};

/// One event after the other, each with its time (UTC).
pub fn timeline(records: &[Record]) -> String {
    let mut out = String::new();
    let mut day = None;
    for Record { at, event, .. } in records {
        let date = at.strftime("%Y-%m-%d").to_string();
        if day.as_ref() != Some(&date) {
            out.push_str(&format!("{date} (UTC)\n"));
            day = Some(date);
        }
        let left = at.strftime("%H:%M:%S  ").to_string();
        out.push_str(&kept(event, &left));
        out.push_str(&said(event, &left));
    }
    out
}

/// What is kept and not said when it happens, because whoever sits there knows it.
fn kept(event: &Event, left: &str) -> String {
    let mut out = String::new();
    let mut line = |word: &str, words: &str| line(&mut out, left, word, words);
    match event {
        Event::Opened { incident, tool, .. } => {
            line("opened", &format!("incident {incident}, stampede {tool}"));
        }
        Event::Joined { holder, argv, from } => {
            let from =
                from.as_ref().map(|from| format!(", taken over from {}", from.at())).unwrap_or_default();
            line("joined", &format!("{} (pid {}){from}: {}", holder.at(), holder.pid, argv.join(" ")));
        }
        Event::Playbook { name, hash } => line("playbook", &format!("{name} ({:.12})", hash)),
        Event::Fact { name, value } => line("fact", &format!("{name}={value}")),
        Event::Reason { why } if !why.is_empty() => line("reason", why),
        Event::Evidence { files, .. } if !files.is_empty() => line("evidence", &files.join(", ")),
        Event::Intent { step, change, consent, .. } => {
            let (what, on) = (&change.summary, &change.subject.name);
            line("approved", &format!("{step}: {what}, on {on} ({})", consent.words()));
        }
        Event::Undoing { step, consent, .. } => line("undoing", &format!("{step} ({})", consent.words())),
        Event::Closed { left } if left.is_empty() => line("closed", "nothing was in effect"),
        Event::Closed { left } => line("closed", &format!("left in effect: {}", left.join(", "))),
        _ => {}
    }
    out
}
