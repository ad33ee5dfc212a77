//! One window of live readings: what a single look must and must not conclude.

use std::sync::Arc;

use stampede::config::Thresholds;
use stampede::diagnosis::{Baseline, Confidence, Level, Pattern, Usual, Verdict, diagnose};
use stampede::observation::{Kind, Metric, Observation};

/// Readings of one target.
fn readings(target: &str, values: &[(Metric, f64)]) -> Vec<Observation> {
    let target: Arc<str> = target.into();
    values.iter().map(|(metric, value)| Observation::known(&target, *metric, *value)).collect()
}

/// A cache with that many hits and misses in a window of two seconds, on a server that is old.
fn cache(target: &str, hits: f64, misses: f64) -> Vec<Observation> {
    readings(
        target,
        &[
            (Metric::CacheUp, 1.0),
            (Metric::CacheHits, hits / 2.0),
            (Metric::CacheMisses, misses / 2.0),
            (Metric::CacheLookups, hits + misses),
            (Metric::CacheHitRatio, hits / (hits + misses)),
            (Metric::CacheHitRatioLifetime, 0.98),
            (Metric::CacheClients, 300.0),
            (Metric::CacheMaxclients, 10_000.0),
            (Metric::CacheRejected, 0.0),
            (Metric::CacheExpired, 5.0),
            (Metric::CacheEvicted, 0.0),
            (Metric::CacheKeys, 100_000.0),
            (Metric::CacheUptime, 9e5),
            (Metric::CacheRestarted, 0.0),
        ],
    )
}

fn database(target: &str, queries: f64, running: f64, connections: f64) -> Vec<Observation> {
    readings(
        target,
        &[
            (Metric::DatabaseUp, 1.0),
            (Metric::DatabaseQueries, queries),
            (Metric::DatabaseQueriesLifetime, 100.0),
            (Metric::DatabaseRunning, running),
            (Metric::DatabaseConnections, connections),
            (Metric::DatabaseConnectionsLimit, 100.0),
            (Metric::DatabaseConnectionsRatio, connections / 100.0),
            (Metric::DatabaseRefused, 0.0),
            (Metric::DatabaseUptime, 9e5),
        ],
    )
}

/// What these targets recorded on a calm day.
fn calm() -> Baseline {
    let mut baseline = Baseline::new();
    for (target, metric, value) in [
        ("redis", Metric::CacheHitRatio, 0.98),
        ("redis", Metric::CacheHits, 4_900.0),
        ("redis", Metric::CacheMisses, 100.0),
        ("redis", Metric::CacheExpired, 5.0),
        ("redis", Metric::CacheEvicted, 0.0),
        ("redis", Metric::CacheKeys, 100_000.0),
        ("mysql", Metric::DatabaseQueries, 100.0),
        ("mysql", Metric::DatabaseRunning, 5.0),
        ("mysql", Metric::DatabaseConnections, 20.0),
    ] {
        baseline.set(target, metric, value, "recorded yesterday");
    }
    baseline
}

fn judge(parts: &[Vec<Observation>], baseline: &Baseline) -> Verdict {
    diagnose(&parts.concat(), &Thresholds::default(), baseline)
}

/// The same observations with one of them changed.
fn with(mut observations: Vec<Observation>, metric: Metric, value: f64) -> Vec<Observation> {
    let target = observations[0].target.clone();
    observations.retain(|observation| observation.metric != metric);
    observations.push(Observation::known(&target, metric, value));
    observations
}

fn without(mut observations: Vec<Observation>, metric: Metric) -> Vec<Observation> {
    let target = observations[0].target.clone();
    observations.retain(|observation| observation.metric != metric);
    observations.push(Observation::unknown(&target, metric, "needs two samples"));
    observations
}

#[test]
fn a_calm_system_is_proven_healthy() {
    let verdict = judge(&[cache("redis", 9_800.0, 200.0), database("mysql", 100.0, 5.0, 20.0)], &calm());
    assert_eq!((verdict.level, verdict.pattern), (Level::Ok, Pattern::Healthy), "{verdict:#?}");
    assert_eq!(verdict.stampede, Some(false));
    assert!(verdict.headline.starts_with("ok: healthy"));
}

#[test]
fn a_mass_expiry_is_named_even_on_a_young_server_without_any_baseline() {
    let cache = with(cache("redis", 2_000.0, 8_000.0), Metric::CacheExpired, 3_000.0);
    let cache = with(with(cache, Metric::CacheUptime, 90.0), Metric::CacheKeys, 20_000.0);
    let verdict = judge(&[cache, database("mysql", 4_000.0, 60.0, 90.0)], &Baseline::new());
    assert_eq!(verdict.pattern, Pattern::ClassicExpiry, "{verdict:#?}");
    assert_eq!((verdict.level, verdict.stampede), (Level::Critical, Some(true)));
}

