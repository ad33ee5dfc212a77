//! All targets at once, each with its own time limit: a dead target never delays the others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};

use crate::config::{Address, Target, TargetSpec};
use crate::error::{TargetError, TargetErrorKind};
use crate::failpoint;
use crate::observation::{Kind, Metric, Observation};
use crate::probe::database::Followed;
use crate::probe::{Hears, Look, Probe, TargetReport, cache, database, http, logs, nginx, pooler};
use crate::system::Line;
use crate::text;

/// Over its own limits a probe gets this much before it is cut off: it keeps its own limit, this is the second limit.
const GRACE: Duration = Duration::from_millis(500);

/// The probes of all targets, with their standing connections.
pub struct Survey {
    connections: Vec<Connection>,
}

struct Connection {
    target: Target,
    /// Taken out while it measures; gone when it was cut off, and opened anew at the next round.
    probe: Option<Box<dyn Probe>>,
    /// The connection that it shares with who acts.
    line: Option<Line>,
    /// It asks the target about those that follow it, under this name, and not about itself.
    followed: Option<String>,
}

impl Connection {
    fn open(&self) -> Option<Box<dyn Probe>> {
        match &self.followed {
            Some(name) => Some(Box::new(Followed::new(&self.target, name))),
            None => open(&self.target, self.line.clone()),
        }
    }
}

impl Survey {
    /// Makes a probe for each target; connections are opened by the first measurement.
    pub fn new(targets: &[Target]) -> Self {
        Self::over(targets, &BTreeMap::new())
    }

    /// The same over connections that others use as well, by the name of the target.
    pub fn over(targets: &[Target], lines: &BTreeMap<String, Line>) -> Self {
        let connection = |target: &Target| {
            let line = lines.get(&target.name).cloned();
            let connection = Connection { target: target.clone(), probe: None, line, followed: None };
            Some(Connection { probe: Some(connection.open()?), ..connection })
        };
        Self { connections: targets.iter().filter_map(connection).collect() }
    }

    /// Asks `primary` too about the replicas that cannot be asked themselves; the report is called `name`.
    pub fn ask_of_followers(&mut self, primary: &Target, name: &str) {
        let (target, followed) = (primary.clone(), Some(name.to_owned()));
        self.connections.push(Connection { target, probe: None, line: None, followed });
    }

    /// Measures all targets at once. Takes at most `look.timeout + look.window` and a little.
    pub async fn measure(&mut self, look: &Look) -> Vec<TargetReport> {
        let rounds = self.connections.iter_mut().filter_map(|connection| {
            let mut probe = connection.probe.take().or_else(|| connection.open())?;
            let look = for_target(look, &connection.target.name);
            // A task of its own: a fault in one probe must not take the verdict with it.
            let task = tokio::spawn(async move {
                failpoint::reach("probe");
                let limit = look.timeout + look.window + GRACE;
                match tokio::time::timeout(limit, probe.measure(&look)).await {
                    Ok(report) => Some((probe, report)),
                    Err(_) => None,
                }
            });
            Some(async move {
                match task.await {
                    Ok(Some((probe, report))) => {
                        connection.probe = Some(probe);
                        report
                    }
                    Ok(None) => lost(&connection.target, TargetErrorKind::Timeout, "no answer in time"),
                    Err(error) => lost(
                        &connection.target,
                        TargetErrorKind::Protocol,
                        &format!("the probe failed: {error}"),
                    ),
                }
            })
        });
        join_all(rounds).await
    }
}

/// The probe of a target, over a connection that others use as well where there is one; none for a kind that is not measured.
pub fn open(target: &Target, line: Option<Line>) -> Option<Box<dyn Probe>> {
    let name = target.name.as_str();
    Some(match &target.spec {
        TargetSpec::Redis(spec) => cache::open(name, spec),
        TargetSpec::Mysql(spec) => database::mysql(name, spec, line),
        TargetSpec::Postgres(spec) => database::postgres(name, spec, line),
        TargetSpec::Pgbouncer(spec) => pooler::open(name, spec, line),
        TargetSpec::Logs(spec) => logs::open(name, spec),
        TargetSpec::Nginx(spec) => nginx::open(name, spec),
        TargetSpec::Http(spec) => http::open(name, spec),
        // One that would not be measured is no loss.
        TargetSpec::Unusable(_) if stands_for(target.kind()).is_none() => return None,
        TargetSpec::Unusable(unusable) => {
            Box::new(NotUsable { why: unusable.why.clone(), target: target.clone() })
        }
        TargetSpec::Api(_) | TargetSpec::Kubernetes(_) => return None,
    })
}

