//! The fleet's forms of protection against the trouble that each is for.

use stampede::drill::scenario::spec::{Form, What};
use stampede::drill::{Scenario, Tally};
use stampede::felt::Second;

use crate::drill::stage::{Cache, HOT, milliseconds, popular, quiet, requests, seconds, start, until};
use crate::support::binary::{End, Home};

/// What comes of an expiry of the popular page: the counts until it is there again and has been asked for, and users.
async fn expiry(forms: &[Form]) -> (Tally, Vec<Second>) {
    let drill = start(popular(|scenario| scenario.application.protection = forms.to_vec())).await;
    let mut cache = Cache::of(&drill).await;
    requests(&drill, 200).await;
    let before = drill.tally();
    drill.happen(&What::ExpireHot).await.unwrap();
    // Made anew, with its whole lifetime before it.
    cache
        .until(async |cache| {
            let left: i64 = cache.ask(&format!("PTTL {HOT}")).await;
            drill.tally().hot_rebuilds > before.hot_rebuilds && left > 2_500_000
        })
        .await;
    let counted = until(&drill, before, |counted| counted.requests >= 800).await;
    let seconds = drill.seconds();
    drill.stop().await;
    (counted, seconds)
}

fn failed(seconds: &[Second]) -> u64 {
    seconds.iter().map(|second| second.failed).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_protection_everybody_makes_the_popular_page() {
    let (counted, _) = expiry(&[]).await;
    assert!(counted.hot_rebuilds > 30, "{counted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fleet_s_lock_lets_one_make_it_and_the_others_wait() {
    let (counted, seconds) = expiry(&[Form::Lock]).await;
    assert!((1..=3).contains(&counted.hot_rebuilds), "{counted:?}");
    assert_eq!(failed(&seconds), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coalescing_lets_one_of_each_server_make_it() {
    let (counted, seconds) = expiry(&[Form::Coalesce]).await;
    assert!((1..=8).contains(&counted.hot_rebuilds), "{counted:?}");
    assert_eq!(failed(&seconds), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_serves_old_values_makes_it_once_and_nobody_waits() {
    let (counted, seconds) = expiry(&[Form::Stale, Form::Lock]).await;
    assert!((1..=3).contains(&counted.hot_rebuilds), "{counted:?}");
    let at_hand: u64 = seconds.iter().map(|second| second.at_hand).sum();
    assert!(at_hand > 50 && failed(&seconds) == 0, "{at_hand} were served what is old");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn early_expiration_makes_it_before_it_ends() {
    let drill = start(popular(|scenario| {
        scenario.pages.ttl = seconds(12);
        scenario.application.protection = vec![Form::Early, Form::Lock];
    }))
    .await;
    let mut cache = Cache::of(&drill).await;
    // From the first value that the application has made itself, whose cost it knows.
    drill.happen(&What::ExpireHot).await.unwrap();
    until(&drill, Tally::default(), |counted| counted.hot_rebuilds >= 1).await;
    cache.until(async |cache| cache.ask::<u64>(&format!("EXISTS {HOT}")).await == 1).await;
    // Those who have waited for it are gone.
    requests(&drill, 200).await;
    let since = drill.tally();
    let counted = until(&drill, since, |counted| counted.hot_rebuilds >= 2).await;
    // Each is one miss of whoever makes it; nobody else has found it gone.
    assert!(counted.misses <= counted.hot_rebuilds + 1, "{counted:?}");
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jitter_gives_pages_different_lifetimes() {
    let drill = start(quiet(|scenario| {
        scenario.pages.count = 100;
        scenario.application.protection = vec![Form::Jitter];
    }))
    .await;
    let mut cache = Cache::of(&drill).await;
    drill.happen(&What::Delete { share: 1.0 }).await.unwrap();
    cache.until(async |cache| cache.ask::<u64>("DBSIZE").await >= 100).await;
    let mut left = Vec::new();
    for page in (2..=100).step_by(2) {
        left.push(cache.ask::<i64>(&format!("PTTL user:profile:{page}")).await);
    }
    let (least, most) = (left.iter().min().unwrap(), left.iter().max().unwrap());
    // 450 s less up to a fifth.
    assert!(most - least > 50_000 && *least > 300_000, "{left:?}");
    drill.stop().await;
}

fn asks_for_nothing(forms: Vec<Form>) -> Scenario {
    quiet(|scenario| {
        scenario.users.rate = 400.0;
        scenario.cost.rebuild = milliseconds(5);
        scenario.application.protection = forms;
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_exist_is_looked_for_once_in_a_while() {
    for (forms, once) in [(vec![], false), (vec![Form::Negative], true)] {
        let drill = start(asks_for_nothing(forms)).await;
        requests(&drill, 200).await;
        let before = drill.tally();
        drill.happen(&What::Absent { share: 0.5, lasts: seconds(3_600) }).await.unwrap();
        let counted = until(&drill, before, |counted| counted.requests >= 6_000).await;
        // Half of them, of a thousand different ones.
        assert_eq!(counted.rebuilds < 2_400, once, "{counted:?}");
        drill.stop().await;
    }
}

/// From the operator to the application: what `break lock` holds, the fleet waits for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fleet_obeys_the_operator_s_lock() {
    let drill = start(popular(|scenario| scenario.application.protection = vec![Form::Lock])).await;
    let folder = drill.leave_configuration().unwrap();
    let config = folder.join("stampede.yaml").display().to_string();
    let home = Home::new();
    let mut cache = Cache::of(&drill).await;
    requests(&drill, 200).await;

    let args = ["break", "lock", HOT, "--hold", "--yes", "--confirm", "redis", "--no-watch"];
    let args = [&args[..], &["--config", &config]].concat();
    let ended = home.stampede(args).spawn().wait().await;
    assert_eq!(ended.end, End::Code(0), "{ended}");
    let before = drill.tally();
    cache.ask::<()>(&format!("DEL {HOT}")).await;
    let held = until(&drill, before, |counted| counted.failures >= 50).await;
    assert_eq!(held.hot_rebuilds, 0, "{held:?}");

    let ended =
        home.stampede(["undo", "--yes", "--confirm", "redis", "--config", &config]).spawn().wait().await;
    assert_eq!(ended.end, End::Code(0), "{ended}");
    let freed = until(&drill, before + held, |counted| counted.hits >= 100).await;
    assert!((1..=3).contains(&freed.hot_rebuilds), "{freed:?}");
    drill.stop().await;
}
