//! What each signal says by itself: its value, its level, and what it was held against.

use crate::config::Thresholds;
use crate::diagnosis::case::Case;
use crate::diagnosis::view::{Side, View};
use crate::diagnosis::{Derived, Level, Quantity, Signal, evidence, standstill};
use crate::diagnosis::{failing, strain};
use crate::observation::Metric;
use crate::text;

/// A signal, and whether its level is how this system always is.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// What is shown.
    pub(crate) signal: Signal,
    /// The level is above ok, but it is the usual level: no sign of an incident.
    pub(crate) normal: bool,
    /// What is wrong in a few words, with the target's name, where the number alone does not say it.
    pub(crate) cause: Option<String>,
}

impl Judged {
    /// The same with the numbers that it was compared with; none: it is never critical.
    pub(crate) fn within(mut self, warning: f64, critical: Option<f64>) -> Self {
        (self.signal.warning, self.signal.critical) = (Some(warning), critical);
        self
    }

    /// The same with what is wrong, in case that something is.
    pub(crate) fn because(self, cause: String) -> Self {
        Self { cause: Some(cause), ..self }
    }

    /// What is wrong in a few words: its own, or the name of the signal and its value.
    pub(crate) fn words(&self) -> String {
        let Signal { name, target, value, .. } = &self.signal;
        self.cause.clone().unwrap_or_else(|| {
            if let (Some(what), Some(times)) = (name.strip_suffix("_vs_baseline"), value) {
                let what = what.rsplit('.').next().unwrap_or(what).replace('_', " ");
                return format!("{target}: {what} {} x the usual", text::count(*times));
            }
            let said = name.rsplit('.').next().unwrap_or(name).replace('_', " ");
            let value =
                value.zip(Metric::by_name(name)).map(|(value, metric)| evidence::value(metric, value));
            format!("{target}: {said} {}", value.unwrap_or_default()).trim_end().to_owned()
        })
    }
}

/// Multiples of the usual at which load and waiting become a warning.
const WARN_TIMES: f64 = 2.0;

/// Judges every signal of one target.
pub(crate) fn judge(side: Side, view: &View<'_>, thresholds: &Thresholds) -> Vec<Judged> {
    let mut judged = on(side, view, thresholds);
    for Judged { signal, .. } in &mut judged {
        // Where a number depends on more than the configuration, whoever judged it has said which it was.
        if let (None, Some(metric)) = (signal.warning, Metric::by_name(&signal.name)) {
            (signal.warning, signal.critical) = thresholds.of(metric);
        }
    }
    judged
}

fn on(side: Side, view: &View<'_>, thresholds: &Thresholds) -> Vec<Judged> {
    match side {
        Side::Cache => {
            let collapsed = standstill::collapsed(view, Metric::CacheHits, view.lookups(), "lookups");
            cache(view, thresholds).into_iter().chain(collapsed).collect()
        }
        Side::Database => database(view, thresholds),
        Side::Pooler => pooler(view, thresholds),
        Side::Logs => logs(view),
        Side::Http => http(view, thresholds),
    }
}

pub(crate) fn judged(
    view: &View<'_>,
    what: impl Into<Quantity>,
    value: Option<f64>,
    level: Level,
    basis: String,
) -> Judged {
    let (name, target) = (what.into().name().into(), view.name.into());
    let signal = Signal { name, target, value, level, warning: None, critical: None, basis };
    Judged { signal, normal: false, cause: None }
}

fn up(view: &View<'_>, metric: Metric) -> Option<Judged> {
    let value = view.get(metric)?;
    let level = if value > 0.0 { Level::Ok } else { Level::Critical };
    let cause = format!("{} does not answer", view.name);
    Some(judged(view, metric, Some(value), level, "1 when it answers".into()).because(cause))
}

fn cache(view: &View<'_>, thresholds: &Thresholds) -> Vec<Judged> {
    let case = Case {
        cache: Some(view),
        database: None,
        http: None,
        logs: None,
        thresholds,
        memory: Default::default(),
    };
    let mut all: Vec<Judged> = up(view, Metric::CacheUp).into_iter().collect();
    all.push(hit_ratio(view, &case, thresholds));
    if let Some(share) = case.miss_share() {
        let storm = case.miss_storm() == Some(true);
        let level = if storm { Level::Warning } else { Level::Ok };
        let usual = view.usual(Metric::CacheHitRatio).map(|usual| usual.source).unwrap_or_default();
        let basis = format!("{} ({usual})", evidence::times(share));
        all.push(judged(view, Derived::MissShare, finite(share.times()), level, basis));
    }
    all.push(limit(view, Metric::CacheClientsRatio, thresholds));
    let why = if case.cache_has_room() { "; not for want of room: protected mode?" } else { "" };
    all.extend(refusals(view, Metric::CacheRejected, why));
    all.extend(strain::judge(view, &case));
    all
}

