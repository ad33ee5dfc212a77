//! What is asked of MySQL and MariaDB, and what the answers mean.

use std::time::{Duration, Instant};

use crate::clock;
use crate::error::TargetError;
use crate::observation::Metric;
use crate::probe::Look;
use crate::probe::database::failing;
use crate::probe::database::findings::Findings;
use crate::probe::database::locks::Waits;
use crate::probe::database::logins;
use crate::probe::database::running::Looks;
use crate::probe::database::{Engine, ONE_LOOK};
use crate::system::Locks;
use crate::system::mysql::{Histogram, Reader, Replication, Status, Variables};
use crate::text;

/// Statements a window must hold before their share or percentile means anything.
const ENOUGH: f64 = 20.0;
/// How long those who have given up together take to come again.
const COME_AGAIN: Duration = Duration::from_millis(150);
/// Share of the connections in use from which on it matters who holds them.
const CROWDED: f64 = 0.8;
/// What takes two looks at counters.
const RATES: [Metric; 5] = [
    Metric::DatabaseQueries,
    Metric::DatabaseWriteShare,
    Metric::DatabaseRefused,
    Metric::DatabaseP99,
    Metric::DatabaseFailedLogins,
];
const NO_PROCESS: &str =
    "only our own statements are visible: ask for GRANT PROCESS ON *.* TO the account stampede uses";

/// The connection, which others may share, and what is remembered between measurements.
pub(super) struct Connection {
    reader: Reader,
    last: Option<(Instant, f64)>,
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
        let variables =
            self.reader.settled(&look.dialling(started), |reader| Box::pin(reader.variables())).await?;
        let reader = self.reader.clone();
        findings.known(Metric::DatabaseUp, 1.0);
        findings.report.notes.extend(reader.note().await);

        let first = reader.status().await?;
        let replication = reader.replication().await?;
        let identity = reader.identity(&variables, &replication).await;
        findings.report.notes.extend(identity.note.clone());
        findings.report.identity = Some(identity);
        // Who fills it is asked where that is a question.
        let used = first.values.get("Threads_connected").copied().zip(variables.max_connections());
        let crowded = used.is_some_and(|(used, limit)| used >= CROWDED * limit);
        let idle = if crowded { reader.idle().await? } else { None };
        gauges(findings, &first, &variables, &replication, idle.as_deref());
        look.saw(|| findings.at_once());

        let (mut looks, mut waits) = (Looks::default(), Waits::default());
        let seen = reader.running(&variables).await?;
        let blind = seen.is_none();
        seen.into_iter().for_each(|seen| looks.add(seen));
        waits.add(clock::instant(), or_nobody(reader.locks(&variables).await?, &first));
        if look.window.is_zero() {
            report_running(findings, &looks, blind, &first);
            waits.report(findings);
            findings.all_unknown(&RATES, ONE_LOOK);
            let restarted = self.restarted(&first, None);
            findings.known(Metric::DatabaseRestarted, f64::from(restarted));
            return Ok(());
        }

        let before = reader.histogram(&variables).await?;
        let failed = reader.failures(&variables).await?;
        clock::sleep_until(first.at + look.window / 2).await;
        if !blind {
            reader.running(&variables).await?.into_iter().for_each(|seen| looks.add(seen));
        }
        clock::sleep_until(first.at + look.window).await;
        let second = reader.status().await?;
        reader.running(&variables).await?.into_iter().for_each(|seen| looks.add(seen));
        waits.add(clock::instant(), or_nobody(reader.locks(&variables).await?, &second));
        if waits.may_come_again() {
            clock::sleep(COME_AGAIN).await;
            waits
                .again(clock::instant(), or_nobody(reader.locks(&variables).await?, &reader.status().await?));
        }
        report_running(findings, &looks, blind, &second);
        waits.report(findings);
        let after = match &before {
            Ok(_) => reader.histogram(&variables).await?,
            Err(why) => Err(why.clone()),
        };
        let restarted = self.restarted(&first, Some(&second));
        findings.known(Metric::DatabaseRestarted, f64::from(restarted));
        if restarted {
            findings.reset(&RATES);
            return Ok(());
        }
        rates(findings, &first, &second, &variables);
        let failures = (failed, reader.failures(&variables).await?);
        failing::rates(&first, &second, &failures, findings);
        let window = logins::Window { first: &first, second: &second, failures: &failures };
        logins::report(&reader, &variables, &window, findings).await?;
        findings.either(Metric::DatabaseP99, before.and_then(|before| p99(&before, &after?)));
        Ok(())
    }
}

