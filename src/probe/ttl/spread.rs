//! Whether the expiries of a group are spread on purpose, told from a sample of what is left of them. Pure.
//!
//! Where keys come and go all the time and all get one TTL, what is left of them lies evenly between now and that TTL, and
//! ends there as at a cliff. Where each gets a jitter of its own, the end is a slope as wide as the jitter. Both are fitted
//! to the sample, and the slope is believed when it fits clearly better.

use std::time::Duration;

use crate::probe::ttl::forecast::{Cliff, Timed, forecast};

/// Keys with a TTL that a group must have in the sample.
const FEWEST: usize = 30;
/// How much better the slope must fit (twice the logarithm of the likelihoods' ratio) to be no chance.
const BETTER: f64 = 10.0;
/// Farther from both than this, in units of the square root of the sample, and it is neither: Kolmogorov's bound for 1 in 1000.
const FAR: f64 = 1.95;
/// The slopes that are tried: the share of the TTL that is jitter.
const STEPS: usize = 100;
/// A second that holds more than chance would put there, no oftener than this.
const CHANCE: f64 = 1e-6;
/// The next day.
const DAY: f64 = 86_400.0;

/// What is seen of a jitter.
#[derive(Clone, Debug, PartialEq)]
pub enum Jitter {
    /// Many keys expire together.
    Together(Cliff),
    /// They are spread by when they were written, and would all expire together after a flush or a deployment.
    None,
    /// So much of the TTL, 0-1.
    Seen(f64),
    /// It cannot be told, and why.
    Untold(&'static str),
}

/// A group of keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// `user:profile:*`
    pub label: String,
    /// Estimated keys.
    pub keys: f64,
    /// Share of its keys without a TTL.
    pub forever: f64,
    /// The longest TTL that is left, in seconds; none: no key has one.
    pub longest: Option<f64>,
    /// What is seen of a jitter.
    pub jitter: Jitter,
}

/// The second of the next day in which most keys expire.
#[derive(Clone, Debug, PartialEq)]
pub struct Worst {
    /// Until then.
    pub begins_in: Duration,
    /// Estimated keys that expire in it.
    pub keys: f64,
    /// What an even day has in a second.
    pub usual: f64,
    /// The group that has most of them.
    pub label: String,
    /// Whether it stands out; else it is a second like others.
    pub stands_out: bool,
}

/// Groups in order of size. `keys` is how many there are in all; `whole` that every one of them is in the sample.
pub fn spreads(sample: &[Timed], keys: f64, whole: bool) -> Vec<Spread> {
    // Nothing expires now: then no cliff is taken for today's rate.
    let groups = forecast(sample, keys, whole, Some(0.0));
    groups
        .into_iter()
        .map(|group| {
            let of = sample.iter().filter(|timed| timed.label == group.label);
            let mut lefts: Vec<f64> = of.filter_map(|timed| timed.left).collect();
            lefts.sort_by(f64::total_cmp);
            let jitter = match group.cliff {
                _ if lefts.is_empty() => Jitter::Untold("no key has a TTL"),
                _ if lefts.len() < FEWEST => Jitter::Untold("too few keys in the sample"),
                Some(cliff) => Jitter::Together(cliff),
                None => fitted(&lefts),
            };
            let (label, keys, forever) = (group.label, group.keys, group.forever);
            Spread { label, keys, forever, longest: lefts.last().copied(), jitter }
        })
        .collect()
}

/// The second of the next day in which most keys expire; none: none does.
pub fn worst(sample: &[Timed], keys: f64, whole: bool) -> Option<Worst> {
    let each = keys / sample.len().max(1) as f64;
    let mut soon: Vec<(u32, &str)> = sample
        .iter()
        .filter_map(|timed| {
            Some((timed.left.filter(|left| (0.0..DAY).contains(left))? as u32, &*timed.label))
        })
        .collect();
    soon.sort_unstable();
    let longest = soon.last()?.0;
    let seconds = soon.chunk_by(|one, other| one.0 == other.0);
    let most = seconds.max_by_key(|second| (second.len(), std::cmp::Reverse(second[0].0)))?;
    let groups = most.chunk_by(|one, other| one.1 == other.1);
    let label = groups.max_by_key(|group| group.len())?[0].1.to_owned();
    let seconds = f64::from(longest) + 1.0;
    let even = soon.len() as f64 / seconds;
    // Of few sampled keys two may meet by chance, and stand for thousands.
    let stands_out = match whole {
        true => most.len() as f64 > 3.0 * even.max(1.0),
        false => seconds * by_chance(most.len() as f64, even) < CHANCE,
    };
    let estimated = if stands_out || whole { most.len() as f64 * each } else { even * each };
    Some(Worst {
        begins_in: Duration::from_secs(most[0].0.into()),
        keys: estimated,
        usual: even * each,
        label,
        stands_out,
    })
}

/// How likely it is at most that `seen` keys fall where `even` are expected (Chernoff's bound for Poisson's law).
fn by_chance(seen: f64, even: f64) -> f64 {
    if seen <= even { 1.0 } else { (seen - even - seen * (seen / even).ln()).exp() }
}

