//! Thousands of made recordings against the diagnosis: which label became which pattern.

use std::collections::BTreeMap;

use stampede::config::Thresholds;
use stampede::diagnosis::Pattern;
use stampede::replay::{Replay, classify, read};

use super::model::{LABELS, Recording, Shape, label, make};

/// Recordings of each label, shape and subset. STAMPEDE_CONFUSION=300 makes more of them and shows the matrix.
fn each() -> u64 {
    std::env::var("STAMPEDE_CONFUSION").ok().and_then(|each| each.parse().ok()).unwrap_or(40)
}

/// The part of the columns a recording has.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Subset {
    All,
    CacheOnly,
    DatabaseOnly,
    NoKeysNoUptime,
    NoTopQuery,
    NoExpiryNoEviction,
    Protocol,
}

impl Subset {
    fn keeps(self, name: &str) -> bool {
        let cache = ["hits", "misses", "keys", "cache"].iter().any(|part| name.contains(part));
        match self {
            Self::All => true,
            Self::CacheOnly => cache,
            Self::DatabaseOnly => !cache,
            Self::NoKeysNoUptime => name != "keys" && name != "cache_uptime_s",
            Self::NoTopQuery => name != "top_query_share",
            Self::NoExpiryNoEviction => name != "expired_keys" && name != "evicted_keys",
            Self::Protocol => {
                ["cache_hits", "cache_misses", "db_connections", "response_time_ms"].contains(&name)
            }
        }
    }
}

fn replay(csv: &str) -> Replay {
    classify(&read(csv.as_bytes()).expect("a made recording is readable"), &Thresholds::default())
}

/// Counts of (right, unknown, wrong) and onset misses.
#[derive(Default, Debug)]
struct Score {
    right: usize,
    unknown: usize,
    wrong: usize,
    false_ok: usize,
    false_stampede: usize,
    late: usize,
    confused: BTreeMap<(&'static str, &'static str), Vec<u64>>,
}

/// What can be seen at all: the cache is fine while its database is slow or leaks connections.
fn expected(label: &'static str, subset: Subset) -> &'static str {
    let elsewhere = ["slow_database", "database_connections_exhausted"].contains(&label);
    if subset == Subset::CacheOnly && elsewhere { "healthy" } else { label }
}

fn is_stampede(label: &str) -> bool {
    ["classic_expiry", "hot_key", "cold_cache", "eviction_storm", "absent_keys"].contains(&label)
}

fn onset_fits(recording: &Recording, replay: &Replay) -> bool {
    let at = |time: &str| (0..recording.rows.len()).find(|minute| label(*minute) == time);
    match (recording.onset, replay.onset.as_deref().and_then(at)) {
        (Some(stated), Some(found)) => stated.abs_diff(found) <= 1,
        (None, None) => true,
        _ => false,
    }
}

fn measure(shape: Shape, subset: Subset) -> Score {
    let mut score = Score::default();
    for label in LABELS {
        for seed in 0..each() {
            let recording = make(label, shape, seed * 31 + label.len() as u64 * 7);
            let replay = replay(&recording.csv(|name| subset.keeps(name)));
            let found = replay.overall.pattern;
            if found.name() == expected(label, subset) {
                score.right += 1;
                let visible = expected(label, subset) == label;
                score.late += usize::from(visible && !onset_fits(&recording, &replay));
            } else if found == Pattern::Unknown {
                score.unknown += 1;
                score.confused.entry((label, "unknown")).or_default().push(seed);
            } else {
                score.wrong += 1;
                score.false_ok += usize::from(found == Pattern::Healthy);
                let calls_one = replay.overall.stampede == Some(true);
                score.false_stampede += usize::from(calls_one && !is_stampede(label));
                score.confused.entry((label, found.name())).or_default().push(seed);
            }
        }
    }
    score
}

#[test]
fn made_recordings_get_their_label_or_an_honest_unknown() {
    let mut report = String::new();
    let mut failures = Vec::new();
    let cases = [
        (Shape::Plain, Subset::All, 0.99, 0.003),
        (Shape::Recovers, Subset::All, 0.99, 0.003),
        (Shape::Begun, Subset::All, 0.99, 0.003),
        (Shape::Mild, Subset::All, 0.96, 0.02),
        (Shape::Plain, Subset::NoTopQuery, 0.99, 0.003),
        (Shape::Plain, Subset::NoKeysNoUptime, 0.87, 0.003),
        (Shape::Plain, Subset::NoExpiryNoEviction, 0.90, 0.003),
        // Without a database a hot key and a silent cache stay open (S1: two signals).
        (Shape::Plain, Subset::CacheOnly, 0.80, 0.003),
        // Without a cache only the database's own troubles can be named.
        (Shape::Plain, Subset::DatabaseOnly, 0.25, 0.02),
        (Shape::Plain, Subset::Protocol, 0.35, 0.01),
    ];
    for (shape, subset, right, wrong) in cases {
        let score = measure(shape, subset);
        let all = (score.right + score.unknown + score.wrong) as f64;
        report.push_str(&format!(
            "{shape:?} {subset:?}: right {:.3} unknown {:.3} wrong {:.3} (false ok {}, false stampede {}), onset off {}\n",
            score.right as f64 / all,
            score.unknown as f64 / all,
            score.wrong as f64 / all,
            score.false_ok,
            score.false_stampede,
            score.late
        ));
        for ((label, found), seeds) in &score.confused {
            let shown = &seeds[..seeds.len().min(4)];
            report.push_str(&format!("    {label} -> {found}: {} {shown:?}\n", seeds.len()));
        }
        // What never may happen: a wrong "stampede".
        assert_eq!(score.false_stampede, 0, "{report}");

        if (score.right as f64) < right * all || score.wrong as f64 > wrong * all {
            failures.push(format!("{shape:?} {subset:?}"));
        }
    }
    assert!(failures.is_empty(), "worse than promised: {failures:?}\n{report}");
    if std::env::var_os("STAMPEDE_CONFUSION").is_some() {
        panic!("{report}");
    }
}
