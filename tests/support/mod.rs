//! What the tests share.

use std::time::Duration;

pub mod binary;
pub mod certs;
mod heard;
pub mod mutating;
pub mod proxy;
pub mod pty;
mod relay;
mod resp;
pub mod snapshot;

/// How long an event is waited for before a test gives up: long, since others may have the machine.
pub const PATIENCE: Duration = Duration::from_secs(30);
