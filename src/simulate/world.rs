//! The run: what comes next, and what it does.

use std::collections::VecDeque;

use crate::simulate::chance::Chance;
use crate::simulate::database::Database;
use crate::simulate::flight::{Request, Value};
use crate::simulate::keys::Keys;
use crate::simulate::model::{Fault, Model, Trigger};
use crate::simulate::outcome::Outcome;
use crate::simulate::slab::{Handle, Slab};
use crate::simulate::tally::Tally;
use crate::simulate::timers::{Timers, What};

/// Everything, at one moment.
pub(super) struct World<'a> {
    pub(super) model: &'a Model,
    pub(super) now: f64,
    pub(super) chance: Chance,
    pub(super) keys: Keys,
    /// Requests that have not ended.
    pub(super) requests: Slab<Request>,
    pub(super) database: Database,
    pub(super) timers: Timers,
    /// When each try gives up. All wait as long, so that they are in order.
    pub(super) patience: VecDeque<(f64, Handle, u32)>,
    pub(super) tally: Tally,
    /// Rebuilds that run, or wait for a connection and for which somebody waits.
    pub(super) rebuilds: u64,
}

/// What comes next.
enum Next {
    Arrival,
    Timer,
    Database,
    Patience,
    Expiry,
    Grace,
    Step,
}

/// Simulates. The cache is warm at the beginning; requests that have not ended at the end are seen to their own end, without new
/// ones. Errors: a value that cannot be simulated.
pub fn run(model: &Model) -> Result<Outcome, Fault> {
    model.check()?;
    let mut world = World {
        model,
        now: 0.0,
        chance: Chance::new(model.seed),
        keys: Keys::new(model),
        requests: Slab::new(),
        database: Database::new(model.database, model.cores),
        timers: Timers::default(),
        patience: VecDeque::new(),
        tally: Tally::new(model),
        rebuilds: 0,
    };
    if model.trigger != Trigger::None {
        world.timers.set(model.trigger_at, What::Trigger);
    }
    world.warm();
    while world.goes_on() {}
    Ok(Outcome::new(model, world.tally))
}

impl World<'_> {
    /// Does what comes next. False: nothing does.
    fn goes_on(&mut self) -> bool {
        let over = self.now >= self.model.length;
        if over && self.requests.len() == 0 {
            return false;
        }
        let (mut at, mut next) = (f64::INFINITY, Next::Step);
        let mut sooner = |time: f64, what: Next| {
            if time < at {
                (at, next) = (time, what);
            }
        };
        let rate = self.keys.event_rate();
        if !over {
            sooner(self.tally.step_ends(), Next::Step);
            sooner(self.keys.expiries.next(), Next::Expiry);
            sooner(self.keys.grace.as_ref().map_or(f64::INFINITY, |grace| grace.next()), Next::Grace);
        }
        sooner(self.timers.next(), Next::Timer);
        sooner(self.database.next(), Next::Database);
        sooner(self.patience.front().map_or(f64::INFINITY, |(at, ..)| *at), Next::Patience);
        if !over && rate > 0.0 {
            sooner(self.now + self.chance.exponential() / rate, Next::Arrival);
        }
        if at.is_infinite() {
            return false;
        }
        let at = at.max(self.now);
        if !over {
            let serving = self.keys.serving_rate();
            self.tally.counted(at - self.now, self.model.rate - rate - serving, serving);
        }
        self.now = at;
        match next {
            Next::Arrival => self.arrive(),
            Next::Timer => self.timer(),
            Next::Database => self.rebuilt(),
            Next::Patience => self.give_up(),
            Next::Expiry => {
                if let Some(class) = self.keys.expiries.pass(&mut self.chance) {
                    self.expire(class, 1);
                }
            }
            Next::Grace => self.end_grace(),
            Next::Step => {
                self.tally.next_step(self.database.connections(), self.rebuilds);
                self.keys.settle();
            }
        }
        true
    }

    fn timer(&mut self) {
        let over = self.now >= self.model.length;
        match self.timers.pop() {
            // Nobody comes any more.
            Some(What::Early(..) | What::EarlyAgain(_) | What::Trigger) if over => {}
            Some(What::Expire(class)) => self.expire(class, 1),
            Some(What::Early(class, until)) => self.refresh_early(class, until),
            Some(What::EarlyAgain(flight)) => self.refresh_again(flight),
            Some(What::RunsOut(flight)) => self.runs_out(flight),
            Some(What::StaleEnds(flight)) => self.stale_ends(flight),
            Some(What::Retry(request)) => self.attempt(request),
            Some(What::Trigger) => self.trigger(),
            None => {}
        }
    }

    /// A key of a class is in the cache, and lives until then, unless somebody refreshes it before.
    pub(super) fn keep(&mut self, class: u32, until: f64) {
        if let Some(at) = self.early(class, until) {
            self.timers.set(at, What::Early(class, until));
        } else if self.keys.classes[class as usize].keys == 1 || !self.keys.expiries.add(class, until) {
            self.timers.set(until, What::Expire(class));
        }
    }

    /// When somebody who finds a value that lives until `until` refreshes it early; none: nobody does. Whoever finds it with x left to
    /// live does so with the chance e^(-x / (beta · rebuild)) (`XFetch`), so that of the requests for it these are drawn, and
    /// no others.
    pub(super) fn early(&mut self, class: u32, until: f64) -> Option<f64> {
        let width = self.model.protection.early? * self.model.rebuild;
        let asked = self.keys.classes[class as usize].each * width;
        let share = (-(until - self.now).max(0.0) / width).exp() + self.chance.exponential() / asked;
        (share < 1.0).then(|| until + width * share.ln())
    }

    /// Keys of a class expire.
    pub(super) fn expire(&mut self, class: u32, count: u32) {
        self.tally.now().expired += u64::from(count);
        match (&mut self.keys.grace, self.model.protection.stale) {
            (Some(grace), Some(served)) => {
                grace.skip_to(self.now);
                grace.add(class, self.now + served, count);
                self.keys.classes[class as usize].stale += u64::from(count);
                self.keys.reweigh(class);
            }
            _ => self.keys.miss(class, count),
        }
    }

    fn end_grace(&mut self) {
        let Some(grace) = &mut self.keys.grace else { return };
        for (class, count) in grace.pass() {
            self.keys.classes[class as usize].stale -= u64::from(count);
            self.keys.miss(class, count);
        }
    }

    /// A value that was being refreshed early expires before that has come to its end.
    fn runs_out(&mut self, flight: Handle) {
        let Some(of) = self.keys.flights.get_mut(flight) else { return };
        if !matches!(of.value, Value::Fresh(_)) {
            return;
        }
        self.tally.now().expired += 1;
        match self.model.protection.stale {
            Some(served) => {
                self.keys.becomes(flight, Value::Stale(self.now + served));
                self.timers.set(self.now + served, What::StaleEnds(flight));
            }
            None => self.keys.becomes(flight, Value::Gone(0)),
        }
    }

    fn stale_ends(&mut self, flight: Handle) {
        let of = self.keys.flights.get_mut(flight);
        if of.is_some_and(|of| matches!(of.value, Value::Stale(_))) {
            self.keys.becomes(flight, Value::Gone(0));
        }
    }
}
