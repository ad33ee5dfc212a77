//! One file a subcommand; wires, nothing else.