#[test]
fn a_flush_is_a_cold_cache_although_the_server_did_not_restart() {
    let cache = with(cache("redis", 500.0, 9_500.0), Metric::CacheKeys, 900.0);
    let verdict = judge(&[cache, database("mysql", 4_000.0, 60.0, 90.0)], &calm());
    assert_eq!(verdict.pattern, Pattern::ColdCache, "{verdict:#?}");
    assert!(verdict.evidence.iter().any(|line| line.contains("did not restart")));
    // One look cannot know whether the keys expired just before it.
    assert_eq!(verdict.confidence, Confidence::Medium);
}

#[test]
fn a_freshly_started_cache_is_cold() {
    let cache = with(cache("redis", 500.0, 9_500.0), Metric::CacheUptime, 40.0);
    let cache = with(with(cache, Metric::CacheKeys, 900.0), Metric::CacheRestarted, 1.0);
    let verdict = judge(&[cache, database("mysql", 4_000.0, 60.0, 90.0)], &calm());
    assert_eq!((verdict.pattern, verdict.stampede), (Pattern::ColdCache, Some(true)), "{verdict:#?}");
}

#[test]
fn a_restart_that_loaded_its_data_is_no_incident() {
    let cache = with(cache("redis", 9_800.0, 200.0), Metric::CacheUptime, 40.0);
    let cache = with(cache, Metric::CacheRestarted, 1.0);
    let verdict = judge(&[cache, database("mysql", 100.0, 5.0, 20.0)], &calm());
    assert_eq!(verdict.pattern, Pattern::Healthy, "{verdict:#?}");
}

#[test]
fn a_hot_key_is_told_by_the_one_query_that_runs() {
    let database = with(database("mysql", 2_000.0, 70.0, 90.0), Metric::DatabaseTopQueryShare, 0.9);
    let verdict = judge(&[cache("redis", 6_000.0, 4_000.0), database], &calm());
    assert_eq!(verdict.pattern, Pattern::HotKey, "{verdict:#?}");
}

#[test]
fn two_of_two_running_statements_prove_no_hot_key() {
    let database = with(database("mysql", 100.0, 2.0, 20.0), Metric::DatabaseTopQueryShare, 1.0);
    let verdict = judge(&[cache("redis", 9_800.0, 200.0), database.clone()], &calm());
    assert_eq!(verdict.pattern, Pattern::Healthy, "{verdict:#?}");
    let verdict = judge(&[cache("redis", 6_000.0, 4_000.0), database], &Baseline::new());
    assert_ne!(verdict.pattern, Pattern::HotKey, "{verdict:#?}");
}

#[test]
fn one_stampede_in_ten_caches_leads() {
    let mut parts: Vec<_> = (0..9).map(|n| cache(&format!("redis-{n}"), 98_000.0, 2_000.0)).collect();
    parts.push(with(cache("redis", 2_000.0, 8_000.0), Metric::CacheExpired, 3_000.0));
    parts.push(database("mysql", 4_000.0, 60.0, 90.0));
    parts.push(database("mysql-2", 100.0, 3.0, 20.0));
    let verdict = judge(&parts, &calm());
    assert_eq!((verdict.pattern, verdict.stampede), (Pattern::ClassicExpiry, Some(true)), "{verdict:#?}");
    assert!(verdict.evidence.iter().any(|line| line.contains("2000 of 10.0k")), "{:#?}", verdict.evidence);
}

#[test]
fn a_cache_that_is_always_at_85_percent_is_a_warning_and_no_stampede() {
    let mut baseline = calm();
    baseline.set("redis", Metric::CacheHitRatio, 0.85, "recorded yesterday");
    baseline.set("redis", Metric::CacheHits, 4_250.0, "recorded yesterday");
    baseline.set("redis", Metric::CacheMisses, 750.0, "recorded yesterday");
    let verdict = judge(&[cache("redis", 8_500.0, 1_500.0), database("mysql", 100.0, 5.0, 20.0)], &baseline);
    assert_eq!((verdict.level, verdict.stampede), (Level::Warning, Some(false)), "{verdict:#?}");
    assert!(verdict.signals.iter().any(|signal| signal.basis.contains("usual level")));
}

