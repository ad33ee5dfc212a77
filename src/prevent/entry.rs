//! What lies under a key. A value is itself, as other programs write it (`recover warm`), unless there is more to say of it.

use std::time::Duration;

/// Before a value whose cost is known: no text begins like this.
const COSTED: &[u8] = b"\0cost ";
/// In place of a value that does not exist.
const ABSENT: &[u8] = b"\0absent";

/// A cached answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A value, which may be empty, and what its rebuild took; zero where nobody has said.
    Value(Vec<u8>, Duration),
    /// There is no such row.
    Absent,
}

impl Entry {
    pub(super) fn read(stored: Vec<u8>) -> Self {
        if stored == ABSENT {
            return Self::Absent;
        }
        let costed = stored.strip_prefix(COSTED).and_then(|rest| {
            let end = rest.iter().position(|byte| *byte == b' ')?;
            let micros = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
            Some(Self::Value(rest[end + 1..].to_vec(), Duration::from_micros(micros)))
        });
        costed.unwrap_or(Self::Value(stored, Duration::ZERO))
    }

    /// As it is stored; `costed`: with its cost.
    pub(super) fn stored(&self, costed: bool) -> Vec<u8> {
        match self {
            Self::Absent => ABSENT.to_vec(),
            Self::Value(value, cost) if costed => {
                let cost = u64::try_from(cost.as_micros()).unwrap_or(u64::MAX);
                [COSTED, cost.to_string().as_bytes(), b" ", value].concat()
            }
            Self::Value(value, _) => value.clone(),
        }
    }

    pub(super) fn value(self) -> Option<Vec<u8>> {
        match self {
            Self::Value(value, _) => Some(value),
            Self::Absent => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back_and_a_plain_value_is_a_value() {
        let cost = Duration::from_micros(1_500);
        for value in [&b""[..], b"0", b"a b", b"\0", b"\0cost x"] {
            let entry = Entry::Value(value.to_vec(), cost);
            assert_eq!(Entry::read(entry.stored(true)), entry);
            assert_eq!(Entry::read(entry.stored(false)), Entry::Value(value.to_vec(), Duration::ZERO));
        }
        assert_eq!(Entry::read(Entry::Absent.stored(true)), Entry::Absent);
        assert_eq!(Entry::Absent.value(), None);
    }
}
