//! `stampede simulate`: held against theory, and as a command.

mod collapse;
mod command;
mod conservation;
mod theory;

use stampede::simulate::{Model, Protection, Trigger};

/// A cache of one key that is asked for 1000 times per second, and a database that is never short of connections.
pub fn model() -> Model {
    Model {
        rate: 1_000.0,
        keys: 1,
        zipf: 1.2,
        ttl: 10.0,
        hit_time: 0.001,
        rebuild: 0.2,
        spread: 0.0,
        database: 100_000,
        cores: None,
        client_timeout: 5.0,
        retries: 0,
        backoff: 0.0,
        backoff_jitter: false,
        protection: Protection::default(),
        trigger: Trigger::None,
        trigger_at: 0.0,
        length: 500.0,
        seed: 1,
        left: Vec::new(),
    }
}

/// Fails unless `got` is within 5 % of what theory says.
#[track_caller]
fn close(got: f64, theory: f64) {
    assert!((got / theory - 1.0).abs() < 0.05, "{got} is not within 5 % of {theory}");
}