#[test]
fn a_low_hit_ratio_alone_is_critical_but_has_no_name() {
    let cache = cache("redis", 2_000.0, 8_000.0);
    let verdict = judge(&[cache], &Baseline::new());
    assert_eq!((verdict.level, verdict.pattern, verdict.stampede), (Level::Critical, Pattern::Unknown, None));
}

#[test]
fn too_little_traffic_is_not_judged_but_a_full_database_is() {
    let quiet = cache("redis", 10.0, 90.0);
    let verdict = judge(&[quiet.clone(), database("mysql", 100.0, 5.0, 20.0)], &Baseline::new());
    assert_eq!((verdict.level, verdict.pattern), (Level::Unknown, Pattern::Unknown), "{verdict:#?}");
    assert!(verdict.evidence.iter().any(|line| line.contains("100 lookups in the window")));
    let verdict = judge(&[quiet, database("mysql", 100.0, 2.0, 99.0)], &Baseline::new());
    assert_eq!(verdict.level, Level::Critical);
}

#[test]
fn without_a_window_ratios_are_not_judged_and_gauges_are() {
    let gauges = |connections: f64| {
        let mut cache = cache("redis", 9_800.0, 200.0);
        for rate in [
            Metric::CacheHits,
            Metric::CacheMisses,
            Metric::CacheLookups,
            Metric::CacheHitRatio,
            Metric::CacheExpired,
            Metric::CacheEvicted,
            Metric::CacheRejected,
        ] {
            cache = without(cache, rate);
        }
        let database = without(database("mysql", 0.0, 5.0, connections), Metric::DatabaseQueries);
        judge(&[cache, without(database, Metric::DatabaseRefused)], &calm())
    };
    assert_eq!(gauges(20.0).level, Level::Unknown);
    assert_eq!(gauges(99.0).level, Level::Critical);
}

#[test]
fn a_declared_target_that_could_not_be_measured_is_never_ok() {
    let silent = vec![Observation::unknown(&"redis-2".into(), Metric::CacheHits, "connection refused")];
    let verdict =
        judge(&[cache("redis", 9_800.0, 200.0), silent, database("mysql", 100.0, 5.0, 20.0)], &calm());
    assert_eq!((verdict.level, verdict.stampede), (Level::Unknown, None), "{verdict:#?}");
    let silent = vec![Observation::unknown(&"mysql".into(), Metric::DatabaseQueries, "wrong password")];
    let verdict = judge(&[cache("redis", 9_800.0, 200.0), silent], &calm());
    assert_eq!(verdict.level, Level::Unknown);
}

#[test]
fn a_silent_cache_is_down_when_the_database_carries_its_load() {
    let down = vec![
        Observation::known(&"redis".into(), Metric::CacheUp, 0.0),
        Observation::unknown(&"redis".into(), Metric::CacheHits, "connection refused"),
    ];
    let verdict = judge(&[down, database("mysql", 5_000.0, 90.0, 90.0)], &calm());
    assert_eq!((verdict.level, verdict.pattern), (Level::Critical, Pattern::CacheDown), "{verdict:#?}");
    assert_eq!(verdict.stampede, Some(false));
}

#[test]
fn a_cache_that_refuses_clients_is_exhausted_not_down() {
    let full = vec![
        Observation::known(&"redis".into(), Metric::CacheUp, 1.0),
        Observation::known(&"redis".into(), Metric::CacheClientsRatio, 1.0),
        Observation::unknown(&"redis".into(), Metric::CacheHits, "127.0.0.1:6379 is full"),
    ];
    let verdict = judge(&[full, database("mysql", 5_000.0, 90.0, 90.0)], &calm());
    assert_eq!(verdict.pattern, Pattern::CacheConnectionsExhausted, "{verdict:#?}");
    let known = with(cache("redis", 5_000.0, 400.0), Metric::CacheClients, 9_990.0);
    let verdict = judge(&[known, database("mysql", 5_000.0, 90.0, 90.0)], &calm());
    assert_eq!(verdict.pattern, Pattern::CacheConnectionsExhausted, "{verdict:#?}");
    assert_eq!((verdict.level, verdict.stampede), (Level::Critical, Some(true)));
}

#[test]
fn held_connections_are_a_leak_and_running_ones_a_slow_database() {
    let leak = judge(&[cache("redis", 9_800.0, 200.0), database("mysql", 100.0, 5.0, 99.0)], &calm());
    assert_eq!(leak.pattern, Pattern::DatabaseConnectionsExhausted, "{leak:#?}");
    let slow = judge(&[cache("redis", 9_800.0, 200.0), database("mysql", 100.0, 60.0, 80.0)], &calm());
    assert_eq!((slow.pattern, slow.stampede), (Pattern::SlowDatabase, Some(false)), "{slow:#?}");
}

