//! What is asked of PostgreSQL, and what the answers mean.

use std::time::{Duration, Instant};

use crate::clock;
use crate::error::TargetError;
use crate::observation::Metric;
use crate::probe::Look;
use crate::probe::database::findings::{Findings, HIDDEN};
use crate::probe::database::locks::Waits;
use crate::probe::database::rollbacks::{self, Transactions};
use crate::probe::database::running::Looks;
use crate::probe::database::standing::Stands;
use crate::probe::database::{Engine, NO_MONITOR, ONE_LOOK};
use crate::system::postgres::{Counters, Reader, Snapshot};
use crate::text;

/// Sessions publish what they did to `pg_stat_database` up to this much later.
const PUBLISHED_AFTER: Duration = Duration::from_secs(10);

/// What takes two looks at counters.
const RATES: [Metric; 3] =
    [Metric::DatabaseQueries, Metric::DatabaseRollbacks, Metric::DatabaseRollbackShare];

/// The connection, which others may share, and what is remembered between measurements.
pub(super) struct Connection {
    reader: Reader,
    last: Option<(Option<f64>, Option<f64>)>,
}

impl Connection {
    pub(super) fn new(reader: Reader) -> Self {
        Self { reader, last: None }
    }
}

impl Engine for Connection {
    async fn measure(
        &mut self,
        look: &Look,
        started: Instant,
        findings: &mut Findings,
    ) -> Result<(), TargetError> {
        let compared = !look.window.is_zero();
        let dialling = look.dialling(started);
        let first = self.reader.settled(&dialling, move |reader| {
            Box::pin(async move {
                if compared {
                    reader.publish().await;
                }
                reader.snapshot().await
            })
        });
        let first = first.await?;
        let reader = self.reader.clone();
        findings.known(Metric::DatabaseUp, 1.0);
        findings.report.notes.extend(reader.notes().await);
        let identity = reader.identity(&first.facts).await;
        findings.report.notes.extend(identity.note.clone());
        findings.report.identity = Some(identity);
        gauges(findings, &first);
        look.saw(|| findings.at_once());

        let sees_all = first.facts.sees_all;
        let (mut looks, mut waits) = (Looks::default(), Waits::default());
        let mut second = None;
        if sees_all {
            looks.add(first.running.clone());
        }
        waits.add(clock::instant(), reader.locks(&first).await?);
        let mut stands = Stands { first: None, last: reader.standing().await? };
        if compared {
            clock::sleep_until(first.at + look.window / 2).await;
            if sees_all {
                looks.add(reader.running().await?);
            }
            clock::sleep_until(first.at + look.window).await;
            reader.publish().await;
            let snapshot = reader.snapshot().await?;
            if sees_all {
                looks.add(snapshot.running.clone());
            }
            waits.add(clock::instant(), reader.locks(&snapshot).await?);
            stands = Stands { first: Some(stands.last), last: reader.standing().await? };
            second = Some(snapshot);
        }
        let last = second.as_ref().unwrap_or(&first);
        replication(findings, &first, second.as_ref());
        report_running(findings, &looks, sees_all, last.facts.closed);
        waits.report(findings);
        stands.report(findings, &last.facts);
        if last.facts.clients.or(last.counters.backends).is_some_and(|clients| clients <= 1.0) {
            let locked = reader.locked_roles().await?;
            findings.list(Metric::DatabaseLockedAccounts, Ok(locked));
        }
        let restarted = self.restarted(&first, second.as_ref());
        findings.known(Metric::DatabaseRestarted, f64::from(restarted));
        match second {
            None => findings.all_unknown(&RATES, ONE_LOOK),
            Some(_) if restarted => findings.reset(&RATES),
            Some(second) => {
                queries(findings, &first, &second, &looks);
                ended(findings, &first, &second);
            }
        }
        Ok(())
    }
}

impl Connection {
    fn restarted(&mut self, first: &Snapshot, second: Option<&Snapshot>) -> bool {
        let life = |snapshot: &Snapshot| (snapshot.facts.started, snapshot.counters.reset);
        let before = self.last.unwrap_or_else(|| life(first));
        let now = life(second.unwrap_or(first));
        self.last = Some(now);
        before != now
    }
}

fn gauges(findings: &mut Findings, snapshot: &Snapshot) {
    let facts = &snapshot.facts;
    if facts.sees_all {
        let (idle, age) = facts.idle_open;
        let age = text::duration(Duration::try_from_secs_f64(age).unwrap_or_default());
        let words = format!("{} idle in transaction, the first for {age}", text::count(idle));
        findings.connections(facts.clients, facts.limit, Some(&*words).filter(|_| idle > 0.0));
    } else {
        let detail = "backends of all databases: other roles' sessions are hidden";
        findings.connections(snapshot.counters.backends, facts.limit, Some(detail));
    }
    let uptime = facts.now.zip(facts.started).map(|(now, started)| (now - started).max(0.0));
    findings.told(Metric::DatabaseUptime, uptime);
    findings.told(Metric::DatabaseXidAge, snapshot.counters.xid_age);
    findings
        .unknown(Metric::DatabaseFailedLogins, "PostgreSQL does not count denied logins; its log has them");
    // The baseline is in the unit of the rate it is compared with: statements or transactions.
    match (&snapshot.calls, snapshot.counters.lifetime) {
        (Some(calls), _) if calls.since > 0.0 => {
            findings.known(Metric::DatabaseQueriesLifetime, calls.calls / calls.since);
        }
        (_, Some(lifetime)) => findings.detailed(Metric::DatabaseQueriesLifetime, lifetime, "transactions"),
        _ => findings.unknown(Metric::DatabaseQueriesLifetime, HIDDEN),
    }
    findings
        .unknown(Metric::DatabaseRefused, "PostgreSQL does not count refused connections; its log has them");
    findings.unknown(Metric::DatabaseP99, "PostgreSQL keeps no percentiles");
}

