//! What came of the last rounds, in a line for each of the numbers that tell first how it goes.

use std::collections::VecDeque;
use std::fmt::Write as _;

use crate::observation::Metric;
use crate::probe::TargetReport;
use crate::ui::detect::spark::{Marks, range};
use crate::ui::wrap::{cut, width};

/// Rounds that are remembered: more marks than a line can have.
const ROUNDS: usize = 120;
/// Fewest marks of a line, however narrow.
const FEWEST: usize = 3;
/// Columns before the marks.
const LABEL: usize = 12;
/// What is shown.
const SHOWN: [Shown; 3] = [
    Shown { metric: Metric::CacheHitRatio, name: "hit ratio", worse: f64::min },
    Shown { metric: Metric::DatabaseRunning, name: "running", worse: f64::max },
    Shown { metric: Metric::CacheRoundTrip, name: "round trip", worse: f64::max },
];

struct Shown {
    metric: Metric,
    name: &'static str,
    /// Which of two is worse: of several targets the worst is shown.
    worse: fn(f64, f64) -> f64,
}

/// The last rounds.
#[derive(Debug, Default)]
pub(super) struct Trends {
    rounds: VecDeque<[Round; SHOWN.len()]>,
}

/// One number in one round.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Round {
    /// Targets that have it.
    targets: usize,
    /// The worst that is known of it.
    worst: Option<f64>,
}

impl Trends {
    /// One more round.
    pub(super) fn add(&mut self, reports: &[TargetReport]) {
        self.push(SHOWN.map(|Shown { metric, worse, .. }| {
            let all =
                || reports.iter().flat_map(|report| &report.observations).filter(|one| one.metric == metric);
            Round { targets: all().count(), worst: all().filter_map(|one| one.value()).reduce(worse) }
        }));
    }

    fn push(&mut self, round: [Round; SHOWN.len()]) {
        self.rounds.push_back(round);
        if self.rounds.len() > ROUNDS {
            self.rounds.pop_front();
        }
    }

    /// The lines, none wider than so many columns. What no target has is left out.
    pub(super) fn lines(&self, marks: &Marks, columns: usize) -> String {
        let mut out = String::new();
        for (at, Shown { metric, name, .. }) in SHOWN.iter().enumerate() {
            let targets = self.rounds.iter().map(|round| round[at].targets).max().unwrap_or(0);
            if targets == 0 {
                continue;
            }
            let values: Vec<Option<f64>> = self.rounds.iter().map(|round| round[at].worst).collect();
            // The words may change when fewer are shown; they are not longer for it, but for some digits.
            let most = (columns - LABEL).saturating_sub(width(&words(*metric, &values, targets, marks)) + 2);
            let shown = &values[values.len().saturating_sub(most.max(FEWEST))..];
            let line =
                format!("{name:<LABEL$}{}  {}", marks.draw(shown), words(*metric, shown, targets, marks));
            _ = writeln!(out, "{}", cut(line.trim_end(), columns));
        }
        out
    }
}

/// The least and the most of what is drawn, and the last one.
fn words(metric: Metric, values: &[Option<f64>], targets: usize, marks: &Marks) -> String {
    let show = |value| metric.unit().show(value);
    let of = if targets > 1 { format!(" (the worst of {targets})") } else { String::new() };
    let now = values.last().copied().flatten().map_or_else(|| "?".to_owned(), show);
    match range(values) {
        None => format!("?{of}"),
        Some((least, most)) if least < most => {
            format!("{}{}{}, now {now}{of}", show(least), marks.to, show(most))
        }
        Some((same, _)) if now == show(same) => format!("{now}{of}"),
        Some((same, _)) => format!("{}, now {now}{of}", show(same)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::detect::spark::{BLOCKS, LETTERS};

    fn trends(rounds: impl IntoIterator<Item = [Option<f64>; 3]>, targets: [usize; 3]) -> Trends {
        let mut trends = Trends::default();
        for values in rounds {
            let mut at = 0;
            trends.push(values.map(|worst| {
                at += 1;
                Round { targets: targets[at - 1], worst }
            }));
        }
        trends
    }

    #[test]
    fn each_number_has_a_line_with_its_range_and_what_it_is_now() {
        let rounds = [
            [Some(0.97), Some(3.0), Some(0.2)],
            [None, Some(40.0), Some(0.2)],
            [Some(0.91), Some(12.0), None],
        ];
        let lines = trends(rounds, [1, 2, 1]).lines(&BLOCKS, 80);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines[0], "hit ratio   █·▁  91.0 %–97.0 %, now 91.0 %");
        assert_eq!(lines[1], "running     ▁█▃  3–40, now 12 (the worst of 2)");
        assert_eq!(lines[2], "round trip  ▄▄·  0.20 ms, now ?");
        let plain = trends(rounds, [1, 2, 1]).lines(&LETTERS, 80);
        assert!(plain.is_ascii() && plain.contains("@ _  91.0 %-97.0 %, now 91.0 %"), "{plain}");
    }

    #[test]
    fn what_no_target_has_has_no_line_and_what_is_never_known_is_a_question() {
        let lines = trends([[None, None, Some(1.0)]; 2], [1, 0, 1]).lines(&BLOCKS, 80);
        assert_eq!(lines, "hit ratio   ··  ?\nround trip  ▄▄  1 ms\n");
        assert_eq!(Trends::default().lines(&BLOCKS, 80), "");
    }

    #[test]
    fn the_last_rounds_that_fit_are_drawn() {
        let many = (0..500).map(|round| [Some(0.5), Some(f64::from(round)), None]);
        let trends = trends(many, [1, 3, 1]);
        assert_eq!(trends.rounds.len(), ROUNDS);
        for columns in [40, 60, 80, 120] {
            let lines = trends.lines(&BLOCKS, columns);
            let widest = lines.lines().map(width).max().unwrap();
            assert!(widest <= columns && widest + 8 > columns.min(100), "{columns}: {lines}");
            assert!(lines.contains("now 499"), "{lines}");
        }
    }
}
