//! The labelled recordings of the project: each must give its label, and its onset within one minute.

use stampede::config::Thresholds;
use stampede::diagnosis::{Level, Pattern};
use stampede::replay::{Replay, Series, classify, read};

fn replay(bytes: &[u8]) -> (Series, Replay) {
    let series = read(bytes).expect("a readable recording");
    let replay = classify(&series, &Thresholds::default());
    (series, replay)
}

/// Rows between two labels.
fn rows_apart(series: &Series, a: &str, b: &str) -> usize {
    let at = |label: &str| series.rows.iter().position(|row| row.time == label).expect("a row of that time");
    at(a).abs_diff(at(b))
}

#[test]
fn every_labelled_recording_gets_its_label_and_onset() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let (series, replay) = replay(&std::fs::read(&path).unwrap());
        let label = series.label.clone().unwrap();
        seen += 1;
        let onset_fits = match (&series.onset, &replay.onset) {
            (Some(stated), Some(found)) => rows_apart(&series, stated, found) <= 1,
            (None, None) => true,
            _ => false,
        };
        if replay.overall.pattern.name() != label || !onset_fits {
            wrong.push(format!(
                "{}: {} at {:?} (stated {:?}): {:#?}",
                path.display(),
                replay.overall.pattern.name(),
                replay.onset,
                series.onset,
                replay.overall.evidence
            ));
        }
        let stampede = !matches!(
            replay.overall.pattern,
            Pattern::Healthy
                | Pattern::TrafficSurge
                | Pattern::SlowDatabase
                | Pattern::CacheDown
                | Pattern::DatabaseConnectionsExhausted
        );
        assert_eq!(replay.overall.stampede, Some(stampede), "{label}");
        assert!(replay.overall.headline.chars().count() <= 80, "{}", replay.overall.headline);
    }
    assert_eq!(seen, 11, "the recordings are gone");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check_protocol(bytes: &[u8]) {
    let (_, replay) = replay(bytes);
    let levels: Vec<Level> = replay.minutes.iter().map(|minute| minute.verdict.level).collect();
    assert_eq!(replay.minutes.len(), 5);
    assert_eq!(replay.overall.pattern, Pattern::ClassicExpiry, "{:#?}", replay.overall);
    assert!(!levels[..2].contains(&Level::Critical), "{levels:?}");
    assert_eq!(levels[3..], [Level::Critical, Level::Critical]);
    assert_eq!(replay.onset.as_deref(), Some("10:02"));
}

#[test]
fn the_protocols_table_is_a_classic_expiry() {
    check_protocol(include_bytes!("../scenarios/protocol-classic.txt"));
}

#[test]
fn the_protocols_table_is_found_inside_its_document() {
    check_protocol(include_bytes!("../scenarios/cache-stampede.md"));
}
