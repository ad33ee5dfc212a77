//! `stampede prevent` on real servers.

mod check;
mod trouble;
mod ttl;
