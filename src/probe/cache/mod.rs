//! The cache probe: one standing Redis target; the hit ratio, hot keys and the expiry forecast in one window.

mod between;
mod counters;
mod following;
mod readings;
mod strain;
mod trouble;
mod words;
mod work;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};

use crate::clock;
use crate::config::RedisTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::{Kind, Metric, Observation};
use crate::probe::cache::between::{Between, Kept, Strain};
use crate::probe::cache::counters::Counters;
use crate::probe::cache::readings::Measured;
use crate::probe::ttl::Now;
use crate::probe::{Look, Part, Probe, REPLY, TargetReport};
use crate::system::Dialling;
use crate::system::redis::{Glance, Node, Reader, Refused, Shape};
use crate::text;

/// A slot that changes hands has done so within this time on both sides.
const MOVES: Duration = Duration::from_millis(300);

/// A Redis target that is held open between measurements.
struct Held {
    name: Arc<str>,
    spec: RedisTarget,
    reader: Reader,
    sampled: Option<Kept>,
}

/// The probe of a Redis target.
pub fn open(name: &str, spec: &RedisTarget) -> Box<dyn Probe> {
    Box::new(Held { name: name.into(), spec: spec.clone(), reader: Reader::new(spec), sampled: None })
}

impl Probe for Held {
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, TargetReport> {
        measured(&self.name, &self.spec, &mut self.reader, Some(&mut self.sampled), look).boxed()
    }
}

/// One measurement over the connections of `reader`: no second connection on a server that may be full (S3).
struct RedisProbe<'r> {
    target: Arc<str>,
    address: String,
    database: u32,
    reader: &'r mut Reader,
    sampled: Option<&'r mut Option<Kept>>,
}

/// Measures over the connections of `reader`. Takes no longer than `look.timeout + look.window`.
pub async fn through(name: &str, spec: &RedisTarget, reader: &mut Reader, look: &Look) -> TargetReport {
    measured(name, spec, reader, None, look).await
}

/// The same with the sample of the measurement before.
async fn measured(
    name: &str,
    spec: &RedisTarget,
    reader: &mut Reader,
    sampled: Option<&mut Option<Kept>>,
    look: &Look,
) -> TargetReport {
    let addresses: Vec<String> = spec.addresses.iter().map(ToString::to_string).collect();
    let mut probe = RedisProbe {
        target: name.into(),
        address: text::escape(&addresses.join(", ")).into_owned(),
        database: spec.database,
        reader,
        sampled,
    };
    let limit = look.timeout + look.window;
    if let Ok(report) = tokio::time::timeout(limit, probe.look(look)).await {
        return report;
    }
    let error = TargetError::new(
        TargetErrorKind::Timeout,
        format!("{} was not measured within {}", probe.address, text::duration(limit)),
    )
    .hint("give it more time, or look at the network in between");
    give_up(probe.blank(), look, &error.into())
}

