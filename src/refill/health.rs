//! Health samples while keys are refilled and traffic is let in: how busy the databases are, whether lookups hit again, and whether
//! the cache throws away what it is given.

use std::time::Duration;

use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinHandle;

use crate::clock;
use crate::system::load::{Gauge, Load};
use crate::system::redis::Reader;
use crate::text;

/// Between two samples.
const EVERY: Duration = Duration::from_secs(1);
/// The share of `maxmemory` from which on a key that is not there was not taken.
const FULL: f64 = 0.98;
/// Lookups in a sample from which on their ratio says something.
const ENOUGH: f64 = 20.0;

/// Samples the databases in the background.
pub struct LoadSampler {
    loads: Receiver<Load>,
    task: JoinHandle<()>,
}

impl LoadSampler {
    /// Samples from now on.
    pub fn start(mut gauge: Gauge) -> Self {
        let (sender, loads) = channel(1);
        let task = tokio::spawn(async move {
            loop {
                let began = clock::instant();
                if sender.send(gauge.read().await).await.is_err() {
                    return;
                }
                clock::sleep_until(began + EVERY).await;
            }
        });
        Self { loads, task }
    }

    /// Waits for the next sample: one a second, also when there is no database.
    pub async fn next(&mut self) -> Option<Load> {
        self.loads.recv().await
    }

    /// The next sample, when there is one already.
    pub fn ready(&mut self) -> Option<Load> {
        self.loads.try_recv().ok()
    }
}

impl Drop for LoadSampler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Counters of the cache, all primaries together, without what we did to them ourselves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counters {
    hits: f64,
    misses: f64,
    evicted: f64,
    /// The share of `maxmemory` in use, of the fullest.
    memory: f64,
}

/// What the cache shows over time.
#[derive(Debug, Default)]
pub struct CacheHealth {
    last: Option<Counters>,
    first: Option<Counters>,
    /// The hit ratio of the last sample that had enough lookups, 0-1.
    pub ratio: Option<f64>,
    /// The same of the first one.
    pub ratio_before: Option<f64>,
}

impl CacheHealth {
    /// Looks at the counters. A node that does not answer leaves this sample out.
    pub async fn look(&mut self, reader: &mut Reader) {
        let names: Vec<String> =
            reader.nodes.iter().filter(|node| node.primary).map(|node| node.name()).collect();
        let mut now = Counters::default();
        for mut node in reader.holds(&names) {
            let glance = node.glance().await;
            let Ok(info) = glance.info else { return };
            let number = |name: &str| info.number(name).unwrap_or(0.0);
            now.hits += number("keyspace_hits") - glance.own.hits as f64;
            now.misses += number("keyspace_misses") - glance.own.misses as f64;
            now.evicted += number("evicted_keys");
            let most = number("maxmemory");
            now.memory = now.memory.max(if most > 0.0 { number("used_memory") / most } else { 0.0 });
        }
        self.take(now);
    }

    fn take(&mut self, now: Counters) {
        if let Some(last) = self.last.replace(now) {
            let (hits, misses) = (now.hits - last.hits, now.misses - last.misses);
            // Counters that fell were reset.
            if hits >= 0.0 && misses >= 0.0 && hits + misses >= ENOUGH {
                self.ratio = Some(hits / (hits + misses));
                self.ratio_before = self.ratio_before.or(self.ratio);
            }
        }
        self.first.get_or_insert(now);
    }

    /// Why nothing more is put into the cache: it throws keys away, or does not take them; `absent`: so many that were
    /// refilled are not there.
    pub fn full(&self, absent: usize) -> Option<String> {
        let (first, last) = (self.first?, self.last?);
        let evicted = last.evicted - first.evicted;
        match () {
            () if evicted > 0.0 => Some(format!(
                "the cache is full: it has thrown away {} keys meanwhile, and what is warmed pushes out more",
                text::count(evicted)
            )),
            () if absent > 0 && last.memory > FULL => Some(format!(
                "the cache is full ({} of maxmemory): {absent} keys whose refill was taken are not there",
                text::percent(last.memory)
            )),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_what_came_since_and_a_reset_is_left_out() {
        let at = |hits, misses, evicted| Counters { hits, misses, evicted, memory: 0.5 };
        let mut cache = CacheHealth::default();
        cache.take(at(1_000.0, 0.0, 5.0));
        assert_eq!((cache.ratio, cache.full(3)), (None, None));
        cache.take(at(1_025.0, 75.0, 5.0));
        assert_eq!(cache.ratio, Some(0.25));
        cache.take(at(1_030.0, 76.0, 9.0));
        assert_eq!(cache.ratio, Some(0.25), "six lookups say nothing");
        assert!(cache.full(0).is_some_and(|why| why.contains("thrown away 4 keys")));
        cache.take(at(10.0, 0.0, 9.0));
        assert_eq!(cache.ratio, Some(0.25));
        cache.take(at(109.0, 1.0, 9.0));
        assert_eq!((cache.ratio, cache.ratio_before), (Some(0.99), Some(0.25)));
    }
}
