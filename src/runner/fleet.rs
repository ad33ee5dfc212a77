//! All targets, each with the one connection that is held to it (S3): whoever looks and whoever acts use the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::Mutex;

use crate::change::Subject;
use crate::clock;
use crate::config::{Address, Target, TargetSpec};
use crate::error::{Failure, FailureKind, TargetError};
use crate::observation::Kind;
use crate::probe::{Look, Part, Survey, TargetReport, address, cache};
use crate::proof::{Lead, Present, Roll};
use crate::runner::operator::{CONNECT, Operator};
use crate::runner::sampler::{Probes, Sampler};
use crate::system::{Identity, Line, Session};

/// Keys to sample for the expiry forecast and for hot keys.
const SAMPLES: usize = 2_000;

/// The targets and our connections to them.
pub(super) struct Fleet {
    targets: Vec<Target>,
    /// What our connections are called at the servers (S28).
    client: String,
    connections: BTreeMap<String, Connection>,
    /// The one connection to each database.
    pub lines: BTreeMap<String, Line>,
    pub probes: Probes,
    pub sampler: Option<Sampler>,
    /// The targets that did not answer, and are not tried again for now.
    pub silent: BTreeMap<String, TargetError>,
    /// The targets that have gone silent in the phase that runs: its other steps do not wait for them as long again.
    pub gone: BTreeSet<String>,
}

/// A target and our connection.
pub(super) struct Connection {
    pub target: Target,
    pub session: Session,
    /// Who it proved to be, and when.
    pub known: Option<(Subject, Instant)>,
    /// The same as the target said it.
    pub identity: Option<Identity>,
    /// Its nodes then (S10).
    pub roll: Option<Roll>,
    /// Who led there when it was asked last (S13).
    pub lead: Lead,
    /// Other responders who sit there too (S28): asked once.
    strangers: Option<Vec<String>>,
    /// Whether it would not be told of a change.
    pub untold: bool,
    client: String,
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
        seen: None,
    }
}

impl Fleet {
    /// The targets; nothing is connected yet, but for what `watch` samples in the background.
    pub(super) fn new(targets: &[Target], client: String, watch: bool) -> Self {
        let line = |target: &Target| Some((target.name.clone(), Line::of(target, &client)?));
        let lines: BTreeMap<String, Line> = targets.iter().filter_map(line).collect();
        let others: Vec<Target> = targets.iter().filter(|target| !is_cache(target)).cloned().collect();
        let probes = Arc::new(Mutex::new(Survey::over(&others, &lines)));
        let sampler = watch.then(|| Sampler::start(probes.clone(), targets)).flatten();
        let (connections, silent, gone) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { targets: targets.to_vec(), client, connections, lines, probes, sampler, silent, gone }
    }

    /// The names of those of a kind.
    pub(super) fn of_kind(&self, kind: Kind) -> Vec<String> {
        let of_kind = self.targets.iter().filter(|target| target.kind() == kind);
        of_kind.map(|target| target.name.clone()).collect()
    }

    /// What says which target is meant, beside its name: its object in a cluster, or its host where no other target is there.
    pub(super) fn host(&self, name: &str) -> Option<String> {
        let connection = self.connections.get(name)?;
        let (kind, names) = (connection.target.kind().name(), connection.names());
        let word = names.into_iter().find(|word| word != kind)?;
        let others = self.targets.iter().filter(|other| other.name != name);
        (!others.flat_map(hosts).any(|host| host == word)).then_some(word)
    }

