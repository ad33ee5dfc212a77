//! `break lock --inspect` and `--list`: who holds what. Reads only.

use std::time::Duration;

use crate::action::Owner;
use crate::action::redis::lock::held::{self, State};
use crate::action::redis::lock::rebuild::Before;
use crate::clock;
use crate::error::TargetError;
use crate::system::redis::{Query, Reader};
use crate::text;

/// Locks that are listed.
const LISTED: usize = 100;
/// `SCAN … COUNT`
const PAGE: u32 = 100;
/// Longest time that is spent on one node, and the share of it that the server works for us.
const LONGEST: Duration = Duration::from_secs(5);
const SHARE: u32 = 10;

/// The lock of each key, and the key itself.
pub async fn inspect(
    reader: &mut Reader,
    dialect: &str,
    keys: &[Vec<u8>],
    owner: &Owner,
) -> Result<Vec<String>, TargetError> {
    let locks: Vec<Vec<u8>> = keys.iter().map(|key| held::name(dialect, key)).collect();
    let states = held::look(reader, &locks, owner).await?;
    let mut lines = Vec::new();
    for ((key, lock), state) in keys.iter().zip(&locks).zip(states) {
        let there = match Before::look(reader, key).await? {
            Before::Gone => "is not there".to_owned(),
            Before::Forever => "is there and does not expire".to_owned(),
            Before::Left(left, _) => {
                let left = Duration::from_millis(left.unsigned_abs());
                format!("is there for another {}", text::duration(left))
            }
        };
        let (key, lock) = (text::escape_bytes(key), text::escape_bytes(lock));
        lines.push(format!("{lock} {}; {key} {there}", state.words()));
    }
    Ok(lines)
}

/// All locks that are held now, as far as they are found in time.
pub async fn list(reader: &mut Reader, dialect: &str, owner: &Owner) -> Result<Vec<String>, TargetError> {
    let pattern = held::pattern(dialect);
    let (primaries, mut notes) = reader.primaries().await?;
    let mut found = Vec::new();
    for who in primaries {
        let until = clock::instant() + LONGEST;
        let mut cursor = 0;
        loop {
            let sent = clock::instant();
            let page = reader.query_one(&who.node, Query::ScanFor(cursor, &pattern, PAGE)).await?;
            let (next, keys) = page.page();
            found.extend(keys.into_iter().map(<[u8]>::to_vec));
            cursor = next;
            let now = clock::instant();
            if cursor == 0 {
                break;
            }
            if found.len() >= LISTED || now >= until {
                notes.push(format!("{}: not all keys were looked at", who.node));
                break;
            }
            clock::sleep((now - sent).min(Duration::from_millis(1)) * SHARE).await;
        }
    }
    found.sort();
    found.dedup();
    found.truncate(LISTED);
    let states = held::look(reader, &found, owner).await?;
    let mut lines: Vec<String> = found
        .iter()
        .zip(states)
        .filter(|(_, state)| *state != State::Free)
        .map(|(lock, state)| format!("{} {}", text::escape_bytes(lock), state.words()))
        .collect();
    if lines.is_empty() {
        lines.push(format!("no lock of the form {} is held", text::escape(dialect)));
    }
    lines.append(&mut notes);
    Ok(lines)
}
