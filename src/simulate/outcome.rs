//! What a run has shown.

use serde::Serialize;

use crate::simulate::model::{Model, Protection, Trigger};
use crate::simulate::quantile::quantile;
use crate::simulate::tally::{Counts, Step, Tally};

/// So long it has to stay well to be recovered, in seconds.
const STAYS: f64 = 30.0;
/// The 99th percentile and the share of errors may be so much worse than before.
const WORSE: f64 = 1.2;
/// And that many more errors, as a share of the requests: they are few before.
const ERRORS: f64 = 0.001;
/// Requests that a 99th percentile is made of, at least.
const ENOUGH: f64 = 1_000.0;
/// No window is shorter, in seconds.
const SHORTEST: f64 = 1.0;
/// Bounds of the rows in seconds after the trigger.
const BOUNDS: [f64; 20] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0,
    7_200.0, 18_000.0, 43_200.0, 86_400.0,
];

/// When it was over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// Nothing was to happen, or nothing was worse than before.
    Untouched,
    /// Too few requests came before the trigger, or after it, to tell.
    Unknown,
    /// So many seconds after the trigger.
    After(f64),
    /// Not until the end of the run.
    Never,
}

/// The most at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Peaks {
    /// Rebuilds that ran or waited for a connection.
    pub rebuilds: u64,
    /// The same of one key.
    pub of_one_key: u32,
    /// Connections of the database in use.
    pub connections: usize,
}

/// Some steps, added up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// When it begins, in seconds from the beginning of the run.
    pub from: f64,
    /// When it ends.
    pub to: f64,
    /// What was counted.
    pub counts: Counts,
    /// The most at once.
    pub peaks: Peaks,
    /// Half of the requests had ended after so many seconds; none: none ended.
    pub p50: Option<f64>,
    /// 99 % of them.
    pub p99: Option<f64>,
}

impl Row {
    /// Requests that did not fail and needed nothing of the database, of all that came; none: none came.
    pub fn hit_ratio(&self) -> Option<f64> {
        let all = self.counts.requests;
        (all > 0).then(|| (self.counts.hits + self.counts.stale) as f64 / all as f64)
    }

    /// The share of those that ended without an answer; none: none ended.
    pub fn error_share(&self) -> Option<f64> {
        let ended = self.counts.ended();
        (ended > 0).then(|| self.counts.errors as f64 / ended as f64)
    }
}

/// What a run has shown. Times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What protected it.
    pub protection: Protection,
    /// The whole run, and what ended after it.
    pub whole: Row,
    /// Before the trigger; none: it came at the beginning, or there was none.
    pub before: Option<Row>,
    /// From the trigger on.
    pub after: Row,
    /// The table: short rows after the trigger, longer ones later.
    pub rows: Vec<Row>,
    /// When it was over.
    pub recovery: Recovery,
    /// How long each step is.
    pub step: f64,
    /// The steps, for a chart.
    pub steps: Vec<Row>,
}

impl Outcome {
    pub(super) fn new(model: &Model, tally: Tally) -> Self {
        let (step, steps, behind) = tally.end();
        let at = match model.trigger {
            Trigger::None => 0,
            _ => ((model.trigger_at / step + 1e-6) as usize).min(steps.len()),
        };
        let row = |from: usize, to: usize| of(&steps[from..to], from as f64 * step, to as f64 * step, model);
        let each: Vec<Row> = (0..steps.len()).map(|n| row(n, n + 1)).collect();
        let bounds = match model.trigger {
            Trigger::None => even(steps.len()),
            _ => bounds(at, steps.len(), step),
        };
        let rows = bounds.windows(2).map(|pair| row(pair[0], pair[1])).collect();
        let whole: Vec<&Step> = steps.iter().chain([&behind]).collect();
        Self {
            protection: model.protection,
            whole: of(whole, 0.0, model.length, model),
            before: (at > 0).then(|| row(0, at)),
            after: row(at, steps.len()),
            rows,
            recovery: match model.trigger {
                Trigger::None => Recovery::Untouched,
                _ => recovery(&steps, at, step, model),
            },
            step,
            steps: each,
        }
    }
}

/// Steps are no exact numbers of seconds: to a microsecond.
fn exact(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

fn of<'a>(steps: impl IntoIterator<Item = &'a Step>, from: f64, to: f64, model: &Model) -> Row {
    let steps: Vec<&Step> = steps.into_iter().collect();
    let (mut counts, mut peaks) = (Counts::default(), Peaks::default());
    for step in &steps {
        counts.add(&step.counts);
        peaks.rebuilds = peaks.rebuilds.max(step.rebuilds);
        peaks.of_one_key = peaks.of_one_key.max(step.of_one_key);
        peaks.connections = peaks.connections.max(step.connections);
    }
    // What is served without an event is not among the times.
    let timed: u64 = steps.iter().map(|step| step.times.count()).sum();
    let quick = counts.ended().saturating_sub(timed);
    let at = |share| quantile(share, quick, model.hit_time, steps.iter().map(|step| &step.times));
    let (p50, p99) = (at(0.5), at(0.99));
    Row { from: exact(from), to: exact(to), counts, peaks, p50, p99 }
}

/// Where rows begin and end, in steps: two before the trigger, and ever longer ones after it.
fn bounds(at: usize, steps: usize, step: f64) -> Vec<usize> {
    let mut bounds = vec![0, at.saturating_sub((60.0 / step).ceil() as usize), at];
    bounds.extend(
        BOUNDS.iter().map(|bound| at + (bound / step).round() as usize).filter(|bound| *bound < steps),
    );
    bounds.push(steps);
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

/// Rows of about the same length, where nothing happens.
fn even(steps: usize) -> Vec<usize> {
    let mut bounds: Vec<usize> = (0..steps).step_by(steps.div_ceil(12).max(1)).collect();
    bounds.push(steps);
    bounds
}

/// When the 99th percentile and the errors are no worse than they were before the trigger, and stay so. They are looked at in windows
/// that have requests enough for a percentile.
fn recovery(steps: &[Step], at: usize, step: f64, model: &Model) -> Recovery {
    let length = ((ENOUGH / model.rate).max(SHORTEST) / step - 1e-6).ceil().max(1.0) as usize;
    let window = |steps: &[Step]| of(steps, 0.0, 0.0, model);
    let before: Vec<Row> = steps[..at].rchunks_exact(length).map(window).collect();
    let after: Vec<Row> = steps[at..].chunks_exact(length).map(window).collect();
    if before.is_empty() || after.is_empty() {
        return Recovery::Unknown;
    }
    let most = |of: fn(&Row) -> Option<f64>| before.iter().filter_map(of).fold(0.0, f64::max);
    let (slow, errors) = (most(|row| row.p99) * WORSE, most(Row::error_share) * WORSE + ERRORS);
    let is_bad = |row: &Row| {
        row.p99.is_some_and(|p99| p99 > slow) || row.error_share().is_some_and(|share| share > errors)
    };
    if !after.iter().any(is_bad) {
        return Recovery::Untouched;
    }
    // It may be worse again later: that is another stampede, and stands in the table.
    let length = length as f64 * step;
    let stays = (STAYS / length).ceil() as usize;
    let mut well = 0;
    for (n, row) in after.iter().enumerate() {
        well = if is_bad(row) { 0 } else { well + 1 };
        if well == stays {
            return Recovery::After(exact((n + 1 - stays) as f64 * length));
        }
    }
    Recovery::Never
}
