//! A digest of text: what was shown and approved, and which playbook it was.

use std::fmt::Write as _;

use ring::digest::{SHA256, digest};

/// The SHA-256 of `bytes`, as 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(64);
    digest(&SHA256, bytes).as_ref().iter().for_each(|byte| _ = write!(out, "{byte:02x}"));
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_the_sha_256_that_everybody_computes() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(super::sha256(b""), empty);
    }
}
