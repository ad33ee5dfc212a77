//! Refresh-ahead: a job of the application makes the hottest pages anew before they end.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use redis::aio::MultiplexedConnection;

use crate::clock;
use crate::drill::fleet::Fleet;
use crate::drill::fleet::catalogue::key;
use crate::drill::truth::count;

/// So many are made at a time.
const AT_ONCE: usize = 8;
/// Looks before a page has less left than it should.
const LOOKS: u32 = 4;
const LONGEST: Duration = Duration::from_secs(1);

/// Refreshes what has less than `ahead` left; for ever.
pub(in crate::drill) async fn refresh(fleet: Arc<Fleet>, ahead: Duration) {
    let mut connection = None;
    loop {
        clock::sleep((ahead / LOOKS).min(LONGEST)).await;
        let open = match connection.take() {
            Some(open) => Some(open),
            None => fleet.home.connect().await.ok(),
        };
        let Some(mut open) = open else { continue };
        let Some(due) = due(&fleet, &mut open, ahead).await else { continue };
        connection = Some(open);
        for some in due.chunks(AT_ONCE) {
            join_all(some.iter().map(|page| one(&fleet, *page))).await;
        }
    }
}

async fn one(fleet: &Fleet, page: u32) {
    if fleet.server().refill(page).await.is_ok() {
        count(&fleet.app.counters.refreshed);
    }
}

/// The hottest pages that are there and have less than `ahead` left; none: the cache does not say.
async fn due(fleet: &Fleet, cache: &mut MultiplexedConnection, ahead: Duration) -> Option<Vec<u32>> {
    let hottest = fleet.app.asked.as_ref()?.hottest();
    if hottest.is_empty() {
        return Some(hottest);
    }
    let mut ask = redis::pipe();
    hottest.iter().for_each(|page| _ = ask.cmd("PTTL").arg(key(*page)));
    let left: Vec<i64> = ask.query_async(cache).await.ok()?;
    let ahead = i64::try_from((ahead + fleet.app.keep()).as_millis()).unwrap_or(i64::MAX);
    let is_due = |left: &i64| (1..ahead).contains(left);
    Some(hottest.into_iter().zip(left).filter(|(_, left)| is_due(left)).map(|(page, _)| page).collect())
}
