//! The same forms in Rust, as the drill's application has them: app servers, each with a guard of its own, and one Redis.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use stampede::clock;
use stampede::lab::{Lab, RedisServer, connect};
use stampede::prevent::lock::{self, Lock};
use stampede::prevent::{Guard, How, Locking, Protection, Served, Stale, Throttle, Unserved};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::support::PATIENCE;

const KEY: &str = "user:profile:7";
const SERVERS: usize = 4;
const REQUESTS: usize = 40;
const MINUTE: Duration = Duration::from_secs(60);

/// The database: counts who asks.
#[derive(Default)]
struct Database {
    arrived: AtomicUsize,
    asked: AtomicUsize,
    over: AtomicBool,
    answer: Option<&'static str>,
    down: bool,
}

impl Database {
    fn new(answer: Option<&'static str>) -> Arc<Self> {
        Arc::new(Self { answer, ..Self::default() })
    }

    fn down() -> Arc<Self> {
        Arc::new(Self { down: true, ..Self::default() })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Waits for an event.
    async fn until(&self, right: impl Fn(&Self) -> bool) {
        let patience = clock::instant() + PATIENCE;
        while !right(self) {
            assert!(clock::instant() < patience, "waited in vain");
            clock::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A statement that takes until all requests ask, or a while from when all of them were there. Those that are sent after the
    /// first has ended take no longer.
    async fn ask(self: Arc<Self>) -> Result<Option<Vec<u8>>, String> {
        let first = self.asked.fetch_add(1, Ordering::SeqCst) == 0;
        self.until(|seen| seen.arrived.load(Ordering::SeqCst) >= REQUESTS).await;
        if first {
            let end = clock::instant() + Duration::from_millis(400);
            self.until(|seen| seen.asked() >= REQUESTS || clock::instant() > end).await;
            self.over.store(true, Ordering::SeqCst);
        }
        self.until(|seen| seen.over.load(Ordering::SeqCst)).await;
        match self.down {
            true => Err("the database is down".into()),
            false => Ok(self.answer.map(|text| text.as_bytes().to_vec())),
        }
    }
}

/// Waits for an event.
async fn until(right: impl AsyncFn() -> bool) {
    let deadline = clock::instant() + PATIENCE;
    while !right().await {
        assert!(clock::instant() < deadline, "waited in vain");
        clock::sleep(Duration::from_millis(10)).await;
    }
}

async fn servers(redis: &RedisServer, protection: &Protection) -> Vec<Arc<Guard>> {
    let mut servers = Vec::new();
    for _ in 0..SERVERS {
        servers.push(Guard::new(protection.clone(), connect(&redis.url()).await.unwrap()));
    }
    servers
}

/// All requests at once, in turn to each server.
async fn crowd(
    redis: &RedisServer,
    protection: &Protection,
    database: &Arc<Database>,
) -> Vec<Result<Served, Unserved>> {
    let servers = servers(redis, protection).await;
    let mut requests = JoinSet::new();
    for n in 0..REQUESTS {
        let (guard, database) = (servers[n % SERVERS].clone(), database.clone());
        requests.spawn(async move {
            database.arrived.fetch_add(1, Ordering::SeqCst);
            guard.get(KEY, move || database.ask()).await
        });
    }
    requests.join_all().await
}

fn none() -> Protection {
    Protection::none(Duration::from_secs(300))
}

fn locked() -> Protection {
    Protection { lock: Some(Locking { wait: MINUTE, ..Locking::default() }), ..none() }
}

fn stale() -> Protection {
    let stale = Stale { keep: Duration::from_secs(3600), soft: Duration::from_millis(50), hard: MINUTE };
    Protection { stale: Some(stale), ..locked() }
}

fn values(served: &[Result<Served, Unserved>], value: Option<&str>) -> usize {
    let value = value.map(str::as_bytes);
    served.iter().flatten().filter(|served| served.value.as_deref() == value).count()
}

fn how(served: &[Result<Served, Unserved>], how: How) -> usize {
    served.iter().flatten().filter(|served| served.how == how).count()
}

async fn lab() -> (Lab, RedisServer) {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    (lab, redis)
}

/// Puts a protection and none to the same question: how many rebuilds there are for one missing key.
async fn rebuilds_at_expiry(protection: &Protection, most: usize) {
    let (lab, redis) = lab().await;
    for (protection, is_enough) in [(protection, true), (&none(), false)] {
        let database = Database::new(Some("value"));
        let served = crowd(&redis, protection, &database).await;
        assert_eq!(values(&served, Some("value")), REQUESTS, "{served:?}");
        assert_eq!(database.asked() <= most, is_enough, "{} rebuilds with {protection:?}", database.asked());
        redis.says(&["FLUSHALL"]).await.unwrap();
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_fleet_rebuilds_a_key_once() {
    rebuilds_at_expiry(&locked(), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coalescing_fleet_rebuilds_a_key_once_for_each_server() {
    rebuilds_at_expiry(&Protection { coalesce: true, ..none() }, SERVERS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_forms_together_rebuild_a_key_once() {
    let throttle = Throttle { limit: 1, period: MINUTE, operator: None };
    let all = Protection {
        early: Some(1.0),
        jitter: Some(0.2),
        coalesce: true,
        absent: Some(Duration::from_secs(5)),
        breaker: Some(("app:breaker".into(), "open".into())),
        throttle: Some(throttle),
        ..stale()
    };
    rebuilds_at_expiry(&all, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_fleet_rebuilds_a_key_as_often_as_it_may() {
    let throttle = Throttle { limit: 2, period: MINUTE, operator: Some("app:throttle".into()) };
    let throttled = Protection { throttle: Some(throttle), ..none() };
    rebuilds_at_expiry(&throttled, 2).await;
    // The operator's limit counts while it is there.
    let (lab, redis) = lab().await;
    redis.says(&["SET", "app:throttle", "0", "EX", "60"]).await.unwrap();
    let limit = Stale { keep: Duration::ZERO, soft: Duration::ZERO, hard: Duration::from_millis(100) };
    let throttled = Protection { stale: Some(limit), ..throttled };
    let database = Database::new(Some("value"));
    let served = crowd(&redis, &throttled, &database).await;
    assert!(served.iter().all(|served| *served == Err(Unserved::Throttled)), "{served:?}");
    assert_eq!(database.asked(), 0);
    lab.stop().await;
}

/// A runtime that is shut down is a process that dies: nothing of it releases or renews anything any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_dies_is_followed_by_one() {
    let (lab, redis) = lab().await;
    let locking = Locking { ttl: Duration::from_secs(1), wait: MINUTE, ..Locking::default() };
    let protection = Protection { lock: Some(locking), ..none() };
    let process = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (url, dies, asks) = (redis.url(), protection.clone(), Arc::new(Notify::new()));
    let asked = asks.clone();
    process.spawn(async move {
        let guard = Guard::new(dies, connect(&url).await.unwrap());
        guard
            .get(KEY, move || async move {
                asked.notify_one();
                std::future::pending().await
            })
            .await
    });
    asks.notified().await;
    process.shutdown_background();
    assert_eq!(redis.says(&["EXISTS", &lock::name(KEY)]).await.unwrap(), "1", "the dead still hold it");
    let database = Database::new(Some("value"));
    let served = crowd(&redis, &protection, &database).await;
    assert_eq!((database.asked(), values(&served, Some("value"))), (1, REQUESTS), "{served:?}");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_shorter_than_the_rebuild_is_renewed_and_one_that_was_lost_writes_nothing() {
    let (lab, redis) = lab().await;
    let locking = Locking { ttl: Duration::from_millis(150), wait: MINUTE, ..Locking::default() };
    let database = Database::new(Some("value"));
    let served = crowd(&redis, &Protection { lock: Some(locking), ..none() }, &database).await;
    assert_eq!((database.asked(), values(&served, Some("value"))), (1, REQUESTS), "{served:?}");

    redis.says(&["FLUSHALL"]).await.unwrap();
    let cache = connect(&redis.url()).await.unwrap();
    let take = async |ttl| Lock::take(&cache, KEY, Duration::from_millis(ttl)).await.unwrap();
    let (first, also) = (take(50).await.unwrap(), take(50).await);
    assert!(also.is_none(), "two hold it");
    let name = lock::name(KEY);
    until(async || redis.says(&["EXISTS", &name]).await.unwrap() == "0").await;
    let second = take(60_000).await.unwrap();
    let theirs = redis.says(&["GET", &name]).await.unwrap();
    assert!(!first.store(b"old", MINUTE).await.unwrap());
    assert_eq!(redis.says(&["EXISTS", KEY]).await.unwrap(), "0", "a late writer");
    assert_eq!(redis.says(&["GET", &name]).await.unwrap(), theirs, "somebody else's lock was released");
    assert!(second.store(b"new", MINUTE).await.unwrap());
    assert_eq!(redis.says(&["GET", KEY]).await.unwrap(), "new");
    assert_eq!(redis.says(&["EXISTS", &name]).await.unwrap(), "0");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_fails_is_tried_once_in_a_cooldown() {
    let (lab, redis) = lab().await;
    let locking = Locking { wait: Duration::from_millis(500), cooldown: MINUTE, ..Locking::default() };
    for (protection, is_once) in [(Protection { lock: Some(locking), ..none() }, true), (none(), false)] {
        let database = Database::down();
        let served = crowd(&redis, &protection, &database).await;
        assert!(served.iter().all(Result::is_err), "{served:?}");
        assert_eq!(database.asked() == 1, is_once, "{} times", database.asked());
        redis.says(&["FLUSHALL"]).await.unwrap();
    }
    // Where there is an old value, nobody hears of it.
    redis.says(&["SET", KEY, "old", "EX", "3000"]).await.unwrap();
    let database = Database::down();
    let served = crowd(&redis, &stale(), &database).await;
    assert_eq!((database.asked(), how(&served, How::Stale)), (1, REQUESTS), "{served:?}");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_value_is_served_while_one_request_makes_the_new_one() {
    let (lab, redis) = lab().await;
    for (protection, is_stale) in [(stale(), true), (none(), false)] {
        // Kept for an hour after its life; who keeps nothing has lost it by then.
        match is_stale {
            true => redis.says(&["SET", KEY, "old", "EX", "3000"]).await.unwrap(),
            false => redis.says(&["DEL", KEY]).await.unwrap(),
        };
        let database = Database::new(Some("new"));
        let served = crowd(&redis, &protection, &database).await;
        assert_eq!(values(&served, Some("old")) == REQUESTS, is_stale, "{served:?}");
        assert_eq!(database.asked() == 1, is_stale, "{} rebuilds", database.asked());
        // The rebuild goes on when its request has been answered.
        until(async || redis.says(&["GET", KEY]).await.unwrap() == "new").await;
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_due_is_refreshed_by_one_and_a_young_one_by_none() {
    let (lab, redis) = lab().await;
    let early = Protection { early: Some(1.0), ..locked() };
    // It took ten hours to make, and ends in 30 s.
    redis.says(&["SET", KEY, "\0cost 36000000000 old", "EX", "30"]).await.unwrap();
    let database = Database::new(Some("new"));
    let served = crowd(&redis, &early, &database).await;
    assert_eq!(database.asked(), 1, "{served:?}");
    assert_eq!(values(&served, Some("old")) + values(&served, Some("new")), REQUESTS, "{served:?}");
    // It took 0.2 s to make, and ends in 200 s.
    redis.says(&["SET", KEY, "\0cost 200000 young", "EX", "200"]).await.unwrap();
    let served = crowd(&redis, &early, &database).await;
    assert_eq!((database.asked(), values(&served, Some("young"))), (1, REQUESTS), "{served:?}");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_not_there_is_looked_for_once_and_an_empty_value_is_a_value() {
    let (lab, redis) = lab().await;
    let absent = Protection { absent: Some(MINUTE), ..locked() };
    for (protection, is_once) in [(absent, true), (locked(), false)] {
        let database = Database::new(None);
        let served = crowd(&redis, &protection, &database).await;
        assert_eq!(values(&served, None), REQUESTS, "{served:?}");
        assert_eq!(database.asked() == 1, is_once, "{} times", database.asked());
        redis.says(&["FLUSHALL"]).await.unwrap();
    }
    for value in ["", "0"] {
        redis.says(&["FLUSHALL"]).await.unwrap();
        let database = Database::new(Some(value));
        for _ in 0..2 {
            let served = crowd(&redis, &locked(), &database).await;
            assert_eq!((database.asked(), values(&served, Some(value))), (1, REQUESTS), "{served:?}");
        }
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_switches_is_obeyed() {
    let (lab, redis) = lab().await;
    // The breaker: old values, or none, and the database is left alone.
    let breaker = Some(("app:breaker".to_owned(), "open".to_owned()));
    redis.says(&["SET", "app:breaker", "open", "EX", "60"]).await.unwrap();
    redis.says(&["SET", KEY, "old", "EX", "3000"]).await.unwrap();
    let database = Database::new(Some("new"));
    let served = crowd(&redis, &Protection { breaker: breaker.clone(), ..stale() }, &database).await;
    assert_eq!((database.asked(), how(&served, How::Stale)), (0, REQUESTS), "{served:?}");
    redis.says(&["DEL", KEY]).await.unwrap();
    let served = crowd(&redis, &Protection { breaker, ..stale() }, &database).await;
    assert!(served.iter().all(|served| *served == Err(Unserved::Open)), "{served:?}");
    assert_eq!(database.asked(), 0);
    // The lock: its holder rebuilds, and nobody else.
    let name = lock::name(KEY);
    redis.says(&["SET", &name, "op:anna@bastion:night:00ff", "NX", "PX", "60000"]).await.unwrap();
    let operator = async {
        until(async || database.arrived.load(Ordering::SeqCst) >= 3 * REQUESTS).await;
        redis.says(&["SET", KEY, "operator", "EX", "3000"]).await.unwrap();
    };
    let protection = locked();
    let (served, ()) = tokio::join!(crowd(&redis, &protection, &database), operator);
    assert_eq!((database.asked(), values(&served, Some("operator"))), (0, REQUESTS), "{served:?}");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_reach_its_cache_does_not_turn_to_the_database() {
    let (lab, redis) = lab().await;
    let guard = Guard::new(locked(), connect(&redis.url()).await.unwrap());
    lab.stop().await;
    let database = Database::new(Some("value"));
    let asks = database.clone();
    asks.arrived.store(REQUESTS, Ordering::SeqCst);
    let served = guard.get(KEY, move || asks.ask()).await;
    assert!(matches!(served, Err(Unserved::Cache(_))), "{served:?}");
    assert_eq!(database.asked(), 0);
}