impl RedisProbe<'_> {
    async fn look(&mut self, look: &Look) -> TargetReport {
        let started = clock::instant();
        // A fifth of the time is kept for the answers.
        let dialling = Dialling { reply: REPLY.min(look.timeout * 4 / 5), ..look.dialling(started) };
        let end = started + look.timeout + look.window;
        let mut report = self.blank();
        if let Err(refused) = self.reader.ready(&dialling, &mut report.notes).await {
            return give_up(report, look, &refused);
        }
        let mut first = self.glance(&dialling, started + look.timeout, &mut report.notes).await;
        if self.reader.shape == Shape::Sentinel && self.demoted(&first) {
            report.notes.push("the primary has changed: asked the Sentinels again".into());
            if let Err(refused) = self.reader.ready(&dialling, &mut report.notes).await {
                return give_up(report, look, &refused);
            }
            first = self.glance(&dialling, started + look.timeout, &mut report.notes).await;
        }
        let seen = self.counters(&first);
        if seen.is_empty() {
            let error = first.into_iter().find_map(|glance| glance.info.err());
            let refused =
                error.unwrap_or_else(|| TargetError::new(TargetErrorKind::Input, "no address given"));
            return give_up(report, look, &refused.into());
        }
        look.saw(|| readings::at_once(&seen));
        let kept = self.sampled.as_deref().and_then(Option::as_ref).filter(|kept| !kept.is_old());
        let (from, database) = (clock::instant(), self.database);
        let between = Between { look, dialling: &dialling, from, database, kept };
        let mut samples = between.run(&self.reader.nodes, &seen).await;
        if let (Some(sampled), Some(kept)) = (&mut self.sampled, samples.kept.take()) {
            **sampled = Some(kept);
        }
        let strains = std::mem::take(&mut samples.strains);
        let measured = self.measured(look, &dialling, end, seen, strains, &mut report.notes).await;
        self.write(&mut report, look, &measured, samples);
        report
    }

    /// A target report that has nothing in it yet.
    fn blank(&self) -> TargetReport {
        TargetReport::blank(&self.target, Kind::Redis, &self.address)
    }

    /// Looks at all nodes at the same time.
    async fn glance(&mut self, dialling: &Dialling, by: Instant, notes: &mut Vec<String>) -> Vec<Glance> {
        let glances = join_all(self.reader.nodes.iter_mut().map(|node| async move {
            let mut notes = Vec::new();
            let glance = node.glance(dialling, by, &mut notes).await;
            (glance, notes)
        }))
        .await;
        let (glances, said): (Vec<_>, Vec<_>) = glances.into_iter().unzip();
        notes.extend(said.into_iter().flatten());
        glances
    }

    /// Whether the node that was the primary is one no more.
    fn demoted(&mut self, glances: &[Glance]) -> bool {
        let mut demoted = false;
        for (node, glance) in self.reader.nodes.iter_mut().zip(glances) {
            if node.primary && glance.info.as_ref().is_ok_and(|info| info.is_replica()) {
                node.primary = false;
                demoted = true;
            }
        }
        demoted
    }

    /// The counters of the nodes that answered; the role is the one they say themselves.
    fn counters(&mut self, glances: &[Glance]) -> Vec<Counters> {
        let mut counters = Vec::new();
        for (node, glance) in self.reader.nodes.iter_mut().zip(glances) {
            if let Ok(info) = &glance.info {
                node.primary = !info.is_replica();
                counters.push(Counters {
                    node: node.name(),
                    primary: node.primary,
                    at: glance.at,
                    own: glance.own.clone(),
                    info: info.clone(),
                });
            }
        }
        counters
    }

    /// Takes the second glance, when there is a window.
    async fn measured(
        &mut self,
        look: &Look,
        dialling: &Dialling,
        end: Instant,
        first: Vec<Counters>,
        strains: Vec<Strain>,
        notes: &mut Vec<String>,
    ) -> Vec<Measured> {
        if look.window.is_zero() {
            let alone = first.into_iter().map(|now| Measured::new(now, None, &strains)).collect();
            return self.with_health(look, alone, end).await;
        }
        let dialling = Dialling { connect_by: end, ..dialling.clone() };
        let glances = self.glance(&dialling, end, notes).await;
        let second = self.counters(&glances);
        for node in first.iter().filter(|node| !second.iter().any(|later| later.node == node.node)) {
            notes.push(format!("{} answered no more at the end of the window", text::escape(&node.node)));
        }
        let with_before = |now: Counters| {
            let before = first.iter().find(|before| before.node == now.node);
            Measured::new(now, before, &strains)
        };
        let measured = second.into_iter().map(with_before).collect();
        self.with_health(look, measured, end).await
    }

    /// The same with what each node says of its ability to serve.
    async fn with_health(&mut self, look: &Look, mut measured: Vec<Measured>, end: Instant) -> Vec<Measured> {
        if !look.parts.contains(&Part::Cache) {
            return measured;
        }
        let asked = join_all(self.reader.nodes.iter_mut().filter_map(|node| {
            let at = measured.iter().position(|measured| measured.now.node == node.name())?;
            let Measured { now, echoes, .. } = &measured[at];
            let full = now.memory_ratio().is_some_and(|ratio| ratio >= 1.0);
            Some(async move { (at, node.health(&now.info, echoes.last, full, end).await) })
        }));
        let asked = asked.await;
        for (at, health) in asked {
            measured[at].health = health.ok();
        }
        if strain::unserved(&measured) > 0 || strain::stuck(&measured).iter().any(|stuck| stuck.asked) {
            clock::sleep_until((clock::instant() + MOVES).min(end)).await;
            let again = join_all(self.reader.nodes.iter_mut().filter_map(|node| {
                let at = measured.iter().position(|measured| measured.now.node == node.name())?;
                let asked = !measured[at].health.as_ref()?.seats.is_empty();
                asked.then_some(async move { (at, node.seat(end).await) })
            }));
            for (at, seat) in again.await {
                let seats = measured[at].health.as_mut().map(|health| &mut health.seats);
                seats.into_iter().for_each(|seats| seats.extend(seat.iter().flatten().cloned()));
            }
        }
        measured
    }

    /// How much of the target was measured: of a cluster by its slots, else by its primaries.
    fn seen(&self, nodes: &[Counters]) -> Observation {
        let weight = |node: &&Node| match self.reader.shape {
            Shape::Cluster => node.slots.iter().map(|(first, last)| f64::from(last - first) + 1.0).sum(),
            _ => f64::from(u8::from(node.primary)),
        };
        let all = self.reader.nodes.iter();
        let (unseen, seen): (Vec<&Node>, Vec<&Node>) =
            all.partition(|node| !nodes.iter().any(|counters| counters.node == node.name()));
        let sum = |nodes: &[&Node]| nodes.iter().map(weight).sum::<f64>();
        let (there, missing) = (sum(&seen), sum(&unseen));
        if missing <= 0.0 {
            return Observation::known(&self.target, Metric::CacheSeen, 1.0);
        }
        let names: Vec<String> =
            unseen.iter().filter(|node| weight(node) > 0.0).map(|node| node.name()).collect();
        Observation::known(&self.target, Metric::CacheSeen, there / (there + missing))
            .detail(format!("not measured: {}", names.join(", ")))
    }

    fn write(&self, report: &mut TargetReport, look: &Look, measured: &[Measured], samples: between::Found) {
        let target = &self.target;
        let nodes: Vec<Counters> = measured.iter().map(|node| node.now.clone()).collect();
        if nodes.is_empty() {
            let error = self.reader.nodes.iter().find_map(|node| node.trouble.clone());
            if let Some(refused) = error {
                report.observations = trouble::observations(target, &look.parts, &refused);
                report.error = Some(refused.error);
            }
            return;
        }
        report.notes.extend(words::others(measured));
        report.identity = words::identity(self.reader, &nodes);
        report.notes.extend(words::notes(self.reader.shape, &nodes, self.database));
        let count = self.reader.nodes.len();
        for node in self.reader.nodes.iter().filter(|node| count > 1 && node.trouble.is_some()) {
            if let Some(refused) = &node.trouble {
                let role = if node.primary { "primary" } else { "replica" };
                report.notes.push(format!(
                    "{role} {} is not measured: {}",
                    node.name(),
                    refused.error.message
                ));
            }
        }
        let mut up = Observation::known(target, Metric::CacheUp, 1.0);
        if let Some(error) = words::serves_nobody(measured) {
            up = Observation::known(target, Metric::CacheUp, 0.0).detail(&error.message);
            report.error = Some(error);
        } else if nodes.len() < count {
            up = up.detail(format!("{} of {count} nodes answer", nodes.len()));
        }
        report.observations.push(up);
        let readings = readings::observations(target, measured);
        let rate = |metric: Metric| readings.iter().find(|o| o.metric == metric).and_then(Observation::value);
        let counts = |node: &Measured| matches!(&node.delta, Some(Ok(delta)) if delta.counted > 0.0);
        let rates = Now {
            keys: None,
            expiring: rate(Metric::CacheExpired),
            misses: rate(Metric::CacheMisses),
            counts: measured.iter().any(counts),
        };
        samples.write(report, look, rates);
        if look.parts.contains(&Part::Cache) {
            report.observations.extend(readings);
            report.observations.push(self.seen(&nodes));
            report.listings.splice(0..0, readings::listing(measured));
        }
    }
}

fn give_up(mut report: TargetReport, look: &Look, refused: &Refused) -> TargetReport {
    report.observations = trouble::observations(&report.target, &look.parts, refused);
    report.error = Some(refused.error.clone());
    report
}
