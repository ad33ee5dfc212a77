//! Actions on Redis and Valkey.

pub mod maxclients;
