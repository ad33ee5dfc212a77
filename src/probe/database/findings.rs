//! Collects what one measurement finds, and says of each metric that is missing why it is.

use std::sync::Arc;

use crate::error::{TargetError, TargetErrorKind};
use crate::observation::{Kind, Metric, Observation, Reading};
use crate::probe::database::logins::listed;
use crate::probe::{TargetReport, up};

/// Every metric a database's target report has. What only replicas, or only one product has, is an option.
const EXPECTED: [Metric; 19] = [
    Metric::DatabaseUp,
    Metric::DatabaseConnections,
    Metric::DatabaseConnectionsLimit,
    Metric::DatabaseConnectionsRatio,
    Metric::DatabaseRunning,
    Metric::DatabaseQueries,
    Metric::DatabaseQueriesLifetime,
    Metric::DatabaseLongest,
    Metric::DatabaseOver30s,
    Metric::DatabaseTopQueryShare,
    Metric::DatabaseWriteShare,
    Metric::DatabaseRefused,
    Metric::DatabaseP99,
    Metric::DatabaseReadOnly,
    Metric::DatabaseRestarted,
    Metric::DatabaseUptime,
    Metric::DatabaseLockWaiters,
    Metric::DatabaseLockWait,
    Metric::DatabaseFailedLogins,
];

/// Why a value is not there that other servers have.
pub(super) const HIDDEN: &str = "the server does not say";

/// What was found so far.
pub(super) struct Findings {
    pub(super) report: TargetReport,
}

impl Findings {
    pub(super) fn new(target: &Arc<str>, kind: Kind, address: &str) -> Self {
        Self { report: TargetReport::blank(target, kind, address) }
    }

    pub(super) fn known(&mut self, metric: Metric, value: f64) {
        self.report.observations.push(Observation::known(&self.report.target, metric, value));
    }

    /// The connections in a few words.
    pub(super) fn at_once(&self) -> String {
        let show = |metric: Metric| {
            let found = self.report.observations.iter().find(|observation| observation.metric == metric);
            let value = found.and_then(Observation::value);
            value.map_or_else(|| "?".to_owned(), |value| metric.unit().show(value))
        };
        format!(
            "connections {}/{}",
            show(Metric::DatabaseConnections),
            show(Metric::DatabaseConnectionsLimit)
        )
    }

    pub(super) fn detailed(&mut self, metric: Metric, value: f64, detail: impl Into<String>) {
        self.report.observations.push(Observation::known(&self.report.target, metric, value).detail(detail));
    }

    /// A value, with words that belong to it where there are any.
    pub(super) fn known_as(&mut self, metric: Metric, value: f64, detail: Option<String>) {
        match detail {
            Some(detail) => self.detailed(metric, value, detail),
            None => self.known(metric, value),
        }
    }

    pub(super) fn unknown(&mut self, metric: Metric, why: impl Into<String>) {
        self.report.observations.push(Observation::unknown(&self.report.target, metric, why));
    }

    /// The same reason for several.
    pub(super) fn all_unknown(&mut self, metrics: &[Metric], why: &str) {
        metrics.iter().for_each(|metric| self.unknown(*metric, why));
    }

    /// The value, where the server says it.
    pub(super) fn told(&mut self, metric: Metric, value: Option<f64>) {
        self.either(metric, value.ok_or_else(|| HIDDEN.to_owned()));
    }

    /// The value, or why there is none.
    pub(super) fn either(&mut self, metric: Metric, value: Result<f64, String>) {
        match value {
            Ok(value) => self.known(metric, value),
            Err(why) => self.unknown(metric, why),
        }
    }

    /// Connections in use, the limit, and their ratio.
    pub(super) fn connections(&mut self, used: Option<f64>, limit: Option<f64>, detail: Option<&str>) {
        match (used, detail) {
            (Some(used), Some(detail)) => self.detailed(Metric::DatabaseConnections, used, detail),
            _ => self.told(Metric::DatabaseConnections, used),
        }
        self.told(Metric::DatabaseConnectionsLimit, limit);
        let ratio = used.zip(limit).filter(|(_, limit)| *limit > 0.0).map(|(used, limit)| used / limit);
        self.told(Metric::DatabaseConnectionsRatio, ratio);
    }

    /// How many there are, and which; or why that is not known.
    pub(super) fn list(&mut self, metric: Metric, all: Result<Vec<String>, String>) {
        match all {
            Ok(all) => self.detailed(metric, all.len() as f64, listed(&all)),
            Err(why) => self.unknown(metric, why),
        }
    }

    /// Takes the error in, with what it proves by itself: a server that says it is full is up, and full.
    pub(super) fn fail(&mut self, error: TargetError) {
        if !self.has(Metric::DatabaseUp) {
            match up(&error) {
                Reading::Known(value) => self.detailed(Metric::DatabaseUp, value, error.message.clone()),
                Reading::Unknown(why) => self.unknown(Metric::DatabaseUp, why),
            }
        }
        if error.kind == TargetErrorKind::Full && !self.has(Metric::DatabaseConnectionsRatio) {
            self.detailed(Metric::DatabaseConnectionsRatio, 1.0, "it refused us: too many connections");
        }
        self.report.error = Some(error);
    }

    fn has(&self, metric: Metric) -> bool {
        self.report.observations.iter().any(|observation| observation.metric == metric)
    }

    /// That counters cannot be compared: nothing of `rates` is known.
    pub(super) fn reset(&mut self, rates: &[Metric]) {
        let why = "the server restarted or its counters were reset since the last look";
        self.report.notes.push(why.into());
        self.all_unknown(rates, why);
    }

    /// Everything, with a reason for each metric that was not measured.
    pub(super) fn report(mut self) -> TargetReport {
        let error = self.report.error.as_ref();
        let why = error.map_or("not measured".to_owned(), |error| error.message.clone());
        for metric in EXPECTED {
            if !self.has(metric) {
                self.unknown(metric, why.clone());
            }
        }
        self.report
    }
}
