//! Lookups for keys that do not exist: the extra misses come on top of hits that stay as they were.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::patterns::storm;
use crate::observation::Metric;

/// Of the usual number of keys so many are there: lookups of what does not exist take none away. Where more have gone, retries of
/// those who miss them look the same: they come on top of hits that stay.
const KEYS_STAY: f64 = 0.9;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let traffic = case.cache?.lookups()?;
    let caused_otherwise = [case.expiry_burst(), case.eviction_burst(), case.cache_full()];
    if caused_otherwise.contains(&Some(true)) || case.keys_left().is_some_and(|left| left < KEYS_STAY) {
        return None;
    }
    let hits = case.cache_change(Metric::CacheHits)?;
    // Only a query share that is known to be spread out, and content that is known to stay, allow for noise in the hits.
    let nothing_else = hits.firm
        && case.one_query() == Some(false)
        && [case.expiry_burst(), case.eviction_burst()].iter().all(|seen| *seen == Some(false));
    let on_top = match case.displaced() {
        // Most of what runs is one query and some hits are gone: more like a hot key, in noise.
        Some(displaced) if displaced > 0.15 && case.one_query() != Some(false) && one_leads(case) => false,
        Some(displaced) => displaced <= if nothing_else { 0.6 } else { 0.35 },
        None => nothing_else,
    };
    if !on_top || !(0.75..1.6).contains(&hits.times()) {
        return None;
    }
    let words = vec![
        format!(
            "misses {}, {}; hits {}, {}: the misses come on top",
            evidence::value(Metric::CacheMisses, case.cache?.get(Metric::CacheMisses)?),
            evidence::times(case.cache_change(Metric::CacheMisses)?),
            evidence::value(Metric::CacheHits, hits.now),
            evidence::times(hits),
        ),
        "against expiry, eviction and a cold cache: these would take hits away".into(),
    ];
    let mechanism = usize::from(traffic.rose(1.15));
    let mut finding = storm::finding(case, mechanism, words)?;
    if case.displaced().is_none() {
        finding.missing.push("enough extra misses to see that hits stay".into());
    }
    finding.missing.extend(evidence::missing(case, &[(Metric::CacheKeys, "number of keys")]));
    Some(finding)
}

fn one_leads(case: &Case<'_>) -> bool {
    case.database.and_then(|view| view.get(Metric::DatabaseTopQueryShare)).is_some_and(|share| share >= 0.4)
}
