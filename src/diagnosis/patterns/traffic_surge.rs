//! More traffic with a steady hit ratio: everything grows together. Not a stampede.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::observation::Metric;
use crate::text;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let traffic = case.cache?.lookups()?;
    if case.miss_storm() != Some(false) || !traffic.rose(1.6) {
        return None;
    }
    // A database that grew far more than the lookups has another source of load.
    let queries = case.database_change(Metric::DatabaseQueries);
    if queries.is_some_and(|queries| queries.firm && queries.rose(2.0 * traffic.times())) {
        return None;
    }
    let mut words = vec![format!("lookups {}/s, {}", text::count(traffic.now), evidence::times(traffic))];
    words.extend(evidence::hit_ratio(case));
    words.push("against a stampede: the hit ratio is steady, hits and misses grow together".into());
    words.extend(evidence::database(case));
    words.extend(evidence::response(case));
    let signals = 2 + usize::from(case.database_loaded() == Some(true));
    let missing = evidence::missing(case, &[(Metric::DatabaseQueries, "database queries")]);
    Some(Finding { signals, stampede: Some(false), evidence: words, missing, ..Finding::default() })
}