/// Whether it can be written to, whom it follows, and how far behind. All of it or nothing: a standby that cannot be written to
/// is no read-only primary.
fn replication(findings: &mut Findings, first: &Snapshot, second: Option<&Snapshot>) {
    let facts = &second.unwrap_or(first).facts;
    let lag = second.map_or(facts.lag.clone(), |second| second.facts.lag_since(&first.facts));
    match facts.read_only {
        Some(read_only) => findings.known(Metric::DatabaseReadOnly, f64::from(read_only)),
        None => findings.unknown(Metric::DatabaseReadOnly, "our own role is read-only; others may not be"),
    }
    if let Some(lag) = lag {
        let known = lag.is_ok();
        match lag {
            Ok(lag) if facts.held => {
                findings.detailed(Metric::DatabaseReplicationLag, lag, "a session there holds up its replay");
            }
            lag => findings.either(Metric::DatabaseReplicationLag, lag),
        }
        match &facts.stands {
            Some(words) => findings.detailed(Metric::DatabaseReplicationRunning, 0.0, words.clone()),
            None if known => findings.known(Metric::DatabaseReplicationRunning, 1.0),
            None => findings.unknown(Metric::DatabaseReplicationRunning, HIDDEN),
        }
        findings.told(Metric::DatabaseReplicationDelay, facts.delay);
    }
}

fn report_running(findings: &mut Findings, looks: &Looks, sees_all: bool, closed: f64) {
    const NOT_SHOWN: [Metric; 5] = [
        Metric::DatabaseRunning,
        Metric::DatabaseLongest,
        Metric::DatabaseOver30s,
        Metric::DatabaseTopQueryShare,
        Metric::DatabaseWriteShare,
    ];
    if sees_all && closed > 0.0 {
        let why = format!(
            "{} sessions do not show what they run: track_activities is off for them",
            text::count(closed)
        );
        return findings.all_unknown(&NOT_SHOWN, &why);
    }
    if sees_all {
        looks.report(findings);
        match looks.write_share() {
            Some(share) => findings.detailed(Metric::DatabaseWriteShare, share, "of the running statements"),
            None => findings.unknown(
                Metric::DatabaseWriteShare,
                "PostgreSQL does not count writing statements, and too few are running to tell",
            ),
        }
        return;
    }
    findings.report.notes.push(NO_MONITOR.into());
    findings.all_unknown(&NOT_SHOWN, NO_MONITOR);
}

fn queries(findings: &mut Findings, first: &Snapshot, second: &Snapshot, looks: &Looks) {
    let window = second.at.saturating_duration_since(first.at);
    let seconds = window.as_secs_f64().max(0.001);
    if let (Some(before), Some(after)) = (&first.calls, &second.calls)
        && before.dealloc == after.dealloc
        && after.calls >= before.calls
    {
        let ours = second.ours - first.ours;
        let calls = (after.calls - before.calls - ours).max(0.0);
        return findings.known(Metric::DatabaseQueries, calls / seconds);
    }
    let (Some(before), Some(after)) = (first.counters.xacts, second.counters.xacts) else {
        return findings.unknown(Metric::DatabaseQueries, HIDDEN);
    };
    let xacts = (after - before - (second.our_xacts - first.our_xacts)).max(0.0);
    if xacts == 0.0 && looks.mean().is_none_or(|mean| mean > 0.0) {
        let why = "transactions are published up to 10 s late, and none was in this window: try a longer one, or pg_stat_statements";
        findings.unknown(Metric::DatabaseQueries, why);
    } else if window < PUBLISHED_AFTER {
        findings.detailed(
            Metric::DatabaseQueries,
            xacts / seconds,
            "transactions, published up to 10 s late",
        );
    } else {
        findings.detailed(Metric::DatabaseQueries, xacts / seconds, "transactions");
    }
}

/// How transactions ended: rolled back, or on a standby cancelled for what is replayed there.
fn ended(findings: &mut Findings, first: &Snapshot, second: &Snapshot) {
    let seconds = second.at.saturating_duration_since(first.at).as_secs_f64().max(0.001);
    let (before, after) = (&first.counters, &second.counters);
    let grown = |before: Option<f64>, after: Option<f64>| Some((after? - before?).max(0.0));
    let aborted = second.facts.aborted;
    let words =
        (aborted > 0.0).then(|| format!("{} sessions idle in a failed transaction", text::count(aborted)));
    let transactions = |counters: &Counters, ours: f64| Transactions {
        rolled_back: counters.rollbacks,
        ended: counters.ended.map(|ended| ended - ours),
    };
    let (before_window, since) =
        (transactions(before, first.our_xacts), transactions(after, second.our_xacts));
    rollbacks::report(findings, (&before_window, &since), seconds, words);
    if second.facts.standby {
        let cancelled = grown(before.conflicts, after.conflicts);
        findings.told(Metric::DatabaseConflicts, cancelled.map(|count| count / seconds));
    }
}
