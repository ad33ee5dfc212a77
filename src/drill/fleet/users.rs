//! Users and their clients: they come whether or not the application keeps up, give up, and try again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::clock;
use crate::drill::fleet::Fleet;
use crate::drill::fleet::arrivals::{Pace, Schedule, Visit};
use crate::drill::gauge::Ending;
use crate::drill::scenario::spec::Scenario;
use crate::drill::truth::{Punctuality, count};

/// Users at the same time, at most; more are turned away. It bounds our own memory.
const IN_FLIGHT: usize = 20_000;
/// The timer has no finer steps.
const TICK: Duration = Duration::from_millis(1);
/// Whoever was due longer ago than this has met a pause of the whole machine.
const STANDSTILL: Duration = Duration::from_millis(250);
/// So much later is late.
const LATE: Duration = Duration::from_millis(10);

/// All users.
pub(in crate::drill) struct Users {
    fleet: Arc<Fleet>,
    scenario: Arc<Scenario>,
    pace: Mutex<Pace>,
    sent: AtomicU64,
    late: AtomicU64,
    put_off: AtomicU64,
}

impl Users {
    pub(in crate::drill) fn new(fleet: Arc<Fleet>, scenario: Arc<Scenario>) -> Arc<Self> {
        let pace = Mutex::new(Pace { times: 1.0, absent: 0.0 });
        let none = || AtomicU64::new(0);
        Arc::new(Self { fleet, scenario, pace, sent: none(), late: none(), put_off: none() })
    }

    /// How they come changes.
    pub(in crate::drill) fn change(&self, change: impl FnOnce(&mut Pace)) {
        change(&mut self.pace.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn pace(&self) -> Pace {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How punctually they came so far.
    pub(in crate::drill) fn punctuality(&self) -> Punctuality {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Punctuality { sent: read(&self.sent), late: read(&self.late), put_off: read(&self.put_off) }
    }

    /// They come, until `limit`. The same `seed` gives the same users.
    pub(in crate::drill) async fn come(self: Arc<Self>, limit: Duration, seed: u64) {
        let began = clock::instant();
        let mut visits = JoinSet::new();
        let mut schedule = Schedule::new(self.scenario.users, &self.scenario.pages, seed);
        while began.elapsed() < limit {
            while visits.try_join_next().is_some() {}
            let pace = self.pace();
            // After a pause of the whole machine: on from here, without a surge to make up for it.
            let late = began.elapsed().saturating_sub(schedule.next());
            if late > STANDSTILL {
                schedule.put_off(late);
                let missed = late.as_secs_f64() * self.scenario.users.rate * pace.times;
                self.put_off.fetch_add(missed as u64, Ordering::Relaxed);
            }
            let now = began.elapsed();
            while schedule.next() <= now {
                let due = began + schedule.next();
                let visit = schedule.visit(&self.fleet.app.catalogue, pace);
                if visits.len() >= IN_FLIGHT {
                    self.fleet.gauge.ended(Ending::Failed, Duration::ZERO);
                    continue;
                }
                visits.spawn(self.clone().visit(visit, due));
            }
            let ahead = schedule.next().saturating_sub(began.elapsed());
            clock::sleep(ahead.clamp(TICK, STANDSTILL / 2)).await;
        }
    }

    /// One user: his wait counts from when he was due.
    async fn visit(self: Arc<Self>, visit: Visit, due: Instant) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        if due.elapsed() > LATE {
            self.late.fetch_add(1, Ordering::Relaxed);
        }
        let retries = self.scenario.application.retries;
        let mut pause = retries.pause;
        let mut ending = self.attempt(visit).await;
        let mut random = fastrand::Rng::with_seed(visit.seed);
        for _ in 0..retries.times {
            if ending != Ending::Failed {
                break;
            }
            let factor = if retries.jitter { 2.0 * random.f64() } else { 1.0 };
            clock::sleep(pause.mul_f64(factor)).await;
            pause = pause.saturating_mul(2);
            count(&self.fleet.app.counters.retries);
            ending = self.attempt(visit).await;
        }
        self.fleet.gauge.ended(ending, due.elapsed());
    }

    /// One request of his.
    async fn attempt(&self, visit: Visit) -> Ending {
        if !self.fleet.app.lets_in(visit.turn) {
            return Ending::Failed;
        }
        let mut work = Box::pin(self.fleet.server().serve(visit.page));
        if let Ok(ending) = timeout(self.scenario.application.timeout, &mut work).await {
            return ending;
        }
        count(&self.fleet.app.counters.given_up);
        // The server does not know that nobody waits for its answer any more.
        tokio::spawn(work);
        Ending::Failed
    }
}
