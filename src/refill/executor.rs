//! The work itself: look which keys are missing, have them refilled, see that they are there, as fast as the throttle allows.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::refill::endpoint::Called;
use crate::refill::health::{CacheHealth, LoadSampler};
use crate::refill::keys::KeyStream;
use crate::refill::request::{Outcome, Request, Verify};
use crate::refill::throttle::{Sample, Throttle};
use crate::refill::workers::{Done, Job, Workers};
use crate::refill::{PAGE, Stopping};
use crate::system::load::Load;
use crate::system::redis::Reader;
use crate::text;

/// Keys that lie ready for the next free worker.
const READY: usize = 512;
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

/// A refill in progress.
pub struct Executor {
    /// What is done, and how.
    pub request: Request,
    /// What came of it so far.
    pub outcome: Outcome,
    /// How many calls at a time.
    pub throttle: Throttle,
    /// What the cache shows.
    pub cache: CacheHealth,
    /// What the databases said last.
    pub load: Load,
    /// When it began.
    pub began: Instant,
    keys: KeyStream,
    loads: LoadSampler,
    workers: Workers,
    queue: VecDeque<Job>,
    /// Keys that are neither done nor given up, by their place in the list.
    open: BTreeSet<u64>,
    next: u64,
    exhausted: bool,
    unverified: Vec<Vec<u8>>,
    absent: Vec<Vec<u8>>,
    since: Sample,
    due: Instant,
    ended: Result<(), TargetError>,
}

impl Executor {
    /// One that has not begun. Errors: the system has no thread for the calls.
    pub fn new(
        request: Request,
        keys: KeyStream,
        throttle: Throttle,
        loads: LoadSampler,
    ) -> Result<Self, TargetError> {
        let now = clock::instant();
        let workers = Workers::new(request.endpoint.clone()).map_err(no_thread)?;
        Ok(Self {
            request,
            outcome: Outcome::default(),
            throttle,
            cache: CacheHealth::default(),
            load: Load::default(),
            began: now,
            keys,
            loads,
            workers,
            queue: VecDeque::new(),
            open: BTreeSet::new(),
            next: 0,
            exhausted: false,
            unverified: Vec::new(),
            absent: Vec::new(),
            since: Sample::default(),
            due: now,
            ended: Ok(()),
        })
    }

    /// Goes on until the databases have been sampled again, or to the end, and returns whether it is over: what is to be known of
    /// it later should be recorded then. Errors: the cache does not answer.
    pub async fn advance(
        &mut self,
        reader: &mut Reader,
        stopping: Stopping<'_>,
    ) -> Result<bool, TargetError> {
        if self.next < self.request.from && !self.exhausted {
            // What an earlier run has done.
            self.next += self.keys.skip(reader, self.request.from - self.next).await?;
        }
        loop {
            self.outcome.stopped |= stopping();
            let over = self.outcome.stopped || self.ended.is_err();
            if over {
                self.workers.recall();
            } else {
                self.fill(reader, stopping).await?;
                self.dispatch();
            }
            if self.workers.given() == 0 && (over || (self.queue.is_empty() && self.exhausted)) {
                break;
            }
            let pause = self.pause();
            tokio::select! {
                done = self.workers.ended() => {
                    for done in done.ok_or_else(gone)? {
                        let taken = self.take(done);
                        self.end(taken);
                    }
                }
                Some(load) = self.loads.next() => {
                    self.sampled(load, reader).await?;
                    return Ok(false);
                }
                () = clock::sleep(pause) => {}
            }
            if self.unverified.len() >= PAGE {
                self.verify(reader).await?;
            }
        }
        self.verify(reader).await?;
        self.wait_for_absent(reader, stopping).await?;
        self.cache.look(reader).await;
        Ok(true)
    }

    /// How it ended. Errors: the throttle has ended it, or the cache throws away what it is given; what was refilled is.
    pub fn ended(&mut self) -> Result<(), TargetError> {
        std::mem::replace(&mut self.ended, Ok(()))
    }

    /// The first error is the one that is told.
    fn end(&mut self, ended: Result<(), TargetError>) {
        if self.ended.is_ok() {
            self.ended = ended;
        }
    }

