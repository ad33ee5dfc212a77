//! A replica stands, or is late: whoever reads there gets yesterday's answer. Not a stampede.

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
    words.extend(evidence::against_usual(
        replica,
        Metric::DatabaseQueries,
        "queries of those who read there",
    ));
    words.extend(evidence::hit_ratio(case));
    let known = replica.get(Metric::DatabaseReplicationLag).is_some();
    let missing = if known { Vec::new() } else { vec!["how far it is behind".into()] };
    Some(Finding { signals: 2, stampede: None, evidence: words, missing, ..Finding::default() })
}
