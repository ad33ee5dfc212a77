//! Some keys of a pattern and when they expire: how many fall together, and how many of them are ours.

use crate::action::redis::expiry::frozen::more_than_chance;
use crate::action::redis::expiry::names::Names;
use crate::action::redis::expiry::now;
use crate::action::redis::stagger::image::Image;
use crate::error::TargetError;
use crate::system::redis::{Query, Reader, Reply, Who};

/// Keys whose expiry is read, all nodes together: where a sweep begins, and anywhere.
const BEGINNING: usize = 200;
const READ: usize = 3_000;
/// Stretches that are read, evenly over the keyspace and always the same: a sweep that was cut short has moved one end of it,
/// and two looks at it must agree.
const STRETCHES: usize = 16;
/// The last stretch begins this far before the end: one part in so many.
const TAIL: u64 = 4_096;
/// How far is gone for the keys of a stretch, on each node.
const FARTHEST: usize = 20_000;
/// `SCAN … COUNT`
const PAGE: u32 = 200;
/// Keys that have an expiry with the milliseconds of their jitter by chance: one in so many.
pub const CHANCE: f64 = 999.0;
/// What is judged together: keys that expire within so many milliseconds.
const TOGETHER: i64 = 10_000;
/// An old time that lies less than this ahead is over: milliseconds.
const AHEAD: i64 = 1_000;

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Keys with a TTL, and when they expire: Unix milliseconds.
    pub expiries: Vec<(Vec<u8>, i64)>,
    /// The same of those that a sweep would come to first, node by node.
    beginnings: Vec<Vec<(Vec<u8>, i64)>>,
    /// And to last.
    endings: Vec<Vec<(Vec<u8>, i64)>>,
    /// The server's time then.
    pub now: i64,
}

/// How many of them are ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ours {
    /// Keys with the milliseconds of their jitter, whose old time is not over.
    pub ours: usize,
    /// The same, whose old time is over: they end by themselves.
    pub late: usize,
    /// All others with a TTL.
    pub others: usize,
    /// Whether those that a sweep comes to first are.
    pub begun: bool,
}

impl Sample {
    /// Reads some keys of these nodes that match `pattern`.
    pub async fn take(
        reader: &mut Reader,
        primaries: &[Who],
        pattern: &str,
        names: &Names,
    ) -> Result<Self, TargetError> {
        let mut sample = Self::default();
        let nodes = primaries.len().max(1);
        for who in primaries {
            sample.now = sample.now.max(now(reader, &who.node).await?);
            let node = &who.node;
            let (first, whole) =
                stretch(reader, node, pattern, names, 0, READ.min(BEGINNING * STRETCHES) / nodes).await?;
            if whole {
                sample.expiries.extend_from_slice(&first);
            } else {
                for nth in 0..STRETCHES as u64 {
                    // SCAN counts its cursor from the highest bit down.
                    let cursor = (u64::MAX / STRETCHES as u64 * nth + 1).reverse_bits();
                    let (found, _) =
                        stretch(reader, node, pattern, names, cursor, READ / STRETCHES / nodes).await?;
                    sample.expiries.extend(found);
                }
            }
            let tail = (u64::MAX - u64::MAX / TAIL).reverse_bits();
            let (last, _) = if whole {
                (first.clone(), true)
            } else {
                stretch(reader, node, pattern, names, tail, BEGINNING).await?
            };
            sample.endings.push(last);
            sample.beginnings.push(first);
        }
        Ok(sample)
    }

    /// How many of them `image` has moved.
    pub fn ours(&self, image: &Image) -> Ours {
        let mut ours = Ours::of(&self.expiries, image, self.now);
        // A sweep that was cut short may have moved no more than its beginning.
        ours.begun = self.beginnings.iter().any(|first| {
            (1..=first.len()).any(|n| {
                n.is_power_of_two() && {
                    let those = Ours::of(&first[..n], image, self.now);
                    those.ours > 1 && those.more_than_chance()
                }
            })
        });
        ours
    }

    /// Whether a sweep by `image` has come to the end of every node.
    pub fn ended(&self, image: &Image) -> bool {
        self.endings.iter().all(|last| {
            let ours = Ours::of(last, image, self.now);
            ours.ours >= ours.others
        })
    }

    /// The largest share of them that expires within ten seconds, 0-1, and when that is: as they are, or as `moved` says.
    pub fn together(&self, moved: impl Fn(&[u8], i64) -> i64) -> Option<(f64, i64)> {
        let mut times: Vec<i64> = self.expiries.iter().map(|(key, time)| moved(key, *time)).collect();
        times.sort_unstable();
        let within = |from: usize| times.partition_point(|time| *time < times[from] + TOGETHER) - from;
        let (from, most) = (0..times.len()).map(|from| (from, within(from))).max_by_key(|(_, most)| *most)?;
        Some((most as f64 / times.len() as f64, times[from]))
    }
}

