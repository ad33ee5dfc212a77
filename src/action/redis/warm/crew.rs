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
use crate::target::caller::Caller;

/// Threads that make them.
const GANGS: usize = 2;
/// Calls that are handed back together, at most.
const BATCH: usize = 16;

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
    gangs: Vec<Gang>,
    done: UnboundedReceiver<(usize, Vec<Done>)>,
}

/// A thread and its calls.
struct Gang {
    jobs: Option<UnboundedSender<Job>>,
    /// Calls under way.
    busy: usize,
    thread: Option<JoinHandle<()>>,
}

impl Crew {
    /// One that makes its calls like this. Errors: the system has no thread for us.
    pub fn new(way: &Arc<Way>) -> io::Result<Self> {
        // All channels are as long as the calls that may be under way.
        let (ended, done) = unbounded_channel();
        let gangs =
            (0..GANGS).map(|at| Gang::new(at, way.clone(), ended.clone())).collect::<io::Result<_>>()?;
        Ok(Self { gangs, done })
    }

    /// Calls under way.
    pub fn busy(&self) -> usize {
        self.gangs.iter().map(|gang| gang.busy).sum()
    }

    /// Has one more made.
    pub fn begin(&mut self, job: Job) {
        if let Some(gang) = self.gangs.iter_mut().min_by_key(|gang| gang.busy) {
            gang.busy += 1;
            // One that is gone shows in `ended`.
            if let Some(jobs) = &gang.jobs {
                _ = jobs.send(job);
            }
        }
    }

    /// Waits for calls that end. None: nothing comes any more.
    pub async fn ended(&mut self) -> Option<Vec<Done>> {
        let (at, done) = self.done.recv().await.filter(|(_, done)| !done.is_empty())?;
        if let Some(gang) = self.gangs.get_mut(at) {
            gang.busy -= done.len();
        }
        Some(done)
    }
}

impl Gang {
    fn new(at: usize, way: Arc<Way>, ended: UnboundedSender<(usize, Vec<Done>)>) -> io::Result<Self> {
        let (jobs, todo) = unbounded_channel();
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let hand_back = ended.clone();
        let work = work(way, todo, move |done| _ = hand_back.send((at, done)));
        let thread = move || {
            // A task, and not what the thread waits for: that is woken by a system call, also by its own thread.
            if runtime.block_on(async { tokio::spawn(work).await }).is_err() {
                _ = ended.send((at, Vec::new()));
            }
        };
        let thread = std::thread::Builder::new().name("calls".into()).spawn(thread)?;
        Ok(Self { jobs: Some(jobs), busy: 0, thread: Some(thread) })
    }
}

impl Drop for Gang {
    fn drop(&mut self) {
        // Without jobs it gives up what is under way, at once; a program that was started must not outlive us.
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

/// What lies between who gives the work out and the hands that do it.
#[derive(Default)]
struct Desk {
    jobs: Mutex<VecDeque<Job>>,
    done: Mutex<Vec<Done>>,
    more: Notify,
}

impl Desk {
    async fn next(&self) -> Job {
        loop {
            if let Some(job) = locked(&self.jobs).pop_front() {
                return job;
            }
            self.more.notified().await;
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives out jobs, and hands back what is done: together what comes in together, for each batch wakes another thread.
async fn work(way: Arc<Way>, mut jobs: UnboundedReceiver<Job>, ended: impl Fn(Vec<Done>)) {
    let desk = Desk::default();
    let mut hands = FuturesUnordered::new();
    let (mut outstanding, mut waiting) = (0, 0);
    let give_out = poll_fn(|cx| {
        loop {
            match jobs.poll_recv(cx) {
                Poll::Ready(Some(job)) => {
                    outstanding += 1;
                    locked(&desk.jobs).push_back(job);
                    desk.more.notify_one();
                    if hands.len() < outstanding {
                        hands.push(hand(&way, &desk));
                    }
                }
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => break,
            }
        }
        // A hand never ends.
        _ = hands.poll_next_unpin(cx);
        let mut done = locked(&desk.done);
        if done.len() >= BATCH || (!done.is_empty() && done.len() == waiting) {
            outstanding -= done.len();
            ended(std::mem::take(&mut *done));
        }
        waiting = done.len();
        if waiting > 0 {
            // Once more, after what has come in meanwhile.
            _ = pin!(yield_now()).poll(cx);
        }
        Poll::Pending
    });
    give_out.await;
}

/// Makes one call after the other, over a connection of its own.
async fn hand(way: &Way, desk: &Desk) {
    let mut caller = Caller::default();
    loop {
        let job = desk.next().await;
        let (called, took) = way.call(&job.key, &mut caller).await;
        locked(&desk.done).push(Done { job, called, took });
    }
}
