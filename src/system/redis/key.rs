//! A key in an image: text where it is text, and its bytes in hexadecimal where it is not.

use std::fmt::Write as _;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A key, whatever its bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
struct Bytes {
    hex: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Bytes(Bytes),
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => {
                let mut hex = String::with_capacity(self.0.len() * 2);
                self.0.iter().for_each(|byte| _ = write!(hex, "{byte:02x}"));
                Bytes { hex }.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = match Written::deserialize(deserializer)? {
            Written::Text(text) => return Ok(Self(text.into_bytes())),
            Written::Bytes(Bytes { hex }) => hex,
        };
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(byte).collect();
        bytes.map(Self).ok_or_else(|| D::Error::custom("a key is not written in hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_any_bytes_comes_back_as_it_was() {
        for (key, written) in [
            (&b"user:1"[..], r#""user:1""#),
            (b"a\x1b\"", r#""a\u001b\"""#),
            (b"\xff\x00", r#"{"hex":"ff00"}"#),
        ] {
            let key = Key(key.to_vec());
            assert_eq!(serde_json::to_string(&key).expect("written"), written);
            let value = serde_json::to_value(&key).expect("a value");
            assert_eq!(Key::deserialize(&value).expect("read"), key);
        }
        assert!(serde_json::from_str::<Key>(r#"{"hex":"fg"}"#).is_err());
    }
}
