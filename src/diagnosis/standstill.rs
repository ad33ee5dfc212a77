//! What can stand still in a database, its replica or its pooler while every counter looks fine: locks, replication, logins,
//! transactions that fail, transaction ids, and the traffic itself. Each is what the server says of itself, so one is enough to name it (S1).

use crate::config::Thresholds;
use crate::diagnosis::change::Change;
use crate::diagnosis::signals::{Judged, judged};
use crate::diagnosis::view::View;
use crate::diagnosis::{Level, evidence};
use crate::observation::{Kind, Metric};
use crate::text;

/// One that waits may wait for a batch job; so many are the application.
const SEVERAL: f64 = 3.0;
/// Below this many per second the usual is too little for its absence to mean anything.
const TRAFFIC: f64 = 20.0;
/// Traffic below this share of what is usual at this time of day is no quiet hour.
const COLLAPSED: f64 = 0.2;
/// Traffic below this share of the usual stands, whatever the hour.
const GONE: f64 = 0.02;
/// So many that run, while none ends, may all stand.
const STANDING: f64 = 5.0;
/// Statements per second below which none has ended.
const AT_ALL: f64 = 0.5;
/// Points by which more transactions are rolled back than usual: a warning, and critical. What is usual has to be known: a
/// pool may end each read with a ROLLBACK.
const ROLLED_BACK: (f64, f64) = (0.2, 0.5);
/// Rollbacks per second below which their share means nothing.
const ROLLBACKS: f64 = 5.0;
/// Cancelled queries per second above which it is more than the odd report.
const CANCELLED: f64 = 0.5;

/// Whether sessions wait for a lock that is not given back; none when that is not known.
pub(crate) fn locked(view: &View<'_>, thresholds: &Thresholds) -> Option<Level> {
    let waiters = view.get(Metric::DatabaseLockWaiters)?;
    let wait = view.get(Metric::DatabaseLockWait).unwrap_or(0.0);
    Some(match () {
        () if waiters >= SEVERAL && wait >= thresholds.lock_wait_critical => Level::Critical,
        () if waiters > 0.0 && wait >= thresholds.lock_wait_warn => Level::Warning,
        () => Level::Ok,
    })
}

/// Whether a replica stands or is late, or a subscription applies nothing; none when it has neither, or when that is not known.
pub(crate) fn behind(view: &View<'_>, thresholds: &Thresholds) -> Option<Level> {
    let subscriptions = view.get(Metric::DatabaseSubscriptionsFailing).map(any);
    [follows(view, thresholds), subscriptions].into_iter().flatten().max_by_key(|level| level.weight())
}

fn any(count: f64) -> Level {
    if count > 0.0 { Level::Warning } else { Level::Ok }
}

/// The same of a replica alone.
fn follows(view: &View<'_>, thresholds: &Thresholds) -> Option<Level> {
    let lag = view.get(Metric::DatabaseReplicationLag);
    // What is late on purpose is nobody's incident.
    let unwanted = lag.map(|lag| lag - view.get(Metric::DatabaseReplicationDelay).unwrap_or(0.0));
    match (view.get(Metric::DatabaseReplicationRunning), lag, unwanted) {
        (None, None, _) => None,
        (_, _, Some(unwanted)) if unwanted >= thresholds.replication_lag_critical => Some(Level::Critical),
        (Some(0.0), ..) => Some(Level::Warning),
        (_, _, Some(unwanted)) if unwanted >= thresholds.replication_lag_warn => Some(Level::Warning),
        _ => Some(Level::Ok),
    }
}

/// "5 wait for session 42 (app, 25 s idle in transaction)".
pub(crate) fn locked_words(view: &View<'_>) -> Option<String> {
    let waiters = view.get(Metric::DatabaseLockWaiters)?;
    let count = text::count(waiters);
    let wait = if waiters == 1.0 { "waits" } else { "wait" };
    Some(match view.detail(Metric::DatabaseLockWaiters) {
        Some(holder) => format!("{count} {wait} for {holder}"),
        None => format!("{count} {wait} for a lock"),
    })
}

