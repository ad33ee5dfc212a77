//! What must hold for every series and every observation, not only for those somebody thought of.

use std::sync::Arc;

use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use proptest::test_runner::RngSeed;
use stampede::config::Thresholds;
use stampede::diagnosis::{Baseline, Level, Pattern, diagnose};
use stampede::observation::{Metric, Observation};
use stampede::replay::{Replay, classify, read};

use super::model::{LABELS, NAMES, Recording, Shape, make};

const COUNTS: [&str; 5] = ["cache_hits", "cache_misses", "expired_keys", "evicted_keys", "db_queries"];

fn replay(csv: &str) -> Replay {
    classify(&read(csv.as_bytes()).expect("a made recording is readable"), &Thresholds::default())
}

fn scaled(recording: &Recording, factor: f64) -> Recording {
    let mut scaled = recording.clone();
    for row in &mut scaled.rows {
        for (cell, name) in row.iter_mut().zip(NAMES) {
            if COUNTS.contains(&name) {
                *cell = cell.map(|value| value * factor);
            }
        }
    }
    scaled
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(0.0),
        Just(-1.0),
        Just(1e300),
        0.0..1.5_f64,
        0.0..1e6_f64,
        any::<f64>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, rng_seed: RngSeed::Fixed(20_261_122), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_healthy_series_is_called_a_stampede(seed in any::<u64>()) {
        let replay = replay(&make("healthy", Shape::Plain, seed).csv(|_| true));
        prop_assert_eq!(replay.overall.stampede, Some(false));
        prop_assert_eq!(replay.overall.pattern, Pattern::Healthy);
        prop_assert_eq!(replay.onset, None);
        prop_assert!(replay.minutes.iter().all(|minute| minute.verdict.stampede != Some(true)));
    }

    #[test]
    fn scaling_all_counts_changes_no_verdict(seed in any::<u64>(), label in 0..LABELS.len(), power in 0..20_i32) {
        let recording = make(LABELS[label], Shape::Plain, seed);
        let before = replay(&recording.csv(|_| true));
        // A power of two: exactly the same digits, so that only the scale differs.
        let after = replay(&scaled(&recording, 2_f64.powi(power)).csv(|_| true));
        prop_assert_eq!(before.overall.pattern, after.overall.pattern);
        prop_assert_eq!(before.overall.level, after.overall.level);
        prop_assert_eq!(before.overall.stampede, after.overall.stampede);
        prop_assert_eq!(before.onset, after.onset);
    }

    #[test]
    fn removing_a_signal_never_makes_a_critical_series_healthy(
        seed in any::<u64>(), label in 1..LABELS.len(), removed in 0..NAMES.len()
    ) {
        let recording = make(LABELS[label], Shape::Plain, seed);
        let whole = replay(&recording.csv(|_| true));
        let part = replay(&recording.csv(|name| name != NAMES[removed]));
        if whole.overall.level == Level::Critical {
            prop_assert!(part.overall.level != Level::Ok, "{} without {}", LABELS[label], NAMES[removed]);
            prop_assert!(part.overall.pattern != Pattern::Healthy);
        }
    }

    #[test]
    fn emptied_columns_never_make_a_critical_series_healthy(
        seed in any::<u64>(), label in 1..LABELS.len(), removed in 0..NAMES.len()
    ) {
        let mut recording = make(LABELS[label], Shape::Plain, seed);
        let whole = replay(&recording.csv(|_| true));
        for row in &mut recording.rows {
            row[removed] = None;
        }
        let part = replay(&recording.csv(|_| true));
        if whole.overall.level == Level::Critical {
            prop_assert!(part.overall.level != Level::Ok, "{} with empty {}", LABELS[label], NAMES[removed]);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(series) = read(&bytes) {
            classify(&series, &Thresholds::default());
        }
    }

    #[test]
    fn no_cells_make_the_reader_or_the_diagnosis_panic(
        text in "time,cache_hits,cache_misses,db_queries,db_running,response_time_ms(\n(1[0-9]:[0-5][0-9]|[0-9]{1,6}),[-0-9a-z./%\"e]{0,6},[0-9]{0,9},[0-9e]{0,5},[0-9]{0,3},(TIMEOUT|[0-9]{1,4}(ms|s)?)){1,12}"
    ) {
        if let Ok(series) = read(text.as_bytes()) {
            classify(&series, &Thresholds::default());
        }
    }

    #[test]
    fn no_observations_make_the_diagnosis_panic(
        readings in proptest::collection::vec((0..4_usize, 0..Metric::ALL.len(), number(), any::<bool>()), 0..60),
        usual in proptest::collection::vec((0..4_usize, 0..Metric::ALL.len(), number()), 0..30),
    ) {
        let names: [Arc<str>; 4] = ["a".into(), "b".into(), "".into(), "d\u{202e}".into()];
        let observations: Vec<Observation> = readings
            .into_iter()
            .map(|(name, metric, value, known)| {
                let metric = Metric::ALL[metric];
                if known { Observation::known(&names[name], metric, value) }
                else { Observation::unknown(&names[name], metric, "why not") }
            })
            .collect();
        let mut baseline = Baseline::new();
        for (name, metric, value) in usual {
            baseline.set(&names[name], Metric::ALL[metric], value, "somewhere");
        }
        let verdict = diagnose(&observations, &Thresholds::default(), &baseline);
        prop_assert!(verdict.headline.chars().count() <= 80);
        prop_assert!(verdict.signals.iter().all(|signal| signal.value.is_none_or(f64::is_finite)));
        prop_assert!(verdict.stampede != Some(true) || verdict.level != Level::Ok);
    }
}
