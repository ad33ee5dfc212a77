//! Refilling a cache: which keys, by which request or from which values, by how many workers at a time, and how the load of
//! the database throttles them (S29). What is shown, recorded and said of it is the action's (`recover warm`).

pub mod endpoint;
pub mod executor;
pub mod fill;
pub mod health;
pub mod keys;
pub mod list;
pub mod request;
pub mod resp;
pub mod rows;
pub mod select;
pub mod throttle;
mod workers;

/// Keys that are looked at, and written, together.
pub const PAGE: usize = 256;

/// Says whether the operator has asked to stop.
pub type Stopping<'a> = &'a (dyn Fn() -> bool + Sync);
