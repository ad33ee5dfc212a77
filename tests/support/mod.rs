//! What the tests share.

use std::time::Duration;

pub mod api;
pub mod binary;
pub mod certs;
mod heard;
mod http_wire;
pub mod keys;
pub mod kube;
pub mod mutating;
mod mysql_wire;
pub mod night;
mod postgres_wire;
pub mod proxy;
pub mod pty;
mod relay;
mod resp;
pub mod snapshot;
pub mod snapshot_sql;
pub mod sql;
pub mod staging;
pub mod warmer;
mod wire;

/// How long an event is waited for before a test gives up: long, since others may have the machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// That one of the notes has these words.
#[track_caller]
pub fn noted(notes: &[String], words: &str) {
    assert!(notes.iter().any(|note| note.contains(words)), "{words:?} is not in {notes:?}");
}
