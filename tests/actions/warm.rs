//! `redis.warm` (S29, S30): what is refilled, at what pace, and when it ends.

use std::sync::Arc;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use stampede::action::field::{Type, Value};
use stampede::action::{Earlier, HotKey, HotKeys};
use stampede::change::Level;
use stampede::clock;
use stampede::error::TargetErrorKind;
use stampede::lab::{Lab, RedisServer};
use stampede::system::Line;

use super::harness::{Act, said, still, until};
use super::shop;
use crate::support::keys::client;
use crate::support::noted;
use crate::support::warmer::{Does, Warmer, Work};

const NAME: &str = "redis.warm";

async fn exists(redis: &RedisServer, key: &[u8]) -> bool {
    redis::cmd("EXISTS").arg(key).query_async(&mut client(redis).await).await.unwrap()
}

/// A file of keys, one a line.
fn list(keys: impl IntoIterator<Item = impl AsRef<[u8]>>) -> tempfile::NamedTempFile {
    let mut bytes = Vec::new();
    for key in keys {
        bytes.extend_from_slice(key.as_ref());
        bytes.push(b'\n');
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

/// An action that is given a list and an endpoint.
async fn act(redis: &RedisServer, file: &tempfile::NamedTempFile, warmer: &Warmer) -> Act {
    let mut act = Act::on(NAME, redis.port()).await;
    let mut given = act.given.take().unwrap_or_default();
    given.set("keys", Value::Text(file.path().to_str().unwrap().into()));
    given.set("http", Type::Url.parse(&warmer.template()).unwrap());
    act.given = Some(given);
    act
}

fn users(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("user:{n}")).collect()
}

#[tokio::test]
async fn missing_keys_are_refilled_and_those_that_are_there_are_left_alone() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::Refill).await;
    for n in 0..40 {
        redis.says(&["SET", &format!("user:{n}"), "old", "EX", "1000"]).await.unwrap();
    }
    let file = list(users(100));
    let mut act = act(&redis, &file, &warmer).await;
    let change = act.change(&[]).await;
    assert_eq!(change.level, Level::Ask);
    noted(&change.forecast, "60 of 100 keys are refilled, the others are there");
    noted(&change.forecast, "the load of the database is not seen (none is configured)");
    assert_eq!(
        change.commands,
        [format!("GET http://127.0.0.1:{}/warm/<key>  # for each key that is missing", warmer.port)]
    );
    assert_eq!(warmer.asked().len(), 0, "planning calls nothing");

    let applied = act.apply(&[], &change).await.unwrap();
    assert!(!applied.in_effect);
    noted(&applied.notes, "60 keys refilled");
    noted(&applied.notes, "40 were there");
    let mut asked = warmer.asked();
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(asked.len(), 60, "each once");
    assert!(warmer.connections() <= 52, "connections are used again: {}", warmer.connections());
    assert_eq!(redis.says(&["GET", "user:1"]).await.unwrap().trim(), "old");
    assert_eq!(redis.says(&["GET", "user:77"]).await.unwrap().trim(), "fresh");
    assert_eq!(act.already(&[]).await, format!("the keys of {} are there", file.path().display()));
}

/// S30: keys are data, whatever their bytes.
#[tokio::test]
async fn s30_hostile_keys_reach_the_application_as_they_are() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::Refill).await;
    let long = vec![b'k'; 1_000_000];
    let keys: [&[u8]; 8] =
        [b"user:'\"", b"a b", b"line\nfeed", b"\xff\xfe", b"$(reboot)", b"../../etc", b"a?b=c#d&e", &long];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), keys.map(|key| [key, b"\0"].concat()).concat()).unwrap();
    let mut act = act(&redis, &file, &warmer).await;
    let (change, applied) = act.act(&[]).await;
    noted(&applied.notes, "7 keys refilled");
    noted(&applied.notes, "1 failed: the URL cannot be asked for: uri too long (kkkk");
    for key in keys.into_iter().filter(|key| key.len() < 100) {
        assert!(exists(&redis, key).await, "{:?}", String::from_utf8_lossy(&key[..key.len().min(20)]));
    }
    assert!(
        warmer.lines().iter().any(|line| line.starts_with("GET /warm/user%3A%27%22 HTTP/1.1")),
        "{:?}",
        warmer.lines()[0]
    );
    assert!(!format!("{change:?}").contains("reboot"));
}

