//! A connection pooler in front of a database: whether its console answers, who waits in it, and what is paused.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::clock;
use crate::config::PostgresTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::{Kind, Metric, Observation, Reading, Unit};
use crate::probe::up::up;
use crate::probe::{Cell, Listing, Look, NAME, Probe, TargetReport};
use crate::system::pgbouncer::{Database, Pool, Reader};
use crate::system::{Dialling, Identity, Line};
use crate::text;

/// The probe of a pooler; it connects with the first measurement, or uses `line` with others.
pub fn open(name: &str, spec: &PostgresTarget, line: Option<Line>) -> Box<dyn Probe> {
    let reader = match line {
        Some(Line::Pgbouncer(reader)) => reader,
        _ => Reader::new(spec, NAME),
    };
    Box::new(PoolerProbe { name: name.into(), address: spec.address.to_string(), reader })
}

struct PoolerProbe {
    name: Arc<str>,
    address: String,
    reader: Reader,
}

/// All that one look shows.
type Seen = (Identity, Vec<Database>, Vec<Pool>);

impl Probe for PoolerProbe {
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, TargetReport> {
        Box::pin(async move {
            let mut report = TargetReport::blank(&self.name, Kind::Pgbouncer, &self.address);
            let dialling = look.dialling(clock::instant());
            match tokio::time::timeout(look.timeout, self.look(&dialling)).await {
                Ok(Ok((identity, databases, pools))) => {
                    report.identity = Some(identity);
                    report.notes = notes(&databases, &pools);
                    report.observations = queue(&self.name, &databases, &pools);
                    report.listings = vec![listing(&databases, &pools)];
                }
                Ok(Err(error)) => report.error = Some(error),
                Err(_) => {
                    let message = format!("{} did not answer everything in time", self.address);
                    report.error = Some(TargetError::new(TargetErrorKind::Timeout, message));
                }
            }
            let value = report.error.as_ref().map_or(Reading::Known(1.0), up);
            let target = self.name.clone();
            report.observations.push(Observation { target, metric: Metric::PoolerUp, value, detail: None });
            report
        })
    }
}

impl PoolerProbe {
    async fn look(&mut self, dialling: &Dialling) -> Result<Seen, TargetError> {
        let reader = &mut self.reader;
        reader.ready(dialling).await?;
        let identity = match reader.who().await {
            // The kept connection has gone stale since the last measurement.
            Err(error) if error.kind == TargetErrorKind::Unreachable => reader.who().await?,
            answer => answer?,
        };
        Ok((identity, reader.databases().await?, reader.pools().await?))
    }
}

/// Who waits, and for how long; in which pool that is, and whether it is paused.
fn queue(target: &Arc<str>, databases: &[Database], pools: &[Pool]) -> Vec<Observation> {
    let waiting: u64 = pools.iter().map(|pool| pool.clients_waiting).sum();
    let first = pools.iter().filter(|pool| pool.clients_waiting > 0).max_by_key(|pool| pool.longest_wait);
    let wait = first.map_or(0.0, |pool| pool.longest_wait.as_secs_f64());
    let wait = Observation::known(target, Metric::PoolerWait, wait);
    let wait = match first {
        Some(pool) => {
            let paused = databases.iter().any(|database| database.name == pool.database && database.paused);
            let state = if paused { ", paused" } else { "" };
            wait.detail(format!("{}{state}", text::fit(&text::escape(&pool.database), 20)))
        }
        None => wait,
    };
    vec![Observation::known(target, Metric::PoolerWaiting, waiting as f64), wait]
}

fn notes(databases: &[Database], pools: &[Pool]) -> Vec<String> {
    let mut notes = Vec::new();
    let paused: Vec<_> = databases.iter().filter(|database| database.paused).collect();
    if !paused.is_empty() {
        let names: Vec<_> = paused.iter().map(|database| text::escape(&database.name)).collect();
        notes.push(format!("paused: {}; their clients queue in PgBouncer", names.join(", ")));
    }
    let waiting: u64 = pools.iter().map(|pool| pool.clients_waiting).sum();
    if let Some(longest) = pools.iter().map(|pool| pool.longest_wait).max().filter(|_| waiting > 0) {
        let plural = if waiting == 1 { "client waits" } else { "clients wait" };
        notes.push(format!(
            "{waiting} {plural} for a server connection, the first for {}",
            text::duration(longest)
        ));
    }
    notes
}

fn listing(databases: &[Database], pools: &[Pool]) -> Listing {
    let columns = ["database", "user", "mode", "clients", "waiting", "servers active", "idle", "paused"];
    let row = |pool: &Pool| {
        let paused = databases.iter().any(|database| database.name == pool.database && database.paused);
        vec![
            Cell::from(text::escape(&pool.database).into_owned()),
            text::escape(&pool.user).into_owned().into(),
            text::escape(&pool.mode).into_owned().into(),
            Cell::count(pool.clients_active as f64),
            Cell::count(pool.clients_waiting as f64),
            Cell::count(pool.servers_active as f64),
            Cell::count(pool.servers_idle as f64),
            Cell::Number(f64::from(u8::from(paused)), Unit::Bool),
        ]
    };
    Listing {
        title: "pools".into(),
        columns: columns.map(str::to_owned).into(),
        rows: pools.iter().map(row).collect(),
    }
}