/// "replication stands: applier No (1062: Duplicate entry …)", or how far it is behind; else which subscription stands.
pub(crate) fn behind_words(view: &View<'_>, thresholds: &Thresholds) -> Option<String> {
    match follows(view, thresholds) {
        Some(Level::Warning | Level::Critical) => late_words(view),
        _ => view.detail(Metric::DatabaseSubscriptionsFailing).map(str::to_owned),
    }
}

fn late_words(view: &View<'_>) -> Option<String> {
    let lag = view.get(Metric::DatabaseReplicationLag);
    let lag = lag.map(|lag| evidence::value(Metric::DatabaseReplicationLag, lag));
    let why = view.detail(Metric::DatabaseReplicationLag).map(|why| format!(" ({why})")).unwrap_or_default();
    if view.no(Metric::DatabaseReplicationRunning) {
        let what = view.detail(Metric::DatabaseReplicationRunning).unwrap_or("replication stopped");
        return Some(match lag {
            Some(lag) => format!("{what}, {lag} behind"),
            None => what.to_owned(),
        });
    }
    let wanted = view.get(Metric::DatabaseReplicationDelay).filter(|delay| *delay > 0.0);
    let wanted = wanted.map(|delay| {
        format!(" (a delay of {} is set)", evidence::value(Metric::DatabaseReplicationDelay, delay))
    });
    Some(format!("replica {} behind{why}{}", lag?, wanted.unwrap_or_default()))
}

/// Judges all of it of one database.
pub(crate) fn database(view: &View<'_>, thresholds: &Thresholds) -> Vec<Judged> {
    let name = view.name;
    let mut all = Vec::new();
    if let (Some(level), Some(words)) = (locked(view, thresholds), locked_words(view)) {
        let wait = view.get(Metric::DatabaseLockWait);
        let basis = format!(
            "{words}; warning from {} s, critical from {} s and {SEVERAL} that wait",
            thresholds.lock_wait_warn, thresholds.lock_wait_critical
        );
        let cause = format!("{name} locked: {words}");
        all.push(judged(view, Metric::DatabaseLockWait, wait, level, basis).because(cause));
    }
    if let Some(level) = follows(view, thresholds) {
        let words = late_words(view).unwrap_or_default();
        let basis = format!(
            "warning when it stands and from {} s, critical from {} s",
            thresholds.replication_lag_warn, thresholds.replication_lag_critical
        );
        let cause = format!("{name}: {words}");
        all.push(match view.get(Metric::DatabaseReplicationRunning) {
            Some(0.0) => {
                judged(view, Metric::DatabaseReplicationRunning, Some(0.0), level, basis).because(cause)
            }
            _ => {
                let lag = view.get(Metric::DatabaseReplicationLag);
                let wanted = view.get(Metric::DatabaseReplicationDelay).unwrap_or(0.0);
                judged(view, Metric::DatabaseReplicationLag, lag, level, basis).because(cause).within(
                    thresholds.replication_lag_warn + wanted,
                    Some(thresholds.replication_lag_critical + wanted),
                )
            }
        });
    }
    all.extend(read_only(view));
    all.extend(logins(view, thresholds));
    // The next one is refused, however many connections the server has left.
    let basis = "a warning when all connections of one are in use, and none is idle";
    all.extend(counted(view, Metric::DatabaseLimitsReached, basis));
    all.extend(counted(view, Metric::DatabaseLogHeld, "a warning while log is kept that nobody takes"));
    let basis = "a warning while one has no worker, or one that fails";
    all.extend(counted(view, Metric::DatabaseSubscriptionsFailing, basis));
    all.extend(named(
        view,
        Metric::DatabaseReadOnlyDatabases,
        "read-only by default, with clients: database",
    ));
    all.extend(named(view, Metric::DatabaseClosed, "new connections are refused:"));
    all.extend(rollbacks(view));
    all.extend(cancelled(view));
    if let Some(share) = view.get(Metric::DatabaseXidAge) {
        let (warn, critical) = (thresholds.xid_age_warn, thresholds.xid_age_critical);
        let basis =
            format!("warning from {}, critical from {}", text::percent(warn), text::percent(critical));
        let level = at_least(share, warn, critical);
        let words = format!("{name}: {} of the transaction ids are used up", text::percent(share));
        all.push(judged(view, Metric::DatabaseXidAge, Some(share), level, basis).because(words));
    }
    all.extend(collapsed(view, Metric::DatabaseQueries, view.change(Metric::DatabaseQueries), "queries"));
    all
}