impl Connection {
    /// Whether the counters can not be compared: with each other, or with the last measurement's uptime.
    fn restarted(&mut self, first: &Status, second: Option<&Status>) -> bool {
        let newest = second.unwrap_or(first);
        let uptime = newest.values.get("Uptime").copied().unwrap_or(0.0);
        // Whole seconds on their side and two clocks: what is younger by more than 2 s is another life.
        let reborn = self.last.is_some_and(|(at, was)| {
            uptime + 2.0 < was + newest.at.saturating_duration_since(at).as_secs_f64()
        });
        self.last = Some((newest.at, uptime));
        let fell = second.is_some_and(|second| second.fell_since(first));
        reborn || fell
    }
}

/// Whoever waits is in a statement: where nobody but us is in one, nobody waits, however little we may see.
fn or_nobody(locks: Result<Locks, String>, status: &Status) -> Result<Locks, String> {
    let alone = status.values.get("Threads_running").is_some_and(|running| *running <= 1.0);
    locks.or_else(|why| if alone { Ok(Locks::none()) } else { Err(why) })
}

fn gauges(
    findings: &mut Findings,
    status: &Status,
    variables: &Variables,
    replication: &Replication,
    idle: Option<&str>,
) {
    let get = |name: &str| status.values.get(name).copied();
    failing::ready(status, variables, findings);
    findings.connections(get("Threads_connected"), variables.max_connections(), idle);
    findings.told(Metric::DatabaseUptime, get("Uptime"));
    let since = get("Uptime_since_flush_status").or(get("Uptime")).filter(|since| *since > 0.0);
    let lifetime =
        get("Questions").zip(since).map(|(questions, since)| (questions - status.ours).max(0.0) / since);
    findings.told(Metric::DatabaseQueriesLifetime, lifetime);
    match variables.rescue() {
        Some(why) => findings.detailed(Metric::DatabaseReadOnly, 1.0, why),
        None => findings.told(Metric::DatabaseReadOnly, variables.read_only().map(f64::from)),
    }
    match replication {
        Replication::Replica { lag, stands, delay, waits } => {
            match (lag, waits) {
                (Ok(lag), Some(lock)) => {
                    let words = format!("its applier waits for {lock}");
                    findings.detailed(Metric::DatabaseReplicationLag, *lag, words);
                }
                _ => findings.either(Metric::DatabaseReplicationLag, lag.clone()),
            }
            match stands {
                Some(words) => findings.detailed(Metric::DatabaseReplicationRunning, 0.0, words.clone()),
                None => findings.known(Metric::DatabaseReplicationRunning, 1.0),
            }
            findings.known(Metric::DatabaseReplicationDelay, *delay);
        }
        Replication::Hidden => {
            let grant = if variables.mariadb() {
                "needs GRANT SLAVE MONITOR"
            } else {
                "needs GRANT REPLICATION CLIENT"
            };
            findings.unknown(Metric::DatabaseReplicationLag, grant);
            // What is read-only follows another server, as far as can be seen.
            if variables.read_only() == Some(true) {
                findings.unknown(Metric::DatabaseReplicationRunning, grant);
            }
        }
        // Who may write in a group is the group's own affair.
        Replication::None => {
            if let Some(other) = variables.read_only_by() {
                findings.unknown(Metric::DatabaseReplicationRunning, format!("{other} says who may write"));
            }
        }
    }
}

fn report_running(findings: &mut Findings, looks: &Looks, blind: bool, status: &Status) {
    if !blind {
        return looks.report(findings);
    }
    findings.report.notes.push(NO_PROCESS.into());
    match status.values.get("Threads_running") {
        Some(running) => {
            findings.detailed(
                Metric::DatabaseRunning,
                (running - 1.0).max(0.0),
                "Threads_running without ours; may hold threads of the server",
            );
        }
        None => findings.unknown(Metric::DatabaseRunning, NO_PROCESS),
    }
    findings.all_unknown(
        &[Metric::DatabaseLongest, Metric::DatabaseOver30s, Metric::DatabaseTopQueryShare],
        NO_PROCESS,
    );
}

