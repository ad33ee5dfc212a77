//! Which pages are asked for.

use crate::drill::scenario::spec::Popularity;

/// Draws pages, from 1 on.
pub(in crate::drill) struct Draw {
    count: u32,
    /// For each page, the share of the requests that is for it or a page before it; empty: all alike.
    up_to: Vec<f64>,
}

impl Draw {
    pub(in crate::drill) fn new(popularity: Popularity, count: u32) -> Self {
        let up_to = match popularity {
            Popularity::Even => Vec::new(),
            Popularity::Zipf(exponent) => {
                let mut sum = 0.0;
                let weights = (1..=count).map(|rank| {
                    sum += f64::from(rank).powf(-exponent);
                    sum
                });
                let mut up_to: Vec<f64> = weights.collect();
                let all = up_to.last().copied().unwrap_or(1.0);
                up_to.iter_mut().for_each(|weight| *weight /= all);
                up_to
            }
        };
        Self { count, up_to }
    }

    /// The next one. The most popular page of a Zipf distribution is 1, the next one 2, and so on.
    pub(in crate::drill) fn page(&self, random: &mut fastrand::Rng) -> u32 {
        if self.up_to.is_empty() {
            return random.u32(1..=self.count);
        }
        let draw = random.f64();
        let before = self.up_to.partition_point(|up_to| *up_to <= draw);
        u32::try_from(before + 1).unwrap_or(u32::MAX).min(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(popularity: Popularity) -> Vec<u32> {
        let draw = Draw::new(popularity, 1_000);
        let mut random = fastrand::Rng::with_seed(7);
        let mut counts = vec![0; 1_001];
        (0..200_000).for_each(|_| counts[draw.page(&mut random) as usize] += 1);
        counts
    }

    #[test]
    fn zipf_s_law_holds_and_the_same_seed_gives_the_same_pages() {
        let counts = counts(Popularity::Zipf(1.2));
        assert_eq!(counts, self::counts(Popularity::Zipf(1.2)));
        // The sum of rank^-1.2 over 1000 ranks is 4.335.
        let share = f64::from(counts[1]) / 200_000.0;
        assert!((share - 1.0 / 4.335).abs() < 0.005, "{share}");
        for rank in [2_u32, 4, 8] {
            let ratio = f64::from(counts[1]) / f64::from(counts[rank as usize]);
            let right = f64::from(rank).powf(1.2);
            assert!((ratio / right - 1.0).abs() < 0.05, "rank {rank}: {ratio}, not {right}");
        }
        assert_eq!(counts[0], 0);
    }

    #[test]
    fn even_pages_are_all_alike() {
        let counts = counts(Popularity::Even);
        assert!(counts[1..].iter().all(|count| (120..290).contains(count)), "{counts:?}");
    }
}
