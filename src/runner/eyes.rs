//! Looking at all targets while acting: over the seats that we hold (S3), and over probes for what nothing acts on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Mutex;

use crate::config::{Settings, Target, TargetSpec};
use crate::diagnosis::{self, Baseline, Verdict};
use crate::error::Failure;
use crate::history;
use crate::observation::Observation;
use crate::probe::{Look, Part, Sighting, Survey, cache};
use crate::runner::Runner;
use crate::runner::seat::Seat;
use crate::system::{Line, Session, redis};

/// Longest time to get in and get answers.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Keys to sample for the expiry forecast and for hot keys.
const SAMPLES: usize = 2_000;

/// The probes of the targets that no seat reads.
pub(super) type Eyes = Arc<Mutex<Survey>>;

/// Probes for what has no seat of its own; a database's shares the connection of who acts there.
pub(super) fn eyes(settings: &Settings, lines: &BTreeMap<String, Line>) -> Eyes {
    let others: Vec<Target> = settings.targets.iter().filter(|target| !has_seat(target)).cloned().collect();
    Arc::new(Mutex::new(Survey::over(&others, lines)))
}

fn has_seat(target: &Target) -> bool {
    matches!(target.spec, TargetSpec::Redis(_))
}

/// How to look at everything, with two samples `window` apart.
pub(super) fn look(window: Duration, timeout: Duration) -> Look {
    Look {
        parts: vec![Part::Cache, Part::Database, Part::Logs, Part::Http, Part::Hotkeys, Part::Ttl],
        window,
        timeout,
        samples: SAMPLES,
        since: None,
        say: Arc::new(|_| {}),
    }
}

/// One measurement of everything.
pub struct Measurement {
    /// Target by target.
    pub sightings: Vec<Sighting>,
    /// All readings.
    pub observations: Vec<Observation>,
    /// What they mean.
    pub verdict: Verdict,
}

impl Runner {
    /// Measures all targets over `window`, and judges against what was recorded on quiet days.
    pub async fn measure(&mut self, window: Duration) -> Result<Measurement, Failure> {
        self.measure_with_usual(window).await.map(|(measured, _)| measured)
    }

    /// The same, with what is usual.
    pub(super) async fn measure_with_usual(
        &mut self,
        window: Duration,
    ) -> Result<(Measurement, Baseline), Failure> {
        let sightings = self.sightings(&look(window, TIMEOUT)).await?;
        let usual = history::baseline(&self.options.records, &sightings);
        let observations: Vec<Observation> =
            sightings.iter().flat_map(|sighting| sighting.observations.clone()).collect();
        let verdict = diagnosis::diagnose(&observations, &self.settings.thresholds, &usual);
        Ok((Measurement { sightings, observations, verdict }, usual))
    }

    /// All targets at once, in the order in which they were declared.
    pub(super) async fn sightings(&mut self, look: &Look) -> Result<Vec<Sighting>, Failure> {
        let seated = self.settings.targets.iter().filter(|target| has_seat(target));
        for name in seated.map(|target| target.name.clone()).collect::<Vec<_>>() {
            self.seat(&name)?;
        }
        let eyes = self.eyes.clone();
        let others = async { eyes.lock().await.measure(look).await };
        let (mut sightings, others) = tokio::join!(over_seats(self.seats.values_mut(), look), others);
        sightings.extend(others);
        let place = |name: &str| self.settings.targets.iter().position(|target| target.name == name);
        sightings.sort_by_key(|sighting| place(&sighting.target));
        Ok(sightings)
    }

    /// The targets that we sit at already.
    pub(super) async fn seated_sightings(&mut self, look: &Look) -> Vec<Sighting> {
        over_seats(self.seats.values_mut(), look).await
    }
}

async fn over_seats(seats: impl Iterator<Item = &mut Seat>, look: &Look) -> Vec<Sighting> {
    let redis = seats.filter_map(|seat| match &mut seat.session {
        Session::Redis(held) => Some((&seat.target, held)),
        _ => None,
    });
    join_all(redis.map(|(target, held)| async move {
        let spare = redis::Reader::new(&redis_of(target));
        let reader = std::mem::replace(held.as_mut(), spare);
        let (reader, sighting) = cache::through(target, reader, look).await;
        **held = reader;
        sighting
    }))
    .await
}

fn redis_of(target: &Target) -> crate::config::RedisTarget {
    match &target.spec {
        TargetSpec::Redis(redis) => redis.clone(),
        _ => Default::default(),
    }
}
