//! What the tests share.

use std::time::Duration;

pub mod api;
pub mod binary;
pub mod certs;
mod heard;
mod http_wire;
pub mod kube;
pub mod mutating;
mod mysql_wire;
mod postgres_wire;
pub mod proxy;
pub mod pty;
mod relay;
mod resp;
pub mod snapshot;
pub mod snapshot_sql;
pub mod sql;
pub mod warmer;
mod wire;

/// How long an event is waited for before a test gives up: long, since others may have the machine.
pub const PATIENCE: Duration = Duration::from_secs(30);