/// Judges who waits in a pooler.
pub(crate) fn pooler(view: &View<'_>, thresholds: &Thresholds) -> Option<Judged> {
    let (waiting, wait) = (view.get(Metric::PoolerWaiting)?, view.get(Metric::PoolerWait)?);
    let (warn, critical) = (thresholds.pooler_wait_warn, thresholds.pooler_wait_critical);
    let level = if waiting > 0.0 { at_least(wait, warn, critical) } else { Level::Ok };
    let basis = format!("warning from {warn} s, critical from {critical} s");
    let wait_words = if waiting == 1.0 { "client waits" } else { "clients wait" };
    let pool = view.detail(Metric::PoolerWait).map(|pool| format!(" ({pool})")).unwrap_or_default();
    let words = format!(
        "{}: {} {wait_words} {} for a server{pool}",
        view.name,
        text::count(waiting),
        evidence::value(Metric::PoolerWait, wait)
    );
    Some(judged(view, Metric::PoolerWait, Some(wait), level, basis).because(words))
}

/// Databases of a pooler that somebody has closed: that is undone by hand, or with its restart.
pub(crate) fn closed(view: &View<'_>) -> Option<Judged> {
    counted(view, Metric::PoolerClosed, "a warning while one is paused or disabled")
}

/// Traffic that is next to nothing, where there usually is some: it is elsewhere, or stands.
pub(crate) fn collapsed(
    view: &View<'_>,
    metric: Metric,
    change: Option<Change>,
    what: &str,
) -> Option<Judged> {
    let change = live(view, change)?;
    let usual = change.hour.filter(|usual| *usual >= TRAFFIC && change.now < COLLAPSED * usual)?;
    let (now, usual) = (evidence::value(metric, change.now), evidence::value(metric, usual));
    let basis = format!("usually {usual}; a warning below {} of it", text::percent(COLLAPSED));
    let words = format!("{}: {what} {now}, usually {usual}", view.name);
    Some(judged(view, metric, Some(change.now), Level::Warning, basis).because(words))
}

/// What is usual, where it was recorded here. A recording, which knows how much it strays, is judged as a whole.
fn live(view: &View<'_>, change: Option<Change>) -> Option<Change> {
    change.filter(|change| change.firm && change.spread == 0.0 && view.single())
}

/// Traffic that stands, as far as can be said without knowing what is usual at this hour.
fn gone(view: &View<'_>, metric: Metric, change: Option<Change>, what: &str) -> Option<String> {
    let change = live(view, change).filter(|change| change.hour.is_none() && change.usual >= TRAFFIC)?;
    let shown = |value| evidence::value(metric, value);
    (change.now < GONE * change.usual).then(|| {
        let (now, usual) = (shown(change.now), shown(change.usual));
        format!("{}: {what} {now}, usually {usual} at other hours", view.name)
    })
}

/// A server that nobody can write to although it follows nobody.
fn read_only(view: &View<'_>) -> Option<Judged> {
    let follows =
        view.asked(Metric::DatabaseReplicationRunning) || view.asked(Metric::DatabaseReplicationLag);
    if follows || !view.yes(Metric::DatabaseReadOnly) {
        return None;
    }
    let basis = "a warning on a server that follows nobody".into();
    let words = match view.detail(Metric::DatabaseReadOnly) {
        Some(why) => format!("{} is read-only: {why}", view.name),
        None => format!("{} is read-only although it follows nobody", view.name),
    };
    Some(judged(view, Metric::DatabaseReadOnly, Some(1.0), Level::Warning, basis).because(words))
}

