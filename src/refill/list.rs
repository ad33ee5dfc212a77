//! A list of keys, the hottest first, as it is written to a file and read again.

use serde::{Deserialize, Serialize};

use crate::system::redis::Key;

/// A key of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its name.
    pub key: Vec<u8>,
    /// Its share of the accesses or misses that were counted, 0-1; none in a list of names.
    pub share: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    key: Key,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
}

/// The key of a line: its name, or a JSON object with `key`, which is text, or `{"hex": "…"}` where it is not. A name may
/// begin with a brace, too: `{tag}:1` is no JSON.
pub fn of_line(line: &[u8]) -> Listed {
    let written =
        line.first().filter(|first| **first == b'{').and_then(|_| serde_json::from_slice(line).ok());
    match written {
        Some(Written { key, share }) => Listed { key: key.0, share },
        None => Listed { key: line.to_vec(), share: None },
    }
}

/// A key as a value of JSON.
pub fn name(key: &[u8]) -> serde_json::Value {
    serde_json::to_value(Key(key.to_vec())).unwrap_or_default()
}

/// The keys of a whole file: one a line, or with a zero byte after each when there is one. Empty lines are none.
pub fn listed(bytes: &[u8]) -> Vec<Listed> {
    let end = if bytes.contains(&0) { 0 } else { b'\n' };
    let lines = bytes.split(|byte| *byte == end);
    let trimmed = lines.map(|line| if end == 0 { line } else { line.strip_suffix(b"\r").unwrap_or(line) });
    trimmed.filter(|line| !line.is_empty()).map(of_line).collect()
}

/// A line of such a file.
pub fn line(listed: &Listed) -> String {
    let written = Written { key: Key(listed.key.clone()), share: listed.share };
    serde_json::to_string(&written).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for key in [&b"user:1"[..], b"a\nb\0\xff", b"{tag}:1", "größe".as_bytes()] {
            let one = Listed { key: key.to_vec(), share: Some(0.25) };
            assert_eq!(listed(line(&one).as_bytes()), [one]);
        }
        let names: Vec<Vec<u8>> = listed(b"a\r\n\nb\n{tag}:1").into_iter().map(|one| one.key).collect();
        assert_eq!(names, [&b"a"[..], b"b", b"{tag}:1"]);
        assert_eq!(listed(b"a\nb\0")[0].key, b"a\nb");
    }
}
