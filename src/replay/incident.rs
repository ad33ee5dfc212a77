//! Finds the incident in a recording: where it begins, how long it lasts, and what it is as a whole.

use std::borrow::Cow;
use std::ops::Range;

use crate::config::Thresholds;
use crate::diagnosis::{Baseline, Confidence, Level, Memory, Pattern, Verdict, commands, diagnose_with};
use crate::replay::column::Column;
use crate::replay::quiet;
use crate::replay::series::{Readings, Row, Series};
use crate::replay::typical::{median, miss_share};
use crate::replay::{Minute, Replay, seasonality};

/// What is usual in a recording, at each of its rows.
struct Usually {
    baseline: Baseline,
    factors: Vec<f64>,
}

impl Usually {
    /// What is usual in a stretch.
    fn at(&self, stretch: &Range<usize>) -> Cow<'_, Baseline> {
        let factor = median(&mut self.factors[stretch.clone()].to_vec()).unwrap_or(1.0);
        if factor == 1.0 {
            Cow::Borrowed(&self.baseline)
        } else {
            Cow::Owned(self.baseline.at_traffic(factor))
        }
    }
}

/// Classifies a recording. The baseline is the recording's own quiet minutes, before or after the incident.
pub fn classify(series: &Series, thresholds: &Thresholds) -> Replay {
    let factors = seasonality::factors(series);
    let leveled = seasonality::level(series, &factors);
    let baseline = quiet::baseline(&leveled, thresholds);
    let usual = Usually { baseline, factors };
    let restarts = series.restarts();
    let look = |memory: Memory| -> Vec<Verdict> {
        let rows = series.rows.iter().zip(&restarts).enumerate();
        rows.map(|(index, (row, restarted))| {
            let observations = series.observe(&row.readings, *restarted, row.timed_out);
            diagnose_with(&observations, thresholds, &usual.at(&(index..index + 1)), memory)
        })
        .collect()
    };
    let mut verdicts = look(Memory::default());
    let found = worst_run(&verdicts).or_else(|| lasting_run(series, thresholds, &usual));
    let Some(incident) = found else {
        let all = 0..series.rows.len();
        let mut overall = whole(series, &all, false, thresholds, &usual, Memory::default());
        calm_down(&mut overall, &verdicts, series);
        if let Some(row) = quiet::step(&leveled).filter(|_| overall.pattern == Pattern::Healthy) {
            // A change of level that no pattern explains is no proof of trouble, but none of health either.
            overall.evidence.push(format!("the level changes at {} and no pattern explains it", row.time));
            overall.confidence = Confidence::Low;
        }
        return Replay { minutes: minutes(series, verdicts), overall, onset: None };
    };
    let incident = earlier(series, &usual, incident, &verdicts);
    let memory = Memory { fell_in_steps: fell_in_steps(series, &incident), rows: incident.len() };
    if memory.fell_in_steps {
        verdicts = look(Memory { rows: 0, ..memory });
    }
    let from = incident.start.saturating_sub(1);
    let restarted = restarts[from.min(incident.start)..incident.end].contains(&true);
    let mut overall = whole(series, &incident, restarted, thresholds, &usual, memory);
    let worst = verdicts[incident.clone()].iter().map(|v| v.level).max_by_key(|level| level.weight());
    if let Some(worst) = worst.filter(|worst| worst.weight() > overall.level.weight()) {
        overall.headline = overall.headline.replacen(overall.level.name(), worst.name(), 1);
        overall.level = worst;
    }
    let onset = series.rows[incident.start].time.clone();
    let last = &series.rows[incident.end - 1].time;
    let peak = if series.columns.contains(&Column::Expired) { " (expired keys: the peak)" } else { "" };
    let rows = incident.len();
    overall.evidence.insert(0, format!("from {onset} to {last}, {rows} rows; medians below{peak}"));
    in_hindsight(&mut verdicts[incident], overall.pattern, overall.stampede);
    Replay { minutes: minutes(series, verdicts), overall, onset: Some(onset) }
}

fn minutes(series: &Series, verdicts: Vec<Verdict>) -> Vec<Minute> {
    let rows = series.rows.iter().zip(verdicts);
    rows.map(|(row, verdict)| Minute { time: row.time.clone(), verdict }).collect()
}

