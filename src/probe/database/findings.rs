//! Collects what one measurement finds, and says of each metric that is missing why it is.

use std::sync::Arc;

use crate::error::{TargetError, TargetErrorKind};
use crate::observation::{Kind, Metric, Observation, Reading};
use crate::probe::{Listing, TargetReport, up};
use crate::system::Identity;

/// Every metric a database's target report has. The replication lag is an option: only replicas have one.
const EXPECTED: [Metric; 16] = [
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
];

/// What was found so far.
pub(super) struct Findings {
    target: Arc<str>,
    observations: Vec<Observation>,
    pub(super) identity: Option<Identity>,
    pub(super) notes: Vec<String>,
    pub(super) listings: Vec<Listing>,
    error: Option<TargetError>,
}

impl Findings {
    pub(super) fn new(target: &Arc<str>) -> Self {
        Self {
            target: target.clone(),
            observations: Vec::new(),
            identity: None,
            notes: Vec::new(),
            listings: Vec::new(),
            error: None,
        }
    }

    pub(super) fn known(&mut self, metric: Metric, value: f64) {
        self.observations.push(Observation::known(&self.target, metric, value));
    }

    pub(super) fn detailed(&mut self, metric: Metric, value: f64, detail: impl Into<String>) {
        self.observations.push(Observation::known(&self.target, metric, value).detail(detail));
    }

    pub(super) fn unknown(&mut self, metric: Metric, why: impl Into<String>) {
        self.observations.push(Observation::unknown(&self.target, metric, why));
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
        let hidden = || "the server does not say".to_owned();
        match (used, detail) {
            (Some(used), Some(detail)) => self.detailed(Metric::DatabaseConnections, used, detail),
            _ => self.either(Metric::DatabaseConnections, used.ok_or_else(hidden)),
        }
        self.either(Metric::DatabaseConnectionsLimit, limit.ok_or_else(hidden));
        let ratio = used.zip(limit).filter(|(_, limit)| *limit > 0.0).map(|(used, limit)| used / limit);
        self.either(Metric::DatabaseConnectionsRatio, ratio.ok_or_else(hidden));
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
        self.error = Some(error);
    }

    fn has(&self, metric: Metric) -> bool {
        self.observations.iter().any(|observation| observation.metric == metric)
    }

    /// Everything, with a reason for each metric that was not measured.
    pub(super) fn report(mut self, kind: Kind, address: String) -> TargetReport {
        let why = self.error.as_ref().map_or("not measured".to_owned(), |error| error.message.clone());
        for metric in EXPECTED {
            if !self.has(metric) {
                self.unknown(metric, why.clone());
            }
        }
        TargetReport {
            target: self.target,
            kind,
            address,
            identity: self.identity,
            observations: self.observations,
            notes: self.notes,
            listings: self.listings,
            error: self.error,
        }
    }
}
