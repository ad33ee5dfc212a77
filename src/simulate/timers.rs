//! What happens at a known time, in the order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::simulate::slab::Handle;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    /// A key of this class expires.
    Expire(u32),
    /// Somebody who finds a key of this class, which lives until then, refreshes it early.
    Early(u32, f64),
    /// So does one more, while the first refresh is on its way.
    EarlyAgain(Handle),
    /// The value that is being refreshed early expires.
    RunsOut(Handle),
    /// The expired value of a key that is being refreshed may not be served any more.
    StaleEnds(Handle),
    /// A request has paused and tries again.
    Retry(Handle),
    /// What the model says happens.
    Trigger,
}

#[derive(Clone, Copy)]
struct Timer {
    at: f64,
    /// Of two at the same time, the one that was set first comes first.
    number: u64,
    what: What,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.total_cmp(&other.at).then(self.number.cmp(&other.number))
    }
}

/// All that is set.
#[derive(Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<Timer>>,
    set: u64,
}

impl Timers {
    /// Sets one.
    pub(super) fn set(&mut self, at: f64, what: What) {
        self.set += 1;
        self.heap.push(Reverse(Timer { at, number: self.set, what }));
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> f64 {
        self.heap.peek().map_or(f64::INFINITY, |Reverse(timer)| timer.at)
    }

    /// Takes the next one out.
    pub(super) fn pop(&mut self) -> Option<What> {
        self.heap.pop().map(|Reverse(timer)| timer.what)
    }

    /// Leaves out those for which `keeps` says no, in the order of time.
    pub(super) fn retain(&mut self, mut keeps: impl FnMut(What) -> bool) {
        let mut all = std::mem::take(&mut self.heap).into_vec();
        all.sort_by_key(|timer| timer.0);
        all.retain(|Reverse(timer)| keeps(timer.what));
        self.heap = all.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sooner_comes_first_and_of_two_the_one_set_first() {
        let mut timers = Timers::default();
        for (at, class) in [(2.0, 1), (1.0, 2), (2.0, 3), (0.5, 4)] {
            timers.set(at, What::Expire(class));
        }
        timers.retain(|what| what != What::Expire(4));
        let order: Vec<_> = std::iter::from_fn(|| timers.pop()).collect();
        assert_eq!(order, [What::Expire(2), What::Expire(1), What::Expire(3)]);
        assert_eq!(timers.next(), f64::INFINITY);
    }
}
