//! The database refuses new connections although it has little to do: connections are held, not used (a leak).

use crate::diagnosis::case::Case;
use crate::diagnosis::change::Change;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::patterns::traffic_surge;
use crate::diagnosis::view::View;
use crate::observation::Metric;

/// Share of the limit from which on more connections than usual are a sign.
const HALF: f64 = 0.5;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let database = case.database?;
    if case.miss_storm() == Some(true) || case.queries_up() == Some(true) {
        return None;
    }
    let running = database.get(Metric::DatabaseRunning);
    let few_running = match case.running_up() {
        Some(up) => !used(case) && (!up || mostly_idle(case)),
        None if running.is_none() => held_without_work(case)?,
        // Without a usual number: most connections idle is what a leak looks like.
        None => running? <= 0.3 * database.get(Metric::DatabaseConnections)?,
    };
    if !few_running {
        return None;
    }
    let full = case.database_full() == Some(true);
    let ratio = database.get(Metric::DatabaseConnectionsRatio);
    // While half of them are free nobody runs out of them.
    let growing = case.connections_up() == Some(true) && ratio.is_none_or(|ratio| ratio >= HALF);
    // More traffic opens more connections: that is what they are for, until there are none, or far more than it needs.
    let traffic = case.cache.and_then(View::lookups).map_or(1.0, Change::times);
    let with_traffic = case
        .database_change(Metric::DatabaseConnections)
        .is_some_and(|connections| connections.times() <= 2.0 * traffic);
    if !full && with_traffic && traffic_surge::judge(case).is_some() {
        return None;
    }
    let always = case.connections_up() == Some(false) && !database.yes(Metric::DatabaseRefused);
    if always || !(full || growing) {
        return None;
    }
    let mut words: Vec<String> = evidence::connections(database).into_iter().collect();
    words.extend(evidence::against_usual(database, Metric::DatabaseRunning, "but statements running"));
    words.extend(evidence::against_usual(database, Metric::DatabaseQueries, "and queries"));
    words.extend(evidence::hit_ratio(case));
    words.extend(evidence::response(case));
    words.push(match running {
        Some(_) => "against a slow database: the connections are held, few of them run anything".into(),
        None => "against a slow database: that would let users wait for the same queries".into(),
    });
    let signals = 1 + usize::from(full || growing) + usize::from(case.slower() == Some(true));
    let mut missing = evidence::missing(case, &[(Metric::DatabaseRunning, "statements running")]);
    if ratio.is_none() {
        missing.push("the limit on connections".into());
    }
    if case.queries_up().is_none() {
        missing.push("queries against a baseline".into());
    }
    let steady = case.miss_storm() == Some(false);
    if !steady {
        missing.push("the hit ratio".into());
    }
    let stampede = (steady || case.queries_up() == Some(false)).then_some(false);
    Some(Finding { signals, stampede, evidence: words, missing, ..Finding::default() })
}

/// Nobody counted what runs: connections that grow while the queries do not are held when users wait no longer for them
/// (a slow database would let them wait), or when fewer queries get through.
fn held_without_work(case: &Case<'_>) -> Option<bool> {
    let queries = case.database_change(Metric::DatabaseQueries)?;
    Some(queries.fell(0.85) || case.slower() == Some(false))
}

/// Whether next to none of the open connections runs anything, even if a little more runs than usual.
fn mostly_idle(case: &Case<'_>) -> bool {
    let read = |metric| case.database.and_then(|view| view.get(metric));
    read(Metric::DatabaseRunning)
        .zip(read(Metric::DatabaseConnections))
        .is_some_and(|(running, open)| running <= 0.15 * open)
}

/// Whether a visible part of the additional connections runs something: then they are used, not held.
fn used(case: &Case<'_>) -> bool {
    let running = case.database_change(Metric::DatabaseRunning).map(|running| running.now - running.usual);
    let open = case.database_change(Metric::DatabaseConnections).map(|open| open.now - open.usual);
    running.zip(open).is_some_and(|(running, open)| open > 0.0 && running >= 0.2 * open)
}