/// Logins that are denied; or an account that cannot log in while nobody is there.
fn logins(view: &View<'_>, thresholds: &Thresholds) -> Option<Judged> {
    let locked = view.get(Metric::DatabaseLockedAccounts).filter(|locked| *locked > 0.0);
    let names = view.detail(Metric::DatabaseLockedAccounts).filter(|_| locked.is_some());
    let full = view.detail(Metric::DatabaseLimitsReached).filter(|_| view.yes(Metric::DatabaseLimitsReached));
    let rate = view.get(Metric::DatabaseFailedLogins);
    let alone = view.get(Metric::DatabaseConnections).is_some_and(|connections| connections <= 1.0);
    let warn = thresholds.failed_logins_warn;
    let basis = format!("warning from {warn}/s, critical with an account that cannot log in");
    if let Some(rate) = rate {
        let level = match () {
            () if rate < warn => Level::Ok,
            () if locked.is_some() || full.is_some() => Level::Critical,
            () => Level::Warning,
        };
        let rate_words = evidence::value(Metric::DatabaseFailedLogins, rate);
        let who = match (view.detail(Metric::DatabaseFailedLogins), names, full) {
            (Some(why), ..) => format!("; {why}"),
            (None, Some(names), _) => format!("; cannot log in: {names}"),
            (None, None, Some(full)) => format!("; {full}"),
            (None, None, None) => String::new(),
        };
        let words = format!("{} denies {rate_words} logins{who}", view.name);
        return Some(judged(view, Metric::DatabaseFailedLogins, Some(rate), level, basis).because(words));
    }
    let level = if locked.is_some() && alone { Level::Warning } else { Level::Ok };
    let words = format!("{}: no client is connected, and {} cannot log in", view.name, names?);
    let basis = "a warning while no client is connected".into();
    Some(judged(view, Metric::DatabaseLockedAccounts, locked, level, basis).because(words))
}

/// What is a warning as soon as there is one of it; the probe says which.
fn counted(view: &View<'_>, metric: Metric, basis: &str) -> Option<Judged> {
    let count = view.get(metric)?;
    let words = format!("{}: {}", view.name, view.detail(metric).unwrap_or_default());
    Some(judged(view, metric, Some(count), any(count), basis.into()).because(words))
}

/// The same where the probe has only the names.
fn named(view: &View<'_>, metric: Metric, what: &str) -> Option<Judged> {
    let words = format!("{}: {what} {}", view.name, view.detail(metric).unwrap_or_default());
    Some(counted(view, metric, "a warning while clients are connected there")?.because(words))
}

/// Transactions that end in a rollback far more often than is usual here: those of an application that fails.
fn rollbacks(view: &View<'_>) -> Option<Judged> {
    let metric = Metric::DatabaseRollbackShare;
    let (share, rate) = (view.get(metric)?, view.get(Metric::DatabaseRollbacks)?);
    // There a statement that fails by itself counts too: a duplicate key, a NOWAIT.
    let (warn, critical) = match view.kind() {
        Some(Kind::Mysql) => (ROLLED_BACK.1, None),
        _ => (ROLLED_BACK.0, Some(ROLLED_BACK.1)),
    };
    let usual = view.usual(metric);
    let level = match &usual {
        _ if rate < ROLLBACKS => Level::Ok,
        Some(usual) => at_least(share - usual.value, warn, critical.unwrap_or(f64::INFINITY)),
        // Whatever is usual, it is not so far from that.
        None if share < warn => Level::Ok,
        None => Level::Unknown,
    };
    let points = |points: f64| text::count(points * 100.0);
    let worse = critical.map(|critical| format!(", critical {}", points(critical))).unwrap_or_default();
    let (words, basis) = match &usual {
        Some(usual) => (
            format!("usually {}", text::percent(usual.value)),
            format!(
                "usually {} ({}); a warning {} points above it{worse}",
                text::percent(usual.value),
                usual.source,
                points(warn)
            ),
        ),
        None => ("no usual share is known".into(), "no usual share to compare it with".into()),
    };
    let failed = view.detail(metric).map(|failed| format!("; {failed}")).unwrap_or_default();
    let cause = format!("{}: {} of transactions roll back, {words}{failed}", view.name, text::percent(share));
    let judged = judged(view, metric, Some(share), level, basis).because(cause);
    Some(match usual {
        Some(usual) => judged.within(usual.value + warn, critical.map(|critical| usual.value + critical)),
        None => judged,
    })
}