#[test]
fn more_of_everything_is_a_surge() {
    let surge = judge(&[cache("redis", 49_000.0, 1_000.0), database("mysql", 400.0, 20.0, 50.0)], &calm());
    assert_eq!((surge.pattern, surge.stampede), (Pattern::TrafficSurge, Some(false)), "{surge:#?}");
}

#[test]
fn a_nightly_batch_is_no_stampede() {
    let verdict = judge(&[cache("redis", 9_800.0, 200.0), database("mysql", 1_500.0, 12.0, 25.0)], &calm());
    assert_eq!((verdict.pattern, verdict.stampede), (Pattern::Unknown, Some(false)), "{verdict:#?}");
    assert_eq!(verdict.level, Level::Critical);
}

/// A server that was idle for days, and is used now: its average says nothing about it.
#[test]
fn more_than_a_lifetime_average_alone_is_a_warning() {
    let busy = database("mysql", 1_500.0, 5.0, 20.0);
    let verdict = judge(&[cache("redis", 9_800.0, 200.0), busy], &Baseline::new());
    assert_eq!((verdict.level, verdict.stampede), (Level::Warning, Some(false)), "{verdict:#?}");
}

/// A hundred clients wait for one query that never ends: fewer queries come in than ever, and that is no health.
#[test]
fn a_database_full_of_stuck_copies_is_not_healthy() {
    let mut stuck = database("mysql", 0.0, 100.0, 60.0);
    stuck.extend(readings("mysql", &[(Metric::DatabaseTopQueryShare, 1.0), (Metric::DatabaseLongest, 8.0)]));
    let verdict = judge(&[stuck.clone()], &Baseline::new());
    assert_eq!(verdict.level, Level::Warning, "{verdict:#?}");
    assert!(verdict.headline.contains("100 copies of one statement run"), "{}", verdict.headline);
    assert_eq!(verdict.next[0].command, "stampede protect");
    // Workers that wait like this every day are what is usual.
    let mut usual = calm();
    usual.set("mysql", Metric::DatabaseTopQueryShare, 1.0, "recorded yesterday");
    usual.set("mysql", Metric::DatabaseRunning, 100.0, "recorded yesterday");
    usual.set("mysql", Metric::DatabaseConnections, 60.0, "recorded yesterday");
    let verdict =
        judge(&[cache("redis", 9_800.0, 200.0), with(stuck, Metric::DatabaseQueries, 100.0)], &usual);
    assert_eq!(verdict.pattern, Pattern::Healthy, "{verdict:#?}");
}

#[test]
fn many_running_statements_that_are_the_usual_number_are_fine() {
    let mut baseline = calm();
    baseline.set("mysql", Metric::DatabaseRunning, 60.0, "recorded yesterday");
    baseline.set("mysql", Metric::DatabaseConnections, 70.0, "recorded yesterday");
    let verdict = judge(&[cache("redis", 9_800.0, 200.0), database("mysql", 110.0, 64.0, 72.0)], &baseline);
    assert_eq!((verdict.level, verdict.pattern), (Level::Ok, Pattern::Healthy), "{verdict:#?}");
}

#[test]
fn misses_that_do_not_reach_the_database_are_not_called_a_stampede() {
    let cache = with(cache("redis", 2_000.0, 8_000.0), Metric::CacheExpired, 3_000.0);
    let verdict = judge(&[cache, database("mysql", 100.0, 5.0, 20.0)], &calm());
    assert_eq!((verdict.pattern, verdict.stampede), (Pattern::ClassicExpiry, None), "{verdict:#?}");
    assert_ne!(verdict.confidence, Confidence::High);
}

#[test]
fn a_replica_of_the_database_that_is_calm_does_not_hide_the_one_that_melts() {
    let verdict = judge(
        &[
            with(cache("redis", 2_000.0, 8_000.0), Metric::CacheEvicted, 3_000.0),
            database("replica", 100.0, 3.0, 20.0),
            database("mysql", 4_000.0, 60.0, 90.0),
        ],
        &calm(),
    );
    assert_eq!((verdict.pattern, verdict.stampede), (Pattern::EvictionStorm, Some(true)), "{verdict:#?}");
    assert_eq!(verdict.confidence, Confidence::High);
}

