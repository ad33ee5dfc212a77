//! What a cache's work and refusals say by themselves: signals of a cache that is up and hits, and serves badly all the same.

use crate::diagnosis::case::Case;
use crate::diagnosis::signals::{Judged, judged};
use crate::diagnosis::view::View;
use crate::diagnosis::{Level, evidence, failing};
use crate::observation::Metric;
use crate::text;

/// Times the threshold of a round trip from which on it is critical.
const CRITICAL_TIMES: f64 = 10.0;
/// Share of the commands that are refused writes, from which on it is critical.
const REFUSED: f64 = 0.05;

/// Share of the memory limit in use from which on writes will be refused soon, where nothing may be evicted.
const NEARLY_FULL: f64 = 0.95;
/// Share of the memory limit that is in buffers of clients, from which on somebody does not read.
const BUFFERS: f64 = 0.2;
/// … and how much it is where there is no limit.
const BUFFERS_UNBOUND: f64 = 1_073_741_824.0;

/// Judges them.
pub(crate) fn judge(view: &View<'_>, case: &Case<'_>) -> Vec<Judged> {
    let all = [
        round_trip(view, case),
        failing::share(view, (Metric::CacheErrorShare, Metric::CacheErrors), "commands"),
        refused(view),
        standing(view, Metric::CacheWritable, "1 when writes are taken", "refuses writes"),
        slots(view),
        standing(view, Metric::CacheReplicaLink, "1 when every replica has its link", "replica without link"),
        stuck(view),
        lag(view, case),
        paused(view),
        thrown_out(view),
        spares(view),
        waits(view),
        standing(view, Metric::CacheSaved, "1 when what is written is saved", "its data is not saved"),
        filling(view),
        buffers(view),
        cliff(view, case),
    ];
    all.into_iter().flatten().collect()
}

fn with(cause: &str, judged: Judged) -> Judged {
    let cause = format!("{}: {cause}", judged.signal.target);
    judged.because(cause)
}

fn round_trip(view: &View<'_>, case: &Case<'_>) -> Option<Judged> {
    let metric = Metric::CacheRoundTrip;
    let now = view.get(metric)?;
    let limit = case.slow_from();
    let level = match now {
        _ if now < limit => Level::Ok,
        _ if now < CRITICAL_TIMES * limit => Level::Warning,
        _ => Level::Critical,
    };
    let shown = |millis| evidence::value(metric, millis);
    let basis = format!("warning from {}, critical from {}", shown(limit), shown(CRITICAL_TIMES * limit));
    let judged = judged(view, metric, Some(now), level, basis).within(limit, Some(CRITICAL_TIMES * limit));
    Some(with(&format!("PING takes {}", shown(now)), judged))
}

fn refused(view: &View<'_>) -> Option<Judged> {
    let metric = Metric::CacheWritesRefused;
    let rate = view.get(metric)?;
    let share = view.get(Metric::CacheOps).filter(|ops| *ops > 0.0).map(|ops| rate / ops);
    let all = view.no(Metric::CacheWritable);
    let level = match rate {
        _ if rate <= 0.0 => Level::Ok,
        _ if all || share.is_some_and(|share| share >= REFUSED) => Level::Critical,
        _ => Level::Warning,
    };
    let basis = format!("any is a warning, critical from {} of all commands", text::percent(REFUSED));
    let kinds = view.detail(metric).unwrap_or_default().to_owned();
    Some(with(&kinds, judged(view, metric, Some(rate), level, basis)))
}

/// What should be so, and is not, or is not known.
fn standing(view: &View<'_>, metric: Metric, basis: &str, short: &str) -> Option<Judged> {
    let Some(value) = view.get(metric) else { return hidden(view, metric) };
    let level = if value > 0.0 { Level::Ok } else { Level::Warning };
    let cause = view.detail(metric).unwrap_or(short).to_owned();
    Some(with(&cause, judged(view, metric, Some(value), level, basis.into())))
}

/// What was asked for and is not known is no sign that all is well.
fn hidden(view: &View<'_>, metric: Metric) -> Option<Judged> {
    view.asked(metric).then(|| judged(view, metric, None, Level::Unknown, view.why_unknown(metric)))
}

fn slots(view: &View<'_>) -> Option<Judged> {
    let metric = Metric::CacheSlotsServed;
    let Some(share) = view.get(metric) else { return hidden(view, metric) };
    let level = if share < 1.0 { Level::Critical } else { Level::Ok };
    let cause = view.detail(metric).unwrap_or("slots are served by nobody").to_owned();
    Some(with(&cause, judged(view, metric, Some(share), level, "critical below 100 %".into())))
}

fn paused(view: &View<'_>) -> Option<Judged> {
    let metric = Metric::CachePaused;
    let Some(paused) = view.get(metric) else { return hidden(view, metric) };
    let level = if paused > 0.0 { Level::Warning } else { Level::Ok };
    let cause = view.detail(metric).unwrap_or("clients are paused").to_owned();
    Some(with(&cause, judged(view, metric, Some(paused), level, "a warning while clients are held".into())))
}

