//! By how much a key's expiry is moved: told by its name alone, so that it can be taken off again without a record of every
//! key.

use serde::{Deserialize, Serialize};

use crate::digest::{share, stable_hash};

const SECOND: i64 = 1_000;
/// The milliseconds that tell ours from others are one of these: 1-999, for 0 is what whole seconds have.
const SIGNS: u64 = 999;

/// The same for all keys of a step, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jitter {
    /// What every key gets.
    pub by: i64,
    /// What is added to it, from nothing up to this, by the hash of the key's name.
    pub over: i64,
}

impl Jitter {
    /// Milliseconds to be added to the second in which `key` expires: more than a second, so that nothing is shortened,
    /// and with milliseconds that are the key's own.
    pub fn of(self, key: &[u8]) -> i64 {
        let hash = self.hash(key);
        let (high, low) = (hash >> 32, hash & 0xffff_ffff);
        let share = high % u64::try_from(self.over.max(1)).unwrap_or(1);
        let seconds = self.by + 1 + i64::try_from(share).unwrap_or(0);
        seconds * SECOND + 1 + i64::try_from(low % SIGNS).unwrap_or(0)
    }

    /// A second jitter of the same key, 0-1, for spreading what comes back.
    pub fn share(self, key: &[u8]) -> f64 {
        share(self.hash(key))
    }

    fn hash(self, key: &[u8]) -> u64 {
        stable_hash([self.by, self.over], key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jitter_is_the_keys_own_and_the_same_for_ever() {
        let jitter = Jitter { by: 0, over: 600 };
        assert_eq!(jitter.of(b"user:1"), jitter.of(b"user:1"));
        // Journals of earlier versions hold steps that are put back by this number.
        assert_eq!(
            [jitter.of(b"user:1"), jitter.of(b"user:2"), jitter.of(b"\xff")],
            [120_134, 76_305, 47_956]
        );
        assert_ne!(Jitter { by: 0, over: 601 }.of(b"user:1"), jitter.of(b"user:1"));
    }

    #[test]
    fn it_fills_the_window_evenly_and_is_never_a_whole_second() {
        let jitter = Jitter { by: 60, over: 100 };
        let mut seconds = vec![0; 100];
        for n in 0..100_000 {
            let ms = jitter.of(format!("user:{n}").as_bytes());
            assert!((61_001..=160_999).contains(&ms) && ms % 1_000 != 0, "{ms}");
            seconds[usize::try_from(ms / 1_000 - 61).expect("in the window")] += 1;
        }
        assert!(seconds.iter().all(|count| (800..1_200).contains(count)), "{seconds:?}");
        let mean = (0..1_000).map(|n| jitter.share(format!("k{n}").as_bytes())).sum::<f64>() / 1_000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}
