//! Redis and Valkey: what they can be asked.
