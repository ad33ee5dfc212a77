//! How it begins, and what happens then.

use crate::simulate::flight::Value;
use crate::simulate::model::Trigger;
use crate::simulate::timers::What;
use crate::simulate::world::World;

/// Chooses values to lose so that together they are asked for by about a given share of the requests.
struct Losing {
    share: f64,
    /// Requests per second for each key, by class.
    each: Vec<f64>,
    /// Requests per second that should have lost their value so far, and have not.
    owed: f64,
    /// What is lost, by class.
    gone: Vec<u32>,
}

impl Losing {
    fn new(share: f64, each: Vec<f64>) -> Self {
        Self { share, gone: vec![0; each.len()], each, owed: 0.0 }
    }

    /// How many of so many keys of a class. What is too much or too little with a hot one is made up for by those after it.
    fn of(&mut self, class: u32, count: u32) -> u32 {
        let each = self.each[class as usize];
        self.owed += each * f64::from(count) * self.share;
        let lost = (self.owed / each).round().clamp(0.0, f64::from(count));
        self.owed -= lost * each;
        self.gone[class as usize] += lost as u32;
        lost as u32
    }
}

impl World<'_> {
    /// Fills the cache as it is after a long time without trouble.
    pub(super) fn warm(&mut self) {
        let together = self.model.trigger == Trigger::Expire;
        let jitter = self.model.protection.jitter.unwrap_or(0.0);
        for class in 0..self.keys.classes.len() as u32 {
            let of = &self.keys.classes[class as usize];
            let (each, keys) = (of.each, of.keys);
            let held = keys as f64 * self.model.held(each);
            // The rest of a whole key is there by chance.
            let held = (held + self.chance.share()).floor() as u64;
            self.keys.classes[class as usize].absent -= held.min(keys);
            for _ in 0..held.min(keys) {
                let ttl = self.model.ttl * (1.0 + jitter * (2.0 * self.chance.share() - 1.0));
                if together {
                    self.keep_together(class, self.model.trigger_at + ttl - self.model.ttl, ttl);
                } else {
                    let left = match self.model.left.len() as u64 {
                        0 => ttl * self.chance.share(),
                        sampled => self.model.left[self.chance.below(sampled) as usize],
                    };
                    self.keep(class, left);
                }
            }
            self.keys.reweigh(class);
        }
    }

    /// Of keys that were filled together, those that expire at the very moment are only counted.
    fn keep_together(&mut self, class: u32, until: f64, ttl: f64) {
        if self.model.protection.jitter.is_some() {
            // One that has expired before the beginning has been filled again.
            return self.keep(class, if until > 0.0 { until } else { until + ttl });
        }
        match self.early(class, until) {
            Some(at) => self.timers.set(at, What::Early(class, until)),
            None => self.keys.classes[class as usize].cohort += 1,
        }
    }

    /// What the model says happens.
    pub(super) fn trigger(&mut self) {
        match self.model.trigger {
            Trigger::None => {}
            Trigger::Expire => {
                for class in 0..self.keys.classes.len() as u32 {
                    let cohort = std::mem::take(&mut self.keys.classes[class as usize].cohort);
                    if cohort > 0 {
                        self.expire(class, cohort);
                    }
                }
            }
            Trigger::Flush => self.lose(1.0),
            Trigger::Drop(share) => self.lose(share),
            Trigger::Hot => self.expire_the_hottest(),
        }
    }

    /// Values are lost, expired ones too.
    fn lose(&mut self, share: f64) {
        let mut losing = Losing::new(share, self.keys.classes.iter().map(|class| class.each).collect());
        self.timers.retain(|what| match what {
            What::Expire(class) | What::Early(class, _) => losing.of(class, 1) == 0,
            _ => true,
        });
        self.keys.expiries.lose(|class, count| losing.of(class, count));
        if let Some(grace) = &mut self.keys.grace {
            grace.lose(|class, count| {
                let lost = losing.of(class, count);
                self.keys.classes[class as usize].stale -= u64::from(lost);
                lost
            });
        }
        for (class, count) in losing.gone.iter().enumerate() {
            self.keys.miss(class as u32, *count);
        }
        for flight in self.keys.flights.handles() {
            let Some(key) = self.keys.flights.get_mut(flight) else { continue };
            let served = matches!(key.value, Value::Fresh(_) | Value::Stale(_));
            if served && losing.of(key.class, 1) > 0 {
                self.keys.becomes(flight, Value::Gone(0));
            }
        }
    }

    /// The key of rank 1 expires before its time.
    fn expire_the_hottest(&mut self) {
        let mut there = 0;
        self.timers.retain(|what| match what {
            What::Expire(0) | What::Early(0, _) => {
                there += 1;
                false
            }
            _ => true,
        });
        if there > 0 {
            self.expire(0, there);
        }
        for flight in self.keys.flights.handles() {
            let fresh = self.keys.flights.get_mut(flight);
            if fresh.is_some_and(|key| key.class == 0 && matches!(key.value, Value::Fresh(_))) {
                self.timers.set(self.now, What::RunsOut(flight));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_a_share_of_the_requests() {
        for share in [0.0, 0.3, 0.9, 1.0] {
            let each: Vec<f64> = (1..=500u32).map(|rank| 1000.0 / f64::from(rank).powf(1.2)).collect();
            let mut losing = Losing::new(share, each.clone());
            let lost: f64 = (0..500).map(|class| f64::from(losing.of(class, 3)) * each[class as usize]).sum();
            let all = 3.0 * each.iter().sum::<f64>();
            assert!((lost / all - share).abs() < 1e-3, "{share}: {}", lost / all);
        }
    }
}
