//! The simulator against what can be reckoned by hand, within 5 %.

use stampede::simulate::{Model, Outcome, Protection, Recovery, Trigger, run};

use super::{close, model};

/// Euler's constant: the mean of -ln of an exponential with mean 1.
const EULER: f64 = 0.577_215_664_9;

/// Without protection each request that comes during a rebuild rebuilds too: rate × rebuild time of them, and the first one.
#[test]
fn without_protection_an_expiry_costs_the_rate_times_the_rebuild_time() {
    let ran = run(&model()).unwrap();
    let counts = &ran.whole.counts;
    assert!(counts.expired > 40, "{counts:?}");
    close(counts.queries as f64 / counts.expired as f64, 1_000.0 * 0.2);
    assert_eq!((counts.joined, counts.errors, counts.stale), (0, 0, 0));
    // Poisson with mean 200: no expiry has half as many again.
    let most = ran.whole.peaks.of_one_key;
    assert!((200..300).contains(&most), "{most}");
}

#[test]
fn with_a_lock_an_expiry_costs_exactly_one_rebuild() {
    let ran =
        run(&Model { protection: Protection { lock: true, ..Protection::default() }, ..model() }).unwrap();
    let counts = &ran.whole.counts;
    assert_eq!(counts.queries, counts.expired);
    assert_eq!(ran.whole.peaks.of_one_key, 1);
    // All others wait for it.
    close(counts.joined as f64 / counts.expired as f64, 1_000.0 * 0.2);
}

fn early(beta: f64) -> Protection {
    Protection { early: Some(beta), ..Protection::default() }
}

/// Whoever finds a value with x left to live refreshes it with the chance e^(-x/βΔ). Those who come with the rate λ do so first when
/// λβΔ e^(-x/βΔ) reaches an exponential E with mean 1: x = βΔ (ln(λβΔ) - ln E), whose mean is βΔ (ln(λβΔ) + 0.577). With a lock there
/// is one refresh in each cycle, which lasts the TTL, less x, plus the rebuild.
#[test]
fn early_expiration_leads_by_what_its_formula_says() {
    for beta in [1.0, 2.0] {
        let protection = Protection { lock: true, ..early(beta) };
        let length = 5_000.0;
        let ran = run(&Model { protection, rebuild: 0.1, length, ..model() }).unwrap();
        let counts = &ran.whole.counts;
        assert_eq!((counts.misses, counts.queries), (0, counts.early), "{counts:?}");
        let lead = 10.0 + 0.1 - length / counts.queries as f64;
        let width = beta * 0.1;
        close(lead, width * ((1_000.0 * width).ln() + EULER));
    }
}

/// Without a lock others refresh too, until the first one is done. With β = 1 and a rebuild of Δ their mean number is
/// λβΔ (e^(-(x-Δ)/Δ) - e^(-x/Δ)) = E (e - 1), which is Poisson for a given E. So none of them comes with the chance
/// E[e^(-E(e-1))] = 1 / (1 + e - 1) = 1/e, and the mean number of refreshes is 1 + (e - 1) = e.
#[test]
fn early_expiration_makes_e_rebuilds_and_more_than_one_with_the_chance_of_1_less_1_over_e() {
    let runs: u64 = 4_000;
    let (mut refreshes, mut several) = (0, 0);
    for seed in 0..runs {
        // One expiry, after 5 s; the run ends before the next one.
        let model =
            Model { seed, left: vec![5.0], length: 9.0, rebuild: 0.1, protection: early(1.0), ..model() };
        let counts = run(&model).unwrap().whole.counts;
        refreshes += counts.early;
        several += u64::from(counts.early > 1);
    }
    close(refreshes as f64 / runs as f64, std::f64::consts::E);
    close(several as f64 / runs as f64, 1.0 - (-1f64).exp());
}

fn expired(ran: &Outcome, from: f64, to: f64) -> f64 {
    let within = |step: &&stampede::simulate::Row| step.from > from - 0.01 && step.to < to + 0.01;
    ran.steps.iter().filter(within).map(|step| step.counts.expired as f64).sum()
}

