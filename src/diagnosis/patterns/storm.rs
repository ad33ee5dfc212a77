//! What the miss storms share: two independent signals, and whether the misses reach the database.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::observation::Metric;
use crate::text;

/// A finding for a storm of misses whose mechanism was seen `mechanism` times beside the hit ratio. None when that
/// makes fewer than two independent signals (S1).
pub(crate) fn finding(case: &Case<'_>, mechanism: usize, words: Vec<String>) -> Option<Finding> {
    if case.miss_storm() != Some(true) {
        return None;
    }
    let loaded = case.database_loaded();
    let in_logs = case.logs.is_some_and(|logs| logs.yes(Metric::LogsMissStorm));
    let signals = 1 + mechanism + usize::from(loaded == Some(true)) + usize::from(in_logs);
    if signals < 2 {
        return None;
    }
    let mut evidence: Vec<String> = evidence::hit_ratio(case).into_iter().collect();
    evidence.extend(words);
    evidence.extend(evidence::database(case));
    evidence.extend(evidence::response(case));
    let mut missing = Vec::new();
    match loaded {
        Some(true) => {}
        Some(false) => {
            evidence.push("against: the misses do not show at the database that was measured".into());
            missing.push("a database that receives the misses".into());
        }
        None => missing.push("the database: that the misses reach it is not seen".into()),
    }
    if case.miss_share().is_none() {
        missing.push("a baseline for the hit ratio".into());
    }
    // Misses that demonstrably do not arrive are no stampede yet; whether they arrive elsewhere cannot be said. A database full of
    // connections that are idle is asked no more than usual.
    let asked = [case.queries_up(), case.running_up()];
    let idle = asked.iter().all(|up| *up == Some(false));
    let stampede = if loaded == Some(false) || idle { None } else { Some(true) };
    Some(Finding { signals, stampede, evidence, missing, ..Finding::default() })
}

/// A storm of misses that no pattern claims: what is known of it.
pub(crate) fn unnamed(case: &Case<'_>) -> Option<Finding> {
    let mut finding = finding(case, 0, Vec::new())?;
    finding.missing.extend(evidence::missing(
        case,
        &[
            (Metric::CacheExpired, "expired keys (classic expiry)"),
            (Metric::CacheEvicted, "evicted keys (eviction storm)"),
            (Metric::CacheKeys, "number of keys (cold cache)"),
            (Metric::DatabaseTopQueryShare, "share of the top query (hot key)"),
            (Metric::CacheClientsRatio, "cache clients and their limit (exhaustion)"),
        ],
    ));
    Some(finding)
}

/// "for: keys 40.1k, 20.0 % of the usual 200.5k".
pub(crate) fn keys(case: &Case<'_>) -> Option<String> {
    let change = case.cache_change(Metric::CacheKeys)?;
    let left = case.keys_left()?;
    let (now, usual) = (text::count(change.now), text::count(change.usual));
    Some(format!("keys {now}, {} of the usual {usual}", text::percent(left)))
}
