//! Which slot of a cluster a key belongs to: CRC16 of the key, or of its hash tag (`{tag}`).

/// Slots of a cluster.
const SLOTS: u16 = 16_384;

/// The slot of `key`.
pub fn slot(key: &[u8]) -> u16 {
    crc16(tag(key).unwrap_or(key)) % SLOTS
}

/// What stands between the first `{` and the next `}`, unless nothing does.
fn tag(key: &[u8]) -> Option<&[u8]> {
    let open = key.iter().position(|byte| *byte == b'{')?;
    let rest = &key[open + 1..];
    let close = rest.iter().position(|byte| *byte == b'}')?;
    (close > 0).then(|| &rest[..close])
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0u16;
    for byte in bytes {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_that_servers_compute() {
        assert_eq!(crc16(b"123456789"), 0x31c3, "the test vector of the cluster specification");
        // CLUSTER KEYSLOT of a real server.
        for (key, expected) in [
            (&b"b"[..], 3300),
            (b"{b}user:1", 3300),
            (b"{c}", 7365),
            (b"{a}x", 15_495),
            (b"foo", 12_182),
            (b"", 0),
        ] {
            assert_eq!(slot(key), expected, "{key:?}");
        }
        assert_eq!(slot(b"foo{}bar"), crc16(b"foo{}bar") % SLOTS, "an empty tag is none");
        assert_eq!(slot(b"foo{{bar}}"), slot(b"{bar"), "from the first brace to the next");
    }
}
