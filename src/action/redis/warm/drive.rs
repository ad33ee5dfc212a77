//! The work itself: look which keys are missing, have them refilled, see that they are there, and heed the brakes.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use crate::action::Recorder;
use crate::action::load::Load;
use crate::action::redis::expiry::unexpected;
use crate::action::redis::pulse::{Cache, Sampler};
use crate::action::redis::warm::brakes::{Brakes, Seen};
use crate::action::redis::warm::crew::{Crew, Done, Job};
use crate::action::redis::warm::image::Checkpoint;
use crate::action::redis::warm::order::{Count, Order, Verify};
use crate::action::redis::warm::source::Feed;
use crate::action::redis::warm::way::{Called, name};
use crate::action::redis::warm::words::far;
use crate::change::Part;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::{Ask, Reader, Reply};

/// Keys that are looked at together.
const PAGE: usize = 256;
/// Keys that lie ready for the next free hand.
const READY: usize = 128;
/// Calls for one key, at most.
const TRIES: u8 = 2;
/// Times that an endpoint may ask for time over one key.
const WAITS: u8 = 10;
/// How often we look whether to stop, when nothing else happens.
const LOOK: Duration = Duration::from_millis(100);
/// Longest wait in the end for keys that are refilled behind the call's back.
const APPEARS: Duration = Duration::from_secs(3);
/// Keys that are named when something is wrong with them.
const NAMED: usize = 3;
/// One of so many is looked at again with `--verify sample`.
const SAMPLE: u64 = 20;

/// One warming in progress.
pub struct Drive<'a> {
    reader: &'a mut Reader,
    record: &'a dyn Recorder,
    /// How it is done.
    pub order: Order,
    feed: Feed,
    /// The brakes.
    pub brakes: Brakes,
    /// What came of it.
    pub count: Count,
    /// What the cache shows.
    pub cache: Cache,
    node: (String, String),
    queue: VecDeque<Job>,
    open: BTreeSet<u64>,
    next: u64,
    fed: bool,
    crew: Crew,
    unseen: Vec<Vec<u8>>,
    absent: Vec<Vec<u8>>,
    since: Seen,
    /// What the databases said last.
    pub load: Load,
    /// When it began.
    pub began: Instant,
    due: Instant,
}

impl<'a> Drive<'a> {
    /// One that has not begun; `node`: whose checkpoints they are, its address and its proof of identity. Errors: the system has
    /// no thread for the calls.
    pub fn new(
        reader: &'a mut Reader,
        record: &'a dyn Recorder,
        order: Order,
        feed: Feed,
        brakes: Brakes,
        node: (String, String),
    ) -> Result<Self, TargetError> {
        let now = clock::instant();
        let crew = Crew::new(order.way.clone()).map_err(|error| no_thread(&error))?;
        Ok(Self {
            reader,
            record,
            order,
            feed,
            brakes,
            count: Count::default(),
            cache: Cache::default(),
            node,
            queue: VecDeque::new(),
            open: BTreeSet::new(),
            next: 0,
            fed: false,
            crew,
            unseen: Vec::new(),
            absent: Vec::new(),
            since: Seen::default(),
            load: Load::default(),
            began: now,
            due: now,
        })
    }

    /// Runs to the end. Errors: the brakes have ended it, the cache throws away what it is given, or does not answer; what was
    /// refilled is.
    pub async fn run(&mut self, mut sampler: Sampler) -> Result<(), TargetError> {
        self.skip().await?;
        let mut ended = Ok(());
        loop {
            self.count.stopped |= self.record.stopping();
            let over = self.count.stopped || ended.is_err();
            if over {
                self.crew.recall();
            } else {
                self.fill().await?;
                self.dispatch();
            }
            if self.crew.given() == 0 && (over || (self.queue.is_empty() && self.fed)) {
                break;
            }
            let pause = self.pause();
            tokio::select! {
                done = self.crew.ended() => {
                    let Some(done) = done else { return Err(gone()) };
                    ended = done.into_iter().fold(ended, |ended, done| ended.and(self.take(done)));
                }
                Some(load) = sampler.loads.recv() => {
                    let heeded = self.heed(load).await?;
                    ended = ended.and(heeded);
                }
                () = clock::sleep(pause) => {}
            }
            if self.unseen.len() >= PAGE {
                self.verify().await?;
            }
        }
        self.verify().await?;
        self.wait_for_absent().await?;
        self.checkpoint().await?;
        self.cache.look(self.reader).await;
        ended
    }

