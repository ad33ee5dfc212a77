//! Actions on PostgreSQL.

pub mod limit;
pub mod read_only;
pub mod signal;

mod privileges;
