//! A connection pooler in front of a database: whether its console answers, who waits in it, and what is paused.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use crate::clock;
use crate::config::PostgresTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::{Kind, Metric, Observation, Reading, Unit};
use crate::probe::up;
use crate::probe::{Cell, Listing, Look, NAME, Probe, TargetReport};
use crate::system::pgbouncer::{Database, Pool, Reader, Setup};
use crate::system::{Dialling, Identity, Line};
use crate::text;

/// Looks at the pools in a window, after the one at its beginning.
const LOOKS: u32 = 4;
/// What is unknown when nothing is answered.
const JUDGED: [Metric; 4] =
    [Metric::PoolerWaiting, Metric::PoolerWait, Metric::PoolerClosed, Metric::PoolerClientsRatio];

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

/// All that one measurement shows.
struct Seen {
    identity: Identity,
    setup: Setup,
    databases: Vec<Database>,
    queue: Queue,
}

impl Probe for PoolerProbe {
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, TargetReport> {
        Box::pin(async move {
            let mut report = TargetReport::blank(&self.name, Kind::Pgbouncer, &self.address);
            let dialling = look.dialling(clock::instant());
            let seen =
                tokio::time::timeout(look.timeout + look.window, self.look(&dialling, look.window)).await;
            match seen {
                Ok(Ok(seen)) => {
                    report.observations = observations(&self.name, &seen);
                    report.notes = notes(&seen.databases, seen.queue.now());
                    report.listings = vec![listing(&seen.databases, seen.queue.now())];
                    report.identity = Some(seen.identity);
                }
                Ok(Err(error)) => report.error = Some(error),
                Err(_) => {
                    let message = format!("{} did not answer everything in time", self.address);
                    report.error = Some(TargetError::new(TargetErrorKind::Timeout, message));
                }
            }
            let mut up = Reading::Known(1.0);
            if let Some(error) = &report.error {
                up = up::up(error);
                let unknown = |metric| Observation::unknown(&self.name, metric, error.message.clone());
                report.observations = JUDGED.map(unknown).into();
            }
            let target = self.name.clone();
            report.observations.push(Observation {
                target,
                metric: Metric::PoolerUp,
                value: up,
                detail: None,
            });
            report
        })
    }
}

impl PoolerProbe {
    async fn look(&mut self, dialling: &Dialling, window: Duration) -> Result<Seen, TargetError> {
        let reader = &mut self.reader;
        reader.ready(dialling).await?;
        let (identity, setup) = match reader.introduced().await {
            // The kept connection has gone stale since the last measurement.
            Err(error) if error.kind == TargetErrorKind::Unreachable => reader.introduced().await?,
            answer => answer?,
        };
        let started = clock::instant();
        let mut queue = Queue::default();
        queue.look(reader).await?;
        if !window.is_zero() {
            for part in 1..=LOOKS {
                clock::sleep_until(started + window * part / LOOKS).await;
                queue.look(reader).await?;
            }
        }
        Ok(Seen { identity, setup, databases: reader.databases().await?, queue })
    }
}

/// The pools at one moment.
struct Moment {
    at: Instant,
    pools: Vec<Pool>,
    /// What grows with each transaction that ends, by database; asked from when somebody waits.
    ended: BTreeMap<String, u64>,
}

/// Several looks at the pools.
#[derive(Default)]
struct Queue(Vec<Moment>);

impl Queue {
    async fn look(&mut self, reader: &Reader) -> Result<(), TargetError> {
        let pools = reader.pools().await?;
        let waits = pools.iter().any(|pool| pool.clients_waiting > 0);
        let waited = self.0.iter().any(|moment| !moment.ended.is_empty());
        let ended = if waits || waited { reader.ended().await? } else { BTreeMap::new() };
        self.0.push(Moment { at: clock::instant(), pools, ended });
        Ok(())
    }