fn hit_ratio(view: &View<'_>, case: &Case<'_>, thresholds: &Thresholds) -> Judged {
    let name = Metric::CacheHitRatio;
    let Some(ratio) = case.hit_ratio() else {
        let basis = match (view.get(Metric::CacheHitRatio), view.get(Metric::CacheLookups)) {
            (Some(_), Some(lookups)) | (None, Some(lookups)) if lookups < thresholds.minimum_lookups => {
                format!(
                    "{} lookups in the window, {} are needed",
                    text::count(lookups),
                    text::count(thresholds.minimum_lookups)
                )
            }
            (Some(_), None) => "the number of lookups in the window is unknown".into(),
            (Some(_), Some(_)) if case.is_queue() => {
                let share = view.get(Metric::CacheQueueShare).unwrap_or_default();
                format!("{} of the lookups are a queue's (LLEN, XREAD), no cache's", text::percent(share))
            }
            _ => view.why_unknown(Metric::CacheHitRatio),
        };
        return judged(view, name, None, Level::Unknown, basis);
    };
    let (warn, critical) = (thresholds.hit_ratio_warn, thresholds.hit_ratio_critical);
    let mut basis =
        format!("warning below {}, critical below {}", text::percent(warn), text::percent(critical));
    let usual = view.usual(Metric::CacheHitRatio);
    // Low, but no lower than it always is: worth a word, not worth waking anybody.
    let normal = ratio < warn && usual.is_some() && case.miss_storm() == Some(false);
    if let (true, Some(usual)) = (normal, &usual) {
        basis.push_str(&format!("; its usual level is {} ({})", text::percent(usual.value), usual.source));
    }
    let level = match ratio {
        _ if ratio >= warn => Level::Ok,
        _ if ratio >= critical || normal => Level::Warning,
        _ => Level::Critical,
    };
    Judged { normal, ..judged(view, name, Some(ratio), level, basis) }
}

/// A share of a connection limit.
fn limit(view: &View<'_>, metric: Metric, thresholds: &Thresholds) -> Judged {
    let (warn, critical) = (thresholds.connections_warn, thresholds.connections_critical);
    let Some(ratio) = view.get(metric) else {
        return judged(view, metric, None, Level::Unknown, view.why_unknown(metric));
    };
    let mut basis =
        format!("warning from {}, critical from {}", text::percent(warn), text::percent(critical));
    let usual = view.usual(metric).filter(|usual| usual.firm && ratio <= usual.value * 1.05);
    let normal = ratio >= warn && usual.is_some();
    if let (true, Some(usual)) = (normal, &usual) {
        basis.push_str(&format!("; its usual level is {} ({})", text::percent(usual.value), usual.source));
    }
    let level = match ratio {
        _ if ratio < warn => Level::Ok,
        _ if ratio < critical || normal => Level::Warning,
        _ => Level::Critical,
    };
    let (what, most) = match metric {
        Metric::CacheClientsRatio => ("clients", "the limit"),
        Metric::PoolerClientsRatio => ("clients", "max_client_conn"),
        _ => ("connections", "the limit"),
    };
    let cause = format!("{}: {what} at {} of {most}", view.name, text::percent(ratio));
    Judged { normal, ..judged(view, metric, Some(ratio), level, basis).because(cause) }
}

fn refusals(view: &View<'_>, metric: Metric, why: &str) -> Option<Judged> {
    let rate = view.get(metric)?;
    let level = if rate > 0.0 { Level::Critical } else { Level::Ok };
    let cause = format!("{} refuses {} connections{why}", view.name, evidence::value(metric, rate));
    Some(judged(view, metric, Some(rate), level, "any refused connection is critical".into()).because(cause))
}

fn database(view: &View<'_>, thresholds: &Thresholds) -> Vec<Judged> {
    // Replicas that only their primary tells of: nothing else was asked.
    if view.asked(Metric::DatabaseReplicationRunning) && !view.asked(Metric::DatabaseUp) {
        return standstill::database(view, thresholds);
    }
    let mut all: Vec<Judged> = up(view, Metric::DatabaseUp).into_iter().collect();
    all.push(limit(view, Metric::DatabaseConnectionsRatio, thresholds));
    let critical = thresholds.queries_vs_baseline;
    all.push(against_usual(view, Metric::DatabaseQueries, Derived::Queries, critical));
    all.push(against_usual(view, Metric::DatabaseRunning, Derived::Running, critical));
    if view.get(Metric::DatabaseConnectionsRatio).is_none() {
        // Without a limit the share is unknown, but ten times as many connections are a change all the same.
        all.push(against_usual(view, Metric::DatabaseConnections, Derived::Connections, critical));
    }
    all.extend(refusals(view, Metric::DatabaseRefused, ""));
    all.extend(failing::judge(view));
    all.extend(standstill::database(view, thresholds));
    all
}

