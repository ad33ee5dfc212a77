//! Actions on PostgreSQL.

pub mod limit;
pub mod read_only;
mod rights;
