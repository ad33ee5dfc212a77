//! The keys: how many of each class are there, missing, expired, or being rebuilt. Keys of a class are alike, so that they are
//! counted and not named; a key that somebody rebuilds is a [`Flight`].

use crate::simulate::chance::Chance;
use crate::simulate::expiry::Expiries;
use crate::simulate::flight::{Flight, Value};
use crate::simulate::grace::Grace;
use crate::simulate::model::Model;
use crate::simulate::popularity::classes;
use crate::simulate::slab::{Handle, Slab};
use crate::simulate::weights::Weights;

/// Keys that are asked for as often as each other.
pub(super) struct Class {
    /// Requests per second for each of them.
    pub(super) each: f64,
    /// How many there are.
    pub(super) keys: u64,
    /// Of these: not in the cache, and nobody rebuilds them.
    pub(super) absent: u64,
    /// Not in the cache, and somebody rebuilds them, or will try again.
    pub(super) missing: Vec<Handle>,
    /// Expired, still to be served, and nobody rebuilds them.
    pub(super) stale: u64,
    /// Expired, being rebuilt, and served meanwhile.
    pub(super) serving: u64,
    /// Filled together, to expire together.
    pub(super) cohort: u32,
}

/// What somebody finds who does not simply get a value.
pub(super) enum Spot {
    /// No value, and nobody who rebuilds it.
    Absent,
    /// No value; this is how far others have come.
    Missing(Handle),
    /// An expired value, which may be served until then.
    Stale(f64),
}

/// All keys.
pub(super) struct Keys {
    /// The hottest first.
    pub(super) classes: Vec<Class>,
    /// Keys that somebody rebuilds.
    pub(super) flights: Slab<Flight>,
    /// When keys expire that have no class of their own.
    pub(super) expiries: Expiries,
    /// Expired values.
    pub(super) grace: Option<Grace>,
    /// Requests per second that are events, by class.
    weights: Weights,
    /// Requests per second that are served an expired value while somebody rebuilds it.
    serving_rate: f64,
}

impl Keys {
    /// All of them absent.
    pub(super) fn new(model: &Model) -> Self {
        let of = |popular: crate::simulate::popularity::Popular| Class {
            each: popular.each,
            keys: popular.keys,
            absent: popular.keys,
            missing: Vec::new(),
            stale: 0,
            serving: 0,
            cohort: 0,
        };
        let classes: Vec<Class> = classes(model.rate, model.keys, model.zipf).into_iter().map(of).collect();
        let count = classes.len();
        let mut keys = Self {
            classes,
            flights: Slab::new(),
            expiries: Expiries::new(count, model.longest_ttl()),
            grace: model.protection.stale.map(|grace| Grace::new(count, grace)),
            weights: Weights::new(count),
            serving_rate: 0.0,
        };
        (0..count as u32).for_each(|class| keys.reweigh(class));
        keys
    }

    /// Requests per second that do not simply get a value.
    pub(super) fn event_rate(&self) -> f64 {
        self.weights.total()
    }

    /// Requests per second that get an expired value because somebody rebuilds it already.
    pub(super) fn serving_rate(&self) -> f64 {
        self.serving_rate
    }

    /// A class has changed.
    pub(super) fn reweigh(&mut self, class: u32) {
        let of = &self.classes[class as usize];
        let keys = of.absent + of.missing.len() as u64 + of.stale;
        self.weights.set(class as usize, of.each * keys as f64);
    }

    /// Forgets what rounding has left.
    pub(super) fn settle(&mut self) {
        self.weights.settle();
        self.serving_rate = self.classes.iter().map(|class| class.each * class.serving as f64).sum();
    }

    /// Who is asked for by the next request that does not simply get a value. None: nobody, rounding was all that was left.
    pub(super) fn pick(&mut self, chance: &mut Chance) -> Option<(u32, Spot)> {
        let found = self.weights.find(chance.share() * self.weights.total());
        let Some(class) = found.filter(|class| self.waiting(*class) > 0) else {
            self.settle();
            return None;
        };
        let all = self.waiting(class);
        let of = &mut self.classes[class];
        let mut at = chance.below(all);
        if at < of.absent {
            of.absent -= 1;
            self.reweigh(class as u32);
            return Some((class as u32, Spot::Absent));
        }
        at -= of.absent;
        if let Some(flight) = of.missing.get(at as usize) {
            return Some((class as u32, Spot::Missing(*flight)));
        }
        let until = self.grace.as_mut()?.take(class as u32, chance)?;
        of.stale -= 1;
        self.reweigh(class as u32);
        Some((class as u32, Spot::Stale(until)))
    }

    fn waiting(&self, class: usize) -> u64 {
        let of = &self.classes[class];
        of.absent + of.missing.len() as u64 + of.stale
    }

    /// Takes one into the flights, with what is found of it.
    pub(super) fn take_off(&mut self, class: u32, value: Value) -> Handle {
        let flight = Flight {
            class,
            value: Value::Filled,
            needed: 0,
            rebuilds: 0,
            holder: None,
            waiters: Default::default(),
        };
        let flight = self.flights.add(flight);
        self.becomes(flight, value);
        flight
    }

    /// From now on this is found of a key in flight. The place in [`Value::Gone`] is set here.
    pub(super) fn becomes(&mut self, handle: Handle, value: Value) {
        let Some(flight) = self.flights.get_mut(handle) else { return };
        let (class, before) = (flight.class, std::mem::replace(&mut flight.value, value));
        let of = &mut self.classes[class as usize];
        if let Value::Gone(_) = value {
            flight.value = Value::Gone(of.missing.len());
            of.missing.push(handle);
        }
        if let Value::Gone(place) = before {
            of.missing.swap_remove(place);
            let moved = of.missing.get(place).copied();
            if let Some(moved) = moved.and_then(|moved| self.flights.get_mut(moved)) {
                moved.value = Value::Gone(place);
            }
        }
        let mut serves = |more: bool| {
            let of = &mut self.classes[class as usize];
            of.serving = if more { of.serving + 1 } else { of.serving - 1 };
            self.serving_rate = (self.serving_rate + if more { of.each } else { -of.each }).max(0.0);
        };
        if let Value::Stale(_) = value {
            serves(true);
        }
        if let Value::Stale(_) = before {
            serves(false);
        }
        self.reweigh(class);
    }

    /// A value of a class is gone, and nobody rebuilds it.
    pub(super) fn miss(&mut self, class: u32, count: u32) {
        self.classes[class as usize].absent += u64::from(count);
        self.reweigh(class);
    }
}