/// Something is wrong in that minute, beyond its usual level.
fn off(verdict: &Verdict) -> bool {
    matches!(verdict.level, Level::Warning | Level::Critical) && verdict.pattern != Pattern::Healthy
}

/// The runs of minutes that are off; one calm minute between two does not end a run.
fn runs(verdicts: &[Verdict]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (index, verdict) in verdicts.iter().enumerate() {
        if off(verdict) {
            match runs.last_mut() {
                Some(run) if index <= run.end + 1 => run.end = index + 1,
                _ => runs.push(index..index + 1),
            }
        }
    }
    runs
}

/// The worst incident. A single minute is a spike, not an incident, unless it is critical and the last: then the rest
/// is not recorded yet.
fn worst_run(verdicts: &[Verdict]) -> Option<Range<usize>> {
    let incident = |run: &Range<usize>| {
        let off: Vec<&Verdict> = verdicts[run.clone()].iter().filter(|v| off(v)).collect();
        let named = off.iter().any(|v| v.pattern != Pattern::Unknown);
        let critical = off.iter().any(|v| v.level == Level::Critical);
        let last = run.end == verdicts.len();
        off.len() >= 3 || (off.len() == 2 && (named || critical)) || (last && critical)
    };
    runs(verdicts).into_iter().filter(incident).max_by_key(|run| {
        let weight = |v: &Verdict| usize::from(off(v)) * usize::from(v.level.weight());
        (verdicts[run.clone()].iter().map(weight).sum::<usize>(), std::cmp::Reverse(run.start))
    })
}

/// Rows in which a small number has to hold before it means something: two statements instead of one.
const LASTING: usize = 6;

/// An incident too small for any single row to show, but that lasts: judged by medians over several rows, and only
/// believed when it has a name and two signals.
fn lasting_run(series: &Series, thresholds: &Thresholds, usual: &Usually) -> Option<Range<usize>> {
    let count = series.rows.len();
    let memory = Memory { rows: LASTING, ..Memory::default() };
    let strange = |from: usize| {
        let verdict = whole(series, &(from..from + LASTING), false, thresholds, usual, memory);
        off(&verdict) && verdict.pattern != Pattern::Unknown && verdict.confidence != Confidence::Low
    };
    let mut from = (0..(count + 1).checked_sub(LASTING)?).filter(|from| strange(*from));
    let first = from.next()?;
    let last = from.next_back().unwrap_or(first);
    // A median turns when half of its rows have: the first strange row stands in the middle of the first stretch.
    let begin = if first == 0 { 0 } else { first + LASTING / 2 - 1 };
    Some(begin..last + LASTING)
}

/// A slow onset begins before the first minute that a threshold notices: goes back while the row before strays
/// clearly in the same direction as the incident.
fn earlier(series: &Series, usual: &Usually, incident: Range<usize>, verdicts: &[Verdict]) -> Range<usize> {
    let strays = |index: usize, column: Column| {
        let metric = crate::replay::series::metric(column);
        let target = metric.name().split('.').next().unwrap_or_default();
        let baseline = usual.at(&(index..index + 1));
        let usual = baseline.get(target, metric)?;
        let now = series.rows[index].get(column)?;
        let noise = (6.0 * usual.spread)
            .max(0.25 * usual.value)
            .max(4.0 * usual.value.max(1.0).sqrt() / series.interval);
        Some(now - usual.value > noise)
    };
    let mut start = incident.start;
    while start > 0 && incident.start - start < 3 && !off(&verdicts[start - 1]) {
        let columns = [Column::Misses, Column::Queries, Column::Connections, Column::Running];
        let sound = |column: &Column| {
            strays(start - 1, *column) == Some(true) && strays(incident.start, *column) == Some(true)
        };
        if columns.iter().filter(|column| sound(column)).count() < 2 {
            break;
        }
        start -= 1;
    }
    start..incident.end
}

