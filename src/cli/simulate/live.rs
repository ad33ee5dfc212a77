//! `--from-live`: what a model needs, as it is measured now.

use std::sync::Arc;
use std::time::Duration;

use crate::cli::measure::measure;
use crate::cli::{Global, load, with_runtime};
use crate::config::Settings;
use crate::error::{Failure, FailureKind};
use crate::exit::Exit;
use crate::observation::{Kind, Metric, Reading};
use crate::probe::{Look, Part, Survey, TargetReport};
use crate::ui::Ui;

/// Keys that are sampled for their TTL.
const SAMPLES: usize = 2_000;
/// Longest time to get in and get answers.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Of what is left to live, so much of the sample is below the TTL that is taken: a few keys may have another one.
const MOST: f64 = 0.99;

/// A number, or why it is not known.
pub(super) type Known = Result<f64, String>;

/// What was measured.
pub(super) struct Live {
    /// Lookups per second.
    pub(super) rate: Known,
    /// Keys in the cache.
    pub(super) keys: Known,
    /// From the fill of a key to its expiry, in seconds.
    pub(super) ttl: Known,
    /// What the sampled keys have left to live, in seconds.
    pub(super) left: Vec<f64>,
    /// How long a statement takes, in seconds.
    pub(super) rebuild: Known,
    /// Connections that applications can have.
    pub(super) database: Known,
}

/// Measures as `detect` does, unless somebody ends it. Errors: there is more than one cache or database.
pub(super) fn live(ui: &Ui, global: &Global, window: Duration) -> Result<Result<Live, Exit>, Failure> {
    let mut settings = load(global)?;
    settings.targets.retain(|target| target.kind() == Kind::Redis || target.kind().is_database());
    one(&settings, "cache", |kind| kind == Kind::Redis)?;
    one(&settings, "database", Kind::is_database)?;
    let mut live = None;
    let exit = with_runtime(async {
        live = Some(look(ui, &settings, window).await);
        Ok(Exit::Ok)
    })?;
    Ok(live.ok_or(exit))
}

/// Of these there may be one.
fn one(settings: &Settings, what: &str, is: impl Fn(Kind) -> bool) -> Result<(), Failure> {
    let names: Vec<&str> = settings
        .targets
        .iter()
        .filter(|target| is(target.kind()))
        .map(|target| target.name.as_str())
        .collect();
    if names.len() < 2 {
        return Ok(());
    }
    let message = format!("there is more than one {what}");
    Err(Failure::new(FailureKind::Usage, message)
        .hint(format!("say which ones to take: --target NAME; there are: {}", names.join(", "))))
}

async fn look(ui: &Ui, settings: &Settings, window: Duration) -> Live {
    let mut survey = Survey::new(&settings.targets);
    let look = Look {
        parts: vec![Part::Cache, Part::Database, Part::Ttl],
        window,
        timeout: TIMEOUT,
        samples: SAMPLES,
        since: None,
        say: Arc::new(|_| {}),
        seen: None,
    };
    let measured = measure(ui, settings, &mut survey, look, &[]).await;
    told(&measured.reports)
}

/// What reports say of a cache and a database.
fn told(reports: &[TargetReport]) -> Live {
    let read = |metric: Metric| -> Known {
        let mut readings = reports.iter().flat_map(|report| &report.observations);
        match readings.find(|observation| observation.metric == metric).map(|found| &found.value) {
            Some(Reading::Known(value)) => Ok(*value),
            Some(Reading::Unknown(why)) => Err(why.clone()),
            None => Err("no target that would say it is configured".into()),
        }
    };
    let mut left: Vec<f64> = reports.iter().flat_map(|report| report.left.iter().copied()).collect();
    left.retain(|left| *left > 0.0);
    left.sort_by(f64::total_cmp);
    let ttl = match left.get((left.len() as f64 * MOST) as usize) {
        Some(longest) => Ok(*longest),
        None => Err("none of the sampled keys expires".into()),
    };
    let positive = |value: Known, none: &str| {
        value.and_then(|value| if value > 0.0 { Ok(value) } else { Err(none.into()) })
    };
    let lookups = read(Metric::CacheHits).and_then(|hits| Ok(hits + read(Metric::CacheMisses)?));
    // Little's law: as many run at once as come per second, times how long each takes.
    let running = positive(read(Metric::DatabaseRunning), "no statement was running");
    let queries = positive(read(Metric::DatabaseQueries), "no statement came in the window");
    let cut = ttl.clone().unwrap_or(f64::INFINITY);
    Live {
        rate: positive(lookups, "nobody asked in the window"),
        keys: positive(read(Metric::CacheKeys), "there are no keys"),
        left: left.into_iter().filter(|left| *left <= cut).collect(),
        ttl,
        rebuild: running.and_then(|running| Ok(running / queries?)),
        database: positive(read(Metric::DatabaseConnectionsLimit), "there is no limit"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Observation;

    fn report(kind: Kind, readings: &[(Metric, f64)], left: Vec<f64>) -> TargetReport {
        let target: Arc<str> = "x".into();
        TargetReport {
            observations: readings
                .iter()
                .map(|(metric, value)| Observation::known(&target, *metric, *value))
                .chain([Observation::unknown(&target, Metric::CacheRestarted, "not asked")])
                .collect(),
            target,
            kind,
            address: String::new(),
            identity: None,
            notes: Vec::new(),
            listings: Vec::new(),
            left,
            error: None,
        }
    }

    #[test]
    fn a_rebuild_takes_what_littles_law_says() {
        let cache = [(Metric::CacheHits, 900.0), (Metric::CacheMisses, 100.0), (Metric::CacheKeys, 5e4)];
        let database = [
            (Metric::DatabaseRunning, 4.0),
            (Metric::DatabaseQueries, 100.0),
            (Metric::DatabaseConnectionsLimit, 97.0),
        ];
        let left = (0..1000).map(|n| f64::from(n) * 0.3).collect();
        let live = told(&[report(Kind::Redis, &cache, left), report(Kind::Mysql, &database, Vec::new())]);
        assert_eq!((live.rate, live.keys, live.rebuild), (Ok(1000.0), Ok(5e4), Ok(0.04)));
        assert_eq!(live.database, Ok(97.0));
        assert!(live.ttl.is_ok_and(|ttl| (ttl - 297.0).abs() < 1.0));
        assert!(live.left.len() > 900);
    }

    #[test]
    fn what_is_not_known_is_never_zero() {
        let idle = [(Metric::CacheHits, 0.0), (Metric::CacheMisses, 0.0)];
        let live = told(&[report(Kind::Redis, &idle, Vec::new())]);
        assert_eq!(live.rate, Err("nobody asked in the window".into()));
        assert_eq!(live.ttl, Err("none of the sampled keys expires".into()));
        assert!(live.keys.is_err() && live.rebuild.is_err() && live.database.is_err());
    }
}