    /// The kinds that there are.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        self.targets.iter().map(Target::kind).collect()
    }

    /// The target of that name, where it is configured.
    pub(super) fn target(&self, name: &str) -> Option<&Target> {
        // Where it is connected it is known which cluster is meant.
        let connected = self.connections.get(name).map(|connection| &connection.target);
        connected.or_else(|| self.targets.iter().find(|target| target.name == name))
    }

    /// The connection to a target, made when there is none yet. Errors: no such target, or one of a kind that nothing acts on.
    pub(super) fn connection(&mut self, name: &str) -> Result<&mut Connection, Failure> {
        if !self.connections.contains_key(name) {
            let Some(target) = self.target(name) else {
                return Err(Failure::new(FailureKind::Usage, format!("there is no target called {name}"))
                    .hint(
                        "it was configured when the step was made: configure it again, under the same name",
                    ));
            };
            if let Some(refusal) = target.refusal() {
                return Err(refusal);
            }
            let session =
                Session::new(target, &self.client, self.lines.get(name).cloned()).ok_or_else(|| {
                    Failure::new(
                        FailureKind::Usage,
                        format!("nothing can be done on {name}: it is a {}", target.kind().name()),
                    )
                })?;
            let connection = Connection {
                target: target.clone(),
                session,
                known: None,
                identity: None,
                roll: None,
                lead: Lead::Fixed,
                strangers: None,
                untold: false,
                client: self.client.clone(),
            };
            self.connections.insert(name.to_owned(), connection);
        }
        self.connected(name)
            .ok_or_else(|| Failure::new(FailureKind::Internal, format!("no connection to {name}")))
    }

    /// The connection to a target that we hold already.
    pub(super) fn connected(&mut self, name: &str) -> Option<&mut Connection> {
        self.connections.get_mut(name)
    }

    /// The connections that there are.
    pub(super) fn connections(&mut self) -> impl Iterator<Item = &mut Connection> {
        self.connections.values_mut()
    }

    /// The connection to a target, and those to databases beside it.
    pub(super) fn connection_and_lines(
        &mut self,
        name: &str,
    ) -> Result<(&mut Connection, &BTreeMap<String, Line>), Failure> {
        self.connection(name)?;
        let Self { connections, lines, .. } = self;
        let connection = connections.get_mut(name);
        connection
            .map(|connection| (connection, &*lines))
            .ok_or_else(|| Failure::new(FailureKind::Internal, format!("no connection to {name}")))
    }

    /// Connects to these targets at the same time, for `patience` at most. Those that do not answer are `silent` from then
    /// on.
    pub(super) async fn reach(&mut self, names: &BTreeSet<String>, operator: &Operator, patience: Duration) {
        for name in names {
            // Why there is none is told where it is needed.
            _ = self.connection(name);
        }
        let connections = self.connections.iter_mut().filter(|(name, _)| names.contains(*name));
        let reached = join_all(connections.map(|(name, connection)| async move {
            (name.clone(), connection.reach_within(operator, patience).await.err())
        }))
        .await;
        for (name, error) in reached {
            self.silent.remove(&name);
            self.silent.extend(error.map(|error| (name, error)));
        }
    }

    /// Measures all targets at once, in the order in which they were declared.
    pub(super) async fn measure(&mut self, look: &Look) -> Result<Vec<TargetReport>, Failure> {
        let caches = self.targets.iter().filter(|target| is_cache(target));
        for name in caches.map(|target| target.name.clone()).collect::<BTreeSet<_>>() {
            self.connection(&name)?;
        }
        let probes = self.probes.clone();
        let others = async { probes.lock().await.measure(look).await };
        let (mut reports, others) = tokio::join!(self.measure_caches(look), others);
        reports.extend(others);
        let place = |name: &str| self.targets.iter().position(|target| target.name == name);
        reports.sort_by_key(|report| place(&report.target));
        Ok(reports)
    }

    /// Measures the caches that we sit at, over the same connections.
    pub(super) async fn measure_caches(&mut self, look: &Look) -> Vec<TargetReport> {
        let caches = self.connections.values_mut().filter_map(|connection| {
            match (&connection.target.spec, &mut connection.session) {
                (TargetSpec::Redis(spec), Session::Redis(reader)) => {
                    Some(cache::through(&connection.target.name, spec, reader, look))
                }
                _ => None,
            }
        });
        join_all(caches).await
    }
}

/// Whether the target's probe uses the connection of who acts, which is no shared one.
fn is_cache(target: &Target) -> bool {
    matches!(target.spec, TargetSpec::Redis(_))
}

impl Connection {
    /// Connects to what can be reached. Errors: nothing of the target can be.
    pub(super) async fn reach(&mut self, operator: &Operator) -> Result<(), TargetError> {
        self.reach_within(operator, CONNECT).await
    }

