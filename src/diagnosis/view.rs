//! What was seen of one target, and what is usual for it.

use std::collections::BTreeMap;

use crate::diagnosis::baseline::{Baseline, Usual};
use crate::diagnosis::change::{Chance, Change};
use crate::observation::{Kind, Metric, Observation, Reading};

/// Below this uptime, in seconds, a server's lifetime average is mostly the incident itself.
const LIFETIME_MEANS_SOMETHING: f64 = 600.0;

/// The part of the world a target belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Metrics `cache.*`.
    Cache,
    /// Metrics `database.*`.
    Database,
    /// Metrics `pooler.*`.
    Pooler,
    /// Metrics `logs.*`.
    Logs,
    /// Metrics `http.*`.
    Http,
}

impl Side {
    /// The side a metric belongs to.
    pub(crate) fn of(metric: Metric) -> Self {
        match metric.name().split('.').next() {
            Some("cache") => Self::Cache,
            Some("database") => Self::Database,
            Some("pooler") => Self::Pooler,
            Some("logs") => Self::Logs,
            _ => Self::Http,
        }
    }
}

/// The readings of one target.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    /// The target's name.
    pub(crate) name: &'a str,
    seen: BTreeMap<Metric, &'a Observation>,
    baseline: &'a Baseline,
    rows: f64,
}

