//! Chance that repeats: the same seed, the same draws.

use std::f64::consts::TAU;

/// Draws by a seed.
pub(super) struct Chance(fastrand::Rng);

impl Chance {
    /// One that begins with this seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Between 0 and 1, 1 excluded.
    pub(super) fn share(&mut self) -> f64 {
        self.0.f64()
    }

    /// Exponentially distributed, with mean 1.
    pub(super) fn exponential(&mut self) -> f64 {
        // 1 - share is never 0, whose logarithm is infinite.
        -(1.0 - self.0.f64()).ln()
    }

    /// A whole number below `end`, which is not 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0.u64(0..end)
    }

    /// Log-normal with mean 1 and this standard deviation; 1 where there is none.
    pub(super) fn around_one(&mut self, deviation: f64) -> f64 {
        if deviation <= 0.0 {
            return 1.0;
        }
        let variance = (1.0 + deviation * deviation).ln();
        let normal = (2.0 * self.exponential()).sqrt() * (TAU * self.share()).cos();
        (variance.sqrt() * normal - variance / 2.0).exp()
    }
}
