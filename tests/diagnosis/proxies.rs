//! A column that is missing does not take the name away while two other signals stand for it; what nothing explains
//! takes the confidence.

use stampede::diagnosis::{Confidence, Pattern};

use super::baseline::{Quiet, judge, recording};
use super::mechanisms::only;

const NAMES: [&str; 14] = [
    "time",
    "cache_hits",
    "cache_misses",
    "expired_keys",
    "evicted_keys",
    "keys",
    "cache_clients",
    "cache_maxclients",
    "db_queries",
    "db_connections",
    "db_max_connections",
    "db_running",
    "top_query_share",
    "response_time_ms",
];

fn without(recording: &str, gone: &[&str]) -> String {
    only(recording, &NAMES.into_iter().filter(|name| !gone.contains(name)).collect::<Vec<_>>())
}

fn slow(row: usize, cells: &mut Quiet) {
    if row >= 8 {
        cells.running *= 6.0;
        cells.connections *= 2.0;
        cells.response *= 20.0;
    }
}

fn leak(row: usize, cells: &mut Quiet) {
    if row >= 8 {
        cells.connections = 400.0;
    }
}

#[test]
fn steady_misses_stand_for_queries_that_nobody_counted() {
    let replay = judge(&without(&recording(24, slow), &["db_queries"]));
    assert_eq!(replay.overall.pattern, Pattern::SlowDatabase, "{:#?}", replay.overall);
    assert_ne!(replay.overall.confidence, Confidence::High);
    // One signal alone names nothing.
    let bare = ["db_queries", "db_connections", "db_max_connections", "response_time_ms"];
    let replay = judge(&without(&recording(24, slow), &bare));
    assert_eq!(replay.overall.pattern, Pattern::Unknown, "{:#?}", replay.overall);
}

#[test]
fn a_full_pool_for_the_same_queries_is_held_unless_users_wait() {
    let replay = judge(&without(&recording(24, leak), &["db_running"]));
    assert_eq!(replay.overall.pattern, Pattern::DatabaseConnectionsExhausted, "{:#?}", replay.overall);
    assert_ne!(replay.overall.confidence, Confidence::High);
    let waits = recording(24, |row, cells| {
        leak(row, cells);
        slow(row, cells);
    });
    let replay = judge(&without(&waits, &["db_running"]));
    assert_ne!(replay.overall.pattern, Pattern::DatabaseConnectionsExhausted, "{:#?}", replay.overall);
}

/// Minutes of a shop whose cache falls silent in the eighth; users wait as long as `response` from then on.
fn silent(response: f64) -> String {
    let text = recording(24, |row, cells| {
        if row >= 8 {
            cells.response = response;
        }
    });
    let text = only(&text, &["time", "cache_hits", "cache_misses", "response_time_ms"]);
    let rows = text.lines().enumerate().map(|(line, row)| match row.split(',').collect::<Vec<_>>()[..] {
        [time, _, _, response] if line >= 9 => format!("{time},,,{response}"),
        _ => row.to_owned(),
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_silent_cache_that_users_feel_is_down_and_one_they_do_not_feel_is_only_unseen() {
    let replay = judge(&silent(12_000.0));
    assert_eq!(replay.overall.pattern, Pattern::CacheDown, "{:#?}", replay.overall);
    assert_eq!(replay.overall.confidence, Confidence::Low);
    assert_eq!(judge(&silent(12.0)).overall.pattern, Pattern::Unknown);
}

#[test]
fn health_is_not_sure_while_signals_are_missing_or_a_step_is_unexplained() {
    let quiet = recording(24, |_, _| {});
    assert_eq!(judge(&quiet).overall.confidence, Confidence::High);
    let blind = judge(&without(&quiet, &["db_running"]));
    assert_eq!((blind.overall.pattern, blind.overall.confidence), (Pattern::Healthy, Confidence::Medium));
    let step = judge(&recording(24, |row, cells| {
        if row >= 12 {
            cells.clients *= 3.0;
        }
    }));
    assert_eq!((step.overall.pattern, step.overall.confidence), (Pattern::Healthy, Confidence::Low));
    assert!(
        step.overall.evidence.iter().any(|line| line.contains("level changes at 10:1")),
        "{:#?}",
        step.overall
    );
}
