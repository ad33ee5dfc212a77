//! The scenarios that can be rehearsed.

pub mod spec;

use std::sync::Arc;
use std::time::Duration;

use crate::diagnosis::Pattern;
use crate::drill::scenario::spec::{
    Application, Arrivals, Cost, Happening, Hot, OnCacheError, OnFailedRebuild, Pages, Popularity, Retries,
    Scenario, Users, What,
};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// All scenarios.
pub fn all() -> Vec<Scenario> {
    vec![classic_expiry(), hot_key()]
}

/// The scenario of that name.
pub fn by_name(name: &str) -> Option<Arc<Scenario>> {
    all().into_iter().find(|scenario| scenario.name == name).map(Arc::new)
}

/// With all connections busy each statement runs into its timeout: once that far, it stays so until somebody takes the load away.
fn classic_expiry() -> Scenario {
    let run = ["--set", "warm_keys=keys.txt", "--set", "warm=6000", "--set", "pattern=*", "--set", "by=15m"];
    Scenario {
        name: "classic-expiry".into(),
        summary: "keys set together expire together; the databases refill them too slowly".into(),
        source: "the protocol, pattern 1".into(),
        response: "take the load off the databases, warm the cache, spread the lifetimes".into(),
        pattern: Pattern::ClassicExpiry,
        leave_alone: false,
        compressed: 1.0,
        playbook: None,
        run: run.map(Into::into).to_vec(),
        application: Application {
            servers: 4,
            cache_pool: 20,
            database_pool: 10,
            workers: 250,
            queue: 250,
            timeout: seconds(10),
            retries: Retries { times: 0, pause: milliseconds(100), jitter: true },
            ejection: None,
            on_cache_error: OnCacheError::Error,
            on_failed_rebuild: OnFailedRebuild::Keep,
            refresh_ahead: None,
            memory: None,
            breaker: true,
            protection: Vec::new(),
        },
        pages: Pages { count: 6_000, bytes: 200, ttl: seconds(900), popularity: Popularity::Even, hot: None },
        cost: Cost { rebuild: milliseconds(750), copies: 8.5, timeout: seconds(3) },
        users: Users { rate: 600.0, arrivals: Arrivals::Steady },
        trouble: vec![Happening {
            at: Duration::ZERO,
            what: What::Expire { share: 0.65, rest: seconds(45) },
        }],
        surprises: Vec::new(),
    }
}

/// Copies of the popular page's statements hold each other up, the first one included: nobody gets to refill the cache.
fn hot_key() -> Scenario {
    let classic = classic_expiry();
    let hot = Hot { share: 0.7, bytes: 200, cost: milliseconds(250), statements: 4, copies: 2.0 };
    Scenario {
        name: "hot-key".into(),
        summary: "the key with most of the traffic expires; everybody rebuilds it at once".into(),
        source: "the protocol, pattern 2".into(),
        response: "end the copies of the rebuild, or serve what is at hand until one is done".into(),
        pattern: Pattern::HotKey,
        run: ["--set", "pattern=*", "--set", "by=15m"].map(Into::into).to_vec(),
        pages: Pages { hot: Some(hot), ..classic.pages },
        trouble: vec![Happening { at: Duration::ZERO, what: What::ExpireHot }],
        ..classic
    }
}
