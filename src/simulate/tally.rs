//! What is counted, step by step.

use serde::Serialize;

use crate::simulate::model::Model;
use crate::simulate::quantile::Times;

/// Steps of a run, at most about so many.
const STEPS: f64 = 1_200.0;
/// No step is shorter, in seconds.
const SHORTEST: f64 = 0.1;

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// With an expired value.
    Stale,
    /// With what it has rebuilt.
    Rebuilt,
    /// With what another one has rebuilt.
    Joined,
    /// Without an answer.
    Error,
}

/// Counts. Requests are counted when they come, how they end when they end.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    /// Requests that came.
    pub requests: u64,
    /// Requests that found a value.
    pub hits: u64,
    /// Requests that were served an expired value.
    pub stale: u64,
    /// Requests that ended with what they have rebuilt themselves.
    pub rebuilt: u64,
    /// Requests that ended with what another one has rebuilt.
    pub joined: u64,
    /// Requests that ended without an answer.
    pub errors: u64,
    /// Requests that found nothing when they came.
    pub misses: u64,
    /// Requests that refreshed a value before it expired.
    pub early: u64,
    /// Further tries.
    pub retries: u64,
    /// Rebuilds that the database began.
    pub queries: u64,
    /// Of these: ended after who asked had given up.
    pub in_vain: u64,
    /// Keys that expired.
    pub expired: u64,
}

impl Counts {
    /// Requests that have ended, and how many of them there are by how they ended.
    pub fn ended(&self) -> u64 {
        self.hits + self.stale + self.rebuilt + self.joined + self.errors
    }

    /// Adds those of a later time.
    pub(super) fn add(&mut self, more: &Self) {
        self.requests += more.requests;
        self.hits += more.hits;
        self.stale += more.stale;
        self.rebuilt += more.rebuilt;
        self.joined += more.joined;
        self.errors += more.errors;
        self.misses += more.misses;
        self.early += more.early;
        self.retries += more.retries;
        self.queries += more.queries;
        self.in_vain += more.in_vain;
        self.expired += more.expired;
    }
}

/// One step of the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// What was counted in it.
    pub counts: Counts,
    /// Most connections of the database in use at once.
    pub connections: usize,
    /// Most rebuilds that ran or waited for a connection at once.
    pub rebuilds: u64,
    /// The same of one key, where a rebuild was begun.
    pub of_one_key: u32,
    /// How long it took until the requests ended that did not simply get a value.
    pub(super) times: Times,
}

/// All that is counted.
pub(super) struct Tally {
    /// How long a step is, in seconds.
    pub(super) step: f64,
    /// The steps so far. What ends after the end of the run is in one behind the last.
    pub(super) steps: Vec<Step>,
    current: Step,
    count: usize,
    /// Hits that come to less than one so far, or that are owed.
    hits: f64,
    served: f64,
}

impl Tally {
    pub(super) fn new(model: &Model) -> Self {
        let step = step(model.length);
        let count = (model.length / step).round().max(1.0);
        Self {
            step: model.length / count,
            steps: Vec::new(),
            current: Step::default(),
            count: count as usize,
            hits: 0.0,
            served: 0.0,
        }
    }

    /// When the current step ends; never for what comes behind the last.
    pub(super) fn step_ends(&self) -> f64 {
        let next = self.steps.len() + 1;
        if next > self.count { f64::INFINITY } else { next as f64 * self.step }
    }

    /// The counts of the current step.
    pub(super) fn now(&mut self) -> &mut Counts {
        &mut self.current.counts
    }

    /// So long, so many requests per second have found a value, or were served an expired one.
    pub(super) fn counted(&mut self, time: f64, hits: f64, served: f64) {
        self.hits += time * hits.max(0.0);
        self.served += time * served;
    }

    /// One of those that find a value has refreshed it instead.
    pub(super) fn early(&mut self) {
        self.hits -= 1.0;
        self.current.counts.early += 1;
        self.current.counts.requests += 1;
    }

    /// A request has ended after so long.
    pub(super) fn ended(&mut self, fate: Fate, took: f64) {
        let counts = &mut self.current.counts;
        match fate {
            Fate::Stale => counts.stale += 1,
            Fate::Rebuilt => counts.rebuilt += 1,
            Fate::Joined => counts.joined += 1,
            Fate::Error => counts.errors += 1,
        }
        self.current.times.add(took);
    }

    /// So many rebuilds are on their way now, and so many of the key of the last one.
    pub(super) fn rebuilding(&mut self, all: u64, of_one_key: u32) {
        self.current.rebuilds = self.current.rebuilds.max(all);
        self.current.of_one_key = self.current.of_one_key.max(of_one_key);
    }

    /// So many connections are in use now.
    pub(super) fn connected(&mut self, connections: usize) {
        self.current.connections = self.current.connections.max(connections);
    }

    /// The next step begins; what goes on, goes on in it.
    pub(super) fn next_step(&mut self, connections: usize, rebuilds: u64) {
        self.count_whole();
        let next = Step { connections, rebuilds, ..Step::default() };
        self.steps.push(std::mem::replace(&mut self.current, next));
    }

    /// The run is over. Gives the steps, and what came behind them.
    pub(super) fn end(mut self) -> (f64, Vec<Step>, Step) {
        self.count_whole();
        (self.step, self.steps, self.current)
    }

    fn count_whole(&mut self) {
        let whole = |mass: &mut f64| {
            let count = mass.floor().max(0.0);
            *mass -= count;
            count as u64
        };
        let (hits, served) = (whole(&mut self.hits), whole(&mut self.served));
        self.current.counts.hits += hits;
        self.current.counts.stale += served;
        self.current.counts.requests += hits + served;
    }
}

/// A round number of seconds, so that a run of this length has about [`STEPS`] of them.
fn step(length: f64) -> f64 {
    let least = (length / STEPS).max(SHORTEST).min(length);
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|times| times * power)
        .find(|step| *step >= least * 0.999)
        .unwrap_or(least)
}
