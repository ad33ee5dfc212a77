//! Actions on PostgreSQL.

pub mod signal;
