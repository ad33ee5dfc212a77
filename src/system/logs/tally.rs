//! Counts of one source: per pattern, per bucket of time, and the time that the log covers.

use std::collections::BTreeMap;

/// Widths of a bucket in seconds; each divides the next.
const WIDTHS: [i64; 6] = [1, 10, 60, 600, 3_600, 86_400];
/// Buckets kept before the next width is taken: bounds memory whatever the log says.
const MOST_BUCKETS: usize = 2_048;

/// What was found in one source, or in several together.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Bytes searched.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Lines that hold each pattern.
    pub matched: Vec<u64>,
    /// Those of them without a time that we can read.
    pub untimed: Vec<u64>,
    /// Matching lines left out because they are older than asked for.
    pub too_old: u64,
    /// Whether a line, old or young, tells how a lookup in a cache went: without one, no misses are no finding.
    pub tells_lookups: bool,
    /// The earliest time read, in milliseconds since 1970.
    pub first: Option<i64>,
    /// The latest time read.
    pub last: Option<i64>,
    width: usize,
    buckets: BTreeMap<i64, Vec<u64>>,
}

/// Counts within a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its start, in seconds since 1970.
    pub start: i64,
    /// Lines that hold each pattern.
    pub matched: Vec<u64>,
}

impl Tally {
    /// Nothing counted yet, of so many patterns.
    pub fn new(patterns: usize) -> Self {
        Self { matched: vec![0; patterns], untimed: vec![0; patterns], ..Self::default() }
    }

    /// Counts a line that holds the patterns in `found`, at a time in milliseconds if it has one.
    pub(super) fn count(&mut self, found: u64, time: Option<i64>) {
        let Some(time) = time else {
            add(&mut self.matched, found);
            add(&mut self.untimed, found);
            return;
        };
        add(&mut self.matched, found);
        let start = floor(time.div_euclid(1000), WIDTHS[self.width]);
        let patterns = self.matched.len();
        add(self.buckets.entry(start).or_insert_with(|| vec![0; patterns]), found);
        while self.buckets.len() > MOST_BUCKETS {
            self.coarsen();
        }
    }

    /// Widens the covered time to hold this one.
    pub(super) fn saw(&mut self, time: i64) {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }

    /// Adds what another source counted.
    pub fn merge(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.too_old += other.too_old;
        self.tells_lookups |= other.tells_lookups;
        for time in [other.first, other.last].into_iter().flatten() {
            self.saw(time);
        }
        sum(&mut self.matched, &other.matched);
        sum(&mut self.untimed, &other.untimed);
        for (start, matched) in &other.buckets {
            let patterns = matched.len();
            let start = floor(*start, WIDTHS[self.width]);
            sum(self.buckets.entry(start).or_insert_with(|| vec![0; patterns]), matched);
        }
        while self.buckets.len() > MOST_BUCKETS {
            self.coarsen();
        }
    }

    /// Seconds between the first and the last time; none without two different times.
    pub fn span(&self) -> Option<f64> {
        let span = (self.last? - self.first?) as f64 / 1000.0;
        (span > 0.0).then_some(span)
    }

    /// The last buckets, at most `most`, empty ones between them included, of the least width (in seconds) at which
    /// they hold all that was found.
    pub fn buckets(&self, most: i64) -> (i64, Vec<Bucket>) {
        let (Some((first, _)), Some((last, _))) =
            (self.buckets.first_key_value(), self.buckets.last_key_value())
        else {
            return (WIDTHS[0], Vec::new());
        };
        let fits = |width: &i64| (floor(*last, *width) - floor(*first, *width)) / width < most;
        let width = WIDTHS[self.width..].iter().copied().find(fits).unwrap_or(WIDTHS[WIDTHS.len() - 1]);
        let end = floor(*last, width);
        let start = floor(*first, width).max(end - (most - 1) * width);
        let mut rows: Vec<_> = (0..=(end - start) / width)
            .map(|at| Bucket { start: start + at * width, matched: vec![0; self.matched.len()] })
            .collect();
        for (second, matched) in self.buckets.range(start..) {
            sum(&mut rows[((second - start) / width) as usize].matched, matched);
        }
        (width, rows)
    }

    /// Takes the next width; at the last one the oldest bucket goes.
    fn coarsen(&mut self) {
        if self.width + 1 == WIDTHS.len() {
            _ = self.buckets.pop_first();
            return;
        }
        self.width += 1;
        for (start, matched) in std::mem::take(&mut self.buckets) {
            let patterns = matched.len();
            let start = floor(start, WIDTHS[self.width]);
            sum(self.buckets.entry(start).or_insert_with(|| vec![0; patterns]), &matched);
        }
    }
}

fn floor(second: i64, width: i64) -> i64 {
    second.div_euclid(width) * width
}

fn add(counts: &mut [u64], mut found: u64) {
    while found != 0 {
        counts[found.trailing_zeros() as usize] += 1;
        found &= found - 1;
    }
}

fn sum(counts: &mut [u64], other: &[u64]) {
    for (count, more) in counts.iter_mut().zip(other) {
        *count += more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_buckets_of_the_least_width_hold_all() {
        let mut tally = Tally::new(2);
        tally.count(1, Some(1_000_000));
        tally.count(3, Some(1_009_999));
        tally.count(1, None);
        let (width, rows) = tally.buckets(10);
        assert_eq!((width, rows.len()), (1, 10));
        assert_eq!(rows[0].matched, [1, 0]);
        assert_eq!(rows[9], Bucket { start: 1_009, matched: vec![1, 1] });
        assert_eq!((tally.matched, tally.untimed), (vec![3, 1], vec![1, 0]));
    }

    #[test]
    fn a_wider_span_takes_a_wider_bucket_and_loses_nothing() {
        let mut tally = Tally::new(1);
        for second in 0..7_200 {
            tally.count(1, Some(second * 1000));
        }
        let (width, rows) = tally.buckets(10);
        assert_eq!((width, rows.len()), (3_600, 2));
        assert_eq!(rows.iter().map(|row| row.matched[0]).sum::<u64>(), 7_200);
        assert!(tally.buckets.len() <= MOST_BUCKETS);
    }

    #[test]
    fn times_over_all_centuries_stay_bounded() {
        let mut tally = Tally::new(1);
        for day in 0..40_000 {
            tally.count(1, Some(day * 86_400_000));
        }
        assert!(tally.buckets.len() <= MOST_BUCKETS);
        assert_eq!(tally.buckets(10).1.len(), 10);
        assert_eq!(tally.matched, [40_000]);
    }

    #[test]
    fn sources_add_up() {
        let (mut one, mut two) = (Tally::new(1), Tally::new(1));
        one.count(1, Some(5_000));
        one.saw(5_000);
        for second in 0..5_000 {
            two.count(1, Some(second * 1000));
        }
        two.saw(20_000);
        one.merge(&two);
        assert_eq!(one.matched, [5_001]);
        assert_eq!(one.span(), Some(15.0));
        assert_eq!(one.buckets(10).1.iter().map(|row| row.matched[0]).sum::<u64>(), 5_001);
    }
}
