//! Samples of the databases, and what they say of the window after a change: worse is what goes beyond the trend of the samples before it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::clock;
use crate::config::Target;
use crate::observation::Metric;
use crate::probe::{Look, Part, Survey};
use crate::text;

/// Between two samples: each is four statements to a MySQL or a PostgreSQL, and watching must not cost more than two a second.
const EVERY: Duration = Duration::from_secs(2);
/// Longest wait for one sample.
const PATIENCE: Duration = Duration::from_secs(2);
/// Samples before the change that the trend is made of.
const TREND: usize = 10;
/// Small numbers jump: this much more is no sign.
const NOISE: f64 = 3.0;

/// The probes of all targets, for whoever measures.
pub(super) type Probes = Arc<tokio::sync::Mutex<Survey>>;

/// What to watch after a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watch {
    /// The metric; higher is worse.
    pub metric: Metric,
    /// How many times the trend is worse.
    pub worse_by: f64,
    /// For how long.
    pub window: Duration,
    /// Whether worse means that it is undone by itself (S6); else it is reported, and asked about.
    pub undo: bool,
}

impl Watch {
    /// What is watched when nobody says otherwise: the statements that the databases are running.
    pub fn usual(undo: bool) -> Self {
        Self { metric: Metric::DatabaseRunning, worse_by: 1.2, window: Duration::from_secs(15), undo }
    }
}

/// What the databases' gauges read at a moment, the worst of several databases.
type Gauges = BTreeMap<Metric, f64>;

/// Samples taken in the background, over the probes' own connections.
pub(super) struct Sampler {
    samples: Arc<Mutex<Vec<(Instant, Gauges)>>>,
    task: JoinHandle<()>,
}

/// What a watch window showed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    /// Whether it became worse; none when it cannot be told.
    pub worse: Option<bool>,
    /// In words, with numbers.
    pub words: String,
}

impl Sampler {
    /// Samples the databases from now on; none when there is none to sample.
    pub(super) fn start(probes: Probes, targets: &[Target]) -> Option<Self> {
        if !targets.iter().any(|target| target.kind().is_database()) {
            return None;
        }
        let samples: Arc<Mutex<Vec<(Instant, Gauges)>>> = Arc::default();
        let into = samples.clone();
        let task = tokio::spawn(async move {
            loop {
                let began = clock::instant();
                // Taken only when nobody measures in earnest.
                if let Ok(mut survey) = probes.try_lock()
                    && let gauges = sample(&mut survey).await
                    && !gauges.is_empty()
                {
                    into.lock().unwrap_or_else(PoisonError::into_inner).push((clock::instant(), gauges));
                }
                clock::sleep_until(began + EVERY).await;
            }
        });
        Some(Self { samples, task })
    }

    /// Watches what comes after `from`, the moment of the act, until the window is over, `stop` comes, or it is worse in two samples running.
    pub(super) async fn watch(&self, watch: &Watch, from: Instant, stop: impl Future<Output = ()>) -> Seen {
        tokio::pin!(stop);
        let until = clock::instant() + watch.window;
        loop {
            let seen = judge(watch, &self.samples(watch.metric), from);
            if seen.worse == Some(true) || clock::instant() >= until {
                return seen;
            }
            tokio::select! {
                () = clock::sleep(EVERY / 4) => {}
                () = &mut stop => return seen,
            }
        }
    }