    /// Passes over what an earlier run has done.
    async fn skip(&mut self) -> Result<(), TargetError> {
        while self.next < self.order.from {
            let most = usize::try_from(self.order.from - self.next).unwrap_or(PAGE).min(PAGE);
            let keys = self.feed.next(self.reader, most).await?;
            if keys.is_empty() {
                break;
            }
            self.next += keys.len() as u64;
        }
        Ok(())
    }

    /// Has enough keys in the queue that nothing waits for the cache.
    async fn fill(&mut self) -> Result<(), TargetError> {
        while !self.fed && self.queue.len() < PAGE {
            let most = usize::try_from(self.order.top.saturating_sub(self.next)).unwrap_or(PAGE).min(PAGE);
            let mut keys = self.feed.next(self.reader, most).await?;
            // A page of a scan may hold some more than was asked for.
            keys.truncate(most);
            if keys.is_empty() {
                self.fed = true;
                return Ok(());
            }
            let left = self.left(&keys).await?;
            for (key, left) in keys.into_iter().zip(left) {
                let at = self.next;
                self.next += 1;
                if left == -1 || left >= self.order.below.max(0) {
                    self.count.present += 1;
                    continue;
                }
                self.open.insert(at);
                self.queue.push_back(Job { at, key, tries: 0, waits: 0 });
            }
            // A long stretch of keys that are there must not keep us from the brakes and the operator.
            if self.queue.is_empty() && self.crew.given() > 0 || self.record.stopping() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// `PTTL` of each: -2 when it is not there.
    async fn left(&mut self, keys: &[Vec<u8>]) -> Result<Vec<i64>, TargetError> {
        let asks: Vec<Ask<'_>> = keys.iter().map(|key| Ask::Pttl(key)).collect();
        let replies = self.reader.ask_keys(&asks).await?;
        let mut left = Vec::with_capacity(keys.len());
        for (key, reply) in keys.iter().zip(replies) {
            left.push(match reply {
                Reply::Int(left) => left,
                other => return Err(unexpected(self.reader, key, &other).await),
            });
        }
        Ok(left)
    }

    fn dispatch(&mut self) {
        let now = clock::instant();
        let limit = self.brakes.limit(now);
        self.crew.allow(limit);
        // Some lie ready, so that no hand waits for us; at a rate each has its time.
        let most = limit + if self.order.rate.is_some() { 0 } else { READY };
        let mut jobs = Vec::new();
        while self.crew.given() + jobs.len() < most && (self.order.rate.is_none() || now >= self.due) {
            let Some(job) = self.queue.pop_front() else { break };
            if let Some(rate) = self.order.rate {
                self.due = self.due.max(now) + Duration::from_secs_f64(1.0 / rate);
            }
            jobs.push(job);
        }
        self.crew.give(jobs);
    }

    fn pause(&self) -> Duration {
        match self.order.rate {
            Some(_) if !self.queue.is_empty() => {
                self.due.saturating_duration_since(clock::instant()).clamp(Duration::from_millis(1), LOOK)
            }
            _ => LOOK,
        }
    }

    fn take(&mut self, done: Done) -> Result<(), TargetError> {
        let Done { mut job, called, took } = done;
        self.since.calls += 1;
        let failed = matches!(called, Called::Failed(_));
        let ended = self.brakes.ended(!failed, clock::instant());
        match called {
            Called::Done => {
                self.count.rebuilt += 1;
                self.count.took += took;
                let looked_at = match self.order.verify {
                    Verify::All => true,
                    Verify::Sample => job.at % SAMPLE == 0,
                    Verify::Never => false,
                };
                self.open.remove(&job.at);
                if looked_at {
                    self.unseen.push(job.key);
                }
            }
            Called::Wait(wait) => {
                self.brakes.asked_to_wait(clock::instant(), wait);
                job.waits += 1;
                job.tries = job.tries.saturating_sub(1);
                match job.waits > WAITS {
                    true => {
                        self.count
                            .first
                            .get_or_insert_with(|| "it asks for time again and again (429)".into());
                        self.fail(&job);
                    }
                    false => self.queue.push_front(job),
                }
            }
            Called::Failed(why) => {
                self.since.errors += 1;
                self.count.first.get_or_insert_with(|| why.clone());
                match job.tries >= TRIES {
                    true => self.fail(&job),
                    false => self.queue.push_back(job),
                }
            }
        }
        ended.map_err(|why| {
            TargetError::new(TargetErrorKind::Busy, format!("{why}: stopped"))
                .hint("see what the endpoint says in its log; --resume goes on from here")
        })
    }

    fn fail(&mut self, job: &Job) {
        self.open.remove(&job.at);
        self.count.failed += 1;
        if self.count.named.len() < NAMED {
            self.count.named.push(name(&job.key));
        }
    }

    /// A second has passed.
    async fn heed(&mut self, load: Load) -> Result<Result<(), TargetError>, TargetError> {
        self.cache.look(self.reader).await;
        let running = load.busiest.as_ref().map(|(running, _)| *running);
        let seen = Seen { running, silent: load.silent.clone(), ..std::mem::take(&mut self.since) };
        self.load = load;
        let heeded = self.brakes.heed(seen, clock::instant());
        self.verify().await?;
        self.checkpoint().await?;
        self.record.say(&far(self));
        if let Some(why) = self.cache.full(self.absent.len()) {
            return Ok(Err(TargetError::new(TargetErrorKind::Busy, why)
                .hint("raise maxmemory, or warm fewer keys (--top); --resume goes on")));
        }
        Ok(heeded.map_err(|why| {
            TargetError::new(TargetErrorKind::Busy, format!("S29 {why}: stopped"))
                .hint("break the stampede and protect the database first; --resume goes on from here")
        }))
    }

    /// Looks whether what was refilled is there.
    async fn verify(&mut self) -> Result<(), TargetError> {
        let unseen = std::mem::take(&mut self.unseen);
        for keys in unseen.chunks(PAGE) {
            let left = self.left(keys).await?;
            let gone = keys.iter().zip(left).filter(|(_, left)| *left == -2);
            self.absent.extend(gone.map(|(key, _)| key.clone()));
        }
        Ok(())
    }

    /// Some applications refill behind the call's back: what is not there yet is looked at again for a moment.
    async fn wait_for_absent(&mut self) -> Result<(), TargetError> {
        let until = clock::instant() + APPEARS;
        while !self.absent.is_empty() {
            self.unseen = std::mem::take(&mut self.absent);
            self.verify().await?;
            if self.absent.is_empty() || clock::instant() >= until || self.record.stopping() {
                break;
            }
            clock::sleep(LOOK).await;
        }
        self.count.absent = self.absent.len() as u64;
        let room = NAMED.saturating_sub(self.count.named.len());
        self.count.named.extend(self.absent.iter().take(room).map(|key| name(key)));
        Ok(())
    }

    /// Keys that are done, from the beginning of the list.
    pub fn done(&self) -> u64 {
        self.open.first().copied().unwrap_or(self.next)
    }

    /// Milliseconds of a refill.
    pub fn refill_ms(&self) -> f64 {
        match self.count.rebuilt {
            0 => 0.0,
            rebuilt => self.count.took.as_secs_f64() * 1e3 / rebuilt as f64,
        }
    }

    async fn checkpoint(&mut self) -> Result<(), TargetError> {
        let checkpoint = Checkpoint {
            list: self.order.list.clone(),
            done: self.done(),
            rebuilt: self.count.rebuilt,
            refill_ms: (self.refill_ms() * 1e3).round() / 1e3,
        };
        let (node, id) = &self.node;
        self.record.batch(Part::of(node, id, &checkpoint)?).await.map(drop)
    }
}

fn gone() -> TargetError {
    TargetError::new(
        TargetErrorKind::Protocol,
        "the calls have ended by themselves, which is a fault of stampede",
    )
    .hint("--resume goes on from the last checkpoint")
}

fn no_thread(error: &std::io::Error) -> TargetError {
    TargetError::new(TargetErrorKind::Input, format!("this machine has no thread for the calls: {error}"))
}
