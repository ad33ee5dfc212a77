//! What one server keeps in its own memory. Only which pages: nobody reads their text.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock;

/// Visits that are thought of at the beginning, at most.
const MOST: f64 = 1e6;

/// Pages in a server's memory.
pub(in crate::drill) struct Memory {
    lifetime: Duration,
    until: Mutex<HashMap<u32, Instant>>,
}

impl Memory {
    pub(in crate::drill) fn new(lifetime: Duration) -> Self {
        Self { lifetime, until: Mutex::default() }
    }

    /// Whether the page is there, and not too old.
    pub(in crate::drill) fn has(&self, page: u32) -> bool {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(&page).is_some_and(|until| clock::instant() < *until)
    }

    pub(in crate::drill) fn keep(&self, page: u32) {
        let until = clock::instant() + self.lifetime;
        self.until.lock().unwrap_or_else(PoisonError::into_inner).insert(page, until);
    }

    /// As after two lifetimes of visits, so many per second: `draw` says which page is wanted next.
    pub(in crate::drill) fn fill(&self, rate: f64, mut draw: impl FnMut() -> u32) {
        let (now, span) = (clock::instant(), 2 * self.lifetime);
        let visits = (rate * span.as_secs_f64()).min(MOST) as u32;
        // When each page was kept, counted from the beginning of the visits.
        let mut kept: HashMap<u32, Duration> = HashMap::new();
        for nth in 0..visits {
            let at = span.mul_f64(f64::from(nth) / f64::from(visits));
            let then = kept.entry(draw()).or_insert(at);
            if at - *then >= self.lifetime {
                *then = at;
            }
        }
        let left = kept.into_iter().map(|(page, then)| (page, (then + self.lifetime).saturating_sub(span)));
        let left = left.filter(|(_, left)| !left.is_zero()).map(|(page, left)| (page, now + left));
        self.until.lock().unwrap_or_else(PoisonError::into_inner).extend(left);
    }

    /// As after a restart.
    pub(in crate::drill) fn empty(&self) {
        self.until.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_a_page_for_its_time_or_until_a_restart() {
        let memory = Memory::new(Duration::from_secs(3600));
        assert!(!memory.has(7));
        memory.keep(7);
        assert!(memory.has(7) && !memory.has(8));
        memory.empty();
        assert!(!memory.has(7));
        let mut page = 0;
        memory.fill(1.0, || {
            page = page % 100 + 1;
            page
        });
        assert!((60..=100).all(|page| memory.has(page)) && !memory.has(101), "each is wanted every 100 s");
        let short = Memory::new(Duration::ZERO);
        short.keep(7);
        assert!(!short.has(7));
    }
}