fn rates(findings: &mut Findings, first: &Status, second: &Status, variables: &Variables) {
    let seconds = second.at.saturating_duration_since(first.at).as_secs_f64().max(0.001);
    let delta = |name: &str| Some(second.values.get(name)? - first.values.get(name)?);

    let questions = delta("Questions").map(|all| (all - (second.ours - first.ours)).max(0.0) / seconds);
    findings.told(Metric::DatabaseQueries, questions);

    match delta("Connection_errors_max_connections").map(|refused| refused / seconds) {
        Some(refused) if variables.mariadb() => {
            findings.detailed(
                Metric::DatabaseRefused,
                refused,
                "a lower bound: MariaDB does not count them all",
            );
        }
        refused => findings.told(Metric::DatabaseRefused, refused),
    }

    let writes = second.written() - first.written();
    let selects = delta("Com_select").unwrap_or(0.0) - (second.our_selects - first.our_selects);
    let reads = selects.max(0.0) + delta("Qcache_hits").unwrap_or(0.0);
    if reads + writes >= ENOUGH {
        findings.known(Metric::DatabaseWriteShare, writes / (reads + writes));
    } else {
        let seen = text::count(reads + writes);
        findings.unknown(Metric::DatabaseWriteShare, format!("only {seen} statements in the window"));
    }
}

/// The 99th percentile between two readings: the upper bound of the first bucket that reaches it.
fn p99(before: &Histogram, after: &Histogram) -> Result<f64, String> {
    let deltas: Vec<(f64, f64)> = after
        .iter()
        .map(|(number, (high, count))| (*high, count - before.get(number).map_or(0.0, |(_, was)| *was)))
        .collect();
    if deltas.iter().any(|(_, count)| *count < 0.0) {
        return Err("the histogram was reset within the window".into());
    }
    let all: f64 = deltas.iter().map(|(_, count)| count).sum();
    if all < ENOUGH {
        return Err(format!("only {} statements ended in the window", text::count(all)));
    }
    let mut seen = 0.0;
    for (high, count) in deltas {
        seen += count;
        if seen >= all * 0.99 {
            return Ok(high);
        }
    }
    Err("the histogram does not add up".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Address, MysqlTarget};

    fn status(at: Instant, uptime: f64, questions: f64) -> Status {
        let values = [("Uptime", uptime), ("Questions", questions), ("Threads_connected", 100.0 - uptime)];
        let values = values.map(|(name, value)| (name.to_owned(), value)).into();
        Status { values, galera: Default::default(), at, ours: 0.0, our_selects: 0.0 }
    }

    #[test]
    fn another_life_and_reset_counters_are_restarts_and_a_falling_gauge_is_not() {
        let target = MysqlTarget::at(Address::Tcp("h".into(), 1));
        let (start, second) = (clock::instant(), Duration::from_secs(1));
        let mut connection = Connection::new(Reader::new(&target, "test"));
        assert!(!connection.restarted(&status(start, 50.0, 10.0), Some(&status(start + second, 51.0, 20.0))));
        assert!(!connection.restarted(&status(start + second * 10, 60.0, 30.0), None));
        assert!(connection.restarted(
            &status(start + second * 11, 61.0, 30.0),
            Some(&status(start + second * 12, 62.0, 3.0))
        ));
        // Younger than it must be, though older than it was.
        assert!(connection.restarted(&status(start + second * 200, 70.0, 40.0), None));
    }

    #[test]
    fn p99_is_of_the_window_only() {
        let before = Histogram::from([(1, (0.1, 1_000_000.0)), (9, (50.0, 5.0))]);
        let after = Histogram::from([(1, (0.1, 1_000_097.0)), (5, (2.0, 1.0)), (9, (50.0, 7.0))]);
        assert_eq!(p99(&before, &after), Ok(50.0));
        let calm = Histogram::from([(1, (0.1, 1_000_990.0)), (5, (2.0, 5.0)), (9, (50.0, 5.0))]);
        assert_eq!(p99(&before, &calm), Ok(0.1));
        assert!(p99(&before, &before).is_err_and(|why| why.contains("only 0")));
        assert!(p99(&after, &before).is_err_and(|why| why.contains("reset")));
    }
}
