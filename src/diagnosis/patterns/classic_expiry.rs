//! Many keys expired together: expiries rise far above the usual and the content goes with them.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::patterns::storm;
use crate::observation::Metric;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    match case.expiry_burst() {
        Some(true) => seen(case),
        Some(false) => None,
        None => by_shape(case),
    }
}

fn seen(case: &Case<'_>) -> Option<Finding> {
    // A restart that loses everything lets nothing expire; evictions that outnumber expiries are the larger cause.
    let evicted = case.cache_change(Metric::CacheEvicted).map_or(0.0, |c| c.now - c.usual);
    let expired = case.cache?.get(Metric::CacheExpired).unwrap_or(0.0);
    let lost_all = case.restarted() == Some(true) && case.keys_left().is_none_or(|left| left < 0.5);
    if lost_all || (case.eviction_burst() == Some(true) && evicted > expired) {
        return None;
    }
    let mut words: Vec<String> =
        evidence::cache(case, Metric::CacheExpired, "expired keys").into_iter().collect();
    words.extend(evidence::cache(case, Metric::CacheExpiredStale, "keys expired but not yet removed"));
    words.extend(case.expired_since().filter(|since| since.explains).map(|since| since.words("expired")));
    let lost = case.keys_left().is_some_and(|left| left <= 0.85);
    words.extend(storm::keys(case).filter(|_| lost));
    match case.restarted() {
        Some(false) => words.push("against a cold cache: the server did not restart, and keys expire".into()),
        _ => words.push("against a cold cache: lost content does not count as expired".into()),
    }
    if case.one_query() == Some(true) {
        words.push("against a hot key: many keys expired, not one".into());
    }
    let mut finding = storm::finding(case, 1 + usize::from(lost), words)?;
    if case.cache_change(Metric::CacheExpired).is_none() {
        finding.missing.push("the usual rate of expiry".into());
    }
    Some(finding)
}

/// Nobody recorded expiries. Keys that dwindle without a restart, or a hit ratio that goes down group by group until
/// little is left while the lookups stay the same, still look like this and like nothing else.
fn by_shape(case: &Case<'_>) -> Option<Finding> {
    let others = [case.eviction_burst(), case.cache_full(), case.one_query(), case.restarted()];
    if others.contains(&Some(true)) {
        return None;
    }
    let traffic = case.cache?.lookups()?;
    let same_traffic = traffic.times() > 0.75 && traffic.times() < 1.3;
    let left = case.keys_left();
    let some_gone = left.is_some_and(|left| (0.1..=0.85).contains(&left));
    let steps = case.memory.fell_in_steps && left.is_none_or(|left| left <= 0.85);
    if !(some_gone || steps) || !same_traffic || case.database_loaded() == Some(false) {
        return None;
    }
    let mut words: Vec<String> = storm::keys(case).into_iter().collect();
    if steps {
        words
            .push("the hit ratio went down step by step, as groups of keys run out; lookups as usual".into());
    }
    words.push("against a flush: that takes everything in one step".into());
    let mut finding = storm::finding(case, usize::from(case.keys_left().is_some()), words)?;
    finding.missing.extend(evidence::missing(
        case,
        &[
            (Metric::CacheExpired, "expired keys would prove it"),
            (Metric::CacheEvicted, "evicted keys (an eviction storm is not excluded)"),
            (Metric::DatabaseTopQueryShare, "share of the top query (a hot key is not excluded)"),
        ],
    ));
    Some(finding)
}
