//! Goodput that stays collapsed when what made it collapse is gone.

use std::time::Duration;

use stampede::clock;
use stampede::drill::scenario::spec::{Cost, Pages, Popularity, Retries, What};
use stampede::drill::{Drill, Scenario};

use crate::drill::stage::{Cache, milliseconds, quiet, seconds, start};
use crate::support::PATIENCE;

/// Most pages are asked for once in a while, so that most requests are made anew: a quarter of what the databases can do. With all
/// connections busy statements hold each other up until they run into their timeout, so that nothing is made.
fn catalogue_of_rarities(times: u32) -> Scenario {
    quiet(|scenario| {
        scenario.pages =
            Pages { count: 60_000, bytes: 100, ttl: seconds(4), popularity: Popularity::Even, hot: None };
        scenario.cost = Cost { rebuild: milliseconds(20), copies: 1.0, timeout: milliseconds(300) };
        scenario.users.rate = 26.0;
        scenario.application.database_pool = 5;
        scenario.application.retries = Retries { times, pause: milliseconds(30), jitter: false };
    })
}

/// Share of the users that ended well in the last two whole seconds.
fn goodput(drill: &Drill) -> f64 {
    let all = drill.seconds();
    let last = &all[all.len().saturating_sub(2)..];
    let good: u64 = last.iter().map(|second| second.good()).sum();
    let ended: u64 = last.iter().map(|second| second.requests()).sum();
    good as f64 / ended.max(1) as f64
}

async fn until(drill: &Drill, right: impl Fn(f64) -> bool) {
    let patience = clock::instant() + PATIENCE;
    while !right(goodput(drill)) {
        assert!(clock::instant() < patience, "{}", goodput(drill));
        clock::sleep(Duration::from_millis(250)).await;
    }
}

/// The databases are slow for six seconds.
async fn after_the_trigger(times: u32) -> Drill {
    let drill = start(catalogue_of_rarities(times)).await;
    until(&drill, |good| good > 0.95).await;
    drill.happen(&What::SlowDatabase { times: 30.0, lasts: seconds(6) }).await.unwrap();
    until(&drill, |good| good < 0.3).await;
    // What it has slowed down has ended by then, too.
    clock::sleep(seconds(6 + 4)).await;
    drill
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_aggressive_retries_goodput_stays_collapsed_until_load_is_shed() {
    let drill = after_the_trigger(6).await;
    for _ in 0..10 {
        assert!(goodput(&drill) < 0.5, "the trigger is gone: {}", goodput(&drill));
        clock::sleep(seconds(1)).await;
    }
    let mut cache = Cache::of(&drill).await;
    // Most are turned away at the door, until the databases have done what they were asked for. Those who try again are let in
    // in two steps: all at once they would tip it over again.
    for traffic in ["10", "50"] {
        cache.ask::<()>(&format!("SET app:traffic {traffic}")).await;
        clock::sleep(seconds(3)).await;
        let patience = clock::instant() + PATIENCE;
        while drill.truth().mysql_running.max(drill.truth().postgres_running) > 3 {
            assert!(clock::instant() < patience, "{:?}", drill.truth());
            clock::sleep(Duration::from_millis(100)).await;
        }
    }
    cache.ask::<()>("DEL app:traffic").await;
    until(&drill, |good| good > 0.95).await;
    for _ in 0..5 {
        assert!(goodput(&drill) > 0.5, "it is over: {}", goodput(&drill));
        clock::sleep(seconds(1)).await;
    }
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_retries_it_is_over_when_the_trigger_is_gone() {
    let drill = after_the_trigger(0).await;
    until(&drill, |good| good > 0.95).await;
    drill.stop().await;
}
