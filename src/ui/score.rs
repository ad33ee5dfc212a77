//! What a practice came to, and several of them side by side.

use std::fmt::Write as _;
use std::time::Duration;

use comfy_table::{Cell, CellAlignment, Table, presets};

use crate::felt::{Happened, Moment, Needless, Row, Run, Told, how_many};
use crate::text;
use crate::ui::wrap::wrap;

/// A figure of a practice.
type Figure = fn(&Run) -> String;

/// The figures, in the order in which a practice goes.
const FIGURES: [(&str, Figure); 11] = [
    ("looked at after", |run| when(&run.score.looked)),
    ("first change after", |run| when(&run.score.acted)),
    ("first useful act after", |run| when(&run.score.helped)),
    ("relief after", |run| when(&run.score.relief)),
    ("users have it back after", |run| when(&run.score.recovered)),
    ("requests that failed", |run| text::count(run.score.failed_requests as f64)),
    ("a second stampede", |run| if run.score.second_stampede { "yes" } else { "no" }.into()),
    ("typed acts without need", |run| number(&run.score.needless)),
    ("left in effect", |run| number(&run.score.in_effect)),
    ("left switched", |run| how_many(run.score.switched.len(), run.score.not_known.len())),
    ("surprises respected", |run| {
        let all = &run.score.surprises;
        let stand = all.iter().filter(|met| met.respected == Some(true)).count();
        if all.is_empty() { "-".into() } else { format!("{stand} of {}", all.len()) }
    }),
];

fn when(moment: &Moment) -> String {
    match moment {
        Moment::At { s, .. } => format!("{s:.1} s"),
        Moment::Not(_) => "never".into(),
        Moment::Unknown(_) => "unknown".into(),
    }
}

fn number<T>(told: &Told<Vec<T>>) -> String {
    match told {
        Told::Known(all) => all.len().to_string(),
        Told::Unknown(_) => "unknown".into(),
    }
}

/// The figures of each practice under its name.
fn table(runs: &[(String, Run)]) -> String {
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if runs.len() > 1 {
        let names = runs.iter().map(|(name, _)| right(text::fit(name, 24).into_owned()));
        table.add_row(std::iter::once(Cell::new("")).chain(names));
    }
    for (name, figure) in FIGURES {
        let cells = runs.iter().map(|(_, run)| right(figure(run)));
        table.add_row(std::iter::once(Cell::new(name)).chain(cells));
    }
    let mut out = table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    out.push('\n');
    out
}

/// One practice, for people.
pub fn one(run: &Run) -> String {
    let mut out = format!("how it went, from onset on, {:.0} s:\n", run.lasted_s);
    out.push_str(&table(&[(String::new(), run.clone())]));
    out.push('\n');
    let mut say = |words: &str| wrap(&mut out, words, "", "   ");
    let score = &run.score;
    let moments = [
        ("looked at", &score.looked),
        ("first change", &score.acted),
        ("first useful act", &score.helped),
        ("relief", &score.relief),
        ("users have it back", &score.recovered),
    ];
    for (name, moment) in moments {
        match moment {
            Moment::At { what, .. } if std::ptr::eq(moment, &score.helped) && !score.helped_or.is_empty() => {
                say(&format!(
                    "{name}: {what} (or {}: made before it was better, too)",
                    score.helped_or.join(", ")
                ));
            }
            Moment::At { what, .. } => say(&format!("{name}: {what}")),
            Moment::Not(why) => say(&format!("{name}: never: {why}")),
            Moment::Unknown(why) => say(&format!("{name}: unknown: {why}")),
        }
    }
    match &score.needless {
        Told::Known(all) => {
            for Needless { at_s, step, why } in all {
                say(&format!("typed without need: {at_s:.1} s {step}: {why}"));
            }
        }
        Told::Unknown(why) => say(&format!("typed without need: unknown: {why}")),
    }
    match &score.in_effect {
        Told::Known(all) if all.is_empty() => {}
        Told::Known(all) => say(&format!("left in effect: {}", all.join("; "))),
        Told::Unknown(why) => say(&format!("left in effect: unknown: {why}")),
    }
    let left: Vec<&str> = score.switched.iter().chain(&score.not_known).map(String::as_str).collect();
    if !left.is_empty() {
        say(&format!("left switched: {}", left.join(", ")));
    }
    for met in &score.surprises {
        let surprise = &met.surprise;
        let what = match &surprise.what {
            Happened::Set { setting, before, set: Told::Known(set), .. } => {
                format!("a colleague set {setting} {set} (it was {before})")
            }
            Happened::Set { setting, .. } => format!("a colleague wanted to set {setting}"),
            Happened::FailOver { before, now: Told::Known(now) } => {
                format!("the cache failed over from {before} to {now}")
            }
            Happened::FailOver { before, .. } => format!("the cache was to fail over from {before}"),
        };
        say(&format!("surprise: at {:.1} s {what}: {}", surprise.at_s, met.words));
    }
    say(&before(&run.before));
    out
}

