//! The database: so many connections, and a queue before them.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::simulate::slab::Handle;

/// One rebuild: what for, and who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Job {
    /// The key.
    pub(super) flight: Handle,
    /// The request, and its how many-th try; none: it goes on in the background.
    pub(super) caller: Option<(Handle, u32)>,
}

/// A job that runs. The order is that of their ends.
struct Running {
    /// Work that has been done for each running job when this one ends: bits of a number that is not negative, so that they
    /// have its order.
    end: u64,
    number: u64,
    job: Job,
}

impl PartialEq for Running {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Running {}

impl PartialOrd for Running {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Running {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.end, self.number).cmp(&(other.end, other.number))
    }
}

/// The database. All that runs goes on at the same speed: full, or that of the cores shared by all.
pub(super) struct Database {
    connections: usize,
    cores: Option<u32>,
    running: BinaryHeap<Reverse<Running>>,
    /// Who waits for a connection, first come first served.
    pub(super) queue: VecDeque<Job>,
    /// Work that has been done for each job that has run since the beginning.
    done: f64,
    /// Until when it has been added up.
    at: f64,
    started: u64,
}

impl Database {
    /// An idle one.
    pub(super) fn new(connections: u32, cores: Option<u32>) -> Self {
        Self {
            connections: connections as usize,
            cores,
            running: BinaryHeap::new(),
            queue: VecDeque::new(),
            done: 0.0,
            at: 0.0,
            started: 0,
        }
    }

    fn speed(&self) -> f64 {
        let running = self.running.len().max(1) as f64;
        self.cores.map_or(1.0, |cores| (f64::from(cores) / running).min(1.0))
    }

    fn work_until(&mut self, now: f64) {
        self.done += (now - self.at) * self.speed();
        self.at = now;
    }

    /// Connections in use.
    pub(super) fn connections(&self) -> usize {
        self.running.len()
    }

    /// Whether one more could run.
    pub(super) fn has_room(&self) -> bool {
        self.running.len() < self.connections
    }

    /// Starts a job that takes so long where the database is not overloaded.
    pub(super) fn start(&mut self, now: f64, job: Job, takes: f64) {
        self.work_until(now);
        self.started += 1;
        let end = (self.done + takes).to_bits();
        self.running.push(Reverse(Running { end, number: self.started, job }));
    }

    /// When the next job ends, if none is started until then.
    pub(super) fn next(&self) -> f64 {
        self.running.peek().map_or(f64::INFINITY, |Reverse(first)| {
            self.at + (f64::from_bits(first.end) - self.done).max(0.0) / self.speed()
        })
    }

    /// Ends the job that is due.
    pub(super) fn finish(&mut self, now: f64) -> Option<Job> {
        self.work_until(now);
        self.running.pop().map(|Reverse(first)| first.job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::slab::Slab;

    #[test]
    fn more_jobs_than_cores_share_them() {
        let mut flights = Slab::new();
        let (a, b) = (flights.add(()), flights.add(()));
        let job = |flight| Job { flight, caller: None };
        let mut database = Database::new(2, Some(1));
        database.start(0.0, job(a), 1.0);
        assert_eq!(database.next(), 1.0);
        // Half of `a` is done; the rest goes on at half the speed.
        database.start(0.5, job(b), 1.0);
        assert!(!database.has_room());
        assert_eq!(database.next(), 1.5);
        assert_eq!(database.finish(1.5), Some(job(a)));
        assert_eq!(database.next(), 2.0);
        assert_eq!(database.finish(2.0), Some(job(b)));
        assert_eq!((database.connections(), database.next()), (0, f64::INFINITY));
    }
}
