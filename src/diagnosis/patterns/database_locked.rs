//! Sessions of the database stand behind a lock that somebody holds. Not a stampede: fewer queries get through, not more.

use crate::diagnosis::case::Case;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::{Level, evidence, standstill};
use crate::observation::Metric;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let database = case.database?;
    if !matches!(standstill::locked(database, case.thresholds)?, Level::Warning | Level::Critical) {
        return None;
    }
    let mut words: Vec<String> = standstill::locked_words(database).into_iter().collect();
    if let Some(wait) = database.get(Metric::DatabaseLockWait) {
        let what = database.detail(Metric::DatabaseLockWait).map(|what| format!(": {what}"));
        let wait = evidence::value(Metric::DatabaseLockWait, wait);
        words.push(format!("the longest waits {wait}{}", what.unwrap_or_default()));
    }
    words.extend(evidence::against_usual(database, Metric::DatabaseQueries, "queries"));
    words.extend(evidence::against_usual(database, Metric::DatabaseRunning, "statements running"));
    words.extend(evidence::hit_ratio(case));
    words.extend(evidence::response(case));
    words.push("against a slow database: they do not work, they wait for somebody".into());
    // The server itself says who waits for whom: that it stands and that somebody holds it are its own words.
    let holder = database.detail(Metric::DatabaseLockWaiters).is_some();
    let steady = case.miss_storm() == Some(false) || case.queries_up() == Some(false);
    let missing = if holder { Vec::new() } else { vec!["who holds the lock".into()] };
    Some(Finding {
        signals: 2,
        stampede: steady.then_some(false),
        evidence: words,
        missing,
        ..Finding::default()
    })
}