/// Stands in the place of a target that was named and cannot be used as it is.
struct NotUsable {
    target: Target,
    why: String,
}

impl Probe for NotUsable {
    fn measure<'a>(&'a mut self, _: &'a Look) -> BoxFuture<'a, TargetReport> {
        let report = lost(&self.target, TargetErrorKind::Input, &text::escape(&self.why));
        Box::pin(std::future::ready(report))
    }
}

fn for_target(look: &Look, name: &str) -> Look {
    let named = |hears: Hears| -> Hears {
        let name = name.to_owned();
        Arc::new(move |message| hears(&format!("{name}: {message}")))
    };
    Look { say: named(look.say.clone()), seen: look.seen.clone().map(named), ..look.clone() }
}

/// The report of a target whose probe gave none. Its place in the verdict is kept: nothing of it is known.
fn lost(target: &Target, kind: TargetErrorKind, message: &str) -> TargetReport {
    let name: Arc<str> = target.name.as_str().into();
    let blank = TargetReport::blank(&name, target.kind(), &address(target));
    let unknown = |metric| Observation::unknown(&name, metric, message);
    let observations = stands_for(target.kind()).map(unknown).into_iter().collect();
    TargetReport { observations, error: Some(TargetError::new(kind, message)), ..blank }
}

/// What stands for a kind of target in the verdict: whether it answers, else what is counted of it.
fn stands_for(kind: Kind) -> Option<Metric> {
    match kind {
        Kind::Redis => Some(Metric::CacheUp),
        Kind::Mysql | Kind::Postgres => Some(Metric::DatabaseUp),
        Kind::Pgbouncer => Some(Metric::PoolerUp),
        Kind::Logs => Some(Metric::LogsCacheMiss),
        Kind::Http => Some(Metric::HttpStatus),
        Kind::Nginx => Some(Metric::NginxActive),
        Kind::Api | Kind::Kubernetes => None,
    }
}

/// Where a target is, without secrets.
pub fn address(target: &Target) -> String {
    match &target.spec {
        TargetSpec::Redis(redis) => {
            redis.addresses.iter().map(Address::to_string).collect::<Vec<_>>().join(",")
        }
        TargetSpec::Mysql(mysql) => mysql.address.to_string(),
        TargetSpec::Postgres(postgres) | TargetSpec::Pgbouncer(postgres) => postgres.address.to_string(),
        TargetSpec::Logs(spec) => logs::place(spec),
        TargetSpec::Http(http) | TargetSpec::Nginx(http) => http.url.host_str().unwrap_or("?").to_owned(),
        TargetSpec::Api(api) => api.url.host_str().unwrap_or("?").to_owned(),
        TargetSpec::Unusable(unusable) => unusable.source.clone(),
        TargetSpec::Kubernetes(kubernetes) => match kubernetes.kubeconfig.as_slice() {
            [] => "the API server of this pod".into(),
            files => files.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(":"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RedisTarget;
    use crate::observation::Reading;

    /// A probe with a fault of ours: it never ends, or it panics.
    struct Faulty {
        panics: bool,
    }

    impl Probe for Faulty {
        fn measure<'a>(&'a mut self, _: &'a Look) -> BoxFuture<'a, TargetReport> {
            assert!(!self.panics, "a fault of ours");
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test]
    async fn a_target_whose_probe_gave_nothing_keeps_its_place_as_unknown() {
        let of = |name: &str, panics| Connection {
            target: Target { name: name.into(), spec: TargetSpec::Redis(RedisTarget::default()) },
            probe: Some(Box::new(Faulty { panics })),
            line: None,
            followed: None,
        };
        let mut survey = Survey { connections: vec![of("silent", false), of("broken", true)] };
        let look = Look {
            parts: Vec::new(),
            window: Duration::ZERO,
            timeout: Duration::ZERO,
            samples: 0,
            since: None,
            say: Arc::new(|_| {}),
            seen: None,
        };
        for report in survey.measure(&look).await {
            let [up] = report.observations.as_slice() else { panic!("{report:?}") };
            assert_eq!((&up.target, up.metric), (&report.target, Metric::CacheUp));
            assert!(matches!(&up.value, Reading::Unknown(why) if !why.is_empty()), "{up:?}");
        }
    }
}
