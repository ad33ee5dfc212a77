//! Going over the keys of all primaries at the same time, moving their expiries one way or the other.

use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::future::{join, join_all};

use crate::action::redis::expiry::frozen::more_than_chance;
use crate::action::redis::expiry::names::Names;
use crate::action::redis::stagger::image::Image;
use crate::action::redis::stagger::pipeline::{Key, Page, Pipeline};
use crate::action::redis::stagger::sample::CHANCE;
use crate::action::redis::stagger::seen::Seen;
use crate::approval::Permit;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::RateLimit;
use crate::system::redis::{Hold, Query, Reply, Write, Writer};

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
    /// Keys without a TTL; or, on undo, keys that are not ours.
    pub others: u64,
    /// Keys that were moved before; or, on undo, keys whose old time is over.
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
            names: image.names(),
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
        let mut pace = RateLimit::set(&mut node, rate).await?;
        let mut count = Count::default();
        let mut pipeline = Pipeline::new();
        while !pipeline.is_empty() {
            if (self.stopping)() {
                count.stopped = true;
                break;
            }
            let (mut looked_at, before) = (0, count.moved);
            for _ in 0..PAGES {
                if pipeline.is_empty() {
                    break;
                }
                looked_at += self.step(&mut node, permit, &mut pipeline, &mut count).await?;
            }
            let moved = count.moved - before;
            (self.progress)(self.moved.fetch_add(moved, Ordering::Relaxed) + moved);
            pace.rest(&mut node, usize::try_from(moved).unwrap_or(0), looked_at).await?;
        }
        Ok(count)
    }

    /// One exchange: the server moves the keys of one page, says when those of the next expire if it matters, and gives us
    /// the page after that; meanwhile we prepare one. Returns how many keys were looked at.
    async fn step(
        &self,
        node: &mut Hold<'_>,
        permit: &Permit<'_>,
        pipeline: &mut Pipeline,
        count: &mut Count,
    ) -> Result<usize, TargetError> {
        let size = if self.rate.is_some() { COUNT.0 } else { COUNT.1 };
        let scan =
            pipeline.cursor.take().map(|from| Query::ScanFor(from, self.image.pattern.as_bytes(), size));
        let looked_at = if scan.is_some() { size as usize } else { 0 };
        let scans = usize::from(scan.is_some());
        let (found, page, mut ready) = (pipeline.found.take(), pipeline.page.take(), pipeline.ready.take());
        let by_slot = node.by_slot();
        let mut attempt = 1;
        let mut prepared = None;
        let (mut answers, replies) = loop {
            let times = page.iter().flat_map(|page| page.times());
            let queries: Vec<Query<'_>> = scan.clone().into_iter().chain(times).collect();
            let writes: Vec<Write<'_>> = ready.iter().flat_map(|page| self.writes(page)).collect();
            // The question is on its way before we begin to prepare.
            let prepare = async {
                if prepared.is_none() {
                    prepared = found.as_ref().map(|found| self.prepare(found, by_slot, count));
                }
            };
            match join(exchange(node, permit, &queries, &writes), prepare).await.0 {
                Ok(both) => break both,
                // In doubt: what is there says how far it came.
                Err(error) if attempt < TRIES && is_lost(&error) => {
                    attempt += 1;
                    if let (Way::On { .. }, Some(ready)) = (self.way, &mut ready) {
                        let queries: Vec<Query<'_>> = ready.times().collect();
                        let times = node.query(&queries).await?;
                        self.judge(ready, &times, false);
                    }
                }
                Err(error) => return Err(error),
            }
        };
        if let Some(ready) = &ready {
            self.tally(node, ready, &replies, count)?;
        }
        let times = answers.split_off(scans.min(answers.len()));
        pipeline.found = match answers.pop() {
            Some(Reply::Error(text)) => return Err(node.meaning(&text)),
            found => found,
        };
        pipeline.cursor = pipeline.found.as_ref().map(|found| found.page().0).filter(|next| *next != 0);
        match self.way {
            Way::On { again: false } => pipeline.ready = prepared,
            Way::On { again: true } | Way::Back { .. } => {
                pipeline.page = prepared;
                pipeline.ready = page.map(|mut page| {
                    pipeline.swept = self.judge(&mut page, &times, pipeline.swept);
                    if let Way::Back { .. } = self.way {
                        count.others += page.keep_ours(by_slot);
                    }
                    page
                });
            }
        }
        Ok(looked_at)
    }

    /// The keys of a page of `SCAN` that are to be moved, each with whether it may have been met before.
    fn prepare(&self, found: &Reply, by_slot: bool, count: &mut Count) -> Page {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, names) = found.page();
        let mut keys = Vec::with_capacity(names.len());
        for name in names {
            match self.names.spare(name) {
                Some(_) => count.spared += 1,
                None => keys.push(Key {
                    jitter: self.image.jitter.of(name),
                    again: seen.before(name),
                    name: name.to_vec(),
                }),
            }
        }
        Page::new(keys, by_slot)
    }

    /// Says of the keys of a page which of them have our jitter, and returns whether a sweep has come by here. One in a
    /// thousand has its milliseconds by chance: so few are no sign of it. A sweep that was `near` may have ended on this page:
    /// then its first keys are ours, without a gap.
    fn judge(&self, page: &mut Page, times: &[Reply], near: bool) -> bool {
        let times: Vec<i64> = times.iter().map(|time| time.int().unwrap_or_default()).collect();
        let ours: Vec<bool> = page
            .keys
            .iter()
            .zip(&times)
            .map(|(key, time)| self.image.old(&key.name, *time).is_some())
            .collect();
        let all = times.iter().filter(|time| **time > 0).count();
        let sure = more_than_chance(ours.iter().filter(|ours| **ours).count(), all, CHANCE);
        let first = if near { ours.iter().take_while(|ours| **ours).count() } else { 0 };
        for (at, (key, ours)) in page.keys.iter_mut().zip(ours).enumerate() {
            // On the way on, a key that this sweep has met is compared whatever its page says.
            let met = key.again && matches!(self.way, Way::On { .. });
            key.again = met || (ours && sure) || at < first;
        }
        // A page without a key that expires says nothing of what comes behind it.
        sure || (near && all == 0)
    }

    fn writes<'k>(&self, page: &'k Page) -> Vec<Write<'k>> {
        let groups = page.groups.iter().map(|group| group.iter().map(|at| &page.keys[*at]));
        match self.way {
            Way::On { .. } => groups
                .map(|keys| {
                    Write::Spread(keys.map(|key| (key.name.as_slice(), key.jitter, key.again)).collect())
                })
                .collect(),
            Way::Back { now, over } => {
                let floor = |key: &Key| match over {
                    // Not a whole second and no jitter of its own: it is never taken for ours.
                    Some(over) => now + 2_000 + (self.image.jitter.share(&key.name) * over as f64) as i64,
                    None => 0,
                };
                groups
                    .map(|keys| {
                        let keys = keys.map(|key| (key.name.as_slice(), key.jitter, floor(key)));
                        Write::Gather(self.image.began, keys.collect())
                    })
                    .collect()
            }
        }
    }

    /// Counts what the scripts say of a page. Errors: a node refuses one.
    fn tally(
        &self,
        node: &Hold<'_>,
        page: &Page,
        replies: &[Reply],
        count: &mut Count,
    ) -> Result<(), TargetError> {
        for (reply, group) in replies.iter().zip(&page.groups) {
            if reply.is_elsewhere() {
                count.elsewhere += group.len() as u64;
            } else if let Some(text) = reply.error() {
                return Err(node.meaning(text));
            } else {
                add(reply, count);
            }
        }
        Ok(())
    }
}

/// Reads that are lost are made again, writes are not.
async fn exchange(
    node: &mut Hold<'_>,
    permit: &Permit<'_>,
    queries: &[Query<'_>],
    writes: &[Write<'_>],
) -> Result<(Vec<Reply>, Vec<Reply>), TargetError> {
    match writes {
        [] => node.query(queries).await.map(|answers| (answers, Vec::new())),
        _ => node.query_and_write(permit, queries, writes).await,
    }
}

fn add(reply: &Reply, count: &mut Count) {
    let number = |at: usize| {
        reply.items().get(at).and_then(Reply::int).and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
    };
    count.moved += number(0);
    count.gone += number(1);
    count.others += number(2);
    count.already += number(3);
}

fn is_lost(error: &TargetError) -> bool {
    matches!(error.kind, TargetErrorKind::Unreachable | TargetErrorKind::Timeout)
}
