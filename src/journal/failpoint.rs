//! For the tests of a crash: ends this process at the n-th record, as `kill -9` would. Only in builds with debug
//! assertions, and only when asked to by `STAMPEDE_DIE_AT_RECORD`: `3` once the third record is on disk, `-3` just
//! before it is written. `STAMPEDE_PANIC_AT='record 3'` panics just before the third. `STAMPEDE_FULL_AT_RECORD=3`: the disk is
//! full from the third record on.

use std::io;

use crate::failpoint;

/// Burns down by one record.
#[derive(Debug, Default)]
pub struct Failpoint {
    written: i64,
}

impl Failpoint {
    /// A record is about to be written.
    pub fn before(&self) {
        failpoint::reach(&format!("record {}", self.written + 1));
        self.burn(-(self.written + 1));
    }

    /// Whether there is room for the next record. Errors: the disk is full.
    pub fn room(&self) -> io::Result<()> {
        if asked("STAMPEDE_FULL_AT_RECORD").is_some_and(|from| self.written + 1 >= from) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    /// A record is on disk.
    pub fn after(&mut self) {
        self.written += 1;
        self.burn(self.written);
    }

    #[cfg(debug_assertions)]
    fn burn(&self, at: i64) {
        use rustix::process::{Signal, getpid, kill_process};
        if asked("STAMPEDE_DIE_AT_RECORD") == Some(at) {
            _ = kill_process(getpid(), Signal::KILL);
        }
    }

    #[cfg(not(debug_assertions))]
    fn burn(&self, _: i64) {}
}

#[cfg(debug_assertions)]
fn asked(name: &str) -> Option<i64> {
    std::env::var(name).ok().and_then(|n| n.parse().ok())
}

#[cfg(not(debug_assertions))]
fn asked(_: &str) -> Option<i64> {
    None
}
