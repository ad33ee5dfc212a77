//! The database is slow by itself: the same queries, the same hit ratio, but more of them run at once. Not a stampede.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::observation::Metric;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let database = case.database?;
    if case.miss_storm() == Some(true) || case.asked_more() != Some(false) {
        return None;
    }
    let slower = case.slower() == Some(true) || database.rose(Metric::DatabaseP99, 1.6) == Some(true);
    let full = case.database_full() == Some(true);
    if case.queries_up().is_none() && case.running_up() != Some(true) {
        return None;
    }
    let by_proxy = case.running_up().is_none() && slower && case.connections_up() == Some(true) && !full;
    // So little runs that its number proves nothing: what users wait decides.
    let few = case
        .database_change(Metric::DatabaseRunning)
        .is_some_and(|running| running.usual < 5.0 && running.now >= running.usual + 1.0);
    if case.running_up() != Some(true) && !by_proxy && !(few && slower) {
        return None;
    }
    let mut words = Vec::new();
    words.extend(evidence::against_usual(database, Metric::DatabaseRunning, "statements running"));
    words.extend(evidence::against_usual(database, Metric::DatabaseQueries, "but queries"));
    words.extend(evidence::hit_ratio(case));
    words.extend(evidence::connections(database));
    words.extend(evidence::against_usual(database, Metric::DatabaseP99, "statement time p99"));
    words.extend(evidence::response(case));
    words.push("against a stampede: the queries are no more than usual, they take longer".into());
    // Over many rows a second gauge that moves along is a signal, even if it moves by little.
    let more_open = database.change(Metric::DatabaseConnections).is_some_and(|open| {
        open.rose(1.3) || (open.rows >= 5.0 && open.times() >= 1.3 && open.now - open.usual >= 2.0)
    });
    let signals = 1 + usize::from(slower) + usize::from(more_open);
    // Where the misses stand for the queries, one signal alone names nothing.
    if signals < 2 && case.queries_up().is_none() {
        return None;
    }
    let wanted =
        [(Metric::DatabaseRunning, "statements running"), (Metric::DatabaseQueries, "database queries")];
    let mut missing = evidence::missing(case, &wanted);
    if few && case.running_up() == Some(false) {
        missing.push("enough running statements to be sure".into());
    }
    let steady = case.miss_storm() == Some(false);
    if !steady {
        missing.push("the hit ratio".into());
    }
    Some(Finding {
        signals,
        stampede: steady.then_some(false),
        evidence: words,
        missing,
        ..Finding::default()
    })
}
