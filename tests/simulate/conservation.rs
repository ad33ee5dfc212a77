//! Whatever is simulated, each request ends once; and the same seed gives the same.

use proptest::prelude::*;
use stampede::simulate::{Model, Protection, Trigger, run};

use super::model;

fn trigger() -> impl Strategy<Value = Trigger> {
    prop_oneof![
        Just(Trigger::None),
        Just(Trigger::Expire),
        Just(Trigger::Flush),
        Just(Trigger::Hot),
        (0.0..=1.0).prop_map(Trigger::Drop),
    ]
}

fn protection() -> impl Strategy<Value = Protection> {
    let some = |values| proptest::option::of(values);
    (any::<bool>(), some(0.5..3.0), some(0.0..0.9), some(0.5..20.0))
        .prop_map(|(lock, early, jitter, stale)| Protection { lock, early, jitter, stale })
}

prop_compose! {
    fn models()(
        protection in protection(),
        trigger in trigger(),
        (rate, keys, zipf) in (1.0..400.0, 1..5_000u64, 0.0..2.0),
        (ttl, rebuild, spread) in (0.2..30.0, 0.001..1.5, 0.0..1.5),
        (database, cores) in (1..40u32, proptest::option::of(1..10u32)),
        (client_timeout, retries, backoff) in (0.05..2.0, 0..4u32, 0.0..0.5),
        (backoff_jitter, seed) in (any::<bool>(), any::<u64>()),
        left in proptest::collection::vec(0.0..60.0, 0..4),
    ) -> Model {
        Model {
            rate, keys, zipf, ttl, rebuild, spread, database, cores, client_timeout, retries, backoff, backoff_jitter,
            protection, trigger, seed, left, trigger_at: 3.0, length: 9.0, ..model()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn each_request_ends_once(model in models()) {
        let ran = run(&model).unwrap();
        let counts = &ran.whole.counts;
        let ended = counts.hits + counts.stale + counts.rebuilt + counts.joined + counts.errors;
        prop_assert_eq!(counts.requests, ended, "{:?}", counts);
        // Events and what is counted by rate come to what was asked for: Poisson, to six standard deviations.
        let asked = model.rate * model.length;
        let off = (counts.requests as f64 - asked).abs();
        prop_assert!(off < 6.0 * asked.sqrt() + 3.0, "{} of {asked}", counts.requests);
        // No rebuild without a query, none at all beyond the connections.
        prop_assert!(counts.rebuilt + counts.in_vain <= counts.queries, "{:?}", counts);
        prop_assert!(ran.whole.peaks.connections <= model.database as usize);
        if model.protection.stale.is_none() {
            prop_assert_eq!(counts.stale, 0);
        }
        if !model.protection.lock && model.retries == 0 {
            prop_assert_eq!(counts.joined, 0);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same(model in models()) {
        prop_assert_eq!(run(&model).unwrap(), run(&model).unwrap());
    }
}

#[test]
fn another_seed_gives_another_outcome() {
    let with = |seed| run(&Model { seed, keys: 100, length: 60.0, ..model() }).unwrap().whole.counts;
    assert_ne!(with(1), with(2));
}

#[test]
fn what_cannot_be_simulated_is_refused_by_name() {
    let field = |model: Model| run(&model).unwrap_err().field;
    assert_eq!(field(Model { rate: 0.0, ..model() }), "rate");
    assert_eq!(field(Model { rate: f64::NAN, ..model() }), "rate");
    assert_eq!(field(Model { keys: 0, ..model() }), "keys");
    assert_eq!(field(Model { ttl: f64::INFINITY, ..model() }), "ttl");
    assert_eq!(field(Model { rebuild: 0.0, ..model() }), "rebuild");
    assert_eq!(field(Model { database: 0, ..model() }), "database");
    assert_eq!(field(Model { trigger_at: 501.0, ..model() }), "trigger_at");
    assert_eq!(field(Model { trigger: Trigger::Drop(1.5), ..model() }), "trigger");
    let jitter = Protection { jitter: Some(0.95), ..Protection::default() };
    assert_eq!(field(Model { protection: jitter, ..model() }), "jitter");
}
