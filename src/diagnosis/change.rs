//! A reading held against what is usual.

/// A reading and what it usually is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    /// The reading.
    pub(crate) now: f64,
    /// What it usually is.
    pub(crate) usual: f64,
    /// How far it usually strays.
    pub(crate) spread: f64,
    /// Whether `usual` describes this time of day.
    pub(crate) firm: bool,
    /// Whether the reading is a small whole number seen at one instant (connections, running statements), which
    /// strays by its square root even when nothing happens.
    pub(crate) gauge: bool,
}

impl Change {
    /// How many times the usual value it is; infinite when it is usually zero.
    pub(crate) fn times(self) -> f64 {
        if self.usual > 0.0 {
            self.now / self.usual
        } else if self.now > 0.0 {
            f64::INFINITY
        } else {
            1.0
        }
    }

    /// The distance that chance alone explains.
    pub(crate) fn noise(self) -> f64 {
        let chance = if self.gauge { 3.0 * self.usual.max(1.0).sqrt() } else { 0.0 };
        (4.0 * self.spread).max(chance)
    }

    /// Whether it rose to at least `factor` times the usual value, and by more than chance explains. A lifetime
    /// average must be exceeded twice as much: nights and holidays are in it.
    pub(crate) fn rose(self, factor: f64) -> bool {
        let factor = if self.firm { factor } else { factor * 2.0 };
        self.now >= self.usual * factor && self.now - self.usual > self.noise()
    }

    /// Whether it fell to at most `share` of the usual value, and by more than chance explains.
    pub(crate) fn fell(self, share: f64) -> bool {
        let share = if self.firm { share } else { share / 2.0 };
        self.now <= self.usual * share && self.usual - self.now > self.noise()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(now: f64, usual: f64, gauge: bool) -> Change {
        Change { now, usual, spread: 0.0, firm: true, gauge }
    }

    #[test]
    fn two_statements_instead_of_one_prove_nothing() {
        assert!(!change(2.0, 1.0, true).rose(2.0));
        assert!(change(10.0, 1.0, true).rose(2.0));
        assert!(change(2.0, 1.0, false).rose(2.0));
    }

    #[test]
    fn a_lifetime_average_must_be_exceeded_by_more() {
        let loose = Change { firm: false, ..change(250.0, 100.0, false) };
        assert!(!loose.rose(1.5));
        assert!(Change { now: 320.0, ..loose }.rose(1.5));
    }

    #[test]
    fn from_zero_is_infinitely_more() {
        assert_eq!(change(3.0, 0.0, false).times(), f64::INFINITY);
        assert!((change(0.0, 0.0, false).times() - 1.0).abs() < f64::EPSILON);
    }
}