/// 20,000 keys that were filled together, jitter of 10 % of 1000 s: between 100 s before and 100 s after, in each window the same
/// share.
#[test]
fn jitter_spreads_expiries_evenly_over_twice_its_share_of_the_ttl() {
    let together = Model {
        rate: 20_000.0,
        keys: 20_000,
        zipf: 0.0,
        ttl: 1_000.0,
        rebuild: 0.001,
        trigger: Trigger::Expire,
        trigger_at: 200.0,
        length: 400.0,
        ..model()
    };
    let jitter = Protection { jitter: Some(0.1), ..Protection::default() };
    let ran = run(&Model { protection: jitter, ..together.clone() }).unwrap();
    // A key that is asked for each second is there 1000 of 1001 s.
    let held = 20_000.0 * 1_000.0 / 1_001.0;
    for window in [100.0, 150.0, 200.0, 250.0] {
        close(expired(&ran, window, window + 50.0), held * 50.0 / 200.0);
    }
    // The time at which a key without a class of its own expires is right to a thousandth of the TTL.
    assert_eq!(expired(&ran, 0.0, 98.0), 0.0);
    let ran = run(&together).unwrap();
    close(expired(&ran, 200.0, 201.0), held);
    assert_eq!(expired(&ran, 0.0, 200.0), 0.0);
}

/// A key that is asked for λ times per second is there for the TTL and then gone for 1/λ: it is rebuilt λ/(1 + λ·TTL) times per
/// second. Reckoned here key by key, where the simulator has classes.
#[test]
fn misses_of_a_warm_cache_are_those_of_every_single_key() {
    for zipf in [0.6, 1.0, 1.2] {
        let (rate, keys, ttl) = (2_000.0, 50_000u32, 100.0);
        let model = Model { rate, keys: u64::from(keys), zipf, ttl, rebuild: 1e-4, length: 60.0, ..model() };
        let ran = run(&model).unwrap();
        let weights: Vec<f64> = (1..=keys).map(|rank| f64::from(rank).powf(-zipf)).collect();
        let all: f64 = weights.iter().sum();
        let theory: f64 =
            weights.iter().map(|weight| rate * weight / all).map(|each| each / (1.0 + each * ttl)).sum();
        close(ran.whole.counts.misses as f64 / 60.0, theory);
    }
}

/// 4 connections, 50 ms each: no more than 80 rebuilds per second, however many ask. As many cores only slow all of them.
#[test]
fn a_full_database_rebuilds_as_many_as_it_has_connections_or_cores_for() {
    let full = Model {
        rate: 500.0,
        keys: 1_000_000,
        zipf: 0.0,
        ttl: 3_600.0,
        rebuild: 0.05,
        database: 4,
        trigger: Trigger::Flush,
        length: 60.0,
        ..model()
    };
    for (database, cores) in [(4, None), (40, Some(4))] {
        let ran = run(&Model { database, cores, ..full.clone() }).unwrap();
        assert_eq!(ran.after.peaks.connections, database as usize);
        close(ran.after.counts.queries as f64, 60.0 * 4.0 / 0.05);
        assert_eq!(ran.recovery, Recovery::Unknown, "there was no before");
    }
}

/// An expired value is served while one rebuild goes on in the background; a lost one cannot be.
#[test]
fn stale_values_hide_an_expiry_and_not_a_flush() {
    let stale = Protection { stale: Some(60.0), ..Protection::default() };
    let hot = Model {
        keys: 1_000,
        ttl: 300.0,
        protection: stale,
        trigger: Trigger::Expire,
        trigger_at: 20.0,
        length: 80.0,
        ..model()
    };
    let ran = run(&hot).unwrap();
    assert_eq!((ran.after.peaks.of_one_key, ran.after.counts.errors), (1, 0));
    assert!(ran.after.counts.stale > 100 && ran.recovery == Recovery::Untouched, "{:?}", ran.after);
    let ran = run(&Model { trigger: Trigger::Flush, ..hot }).unwrap();
    assert!(ran.after.peaks.of_one_key > 20, "{:?}", ran.after.peaks);
    assert_eq!((ran.after.counts.stale, ran.before.unwrap().counts.stale > 0), (0, true));
}

/// Rank 1 of Zipf's law among 1000 keys; nothing else expires.
#[test]
fn the_hottest_key_alone_expires() {
    let rate = 10_000.0;
    let hot = Model {
        rate,
        keys: 1_000,
        zipf: 1.0,
        ttl: 100_000.0,
        trigger: Trigger::Hot,
        trigger_at: 10.0,
        length: 20.0,
        ..model()
    };
    let ran = run(&hot).unwrap();
    let share: f64 = 1.0 / (1..=1_000u32).map(|rank| 1.0 / f64::from(rank)).sum::<f64>();
    let most = f64::from(ran.after.peaks.of_one_key);
    let theory = rate * share * 0.2;
    assert!((most - theory).abs() < 4.0 * theory.sqrt(), "{most} for {theory}");
    assert!(ran.after.counts.expired <= 3, "{:?}", ran.after.counts);
}
