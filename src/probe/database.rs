//! The database probe.