/// A shard that the next failure would take down.
fn spares(view: &View<'_>) -> Option<Judged> {
    let metric = Metric::CacheSparesLost;
    let Some(lost) = view.get(metric) else { return hidden(view, metric) };
    let level = if lost > 0.0 { Level::Warning } else { Level::Ok };
    let cause = view.detail(metric).unwrap_or("a shard has no replica any more").to_owned();
    let basis = "a warning while a shard has lost what could take over".into();
    Some(with(&cause, judged(view, metric, Some(lost), level, basis)))
}

/// Clients go from one node to the other and back.
fn stuck(view: &View<'_>) -> Option<Judged> {
    let metric = Metric::CacheSlotsStuck;
    let Some(slots) = view.get(metric) else { return hidden(view, metric) };
    let level = if slots > 0.0 { Level::Warning } else { Level::Ok };
    let cause =
        view.detail(metric).unwrap_or("slots are on their way to nodes that do not take them").to_owned();
    let basis = "a warning while a slot is sent to a node that does not take it".into();
    Some(with(&cause, judged(view, metric, Some(slots), level, basis)))
}

fn lag(view: &View<'_>, case: &Case<'_>) -> Option<Judged> {
    let metric = Metric::CacheReplicaLag;
    let lag = view.get(metric)?;
    let limit = case.thresholds.replication_lag_warn;
    let level = if lag >= limit { Level::Warning } else { Level::Ok };
    let which = view.detail(metric).map(|node| format!("replica {node}")).unwrap_or("a replica".into());
    let cause = format!("{which} is {} behind", evidence::value(metric, lag));
    let basis = format!("warning from {}", evidence::value(metric, limit));
    Some(with(&cause, judged(view, metric, Some(lag), level, basis)))
}

fn thrown_out(view: &View<'_>) -> Option<Judged> {
    let metric = Metric::CacheClientsEvicted;
    let rate = view.get(metric)?;
    let level = if rate > 0.0 { Level::Warning } else { Level::Ok };
    let cause = format!("{} clients are thrown out (maxmemory-clients)", evidence::value(metric, rate));
    Some(with(&cause, judged(view, metric, Some(rate), level, "any is a warning".into())))
}

fn waits(view: &View<'_>) -> Option<Judged> {
    let metric = Metric::CacheReplicaWaits;
    let Some(waits) = view.get(metric) else { return hidden(view, metric) };
    let level = if waits > 0.0 { Level::Warning } else { Level::Ok };
    let who = if waits == 1.0 { "client waits" } else { "clients wait" };
    let cause = format!("{} {who} for a replica to have a write (WAIT)", text::count(waits));
    let basis = "a warning while one has waited for 1 s".into();
    Some(with(&cause, judged(view, metric, Some(waits), level, basis)))
}

/// Memory that will be used up, where nothing may be evicted.
fn filling(view: &View<'_>) -> Option<Judged> {
    let metric = Metric::CacheMemoryFixed;
    let share = view.get(metric)?;
    let level = if share >= NEARLY_FULL { Level::Warning } else { Level::Ok };
    let on = view.detail(metric).map(|node| format!(" ({node})")).unwrap_or_default();
    let cause = format!("memory at {}, nothing to evict: writes will be refused{on}", text::percent(share));
    let basis = format!("a warning from {} on", text::percent(NEARLY_FULL));
    Some(with(&cause, judged(view, metric, Some(share), level, basis)))
}

/// What clients do not read takes the place of data.
fn buffers(view: &View<'_>) -> Option<Judged> {
    if let Some(share) = view.get(Metric::CacheBuffersRatio) {
        let level = if share >= BUFFERS { Level::Warning } else { Level::Ok };
        let on = view.detail(Metric::CacheBuffersRatio).map(|node| format!(" on {node}")).unwrap_or_default();
        let cause = format!("{} of maxmemory is in buffers of clients{on}", text::percent(share));
        let basis = format!("a warning from {} on", text::percent(BUFFERS));
        return Some(with(&cause, judged(view, Metric::CacheBuffersRatio, Some(share), level, basis)));
    }
    let metric = Metric::CacheOutputBuffers;
    let bytes = view.get(metric)?;
    let level = if bytes >= BUFFERS_UNBOUND { Level::Warning } else { Level::Ok };
    let on = view.detail(metric).map(|node| format!(" on {node}")).unwrap_or_default();
    let cause = format!("{} are in buffers of clients{on}", evidence::value(metric, bytes));
    let basis = format!("a warning from {} on", evidence::value(metric, BUFFERS_UNBOUND));
    Some(with(&cause, judged(view, metric, Some(bytes), level, basis)))
}

fn cliff(view: &View<'_>, case: &Case<'_>) -> Option<Judged> {
    let metric = Metric::CacheCliffShare;
    let level = if case.cliff_ahead()? { Level::Warning } else { Level::Ok };
    let basis = "warning above 20 % within 10 min, of a cache that is used".to_owned();
    let cause = evidence::cliff(view)?;
    Some(with(&cause, judged(view, metric, view.get(metric), level, basis)))
}
