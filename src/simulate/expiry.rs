//! When keys expire that have no name: how many of each class in each short span of time.

use crate::simulate::chance::Chance;

/// Spans in the longest time to live: so exact is the time at which a key expires that has no class of its own.
const SPANS: usize = 1_000;
/// More than that, so that the farthest one is not the current one.
const ROOM: usize = SPANS + 4;

/// Expiries to come. Those of the current span have a time each, drawn evenly within it.
pub(super) struct Expiries {
    width: f64,
    classes: usize,
    counts: Vec<u32>,
    /// How many in each span: most are empty where the time to live is short.
    in_span: Vec<u32>,
    /// The number of the span that has been drawn.
    span: u64,
    drawn: Vec<(f64, u32)>,
    /// How many of the drawn ones have passed.
    passed: usize,
}

impl Expiries {
    /// For so many classes of keys that live no longer than `longest`, from time 0 on.
    pub(super) fn new(classes: usize, longest: f64) -> Self {
        let width = longest / SPANS as f64;
        let (counts, in_span) = (vec![0; ROOM * classes], vec![0; ROOM]);
        Self { width, classes, counts, in_span, span: 0, drawn: Vec::new(), passed: 0 }
    }

    /// One key of a class expires then. False: that is within the current span, or before it, and has to be kept elsewhere.
    pub(super) fn add(&mut self, class: u32, at: f64) -> bool {
        let span = (at / self.width) as u64;
        if span <= self.span {
            return false;
        }
        let span = span.min(self.span + ROOM as u64 - 1);
        let place = self.place(span) + class as usize;
        self.counts[place] += 1;
        self.in_span[(span % ROOM as u64) as usize] += 1;
        true
    }

    fn place(&self, span: u64) -> usize {
        (span % ROOM as u64) as usize * self.classes
    }

    /// When something happens here next: an expiry, or the next span has to be drawn.
    pub(super) fn next(&self) -> f64 {
        match self.drawn.get(self.passed) {
            Some((at, _)) => *at,
            None => (self.span + 1) as f64 * self.width,
        }
    }

    /// Does it. Gives the class of the key that expires; none: the next span was drawn.
    pub(super) fn pass(&mut self, chance: &mut Chance) -> Option<u32> {
        if let Some((_, class)) = self.drawn.get(self.passed) {
            self.passed += 1;
            return Some(*class);
        }
        self.span += 1;
        self.passed = 0;
        self.drawn.clear();
        if std::mem::take(&mut self.in_span[(self.span % ROOM as u64) as usize]) == 0 {
            return None;
        }
        let (begin, width, place) = (self.span as f64 * self.width, self.width, self.place(self.span));
        for (class, count) in self.counts[place..place + self.classes].iter_mut().enumerate() {
            let times = (0..std::mem::take(count)).map(|_| (begin + chance.share() * width, class as u32));
            self.drawn.extend(times);
        }
        self.drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
        None
    }

    /// Takes keys out: `lost` says how many of so many keys of a class.
    pub(super) fn lose(&mut self, mut lost: impl FnMut(u32, u32) -> u32) {
        let left = self.drawn.split_off(self.passed);
        self.drawn.clear();
        self.passed = 0;
        self.drawn.extend(left.into_iter().filter(|(_, class)| lost(*class, 1) == 0));
        for (place, count) in self.counts.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
            let gone = lost((place % self.classes) as u32, *count);
            *count -= gone;
            self.in_span[place / self.classes] -= gone;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_expires_in_its_span() {
        let (mut expiries, mut chance) = (Expiries::new(2, 1000.0), Chance::new(1));
        assert!(!expiries.add(0, 0.5), "that span has begun");
        for at in [7.25, 999.5, 3.5] {
            assert!(expiries.add(1, at));
        }
        let mut times = Vec::new();
        while times.len() < 3 {
            let at = expiries.next();
            times.extend(expiries.pass(&mut chance).map(|class| (at as u64, class)));
        }
        assert_eq!(times, [(3, 1), (7, 1), (999, 1)]);
    }

    #[test]
    fn what_is_lost_does_not_expire() {
        let (mut expiries, mut chance) = (Expiries::new(1, 1000.0), Chance::new(1));
        for at in [1.5, 1.6, 5.5, 5.6] {
            assert!(expiries.add(0, at));
        }
        assert_eq!(expiries.pass(&mut chance), None);
        assert_eq!(expiries.pass(&mut chance), Some(0));
        let mut seen = 0;
        expiries.lose(|_, count| {
            seen += count;
            1
        });
        assert_eq!(seen, 3);
        let left = (0..20).filter_map(|_| expiries.pass(&mut chance)).count();
        assert_eq!(left, 1);
    }
}
