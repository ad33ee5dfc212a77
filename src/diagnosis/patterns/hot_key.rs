//! One key (or a few) went and everybody rebuilds it: hits turn into misses while the content as a whole stays.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::patterns::storm;
use crate::observation::Metric;
use crate::text;

/// Share of sampled misses on one key that names it.
const HOTTEST: f64 = 0.3;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let cache = case.cache?;
    let caused_otherwise = [case.expiry_burst(), case.eviction_burst(), case.cache_full()];
    if caused_otherwise.contains(&Some(true)) || case.keys_left().is_some_and(|left| left < 0.8) {
        return None;
    }
    let least = if case.one_query() == Some(true) { 0.2 } else { 0.4 };
    if case.displaced().is_some_and(|displaced| !(least..=2.0).contains(&displaced)) {
        return None;
    }
    let content_stays = case.expiry_burst() == Some(false)
        && case.eviction_burst() == Some(false)
        && case.keys_left().is_some();
    let sampled = cache.get(Metric::CacheHotKeyShare).filter(|share| *share >= HOTTEST);
    let one_query = case.one_query();
    let by_exclusion = content_stays
        && one_query.is_none()
        && case.cache_full() == Some(false)
        && case.displaced().is_some();
    if sampled.is_none() && one_query != Some(true) && !by_exclusion {
        return None;
    }
    let mut words = Vec::new();
    if let Some(share) = sampled {
        let key = cache.detail(Metric::CacheHotKeyShare).map(|key| format!(" ({key})")).unwrap_or_default();
        words.push(format!("{} of the sampled accesses go to one key{key}", text::percent(share)));
    }
    if content_stays {
        words.push("against expiry, eviction and a cold cache: keys, expiries, evictions as usual".into());
    }
    if case.displaced().is_some() {
        words.push("against absent keys: hits turned into misses, they do not come on top".into());
    }
    let mechanism = usize::from(sampled.is_some()) + usize::from(one_query == Some(true));
    let mut finding = storm::finding(case, mechanism, words)?;
    let key = cache.detail(Metric::CacheHotKeyShare).filter(|_| sampled.is_some());
    finding.cause.extend(key.map(|key| format!("key {}", text::fit(key, 30))));
    if by_exclusion {
        finding.missing.push("share of the top query: this is found by exclusion".into());
    }
    finding.missing.extend(evidence::missing(
        case,
        &[(Metric::CacheExpired, "expired keys"), (Metric::CacheKeys, "number of keys")],
    ));
    Some(finding)
}