#[tokio::test]
async fn what_fails_is_named_and_the_others_are_refilled() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |key, nth| match key {
        b"user:1" => Does::Answer(500, ""),
        b"user:2" => Does::Answer(302, "location: http://elsewhere/\r\n"),
        b"user:3" => Does::Hang,
        b"user:4" => Does::Close,
        // Only the first time.
        b"user:5" if nth == 1 => Does::Answer(500, ""),
        b"user:6" if nth == 1 => Does::Close,
        _ => Does::Refill,
    })
    .await;
    let file = list(users(300));
    let mut act = act(&redis, &file, &warmer).await;
    let (_, applied) = act.act(&[("timeout", "500ms")]).await;
    noted(&applied.notes, "296 keys refilled");
    noted(&applied.notes, "4 failed: ");
    assert!(applied.notes.iter().any(|note| note.contains("user:")), "{applied:?}");
    assert!(exists(&redis, b"user:5").await && exists(&redis, b"user:6").await);
    assert!(!exists(&redis, b"user:1").await && !exists(&redis, b"user:3").await);
    let tries = warmer.asked().iter().filter(|key| *key == b"user:2").count();
    assert_eq!(tries, 2, "a redirect is not followed, and once more is enough");
}

#[tokio::test]
async fn an_endpoint_that_only_fails_is_given_up() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::Answer(503, "")).await;
    let file = list(users(5_000));
    let mut act = act(&redis, &file, &warmer).await;
    let change = act.change(&[]).await;
    let error = act.apply(&[], &change).await.unwrap_err();
    assert_eq!(error.kind, TargetErrorKind::Busy);
    assert!(error.message.contains("80 calls one after the other have failed"), "{error:?}");
    assert!(error.message.contains("answered 503"), "{error:?}");
    assert!(warmer.asked().len() < 200, "it has not tried them all: {}", warmer.asked().len());
}

#[tokio::test]
async fn an_endpoint_that_asks_for_time_gets_it() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let began = clock::instant();
    let warmer = Warmer::start(&redis, None, move |_, nth| match nth {
        1 if began.elapsed() < Duration::from_millis(900) => Does::Answer(429, "retry-after: 1\r\n"),
        _ => Does::Refill,
    })
    .await;
    let file = list(users(50));
    let mut act = act(&redis, &file, &warmer).await;
    let (_, applied) = act.act(&[]).await;
    noted(&applied.notes, "50 keys refilled");
    assert!(!applied.notes.iter().any(|note| note.contains("failed")), "{applied:?}");
    assert!(warmer.asked().len() < 60, "it waited: {}", warmer.asked().len());
}

#[tokio::test]
async fn a_call_that_was_taken_is_not_yet_a_key_that_is_there() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |key, _| match key {
        b"user:1" => Does::Answer(200, ""),
        _ => Does::RefillLater(Duration::from_millis(400)),
    })
    .await;
    let file = list(users(20));
    let mut act = act(&redis, &file, &warmer).await;
    let (_, applied) = act.act(&[]).await;
    noted(&applied.notes, "1 are not there although their call was taken: user:1");
    let mut act = self::act(&redis, &list(["user:1"]), &warmer).await;
    let file = list(["user:1"]);
    act.given.as_mut().unwrap().set("keys", Value::Text(file.path().to_str().unwrap().into()));
    let (_, applied) = act.act(&[("verify", "none")]).await;
    assert!(!applied.notes.iter().any(|note| note.contains("not there")), "{applied:?}");
}

/// An endpoint that takes every call and stores nothing has warmed nothing; and neither has a list without keys.
#[tokio::test]
async fn what_stores_nothing_is_no_success_and_an_empty_list_is_said_to_be_one() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::Answer(200, "")).await;
    let file = list(users(20));
    let mut act = act(&redis, &file, &warmer).await;
    let change = act.change(&[]).await;
    let error = act.apply(&[], &change).await.unwrap_err();
    assert!(error.message.starts_with("most keys are not refilled ("), "{error}");
    assert!(error.message.contains("20 are not there although their call was taken"), "{error}");
    let none = list(Vec::<&str>::new());
    let said = said(&self::act(&redis, &none, &warmer).await.plan(&[]).await);
    assert!(said.starts_with("not applicable: there are none of"), "{said}");
}

