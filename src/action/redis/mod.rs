//! Actions on Redis and Valkey.

mod amplifier;
mod bytes;
mod census;
pub mod flag;
pub mod keymiss;
pub mod kill_idle;
pub mod maxclients;
mod setting;
pub mod timeout;
