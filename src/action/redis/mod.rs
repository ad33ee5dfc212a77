//! Actions on Redis and Valkey.

mod amplifier;
mod census;
pub mod kill_idle;
pub mod maxclients;
mod setting;
pub mod timeout;
