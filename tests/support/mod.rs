//! What the tests share.

pub mod binary;
pub mod certs;
