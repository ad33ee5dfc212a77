//! Reading recordings: every accepted notation, and a clear sentence for what cannot be read.

use stampede::config::Thresholds;
use stampede::diagnosis::{Level, Pattern};
use stampede::replay::{classify, read};

const CLASSIC: &str = include_str!("../scenarios/classic_expiry-1.csv");

fn error(bytes: &[u8]) -> String {
    let error = read(bytes).expect_err("this cannot be read");
    format!("{}; hint: {}", error.message, error.hint.unwrap_or_default())
}

fn is_classic(text: &str) {
    let replay = classify(&read(text.as_bytes()).expect("readable"), &Thresholds::default());
    assert_eq!(replay.overall.pattern, Pattern::ClassicExpiry, "{:#?}", replay.overall.evidence);
    assert!(replay.onset.is_some_and(|onset| onset.contains("10:05")));
}

#[test]
fn line_ends_byte_order_marks_and_other_delimiters_do_not_matter() {
    is_classic(&CLASSIC.replace('\n', "\r\n"));
    is_classic(&format!("\u{feff}{CLASSIC}"));
    is_classic(&CLASSIC.replace(',', ";").replacen("classic_expiry; onset", "classic_expiry, onset", 1));
    is_classic(&CLASSIC.replace(',', "\t"));
    is_classic(&CLASSIC.replace("cache_hits", "\"Cache Hits\"").replace("10:09", "# a remark\n10:09"));
}

#[test]
fn columns_may_come_in_any_order_and_times_in_full() {
    let turned: Vec<String> = CLASSIC
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(',').rev().collect::<Vec<_>>().join(","))
        .collect();
    is_classic(&turned.join("\n"));
    is_classic(&CLASSIC.replace("\n10:", "\n2026-11-22T10:"));
}

#[test]
fn json_lines_say_the_same() {
    let mut rows = CLASSIC.lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = rows.next().expect("a header").split(',').collect();
    let mut text = String::new();
    for row in rows {
        let cells = names.iter().zip(row.split(',')).map(|(name, cell)| match *name {
            "time" => format!("\"time\":\"{cell}\""),
            name => format!("\"{name}\":{cell}"),
        });
        text.push_str(&format!("{{{}}}\n", cells.collect::<Vec<_>>().join(",")));
    }
    is_classic(&text);
    let message = error(format!("{text}[1]\n").as_bytes());
    assert!(message.contains("line 18: not a JSON object"), "{message}");
}

#[test]
fn what_cannot_be_read_is_named_with_line_and_column() {
    for (bytes, words) in [
        ("", "empty"),
        ("# only a remark\n", "empty"),
        ("time,cache_hits\n", "no rows"),
        ("time,cache_hits\n10:00,many\n", "line 2, column 2 (cache_hits): `many` is not a number"),
        ("time,cache_hits\n10:00,5\n10:00,6\n", "the time 10:00 is the same as on line 2"),
        ("time,cache_hits\n10:02,5\n10:01,6\n", "line 3: the time 10:01 is earlier than on line 2"),
        ("time,cache_hits\nnoon,5\n", "line 2, column 1 (time): `noon` is no time"),
        ("time,cache_hits,cache_hits\n10:00,5,6\n", "there twice"),
        ("time,cache_hits\n10:00,5,6\n", "3 cells under 2 headings"),
        ("tine,cache_hit,db_query\n10:00,5,6\n", "did you mean"),
        ("{\"time\":\"10:00\",\"cache_hits\":}\n", "line 1, character"),
        ("[{\"time\":1}]\n", "JSON array"),
        ("hello world\n", "no header"),
        ("time,cache_hits\n10:00,-5\n", "negative"),
    ] {
        let message = error(bytes.as_bytes());
        assert!(message.contains(words), "{bytes:?}: {message}");
    }
    assert!(error(b"time,cache_hits\n10:00,\xff\n").contains("line 2: not text"));
    assert!(error(b"time,cache_hits\n10:00,\0\n").contains("binary"));
}

#[test]
fn an_unknown_column_is_named_and_ignored() {
    let series = read(b"time,cache_hits,cache_mises\n10:00,5,6\n").expect("readable");
    assert!(
        series.notes.iter().any(|note| note.contains("`cache_mises`") && note.contains("`cache_misses`"))
    );
}

#[test]
fn hostile_text_is_escaped_and_a_line_of_ten_megabytes_is_refused_in_a_sentence() {
    let message = error("time,cache_hits\n10:00,\u{1b}[31m\n".as_bytes());
    assert!(!message.contains('\u{1b}'), "{message}");
    let message = error(format!("time,cache_hits\n10:00,{}\n", "x".repeat(10_000_000)).as_bytes());
    assert!(message.len() < 300, "{} bytes", message.len());
    let message = error("y".repeat(10_000_000).as_bytes());
    assert!(message.len() < 400, "{} bytes", message.len());
}