#[test]
fn the_wake_of_a_mass_expiry_is_no_cold_cache() {
    let cache = with(cache("redis", 500.0, 9_500.0), Metric::CacheKeys, 30_000.0);
    let verdict = judge(
        &[with(cache, Metric::CacheExpiredStale, 0.6), database("mysql", 4_000.0, 60.0, 90.0)],
        &calm(),
    );
    assert_eq!(verdict.pattern, Pattern::ClassicExpiry, "{verdict:#?}");
}

/// A server at rest has a few statements a second: many times next to nothing is no load.
#[test]
fn many_times_nothing_is_nobodys_incident() {
    for (usual, now) in [(0.0, 6.0), (0.5, 5.0), (0.0, 0.2)] {
        let mut rest = Baseline::new();
        rest.set("mysql", Metric::DatabaseQueries, usual, "median of 6 healthy measurements");
        rest.set("mysql", Metric::DatabaseRunning, 0.0, "median of 6 healthy measurements");
        let verdict = judge(&[database("mysql", now, 0.3, 1.0)], &rest);
        assert_eq!(verdict.level, Level::Ok, "{usual} to {now}: {verdict:#?}");
    }
    let mut rest = Baseline::new();
    rest.set("mysql", Metric::DatabaseQueries, 0.0, "median of 6 healthy measurements");
    let verdict = judge(&[database("mysql", 900.0, 1.0, 5.0)], &rest);
    assert_eq!(verdict.headline, "critical: mysql: queries 900/s, usually 0/s", "{verdict:#?}");
}

/// A deploy empties what the servers keep in memory: the cache is asked for all of it, and the database for next to nothing.
#[test]
fn a_surge_of_lookups_beside_an_idle_database_is_one() {
    let mut usual = calm();
    usual.set("mysql", Metric::DatabaseQueries, 0.0, "recorded yesterday");
    usual.set("mysql", Metric::DatabaseRunning, 0.0, "recorded yesterday");
    let surge = || cache("redis", 49_000.0, 1_000.0);
    let verdict = judge(&[surge(), database("mysql", 1.5, 0.0, 2.0)], &usual);
    assert_eq!(verdict.pattern, Pattern::TrafficSurge, "{verdict:#?}");
    let verdict = judge(&[surge(), database("mysql", 4_000.0, 60.0, 90.0)], &usual);
    assert_ne!(verdict.pattern, Pattern::TrafficSurge, "another source of load");
}

/// Pools that have opened more connections than usual, and have room: neither with the traffic that they are for nor after it.
#[test]
fn connections_that_are_more_than_usual_and_far_from_the_limit_are_no_exhaustion() {
    let usual = calm();
    let of = |lookups: f64, connections: f64| {
        judge(
            &[cache("redis", 0.98 * lookups, 0.02 * lookups), database("mysql", 100.0, 0.0, connections)],
            &usual,
        )
    };
    assert_eq!(of(30_000.0, 40.0).pattern, Pattern::TrafficSurge, "the servers' own memory is empty");
    assert_eq!(of(30_000.0, 70.0).pattern, Pattern::TrafficSurge, "more, and not all");
    assert_eq!(
        of(17_000.0, 90.0).pattern,
        Pattern::DatabaseConnectionsExhausted,
        "far more than such traffic needs"
    );
    let after = of(10_000.0, 40.0);
    assert_ne!(after.pattern, Pattern::DatabaseConnectionsExhausted, "{after:#?}");
    assert_eq!(of(10_000.0, 70.0).pattern, Pattern::DatabaseConnectionsExhausted, "a leak");
    assert_eq!(of(30_000.0, 100.0).pattern, Pattern::DatabaseConnectionsExhausted, "none is left");
}

/// Of two databases, the first line names the one that it speaks of.
#[test]
fn the_first_line_names_the_target_and_the_cause() {
    let mut usual = calm();
    usual.set("orders", Metric::DatabaseQueries, 100.0, "recorded yesterday");
    usual.set("orders", Metric::DatabaseRunning, 5.0, "recorded yesterday");
    let parts = [database("mysql", 100.0, 5.0, 20.0), database("orders", 600.0, 5.0, 20.0)];
    let verdict = judge(&parts, &usual);
    assert_eq!(verdict.headline, "warning: orders: queries 600/s, usually 100/s", "{verdict:#?}");
    let parts = [database("mysql", 100.0, 5.0, 20.0), database("orders", 100.0, 5.0, 97.0)];
    let verdict = judge(&parts, &usual);
    assert_eq!(verdict.pattern, Pattern::DatabaseConnectionsExhausted, "{verdict:#?}");
    assert!(verdict.headline.starts_with("critical: orders: database connections"), "{verdict:#?}");
}