/// Ctrl-C leaves a checkpoint, and `--resume` goes on from it.
#[tokio::test]
async fn a_stopped_warming_goes_on_from_its_checkpoint() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::RefillAfter(Duration::from_millis(10))).await;
    let file = list(users(2_000));
    let mut first = act(&redis, &file, &warmer).await;
    // A word is said in the beginning, and after a second.
    first.stop_at = 2;
    let (_, applied) = first.act(&[("max_concurrency", "4")]).await;
    noted(&applied.notes, "stopped after");
    let checkpoint = first.recorded.last().unwrap().image.clone();
    let done = checkpoint["done"].as_u64().unwrap();
    assert!((20..2_000).contains(&done), "{checkpoint}");
    assert!(checkpoint["refill_ms"].as_f64().unwrap() > 9.0, "{checkpoint}");
    let asked = warmer.asked().len();

    // Nobody can tell by the cache any more.
    redis.says(&["FLUSHALL"]).await.unwrap();
    let mut second = act(&redis, &file, &warmer).await;
    let images = first.recorded.iter().map(|part| part.image.clone()).collect();
    second.earlier =
        vec![Earlier { incident: None, step: "warm".into(), action: NAME.into(), in_effect: false, images }];
    let change = second.change(&[("resume", "true")]).await;
    noted(&change.forecast, &format!("{done} keys of the list were done by the warming before"));
    let applied = second.apply(&[("resume", "true")], &change).await.unwrap();
    noted(&applied.notes, &format!("{} keys refilled", 2_000 - done));
    assert!(!exists(&redis, b"user:0").await && exists(&redis, b"user:1999").await);
    assert_eq!(warmer.asked().len() - asked, usize::try_from(2_000 - done).unwrap());
    // Another list is another matter.
    second.given.as_mut().unwrap().set("keys", Value::Text(list(users(3)).path().to_str().unwrap().into()));
}

#[tokio::test]
async fn a_cache_that_throws_away_what_is_warmed_ends_it() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::RefillAfter(Duration::from_millis(2))).await;
    let memory = redis.says(&["INFO", "memory"]).await.unwrap();
    let used: u64 =
        memory.lines().find_map(|line| line.strip_prefix("used_memory:")?.trim().parse().ok()).unwrap();
    let file = list(users(20_000));
    let mut act = act(&redis, &file, &warmer).await;
    let change = act.change(&[]).await;
    redis.says(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]).await.unwrap();
    redis.says(&["CONFIG", "SET", "maxmemory", &(used + 1_000_000).to_string()]).await.unwrap();
    let error = act.apply(&[], &change).await.unwrap_err();
    assert!(error.message.contains("the cache is full: it has thrown away"), "{error:?}");
    assert!(error.hint.as_deref().unwrap_or_default().contains("maxmemory"), "{error:?}");
}

#[tokio::test]
async fn what_expires_soon_is_refreshed_in_the_background() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::Refill).await;
    for n in 0..30 {
        let left = if n < 10 { "60" } else { "3000" };
        redis.says(&["SET", &format!("user:{n}"), "old", "EX", left]).await.unwrap();
    }
    redis.says(&["SET", "page:1", "old", "EX", "60"]).await.unwrap();
    redis.says(&["SET", "user:ever", "old"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let template = warmer.template();
    let given = [("pattern", "user:*"), ("if_ttl_below", "5m"), ("http", template.as_str())];
    let (_, applied) = act.act(&given).await;
    noted(&applied.notes, "10 keys refilled");
    assert_eq!(redis.says(&["GET", "user:3"]).await.unwrap().trim(), "fresh");
    for key in ["user:20", "page:1", "user:ever"] {
        assert_eq!(redis.says(&["GET", key]).await.unwrap().trim(), "old");
    }
}

/// A page of `SCAN` may hold more keys than are taken at a time: none of them is passed over.
#[tokio::test]
async fn a_pattern_refreshes_all_that_it_matches() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::Refill).await;
    let mut client = client(&redis).await;
    for n in 0..3_000 {
        redis::cmd("SET")
            .arg(format!("user:{n}"))
            .arg("old")
            .arg("EX")
            .arg(60)
            .exec_async(&mut client)
            .await
            .unwrap();
    }
    let mut act = Act::on(NAME, redis.port()).await;
    let template = warmer.template();
    let given = [("pattern", "user:*"), ("if_ttl_below", "5m"), ("http", template.as_str())];
    let (_, applied) = act.act(&given).await;
    noted(&applied.notes, "3000 keys refilled");
}

#[tokio::test]
async fn without_a_way_to_refill_it_is_blocked_and_names_the_keys() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    act.hot = HotKeys {
        keys: vec![HotKey { key: b"user:7".to_vec(), share: 0.5, missing: true }],
        basis: "key-miss events".into(),
    };
    let refusal = act.blocked(&[]).await;
    assert!(refusal.unblock.contains("--http") && refusal.unblock.contains("user:7"), "{refusal:?}");
    // An endpoint that is not there is told before anything is shown.
    let refusal = act.blocked(&[("http", "http://127.0.0.1:1/warm/{key}")]).await;
    assert!(refusal.why.contains("the endpoint cannot be called"), "{refusal:?}");
    let warmer = Warmer::start(&redis, None, |_, _| Does::Refill).await;
    let (change, applied) = act.act(&[("http", &warmer.template())]).await;
    noted(&change.forecast, "which are the hottest: key-miss events");
    noted(&applied.notes, "1 keys refilled");
    let refusal = Act::on(NAME, redis.port()).await.blocked(&[("http", &warmer.template())]).await;
    assert!(refusal.why.contains("which keys are the hottest is not known"), "{refusal:?}");
}

