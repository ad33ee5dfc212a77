//! The known shape of a metastable look-aside cache: what a drop of the hit ratio does outlasts it, past a threshold.

use stampede::simulate::{Limit, Model, Outcome, Recovery, TOLERANCE, Trigger, limit, run};

use super::model;

/// 400 requests/s, of which the database can rebuild 100; a warm cache leaves it a few.
fn cache(lost: f64, retries: u32) -> Model {
    Model {
        rate: 400.0,
        keys: 4_000,
        zipf: 0.8,
        ttl: 600.0,
        rebuild: 0.1,
        spread: 1.0,
        database: 10,
        client_timeout: 1.0,
        retries,
        trigger: Trigger::Drop(lost),
        trigger_at: 60.0,
        length: 180.0,
        ..model()
    }
}

fn after(model: &Model) -> Outcome {
    let ran = run(model).unwrap();
    let before = ran.before.as_ref().unwrap();
    assert_eq!(before.counts.errors, 0, "all is well before: {before:?}");
    ran
}

/// The share of the requests that fail in the last minute; what was lost was lost at one moment, a minute before that.
fn failing_at_the_end(ran: &Outcome) -> f64 {
    let last: Vec<_> = ran.steps.iter().filter(|step| step.from > 120.0).collect();
    let errors: u64 = last.iter().map(|step| step.counts.errors).sum();
    errors as f64 / last.iter().map(|step| step.counts.requests).sum::<u64>() as f64
}

#[test]
fn a_small_drop_is_recovered_from_and_a_large_one_is_not() {
    let small = after(&cache(0.3, 0));
    assert!(matches!(small.recovery, Recovery::After(seconds) if seconds < 30.0), "{:?}", small.recovery);
    assert!(failing_at_the_end(&small) < 0.001);
    let large = after(&cache(0.9, 0));
    assert_eq!(large.recovery, Recovery::Never);
    assert!(failing_at_the_end(&large) > 0.2, "{}", failing_at_the_end(&large));
    // The database works without a pause, and for nothing.
    assert!(large.after.counts.in_vain > large.after.counts.rebuilt, "{:?}", large.after.counts);
}

#[test]
fn retries_lower_the_threshold_and_pauses_raise_it_again() {
    let recovers = |lost, retries, backoff| {
        after(&Model { backoff, ..cache(lost, retries) }).recovery != Recovery::Never
    };
    assert!(recovers(0.5, 0, 0.0), "without retries half may be lost");
    assert!(!recovers(0.5, 3, 0.0), "with three it may not");
    assert!(recovers(0.2, 3, 0.0), "a fifth may");
    assert!(
        !recovers(0.4, 3, 0.0) && recovers(0.4, 3, 2.0),
        "pauses of 2, 4 and 8 s help where no pause does not"
    );
}

#[test]
fn the_limit_lies_between_two_rates_that_differ_by_its_tolerance() {
    let model = Model { length: 120.0, ..cache(0.5, 0) };
    let mut runs = Vec::new();
    let Limit { bears, tips, runs: count } = limit(&model, |rate, bears| runs.push((rate, bears))).unwrap();
    let (bears, tips) = (bears.unwrap(), tips.unwrap());
    assert!(bears < tips && tips <= bears * (1.0 + TOLERANCE), "{bears} {tips}");
    assert_eq!(runs.len(), count as usize);
    assert!(runs.contains(&(bears, true)) && runs.contains(&(tips, false)), "{runs:?}");
    let recovers = |rate| run(&Model { rate, ..model.clone() }).unwrap().recovery != Recovery::Never;
    assert!(recovers(bears) && !recovers(tips));
}

#[test]
fn what_bears_everything_has_no_limit() {
    let idle = Model { rate: 0.01, trigger: Trigger::Hot, length: 60.0, trigger_at: 10.0, ..cache(0.0, 0) };
    let found = limit(&idle, |_, _| {}).unwrap();
    assert_eq!(found.tips, None, "{found:?}");
    assert!(found.bears.is_some_and(|rate| rate > 5.0), "{found:?}");
}
