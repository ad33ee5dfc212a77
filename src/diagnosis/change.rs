//! A reading held against what is usual.

/// So many statements more per second are nobody's load: monitoring, autovacuum, a person at a prompt.
const AT_REST: f64 = 10.0;
/// The same against an average that says little: a server that idled until now is lightly used.
const LIGHT: f64 = 50.0;

/// How far a reading strays even when nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chance {
    /// A rate over many events: no more than its spread.
    None,
    /// A small whole number seen at one instant (connections, running statements): three times its square root.
    Gauge,
    /// A time to wait, in milliseconds, often rounded to whole ones.
    Wait,
    /// Statements per second: a server at rest has a few of them, and ten times nothing is nothing.
    Traffic,
}

/// A reading and what it usually is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    /// The reading.
    pub(crate) now: f64,
    /// What it usually is.
    pub(crate) usual: f64,
    /// How far it usually strays.
    pub(crate) spread: f64,
    /// What it usually is at this time of day; none when that is not known.
    pub(crate) hour: Option<f64>,
    /// Whether `usual` was recorded, and is no average of a whole life.
    pub(crate) firm: bool,
    /// How many rows of a recording the reading is the median of; 1 for a single look.
    pub(crate) rows: f64,
    /// What chance adds beside the spread.
    pub(crate) chance: Chance,
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
        let chance = match self.chance {
            Chance::None => 0.0,
            // A median of many rows strays less; four times its deviation, as there are many such medians to try.
            Chance::Gauge if self.rows >= 5.0 => 4.0 * (self.usual.max(1.0) / self.rows).sqrt(),
            Chance::Gauge => 3.0 * self.usual.max(1.0).sqrt(),
            // A recording knows how much its response time strays; a single usual value does not.
            Chance::Wait if self.spread > 0.0 => 2.0,
            Chance::Wait => 10.0 + 3.0 * self.usual.sqrt(),
            // A recording knows how much its traffic strays, whatever its scale.
            Chance::Traffic if self.spread > 0.0 => 0.0,
            Chance::Traffic => AT_REST,
        };
        (4.0 * self.spread).max(chance)
    }

    /// Whether it rose to at least `factor` times the usual value, and by more than chance explains. A lifetime
    /// average must be exceeded twice as much: nights and holidays are in it.
    pub(crate) fn rose(self, factor: f64) -> bool {
        let factor = if self.firm { factor } else { factor * 2.0 };
        let idle = self.chance == Chance::Traffic && !self.firm && self.spread == 0.0;
        let least = if idle { LIGHT } else { self.noise() };
        self.now >= self.usual * factor && self.now - self.usual > least
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

    fn change(now: f64, usual: f64, chance: Chance) -> Change {
        Change { now, usual, spread: 0.0, hour: Some(usual), firm: true, rows: 1.0, chance }
    }

    #[test]
    fn two_statements_instead_of_one_prove_nothing() {
        assert!(!change(2.0, 1.0, Chance::Gauge).rose(2.0));
        assert!(change(10.0, 1.0, Chance::Gauge).rose(2.0));
        assert!(change(2.0, 1.0, Chance::None).rose(2.0));
    }

    #[test]
    fn ten_times_next_to_nothing_is_no_load() {
        assert!(!change(6.0, 0.5, Chance::Traffic).rose(2.0));
        assert!(!change(9.0, 0.0, Chance::Traffic).rose(2.0));
        assert!(change(40.0, 4.0, Chance::Traffic).rose(2.0));
    }

    #[test]
    fn light_use_of_what_idled_since_its_start_is_no_load() {
        let idled = Change { firm: false, hour: None, ..change(40.0, 0.2, Chance::Traffic) };
        assert!(!idled.rose(2.0) && !Change { now: 45.0, ..idled }.rose(2.0));
        assert!(Change { now: 60.0, ..idled }.rose(2.0) && Change { now: 200.0, ..idled }.rose(2.0));
        assert!(change(40.0, 0.2, Chance::Traffic).rose(2.0) && change(45.0, 0.1, Chance::Traffic).rose(2.0));
    }

    #[test]
    fn a_lifetime_average_must_be_exceeded_by_more() {
        let loose = Change { firm: false, ..change(250.0, 100.0, Chance::None) };
        assert!(!loose.rose(1.5));
        assert!(Change { now: 320.0, ..loose }.rose(1.5));
    }

    #[test]
    fn from_zero_is_infinitely_more() {
        assert_eq!(change(3.0, 0.0, Chance::None).times(), f64::INFINITY);
        assert!((change(0.0, 0.0, Chance::None).times() - 1.0).abs() < f64::EPSILON);
    }
}
