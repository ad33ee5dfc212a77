//! What is usual for a target: the value to hold a reading against, and where that value came from.

use std::collections::BTreeMap;

use crate::observation::{Kind, Metric};

/// What a metric usually reads on one target.
#[derive(Clone, Debug, PartialEq)]
pub struct Usual {
    /// The value, in the metric's unit.
    pub value: f64,
    /// How far the metric usually strays from it (a robust standard deviation); zero when that is not known.
    pub spread: f64,
    /// The same of this time of day, or of the last hours; none when nothing is known of them. A night has less traffic than the
    /// day that most was recorded on.
    pub hour: Option<f64>,
    /// Where the value came from, in words: `median of 8 quiet minutes`, `recorded 3 d ago`.
    pub source: String,
    /// Whether it was recorded. A server's lifetime average was not, has its nights in it, and must be exceeded by more.
    pub firm: bool,
}

/// What is known of targets before they are looked at: what is usual, per metric, and which kind of system each is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    usual: BTreeMap<String, BTreeMap<Metric, Usual>>,
    kinds: BTreeMap<String, Kind>,
}

impl Baseline {
    /// Nothing is known yet; the servers' lifetime averages still count where they were observed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what a metric usually reads on a target, and where that knowledge came from. A value that is not a
    /// finite number of at least zero is ignored.
    pub fn set(&mut self, target: &str, metric: Metric, value: f64, source: impl Into<String>) -> &mut Self {
        let usual = Usual { value, spread: 0.0, hour: Some(value), source: source.into(), firm: true };
        self.set_usual(target, metric, usual)
    }

    /// The same, with how far the metric usually strays or with less weight.
    pub fn set_usual(&mut self, target: &str, metric: Metric, usual: Usual) -> &mut Self {
        if usual.value.is_finite() && usual.value >= 0.0 && usual.spread.is_finite() {
            self.usual.entry(target.to_owned()).or_default().insert(metric, usual);
        }
        self
    }

    /// Says which kind of system a target is: the commands that are suggested are those of that product.
    pub fn set_kind(&mut self, target: &str, kind: Kind) -> &mut Self {
        self.kinds.insert(target.to_owned(), kind);
        self
    }

    /// Which kind of system the target is, where somebody said so.
    pub(crate) fn kind(&self, target: &str) -> Option<Kind> {
        self.kinds.get(target).copied()
    }

    /// What the metric usually reads on the target.
    pub fn get(&self, target: &str, metric: Metric) -> Option<&Usual> {
        self.usual.get(target)?.get(&metric)
    }

    /// The same for a time of day with `factor` times the traffic. Connections and running statements need not follow
    /// the traffic down, so they are only ever scaled up.
    pub(crate) fn at_traffic(&self, factor: f64) -> Self {
        let mut scaled = self.clone();
        for (metric, usual) in scaled.usual.values_mut().flatten() {
            let factor = match metric {
                Metric::CacheHits
                | Metric::CacheMisses
                | Metric::CacheExpired
                | Metric::CacheEvicted
                | Metric::DatabaseQueries => factor,
                Metric::DatabaseRunning | Metric::DatabaseConnections => factor.max(1.0),
                _ => 1.0,
            };
            usual.value *= factor;
            usual.hour = usual.hour.map(|hour| hour * factor);
            usual.spread *= factor;
        }
        scaled
    }

    /// Whether nothing at all is known.
    pub fn is_empty(&self) -> bool {
        self.usual.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_never_becomes_a_baseline() {
        let mut baseline = Baseline::new();
        baseline.set("redis", Metric::CacheKeys, f64::NAN, "nowhere");
        baseline.set("redis", Metric::CacheKeys, -1.0, "nowhere");
        assert!(baseline.is_empty());
        baseline.set("redis", Metric::CacheKeys, 5.0, "yesterday");
        assert_eq!(baseline.get("redis", Metric::CacheKeys).map(|usual| usual.value), Some(5.0));
        assert_eq!(baseline.get("redis-2", Metric::CacheKeys), None);
    }
}
