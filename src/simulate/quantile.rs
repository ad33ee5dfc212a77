//! Response times in classes, for percentiles that are right to 0.5 %.

/// The shortest time that is told apart, in seconds.
const LEAST: f64 = 1e-4;
/// ln of the ratio between the bounds of a class.
const RATIO: f64 = 0.01;

/// How often each response time came.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Times(Vec<u32>);

impl Times {
    /// One more that took so many seconds.
    pub(super) fn add(&mut self, took: f64) {
        let class = ((took / LEAST).max(1.0).ln() / RATIO) as usize;
        if self.0.len() <= class {
            self.0.resize(class + 1, 0);
        }
        self.0[class] += 1;
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|count| u64::from(*count)).sum()
    }
}

/// The time that this share of all answers did not pass; of `quick` ones that took `least` each, and of the others. None: there are
/// none.
pub(super) fn quantile<'a>(
    share: f64,
    quick: u64,
    least: f64,
    times: impl IntoIterator<Item = &'a Times>,
) -> Option<f64> {
    let mut sums: Vec<u64> = Vec::new();
    for times in times {
        sums.resize(sums.len().max(times.0.len()), 0);
        sums.iter_mut().zip(&times.0).for_each(|(sum, count)| *sum += u64::from(*count));
    }
    let all = quick + sums.iter().sum::<u64>();
    let mut left = (all as f64 * share).ceil() as u64;
    if all == 0 || left <= quick {
        return (all > 0).then_some(least);
    }
    left -= quick;
    for (class, count) in sums.iter().enumerate() {
        if left <= *count {
            return Some(LEAST * ((class as f64 + 0.5) * RATIO).exp());
        }
        left -= count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_right_to_half_a_percent() {
        let (mut a, mut b) = (Times::default(), Times::default());
        (1..=50).for_each(|n| a.add(f64::from(n) / 10.0));
        (51..=100).for_each(|n| b.add(f64::from(n) / 10.0));
        for (share, exact) in [(0.5, 5.0), (0.99, 9.9), (1.0, 10.0)] {
            let got = quantile(share, 0, 0.001, [&a, &b]).unwrap();
            assert!((got / exact - 1.0).abs() < 0.0051, "{got} for {exact}");
        }
        assert_eq!(quantile(0.5, 100, 0.001, [&a, &b]), Some(0.001));
        assert_eq!(quantile(0.5, 0, 0.001, []), None);
    }
}
