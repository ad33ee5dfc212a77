//! Minutes after the keys have gone, the rates of the window are back to usual; the totals still know what happened.

use std::sync::Arc;

use stampede::config::Thresholds;
use stampede::diagnosis::{Baseline, Confidence, Pattern, Verdict, diagnose};
use stampede::observation::{Metric, Observation};

/// 300 s after a healthy measurement with 100,000 keys, 20,000 are left and most lookups miss.
fn five_minutes_later(expired_since: f64, evicted_since: f64, seconds: f64) -> Verdict {
    later(20_000.0, expired_since, evicted_since, seconds)
}

/// The same with so many keys left, and as many of the lookups that hit.
fn later(keys: f64, expired_since: f64, evicted_since: f64, seconds: f64) -> Verdict {
    let hits = 0.98 * keys / 100_000.0 * 5_000.0;
    let (cache, database): (Arc<str>, Arc<str>) = ("redis".into(), "mysql".into());
    let now = [
        (&cache, Metric::CacheUp, 1.0),
        (&cache, Metric::CacheHits, hits),
        (&cache, Metric::CacheMisses, 5_000.0 - hits),
        (&cache, Metric::CacheLookups, 10_000.0),
        (&cache, Metric::CacheHitRatio, hits / 5_000.0),
        (&cache, Metric::CacheExpired, 5.0),
        (&cache, Metric::CacheEvicted, 0.0),
        (&cache, Metric::CacheKeys, keys),
        (&cache, Metric::CacheUptime, 9e5 + seconds),
        (&cache, Metric::CacheRestarted, 0.0),
        (&cache, Metric::CacheExpiredTotal, 4e6 + expired_since),
        (&cache, Metric::CacheEvictedTotal, 1e3 + evicted_since),
        (&database, Metric::DatabaseUp, 1.0),
        (&database, Metric::DatabaseQueries, 4_100.0),
        (&database, Metric::DatabaseRunning, 90.0),
    ];
    let usual = [
        (&cache, Metric::CacheHitRatio, 0.98),
        (&cache, Metric::CacheHits, 4_900.0),
        (&cache, Metric::CacheMisses, 100.0),
        (&cache, Metric::CacheExpired, 5.0),
        (&cache, Metric::CacheEvicted, 0.0),
        (&cache, Metric::CacheKeys, 100_000.0),
        (&cache, Metric::CacheUptime, 9e5),
        (&cache, Metric::CacheExpiredTotal, 4e6),
        (&cache, Metric::CacheEvictedTotal, 1e3),
        (&database, Metric::DatabaseQueries, 100.0),
        (&database, Metric::DatabaseRunning, 4.0),
    ];
    let mut baseline = Baseline::new();
    for (target, metric, value) in usual {
        baseline.set(target, metric, value, "recorded");
    }
    let observations: Vec<_> =
        now.iter().map(|(target, metric, value)| Observation::known(target, *metric, *value)).collect();
    diagnose(&observations, &Thresholds::default(), &baseline)
}

#[test]
fn a_mass_expiry_that_is_over_is_told_from_a_flush_by_the_totals() {
    let verdict = five_minutes_later(81_000.0, 0.0, 300.0);
    assert_eq!(verdict.pattern, Pattern::ClassicExpiry, "{:#?}", verdict.evidence);
    let words = "81.0k keys expired in the 5 min since the last healthy measurement";
    assert!(verdict.evidence.iter().any(|line| line.contains(words)), "{:#?}", verdict.evidence);
}

#[test]
fn totals_that_did_not_move_settle_that_it_was_a_flush() {
    let verdict = five_minutes_later(1_500.0, 0.0, 300.0);
    assert_eq!(verdict.pattern, Pattern::ColdCache, "{:#?}", verdict.evidence);
    assert_eq!(verdict.confidence, Confidence::High, "{:#?}", verdict.evidence);
}

/// A node of many was replaced by an empty one, or a job has deleted keys: less than half is gone, and it is as sure.
#[test]
fn a_quarter_of_the_keys_that_did_not_expire_was_lost() {
    let verdict = later(75_000.0, 20.0, 0.0, 4.0);
    assert_eq!(verdict.pattern, Pattern::ColdCache, "{verdict:#?}");
    assert_eq!(later(75_000.0, 20_000.0, 0.0, 4.0).pattern, Pattern::ClassicExpiry);
    assert_ne!(later(75_000.0, 20.0, 20_000.0, 4.0).pattern, Pattern::ColdCache, "they were evicted");
    let both = later(75_000.0, 12_020.0, 12_000.0, 4.0);
    assert_ne!(both.pattern, Pattern::ColdCache, "half expired, half was evicted: {both:#?}");
}

#[test]
fn what_usually_expires_in_the_meantime_proves_nothing() {
    // Eight hours at 5 a second are more than the keys that were lost.
    let verdict = five_minutes_later(150_000.0, 0.0, 28_800.0);
    assert_ne!(verdict.pattern, Pattern::ClassicExpiry, "{:#?}", verdict.evidence);
}
