//! The fleet: what its servers, clients and connections do.

use stampede::clock;
use stampede::drill::Drill;
use stampede::drill::scenario::spec::{Ejection, OnCacheError, OnFailedRebuild, Retries, What};

use crate::drill::stage::{Cache, HOT, milliseconds, popular, quiet, requests, seconds, start, until};

/// Users that have ended badly.
fn failed(drill: &Drill) -> u64 {
    drill.seconds().iter().map(|second| second.failed).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_fails_has_tried_as_often_as_his_client_does() {
    let drill = start(quiet(|scenario| {
        scenario.application.retries = Retries { times: 3, pause: milliseconds(50), jitter: true };
    }))
    .await;
    requests(&drill, 200).await;
    let before = drill.tally();
    drill.happen(&What::SlowDatabase { times: 1_000.0, lasts: seconds(3_600) }).await.unwrap();
    drill.happen(&What::Delete { share: 1.0 }).await.unwrap();
    until(&drill, before, |_| failed(&drill) > 100).await;
    // In this order: whoever fails in between has tried by then.
    let (failed, retries) = (failed(&drill), drill.tally().retries);
    assert!(retries >= 3 * failed, "{retries} retries of {failed} users");
    assert!(before.retries < 30, "as long as nothing fails nobody tries again: {before:?}");
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_turns_away_and_one_with_room_does_not() {
    for (queue, full) in [(4, true), (10_000, false)] {
        let drill = start(quiet(|scenario| {
            scenario.application.servers = 2;
            scenario.application.workers = 4;
            scenario.application.queue = queue;
        }))
        .await;
        requests(&drill, 200).await;
        let before = drill.tally();
        drill.happen(&What::SlowDatabase { times: 10.0, lasts: seconds(3_600) }).await.unwrap();
        drill.happen(&What::Delete { share: 1.0 }).await.unwrap();
        let counted = until(&drill, before, |counted| counted.requests >= 150).await;
        assert_eq!(counted.turned_away > 20, full, "a queue of {queue}: {counted:?}");
        assert!(full || counted.turned_away == 0, "{counted:?}");
        drill.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cache_that_fails_is_left_out_for_a_while_and_asked_again() {
    let drill = start(quiet(|scenario| {
        scenario.application.ejection = Some(Ejection { failures: 5, lasts: seconds(15) });
        scenario.application.on_cache_error = OnCacheError::Error;
    }))
    .await;
    let mut cache = Cache::of(&drill).await;
    requests(&drill, 100).await;
    let before = drill.tally();
    cache.ask::<()>("CLIENT PAUSE 4000 ALL").await;
    let counted = until(&drill, before, |counted| counted.ejections >= 4).await;
    assert!(counted.cache_failures >= 20, "{counted:?}");
    // Answered when the pause is over.
    cache.ask::<()>("PING").await;
    let left_out = drill.tally();
    let counted = until(&drill, left_out, |counted| counted.cache_failures >= 200).await;
    // Those on their way were answered.
    assert!(counted.hits < 200, "it is there, and not asked: {counted:?}");
    until(&drill, drill.tally(), |counted| counted.hits >= 400).await;
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_is_refreshed_ahead_is_made_by_nobody_else() {
    let drill = start(popular(|scenario| {
        scenario.pages.ttl = seconds(20);
        scenario.application.refresh_ahead = Some(seconds(15));
    }))
    .await;
    // With its whole lifetime before it.
    drill.happen(&What::GrowHot { bytes: 200 }).await.unwrap();
    let since = drill.tally();
    let counted = until(&drill, since, |counted| counted.refreshed >= 3).await;
    assert!(counted.hot_rebuilds <= counted.refreshed + 1 && counted.misses == 0, "{counted:?}");
    drill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_remembers_is_gone_after_a_deploy() {
    let drill = start(popular(|scenario| scenario.application.memory = Some(seconds(3_600)))).await;
    requests(&drill, 200).await;
    let known = drill.tally();
    let later = until(&drill, known, |counted| counted.remembered >= 400).await;
    assert_eq!((later.hits, later.misses), (0, 0), "{later:?}");
    drill.happen(&What::Deploy).await.unwrap();
    let after = until(&drill, known + later, |counted| counted.remembered >= 400).await;
    assert!(after.hits >= 4, "each server asks the cache again: {after:?}");
    drill.stop().await;
}

/// Facebook 2010: who cannot make a page anew deletes it for all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_rebuild_deletes_the_key_where_the_application_does_so() {
    for (otherwise, kept) in [(OnFailedRebuild::Keep, 1), (OnFailedRebuild::Delete, 0)] {
        let drill = start(popular(|scenario| {
            scenario.application.on_failed_rebuild = otherwise;
            scenario.cost.timeout = milliseconds(200);
            scenario.users.rate = 20.0;
        }))
        .await;
        let mut cache = Cache::of(&drill).await;
        requests(&drill, 20).await;
        let before = drill.tally();
        cache.ask::<()>(&format!("DEL {HOT}")).await;
        until(&drill, before, |counted| counted.hot_rebuilds >= 10).await;
        // Somebody else has made it meanwhile.
        cache.ask::<()>(&format!("SET {HOT} made-by-somebody-else")).await;
        let known = drill.tally();
        // Rebuilds that were under way fail now: a statement takes longer than its timeout.
        until(&drill, known, |counted| counted.failures >= 1 && counted.requests >= 20).await;
        cache.until(async |_| drill.truth().mysql_running == 0 || kept == 0).await;
        let there: u64 = cache.ask(&format!("EXISTS {HOT}")).await;
        assert_eq!(there, kept, "{otherwise:?}");
        drill.stop().await;
    }
}

/// A connection that is closed is opened again, and users hardly notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_somebody_closes_are_opened_again() {
    let drill = start(quiet(|_| {})).await;
    let mut cache = Cache::of(&drill).await;
    requests(&drill, 100).await;
    let before = drill.tally();
    cache.ask::<u64>("CLIENT KILL USER app").await;
    until(&drill, before, |counted| counted.cache_failures > 0 || counted.requests > 400).await;
    let mut known = drill.tally();
    let patience = clock::instant() + crate::support::PATIENCE;
    // Until a while passes without any failure.
    while requests(&drill, 400).await.cache_failures > 0 {
        assert!(clock::instant() < patience, "{known:?}");
        known = drill.tally();
    }
    drill.stop().await;
}