/// Sorts observations by side and target.
pub(crate) fn views<'a>(
    observations: &'a [Observation],
    baseline: &'a Baseline,
    rows: f64,
) -> BTreeMap<(Side, &'a str), View<'a>> {
    let mut views = BTreeMap::new();
    for observation in observations {
        let name = &*observation.target;
        let view = views.entry((Side::of(observation.metric), name)).or_insert_with(|| View {
            name,
            seen: BTreeMap::new(),
            baseline,
            rows,
        });
        view.seen.insert(observation.metric, observation);
    }
    views
}

impl View<'_> {
    /// Which kind of system it is, where that is known: a recording does not say.
    pub(crate) fn kind(&self) -> Option<Kind> {
        self.baseline.kind(self.name)
    }

    /// Whether anybody tried to measure it, whatever came of it.
    pub(crate) fn asked(&self, metric: Metric) -> bool {
        self.seen.contains_key(&metric)
    }

    /// Whether it is one look, and not the median of several.
    pub(crate) fn single(&self) -> bool {
        self.rows < 2.0
    }

    /// The value, when it is known and possible: finite and not negative.
    pub(crate) fn get(&self, metric: Metric) -> Option<f64> {
        let direct = self.seen.get(&metric).and_then(|o| o.value()).filter(|v| v.is_finite() && *v >= 0.0);
        match metric {
            Metric::CacheHitRatio => direct.filter(|v| *v <= 1.0).or_else(|| {
                let (hits, misses) = (self.get(Metric::CacheHits)?, self.get(Metric::CacheMisses)?);
                (hits + misses > 0.0).then(|| hits / (hits + misses))
            }),
            Metric::CacheClientsRatio => {
                direct.or_else(|| self.share(Metric::CacheClients, Metric::CacheMaxclients))
            }
            Metric::DatabaseConnectionsRatio => {
                direct.or_else(|| self.share(Metric::DatabaseConnections, Metric::DatabaseConnectionsLimit))
            }
            _ => direct,
        }
    }

    fn share(&self, part: Metric, whole: Metric) -> Option<f64> {
        let whole = self.get(whole).filter(|whole| *whole > 0.0)?;
        Some(self.get(part)? / whole)
    }

    /// Whether the metric reads "yes".
    pub(crate) fn yes(&self, metric: Metric) -> bool {
        self.get(metric).is_some_and(|v| v > 0.0)
    }

    /// Whether the metric was looked at and reads "no".
    pub(crate) fn no(&self, metric: Metric) -> bool {
        self.get(metric).is_some_and(|v| v == 0.0)
    }

    /// Words that belong to the value.
    pub(crate) fn detail(&self, metric: Metric) -> Option<&str> {
        self.seen.get(&metric)?.detail.as_deref()
    }

    /// Why the metric is unknown: the probe's words, or that nobody measured it.
    pub(crate) fn why_unknown(&self, metric: Metric) -> String {
        match self.seen.get(&metric).map(|o| &o.value) {
            Some(Reading::Unknown(why)) => why.clone(),
            Some(Reading::Known(_)) => "the reading is no possible value".into(),
            None => "not measured".into(),
        }
    }

    /// Whether any reading has a value.
    pub(crate) fn answers(&self) -> bool {
        self.seen.values().any(|o| o.value().is_some_and(f64::is_finite) && !is_setting(o.metric))
    }

    /// Why nothing of it is known, as its probe says it.
    pub(crate) fn silence(&self) -> Option<&str> {
        self.seen.values().filter(|seen| !is_setting(seen.metric)).find_map(|seen| match &seen.value {
            Reading::Unknown(why) => Some(&**why),
            Reading::Known(_) => None,
        })
    }

    /// What is usual: the baseline, or else the server's own lifetime average when it is old enough to have one.
    pub(crate) fn usual(&self, metric: Metric) -> Option<Usual> {
        if let Some(usual) = self.baseline.get(self.name, metric) {
            return Some(usual.clone());
        }
        if metric == Metric::DatabaseRollbackShare {
            // Counted in transactions, and not by the age of the server: its statistics may be younger.
            let value = self.get(Metric::DatabaseRollbackShareLifetime)?;
            return Some(Usual {
                value,
                spread: 0.0,
                hour: None,
                source: "of all before".into(),
                firm: false,
            });
        }
        let up = if Side::of(metric) == Side::Cache { Metric::CacheUptime } else { Metric::DatabaseUptime };
        if self.get(up).is_some_and(|seconds| seconds < LIFETIME_MEANS_SOMETHING) {
            return None;
        }
        let ratio = || self.get(Metric::CacheHitRatioLifetime).filter(|ratio| *ratio <= 1.0);
        let lookups = || self.get(Metric::CacheLookupsLifetime);
        let value = match metric {
            Metric::CacheHitRatio => ratio(),
            Metric::CacheHits => Some(lookups()? * ratio()?),
            Metric::CacheMisses => Some(lookups()? * (1.0 - ratio()?)),
            Metric::CacheExpired => self.get(Metric::CacheExpiredLifetime),
            Metric::CacheEvicted => self.get(Metric::CacheEvictedLifetime),
            Metric::DatabaseQueries => self.get(Metric::DatabaseQueriesLifetime),
            _ => None,
        }?;
        let source = "average since the server started".into();
        Some(Usual { value, spread: 0.0, hour: None, source, firm: false })
    }

    /// The reading held against what is usual.
    pub(crate) fn change(&self, metric: Metric) -> Option<Change> {
        let now = self.get(metric)?;
        let Usual { value, spread, hour, firm, .. } = self.usual(metric)?;
        let chance = match metric {
            Metric::DatabaseRunning
            | Metric::DatabaseConnections
            | Metric::CacheClients
            | Metric::CacheBlockedClients => Chance::Gauge,
            Metric::HttpResponseTime => Chance::Wait,
            Metric::DatabaseQueries => Chance::Traffic,
            _ => Chance::None,
        };
        Some(Change { now, usual: value, spread, hour, firm, rows: self.rows, chance })
    }

    /// Whether the metric rose to `factor` times the usual; none when that cannot be said.
    pub(crate) fn rose(&self, metric: Metric, factor: f64) -> Option<bool> {
        self.change(metric).map(|change| change.rose(factor))
    }

    /// Lookups per second held against what is usual.
    pub(crate) fn lookups(&self) -> Option<Change> {
        let (hits, misses) = (self.change(Metric::CacheHits)?, self.change(Metric::CacheMisses)?);
        Some(Change {
            now: hits.now + misses.now,
            usual: hits.usual + misses.usual,
            spread: hits.spread.hypot(misses.spread),
            hour: hits.hour.zip(misses.hour).map(|(hits, misses)| hits + misses),
            ..hits
        })
    }
}

/// Settings are answered from memory or configuration; they prove no life.
fn is_setting(metric: Metric) -> bool {
    matches!(
        metric,
        Metric::CacheUp
            | Metric::CacheMaxclients
            | Metric::CacheMaxmemory
            | Metric::DatabaseUp
            | Metric::PoolerUp
            | Metric::DatabaseConnectionsLimit
    )
}
