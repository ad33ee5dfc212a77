//! The log probe.
