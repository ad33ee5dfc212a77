//! What one server keeps in its own memory. Only which pages: nobody reads their text.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock;

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
        let short = Memory::new(Duration::ZERO);
        short.keep(7);
        assert!(!short.has(7));
    }
}
