//! Groups keys by what they have in common: `user:profile:123` and `user:profile:456` are both `user:profile:*`.

use std::collections::HashMap;

use crate::text::{escape_bytes, fit};

/// What separates the parts of a key.
const DELIMITERS: &[u8] = b":/|#.";
/// Parts that are looked at; what comes after them is variable.
const DEEPEST: usize = 8;
/// With more different words than this in one place, the place may hold a name rather than a kind.
const WORDS: usize = 12;
/// The longest label shown.
const WIDTH: usize = 48;

/// The label of each key's group, in the order of the keys. Labels are escaped.
pub fn group(keys: &[&[u8]]) -> Vec<String> {
    let parts: Vec<Vec<(Vec<u8>, Option<u8>)>> = keys.iter().map(|key| split(key)).collect();
    let mut labels = vec![Vec::new(); keys.len()];
    descend(&parts, &(0..keys.len()).collect::<Vec<_>>(), 0, &mut labels);
    labels.iter().map(|label| fit(&escape_bytes(label), WIDTH).into_owned()).collect()
}

/// Splits at delimiters; every part keeps the delimiter that follows it, and variable parts are stars already.
fn split(key: &[u8]) -> Vec<(Vec<u8>, Option<u8>)> {
    let mut parts = Vec::new();
    let mut from = 0;
    while parts.len() < DEEPEST {
        match key[from..].iter().position(|byte| DELIMITERS.contains(byte)) {
            Some(length) => {
                parts.push((collapse(&key[from..from + length]), Some(key[from + length])));
                from += length + 1;
            }
            None => {
                parts.push((collapse(&key[from..]), None));
                return parts;
            }
        }
    }
    parts.push((b"*".to_vec(), None));
    parts
}

/// Replaces what looks like an identifier: digits, hashes, UUIDs, long mixtures. `v2` stays.
fn collapse(part: &[u8]) -> Vec<u8> {
    let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || (part.len() <= 3 && matches!(part, [b'v' | b'V', ..])) {
        return part.to_vec();
    }
    let hex = part.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    if (hex && part.len() >= 8) || (part.len() >= 20 && digits >= 3) {
        return b"*".to_vec();
    }
    let mut out = Vec::with_capacity(part.len());
    for byte in part {
        match byte.is_ascii_digit() {
            false => out.push(*byte),
            true if out.last() != Some(&b'*') => out.push(b'*'),
            true => {}
        }
    }
    out
}

fn descend(parts: &[Vec<(Vec<u8>, Option<u8>)>], members: &[usize], depth: usize, labels: &mut [Vec<u8>]) {
    let mut words: HashMap<(&[u8], Option<u8>), Vec<usize>> = HashMap::new();
    for &member in members {
        if let Some((word, delimiter)) = parts[member].get(depth) {
            words.entry((word, *delimiter)).or_default().push(member);
        }
    }
    // Many words, each in few keys: names, not kinds.
    if words.len() > WORDS && words.len() > members.len() / 8 {
        let mut merged: HashMap<(&[u8], Option<u8>), Vec<usize>> = HashMap::new();
        for ((_, delimiter), mut group) in words {
            merged.entry((b"*", delimiter)).or_default().append(&mut group);
        }
        words = merged;
    }
    for ((word, delimiter), group) in words {
        for &member in &group {
            labels[member].extend_from_slice(word);
            labels[member].extend(delimiter);
        }
        if delimiter.is_some() {
            descend(parts, &group, depth + 1, labels);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(keys: &[&str]) -> Vec<String> {
        group(&keys.iter().map(|key| key.as_bytes()).collect::<Vec<_>>())
    }

    #[test]
    fn identifiers_become_stars_and_kinds_stay() {
        assert_eq!(
            labels(&[
                "user:profile:123",
                "user:profile:popular_user_123",
                "page/home/v2",
                "obj:6f1e2d3c-aaaa-bbbb-cccc-0123456789ab:meta",
                "etag:9f86d081884c7d65",
                "{user7}:cart",
                "plain",
            ]),
            vec![
                "user:profile:*",
                "user:profile:popular_user_*",
                "page/home/v2",
                "obj:*:meta",
                "etag:*",
                "{user*}:cart",
                "plain"
            ]
        );
    }

    #[test]
    fn many_names_in_one_place_are_one_group() {
        let names: Vec<String> = (0..200)
            .map(|n| {
                let letters = [b'a' + (n / 26) as u8, b'a' + (n % 26) as u8];
                format!("user:{}:cart", String::from_utf8_lossy(&letters))
            })
            .collect();
        let found = labels(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(found.iter().all(|label| label == "user:*:cart"), "{found:?}");
    }

    #[test]
    fn hostile_keys_are_escaped_and_long_ones_cut() {
        let key = [b"a\x1b[31m\n:".as_slice(), &[b'x'; 500]].concat();
        let label = &group(&[&key])[0];
        assert!(label.starts_with("a\\x1b[") && label.chars().count() <= WIDTH, "{label}");
        assert_eq!(group(&[b""])[0], "");
    }
}
