//! The calls that are under way: a thread of their own makes them all. Shared with others, each answer would wake one thread that
//! wakes another, and that costs more than the call.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::action::redis::warm::way::{Called, Way};
use crate::target::caller::Caller;

/// A key that is to be refilled.
pub struct Job {
    /// Its place in the list.
    pub at: u64,
    /// The key.
    pub key: Vec<u8>,
    /// Calls that were made for it, this one too.
    pub tries: u8,
    /// Times that the endpoint asked for time over it.
    pub waits: u8,
}

/// A call that has ended.
pub struct Done {
    /// What was to be done.
    pub job: Job,
    /// How it ended.
    pub called: Called,
    /// The time it took.
    pub took: Duration,
}

/// Who makes the calls. They end with it.
pub struct Crew {
    jobs: Option<UnboundedSender<Job>>,
    done: UnboundedReceiver<Vec<Done>>,
    /// Calls under way.
    busy: usize,
    thread: Option<JoinHandle<()>>,
}

impl Crew {
    /// One that makes its calls like this. Errors: the system has no thread for us.
    pub fn new(way: Arc<Way>) -> io::Result<Self> {
        // Both are as long as the calls that may be under way.
        let ((jobs, todo), (ended, done)) = (unbounded_channel(), unbounded_channel());
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let work = move || runtime.block_on(work(way, todo, ended));
        let thread = std::thread::Builder::new().name("calls".into()).spawn(work)?;
        Ok(Self { jobs: Some(jobs), done, busy: 0, thread: Some(thread) })
    }

    /// Calls under way.
    pub fn busy(&self) -> usize {
        self.busy
    }

    /// Has one more made.
    pub fn begin(&mut self, job: Job) {
        self.busy += 1;
        // A crew that is gone shows in `ended`.
        if let Some(jobs) = &self.jobs {
            _ = jobs.send(job);
        }
    }

    /// Waits for calls that end. None: nothing comes any more.
    pub async fn ended(&mut self) -> Option<Vec<Done>> {
        let done = self.done.recv().await;
        self.busy -= done.as_ref().map_or(0, Vec::len);
        done
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        // Without jobs it gives up what is under way, at once; a program that was started must not outlive us.
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

async fn work(way: Arc<Way>, mut jobs: UnboundedReceiver<Job>, ended: UnboundedSender<Vec<Done>>) {
    let mut calls = FuturesUnordered::new();
    let mut idle: Vec<Caller> = Vec::new();
    loop {
        tokio::select! {
            biased;
            job = jobs.recv() => match job {
                Some(job) => calls.push(call(&way, job, idle.pop().unwrap_or_default())),
                None => return,
            },
            Some(first) = calls.next() => {
                let mut batch = vec![first];
                while let Some(Some(more)) = calls.next().now_or_never() {
                    batch.push(more);
                }
                let done = batch.into_iter().map(|(done, caller)| {
                    idle.push(caller);
                    done
                });
                _ = ended.send(done.collect());
            }
        }
    }
}

async fn call(way: &Way, job: Job, mut caller: Caller) -> (Done, Caller) {
    let (called, took) = way.call(&job.key, &mut caller).await;
    (Done { job, called, took }, caller)
}