/// An application whose refill holds a statement on the database for a time.
async fn works(database: &stampede::lab::MariadbServer, seconds: f64) -> Work {
    let mut idle = Vec::new();
    for _ in 0..45 {
        idle.push(shop::app(database).await);
    }
    let idle = Arc::new(std::sync::Mutex::new(idle));
    Arc::new(move || {
        let idle = idle.clone();
        Box::pin(async move {
            let connection = idle.lock().unwrap().pop();
            let Some(mut connection) = connection else { return };
            _ = connection.query_drop(format!("SELECT SLEEP({seconds})")).await;
            idle.lock().unwrap().push(connection);
        })
    })
}

async fn braked(most: &str, brakes: bool) -> (Warmer, stampede::action::Applied) {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let database = shop::open(&lab, &["--max-connections=100"]).await;
    let work = works(&database, 0.2).await;
    let warmer = Warmer::start(&redis, Some(work), |_, _| Does::Refill).await;
    let file = list(users(500));
    let mut act = act(&redis, &file, &warmer).await;
    act.thresholds.running_slow = 8.0;
    act.thresholds.running_stop = 16.0;
    let line = Line::of(&shop::target(database.port(), "ops", lab.password()), "stampede").unwrap();
    act.lines.insert("mysql".into(), line);
    let mut given = vec![("max_concurrency", most)];
    if !brakes {
        given.push(("no_brakes", "true"));
    }
    let (change, applied) = act.act(&given).await;
    match brakes {
        true => noted(&change.forecast, "slower from 8 statements on, none from 16 on (mysql runs 0)"),
        false => noted(&change.forecast, "40 at a time from the beginning: the database is not heeded"),
    }
    (warmer, applied)
}

#[tokio::test]
async fn s29_the_database_never_passes_its_stop_threshold() {
    let (warmer, applied) = braked("40", true).await;
    noted(&applied.notes, "500 keys refilled");
    noted(&applied.notes, "0 samples at the stop threshold or above");
    assert!((4..16).contains(&warmer.most()), "{} at a time", warmer.most());
}

#[tokio::test]
async fn s29_without_brakes_it_does() {
    let (warmer, applied) = braked("40", false).await;
    noted(&applied.notes, "500 keys refilled");
    assert_eq!(warmer.most(), 40);
}

/// Bad input: the database relapses in the middle, and recovers.
#[tokio::test]
async fn s29_a_relapse_stops_it_until_the_database_has_recovered() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let database = shop::open(&lab, &["--max-connections=100"]).await;
    let warmer = Warmer::start(&redis, None, |_, _| Does::RefillAfter(Duration::from_millis(20))).await;
    let file = list(users(800));
    let mut act = act(&redis, &file, &warmer).await;
    act.thresholds.running_slow = 8.0;
    act.thresholds.running_stop = 16.0;
    let line = Line::of(&shop::target(database.port(), "ops", lab.password()), "stampede").unwrap();
    act.lines.insert("mysql".into(), line);
    // Twenty statements begin when a hundred keys are refilled, and end when nothing is asked for any more.
    let keeper = shop::app(&database).await;
    let mut sessions = Vec::new();
    for _ in 0..20 {
        sessions.push(shop::app(&database).await);
    }
    let watched = warmer.clone();
    let relapse = tokio::spawn(async move {
        until("it has begun", async || watched.asked().len(), |asked| *asked >= 100).await;
        let busy = shop::Busy::on(keeper, sessions).await;
        let rested_at = still(async || watched.asked().len()).await;
        busy.end().await;
        rested_at
    });
    let (_, applied) = act.act(&[]).await;
    let rested_at = relapse.await.unwrap();
    noted(&applied.notes, "800 keys refilled");
    assert!(rested_at < 800, "it went on while the database was down");
    assert!(!applied.notes.iter().any(|note| note.contains(" 0 samples")), "{applied:?}");
}

