//! Actions on Redis and Valkey.

mod amplifier;
mod client_stats;
mod expiry;
pub mod flag;
pub mod freeze;
pub mod keymiss;
pub mod kill_idle;
pub mod lock;
pub mod maxclients;
pub mod maxmemory;
pub mod ramp;
pub mod remove;
mod setting;
pub mod stagger;
pub mod timeout;
pub mod warm;
