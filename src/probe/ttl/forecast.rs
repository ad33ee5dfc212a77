//! Finds the next expiry cliff in a sample of TTLs (docs/systems.md, E). Pure.

use std::collections::{BTreeMap, HashMap};

/// A bucket is a cliff from this share of all volatile keys on.
const SHARE: f64 = 0.05;
/// … and when it stands this much above the median bucket and above its neighbourhood.
const CONTRAST: f64 = 3.0;
/// Buckets beside the peak that hold at least this part of it belong to the same cliff.
const FLANK: f64 = 0.05;
/// A cliff is told as one up to this many seconds.
const WIDEST: f64 = 60.0;
/// Keys with a TTL that a group must have in the sample before anything is said about it.
const FEWEST: usize = 30;
/// Evenly spread keys may look like a cliff as often as this: few keys fall on top of each other by chance.
const CHANCE: f64 = 1e-6;

/// One sampled key: its group and the seconds until it expires, none without a TTL.
pub struct Timed {
    /// The group's label.
    pub label: String,
    /// Seconds until it expires.
    pub left: Option<f64>,
}

/// Many keys of one group that expire together.
#[derive(Clone, Debug, PartialEq)]
pub struct Cliff {
    /// Share of the group's volatile keys.
    pub share: f64,
    /// Standard error of that share; 0 when every key was seen.
    pub error: f64,
    /// Seconds until it begins.
    pub begins_in: f64,
    /// Seconds from its first to its last key.
    pub span: f64,
    /// Keys that expire per second at its peak.
    pub per_second: f64,
}

/// A group of keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// `user:profile:*`
    pub label: String,
    /// Estimated keys.
    pub keys: f64,
    /// Share of its keys without a TTL.
    pub forever: f64,
    /// Its largest cliff.
    pub cliff: Option<Cliff>,
}

/// Groups in order of size. `keys` is how many there are in all; `whole` that every one of them is in the sample;
/// `expiring` how many expire per second now, when known.
pub fn forecast(sample: &[Timed], keys: f64, whole: bool, expiring: Option<f64>) -> Vec<Group> {
    let mut groups: HashMap<&str, (usize, Vec<f64>)> = HashMap::new();
    let mut volatile = 0;
    for timed in sample {
        let (count, lefts) = groups.entry(&timed.label).or_default();
        *count += 1;
        lefts.extend(timed.left);
        volatile += usize::from(timed.left.is_some());
    }
    let each = keys / sample.len().max(1) as f64;
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|(label, (count, mut lefts))| {
            lefts.sort_by(f64::total_cmp);
            Group {
                label: label.to_owned(),
                keys: count as f64 * each,
                forever: 1.0 - lefts.len() as f64 / count as f64,
                cliff: cliff(&lefts, volatile, each, whole, expiring),
            }
        })
        .collect();
    groups.sort_by(|a, b| b.keys.total_cmp(&a.keys).then_with(|| a.label.cmp(&b.label)));
    groups
}

fn cliff(lefts: &[f64], volatile: usize, each: f64, whole: bool, expiring: Option<f64>) -> Option<Cliff> {
    let n = lefts.len();
    let longest = *lefts.last()?;
    if n < FEWEST {
        return None;
    }
    // Short-lived groups would all fall into one bucket of 10 s.
    let width = if longest <= 120.0 { 1.0 } else { 10.0 };
    let mut buckets: BTreeMap<i64, usize> = BTreeMap::new();
    for left in lefts {
        *buckets.entry((left / width) as i64).or_default() += 1;
    }
    let at = |bucket: i64| buckets.get(&bucket).copied().unwrap_or(0) as f64;
    let (&peak, &height) =
        buckets.iter().max_by_key(|(bucket, count)| (**count, std::cmp::Reverse(**bucket)))?;
    let height = height as f64;
    if height <= CONTRAST * median(&buckets) {
        return None;
    }
    let most = (WIDEST / width) as i64;
    let (mut first, mut last) = (peak, peak);
    while last - first + 1 < most {
        let (before, after) = (if first > 0 { at(first - 1) } else { 0.0 }, at(last + 1));
        match before.max(after) {
            flank if flank < FLANK * height => break,
            _ if before >= after => first -= 1,
            _ => last += 1,
        }
    }
    // A plateau (short TTLs that are renewed all the time) expires as fast now as later: no cliff.
    let reach = (last - first + 1).max(3);
    let beside = if first > 0 { (first - reach).max(0)..first } else { last + 1..last + 1 + reach };
    let length = (beside.end - beside.start) as f64;
    if height <= CONTRAST * beside.map(at).sum::<f64>() / length {
        return None;
    }
    let per_second = height * each / width;
    if first == 0 {
        // Only today's rate tells a cliff that has begun from short TTLs in their daily round.
        let daily = match expiring {
            Some(now) => per_second <= CONTRAST * now,
            None => last > 1,
        };
        if daily {
            return None;
        }
    }
    let within: Vec<f64> =
        lefts.iter().copied().filter(|left| (first..=last).contains(&((left / width) as i64))).collect();
    let share = within.len() as f64 / n as f64;
    let error = if whole { 0.0 } else { (share * (1.0 - share) / n as f64).sqrt() };
    let (begins_in, ends_in) = (*within.first()?, *within.last()?);
    // A cliff that is narrower than its bucket falls faster than the bucket's mean.
    let per_second = per_second.max(within.len() as f64 * each / (ends_in - begins_in).max(1.0));
    let even = |buckets: f64| n as f64 * (buckets * width / longest).min(1.0);
    let chance =
        by_chance(within.len() as f64, even((last - first + 1) as f64)).min(by_chance(height, even(1.0)));
    let windows = (longest / width).max(1.0) * most as f64;
    let significant = share - 2.0 * error > SHARE
        && within.len() as f64 / volatile as f64 > SHARE
        && windows * chance < CHANCE;
    significant.then_some(Cliff { share, error, begins_in, span: ends_in - begins_in, per_second })
}

