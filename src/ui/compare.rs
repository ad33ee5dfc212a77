//! Arms of a comparison, side by side.

use std::fmt::Write as _;
use std::time::Duration;

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde_json::{Value, json};

use crate::felt::{Arm, Row, Second, Way, how_many};
use crate::text;
use crate::ui::chart::{Chart, Panel};
use crate::ui::wrap::wrap;

/// What was compared, and how.
pub struct Compared<'a> {
    /// The name of the trouble.
    pub scenario: &'a str,
    /// The seed of users, lifetimes and trouble.
    pub seed: u64,
    /// Whether the application has a breaker.
    pub breaker: bool,
    /// How long an arm may take.
    pub limit: Duration,
    /// Each way to meet it.
    pub arms: &'a [Arm],
}

/// A figure of an arm.
type Figure = fn(&Compared<'_>, &Arm) -> String;

fn seconds(at: Option<f64>) -> String {
    at.map_or_else(|| "never".into(), |at| format!("{at:.1} s"))
}

impl Compared<'_> {
    fn recovered(&self, arm: &Arm) -> String {
        match arm.recovered {
            Some(at) => format!("{at:.0} s"),
            None => format!("over {}", text::duration(self.limit)),
        }
    }

    /// For people.
    pub fn as_text(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let header = self.arms.iter().map(|arm| arm.way.name().to_owned());
        let rows: [(&str, Figure); 7] = [
            ("looked at after", |_, arm| seconds(arm.looks.first().map(|(at, _)| *at))),
            ("first change after", |_, arm| seconds(arm.acted)),
            ("users have it back after", |this, arm| this.recovered(arm)),
            ("the same, from the first change", |_, arm| {
                let from = arm.recovered.zip(arm.acted).map(|(back, acted)| (back - acted).max(0.0));
                from.map_or_else(|| "-".into(), |from| format!("{from:.0} s"))
            }),
            ("requests that failed", |_, arm| text::count(arm.failed as f64)),
            ("a second stampede", |_, arm| if arm.relapsed { "yes" } else { "no" }.into()),
            ("left switched", |_, arm| {
                let known = arm.left.iter().filter(|switched| switched.is_known()).count();
                how_many(known, arm.left.len() - known)
            }),
        ];
        let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        table.add_row(std::iter::once(Cell::new("")).chain(header.map(right)));
        for (name, cell) in rows {
            let cells = self.arms.iter().map(|arm| right(cell(self, arm)));
            table.add_row(std::iter::once(Cell::new(name)).chain(cells));
        }
        let mut out =
            format!("{}\n", table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
        out.push('\n');
        if let Some(feel) = self.arms.first().map(|arm| arm.before.feel()) {
            let words = format!(
                "before: p99 {}, {} requests/s end well, {} fail. Users have it back once p99 and failures are within 1.2 times \
                 of that (or 10 ms longer; where none failed: one in 1000), over 5 s each, and stay so for 30 s.",
                text::duration(feel.p99),
                text::count(feel.goodput),
                text::percent(feel.failing),
            );
            wrap(&mut out, &words, "", "");
        }
        let breaker = match self.breaker {
            true => {
                "the application has a breaker: behind it users are served what is at hand. The page has no command for it \
                 (--no-breaker plays without)."
            }
            false => "the application has no breaker.",
        };
        wrap(&mut out, breaker, "", "");
        for arm in self.arms {
            let mut say = |words: &str| wrap(&mut out, words, &format!("{}: ", arm.way.name()), "   ");
            let named =
                arm.looks.iter().filter_map(|(at, pattern)| Some(format!("{at:.1} s {}", pattern.as_ref()?)));
            let named: Vec<String> = named.collect();
            if !named.is_empty() {
                say(&format!("sees {}", named.join("; ")));
            }
            if !arm.acts.is_empty() {
                let acts = arm.acts.iter().map(|(at, what)| format!("{at:.1} s {what}"));
                say(&acts.collect::<Vec<_>>().join("; "));
            }
            if !arm.skipped.is_empty() {
                say(&format!("skipped, the drill has no such system: {}", arm.skipped.join("; ")));
            }
            if !arm.left.is_empty() {
                let left: Vec<String> = arm.left.iter().map(ToString::to_string).collect();
                say(&format!("left switched: {}", left.join(", ")));
            }
        }
        _ = writeln!(out, "seed {}", self.seed);
        out
    }

    /// What users felt, as a picture.
    pub fn chart(&self) -> Chart {
        let line = |value: &dyn Fn(&Second) -> Option<f64>| {
            let points = |arm: &Arm| {
                let of = |second: &Second| Some((second.at.max(0.0), value(second)?));
                arm.trouble.iter().filter_map(of).collect()
            };
            self.arms.iter().map(points).collect()
        };
        let panel = |title, tens, show, value: &dyn Fn(&Second) -> Option<f64>| Panel {
            title,
            tens,
            show,
            lines: line(value),
        };
        let last =
            self.arms.iter().filter_map(|arm| arm.trouble.last()).map(|second| second.at).fold(1.0, f64::max);
        Chart {
            title: format!("{}: what users feel after onset (seed {})", self.scenario, self.seed),
            names: self.arms.iter().map(|arm| arm.way.name().to_owned()).collect(),
            seconds: (0.0, last),
            marks: Vec::new(),
            panels: vec![
                panel("requests per second that end well", false, text::count, &|second| {
                    Some(second.good() as f64)
                }),
                panel("requests per second that fail", false, text::count, &|second| {
                    Some(second.failed as f64)
                }),
                panel("response time, 99th percentile", true, text::millis, &|second| {
                    second.feel().map(|feel| feel.p99.as_secs_f64() * 1e3)
                }),
                panel("cache hit ratio", false, text::percent, &Second::hit_ratio),
                panel("database statements per second", false, text::count, &|second| {
                    Some(second.statements as f64)
                }),
            ],
        }
    }

    /// For programs.
    pub fn document(&self) -> Value {
        let arms = self.arms.iter().map(|arm| {
            let feel = arm.before.feel();
            json!({
                "way": arm.way.name(),
                "page_waits_s": match arm.way {
                    Way::Page(at) => json!(at.map(|at| at.as_secs_f64())),
                    _ => Value::Null,
                },
                "before": { "p50_s": feel.p50.as_secs_f64(), "p99_s": feel.p99.as_secs_f64(), "failing": feel.failing, "goodput_per_s": feel.goodput },
                "looks": arm.looks.iter().map(|(at, pattern)| json!({ "at_s": at, "pattern": pattern })).collect::<Vec<_>>(),
                "first_change_s": arm.acted,
                "recovered_s": arm.recovered,
                "failed_requests": arm.failed,
                "second_stampede": arm.relapsed,
                "acts": arm.acts.iter().map(|(at, what)| json!({ "at_s": at, "what": what })).collect::<Vec<_>>(),
                "exit": arm.exit,
                "skipped": arm.skipped,
                "left_switched": arm.left.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "seconds": arm.trouble.iter().map(Row::from).collect::<Vec<_>>(),
            })
        });
        json!({
            "schema": "stampede.compare/1",
            "scenario": self.scenario,
            "seed": self.seed,
            "breaker": self.breaker,
            "limit_s": self.limit.as_secs_f64(),
            "arms": arms.collect::<Vec<_>>(),
        })
    }
}
