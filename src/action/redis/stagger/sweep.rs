//! Going over the keys of all primaries at the same time, moving their expiries one way or the other.

use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;

use crate::action::redis::expiry::names::Names;
use crate::action::redis::expiry::pace::Pace;
use crate::action::redis::stagger::image::Image;
use crate::action::redis::stagger::sample::more_than_chance;
use crate::action::redis::stagger::seen::Seen;
use crate::approval::Permit;
use crate::error::{TargetError, TargetErrorKind};
use crate::target::redis::{Ask, Hold, Reply, Tell, Writer};

/// Keys of one script, which nothing interrupts: as long as a page of `SCAN`.
const TOGETHER: usize = 50;
/// `SCAN … COUNT`: one command that nothing interrupts, 110 µs; and a millisecond when nothing is spared.
const COUNT: (u32, u32) = (100, 1_000);
/// Pages between two rests.
const PAGES: usize = 8;
/// A write whose answer was lost is made once more: it leaves alone what it has moved.
const TRIES: usize = 2;

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Keys that were moved.
    pub moved: u64,
    /// Keys that had gone.
    pub gone: u64,
    /// Keys without a TTL; or, on the way back, keys that are not ours.
    pub others: u64,
    /// Keys that were moved before; or, on the way back, keys whose old time is over.
    pub already: u64,
    /// Keys that were left alone because of their names.
    pub spared: u64,
    /// Keys on the move between nodes of a cluster.
    pub elsewhere: u64,
    /// Whether it was stopped.
    pub stopped: bool,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.moved += other.moved;
        self.gone += other.gone;
        self.others += other.others;
        self.already += other.already;
        self.spared += other.spared;
        self.elsewhere += other.elsewhere;
        self.stopped |= other.stopped;
    }
}

/// Which way the expiries are moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// On. `again`: keys that have the jitter already are left alone.
    On {
        /// Whether an earlier sweep has come some of the way.
        again: bool,
    },
    /// Back; and what would be over expires from now on, spread over so many milliseconds, when there is `over`.
    Back {
        /// The server's time now, Unix milliseconds.
        now: i64,
        /// See above.
        over: Option<i64>,
    },
}

/// What all nodes share.
pub struct Sweep<'a> {
    /// Which keys, and by how much.
    pub image: &'a Image,
    /// Which way.
    pub way: Way,
    /// Which names are left alone.
    pub names: Names,
    /// Keys a second, all nodes together; none is as fast as it goes.
    pub rate: Option<f64>,
    /// Whether to stop.
    pub stopping: &'a (dyn Fn() -> bool + Sync),
    /// Is told how many keys were moved so far.
    pub progress: &'a (dyn Fn(u64) + Sync),
    seen: Mutex<Seen>,
    moved: AtomicU64,
}

impl<'a> Sweep<'a> {
    /// A sweep that has not begun, and that nobody stops or watches.
    pub fn new(image: &'a Image, way: Way, rate: Option<f64>) -> Self {
        Self {
            image,
            way,
            names: Names::spelled_by(image.pattern.as_bytes()),
            rate,
            stopping: &|| false,
            progress: &|_| {},
            seen: Mutex::new(Seen::new()),
            moved: AtomicU64::new(0),
        }
    }

