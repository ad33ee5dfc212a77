//! Jittered expiration: keys that are written together do not expire together.

use std::time::Duration;

/// A time to live: `ttl`, less a random part of up to `spread` of it (0 to less than 1). Only shorter, so that nothing lives longer
/// than was promised; at least a millisecond. `draw`: random, from 0 to less than 1, anew for each write.
pub fn jittered(ttl: Duration, spread: f64, draw: f64) -> Duration {
    ttl.mul_f64(1.0 - spread.clamp(0.0, 1.0) * draw).max(Duration::from_millis(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_never_longer_and_never_nothing() {
        let ttl = Duration::from_secs(300);
        assert_eq!(jittered(ttl, 0.2, 0.0), ttl);
        assert_eq!(jittered(ttl, 0.2, 0.5), Duration::from_secs(270));
        assert_eq!(jittered(ttl, 0.0, 0.9), ttl);
        assert_eq!(jittered(Duration::from_millis(1), 0.9, 0.99), Duration::from_millis(1));
    }
}