    fn now(&self) -> &[Pool] {
        self.0.last().map_or(&[], |moment| &moment.pools)
    }

    /// The pool whose clients wait longest, for how long, and how many wait at that moment: at the end of the window, or when
    /// they were seen last to wait for what has not come since.
    fn longest(&self) -> Option<(&Pool, Duration, u64)> {
        let last = self.0.last()?;
        let waits = self.0.iter().flat_map(|moment| {
            let all = moment.pools.iter().map(|pool| pool.clients_waiting).sum();
            let waiting = moment.pools.iter().filter(|pool| pool.clients_waiting > 0);
            waiting.filter_map(move |pool| {
                let stood = self.stood(moment, pool);
                let wait = if moment.at == last.at { pool.longest_wait.max(stood) } else { stood };
                (moment.at == last.at || wait > Duration::ZERO).then_some((pool, wait, all))
            })
        });
        waits.max_by_key(|(_, wait, _)| *wait)
    }

    /// For how long, up to that moment, it was seen that clients wait in a pool and its database serves nobody to the end of the
    /// window. Those who give up or are sent away come again and wait anew each time.
    fn stood(&self, until: &Moment, pool: &Pool) -> Duration {
        let ended = |moment: &Moment| moment.ended.get(&pool.database).copied();
        let same = |other: &&Pool| (&other.database, &other.user) == (&pool.database, &pool.user);
        let waits =
            |moment: &Moment| moment.pools.iter().find(same).is_some_and(|pool| pool.clients_waiting > 0);
        let to_the_end = self.0.last().and_then(ended);
        let stands =
            |moment: &&Moment| waits(moment) && ended(moment).is_some() && ended(moment) == to_the_end;
        let first = self.0.iter().find(stands);
        first.map_or(Duration::ZERO, |first| until.at.saturating_duration_since(first.at))
    }
}

/// Who waits, for how long, and in which pool; what is closed; and how near the limit on clients is.
fn observations(target: &Arc<str>, seen: &Seen) -> Vec<Observation> {
    let Seen { setup, databases, queue, .. } = seen;
    let pools = queue.now();
    let longest = queue.longest();
    let waiting = longest.map_or(0, |(.., waiting)| waiting);
    let wait = longest.map_or(0.0, |(_, wait, _)| wait.as_secs_f64());
    let mut wait = Observation::known(target, Metric::PoolerWait, wait);
    if let Some((pool, ..)) = longest {
        let paused = databases.iter().any(|database| database.name == pool.database && database.paused);
        let state = match () {
            () if paused => ", paused",
            () if pool.servers_ready == 0 => ", none is connected",
            () => "",
        };
        wait = wait.detail(format!("{}{state}", short(&pool.database)));
    }
    let closed: Vec<String> = databases.iter().filter_map(closed).collect();
    let clients: u64 = pools.iter().map(|pool| pool.clients_active + pool.clients_waiting).sum();
    let ratio = match setup.most_clients.filter(|most| *most > 0) {
        Some(most) => Observation::known(target, Metric::PoolerClientsRatio, clients as f64 / most as f64)
            .detail(format!("{clients} of {most}")),
        None => Observation::unknown(target, Metric::PoolerClientsRatio, "it does not say max_client_conn"),
    };
    vec![
        Observation::known(target, Metric::PoolerWaiting, waiting as f64),
        wait,
        Observation::known(target, Metric::PoolerClosed, closed.len() as f64).detail(closed.join(", ")),
        ratio,
    ]
}

/// "shop is paused"; none while clients are let in and served.
fn closed(database: &Database) -> Option<String> {
    let state = match database {
        Database { disabled: true, .. } => "disabled: new clients are turned away",
        Database { paused: true, .. } => "paused",
        _ => return None,
    };
    Some(format!("{} is {state}", short(&database.name)))
}

fn short(name: &str) -> String {
    text::fit(&text::escape(name), 20).into_owned()
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