/// Whether the hit ratio went down in three steps or more, to less than an eighth of where it began.
fn fell_in_steps(series: &Series, incident: &Range<usize>) -> bool {
    let from = incident.start.saturating_sub(2);
    let ratios: Vec<f64> =
        series.rows[from..incident.end].iter().filter_map(|row| Some(1.0 - miss_share(row)?)).collect();
    let Some(first) = ratios.first() else { return false };
    let deep = ratios.iter().any(|ratio| *ratio < 0.12 * first);
    let mut steps = 0;
    let mut longest = 0;
    for pair in ratios.windows(2) {
        steps = if pair[1] < pair[0] - 0.03 { steps + 1 } else { 0 };
        longest = longest.max(steps);
    }
    deep && longest >= 3
}

/// Evictions at their peak, as they would be at the median of the misses: a full cache evicts one key for each refill,
/// so the peak of the misses must not make them look as if they led.
fn evictions(rows: &[Row]) -> Option<f64> {
    let misses = median(&mut rows.iter().filter_map(|row| row.get(Column::Misses)).collect::<Vec<_>>())?;
    let peak = rows
        .iter()
        .filter_map(|row| row.get(Column::Evicted).zip(row.get(Column::Misses)))
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    (peak.1 > 0.0).then(|| peak.0 / peak.1 * misses)
}

/// The verdict on a stretch as a whole: medians of what is steady, the highest burst, the deepest loss.
fn whole(
    series: &Series,
    stretch: &Range<usize>,
    restarted: bool,
    thresholds: &Thresholds,
    usual: &Usually,
    memory: Memory,
) -> Verdict {
    let rows = &series.rows[stretch.clone()];
    let mut readings: Readings = Default::default();
    for column in &series.columns {
        let mut values: Vec<f64> = rows.iter().filter_map(|row| row.get(*column)).collect();
        if 2 * values.len() < rows.len() {
            continue;
        }
        let middle = median(&mut values);
        readings[*column as usize] = match column {
            Column::Expired => values.last().copied(),
            Column::Evicted => evictions(rows).or(middle),
            Column::Keys | Column::Uptime => values.first().copied(),
            _ => middle,
        };
    }
    let timed_out = rows.iter().any(|row| row.timed_out);
    diagnose_with(&series.observe(&readings, restarted, timed_out), thresholds, &usual.at(stretch), memory)
}

/// A recording without an incident is not called one because of its extremes; its spikes are named.
fn calm_down(overall: &mut Verdict, verdicts: &[Verdict], series: &Series) {
    let spikes: Vec<&str> =
        verdicts.iter().zip(&series.rows).filter(|(v, _)| off(v)).map(|(_, row)| row.time.as_str()).collect();
    let unseen: Vec<bool> = verdicts.iter().map(|v| v.level == Level::Unknown).collect();
    let lasting = unseen.windows(2).any(|pair| pair == [true, true]) || unseen.last() == Some(&true);
    if lasting && overall.pattern == Pattern::Healthy {
        // What could not be measured for a while is not proven to have been fine.
        let rows = unseen.iter().filter(|unseen| **unseen).count();
        overall.headline =
            format!("unknown: {rows} of {} rows could not be judged; the others are fine", unseen.len());
        overall.evidence.push(format!("{rows} rows could not be judged"));
        overall.level = Level::Unknown;
        overall.pattern = Pattern::Unknown;
        overall.stampede = None;
        overall.confidence = Confidence::Low;
        overall.next = commands(Pattern::Unknown, None);
    }
    if !spikes.is_empty() {
        let shown = spikes.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        overall.evidence.push(format!("single rows stand out and nothing follows: {shown}"));
    }
}

/// What a minute alone could not tell, the whole recording can: minutes of a stampede whose sort was open, or who look
/// like its sibling, get the name of the whole.
fn in_hindsight(verdicts: &mut [Verdict], pattern: Pattern, stampede: Option<bool>) {
    if pattern == Pattern::Unknown {
        return;
    }
    for verdict in verdicts.iter_mut().filter(|verdict| off(verdict)) {
        let sibling = verdict.stampede == Some(true) && stampede == Some(true);
        if verdict.pattern != pattern && (verdict.pattern == Pattern::Unknown || sibling) {
            verdict.headline = verdict.headline.replacen(verdict.pattern.name(), pattern.name(), 1);
            verdict.evidence.push(format!("the recording as a whole shows {}", pattern.name()));
            verdict.pattern = pattern;
            verdict.stampede = stampede;
            verdict.next = commands(pattern, None);
        }
    }
}