    fn samples(&self, metric: Metric) -> Vec<(Instant, f64)> {
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples.iter().filter_map(|(at, gauges)| Some((*at, *gauges.get(&metric)?))).collect()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn sample(survey: &mut Survey) -> Gauges {
    let look = Look {
        parts: vec![Part::Database],
        window: Duration::ZERO,
        timeout: PATIENCE,
        samples: 0,
        since: None,
        say: Arc::new(|_| {}),
        seen: None,
    };
    let mut gauges = Gauges::new();
    for reading in survey.measure(&look).await.iter().flat_map(|report| &report.observations) {
        if let Some(value) = reading.value() {
            let worst = gauges.entry(reading.metric).or_insert(value);
            *worst = worst.max(value);
        }
    }
    gauges
}

/// Whether the samples after `from` go beyond the trend of those before it, two of them running.
fn judge(watch: &Watch, samples: &[(Instant, f64)], from: Instant) -> Seen {
    let name = watch.metric.name();
    let (before, after): (Vec<_>, Vec<_>) = samples.iter().copied().partition(|(at, _)| *at < from);
    let before = &before[before.len().saturating_sub(TREND)..];
    let (Some(last), false) = (after.last(), before.is_empty()) else {
        let missing = if before.is_empty() { "before" } else { "after" };
        return Seen { worse: None, words: format!("{name}: no sample {missing} the change") };
    };
    let expected = |at: Instant| project(before, at);
    let beyond =
        |(at, value): &(Instant, f64)| *value > (expected(*at) * watch.worse_by).max(expected(*at) + NOISE);
    let worse = after.windows(2).any(|pair| pair.iter().all(beyond));
    let words = format!(
        "{name} {} before, {} now, {} by the trend before ({} + {} samples)",
        text::count(before.last().map_or(0.0, |(_, value)| *value)),
        text::count(last.1),
        text::count(expected(last.0)),
        before.len(),
        after.len(),
    );
    Seen { worse: Some(worse), words }
}

/// Where the samples would be at `at` if they went on as they went: a line through them, which goes on for as long again
/// as they span and is level then: a jump just before the act is no forecast for a minute.
fn project(samples: &[(Instant, f64)], at: Instant) -> f64 {
    let Some((origin, _)) = samples.first() else { return 0.0 };
    let seconds = |at: Instant| at.saturating_duration_since(*origin).as_secs_f64();
    let n = samples.len() as f64;
    let mean_x = samples.iter().map(|(at, _)| seconds(*at)).sum::<f64>() / n;
    let mean_y = samples.iter().map(|(_, value)| value).sum::<f64>() / n;
    let spread = samples.iter().map(|(at, _)| (seconds(*at) - mean_x).powi(2)).sum::<f64>();
    // Two samples are no trend.
    if samples.len() < 3 || spread == 0.0 {
        return samples.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    }
    let slope =
        samples.iter().map(|(at, value)| (seconds(*at) - mean_x) * (value - mean_y)).sum::<f64>() / spread;
    // A fall is not expected to go on: a protection that stops it is not what made things worse.
    let span = samples.last().map_or(0.0, |(at, _)| seconds(*at));
    let ahead = slope.max(0.0) * (seconds(at).min(2.0 * span) - mean_x);
    (mean_y + ahead).max(mean_y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> (Vec<(Instant, f64)>, Instant) {
        let start = clock::instant();
        let at = |n: usize| start + Duration::from_secs(n as u64);
        (values.iter().enumerate().map(|(n, value)| (at(n), *value)).collect(), start)
    }

    fn judged(values: &[f64], acted_after: f64) -> Option<bool> {
        let (samples, start) = series(values);
        judge(&Watch::usual(true), &samples, start + Duration::from_secs_f64(acted_after)).worse
    }

    #[test]
    fn s6_worse_is_beyond_the_trend_in_two_samples() {
        assert_eq!(judged(&[10.0, 10.0, 10.0, 10.0, 30.0, 30.0], 3.5), Some(true));
        assert_eq!(judged(&[10.0, 10.0, 10.0, 10.0, 30.0, 10.0], 3.5), Some(false), "one sample is noise");
        assert_eq!(judged(&[10.0, 10.0, 10.0, 10.0, 12.0, 12.0], 3.5), Some(false), "small numbers jump");
    }

    #[test]
    fn a_stampede_that_is_simply_still_growing_is_no_reason_to_undo() {
        assert_eq!(judged(&[10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0], 3.5), Some(false));
        assert_eq!(judged(&[10.0, 20.0, 30.0, 40.0, 90.0, 120.0], 3.5), Some(true));
    }

    #[test]
    fn without_samples_nothing_is_said() {
        assert_eq!(judged(&[10.0, 10.0], 5.0), None);
        assert_eq!(judged(&[10.0, 10.0], -0.0), None);
    }
}
