//! One batch of keys: when each of them was to expire, and when it does now.

use serde::{Deserialize, Serialize};

use crate::system::redis::Key;
use crate::system::redis::Write;
use crate::text;

/// Lines of commands for the day this program cannot be used; a longer list is for a machine to make.
const BY_HAND: usize = 100;

/// Bytes of a key that anybody would paste; a longer one is for a machine, too.
const PASTED: usize = 1_000;

/// Three lists side by side, which keeps a million keys readable and small.
#[derive(Default, Serialize, Deserialize)]
pub struct Image {
    /// The keys.
    keys: Vec<Key>,
    /// When each was to expire: Unix milliseconds by the server's clock.
    old: Vec<i64>,
    /// When it expires now.
    new: Vec<i64>,
}

/// One key of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved<'a> {
    /// Its name.
    pub key: &'a [u8],
    /// When it was to expire.
    pub old: i64,
    /// When it expires now.
    pub new: i64,
}

/// What makes them live longer.
pub fn extend<'a>(those: impl Iterator<Item = Moved<'a>>) -> Write<'a> {
    Write::ExpiryOn(those.map(|moved| (moved.key, moved.old, moved.new)).collect())
}

impl Moved<'_> {
    /// A command that is about it, as one would type it.
    fn line(&self, command: &Write<'_>) -> String {
        match self.key.len() {
            ..=PASTED => command.to_string(),
            bytes => format!(
                "# a key of {bytes} bytes, too long to paste ({}): it expired at {}, and at {} since (Unix milliseconds); the \
                 journal has all of it",
                text::fit_bytes(self.key, 40),
                self.old,
                self.new
            ),
        }
    }

    /// What puts its expiry back.
    pub fn back(&self) -> Write<'_> {
        Write::ExpiryBack(self.key, self.new, self.old)
    }
}

impl Image {
    /// Adds a key.
    pub fn push(&mut self, key: Vec<u8>, old: i64, new: i64) {
        self.keys.push(Key(key));
        self.old.push(old);
        self.new.push(new);
    }

    /// The keys in it.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Each key.
    pub fn iter(&self) -> impl Iterator<Item = Moved<'_>> {
        let times = self.old.iter().zip(&self.new);
        self.keys.iter().zip(times).map(|(key, (old, new))| Moved { key: &key.0, old: *old, new: *new })
    }

    /// What was sent.
    pub fn commands(&self) -> Vec<String> {
        self.iter().map(|moved| moved.line(&extend(std::iter::once(moved)))).collect()
    }

    /// What would put it all back by hand.
    pub fn undo_commands(&self) -> Vec<String> {
        let by_hand = |moved: Moved<'_>| moved.line(&moved.back());
        if self.len() <= BY_HAND {
            return self.iter().map(by_hand).collect();
        }
        let mut lines: Vec<String> = self.iter().take(3).map(by_hand).collect();
        lines.push(format!(
            "# and {} more; from the journal, those whose old time is not over (it would delete them): jq -r \
             'select(.event==\"batch\").part.image | [.keys,.old] | transpose[] | select(.[1] > now*1000+2000) | \
             \"PEXPIREAT \\(.[0]|tojson) \\(.[1]) XX LT\"' JOURNAL | redis-cli -h HOST -p PORT",
            self.len() - 3
        ));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_three_lists_and_comes_back_whole() {
        let mut image = Image::default();
        image.push(b"user:1".to_vec(), 1_000, 2_000);
        image.push(b"\xff".to_vec(), 1_500, 2_600);
        let value = serde_json::to_value(&image).expect("a value");
        let expected = serde_json::json!({ "keys": ["user:1", { "hex": "ff" }], "old": [1000, 1500], "new": [2000, 2600] });
        assert_eq!(value, expected);
        let back = Image::deserialize(&value).expect("an image");
        assert!(back.iter().eq(image.iter()));
        assert!(back.commands()[0].ends_with(" 1 user:1 1000 2000"), "{:?}", back.commands());
        assert!(back.commands()[1].ends_with(" 1 \"\\xff\" 1500 2600"), "{:?}", back.commands());
        assert!(back.undo_commands()[0].ends_with(" 1 user:1 2000 1000"), "{:?}", back.undo_commands());
    }

    #[test]
    fn a_key_that_nobody_pastes_is_named_by_its_beginning() {
        let mut image = Image::default();
        image.push(vec![b'k'; 100_000], 1_000, 2_000);
        for lines in [image.commands(), image.undo_commands()] {
            assert_eq!(lines.len(), 1);
            assert!(lines[0].starts_with("# a key of 100000 bytes") && lines[0].len() < 200, "{lines:?}");
        }
    }

    #[test]
    fn a_long_list_is_left_to_a_machine() {
        let mut image = Image::default();
        (0..10_000).for_each(|n| image.push(format!("k{n}").into_bytes(), n, n + 1));
        let lines = image.undo_commands();
        assert_eq!(lines.len(), 4);
        assert!(lines[3].starts_with("# and 9997 more"), "{}", lines[3]);
    }
}
