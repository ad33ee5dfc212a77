//! How often each key is asked for: Zipf's law, in classes of keys that are asked for about as often.

/// Keys that have a class of their own.
const SINGLE: u64 = 512;
/// The last rank of any other class / its first one. Within it, keys are asked for with their mean rate.
const WIDTH: f64 = 1.02;

/// Keys that are asked for as often as each other.
pub(super) struct Popular {
    /// Requests per second for each of them.
    pub(super) each: f64,
    /// How many there are.
    pub(super) keys: u64,
}

/// The classes of so many keys that are asked for `rate` times per second in all, the hottest first.
pub(super) fn classes(rate: f64, keys: u64, zipf: f64) -> Vec<Popular> {
    let mut ranges: Vec<(u64, u64)> = (1..=keys.min(SINGLE)).map(|rank| (rank, rank + 1)).collect();
    let mut first = SINGLE + 1;
    while first <= keys {
        let end = ((first as f64 * WIDTH) as u64 + 1).min(keys + 1);
        ranges.push((first, end));
        first = end;
    }
    let weights: Vec<f64> = ranges.iter().map(|(first, end)| weight(*first, *end, zipf)).collect();
    let all: f64 = weights.iter().sum();
    let class = |((first, end), weight): (&(u64, u64), f64)| {
        let keys = end - first;
        Popular { each: rate * weight / all / keys as f64, keys }
    };
    ranges.iter().zip(weights).map(class).collect()
}

/// The sum of rank^-zipf over these ranks: exact for one, the integral between the middles for more (its error at rank 512 is
/// below two in a million).
fn weight(first: u64, end: u64, zipf: f64) -> f64 {
    if end - first == 1 {
        return (first as f64).powf(-zipf);
    }
    let (low, high) = (first as f64 - 0.5, end as f64 - 0.5);
    match 1.0 - zipf {
        flat if flat.abs() < 1e-9 => (high / low).ln(),
        power => (high.powf(power) - low.powf(power)) / power,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_all_keys_and_all_requests() {
        for (keys, zipf) in [(1, 1.2), (511, 0.0), (513, 1.0), (100_000, 1.2), (100_000_000, 0.9)] {
            let classes = classes(1000.0, keys, zipf);
            assert_eq!(classes.iter().map(|class| class.keys).sum::<u64>(), keys);
            let rate: f64 = classes.iter().map(|class| class.each * class.keys as f64).sum();
            assert!((rate - 1000.0).abs() < 1e-6, "{rate}");
            assert!(classes.len() < 1_500, "{}", classes.len());
        }
    }

    #[test]
    fn the_weight_of_a_class_is_the_sum_of_its_ranks() {
        for zipf in [0.0, 0.7, 1.0, 1.2, 2.5] {
            let exact: f64 = (513..600u32).map(|rank| f64::from(rank).powf(-zipf)).sum();
            assert!((weight(513, 600, zipf) / exact - 1.0).abs() < 2e-6, "{zipf}");
        }
    }
}
