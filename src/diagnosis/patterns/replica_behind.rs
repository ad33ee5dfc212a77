//! A replica stands, or is late, or a subscription applies nothing: whoever reads there gets yesterday's answer. Not a stampede.

use crate::diagnosis::case::Case;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::{Level, evidence, standstill};
use crate::observation::Metric;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let replica = case.database?;
    if !matches!(standstill::behind(replica, case.thresholds)?, Level::Warning | Level::Critical) {
        return None;
    }
    let mut words: Vec<String> = standstill::behind_words(replica, case.thresholds).into_iter().collect();
    // A subscriber takes writes of its own, and does not say how late it is.
    let reads = replica.asked(Metric::DatabaseReplicationLag).then_some("queries of those who read there");
    words.extend(reads.and_then(|what| evidence::against_usual(replica, Metric::DatabaseQueries, what)));
    words.extend(evidence::hit_ratio(case));
    let known = replica.get(Metric::DatabaseReplicationLag).is_some();
    let missing = match (known, reads) {
        (true, _) => Vec::new(),
        (false, Some(_)) => vec!["how far it is behind".into()],
        (false, None) => vec!["why: the server's log says it".into()],
    };
    Some(Finding { signals: 2, stampede: None, evidence: words, missing, ..Finding::default() })
}
