//! The calls that are under way: a thread of their own makes them all. Shared with others, each answer would wake one thread that
//! wakes another, and that costs more than the call.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::runtime;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::yield_now;

use crate::action::redis::warm::way::{Called, Way};
use crate::system::caller::Caller;

/// Calls that are handed back together, at most.
const BATCH: usize = 64;

/// A key that is to be refilled.
pub struct Job {
    /// Its place in the list.
    pub at: u64,
    /// The key.
    pub key: Vec<u8>,
    /// Calls that were made for it.
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
    desk: Arc<Desk>,
    /// Wakes the thread; it ends when this does.
    bell: Option<UnboundedSender<()>>,
    done: UnboundedReceiver<Vec<Done>>,
    /// Jobs that were given and not handed back.
    given: usize,
    limit: usize,
    thread: Option<JoinHandle<()>>,
}

impl Crew {
    /// One that makes its calls like this, and may make none yet. Errors: the system has no thread for us.
    pub fn new(way: Arc<Way>) -> io::Result<Self> {
        let ((bell, rung), (ended, done)) = (unbounded_channel(), unbounded_channel());
        let desk = Arc::new(Desk::default());
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let work = work(way, desk.clone(), rung, ended);
        // A task, and not what the thread waits for: that is woken by a system call, also by its own thread.
        let thread = move || {
            _ = runtime.block_on(async { tokio::spawn(work).await });
            // A name that is still looked up would be waited for else.
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("calls".into()).spawn(thread)?;
        Ok(Self { desk, bell: Some(bell), done, given: 0, limit: 0, thread: Some(thread) })
    }

    /// Jobs that were given and not handed back: under way, or waiting for a hand.
    pub fn given(&self) -> usize {
        self.given
    }

    /// So many calls may be under way from now on.
    pub fn allow(&mut self, limit: usize) {
        if self.limit != limit {
            self.limit = limit;
            self.desk.top().limit = limit;
            self.ring();
        }
    }

    /// Has these made, as soon as they may be.
    pub fn give(&mut self, jobs: Vec<Job>) {
        if !jobs.is_empty() {
            self.given += jobs.len();
            self.desk.top().jobs.extend(jobs);
            self.ring();
        }
    }

    /// Takes back what is not under way.
    pub fn recall(&mut self) -> VecDeque<Job> {
        let back = std::mem::take(&mut self.desk.top().jobs);
        self.given -= back.len();
        back
    }

    /// Waits for calls that end. None: nothing comes any more.
    pub async fn ended(&mut self) -> Option<Vec<Done>> {
        let done = self.done.recv().await?;
        self.given -= done.len();
        Some(done)
    }

    fn ring(&self) {
        if let Some(bell) = &self.bell {
            // One that is gone shows in `ended`.
            _ = bell.send(());
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        // It gives up what is under way, at once; a program that was started must not outlive us.
        self.bell = None;
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

/// What lies between who gives the work out and the hands that do it.
#[derive(Default)]
struct Desk {
    top: Mutex<Top>,
    more: Notify,
}

#[derive(Default)]
struct Top {
    jobs: VecDeque<Job>,
    done: Vec<Done>,
    /// Calls under way, and how many may be.
    busy: usize,
    limit: usize,
}

impl Desk {
    fn top(&self) -> MutexGuard<'_, Top> {
        self.top.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Job> {
        let mut top = self.top();
        let mut job = if top.busy < top.limit { top.jobs.pop_front() } else { None }?;
        top.busy += 1;
        job.tries += 1;
        Some(job)
    }

    fn put(&self, done: Done) {
        let mut top = self.top();
        top.busy -= 1;
        top.done.push(done);
    }
}

/// Has hands enough, and hands back what is done: together what comes in together, for each batch wakes another thread.
async fn work(
    way: Arc<Way>,
    desk: Arc<Desk>,
    mut bell: UnboundedReceiver<()>,
    ended: UnboundedSender<Vec<Done>>,
) {
    let mut hands = FuturesUnordered::new();
    let mut waiting = 0;
    let oversee = poll_fn(|cx| {
        loop {
            match bell.poll_recv(cx) {
                Poll::Ready(Some(())) => {}
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => break,
            }
        }
        let (idle, wanted) = {
            let top = desk.top();
            (hands.len() - top.busy, top.jobs.len().min(top.limit.saturating_sub(top.busy)))
        };
        (0..wanted.min(idle)).for_each(|_| desk.more.notify_one());
        (idle..wanted).for_each(|_| hands.push(hand(&way, &desk)));
        // A hand never ends.
        _ = hands.poll_next_unpin(cx);
        let mut top = desk.top();
        if top.done.len() >= BATCH || (!top.done.is_empty() && top.done.len() == waiting) {
            _ = ended.send(std::mem::take(&mut top.done));
        }
        waiting = top.done.len();
        if waiting > 0 {
            // Once more, after what has come in meanwhile.
            _ = pin!(yield_now()).poll(cx);
        }
        Poll::Pending
    });
    oversee.await;
}

/// Makes one call after the other, over a connection of its own.
async fn hand(way: &Way, desk: &Desk) {
    let mut caller = Caller::default();
    loop {
        match desk.take() {
            None => desk.more.notified().await,
            Some(job) => {
                let (called, took) = way.call(&job.key, &mut caller).await;
                desk.put(Done { job, called, took });
            }
        }
    }
}