fn before(row: &Row) -> String {
    let all = (row.hits + row.made + row.at_hand + row.failed).max(1);
    let p99 = row.p99_s.and_then(|p99| Duration::try_from_secs_f64(p99).ok());
    format!(
        "before: p99 {}, {} fail. What each figure means: docs/practice.md.",
        p99.map_or_else(|| "?".into(), text::duration),
        text::percent(row.failed as f64 / all as f64),
    )
}

/// Several of them side by side, each under its name.
pub fn side_by_side(runs: &[(String, Run)]) -> String {
    if let [(_, run)] = runs {
        return one(run);
    }
    let mut out = table(runs);
    out.push('\n');
    let trouble = |run: &Run| (run.scenario.clone(), run.seed, run.ttl_s.to_bits(), run.breaker);
    let mut all = runs.iter().map(|(_, run)| trouble(run));
    let first = all.next();
    if all.any(|other| Some(&other) != first.as_ref()) {
        wrap(&mut out, "not the same trouble: what differs is not only how it was met.", "", "   ");
    }
    for (name, run) in runs {
        let breaker = if run.breaker { "" } else { ", without a breaker" };
        let ttl = Duration::try_from_secs_f64(run.ttl_s).map_or_else(|_| "?".into(), text::duration);
        let words = format!(
            "{name}: {}, seed {}, pages cached for {ttl}{breaker}, at {:.0}",
            run.scenario, run.seed, run.onset
        );
        wrap(&mut out, &words, "", "   ");
    }
    _ = writeln!(out, "\n`stampede drill --score FILE` tells one of them in full");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::felt::{SCHEMA, Score};

    fn run(looked: Moment) -> Run {
        let nothing = || Moment::Not("not within 9 s".into());
        Run {
            schema: SCHEMA.into(),
            scenario: "classic-expiry".into(),
            seed: 1,
            ttl_s: 900.0,
            breaker: true,
            onset: jiff::Timestamp::UNIX_EPOCH,
            lasted_s: 9.0,
            before: Row::of(0.0, &[]),
            score: Score {
                looked,
                acted: nothing(),
                helped: nothing(),
                helped_or: Vec::new(),
                relief: nothing(),
                recovered: nothing(),
                failed_requests: 12,
                second_stampede: false,
                needless: Told::Unknown("the journal of a is damaged".into()),
                in_effect: Told::Known(Vec::new()),
                switched: vec!["redis maxclients 9000".into()],
                not_known: Vec::new(),
                surprises: Vec::new(),
            },
            acts: Told::Known(Vec::new()),
            seconds: Vec::new(),
        }
    }

    #[test]
    fn what_is_not_known_is_said_so_and_is_no_number() {
        let text = one(&run(Moment::Unknown("no look is on record".into())));
        for words in [
            " looked at after           unknown",
            " typed acts without need   unknown",
            "looked at: unknown: no look is on record",
            "typed without need: unknown: the journal of a is damaged",
            "relief: never: not within 9 s",
        ] {
            assert!(text.contains(words), "{words:?} is not in\n{text}");
        }
    }

    #[test]
    fn a_practice_is_read_as_it_was_kept_and_other_trouble_is_told() {
        let one = run(Moment::At { s: 3.0, what: "stampede came to the cache".into() });
        let kept = serde_json::to_vec(&one).unwrap();
        assert_eq!(Run::read(&kept).unwrap(), one);
        let same = side_by_side(&[("a".into(), one.clone()), ("b".into(), one.clone())]);
        assert!(!same.contains("not the same trouble"), "{same}");
        let other = Run { seed: 2, ..one.clone() };
        let other = side_by_side(&[("a".into(), one), ("b".into(), other)]);
        assert!(other.contains("not the same trouble"), "{other}");
    }
}
