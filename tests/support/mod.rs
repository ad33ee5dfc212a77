//! What the tests share.

pub mod certs;