/// The jitter under which these times are likeliest, where they look like one TTL with or without it.
fn fitted(lefts: &[f64]) -> Jitter {
    let n = lefts.len() as f64;
    let longest = lefts[lefts.len() - 1].max(0.001);
    // Without a jitter the longest one that was seen is likeliest to be the TTL.
    let sharp = Shape { from: longest, to: longest };
    let mut best = (sharp.likelihood(lefts), sharp);
    let plain = best.0;
    for jitter in 1..=STEPS {
        for beyond in 0..=12 {
            let to = longest * (1.0 + f64::from(beyond) * 0.01);
            let shape = Shape { from: to * (1.0 - jitter as f64 / STEPS as f64), to };
            let likelihood = shape.likelihood(lefts);
            if likelihood > best.0 {
                best = (likelihood, shape);
            }
        }
    }
    let (likelihood, shape) = best;
    let seen = 2.0 * (likelihood - plain) > BETTER;
    let shape = if seen { shape } else { sharp };
    let off = lefts.iter().enumerate().map(|(at, left)| (shape.below(*left) - (at as f64 + 0.5) / n).abs());
    match (off.fold(0.0, f64::max) * n.sqrt() > FAR, seen) {
        (true, _) => Jitter::Untold("several TTLs under one prefix, or keys that are not written evenly"),
        (false, true) => Jitter::Seen(1.0 - shape.from / shape.to),
        (false, false) => Jitter::None,
    }
}

/// TTLs that lie evenly between two times, in seconds; what is left of them at any moment is even up to the first, and falls to
/// nothing at the second.
#[derive(Clone, Copy)]
struct Shape {
    from: f64,
    to: f64,
}

impl Shape {
    /// The mean TTL.
    fn mean(self) -> f64 {
        (self.from + self.to) / 2.0
    }

    /// The logarithm of how likely these times are, which are sorted.
    fn likelihood(self, lefts: &[f64]) -> f64 {
        let wide = self.to - self.from;
        // The very end of the slope has no height: a thousandth stands for it.
        let height = |left: &f64| ((self.to - left) / wide).max(0.001);
        let sloping = &lefts[lefts.partition_point(|left| *left <= self.from)..];
        sloping.iter().map(|left| height(left).ln()).sum::<f64>() - lefts.len() as f64 * self.mean().ln()
    }

    /// The share of times that are shorter.
    fn below(self, left: f64) -> f64 {
        if left <= self.from {
            return left / self.mean();
        }
        let (wide, rest) = (self.to - self.from, (self.to - left).max(0.0));
        if wide <= 0.0 { 1.0 } else { 1.0 - rest * rest / (2.0 * wide * self.mean()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cache in which keys are written all the time, each for a TTL with this jitter.
    fn cache(seed: u64, count: usize, ttl: f64, jitter: f64) -> Vec<Timed> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut sample = Vec::new();
        while sample.len() < count {
            let lives = ttl * (1.0 - jitter * random.f64());
            let age = ttl * random.f64();
            if age < lives {
                sample.push(Timed { label: "user:*".into(), left: Some(lives - age) });
            }
        }
        sample
    }

    fn jitter(sample: &[Timed]) -> Jitter {
        spreads(sample, 1e6, false).remove(0).jitter
    }

    #[test]
    fn one_ttl_for_all_is_no_jitter_and_a_jitter_is_measured() {
        for seed in 0..5 {
            assert_eq!(jitter(&cache(seed, 2_000, 3600.0, 0.0)), Jitter::None, "seed {seed}");
            for given in [0.1, 0.2, 0.5] {
                match jitter(&cache(seed, 2_000, 3600.0, given)) {
                    Jitter::Seen(seen) => {
                        assert!((seen - given).abs() < 0.08, "{seen} for {given}, seed {seed}");
                    }
                    other => panic!("{other:?} for {given}, seed {seed}"),
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_told_is_not_called_none() {
        assert!(matches!(jitter(&cache(1, 10, 60.0, 0.0)), Jitter::Untold("too few keys in the sample")));
        let mut two = cache(1, 1_000, 3600.0, 0.0);
        two.extend(cache(2, 1_000, 86_400.0, 0.0));
        assert!(matches!(jitter(&two), Jitter::Untold(why) if why.starts_with("several TTLs")));
        let forever = vec![Timed { label: "a".into(), left: None }];
        assert!(matches!(jitter(&forever), Jitter::Untold("no key has a TTL")));
    }

    #[test]
    fn keys_that_were_written_together_expire_together() {
        let mut sample = cache(3, 1_000, 3600.0, 0.0);
        sample.extend(
            (0..500).map(|n| Timed { label: "user:*".into(), left: Some(1800.2 + f64::from(n) * 0.001) }),
        );
        assert!(matches!(jitter(&sample), Jitter::Together(cliff) if (cliff.begins_in - 1800.2).abs() < 1.0));
        let worst = worst(&sample, 15_000.0, false).expect("a second");
        assert!(worst.stands_out && (5_000.0..5_100.0).contains(&worst.keys), "{worst:?}");
        assert_eq!((worst.begins_in.as_secs(), &*worst.label), (1800, "user:*"));
    }

    #[test]
    fn two_sampled_keys_that_meet_by_chance_are_no_worst_second() {
        for seed in 0..20 {
            let sample = cache(seed, 2_000, 3600.0, 0.0);
            let worst = worst(&sample, 10e6, false).expect("a second");
            assert!(!worst.stands_out, "seed {seed}: {worst:?}");
            assert!((2_000.0..4_000.0).contains(&worst.keys), "{worst:?}");
        }
        assert_eq!(worst(&[Timed { label: "a".into(), left: None }], 1.0, true), None);
        let late = [Timed { label: "a".into(), left: Some(90_000.0) }];
        assert_eq!(worst(&late, 1.0, true), None, "the day after is another day");
    }
}