/// How likely it is at most that `seen` keys fall where `even` are expected (Chernoff's bound for Poisson's law).
fn by_chance(seen: f64, even: f64) -> f64 {
    if seen <= even { 1.0 } else { (seen - even - seen * (seen / even).ln()).exp() }
}

/// The median height of all buckets from now to the last one, the empty ones included.
fn median(buckets: &BTreeMap<i64, usize>) -> f64 {
    let Some((last, _)) = buckets.last_key_value() else { return 0.0 };
    let all = *last as usize + 1;
    let mut heights: Vec<usize> = buckets.values().copied().collect();
    heights.sort_unstable();
    let empty = all - heights.len();
    match (all / 2).checked_sub(empty) {
        Some(rank) => heights.get(rank).copied().unwrap_or(0) as f64,
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn timed(label: &str, left: f64) -> Timed {
        Timed { label: label.into(), left: Some(left) }
    }

    #[test]
    fn a_cliff_in_one_group_is_found_with_its_share_and_time() {
        let mut sample: Vec<_> = (0..590).map(|n| timed("user:*", 1000.0 + f64::from(n) * 13.7)).collect();
        sample.extend((0..410).map(|n| timed("user:*", 372.0 + f64::from(n) * 0.07)));
        sample.extend((0..1000).map(|n| timed("page:*", f64::from(n) * 3.6)));
        let groups = forecast(&sample, 200_000.0, false, Some(10.0));
        let user = groups.iter().find(|group| group.label == "user:*").expect("a group");
        let cliff = user.cliff.as_ref().expect("a cliff");
        assert!((cliff.share - 0.41).abs() < 0.005, "{cliff:?}");
        assert_eq!(cliff.begins_in, 372.0);
        assert!((cliff.span - 28.6).abs() < 0.1, "{cliff:?}");
        // 10 s hold 143 of the sample, each standing for 100 keys.
        assert!((cliff.per_second - 1430.0).abs() < 30.0, "{cliff:?}");
        assert!(groups.iter().all(|group| group.label == "user:*" || group.cliff.is_none()));
    }

    #[test]
    fn short_ttls_that_are_renewed_all_the_time_are_no_cliff() {
        let mut sample: Vec<_> = (0..300).map(|n| timed("a", f64::from(n) * 0.2)).collect();
        sample.extend((0..700).map(|n| timed("a", f64::from(n) * 123.0)));
        assert_eq!(forecast(&sample, 1000.0, false, None)[0].cliff, None);
        assert_eq!(forecast(&sample, 1000.0, false, Some(4.8))[0].cliff, None);
        assert!(forecast(&sample, 1000.0, false, Some(0.1))[0].cliff.is_some());
    }

    #[test]
    fn a_cliff_that_begins_now_counts_unless_it_is_todays_rate() {
        let mut sample: Vec<_> = (0..300).map(|n| timed("a", f64::from(n) * 0.02)).collect();
        sample.extend((0..300).map(|n| timed("a", 300.0 + f64::from(n) * 11.0)));
        assert!(forecast(&sample, 600.0, true, Some(1.0))[0].cliff.is_some());
        assert!(forecast(&sample, 600.0, true, Some(40.0))[0].cliff.is_none());
    }

    #[test]
    fn few_keys_that_meet_by_chance_are_no_cliff() {
        let mut random = fastrand::Rng::with_seed(213_917_113_837_224_956);
        let sample: Vec<_> = (0..65).map(|_| timed("a", random.f64() * 704.082_845_501_213_9)).collect();
        assert_eq!(forecast(&sample, 455.0, false, None)[0].cliff, None);
        let sample: Vec<_> =
            (0..65).map(|n| timed("a", if n < 15 { 300.0 } else { f64::from(n) * 11.0 })).collect();
        assert!(forecast(&sample, 455.0, false, None)[0].cliff.is_some());
    }

    proptest! {
        #[test]
        fn evenly_spread_keys_never_raise_an_alarm(seed in any::<u64>(), longest in 5.0..100_000.0f64, n in 1usize..3000) {
            let mut random = fastrand::Rng::with_seed(seed);
            let sample: Vec<_> = (0..n).map(|_| timed("a", random.f64() * longest)).collect();
            prop_assert_eq!(&forecast(&sample, n as f64 * 7.0, false, None)[0].cliff, &None);
        }
    }
}