/// No errors, no load, and nobody served: that is no healthy night.
#[test]
fn traffic_that_is_gone_is_never_healthy() {
    let verdict = judge(&[database("mysql", 3.0, 5.0, 20.0)], &calm());
    assert_eq!(verdict.headline, "warning: mysql: queries 3/s, usually 100/s", "{verdict:#?}");
    assert_eq!((verdict.level, verdict.pattern), (Level::Warning, Pattern::Unknown));
    // A quiet hour is a quiet hour, and what is usually little may be nothing.
    assert_eq!(judge(&[database("mysql", 30.0, 5.0, 20.0)], &calm()).level, Level::Ok);
    let mut little = Baseline::new();
    little.set("mysql", Metric::DatabaseQueries, 15.0, "recorded yesterday");
    assert_eq!(judge(&[database("mysql", 0.0, 0.0, 20.0)], &little).level, Level::Ok);
    let verdict = judge(&[cache("redis", 600.0, 12.0)], &calm());
    assert_eq!(verdict.level, Level::Warning, "{verdict:#?}");
    assert!(verdict.headline.contains("redis: lookups 306/s, usually 5000/s"), "{verdict:#?}");
    // What was recorded by day says little of the night, but that it is not still.
    for (now, level) in [(3.0, Level::Ok), (1.0, Level::Unknown)] {
        let mut by_day = calm();
        let usual = by_day.get("mysql", Metric::DatabaseQueries).unwrap().clone();
        by_day.set_usual("mysql", Metric::DatabaseQueries, Usual { hour: None, ..usual });
        let verdict = judge(&[database("mysql", now, 5.0, 20.0)], &by_day);
        assert_eq!(verdict.level, level, "{verdict:#?}");
        let said = "unknown: cannot say; mysql: queries 1/s, usually 100/s at other hours";
        assert!(level == Level::Ok || verdict.headline.starts_with(said), "{verdict:#?}");
    }
    // The average since the server started has its nights in it.
    assert_eq!(judge(&[database("mysql", 3.0, 5.0, 20.0)], &Baseline::new()).level, Level::Ok);
}

#[test]
fn what_a_database_says_of_itself_names_the_pattern() {
    let waits = |waiters: f64, wait: f64| {
        let mut all = database("mysql", 100.0, 5.0, 20.0);
        let target = all[0].target.clone();
        all.push(
            Observation::known(&target, Metric::DatabaseLockWaiters, waiters)
                .detail("session 42 (app, 25 s idle in transaction)"),
        );
        all.push(Observation::known(&target, Metric::DatabaseLockWait, wait).detail("row lock"));
        judge(&[all], &calm())
    };
    let locked = waits(38.0, 25.0);
    assert_eq!((locked.level, locked.pattern), (Level::Critical, Pattern::DatabaseLocked), "{locked:#?}");
    assert_eq!(
        locked.headline,
        "critical: mysql locked: 38 wait for session 42 (app, 25 s idle in transaction)"
    );
    assert_eq!(waits(1.0, 25.0).level, Level::Warning, "one may wait for a batch job");
    assert_eq!(waits(38.0, 0.5).level, Level::Ok, "a busy row changes hands");

    let replica = |values: &[(Metric, f64)]| {
        judge(&[[database("mysql", 100.0, 5.0, 20.0), readings("mysql", values)].concat()], &calm())
    };
    let (lag, running, delay) = (
        Metric::DatabaseReplicationLag,
        Metric::DatabaseReplicationRunning,
        Metric::DatabaseReplicationDelay,
    );
    for (values, level) in [
        (vec![(lag, 2.0), (running, 1.0)], Level::Ok),
        (vec![(lag, 30.0), (running, 1.0)], Level::Warning),
        (vec![(lag, 700.0), (running, 1.0)], Level::Critical),
        (vec![(lag, 700.0), (running, 1.0), (delay, 600.0)], Level::Warning),
        (vec![(lag, 605.0), (running, 1.0), (delay, 600.0)], Level::Ok),
        (vec![(running, 0.0)], Level::Warning),
    ] {
        let verdict = replica(&values);
        let pattern = if level == Level::Ok { Pattern::Healthy } else { Pattern::ReplicaBehind };
        assert_eq!((verdict.level, verdict.pattern), (level, pattern), "{values:?}: {verdict:#?}");
    }
    // A standby cannot be written to; a primary that cannot is told.
    let read_only = (Metric::DatabaseReadOnly, 1.0);
    assert_eq!(replica(&[read_only, (lag, 0.0)]).level, Level::Ok);
    assert_eq!(replica(&[read_only]).headline, "warning: mysql is read-only although it follows nobody");
    let denied = (Metric::DatabaseFailedLogins, 20.0);
    assert_eq!(replica(&[denied]).level, Level::Warning);
    assert_eq!(replica(&[denied, (Metric::DatabaseLockedAccounts, 1.0)]).level, Level::Critical);
    assert_eq!(replica(&[(Metric::DatabaseLockedAccounts, 1.0)]).level, Level::Ok, "somebody is there");
}

