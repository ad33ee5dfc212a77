//! Which pages are asked for most.

use std::sync::atomic::{AtomicU32, Ordering};

/// So many pages are the hottest.
const HOTTEST: usize = 50;

/// How often each page has been asked for.
pub(in crate::drill) struct Asked(Vec<AtomicU32>);

impl Asked {
    /// For pages up to this one.
    pub(in crate::drill) fn new(pages: u32) -> Self {
        Self((0..=pages).map(|_| AtomicU32::new(0)).collect())
    }

    pub(in crate::drill) fn count(&self, page: u32) {
        if let Some(asked) = self.0.get(page as usize) {
            asked.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The hottest pages so far.
    pub(in crate::drill) fn hottest(&self) -> Vec<u32> {
        let mut all: Vec<(u32, u32)> = (0..)
            .zip(&self.0)
            .map(|(page, asked)| (asked.load(Ordering::Relaxed), page))
            .filter(|(asked, _)| *asked > 0)
            .collect();
        all.sort_unstable_by(|one, other| other.cmp(one));
        all.into_iter().take(HOTTEST).map(|(_, page)| page).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hottest_come_first_and_what_nobody_wants_never() {
        let asked = Asked::new(100);
        for page in 1..=60 {
            (0..page).for_each(|_| asked.count(page));
        }
        asked.count(4_000);
        let hottest = asked.hottest();
        assert_eq!((hottest.len(), hottest[0], hottest[49]), (50, 60, 11));
    }
}
