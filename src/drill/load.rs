//! Users: so many requests a second, whether or not the shop keeps up.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::clock;
use crate::drill::gauge::Ending;
use crate::drill::shop::{GIVE_UP, Shop, Visit};

/// Requests per second. Users do not come slower because the shop is slow.
pub(super) const REQUESTS_PER_SECOND: f64 = 600.0;
/// Requests at the same time, at most; more are turned away. It bounds our own memory.
const IN_FLIGHT: usize = 4_000;
const TICK: Duration = Duration::from_millis(10);
/// Ticks between two entries in the application's memory of itself.
const REMEMBER: u64 = 20;

/// The running load; dropping it ends it.
pub(super) struct Load {
    users: JoinHandle<()>,
    switches: JoinHandle<()>,
}

impl Drop for Load {
    fn drop(&mut self) {
        self.users.abort();
        self.switches.abort();
    }
}

/// Starts the load, which ends by itself after `limit`.
/// The same `seed` gives the same users.
pub(super) fn start(shop: Arc<Shop>, limit: Duration, seed: u64) -> Load {
    let minds = shop.clone();
    let switches = tokio::spawn(async move { minds.mind_switches().await });
    let users = tokio::spawn(async move {
        let began = clock::instant();
        let mut requests = JoinSet::new();
        let mut sent = 0.0;
        let mut random = fastrand::Rng::with_seed(seed);
        for tick in 0.. {
            let elapsed = began.elapsed();
            if elapsed > limit {
                break;
            }
            if tick % REMEMBER == 0 {
                shop.counters.remember();
            }
            while requests.try_join_next().is_some() {}
            // After a pause of the whole machine: on from here, without a surge to make up for it.
            let due = elapsed.as_secs_f64() * REQUESTS_PER_SECOND;
            sent = f64::max(sent, due - REQUESTS_PER_SECOND / 4.0);
            while sent < due {
                sent += 1.0;
                let visit = Visit::next(&mut random, shop.hot_share);
                if requests.len() >= IN_FLIGHT {
                    shop.gauge.ended(Ending::Failed, Duration::ZERO);
                    continue;
                }
                let shop = shop.clone();
                requests.spawn(async move {
                    let came = clock::instant();
                    let ending = timeout(GIVE_UP, shop.serve(visit)).await.unwrap_or(Ending::Failed);
                    shop.gauge.ended(ending, came.elapsed());
                });
            }
            clock::sleep(TICK).await;
        }
    });
    Load { users, switches }
}
