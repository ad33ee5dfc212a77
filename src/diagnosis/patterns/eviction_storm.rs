//! The cache is too small and throws out what is needed: evictions rise faster than the misses they feed on.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::patterns::storm;
use crate::observation::Metric;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    if case.eviction_burst() != Some(true) {
        return None;
    }
    let mut words: Vec<String> =
        evidence::cache(case, Metric::CacheEvicted, "evicted keys").into_iter().collect();
    words.extend(evidence::cache(case, Metric::CacheMemoryRatio, "cache memory in use"));
    if case.expiry_burst() == Some(false) {
        words.push("against classic expiry: expiries are as usual".into());
    }
    let mut finding = storm::finding(case, 1, words)?;
    finding.missing.extend(evidence::missing(case, &[(Metric::CacheExpired, "expired keys")]));
    Some(finding)
}