    /// Goes over the keys of these nodes. Errors: a node does not answer or suffers; others may have been gone over, and
    /// what was moved is known again.
    pub async fn over(
        &self,
        writer: &mut Writer<'_>,
        permit: &Permit<'_>,
        nodes: &[String],
    ) -> Result<Count, TargetError> {
        let holds = writer.reader.holds(nodes);
        let share = self.rate.map(|rate| rate / holds.len().max(1) as f64);
        let each = holds.into_iter().map(|hold| self.node(hold, permit, share));
        let mut count = Count::default();
        let mut failed = None;
        for outcome in join_all(each).await {
            match outcome {
                Ok(one) => count += one,
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(count), Err)
    }

    async fn node(
        &self,
        mut node: Hold<'_>,
        permit: &Permit<'_>,
        rate: Option<f64>,
    ) -> Result<Count, TargetError> {
        let mut pace = Pace::set(&mut node, rate).await?;
        let mut count = Count::default();
        let mut cursor = Some(0);
        while let Some(from) = cursor {
            if (self.stopping)() {
                count.stopped = true;
                break;
            }
            let (mut looked_at, before) = (0, count.moved);
            let mut next = Some(from);
            for _ in 0..PAGES {
                let Some(from) = next else { break };
                let mut keys;
                (keys, next) = self.page(&mut node, from, &mut looked_at, &mut count).await?;
                match self.way {
                    Way::On { again: false } => {}
                    Way::On { again: true } => self.tell_ours(&mut node, &mut keys).await?,
                    Way::Back { .. } => {
                        self.tell_ours(&mut node, &mut keys).await?;
                        let all = keys.len();
                        keys.retain(|(_, ours)| *ours);
                        count.others += (all - keys.len()) as u64;
                    }
                }
                self.write(&mut node, permit, &mut keys, &mut count).await?;
            }
            cursor = next;
            let moved = count.moved - before;
            (self.progress)(self.moved.fetch_add(moved, Ordering::Relaxed) + moved);
            pace.rest(&mut node, usize::try_from(moved).unwrap_or(0), looked_at).await?;
        }
        Ok(count)
    }

    /// A page of keys, each with whether it may have been met before, when it may have our jitter; and where the next page
    /// begins.
    async fn page(
        &self,
        node: &mut Hold<'_>,
        from: u64,
        looked_at: &mut usize,
        count: &mut Count,
    ) -> Result<(Vec<(Vec<u8>, bool)>, Option<u64>), TargetError> {
        let size = if self.rate.is_some() { COUNT.0 } else { COUNT.1 };
        let page = node.ask(&[Ask::ScanFor(from, self.image.pattern.as_bytes(), size)]).await?.pop();
        *looked_at += size as usize;
        let parts = match page {
            Some(Reply::Array(parts)) => parts,
            Some(Reply::Error(text)) => return Err(node.meaning(&text)),
            _ => Vec::new(),
        };
        let mut parts = parts.into_iter();
        let next = parts.next().and_then(|cursor| cursor.text()?.parse().ok()).unwrap_or(0);
        let found = match parts.next() {
            Some(Reply::Array(found)) => found,
            _ => Vec::new(),
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut keys = Vec::with_capacity(found.len());
        for key in found {
            let Reply::Bulk(key) = key else { continue };
            match self.names.spare(&key) {
                Some(_) => count.spared += 1,
                None => {
                    let again = seen.before(&key);
                    keys.push((key, again));
                }
            }
        }
        Ok((keys, (next != 0).then_some(next)))
    }

    /// Says of the keys of a page which of them have our jitter. One in a thousand has its milliseconds by chance: so few
    /// are no sign that a sweep has come by here.
    async fn tell_ours(&self, node: &mut Hold<'_>, keys: &mut [(Vec<u8>, bool)]) -> Result<(), TargetError> {
        let asks: Vec<Ask<'_>> = keys.iter().map(|(key, _)| Ask::Pexpiretime(key)).collect();
        let times: Vec<i64> =
            node.ask(&asks).await?.iter().map(|reply| reply.int().unwrap_or_default()).collect();
        let (mut ours, mut all) = (0, 0);
        for ((key, is_ours), time) in keys.iter_mut().zip(times) {
            *is_ours = self.image.old(key, time).is_some();
            ours += usize::from(*is_ours);
            all += usize::from(time > 0);
        }
        if !more_than_chance(ours, all) {
            keys.iter_mut().for_each(|(_, ours)| *ours = false);
        }
        Ok(())
    }

    async fn write(
        &self,
        node: &mut Hold<'_>,
        permit: &Permit<'_>,
        keys: &mut [(Vec<u8>, bool)],
        count: &mut Count,
    ) -> Result<(), TargetError> {
        if keys.is_empty() {
            return Ok(());
        }
        let groups = node.together(keys.iter().map(|(key, _)| key.as_slice()), TOGETHER);
        for attempt in 1..=TRIES {
            let tells = groups.iter().map(|group| self.tell(group.iter().map(|at| &keys[*at])));
            let tells: Vec<Tell<'_>> = tells.collect();
            match node.tell(permit, &tells).await {
                Ok(replies) => {
                    for (reply, group) in replies.iter().zip(&groups) {
                        if reply.is_elsewhere() {
                            count.elsewhere += group.len() as u64;
                        } else if let Some(text) = reply.error() {
                            return Err(node.meaning(text));
                        } else {
                            self.add(reply, count);
                        }
                    }
                    return Ok(());
                }
                // In doubt: what is there says how far it came.
                Err(error) if attempt < TRIES && is_lost(&error) => {
                    if let Way::On { .. } = self.way {
                        self.tell_ours(node, keys).await?;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn tell<'k>(&self, keys: impl Iterator<Item = &'k (Vec<u8>, bool)>) -> Tell<'k> {
        let jitter = self.image.jitter;
        match self.way {
            Way::On { .. } => {
                Tell::Spread(keys.map(|(key, ours)| (key.as_slice(), jitter.of(key), *ours)).collect())
            }
            Way::Back { now, over } => {
                let floor = |key: &[u8]| match over {
                    // Not a whole second and no jitter of its own: it is never taken for ours.
                    Some(over) => now + 2_000 + (jitter.share(key) * over as f64) as i64,
                    None => 0,
                };
                Tell::Gather(
                    self.image.began,
                    keys.map(|(key, _)| (key.as_slice(), jitter.of(key), floor(key))).collect(),
                )
            }
        }
    }

    fn add(&self, reply: &Reply, count: &mut Count) {
        let number = |at: usize| {
            reply.items().get(at).and_then(Reply::int).and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
        };
        count.moved += number(0);
        count.gone += number(1);
        count.others += number(2);
        count.already += number(3);
    }
}

fn is_lost(error: &TargetError) -> bool {
    matches!(error.kind, TargetErrorKind::Unreachable | TargetErrorKind::Timeout)
}
