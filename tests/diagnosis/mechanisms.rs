//! What looks like a cause and is a consequence, or the other way round; each on a recording made for it.

use stampede::diagnosis::{Confidence, Level, Pattern};

use super::baseline::{Quiet, judge, recording, recording_every};

/// A full cache: for each miss a key goes.
fn full(cells: &mut Quiet) {
    cells.evicted = 0.5 * cells.misses;
}

#[test]
fn evictions_that_follow_the_misses_of_a_cache_at_its_client_limit_are_no_storm() {
    let replay = judge(&recording(24, |row, cells| {
        if row >= 8 {
            cells.hits *= 0.4;
            cells.misses *= 4.0;
            cells.queries += 400_000.0;
            cells.running *= 5.0;
            cells.clients = 2_600.0;
        }
        full(cells);
    }));
    assert_eq!(replay.overall.pattern, Pattern::CacheConnectionsExhausted, "{:#?}", replay.overall);
    assert_eq!(replay.onset.as_deref(), Some("10:08"));
}

#[test]
fn evictions_in_step_with_the_misses_do_not_hide_an_expiry() {
    let replay = judge(&recording(24, |row, cells| {
        if row >= 8 {
            let age = row as f64 - 8.0;
            cells.misses += 500_000.0 / (1.0 + 0.3 * (age - 2.0).abs());
            cells.hits -= 300_000.0;
            cells.queries += cells.misses;
            cells.running *= 6.0;
            cells.keys *= if age < 3.0 { 0.8 - 0.2 * age } else { 0.6 };
            cells.expired *= if age < 3.0 { 14.0 } else { 2.0 };
        }
        full(cells);
    }));
    assert_eq!(replay.overall.pattern, Pattern::ClassicExpiry, "{:#?}", replay.overall);
    assert!(replay.overall.evidence[0].contains("expired keys: the peak"), "{:?}", replay.overall.evidence);
}

#[test]
fn a_handful_of_expiries_does_not_explain_a_thousand_lost_keys() {
    let replay = judge(&recording(24, |row, cells| {
        cells.expired = 0.0;
        cells.keys = 1_131.0;
        if row >= 8 {
            cells.hits *= 0.1;
            cells.misses = 650_000.0;
            cells.queries += 650_000.0;
            cells.running = 361.0;
            cells.connections = 361.0;
            cells.keys = 28.0 + 40.0 * (row as f64 - 8.0);
            cells.expired = if row % 2 == 0 { 2.0 } else { 0.0 };
        }
    }));
    assert_eq!(replay.overall.pattern, Pattern::ColdCache, "{:#?}", replay.overall);
}

#[test]
fn absent_keys_at_five_minutes_a_row_are_not_taken_for_the_time_of_day() {
    let replay = judge(&recording_every(5, 37, |row, cells| {
        if row >= 7 {
            cells.misses += 1_100_000.0;
            cells.queries += 1_000_000.0;
            cells.running *= 4.0;
        }
    }));
    assert_eq!(replay.overall.pattern, Pattern::AbsentKeys, "{:#?}", replay.overall);
    assert_eq!(replay.onset.as_deref(), Some("10:35"));
}

/// The columns of a recording that are wanted, in their order.
pub fn only(recording: &str, wanted: &[&str]) -> String {
    let mut rows = recording.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(','));
    let header: Vec<&str> = rows.next().expect("a header").collect();
    let keep = |cells: Vec<&str>| -> String {
        let kept = header.iter().zip(cells).filter(|(name, _)| wanted.contains(name));
        kept.map(|(_, cell)| cell).collect::<Vec<_>>().join(",")
    };
    let mut text = vec![keep(header.clone())];
    text.extend(rows.map(|row| keep(row.collect())));
    text.join("\n")
}

#[test]
fn a_limit_without_anything_it_limits_is_no_target() {
    let healthy = include_str!("../scenarios/healthy-1.csv");
    for limit in ["db_max_connections", "cache_maxclients"] {
        let replay = judge(&only(healthy, &["time", "cache_hits", "cache_misses", limit]));
        assert_eq!((replay.overall.pattern, replay.onset), (Pattern::Healthy, None), "{limit}");
    }
    let replay = judge(&only(healthy, &["time", "db_queries", "db_running", "cache_maxclients"]));
    assert_eq!(replay.overall.pattern, Pattern::Healthy, "{:#?}", replay.overall);
}

#[test]
fn hits_that_are_gone_are_never_called_lookups_for_absent_keys() {
    let full = include_str!("../scenarios/cache_connections_exhausted-1.csv");
    let header = full.lines().find(|line| line.starts_with("time")).expect("a header");
    let kept: Vec<&str> =
        header.split(',').filter(|name| !["cache_clients", "cache_maxclients"].contains(name)).collect();
    let replay = judge(&only(full, &kept));
    assert_eq!(replay.overall.pattern, Pattern::Unknown, "{:#?}", replay.overall);
    assert_eq!((replay.overall.level, replay.overall.confidence), (Level::Critical, Confidence::Low));
}

#[test]
fn the_evidence_is_short_and_the_headline_holds_both_numbers() {
    let replay = judge(&recording(24, |row, cells| {
        if row >= 8 {
            cells.hits *= 0.36;
            cells.misses += 470_000.0;
            cells.queries *= 24.0;
            cells.running *= 6.0;
            cells.expired *= 90.0;
            cells.keys *= 0.4;
        }
    }));
    let headline = &replay.overall.headline;
    assert!(headline.contains("; hits 3") && headline.contains(", queries 24 x"), "{headline}");
    assert!(headline.chars().count() <= 80, "{headline}");
    let cut = judge(&only(&recording(24, |_, _| {}), &["time", "cache_hits", "cache_misses", "db_queries"]));
    assert!(cut.overall.evidence.iter().all(|line| !line.starts_with("not judged: ")), "{:#?}", cut.overall);
    assert!(
        cut.overall.signals.iter().any(|signal| signal.level == Level::Unknown && !signal.basis.is_empty())
    );
}
