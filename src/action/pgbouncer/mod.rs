//! What can be done on a PgBouncer.

pub mod pause;
