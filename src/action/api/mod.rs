//! Actions on what has only an HTTP API.

pub mod call;
