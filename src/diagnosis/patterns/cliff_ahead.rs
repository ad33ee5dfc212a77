//! Nothing is wrong yet: many keys of one prefix will expire together soon, of a cache that is used.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    if case.cliff_ahead() != Some(true) || case.miss_storm() == Some(true) {
        return None;
    }
    let cause = evidence::cliff(case.cache?)?;
    let mut words: Vec<String> = evidence::hit_ratio(case).into_iter().collect();
    words.extend(evidence::database(case));
    // The sampled expiries, and the lookups that would miss.
    Some(Finding {
        signals: 2,
        stampede: Some(false),
        cause: vec![cause],
        evidence: words,
        missing: Vec::new(),
    })
}