    async fn reach_within(&mut self, operator: &Operator, patience: Duration) -> Result<(), TargetError> {
        let mut notes = Vec::new();
        let mut dialling = operator.dialling(&self.target.name);
        dialling.connect_by = clock::instant() + patience;
        self.session.ready(&dialling, &mut notes).await?;
        notes.iter().for_each(|note| operator.note(note));
        Ok(())
    }

    /// Who leads there, asked now: where a fail-over goes on it is waited for (S13). Errors: nothing of the target can be reached
    /// any more.
    pub(super) async fn led(&mut self, operator: &Operator) -> Result<&Lead, TargetError> {
        let lead = self.session.lead(&operator.dialling(&self.target.name)).await;
        let before = std::mem::replace(&mut self.lead, lead);
        // Of another one the nodes are not connected yet.
        if matches!(self.lead, Lead::Agreed(_)) && before != self.lead {
            self.reach(operator).await?;
        }
        Ok(&self.lead)
    }

    /// Who the target is, asked now. Errors: a node of it does not answer.
    pub(super) async fn identify(&mut self, operator: &Operator) -> Result<Subject, TargetError> {
        self.reach(operator).await?;
        let asked = clock::instant();
        let (identity, nodes) = self.session.identity(&operator.dialling(&self.target.name)).await?;
        let subject = Subject {
            name: self.target.name.clone(),
            kind: self.target.kind().name().into(),
            address: address(&self.target),
            identity: format!("{} {}, {}", identity.product, identity.version, identity.role),
            nodes: nodes.iter().map(Present::proof).collect(),
        };
        if let (Session::Kubernetes(reader), TargetSpec::Kubernetes(cluster)) =
            (&self.session, &mut self.target.spec)
        {
            // What is printed to be pasted is for this cluster, whichever context is the current one by then.
            cluster.context = reader.context().or(cluster.context.take());
        }
        self.identity = Some(identity);
        self.roll = Some(Roll::of(nodes, asked));
        if self.strangers.is_none() {
            self.strangers = Some(self.session.strangers(&self.client).await);
        }
        self.known = Some((subject.clone(), clock::instant()));
        Ok(subject)
    }

    /// How long ago it was asked who it is.
    pub(super) fn age(&self) -> Option<Duration> {
        self.known.as_ref().map(|(_, at)| clock::instant() - *at)
    }

    /// What asks for more than a yes there, as the prompt says it: who else is at work (S28), and that it is not sure who leads
    /// (S13).
    pub(super) fn caution(&self) -> Vec<String> {
        let strangers = self.strangers.iter().flatten();
        let strangers = strangers.map(|name| format!("S28 another responder is at work there: {name}"));
        strangers.chain(self.lead.doubt().map(|why| format!("S13 {why}"))).collect()
    }

    /// Words that count as the target's name when it must be typed: its host and its kind.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = vec![self.target.kind().name().to_owned()];
        if let Session::Kubernetes(reader) = &self.session {
            names.extend(reader.names());
        }
        names.extend(hosts(&self.target));
        names
    }
}

/// Where a target is: its hosts, or paths; of a cluster its context.
fn hosts(target: &Target) -> Vec<String> {
    let mut names = Vec::new();
    let addresses = match &target.spec {
        TargetSpec::Redis(redis) => redis.addresses.as_slice(),
        TargetSpec::Mysql(mysql) => std::slice::from_ref(&mysql.address),
        TargetSpec::Postgres(postgres) | TargetSpec::Pgbouncer(postgres) => {
            std::slice::from_ref(&postgres.address)
        }
        TargetSpec::Api(api) => {
            names.extend(api.url.host_str().map(str::to_owned));
            &[]
        }
        TargetSpec::Kubernetes(cluster) => {
            names.extend(cluster.context.clone());
            &[]
        }
        TargetSpec::Logs(_) | TargetSpec::Http(_) | TargetSpec::Nginx(_) | TargetSpec::Unusable(_) => &[],
    };
    names.extend(addresses.iter().map(|address| match address {
        Address::Tcp(host, _) => host.clone(),
        Address::Unix(path) => path.display().to_string(),
    }));
    names
}