fn pooler(view: &View<'_>, thresholds: &Thresholds) -> Vec<Judged> {
    let mut all: Vec<Judged> = up(view, Metric::PoolerUp).into_iter().collect();
    all.extend(standstill::pooler(view, thresholds));
    all.extend(standstill::closed(view));
    if view.asked(Metric::PoolerClientsRatio) {
        all.push(limit(view, Metric::PoolerClientsRatio, thresholds));
    }
    all
}

fn http(view: &View<'_>, thresholds: &Thresholds) -> Vec<Judged> {
    let mut all = Vec::new();
    if let Some(status) = view.get(Metric::HttpStatus) {
        let level = match status {
            _ if status >= 500.0 => Level::Critical,
            // It is a URL as users see it: they are not served.
            _ if status >= 400.0 => Level::Warning,
            _ => Level::Ok,
        };
        let basis = "warning from 400, critical from 500".into();
        let cause = format!("{} answers {status}", view.name);
        all.push(judged(view, Metric::HttpStatus, Some(status), level, basis).because(cause));
    }
    if let Some(complete) = view.get(Metric::HttpComplete) {
        let level = if complete > 0.0 { Level::Ok } else { Level::Warning };
        let status = view.get(Metric::HttpStatus).map(text::count).unwrap_or_default();
        let what = view.detail(Metric::HttpComplete).unwrap_or("its page does not come");
        let cause = format!("{} answers {status}, and {what}", view.name);
        let basis = "1 when the page comes to its end".into();
        all.push(judged(view, Metric::HttpComplete, Some(complete), level, basis).because(cause));
    }
    let metric = Metric::HttpResponseTime;
    all.push(against_usual(view, metric, Derived::ResponseTime, thresholds.queries_vs_baseline));
    // Where its usual time is known, it is compared with that.
    if let Some(time) = view.get(metric).filter(|_| view.change(metric).is_none()) {
        let slow = thresholds.response_slow;
        let level = if time >= slow { Level::Warning } else { Level::Ok };
        let cause = format!("{} takes {} to answer", view.name, text::millis(time));
        let basis = format!("warning from {} on", text::millis(slow));
        all.push(judged(view, metric, Some(time), level, basis).because(cause));
    }
    all
}

fn logs(view: &View<'_>) -> Vec<Judged> {
    let counted = [Metric::LogsCacheFull, Metric::LogsDatabaseFull, Metric::LogsMissStorm];
    counted
        .into_iter()
        .filter_map(|metric| {
            let rate = view.get(metric)?;
            let level = if rate > 0.0 { Level::Warning } else { Level::Ok };
            Some(judged(view, metric, Some(rate), level, "any such line is a warning".into()))
        })
        .collect()
}

/// A load held against what is usual: a warning at twice, critical at `critical` times. A lifetime average of a server that
/// was idle until now says little: against it alone nothing is critical.
fn against_usual(view: &View<'_>, metric: Metric, name: Derived, critical: f64) -> Judged {
    let Some(change) = view.change(metric) else {
        let basis = match view.get(metric) {
            Some(now) => format!("{} now; no baseline to compare it with", evidence::value(metric, now)),
            None => view.why_unknown(metric),
        };
        return judged(view, name, None, Level::Unknown, basis);
    };
    let level = match () {
        () if change.firm
            && change.now >= change.usual * critical
            && (change.spread > 0.0 || change.now >= least(metric))
            && change.rose(WARN_TIMES) =>
        {
            Level::Critical
        }
        () if change.rose(WARN_TIMES) => Level::Warning,
        () => Level::Ok,
    };
    let source = view.usual(metric).map(|usual| usual.source).unwrap_or_default();
    let from =
        if change.firm { format!("critical from {critical:.0} x") } else { "a warning at most".into() };
    let basis = format!(
        "{}, usually {} ({source}); {from}",
        evidence::value(metric, change.now),
        evidence::value(metric, change.usual)
    );
    let cause = format!(
        "{}: {} {}, usually {}",
        view.name,
        counted(metric),
        evidence::value(metric, change.now),
        evidence::value(metric, change.usual)
    );
    judged(view, name, finite(change.times()), level, basis).because(cause)
}

/// From so much on a load can be critical, however little is usual: next to an idle night anything is many times more. A
/// recording has its own scale.
fn least(metric: Metric) -> f64 {
    match metric {
        Metric::DatabaseQueries => 50.0,
        Metric::DatabaseRunning | Metric::DatabaseConnections => 10.0,
        _ => 0.0,
    }
}

fn counted(metric: Metric) -> &'static str {
    match metric {
        Metric::DatabaseQueries => "queries",
        Metric::DatabaseRunning => "statements running",
        Metric::DatabaseConnections => "connections",
        _ => "response time",
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
