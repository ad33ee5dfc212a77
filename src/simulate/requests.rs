//! What a request does that does not simply get a value, until it ends.

use crate::simulate::database::Job;
use crate::simulate::flight::{Holder, Request, Stage, Value};
use crate::simulate::keys::Spot;
use crate::simulate::slab::Handle;
use crate::simulate::tally::Fate;
use crate::simulate::timers::What;
use crate::simulate::world::World;

impl World<'_> {
    /// Somebody asks for a key that is not simply there.
    pub(super) fn arrive(&mut self) {
        let Some((class, spot)) = self.keys.pick(&mut self.chance) else { return };
        self.tally.now().requests += 1;
        let flight = match spot {
            Spot::Absent => self.keys.take_off(class, Value::Gone(0)),
            Spot::Missing(flight) => flight,
            Spot::Stale(until) => {
                // Served at once; the refresh is nobody's request.
                self.tally.ended(Fate::Stale, self.model.hit_time);
                let flight = self.keys.take_off(class, Value::Stale(until));
                self.timers.set(until, What::StaleEnds(flight));
                return self.ask(flight, None);
            }
        };
        self.tally.now().misses += 1;
        let request = self.begin(flight);
        self.attempt(request);
    }

    fn begin(&mut self, flight: Handle) -> Handle {
        if let Some(of) = self.keys.flights.get_mut(flight) {
            of.needed += 1;
        }
        let stage = Stage::Outside;
        self.requests.add(Request { flight, came: self.now, attempt: 0, failed: 0, stage })
    }

    /// A try: looks into the cache, and rebuilds what it does not find, or waits for who does.
    pub(super) fn attempt(&mut self, request: Handle) {
        let Some(of) = self.requests.get_mut(request) else { return };
        let flight = of.flight;
        let Some(key) = self.keys.flights.get_mut(flight) else { return };
        match key.value {
            Value::Gone(_) => {}
            Value::Stale(_) => return self.end(request, Fate::Stale),
            // What another one has brought meanwhile.
            Value::Fresh(_) | Value::Filled => return self.end(request, Fate::Joined),
        }
        if self.model.protection.lock && key.holder.is_some() {
            of.attempt += 1;
            key.waiters.push_back((request, of.attempt));
            self.patience.push_back((self.now + self.model.client_timeout, request, of.attempt));
            return;
        }
        self.rebuild(request);
    }

    /// Rebuilds for a request, which waits for it.
    fn rebuild(&mut self, request: Handle) {
        let Some(of) = self.requests.get_mut(request) else { return };
        of.attempt += 1;
        let (flight, attempt) = (of.flight, of.attempt);
        self.patience.push_back((self.now + self.model.client_timeout, request, attempt));
        self.ask(flight, Some((request, attempt)));
    }

    /// Asks the database: at once, or once a connection is free.
    fn ask(&mut self, flight: Handle, caller: Option<(Handle, u32)>) {
        let Some(key) = self.keys.flights.get_mut(flight) else { return };
        key.needed += 1;
        key.rebuilds += 1;
        if self.model.protection.lock {
            key.holder = Some(caller.map_or(Holder::Background, |(request, _)| Holder::Request(request)));
        }
        self.rebuilds += 1;
        self.tally.rebuilding(self.rebuilds, key.rebuilds);
        let job = Job { flight, caller };
        if self.database.has_room() {
            self.start(job);
        } else {
            if let Some(of) = caller.and_then(|(request, _)| self.requests.get_mut(request)) {
                of.stage = Stage::Queued;
            }
            self.database.queue.push_back(job);
        }
    }

    fn start(&mut self, job: Job) {
        if let Some(of) = job.caller.and_then(|(request, _)| self.requests.get_mut(request)) {
            of.stage = Stage::Running;
        }
        let takes = self.model.rebuild * self.chance.around_one(self.model.spread);
        self.database.start(self.now, job, takes);
        self.tally.now().queries += 1;
        self.tally.connected(self.database.connections());
    }

    /// Whether somebody still waits for a job.
    fn is_wanted(&mut self, job: &Job) -> bool {
        match job.caller {
            None => true,
            Some((request, attempt)) => {
                self.requests.get_mut(request).is_some_and(|of| of.attempt == attempt)
            }
        }
    }

    /// A rebuild has come to its end.
    pub(super) fn rebuilt(&mut self) {
        let Some(job) = self.database.finish(self.now) else { return };
        self.rebuilds -= 1;
        if let Some(key) = self.keys.flights.get_mut(job.flight) {
            key.rebuilds -= 1;
        }
        if self.is_wanted(&job) {
            self.fill(job.flight);
            if let Some((request, _)) = job.caller {
                self.end(request, Fate::Rebuilt);
            }
        } else {
            // Who has given up does not write what comes too late.
            self.tally.now().in_vain += 1;
        }
        self.release(job.flight);
        while self.database.has_room() {
            let Some(job) = self.database.queue.pop_front() else { break };
            match self.is_wanted(&job) {
                true => self.start(job),
                false => self.release(job.flight),
            }
        }
    }

    /// Writes a value into the cache. Of several rebuilds the first one sets how long it lives.
    fn fill(&mut self, flight: Handle) {
        let Some(key) = self.keys.flights.get_mut(flight) else { return };
        if key.value == Value::Filled {
            return;
        }
        let class = key.class;
        key.holder = None;
        let waiters = std::mem::take(&mut key.waiters);
        self.keys.becomes(flight, Value::Filled);
        let jitter = self.model.protection.jitter.unwrap_or(0.0);
        let ttl = self.model.ttl * (1.0 + jitter * (2.0 * self.chance.share() - 1.0));
        self.keep(class, self.now + ttl);
        for (request, attempt) in waiters {
            if self.requests.get_mut(request).is_some_and(|of| of.attempt == attempt) {
                self.end(request, Fate::Joined);
            }
        }
    }

    /// A try has waited long enough.
    pub(super) fn give_up(&mut self) {
        let Some((_, request, attempt)) = self.patience.pop_front() else { return };
        let Some(of) = self.requests.get_mut(request).filter(|of| of.attempt == attempt) else { return };
        of.attempt += 1;
        of.failed += 1;
        let (flight, failed, was) = (of.flight, of.failed, std::mem::replace(&mut of.stage, Stage::Outside));
        if was == Stage::Queued {
            self.rebuilds -= 1;
            if let Some(key) = self.keys.flights.get_mut(flight) {
                key.rebuilds -= 1;
            }
            self.forget_the_unwanted();
        }
        self.pass_the_lock(flight, request);
        if failed > self.model.retries {
            return self.end(request, Fate::Error);
        }
        self.tally.now().retries += 1;
        let longest = self.model.backoff * 2f64.powi(failed.cast_signed() - 1);
        let pause = if self.model.backoff_jitter { longest * self.chance.share() } else { longest };
        if pause > 0.0 {
            self.timers.set(self.now + pause, What::Retry(request));
        } else {
            self.attempt(request);
        }
    }

    /// The oldest in the queue are those that give up first.
    fn forget_the_unwanted(&mut self) {
        while let Some(job) = self.database.queue.front().copied()
            && !self.is_wanted(&job)
        {
            self.database.queue.pop_front();
            self.release(job.flight);
        }
    }

    /// Who held the lock has given up: the next one that waits takes it.
    fn pass_the_lock(&mut self, flight: Handle, from: Handle) {
        let Some(key) = self.keys.flights.get_mut(flight) else { return };
        if key.holder != Some(Holder::Request(from)) {
            return;
        }
        key.holder = None;
        while let Some((next, attempt)) = key.waiters.pop_front() {
            let Some(of) = self.requests.get_mut(next).filter(|of| of.attempt == attempt) else { continue };
            // Its time goes on: it does not begin anew with the lock.
            let caller = (next, of.attempt);
            return self.ask(flight, Some(caller));
        }
    }

    /// A request ends.
    fn end(&mut self, request: Handle, fate: Fate) {
        let Some(of) = self.requests.remove(request) else { return };
        self.tally.ended(fate, self.model.hit_time + self.now - of.came);
        self.release(of.flight);
    }

    /// One less needs a key in flight; without any it is an ordinary one again.
    fn release(&mut self, flight: Handle) {
        let Some(key) = self.keys.flights.get_mut(flight) else { return };
        key.needed -= 1;
        if key.needed > 0 {
            return;
        }
        let (class, value) = (key.class, key.value);
        self.keys.becomes(flight, Value::Filled);
        self.keys.flights.remove(flight);
        match value {
            Value::Filled => {}
            Value::Gone(_) => self.keys.miss(class, 1),
            Value::Fresh(until) => self.keep(class, until),
            Value::Stale(until) => {
                if let Some(grace) = &mut self.keys.grace {
                    grace.skip_to(self.now);
                    grace.add(class, until, 1);
                    self.keys.classes[class as usize].stale += 1;
                    self.keys.reweigh(class);
                }
            }
        }
    }

    /// Somebody refreshes a value before it expires, and waits for that.
    pub(super) fn refresh_early(&mut self, class: u32, until: f64) {
        let flight = self.keys.take_off(class, Value::Fresh(until));
        self.timers.set(until, What::RunsOut(flight));
        self.refresh_again(flight);
    }

    /// One more does, as long as the value is good and nobody holds its lock.
    pub(super) fn refresh_again(&mut self, flight: Handle) {
        let Some(key) = self.keys.flights.get_mut(flight) else { return };
        let (Value::Fresh(until), None, class) = (key.value, key.holder, key.class) else { return };
        self.tally.early();
        let request = self.begin(flight);
        self.rebuild(request);
        if self.model.protection.lock {
            return;
        }
        if let Some(at) = self.early(class, until) {
            self.timers.set(at, What::EarlyAgain(flight));
        }
    }
}
