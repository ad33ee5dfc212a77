//! Everything that can happen, happens to real servers, and what is temporary ends.

use std::time::Duration;

use stampede::clock;
use stampede::drill::scenario::spec::{Happening, What};

use crate::drill::stage::{Cache, HOT, popular, quiet, requests, seconds, start, until};
use crate::support::PATIENCE;

fn happens(what: What) -> Vec<Happening> {
    vec![Happening { at: Duration::ZERO, what }]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_expire_are_deleted_and_live_shorter() {
    let drill = start(quiet(|scenario| scenario.users.rate = 1.0)).await;
    let mut cache = Cache::of(&drill).await;
    let there = cache.ask::<u64>("DBSIZE").await;
    drill.happen(&What::Delete { share: 0.25 }).await.unwrap();
    let left = cache.ask::<u64>("DBSIZE").await;
    assert!((there * 70 / 100..there * 80 / 100).contains(&left), "{left} of {there}");
    drill.happen(&What::Expire { share: 0.5, rest: Duration::ZERO }).await.unwrap();
    cache.until(async |cache| cache.ask::<u64>("DBSIZE").await < left * 55 / 100).await;
    let rest = cache.ask::<u64>("DBSIZE").await;
    assert!(rest > left * 40 / 100, "half of the keys are left as they are: {rest} of {left}");
    drill.happen(&What::ShortenTtl { to: seconds(60) }).await.unwrap();
    for page in (2..200).step_by(2) {
        let left: i64 = cache.ask(&format!("PTTL user:profile:{page}")).await;
        assert!(left <= 60_000, "user:profile:{page} ends in {left} ms");
    }
    drill.happen(&What::Sets { setting: "timeout".into(), value: "77".into() }).await.unwrap();
    assert_eq!(cache.setting("timeout").await, "77");
    let wrong = drill.happen(&What::Sets { setting: "no-such-thing".into(), value: "1".into() }).await;
    assert!(wrong.is_err(), "what a server refuses is said");
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_later_comes_later_and_what_cannot_happen_is_said() {
    let sets = |setting: &str, at| {
        let what = What::Sets { setting: setting.into(), value: "55".into() };
        Happening { at: Duration::from_millis(at), what }
    };
    let drill = start(quiet(|scenario| {
        scenario.trouble = vec![sets("timeout", 0), sets("tcp-keepalive", 1_500), sets("no-such", 3_000)];
    }))
    .await;
    let mut cache = Cache::of(&drill).await;
    drill.set_off().await.unwrap();
    assert_eq!(cache.setting("timeout").await, "55");
    assert_ne!(cache.setting("tcp-keepalive").await, "55");
    cache.until(async |cache| cache.setting("tcp-keepalive").await == "55").await;
    drill.as_it_should().unwrap();
    cache.until(async |_| drill.as_it_should().is_err()).await;
    let said = drill.as_it_should().unwrap_err().to_string();
    assert!(said.contains("no-such"), "{said}");
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_surge_and_a_slow_database_come_and_go() {
    let drill = start(quiet(|scenario| {
        scenario.pages.count = 50_000;
        scenario.pages.ttl = seconds(5);
    }))
    .await;
    // How often users come, and how long a request takes in the mean, in seconds, until it is right.
    let until = async |right: &dyn Fn(f64, f64) -> bool| {
        let patience = clock::instant() + PATIENCE;
        loop {
            let truth = drill.truth();
            if right(truth.requests, truth.latency.as_secs_f64()) {
                return;
            }
            assert!(clock::instant() < patience, "{truth:?}");
            clock::sleep(Duration::from_millis(200)).await;
        }
    };
    until(&|rate, time| (150.0..250.0).contains(&rate) && time < 0.1).await;
    drill.happen(&What::Surge { times: 4.0, lasts: seconds(6) }).await.unwrap();
    until(&|rate, _| rate > 500.0).await;
    until(&|rate, time| rate < 250.0 && time < 0.1).await;
    drill.happen(&What::SlowDatabase { times: 15.0, lasts: seconds(6) }).await.unwrap();
    until(&|_, time| time > 0.2).await;
    until(&|rate, time| rate < 250.0 && time < 0.1).await;
    drill.as_it_should().unwrap();
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_service_takes_the_connections_and_gives_them_back() {
    let drill = start(quiet(|scenario| {
        scenario.trouble = happens(What::TakeConnections { left: 2, lasts: seconds(30) });
    }))
    .await;
    let mut cache = Cache::of(&drill).await;
    let most: u64 = cache.setting("maxclients").await.parse().unwrap();
    requests(&drill, 100).await;
    let before = drill.tally();
    drill.set_off().await.unwrap();
    cache.until(async |cache| cache.info("connected_clients").await >= most - 2).await;
    let clients: String = cache.ask("CLIENT LIST").await;
    assert!(clients.lines().filter(|client| client.contains("user=reports")).count() > 100, "{clients}");
    // The application replaces its connections, as pools do, and gets none.
    until(&drill, before, |counted| counted.cache_failures >= 100).await;
    cache.until(async |cache| cache.info("connected_clients").await < most / 2).await;
    let patience = clock::instant() + PATIENCE;
    while requests(&drill, 200).await.cache_failures > 0 {
        assert!(clock::instant() < patience, "{:?}", drill.tally());
    }
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cache_that_is_too_small_throws_pages_out_and_is_made_larger_again() {
    let drill = start(quiet(|scenario| {
        scenario.trouble = happens(What::Evict { share: 0.5, lasts: seconds(8) });
    }))
    .await;
    let mut cache = Cache::of(&drill).await;
    drill.set_off().await.unwrap();
    assert_ne!(cache.setting("maxmemory").await, "0");
    cache.until(async |cache| cache.info("evicted_keys").await > 1_000).await;
    cache.until(async |cache| cache.setting("maxmemory").await == "0").await;
    // The job has ended, too.
    let written =
        async |cache: &mut Cache| cache.ask::<u64>("EVAL return(#redis.call('KEYS','job:*')) 0").await;
    cache
        .until(async |cache| {
            let before = written(cache).await;
            clock::sleep(Duration::from_millis(300)).await;
            written(cache).await == before
        })
        .await;

    // What somebody sets meanwhile stays.
    drill.set_off().await.unwrap();
    cache.ask::<()>("CONFIG SET maxmemory 123456789").await;
    clock::sleep(seconds(9)).await;
    assert_eq!(cache.setting("maxmemory").await, "123456789");
    drill.as_it_should().unwrap();
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_popular_page_grows_and_stays_so() {
    let drill = start(popular(|_| {})).await;
    let mut cache = Cache::of(&drill).await;
    drill.happen(&What::GrowHot { bytes: 100_000 }).await.unwrap();
    assert_eq!(cache.ask::<u64>(&format!("STRLEN {HOT}")).await, 100_000);
    drill.happen(&What::ExpireHot).await.unwrap();
    cache.until(async |cache| cache.ask::<u64>(&format!("EXISTS {HOT}")).await == 0).await;
    cache.until(async |cache| cache.ask::<u64>(&format!("STRLEN {HOT}")).await == 100_000).await;
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cache_fails_over_and_the_application_follows() {
    let drill = start(quiet(|scenario| {
        scenario.surprises = happens(What::FailOver);
    }))
    .await;
    let folder = drill.leave_configuration().unwrap();
    let yaml = std::fs::read_to_string(folder.join("stampede.yaml")).unwrap();
    assert!(yaml.contains("sentinels: ["), "{yaml}");
    requests(&drill, 100).await;
    let before = drill.tally();
    drill.happen(&What::FailOver).await.unwrap();
    until(&drill, before, |counted| counted.hits >= 500).await;
    // It writes to the new primary: what is deleted there comes back there.
    drill.happen(&What::Delete { share: 1.0 }).await.unwrap();
    let mut cache = Cache::primary(&drill).await;
    cache.until(async |cache| cache.ask::<u64>("DBSIZE").await >= 100).await;
    drill.stop().await;
}
