//! Digests of text: what was shown and approved, which playbook it was, and which share of a window is a key's own.

use std::fmt::Write as _;

use ring::digest::{SHA256, digest};

/// The SHA-256 of `bytes`, as 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(64);
    digest(&SHA256, bytes).as_ref().iter().for_each(|byte| _ = write!(out, "{byte:02x}"));
    out
}

/// A hash of a step's own numbers and a key's name, the same for every version of this program: FNV-1a, then mixed.
pub fn stable_hash(numbers: [i64; 2], key: &[u8]) -> u64 {
    let bytes = numbers.map(i64::to_le_bytes);
    let bytes = bytes.iter().flatten().chain(key);
    mix(bytes
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// A number of 0-1 that is made of a hash and independent of its bits.
pub fn share(hash: u64) -> f64 {
    mix(hash ^ 0x9e37_79b9_7f4a_7c15) as f64 / u64::MAX as f64
}

/// The finalizer of MurmurHash3.
fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_the_sha_256_that_everybody_computes() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(super::sha256(b""), empty);
    }
}
