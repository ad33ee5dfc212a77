//! How expiries are spread, as it is said.

use std::time::Duration;

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde_json::{Value, json};

use crate::probe::ttl::{Jitter, Spread, Spreading, Worst};
use crate::text;
use crate::ui::wrap::wrap;

/// Groups that are listed.
const LISTED: usize = 15;

/// What was seen of one cache.
pub struct Shown {
    /// The cache.
    pub target: String,
    /// What was seen.
    pub seen: Spreading,
    /// What one refill takes, when that is known.
    pub rebuild: Option<Duration>,
}

/// For people.
pub fn table(shown: &Shown) -> String {
    let Shown { target, seen, .. } = shown;
    let sampled = match seen.whole {
        true => format!("all {} keys", text::count(seen.keys)),
        false => format!("{} of {} keys", text::count(seen.seen as f64), text::count(seen.keys)),
    };
    let mut out = format!("expiries on {}: {sampled} sampled\n", text::escape(target));
    if !seen.groups.is_empty() {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(["keys", "count", "no TTL", "longest", "jitter seen"]);
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        for group in seen.groups.iter().take(LISTED) {
            let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
            table.add_row(vec![
                Cell::new(text::fit(&group.label, 30)),
                right(text::count(group.keys)),
                right(text::percent(group.forever)),
                right(group.longest.map_or_else(|| "-".into(), seconds)),
                Cell::new(mark(&group.jitter)),
            ]);
        }
        out.extend(table.lines().flat_map(|line| [line.trim_end().to_owned(), "\n".into()]));
    }
    for group in seen.groups.iter().take(LISTED) {
        if let Some(words) = words(group) {
            wrap(&mut out, &words, "", "  ");
        }
    }
    wrap(&mut out, &worst_words(shown), "", "  ");
    for note in &seen.notes {
        wrap(&mut out, &format!("note: {note}"), "", "  ");
    }
    out
}

/// A line a group, and one for the worst second.
pub fn brief(shown: &Shown) -> String {
    let groups = shown
        .seen
        .groups
        .iter()
        .map(|group| format!("{}: jitter seen: {}\n", group.label, mark(&group.jitter)));
    groups.chain([worst_words(shown) + "\n"]).collect()
}

fn seconds(seconds: f64) -> String {
    text::duration(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default())
}

/// The jitter in a word.
fn mark(jitter: &Jitter) -> String {
    match jitter {
        Jitter::Together(_) | Jitter::None => "none".into(),
        Jitter::Seen(share) => format!("{:.0} %", share * 100.0),
        Jitter::Untold(_) => "?".into(),
    }
}

/// What must be said of a group.
fn words(group: &Spread) -> Option<String> {
    let label = &group.label;
    match &group.jitter {
        Jitter::Together(cliff) => Some(format!(
            "{label}: {} of its keys expire within {}, in {}; `recover stagger` spreads them now",
            text::percent(cliff.share),
            seconds(cliff.span.max(1.0)),
            seconds(cliff.begins_in),
        )),
        Jitter::None => Some(format!(
            "{label}: all get one TTL, spread only by when they were written: what is written together expires together"
        )),
        Jitter::Untold(why) => Some(format!("{label}: {why}")),
        Jitter::Seen(_) => None,
    }
}

fn worst_words(shown: &Shown) -> String {
    let Some(worst) = &shown.seen.worst else { return "no key expires in the next day".into() };
    let Worst { begins_in, keys, usual, label, stands_out } = worst;
    let cost = match shown.rebuild {
        Some(rebuild) => {
            let busy = keys * rebuild.as_secs_f64();
            format!("{} s of work for the databases", text::count(busy))
        }
        None => "what a refill costs is not known (--rebuild TIME)".into(),
    };
    match stands_out {
        true => format!(
            "worst second of the next day: in {}, ~{} keys expire ({label}; an even second has {}); {cost}",
            text::duration(*begins_in),
            text::count(*keys),
            text::count(*usual),
        ),
        false => format!(
            "no second of the next day stands out: ~{} keys expire in each; {cost}",
            text::count(*keys)
        ),
    }
}

/// For programs.
pub fn document(shown: &Shown) -> Value {
    let seen = &shown.seen;
    let groups: Vec<Value> = seen
        .groups
        .iter()
        .map(|group| {
            let (name, jitter) = match &group.jitter {
                Jitter::Together(_) => ("together", Some(0.0)),
                Jitter::None => ("none", Some(0.0)),
                Jitter::Seen(share) => ("seen", Some(*share)),
                Jitter::Untold(_) => ("unknown", None),
            };
            json!({
                "keys": group.label,
                "count": group.keys.round(),
                "no_ttl": group.forever,
                "longest_s": group.longest,
                "spread": name,
                "jitter": jitter,
                "words": words(group),
            })
        })
        .collect();
    let worst = seen.worst.as_ref().map(|worst| {
        json!({
            "in_s": worst.begins_in.as_secs(),
            "keys": worst.keys.round(),
            "usual": worst.usual,
            "group": worst.label,
            "stands_out": worst.stands_out,
            "work_s": shown.rebuild.map(|rebuild| worst.keys * rebuild.as_secs_f64()),
        })
    });
    json!({
        "schema": "stampede.prevent-ttl/1",
        "target": shown.target,
        "keys": seen.keys,
        "sampled": seen.seen,
        "whole": seen.whole,
        "groups": groups,
        "worst": worst,
        "notes": seen.notes,
    })
}