/// Every connection is taken and none of them asks anything: what is missed does not arrive.
#[test]
fn misses_beside_idle_connections_are_not_called_a_stampede() {
    let full = judge(&[cache("redis", 1_000.0, 9_000.0), database("mysql", 30.0, 0.0, 100.0)], &calm());
    assert_eq!((full.level, full.stampede), (Level::Critical, None), "{full:#?}");
    let asked = judge(&[cache("redis", 1_000.0, 9_000.0), database("mysql", 3_000.0, 60.0, 100.0)], &calm());
    assert_eq!(asked.stampede, Some(true), "{asked:#?}");
}

#[test]
fn what_has_room_is_not_called_exhausted() {
    let at = |connections: f64| {
        judge(&[cache("redis", 9_800.0, 200.0), database("mysql", 100.0, 2.0, connections)], &calm())
    };
    let near = at(85.0);
    assert!(near.headline.starts_with("warning: database connections nearly exhausted"), "{near:#?}");
    let none = at(100.0);
    assert!(none.headline.starts_with("critical: database connections exhausted"), "{none:#?}");
}

/// Sending a large answer is no part of its command's time: that it goes out is the sign. What always goes out is none.
#[test]
fn a_cache_that_is_busy_with_large_answers_is_saturated() {
    let values = [(Metric::CacheRoundTrip, 278.0), (Metric::CacheNetOut, 490e6), (Metric::CacheOps, 265.0)];
    let changed = |seen, (metric, value)| with(seen, metric, value);
    let busy = || vec![values.into_iter().fold(cache("redis", 9_800.0, 200.0), changed)];
    let mut baseline = calm();
    let large = judge(&busy(), &baseline);
    assert_eq!((large.level, large.pattern), (Level::Warning, Pattern::CacheSaturated), "{large:#?}");
    baseline.set("redis", Metric::CacheNetOut, 400e6, "recorded yesterday");
    assert_ne!(judge(&busy(), &baseline).pattern, Pattern::CacheSaturated, "so much goes out on every day");
}

/// The numbers beside a signal are those that it was compared with.
#[test]
fn a_signal_has_the_thresholds_that_decided() {
    let mut baseline = calm();
    baseline.set("redis", Metric::CacheRoundTrip, 20.0, "recorded yesterday");
    let slow = with(cache("redis", 9_800.0, 200.0), Metric::CacheRoundTrip, 100.0);
    let late = readings(
        "mysql",
        &[
            (Metric::DatabaseReplicationLag, 605.0),
            (Metric::DatabaseReplicationDelay, 600.0),
            (Metric::DatabaseReplicationRunning, 1.0),
        ],
    );
    let verdict = judge(&[slow, [database("mysql", 100.0, 5.0, 20.0), late].concat()], &baseline);
    let of = |name: &str| {
        let signal = verdict.signals.iter().find(|signal| signal.name == name).unwrap();
        (signal.level, signal.warning, signal.critical)
    };
    assert_eq!(of("cache.round_trip"), (Level::Ok, Some(200.0), Some(2_000.0)));
    assert_eq!(of("database.replication_lag"), (Level::Ok, Some(610.0), Some(900.0)));
    assert_eq!(of("cache.hit_ratio"), (Level::Ok, Some(0.95), Some(0.8)));
}

/// What is usual for a queue since its server started is no usual ratio of a cache either; what was recorded is.
#[test]
fn the_hit_ratio_of_a_queue_is_judged_by_a_recorded_one_only() {
    let of = |share: f64, baseline: &Baseline| {
        let mut seen = cache("redis", 0.0, 2_000.0);
        seen.extend(readings("redis", &[(Metric::CacheQueueShare, share)]));
        diagnose(&seen, &Thresholds::default(), baseline)
    };
    let queue = of(0.9, &Baseline::new());
    assert_eq!((queue.level, queue.pattern), (Level::Ok, Pattern::Healthy), "{queue:#?}");
    assert!(queue.evidence.iter().any(|line| line.contains("90.0 % of the lookups are a queue's")));
    assert_eq!(queue.confidence, Confidence::Medium);
    assert_ne!(of(0.4, &Baseline::new()).level, Level::Ok, "most of it is a cache");
    assert_eq!(of(0.9, &calm()).level, Level::Critical, "it used to be a cache that hits");
}