/// An endpoint that closes each connection is called over a new one each time.
#[tokio::test]
async fn an_endpoint_without_keep_alive_loses_no_call() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::RefillOnce).await;
    let file = list(users(40));
    let mut act = act(&redis, &file, &warmer).await;
    let (_, applied) = act.act(&[("timeout", "2s")]).await;
    noted(&applied.notes, "40 keys refilled");
    assert!(!applied.notes.iter().any(|note| note.contains("failed")), "{applied:?}");
    assert_eq!((warmer.asked().len(), warmer.connections()), (40, 41), "one to see whether it is there");
}

/// A database that has fallen silent is no idle one, whatever another one says.
#[tokio::test]
async fn s29_one_of_two_databases_that_falls_silent_stops_it() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let (idle, orders) = (shop::open(&lab, &[]).await, shop::open(&lab, &[]).await);
    let warmer = Warmer::start(&redis, None, |_, _| Does::Refill).await;
    let file = list(users(400));
    let mut act = act(&redis, &file, &warmer).await;
    for (name, database) in [("idle", &idle), ("orders", &orders)] {
        let line = Line::of(&shop::target(database.port(), "ops", lab.password()), "stampede").unwrap();
        act.lines.insert(name.into(), line);
    }
    let watched = warmer.clone();
    let silence = tokio::spawn(async move {
        until("it has begun", async || watched.asked().len(), |asked| *asked >= 20).await;
        orders.pause();
        // At 40 a second nothing is asked for in two of them only when it rests.
        let rested_at = still(async || watched.asked().len()).await;
        orders.resume();
        rested_at
    });
    let (_, applied) = act.act(&[("rate", "40")]).await;
    let rested_at = silence.await.unwrap();
    assert!(rested_at < 400, "it went on to the end");
    noted(&applied.notes, "400 keys refilled");
}

fn resp(words: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n", word.len()).bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// A file of values: nobody is called, what is there stays, and a key of a megabyte is a key.
#[tokio::test]
async fn a_file_of_sets_fills_in_what_is_missing() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "user:1", "the application's", "EX", "900"]).await.unwrap();
    let long = vec![b'k'; 1_000_000];
    let mut bytes = Vec::new();
    for n in 0..3_000 {
        bytes.extend(resp(&[b"SETEX", format!("user:{n}").as_bytes(), b"600", b"from the file"]));
    }
    bytes.extend(resp(&[b"SET", b"$(reboot) \xff", b"\x00\r\n"]));
    bytes.extend(resp(&[b"SET", &long, b"x", b"PX", b"700000"]));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    let path = file.path().to_str().unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let error = act.try_plan(&[("resp", path)]).await.err().unwrap();
    assert!(error.message.ends_with("command 3001 has no lifetime: say one, --ttl 15m"), "{error:?}");
    assert_eq!(redis.says(&["DBSIZE"]).await.unwrap().trim(), "1", "a file that is wrong is not begun with");

    let given = [("resp", path), ("ttl", "15m"), ("rate", "50000")];
    let (change, applied) = act.act(&given).await;
    noted(&change.forecast, "3002 keys, ");
    noted(&applied.notes, "3001 keys filled in, 1 were there");
    assert_eq!(redis.says(&["GET", "user:1"]).await.unwrap().trim(), "the application's");
    assert_eq!(redis.says(&["GET", "user:2999"]).await.unwrap().trim(), "from the file");
    assert!(exists(&redis, b"$(reboot) \xff").await && exists(&redis, &long).await);
    let left: i64 =
        redis::cmd("TTL").arg(b"$(reboot) \xff").query_async(&mut client(&redis).await).await.unwrap();
    assert!((800..=900).contains(&left), "{left}");
    let ours = act.recorded.last().unwrap().image.clone();
    act.earlier = vec![Earlier {
        incident: None,
        step: "warm".into(),
        action: NAME.into(),
        in_effect: false,
        images: vec![ours],
    }];
    let words = act.already(&[("resp", path), ("ttl", "15m"), ("resume", "true")]).await;
    assert!(words.starts_with("the keys of") || words.contains("are there"), "{words}");

    // What would not fit is not begun with.
    redis.says(&["FLUSHALL"]).await.unwrap();
    let memory = redis.says(&["INFO", "memory"]).await.unwrap();
    let used: u64 =
        memory.lines().find_map(|line| line.strip_prefix("used_memory:")?.trim().parse().ok()).unwrap();
    redis.says(&["CONFIG", "SET", "maxmemory", &(used + 200_000).to_string()]).await.unwrap();
    let refusal = act.blocked(&given).await;
    assert!(refusal.rule == Some("S29") && refusal.why.contains("are left of maxmemory"), "{refusal:?}");
}
