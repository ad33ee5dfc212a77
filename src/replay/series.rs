//! A recording: rows of readings in one unit, and the observations they amount to.

use std::sync::Arc;

use crate::observation::{Metric, Observation};
use crate::replay::column::Column;

/// The names recordings give their targets.
pub(crate) const CACHE: &str = "cache";
pub(crate) const DATABASE: &str = "database";
pub(crate) const HTTP: &str = "http";

/// One reading per column; counters per second. None is unknown.
pub(crate) type Readings = [Option<f64>; Column::ALL.len()];

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// The time as it is written in the recording.
    pub time: String,
    /// The readings.
    pub(crate) readings: Readings,
    /// Users got no answer in time.
    pub(crate) timed_out: bool,
}

impl Row {
    pub(crate) fn get(&self, column: Column) -> Option<f64> {
        self.readings[column as usize]
    }
}

/// A recording.
#[derive(Clone, Debug)]
pub struct Series {
    /// The rows in order of time.
    pub rows: Vec<Row>,
    /// Seconds between two rows.
    pub interval: f64,
    /// What the reader should know: ignored columns, assumed intervals.
    pub notes: Vec<String>,
    /// What the recording itself says it shows (`# label: …`). Never used to classify.
    pub label: Option<String>,
    /// The first sample of the incident as the recording states it. Never used to classify.
    pub onset: Option<String>,
    /// The columns that were recorded.
    pub(crate) columns: Vec<Column>,
}

impl Series {
    /// The observations that readings amount to.
    pub(crate) fn observe(&self, readings: &Readings, restarted: bool, timed_out: bool) -> Vec<Observation> {
        let names: [Arc<str>; 3] = [CACHE.into(), DATABASE.into(), HTTP.into()];
        let mut all = Vec::with_capacity(24);
        for column in &self.columns {
            let metric = metric(*column);
            let target = &names[match metric.name().split('.').next() {
                Some("cache") => 0,
                Some("database") => 1,
                _ => 2,
            }];
            all.push(match readings[*column as usize] {
                Some(value) => Observation::known(target, metric, value),
                None if timed_out && *column == Column::Response => {
                    Observation::unknown(target, metric, "timed out")
                }
                None => Observation::unknown(target, metric, "not recorded at that time"),
            });
        }
        if let (Some(hits), Some(misses)) =
            (readings[Column::Hits as usize], readings[Column::Misses as usize])
        {
            let lookups = (hits + misses) * self.interval;
            all.push(Observation::known(&names[0], Metric::CacheLookups, lookups));
            if lookups > 0.0 {
                all.push(Observation::known(&names[0], Metric::CacheHitRatio, hits / (hits + misses)));
            }
        }
        if restarted {
            all.push(Observation::known(&names[0], Metric::CacheRestarted, 1.0));
        }
        all
    }

    /// For each row, whether the cache started since the row before.
    pub(crate) fn restarts(&self) -> Vec<bool> {
        let mut last: Option<f64> = None;
        self.rows
            .iter()
            .map(|row| {
                let Some(uptime) = row.get(Column::Uptime) else { return false };
                let fell = last.is_some_and(|last| uptime < last);
                last = Some(uptime);
                fell
            })
            .collect()
    }
}

/// The metric a column becomes.
pub(crate) fn metric(column: Column) -> Metric {
    match column {
        Column::Hits => Metric::CacheHits,
        Column::Misses => Metric::CacheMisses,
        Column::Expired => Metric::CacheExpired,
        Column::Evicted => Metric::CacheEvicted,
        Column::Keys => Metric::CacheKeys,
        Column::Uptime => Metric::CacheUptime,
        Column::Clients => Metric::CacheClients,
        Column::Maxclients => Metric::CacheMaxclients,
        Column::Queries => Metric::DatabaseQueries,
        Column::Connections => Metric::DatabaseConnections,
        Column::ConnectionsLimit => Metric::DatabaseConnectionsLimit,
        Column::Running => Metric::DatabaseRunning,
        Column::TopQueryShare => Metric::DatabaseTopQueryShare,
        Column::Response => Metric::HttpResponseTime,
    }
}
