//! The cache probe.