/// A PostgreSQL of which so many transactions are rolled back, and usually so many.
fn rolling_back(rate: f64, share: f64, usual: Option<f64>) -> Verdict {
    let mut postgres = database("postgres", 100.0, 5.0, 20.0);
    postgres.extend(readings(
        "postgres",
        &[(Metric::DatabaseRollbacks, rate), (Metric::DatabaseRollbackShare, share)],
    ));
    let usual = usual.map(|usual| readings("postgres", &[(Metric::DatabaseRollbackShareLifetime, usual)]));
    judge(&[postgres, usual.unwrap_or_default()], &Baseline::new())
}

#[test]
fn rollbacks_are_held_against_what_is_usual() {
    let level = |rate, share, usual| rolling_back(rate, share, usual).level;
    assert_eq!(level(80.0, 1.0, Some(0.95)), Level::Ok, "each read ends with one");
    assert_eq!(level(80.0, 0.15, Some(0.0)), Level::Ok);
    assert_eq!(level(80.0, 0.25, Some(0.0)), Level::Warning);
    assert_eq!(level(80.0, 0.55, Some(0.0)), Level::Critical);
    assert_eq!(level(4.0, 1.0, Some(0.0)), Level::Ok, "too few to mean anything");
    let words = "critical: postgres: 98.0 % of transactions roll back, usually 1.0 %";
    assert_eq!(rolling_back(80.0, 0.98, Some(0.01)).headline, words);
    // Nothing is known of what is usual.
    let young = rolling_back(80.0, 0.98, None);
    assert_eq!((young.level, young.pattern), (Level::Unknown, Pattern::Unknown), "{young:#?}");
    assert!(young.headline.contains("98.0 % of transactions roll back"), "{young:#?}");
    assert_eq!(level(80.0, 0.1, None), Level::Ok);
    assert_eq!(level(4.0, 1.0, None), Level::Ok);
}

/// There a statement that fails by itself is counted as well: it is a warning at most, and no number says otherwise.
#[test]
fn rollbacks_of_a_mysql_are_never_critical() {
    let mut usual = Baseline::new();
    usual.set_kind("mysql", Kind::Mysql);
    let share = Metric::DatabaseRollbackShare;
    let mut mysql = database("mysql", 100.0, 5.0, 20.0);
    mysql.extend(readings(
        "mysql",
        &[(Metric::DatabaseRollbacks, 80.0), (share, 1.0), (Metric::DatabaseRollbackShareLifetime, 0.0)],
    ));
    let verdict = judge(&[mysql], &usual);
    let signal = verdict.signals.iter().find(|signal| signal.name == share.name()).unwrap();
    assert_eq!((signal.level, signal.warning, signal.critical), (Level::Warning, Some(0.5), None));
    assert_eq!(signal.basis, "usually 0.0 % (of all before); a warning 50 points above it");
}

/// What was recorded on calm days is more than what was before.
#[test]
fn a_recorded_share_of_rollbacks_is_what_is_usual() {
    let mut usual = calm();
    usual.set("postgres", Metric::DatabaseRollbackShare, 0.0, "recorded yesterday");
    let mut postgres = database("postgres", 100.0, 5.0, 20.0);
    postgres.extend(readings(
        "postgres",
        &[
            (Metric::DatabaseRollbacks, 80.0),
            (Metric::DatabaseRollbackShare, 0.9),
            (Metric::DatabaseRollbackShareLifetime, 0.9),
        ],
    ));
    assert_eq!(judge(&[postgres], &usual).level, Level::Critical);
}

/// A server that idled since its start has an average of next to nothing, and is lightly used now.
#[test]
fn the_light_use_of_a_database_that_idled_is_no_load() {
    let idled = |queries| with(database("mysql", queries, 0.3, 5.0), Metric::DatabaseQueriesLifetime, 0.1);
    assert_eq!(judge(&[idled(45.0)], &Baseline::new()).level, Level::Ok);
    assert_eq!(judge(&[idled(400.0)], &Baseline::new()).level, Level::Warning);
}