    /// Has enough keys in the queue that nothing waits for the cache.
    async fn fill(&mut self, reader: &mut Reader, stopping: Stopping<'_>) -> Result<(), TargetError> {
        while !self.exhausted && self.queue.len() < PAGE {
            let most = usize::try_from(self.request.top.saturating_sub(self.next)).unwrap_or(PAGE).min(PAGE);
            let keys = self.keys.next(reader, most).await?;
            if keys.is_empty() {
                self.exhausted = true;
                return Ok(());
            }
            let left = reader.ttls(keys.iter().map(Vec::as_slice)).await?;
            for (key, left) in keys.into_iter().zip(left) {
                let at = self.next;
                self.next += 1;
                if left == -1 || left >= self.request.below.max(0) {
                    self.outcome.present += 1;
                    continue;
                }
                self.open.insert(at);
                self.queue.push_back(Job { at, key, tries: 0, waits: 0 });
            }
            // A long stretch of keys that are there must not keep us from the throttle and the operator.
            if self.queue.is_empty() && self.workers.given() > 0 || stopping() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn dispatch(&mut self) {
        let now = clock::instant();
        let limit = self.throttle.limit(now);
        self.workers.allow(limit);
        // Some lie ready, so that no worker waits for us; at a rate each has its time.
        let most = limit + if self.request.rate.is_some() { 0 } else { READY };
        let mut jobs = Vec::new();
        while self.workers.given() + jobs.len() < most && (self.request.rate.is_none() || now >= self.due) {
            let Some(job) = self.queue.pop_front() else { break };
            if let Some(rate) = self.request.rate {
                self.due = self.due.max(now) + Duration::from_secs_f64(1.0 / rate);
            }
            jobs.push(job);
        }
        self.workers.give(jobs);
    }

    fn pause(&self) -> Duration {
        match self.request.rate {
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
        let ended = self.throttle.ended(!failed, clock::instant());
        match called {
            Called::Done => {
                self.outcome.rebuilt += 1;
                self.outcome.took += took;
                let looked_at = match self.request.verify {
                    Verify::All => true,
                    Verify::Sample => job.at % SAMPLE == 0,
                    Verify::Never => false,
                };
                self.open.remove(&job.at);
                if looked_at {
                    self.unverified.push(job.key);
                }
            }
            Called::Wait(wait) => {
                self.throttle.asked_to_wait(clock::instant(), wait);
                job.waits += 1;
                job.tries = job.tries.saturating_sub(1);
                match job.waits > WAITS {
                    true => {
                        self.outcome
                            .first
                            .get_or_insert_with(|| "it asks for time again and again (429)".into());
                        self.fail(&job);
                    }
                    false => self.queue.push_front(job),
                }
            }
            Called::Failed(why) => {
                self.since.errors += 1;
                self.outcome.first.get_or_insert_with(|| why.clone());
                match job.tries >= TRIES {
                    true => self.fail(&job),
                    false => self.queue.push_back(job),
                }
            }
        }
        ended.map_err(|why| {
            TargetError::new(TargetErrorKind::Busy, format!("{why}: stopped"))
                .hint("see what the endpoint says in its log; then the same with --resume")
        })
    }

    fn fail(&mut self, job: &Job) {
        self.open.remove(&job.at);
        self.outcome.failed += 1;
        if self.outcome.named.len() < NAMED {
            self.outcome.named.push(shown(&job.key));
        }
    }

    /// A second has passed.
    async fn sampled(&mut self, load: Load, reader: &mut Reader) -> Result<(), TargetError> {
        self.cache.look(reader).await;
        let running = load.busiest.as_ref().map(|(running, _)| *running);
        let sample = Sample { running, silent: load.silent.clone(), ..std::mem::take(&mut self.since) };
        self.load = load;
        let throttled = self.throttle.sample(sample, clock::instant());
        self.verify(reader).await?;
        if let Some(why) = self.cache.full(self.absent.len()) {
            self.end(Err(TargetError::new(TargetErrorKind::Busy, why)
                .hint("raise maxmemory, or warm fewer keys (--top); then the same with --resume")));
        }
        self.end(throttled.map_err(|why| {
            TargetError::new(TargetErrorKind::Busy, format!("S29 {why}: stopped"))
                .hint("break the stampede and protect the database first; then the same with --resume")
        }));
        Ok(())
    }

    /// Looks whether what was refilled is there.
    async fn verify(&mut self, reader: &mut Reader) -> Result<(), TargetError> {
        let unverified = std::mem::take(&mut self.unverified);
        for keys in unverified.chunks(PAGE) {
            let left = reader.ttls(keys.iter().map(Vec::as_slice)).await?;
            let gone = keys.iter().zip(left).filter(|(_, left)| *left == -2);
            self.absent.extend(gone.map(|(key, _)| key.clone()));
        }
        Ok(())
    }

    /// Some applications refill behind the call's back: what is not there yet is looked at again for a moment.
    async fn wait_for_absent(
        &mut self,
        reader: &mut Reader,
        stopping: Stopping<'_>,
    ) -> Result<(), TargetError> {
        let until = clock::instant() + APPEARS;
        while !self.absent.is_empty() {
            self.unverified = std::mem::take(&mut self.absent);
            self.verify(reader).await?;
            if self.absent.is_empty() || clock::instant() >= until || stopping() {
                break;
            }
            clock::sleep(LOOK).await;
        }
        self.outcome.absent = self.absent.len() as u64;
        let room = NAMED.saturating_sub(self.outcome.named.len());
        self.outcome.named.extend(self.absent.iter().take(room).map(|key| shown(key)));
        Ok(())
    }

    /// Keys that are done, from the beginning of the list.
    pub fn done(&self) -> u64 {
        self.open.first().copied().unwrap_or(self.next)
    }
}

fn shown(key: &[u8]) -> String {
    text::fit_bytes(key, 60)
}

fn gone() -> TargetError {
    TargetError::new(
        TargetErrorKind::Protocol,
        "the calls have ended by themselves, which is a fault of stampede",
    )
    .hint("the same with --resume goes on from the last checkpoint")
}

fn no_thread(error: std::io::Error) -> TargetError {
    TargetError::new(TargetErrorKind::Input, format!("this machine has no thread for the calls: {error}"))
        .caused_by(error)
}
