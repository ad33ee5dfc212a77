//! Expired values that may still be served: how many of each class, and until when.

use crate::simulate::chance::Chance;

/// Spans in the time of grace: so exact is its end.
const SPANS: u64 = 64;
/// More than that, so that the farthest one is not the current one.
const ROOM: u64 = SPANS + 2;

/// Expired values.
pub(super) struct Grace {
    width: f64,
    classes: usize,
    counts: Vec<u32>,
    /// The current span.
    span: u64,
    there: u64,
}

impl Grace {
    /// For so many classes, and values that are served for `grace`.
    pub(super) fn new(classes: usize, grace: f64) -> Self {
        let counts = vec![0; ROOM as usize * classes];
        Self { width: grace / SPANS as f64, classes, counts, span: 0, there: 0 }
    }

    fn place(&self, span: u64, class: u32) -> usize {
        (span % ROOM) as usize * self.classes + class as usize
    }

    /// So many values of a class may be served until then.
    pub(super) fn add(&mut self, class: u32, until: f64, count: u32) {
        let span = ((until / self.width) as u64).clamp(self.span, self.span + ROOM - 1);
        let place = self.place(span, class);
        self.counts[place] += count;
        self.there += u64::from(count);
    }

    /// Takes any one value of a class. Gives until when it may be served; none: there is no such value.
    pub(super) fn take(&mut self, class: u32, chance: &mut Chance) -> Option<f64> {
        let spans = self.span..self.span + ROOM;
        let all: u64 = spans.clone().map(|span| u64::from(self.counts[self.place(span, class)])).sum();
        if all == 0 {
            return None;
        }
        let mut left = chance.below(all);
        for span in spans {
            let place = self.place(span, class);
            let count = u64::from(self.counts[place]);
            if left < count {
                self.counts[place] -= 1;
                self.there -= 1;
                return Some((span + 1) as f64 * self.width);
            }
            left -= count;
        }
        None
    }

    /// When the current span ends; never where nothing is there.
    pub(super) fn next(&self) -> f64 {
        if self.there == 0 { f64::INFINITY } else { (self.span + 1) as f64 * self.width }
    }

    /// Ends the current span. Gives the values that may not be served any more, by class.
    pub(super) fn pass(&mut self) -> Vec<(u32, u32)> {
        let place = self.place(self.span, 0);
        self.span += 1;
        let mut gone = Vec::new();
        for (class, count) in self.counts[place..place + self.classes].iter_mut().enumerate() {
            let count = std::mem::take(count);
            if count > 0 {
                self.there -= u64::from(count);
                gone.push((class as u32, count));
            }
        }
        gone
    }

    /// The spans up to now are over; nothing was in them.
    pub(super) fn skip_to(&mut self, now: f64) {
        if self.there == 0 {
            self.span = self.span.max((now / self.width) as u64);
        }
    }

    /// Takes values out: `lost` says how many of so many of a class.
    pub(super) fn lose(&mut self, mut lost: impl FnMut(u32, u32) -> u32) {
        for (place, count) in self.counts.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
            let gone = lost((place % self.classes) as u32, *count);
            *count -= gone;
            self.there -= u64::from(gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_served_until_its_span_ends() {
        let (mut grace, mut chance) = (Grace::new(2, 64.0), Chance::new(1));
        assert_eq!(grace.next(), f64::INFINITY);
        grace.skip_to(10.5);
        grace.add(1, 12.5, 2);
        assert_eq!(grace.take(1, &mut chance), Some(13.0));
        assert_eq!((grace.next(), grace.pass()), (11.0, vec![]));
        assert_eq!(grace.pass(), vec![]);
        assert_eq!((grace.next(), grace.pass()), (13.0, vec![(1, 1)]));
        assert_eq!(grace.take(1, &mut chance), None);
    }
}