fn cancelled(view: &View<'_>) -> Option<Judged> {
    let rate = view.get(Metric::DatabaseConflicts)?;
    let level = if rate > CANCELLED { Level::Warning } else { Level::Ok };
    let words = format!(
        "{}: {} queries are cancelled for what is replayed there",
        view.name,
        evidence::value(Metric::DatabaseConflicts, rate)
    );
    let basis = format!("a warning above {CANCELLED}/s");
    Some(judged(view, Metric::DatabaseConflicts, Some(rate), level, basis).because(words))
}

/// What would have to be known of a target that answers, to call it healthy: in words why it is not.
pub(crate) fn hidden(view: &View<'_>) -> Option<String> {
    let unknown = |metric| view.asked(metric) && view.get(metric).is_none();
    let why = |metric| view.why_unknown(metric);
    let (waiters, lag) = (Metric::DatabaseLockWaiters, Metric::DatabaseReplicationLag);
    let stands = gone(view, Metric::DatabaseQueries, view.change(Metric::DatabaseQueries), "queries");
    let stands = stands.or_else(|| gone(view, Metric::CacheHits, view.lookups(), "lookups"));
    if stands.is_some() {
        return stands;
    }
    // PostgreSQL tells of what has ended later than this.
    if let (Some(Kind::Mysql), Some(running), Some(ended)) =
        (view.kind(), view.get(Metric::DatabaseRunning), view.get(Metric::DatabaseQueries))
        && running >= STANDING
        && ended < AT_ALL
    {
        return Some(format!(
            "{}: {} run, and none has ended in the window",
            view.name,
            text::count(running)
        ));
    }
    if unknown(waiters) {
        return Some(format!("{}: lock waits are hidden: {}", view.name, why(waiters)));
    }
    let ready = Metric::DatabaseReady;
    if unknown(ready) {
        return Some(format!("{}: whether it answers its clients: {}", view.name, why(ready)));
    }
    // A MySQL is asked who is at a limit only when it denies logins, which is judged by itself.
    if view.kind() == Some(Kind::Postgres) && unknown(Metric::DatabaseLimitsReached) {
        return Some(format!("{}: {}", view.name, why(Metric::DatabaseLimitsReached)));
    }
    if let (Some(share), Some(rate)) =
        (view.get(Metric::DatabaseRollbackShare), view.get(Metric::DatabaseRollbacks))
        && share >= ROLLED_BACK.1
        && rate >= ROLLBACKS
        && view.usual(Metric::DatabaseRollbackShare).is_none()
    {
        let share = text::percent(share);
        return Some(format!("{}: {share} of transactions roll back; what is usual is not known", view.name));
    }
    // Replicas that only their primary tells of are a note.
    let follows = view.asked(Metric::DatabaseUp) && view.asked(Metric::DatabaseReplicationRunning);
    (follows && unknown(lag)).then(|| format!("{}: how late it is: {}", view.name, why(lag)))
}

fn at_least(value: f64, warn: f64, critical: f64) -> Level {
    match value {
        _ if value >= critical => Level::Critical,
        _ if value >= warn => Level::Warning,
        _ => Level::Ok,
    }
}
