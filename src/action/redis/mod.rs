//! Actions on Redis and Valkey.

mod amplifier;
mod census;
pub mod freeze;
mod key;
pub mod kill_idle;
pub mod maxclients;
mod setting;
pub mod timeout;
