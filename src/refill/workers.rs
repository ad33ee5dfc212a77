//! The workers that make the calls, all on one thread of their own. Shared with others, each answer would wake one thread that
//! wakes another, and that costs more than the call.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::runtime;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::clock;
use crate::refill::endpoint::{Called, Endpoint};
use crate::system::caller::Caller;

/// Calls that are handed back together.
const BATCH: usize = 128;
/// Longest time that one which went well is held back for others.
const HELD: Duration = Duration::from_millis(2);

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

/// Who makes the calls. They are given up when it is dropped.
pub struct Workers {
    queue: Arc<Queue>,
    /// Wakes the thread; it ends when this does.
    wake: Option<UnboundedSender<()>>,
    done: UnboundedReceiver<Vec<Done>>,
    /// Jobs that were given and not handed back.
    given: usize,
    limit: usize,
    thread: Option<JoinHandle<()>>,
}

impl Workers {
    /// One that makes its calls like this, and may make none yet. Errors: the system has no thread for us.
    pub fn new(endpoint: Arc<Endpoint>) -> io::Result<Self> {
        let ((wake, woken), (ended, done)) = (unbounded_channel(), unbounded_channel());
        let queue = Arc::new(Queue::default());
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let work = oversee(endpoint, queue.clone(), woken, ended);
        // A task, and not what the thread waits for: that is woken by a system call, also by its own thread.
        let thread = move || {
            _ = runtime.block_on(async { tokio::spawn(work).await });
            // A name that is still looked up would be waited for else.
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("calls".into()).spawn(thread)?;
        Ok(Self { queue, wake: Some(wake), done, given: 0, limit: 0, thread: Some(thread) })
    }

    /// Jobs that were given and not handed back: under way, or waiting for a worker.
    pub fn given(&self) -> usize {
        self.given
    }

    /// So many calls may be under way from now on.
    pub fn allow(&mut self, limit: usize) {
        if self.limit != limit {
            self.limit = limit;
            self.queue.lock().limit = limit;
            self.wake();
        }
    }

    /// Has these made, as soon as they may be.
    pub fn give(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        self.given += jobs.len();
        let mut state = self.queue.lock();
        state.jobs.extend(jobs);
        // A worker that is busy looks for the next one by itself.
        let idle = state.busy < state.limit;
        drop(state);
        if idle {
            self.wake();
        }
    }

    /// Takes back what is not under way.
    pub fn recall(&mut self) -> VecDeque<Job> {
        let back = std::mem::take(&mut self.queue.lock().jobs);
        self.given -= back.len();
        back
    }

    /// Waits for calls that end. None: nothing comes any more.
    pub async fn ended(&mut self) -> Option<Vec<Done>> {
        let done = self.done.recv().await?;
        self.given -= done.len();
        Some(done)
    }

    fn wake(&self) {
        if let Some(wake) = &self.wake {
            // One that is gone shows in `ended`.
            _ = wake.send(());
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // It gives up what is under way, at once; a program that was started must not outlive us.
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

/// What lies between who gives the work out and the workers.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    more: Notify,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    done: Vec<Done>,
    /// Whether something of what is done changes what is to be done.
    urgent: bool,
    /// Calls under way, and how many may be.
    busy: usize,
    limit: usize,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a worker does next, having done this.
    fn next(&self, done: Option<Done>) -> Option<Job> {
        let mut state = self.lock();
        if let Some(done) = done {
            state.busy -= 1;
            state.urgent |= done.called != Called::Done;
            state.done.push(done);
        }
        let mut job = if state.busy < state.limit { state.jobs.pop_front() } else { None }?;
        state.busy += 1;
        job.tries += 1;
        Some(job)
    }
}

/// Has workers enough, and hands back what is done: a batch at a time, for each wakes another thread.
async fn oversee(
    endpoint: Arc<Endpoint>,
    queue: Arc<Queue>,
    mut woken: UnboundedReceiver<()>,
    ended: UnboundedSender<Vec<Done>>,
) {
    let mut workers = FuturesUnordered::new();
    let mut held: Option<Pin<Box<dyn Future<Output = ()> + Send>>> = None;
    let all = poll_fn(|cx| {
        loop {
            match woken.poll_recv(cx) {
                Poll::Ready(Some(())) => {}
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => break,
            }
        }
        let (idle, wanted) = {
            let state = queue.lock();
            (workers.len() - state.busy, state.jobs.len().min(state.limit.saturating_sub(state.busy)))
        };
        (0..wanted.min(idle)).for_each(|_| queue.more.notify_one());
        (idle..wanted).for_each(|_| workers.push(worker(&endpoint, &queue)));
        // A worker never ends.
        _ = workers.poll_next_unpin(cx);
        let mut state = queue.lock();
        if state.done.is_empty() {
            return Poll::Pending;
        }
        // Nothing waits for what is done as long as there is more to do and all goes well.
        let now = state.urgent || state.jobs.is_empty() || state.done.len() >= BATCH;
        if now || held.get_or_insert_with(|| Box::pin(clock::sleep(HELD))).as_mut().poll(cx).is_ready() {
            held = None;
            state.urgent = false;
            _ = ended.send(std::mem::take(&mut state.done));
        }
        Poll::Pending
    });
    all.await;
}

/// Makes one call after the other, over a connection of its own.
async fn worker(endpoint: &Endpoint, queue: &Queue) {
    let mut caller = Caller::default();
    let mut done = None;
    loop {
        match queue.next(done.take()) {
            None => queue.more.notified().await,
            Some(job) => {
                let (called, took) = endpoint.call(&job.key, &mut caller).await;
                done = Some(Done { job, called, took });
            }
        }
    }
}
