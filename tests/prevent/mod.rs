//! `stampede prevent` on real servers.

mod check;
mod fleet;
mod trouble;
mod ttl;
