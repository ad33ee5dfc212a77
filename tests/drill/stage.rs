//! A drill on stage: small scenarios, and a look behind the application's back.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use stampede::clock;
use stampede::config::TargetSpec;
use stampede::drill::scenario::spec::{Hot, Pages, Popularity};
use stampede::drill::{Drill, Options, Scenario, Tally, by_name};
use stampede::lab::connect;

use crate::support::PATIENCE;

/// The popular page's key.
pub const HOT: &str = "user:profile:2";

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub const fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A quiet application, but for what the test changes.
pub fn quiet(change: impl FnOnce(&mut Scenario)) -> Scenario {
    let mut scenario = Arc::unwrap_or_clone(by_name("classic-expiry").expect("a scenario"));
    scenario.users.rate = 200.0;
    scenario.cost.rebuild = milliseconds(20);
    scenario.cost.copies = 100.0;
    scenario.trouble.clear();
    change(&mut scenario);
    scenario
}

/// Everybody wants one page, which takes a second to make, and no longer for forty who make it.
pub fn popular(change: impl FnOnce(&mut Scenario)) -> Scenario {
    quiet(|scenario| {
        let hot = Hot { share: 1.0, bytes: 200, cost: milliseconds(250), statements: 4, copies: 100.0 };
        scenario.pages = Pages {
            count: 100,
            bytes: 200,
            ttl: seconds(3_600),
            popularity: Popularity::Even,
            hot: Some(hot),
        };
        change(scenario);
    })
}

pub async fn start(scenario: Scenario) -> Drill {
    let options = Options { limit: seconds(3_600), ..Options::default() };
    Drill::start(Arc::new(scenario), &options, Arc::new(|_| {})).await.expect("a start")
}

/// Waits until what the application has counted since `since` is right.
pub async fn until(drill: &Drill, since: Tally, right: impl Fn(&Tally) -> bool) -> Tally {
    let patience = clock::instant() + PATIENCE;
    loop {
        let counted = drill.tally() - since;
        if right(&counted) {
            return counted;
        }
        assert!(clock::instant() < patience, "waited in vain: {counted:?}");
        clock::sleep(milliseconds(50)).await;
    }
}

/// Waits until the application has ended so many requests more.
pub async fn requests(drill: &Drill, count: u64) -> Tally {
    until(drill, drill.tally(), |counted| counted.requests >= count).await
}

/// The operator's password, and the address that he is given.
fn login(drill: &Drill) -> (String, String) {
    let settings = drill.settings();
    let TargetSpec::Redis(redis) = &settings.targets[0].spec else { panic!("the first target is the cache") };
    let password = redis.password.as_ref().expect("a password").expose();
    (password.to_owned(), redis.addresses[0].to_string())
}

/// Where the primary is, by its Sentinel.
pub async fn primary(drill: &Drill) -> String {
    let (_, sentinel) = login(drill);
    let mut sentinel = Cache::at(&format!("redis://{sentinel}")).await;
    let (host, port): (String, String) = sentinel.ask("SENTINEL GET-MASTER-ADDR-BY-NAME drill").await;
    format!("{host}:{port}")
}

/// The cache, as its operator sees it.
pub struct Cache(MultiplexedConnection);

impl Cache {
    pub async fn of(drill: &Drill) -> Self {
        let (password, address) = login(drill);
        Self::at(&format!("redis://ops:{password}@{address}")).await
    }

    /// The primary, where a Sentinel says who it is.
    pub async fn primary(drill: &Drill) -> Self {
        let (password, _) = login(drill);
        Self::at(&format!("redis://ops:{password}@{}", primary(drill).await)).await
    }

    async fn at(url: &str) -> Self {
        Self(connect(url).await.expect("a connection"))
    }

    pub async fn ask<T: redis::FromRedisValue>(&mut self, command: &str) -> T {
        let mut words = command.split(' ');
        let mut sent = redis::cmd(words.next().expect("a command"));
        words.for_each(|word| _ = sent.arg(word));
        sent.query_async(&mut self.0).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// A figure of INFO.
    pub async fn info(&mut self, name: &str) -> u64 {
        let info: String = self.ask("INFO").await;
        let figure = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        figure.and_then(|figure| figure.trim().parse().ok()).unwrap_or_else(|| panic!("no {name}"))
    }

    /// A setting.
    pub async fn setting(&mut self, name: &str) -> String {
        self.ask::<(String, String)>(&format!("CONFIG GET {name}")).await.1
    }

    /// Waits for an event.
    pub async fn until(&mut self, mut right: impl AsyncFnMut(&mut Self) -> bool) {
        let patience = clock::instant() + PATIENCE;
        while !right(self).await {
            assert!(clock::instant() < patience, "waited in vain");
            clock::sleep(milliseconds(100)).await;
        }
    }
}