#[test]
fn midnight_may_pass_within_a_recording() {
    let series = read(b"time,cache_hits\n23:58,60\n23:59,60\n00:00,60\n00:01,60\n").expect("readable");
    assert!((series.interval - 60.0).abs() < 1e-9);
}

#[test]
fn a_spike_of_one_row_is_shown_but_is_no_incident() {
    let healthy = include_str!("../scenarios/healthy-1.csv");
    let spiked = healthy.replace(
        "10:07,864390,17666,5181,0,2780680,8983013,2171,10000,65281,224,960,62,0.19,3",
        "10:07,264390,617666,5181,0,2780680,8983013,2171,10000,665281,824,960,662,0.19,300",
    );
    assert_ne!(spiked, healthy);
    let replay = classify(&read(spiked.as_bytes()).expect("readable"), &Thresholds::default());
    assert_eq!((replay.overall.pattern, replay.onset), (Pattern::Healthy, None));
    assert!(replay.overall.evidence.iter().any(|line| line.contains("10:07")));
}

/// A day of rows: traffic swells to `swing` times its low and back.
fn day(step_minutes: usize, swing: f64, incident: Option<(usize, usize)>) -> String {
    let mut text = String::from(
        "time,cache_hits,cache_misses,expired_keys,evicted_keys,keys,db_queries,db_running,db_connections,db_max_connections,response_time_ms\n",
    );
    for (row, minute) in (0..1_440).step_by(step_minutes).enumerate() {
        let turn = (minute as f64 / 1_440.0 * std::f64::consts::TAU).cos();
        let jitter = 1.0 + 0.05 * ((row * 7_919 % 101) as f64 / 50.0 - 1.0);
        let lookups = 60_000.0 * step_minutes as f64 * (1.0 + (swing - 1.0) * (1.0 - turn) / 2.0) * jitter;
        let broken = incident.is_some_and(|(from, to)| (from..to).contains(&row));
        let miss = if broken { 0.6 } else { 0.02 };
        let queries = lookups * (miss + 0.02);
        let running = (queries / step_minutes as f64 / 60.0 * 0.3).round();
        let expired = if broken { lookups * 0.3 } else { lookups * 0.01 };
        text.push_str(&format!(
            "{:02}:{:02},{:.0},{:.0},{expired:.0},0,500000,{queries:.0},{running},{:.0},500,{}\n",
            minute / 60,
            minute % 60,
            lookups * (1.0 - miss),
            lookups * miss,
            running * 1.5 + 10.0,
            if broken { 900 } else { 12 }
        ));
    }
    text
}

#[test]
fn the_swell_of_a_day_is_no_incident_and_hides_none() {
    for (step, swing) in [(1, 1.4), (1, 4.0), (5, 4.0), (15, 3.0)] {
        let replay =
            classify(&read(day(step, swing, None).as_bytes()).expect("readable"), &Thresholds::default());
        let found = (replay.overall.pattern, replay.onset.as_deref());
        assert_eq!(found, (Pattern::Healthy, None), "{step} {swing} {:#?}", replay.overall.evidence);
        let replay = classify(
            &read(day(step, swing, Some((50, 60))).as_bytes()).expect("readable"),
            &Thresholds::default(),
        );
        assert_eq!(
            replay.overall.pattern,
            Pattern::ClassicExpiry,
            "{step} {swing} {:#?}",
            replay.overall.evidence
        );
        let at = 50 * step;
        assert_eq!(replay.onset, Some(format!("{:02}:{:02}", at / 60, at % 60)));
    }
}

/// The rows of a recording from a time on, under its header.
fn from(recording: &str, time: &str) -> String {
    let rows = recording.lines().skip(1);
    let rows = rows.filter(|line| line.starts_with("time") || line.get(..5).is_some_and(|at| at >= time));
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_incident_that_fills_the_recording_is_not_its_own_baseline() {
    let full = include_str!("../scenarios/cache_connections_exhausted-1.csv");
    for (recording, time) in [(CLASSIC, "10:08"), (full, "10:10")] {
        let replay =
            classify(&read(from(recording, time).as_bytes()).expect("readable"), &Thresholds::default());
        assert_eq!(replay.overall.level, Level::Critical, "{:#?}", replay.overall.evidence);
        assert_eq!(replay.onset.as_deref(), Some(time));
        assert_ne!(replay.overall.stampede, Some(false));
    }
}
