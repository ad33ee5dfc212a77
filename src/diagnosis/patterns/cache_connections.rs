//! The cache refuses new connections. What cannot look up goes to the database, as misses do, so this is called a
//! stampede when the database carries more than usual; when it does not, nothing falls through.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::observation::Metric;
use crate::text;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let cache = case.cache?;
    if case.cache_full() != Some(true) {
        return None;
    }
    // A pool that always uses the limit is how this system lives, as long as nobody is refused and lookups go on.
    let always = cache
        .usual(Metric::CacheClientsRatio)
        .is_some_and(|usual| usual.value >= case.thresholds.connections_critical);
    let traffic = cache.lookups();
    let fewer = traffic.map(|traffic| traffic.fell(0.85));
    if always && !cache.yes(Metric::CacheRejected) && fewer != Some(true) {
        return None;
    }
    // Applications that wait for a slow database pile up connections here too: then the cause is the lost content.
    // Evictions only follow the misses when fewer lookups get through.
    let lost = case.keys_left().is_some_and(|left| left < 0.7);
    let evicts = case.eviction_burst() == Some(true) && fewer != Some(true);
    if lost || evicts || case.expiry_burst() == Some(true) {
        return None;
    }
    let mut words = Vec::new();
    if let Some(fullest) = cache.detail(Metric::CacheClientsRatio) {
        words.push(format!("cache clients {fullest}"));
    } else if let (Some(now), Some(limit)) =
        (cache.get(Metric::CacheClients), cache.get(Metric::CacheMaxclients))
    {
        let usual = cache.usual(Metric::CacheClients);
        let usual = usual.map(|usual| format!(", usually {}", text::count(usual.value))).unwrap_or_default();
        words.push(format!("cache clients {} of {}{usual}", text::count(now), text::count(limit)));
    } else if let Some(ratio) = cache.get(Metric::CacheClientsRatio) {
        words.push(format!("cache clients at {} of the limit", text::percent(ratio)));
    } else {
        words.push("the cache refuses connections".into());
    }
    let rejected = cache.get(Metric::CacheRejected).filter(|rate| *rate > 0.0);
    words.extend(rejected.map(|rate| format!("{}/s connections refused", text::count(rate))));
    if let (Some(true), Some(traffic)) = (fewer, traffic) {
        words.push(format!("lookups {}/s, {}", text::count(traffic.now), evidence::times(traffic)));
    }
    words.extend(evidence::hit_ratio(case));
    if case.expiry_burst() == Some(false) {
        words.push("against expiry and a cold cache: the content is still there".into());
    }
    words.extend(evidence::database(case));
    words.extend(evidence::response(case));
    let loaded = case.database_loaded();
    let signals = 1
        + usize::from(rejected.is_some())
        + usize::from(fewer == Some(true))
        + usize::from(loaded == Some(true))
        + usize::from(case.logs.is_some_and(|logs| logs.yes(Metric::LogsCacheFull)));
    let missing = evidence::missing(case, &[(Metric::CacheExpired, "expired keys")]);
    Some(Finding { signals, stampede: loaded, evidence: words, missing, ..Finding::default() })
}
