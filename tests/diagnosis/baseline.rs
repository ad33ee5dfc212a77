//! What counts as usual in a recording: what came first, unless the recording begins in mid-incident and recovers.

use stampede::config::Thresholds;
use stampede::diagnosis::{Confidence, Pattern};
use stampede::replay::{Replay, classify, read};

/// A quiet minute of a shop: what the cells of a row are when nothing happens.
#[derive(Clone, Copy)]
pub struct Quiet {
    pub hits: f64,
    pub misses: f64,
    pub expired: f64,
    pub evicted: f64,
    pub keys: f64,
    pub clients: f64,
    pub queries: f64,
    pub connections: f64,
    pub running: f64,
    pub top: f64,
    pub response: f64,
}

pub const QUIET: Quiet = Quiet {
    hits: 735_000.0,
    misses: 9_000.0,
    expired: 900.0,
    evicted: 0.0,
    keys: 280_000.0,
    clients: 540.0,
    queries: 24_500.0,
    connections: 112.0,
    running: 38.0,
    top: 0.2,
    response: 12.0,
};

/// A recording of minutes, each made from a quiet one; jitter of a few per cent is added, the same each time.
pub fn recording(rows: usize, make: impl Fn(usize, &mut Quiet)) -> String {
    recording_every(1, rows, make)
}

/// The same with `step` minutes between rows.
pub fn recording_every(step: usize, rows: usize, make: impl Fn(usize, &mut Quiet)) -> String {
    let mut text = String::from(
        "time,cache_hits,cache_misses,expired_keys,evicted_keys,keys,cache_clients,cache_maxclients,db_queries,db_connections,db_max_connections,db_running,top_query_share,response_time_ms\n",
    );
    for row in 0..rows {
        let mut cells = QUIET;
        make(row, &mut cells);
        let jitter = |salt: usize, value: f64| {
            (value * (1.0 + 0.04 * (((row * 7_919 + salt * 104_729) % 101) as f64 / 50.0 - 1.0))).round()
        };
        text.push_str(&format!(
            "{:02}:{:02},{},{},{},{},{},{},2512,{},{},361,{},{},{}\n",
            10 + row * step / 60,
            row * step % 60,
            jitter(1, cells.hits),
            jitter(2, cells.misses),
            jitter(3, cells.expired),
            jitter(4, cells.evicted),
            cells.keys.round(),
            jitter(5, cells.clients).min(2_512.0),
            jitter(6, cells.queries),
            jitter(7, cells.connections).min(361.0),
            jitter(8, cells.running),
            cells.top,
            cells.response.round(),
        ));
    }
    text
}

pub fn judge(text: &str) -> Replay {
    classify(&read(text.as_bytes()).expect("a made recording is readable"), &Thresholds::default())
}

#[test]
fn fewer_queries_at_a_full_pool_are_not_the_usual_level() {
    let replay = judge(&recording(24, |row, cells| {
        if row >= 8 {
            cells.connections = 400.0;
            cells.queries /= 2.0;
            cells.running /= 2.0;
        }
    }));
    assert_eq!(replay.overall.pattern, Pattern::DatabaseConnectionsExhausted, "{:#?}", replay.overall);
    assert_eq!(replay.onset.as_deref(), Some("10:08"));
}

#[test]
fn a_step_after_two_quiet_rows_is_an_incident() {
    let slow = judge(&recording(40, |row, cells| {
        if row >= 2 {
            cells.running *= 4.0;
            cells.connections *= 1.3;
            cells.response *= 4.0;
        }
    }));
    assert_eq!((slow.overall.pattern, slow.onset.as_deref()), (Pattern::SlowDatabase, Some("10:02")));
    let surge = judge(&recording(24, |row, cells| {
        let factor = (1.0 + 0.4 * (row as f64 - 1.0)).clamp(1.0, 2.4);
        for cell in [&mut cells.hits, &mut cells.misses, &mut cells.queries, &mut cells.running] {
            *cell *= factor;
        }
    }));
    assert_eq!(surge.overall.pattern, Pattern::TrafficSurge, "{:#?}", surge.overall);
}

#[test]
fn one_quiet_row_is_usual_when_several_things_break_after_it() {
    let replay = judge(&recording(24, |row, cells| {
        if row >= 1 {
            cells.hits -= 120_000.0;
            cells.misses += 120_000.0;
            cells.queries += 120_000.0;
            cells.running *= 5.0;
            cells.top = 0.9;
            cells.response *= 3.0;
        }
    }));
    assert_eq!((replay.overall.pattern, replay.onset.as_deref()), (Pattern::HotKey, Some("10:01")));
}

#[test]
fn a_first_row_that_covers_less_time_is_no_quiet_row() {
    let replay = judge(&recording(24, |row, cells| {
        if row == 0 {
            for cell in [&mut cells.hits, &mut cells.misses, &mut cells.queries, &mut cells.expired] {
                *cell *= 0.2;
            }
        }
    }));
    assert_eq!((replay.overall.pattern, replay.overall.level.name()), (Pattern::Healthy, "ok"));
    assert_eq!(replay.overall.confidence, Confidence::High);
}

#[test]
fn a_recording_that_begins_in_mid_incident_is_held_against_its_end() {
    let slow = judge(&recording(24, |row, cells| {
        if row < 12 {
            cells.running *= 5.0;
            cells.connections *= 2.0;
            cells.response *= 4.0;
        }
    }));
    assert_eq!((slow.overall.pattern, slow.onset.as_deref()), (Pattern::SlowDatabase, Some("10:00")));
    let leak = judge(&recording(24, |row, cells| {
        if row < 12 {
            cells.connections = 400.0;
            cells.queries /= 2.0;
            cells.running /= 2.0;
        }
    }));
    let found = (leak.overall.pattern, leak.onset.as_deref());
    assert_eq!(found, (Pattern::DatabaseConnectionsExhausted, Some("10:00")), "{:#?}", leak.overall);
}
