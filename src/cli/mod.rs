//! One file a subcommand; wires, nothing else.

pub mod config;