impl Ours {
    fn of(expiries: &[(Vec<u8>, i64)], image: &Image, now: i64) -> Self {
        let mut ours = Self::default();
        for (key, time) in expiries {
            match image.old(key, *time) {
                Some(old) if old >= now + AHEAD => ours.ours += 1,
                Some(_) => ours.late += 1,
                None => ours.others += 1,
            }
        }
        ours
    }

    /// The share that is ours, 0-1, of those that can be told: what ends by itself is left out.
    pub fn share(self) -> f64 {
        match self.any() {
            true => self.ours as f64 / (self.ours + self.others).max(1) as f64,
            false => 0.0,
        }
    }

    /// Whether any of them are ours.
    pub fn any(self) -> bool {
        self.begun || self.more_than_chance()
    }

    fn more_than_chance(self) -> bool {
        more_than_chance(self.ours, self.ours + self.late + self.others, CHANCE)
    }
}

/// Keys from `cursor` on, at most about `most` of them, that expire, and whether that is the rest.
async fn stretch(
    reader: &mut Reader,
    node: &str,
    pattern: &str,
    names: &Names,
    mut cursor: u64,
    most: usize,
) -> Result<(Vec<(Vec<u8>, i64)>, bool), TargetError> {
    let (mut found, mut looked_at, mut read) = (Vec::new(), 0, 0);
    while read < most && looked_at < FARTHEST {
        let reply = reader.query_one(node, Query::ScanFor(cursor, pattern.as_bytes(), PAGE)).await?;
        let (next, mut keys) = reply.page();
        keys.retain(|key| names.spare(key).is_none());
        let queries: Vec<Query<'_>> = keys.iter().map(|key| Query::Pexpiretime(key)).collect();
        for (key, time) in keys.iter().zip(reader.query(node, &queries).await?) {
            match time {
                Reply::Int(time) if time > 0 => found.push((key.to_vec(), time)),
                Reply::Error(text) if !Reply::Error(text.clone()).is_elsewhere() => {
                    return Err(reader.node(node).await?.meaning(&text));
                }
                _ => {}
            }
        }
        read += keys.len();
        looked_at += PAGE as usize;
        cursor = next;
        if cursor == 0 {
            return Ok((found, true));
        }
    }
    Ok((found, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::redis::stagger::jitter::Jitter;

    #[test]
    fn ours_are_told_from_others_by_their_milliseconds() {
        let image = Image {
            pattern: "*".into(),
            jitter: Jitter { by: 0, over: 600 },
            began: 1_000_000,
            had: 0.0,
            switches: Vec::new(),
        };
        let key = |n: i64| format!("k{n}").into_bytes();
        let moved = |n: i64, old: i64| (key(n), old + image.jitter.of(&key(n)));
        let mut sample = Sample { now: 1_500_000, ..Sample::default() };
        sample.expiries.extend((0..10).map(|n| moved(n, 2_000_000)));
        sample.expiries.extend((10..15).map(|n| moved(n, 1_400_000)));
        sample.expiries.extend((15..18).map(|n| moved(n, 900_000)));
        sample.expiries.push((key(18), 2_000_000));
        let ours = sample.ours(&image);
        assert_eq!(ours, Ours { ours: 10, late: 5, others: 4, begun: false });
        assert!(ours.any());
        assert!(!Ours { ours: 4, others: 3_000, ..Ours::default() }.any(), "that many there are by chance");
        assert!(Ours { ours: 1, ..Ours::default() }.any());
        assert!(!Ours::default().any());
        // Cut short: only the first two of many are ours.
        sample.beginnings = vec![vec![moved(1, 2_000_000), moved(2, 2_000_000), (key(3), 1), (key(4), 1)]];
        sample.expiries = vec![(key(18), 2_000_000)];
        assert!(sample.ours(&image).begun);
        sample.beginnings = vec![vec![moved(1, 2_000_000), (key(2), 1), (key(3), 1), (key(4), 1)]];
        assert!(!sample.ours(&image).begun, "one can be by chance");
    }

    #[test]
    fn the_fullest_ten_seconds_are_found() {
        let times = [0, 9_999, 10_000, 50_000, 51_000, 52_000, 53_000, 60_000];
        let expiries = times.iter().map(|time| (Vec::new(), *time)).collect();
        let sample = Sample { expiries, ..Sample::default() };
        assert_eq!(sample.together(|_, time| time), Some((0.5, 51_000)));
        assert_eq!(Sample::default().together(|_, time| time), None);
    }
}
