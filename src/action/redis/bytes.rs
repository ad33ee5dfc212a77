//! Bytes in an image: text where they are text, so that a journal can be read by people.

use serde::{Deserialize, Serialize};

/// A key or value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Form", into = "Form")]
pub struct Bytes(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Text(String),
    Raw(Vec<u8>),
}

impl From<Form> for Bytes {
    fn from(form: Form) -> Self {
        match form {
            Form::Text(text) => Self(text.into_bytes()),
            Form::Raw(bytes) => Self(bytes),
        }
    }
}

impl From<Bytes> for Form {
    fn from(bytes: Bytes) -> Self {
        String::from_utf8(bytes.0).map_or_else(|error| Self::Raw(error.into_bytes()), Self::Text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_text_and_other_bytes_are_numbers() {
        let json = |bytes: &[u8]| serde_json::to_string(&Bytes(bytes.to_vec())).expect("written");
        assert_eq!(json("größe".as_bytes()), "\"größe\"");
        assert_eq!(json(b"a\xff"), "[97,255]");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes: Vec<u8>) {
            let json = serde_json::to_string(&Bytes(bytes.clone())).expect("written");
            prop_assert_eq!(serde_json::from_str::<Bytes>(&json).expect("read").0, bytes);
        }
    }
}
