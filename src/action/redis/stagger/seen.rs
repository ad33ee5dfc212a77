//! Which keys a sweep may have met before: `SCAN` may give a key twice, and a key must not be moved twice.

use std::hash::{BuildHasher as _, RandomState};

/// Bits of the filter: 16 MB, which is taken only as it is used.
const BITS: u64 = 1 << 27;
const WORD: u64 = u64::BITS as u64;
/// Bits that a key sets.
const EACH: u64 = 4;

/// A Bloom filter: what it has not seen is new, and what it has seen may be.
pub struct Seen {
    words: Vec<u64>,
    hasher: RandomState,
}

impl Seen {
    /// One that has seen nothing.
    pub fn new() -> Self {
        Self { words: vec![0; usize::try_from(BITS / WORD).unwrap_or(0)], hasher: RandomState::new() }
    }

    /// Whether `key` may have been seen before; from now on it has.
    pub fn before(&mut self, key: &[u8]) -> bool {
        let hash = self.hasher.hash_one(key);
        let (first, step) = (hash & 0xffff_ffff, (hash >> 32) | 1);
        let mut seen = true;
        for n in 0..EACH {
            let bit = first.wrapping_add(step.wrapping_mul(n)) % BITS;
            let Some(word) = usize::try_from(bit / WORD).ok().and_then(|at| self.words.get_mut(at)) else {
                return false;
            };
            seen &= *word & (1 << (bit % WORD)) != 0;
            *word |= 1 << (bit % WORD);
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_known_again_and_what_was_not_mostly_is_not() {
        let mut seen = Seen::new();
        let key = |n: u32| format!("user:{n}").into_bytes();
        let wrong = (0..200_000).filter(|n| seen.before(&key(*n))).count();
        assert!(wrong < 200, "{wrong} new keys were taken for old ones");
        assert!((0..200_000).all(|n| seen.before(&key(n))));
    }
}
