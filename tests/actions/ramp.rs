//! `redis.ramp` (S29): traffic is let in step by step, a relapse halves it, and the ceiling is remembered.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mysql_async::prelude::Queryable;
use stampede::action::{Earlier, Planned};
use stampede::change::{Level, Standing};
use stampede::clock;
use stampede::lab::{Lab, MariadbServer, RedisServer};
use stampede::system::Line;
use tokio::task::JoinSet;

use super::harness::{Act, until};
use super::shop;
use crate::support::keys::client;
use crate::support::noted;

const NAME: &str = "redis.ramp";

async fn value(redis: &RedisServer) -> String {
    redis.says(&["GET", "app:traffic"]).await.unwrap().trim().to_owned()
}

#[tokio::test]
async fn traffic_is_let_in_step_by_step_and_all_of_it_leaves_nothing_behind() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "app:traffic", "5", "EX", "3600"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("key", "app:traffic"), ("steps", "1,5,50,100"), ("hold", "2s")];
    let change = act.change(&given).await;
    assert_eq!(change.level, Level::Ask);
    noted(&change.forecast, "from 5 % to 100 %, 2 s at each step");
    assert!(change.commands[0].starts_with("SET app:traffic 50"), "{:?}", change.commands);
    let watched = redis.clone();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let into = seen.clone();
    let watcher = tokio::spawn(async move {
        loop {
            let now = value(&watched).await;
            {
                let mut seen = into.lock().unwrap();
                if seen.last() != Some(&now) {
                    seen.push(now);
                }
            }
            clock::sleep(Duration::from_millis(50)).await;
        }
    });
    let applied = act.apply(&given, &change).await.unwrap();
    watcher.abort();
    assert!(!applied.in_effect, "all traffic is what is usual");
    noted(&applied.notes, "all traffic is let in");
    assert_eq!(*seen.lock().unwrap(), ["5", "50", "100"]);
    assert_eq!(value(&redis).await, "100");
    assert!(redis.says(&["TTL", "app:traffic"]).await.unwrap().trim().parse::<i64>().unwrap() > 3_500);
    assert_eq!(act.already(&given).await, "100 % are let in already");
}

/// The database runs 12 statements, about, at any moment from when so many percent are let in.
async fn relapses_at(percent: u32, redis: &RedisServer, database: &MariadbServer) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let let_in = Arc::new(AtomicU32::new(0));
    for n in 0..12 {
        let (mut connection, let_in) = (shop::app(database).await, let_in.clone());
        tasks.spawn(async move {
            // Never all between two statements at the same moment.
            clock::sleep(Duration::from_millis(50 * n)).await;
            loop {
                if let_in.load(Ordering::Relaxed) < percent {
                    clock::sleep(Duration::from_millis(20)).await;
                } else if connection.query_drop("SELECT SLEEP(0.6)").await.is_err() {
                    // A server that has gone answers at once, and a task that never waits cannot be ended.
                    return;
                }
            }
        });
    }
    let app = redis.clone();
    tasks.spawn(async move {
        loop {
            let now = value(&app).await.trim_start_matches("{\"allow\":").trim_end_matches('}').parse();
            let_in.store(now.unwrap_or(0), Ordering::Relaxed);
            clock::sleep(Duration::from_millis(20)).await;
        }
    });
    tasks
}

/// The database relapses as soon as a quarter is let in.
#[tokio::test]
async fn s29_a_relapse_halves_it_and_the_ceiling_is_remembered() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let database = shop::open(&lab, &["--max-connections=60"]).await;
    redis.says(&["SET", "app:traffic", "{\"allow\":0}"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    act.thresholds.running_slow = 8.0;
    let line = Line::of(&shop::target(database.port(), "ops", lab.password()), "stampede").unwrap();
    act.lines.insert("mysql".into(), line);
    let load = relapses_at(25, &redis, &database).await;
    let given =
        [("key", "app:traffic"), ("format", "{\"allow\":{percent}}"), ("steps", "10,40,100"), ("hold", "2s")];
    let (change, applied) = act.act(&given).await;
    noted(&change.forecast, "a relapse is 8 statements (mysql runs 0)");
    assert!(applied.in_effect);
    noted(&applied.notes, "20 % are let in");
    noted(&applied.notes, "it relapsed at 40 %: mysql runs 1");
    assert_eq!(value(&redis).await, "{\"allow\":20}");
    act.all_stand(&change, Standing::After).await;

    // The next run of this incident stays below it.
    let images = act.recorded.iter().map(|part| part.image.clone()).collect();
    act.earlier =
        vec![Earlier { incident: None, step: "ramp".into(), action: NAME.into(), in_effect: true, images }];
    let refusal = act.blocked(&given).await;
    assert_eq!(refusal.why, "20 % are let in, and at 40 % this incident has relapsed");
    let again = [&given[..], &[("past_ceiling", "true")]].concat();
    noted(&act.change(&again).await.forecast, "from 20 % to 100 %");
    drop(load);
    // Somebody has let all in by hand: nothing is left that could relapse.
    redis.says(&["SET", "app:traffic", "{\"allow\":100}"]).await.unwrap();
    assert_eq!(act.already(&given).await, "100 % are let in already");

    assert!(act.undo_all(&change).await);
    assert_eq!(value(&redis).await, "{\"allow\":0}");
    act.all_stand(&change, Standing::Before).await;
}

/// The relapse is on disk before the lever is moved again, which may fail.
#[tokio::test]
async fn s29_a_ceiling_is_remembered_although_the_way_down_fails() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let database = shop::open(&lab, &["--max-connections=60"]).await;
    redis.says(&["SET", "app:traffic", "0"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    act.thresholds.running_slow = 8.0;
    let line = Line::of(&shop::target(database.port(), "ops", lab.password()), "stampede").unwrap();
    act.lines.insert("mysql".into(), line);
    let load = relapses_at(40, &redis, &database).await;
    let theirs = redis.clone();
    act.meanwhile = Some(Box::new(move |_| {
        let theirs = theirs.clone();
        Box::pin(async move {
            theirs.says(&["SET", "app:traffic", "theirs"]).await.unwrap();
            Ok(())
        })
    }));
    let given = [("key", "app:traffic"), ("steps", "40,100"), ("hold", "2s")];
    let change = act.change(&given).await;
    let error = act.apply(&given, &change).await.unwrap_err();
    drop(load);
    assert_eq!(error.message, "somebody else has just changed app:traffic: it is theirs");
    let remembered: Vec<u64> =
        act.recorded.iter().filter_map(|part| part.image["ceiling"].as_u64()).collect();
    assert_eq!(remembered, [40]);
    assert_eq!(
        act.spec.action.undo_commands(&act.recorded[0]),
        Vec::<String>::new(),
        "the part of the plan puts it back"
    );
}

/// A percentage that a colleague sets meanwhile is no step of ours: it ends the ramp, and nothing is written over it.
#[tokio::test]
async fn s27_a_percentage_of_somebody_else_ends_it_and_is_left_alone() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "app:traffic", "5"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("key", "app:traffic"), ("steps", "10,100"), ("hold", "2s")];
    let change = act.change(&given).await;
    let theirs = redis.clone();
    let colleague = tokio::spawn(async move {
        until("the first step", async || value(&theirs).await, |now| now == "10").await;
        theirs.says(&["SET", "app:traffic", "0"]).await.unwrap();
    });
    let error = act.apply(&given, &change).await.unwrap_err();
    colleague.await.unwrap();
    assert_eq!(error.message, "somebody else has just changed app:traffic: it is 0");
    assert_eq!(value(&redis).await, "0");
    assert!(
        matches!(act.standing(&change.parts[0]).await, Standing::Drifted(now) if now.words().starts_with('0'))
    );
    assert!(!act.undo(&change, &change.parts[0], false).await.complete);
    assert_eq!(value(&redis).await, "0");
    // Agreed to by name.
    assert!(act.undo(&change, &change.parts[0], true).await.complete);
    assert_eq!(value(&redis).await, "5");
}

/// A key that was not there is not left behind with a value that may let nobody in.
#[tokio::test]
async fn s29_all_the_way_back_is_as_it_was() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let database = shop::open(&lab, &["--max-connections=60"]).await;
    let mut act = Act::on(NAME, redis.port()).await;
    act.thresholds.running_slow = 8.0;
    // We look up what is not there ourselves.
    act.thresholds.hit_ratio_critical = 0.0;
    let line = Line::of(&shop::target(database.port(), "ops", lab.password()), "stampede").unwrap();
    act.lines.insert("mysql".into(), line);
    let load = relapses_at(1, &redis, &database).await;
    let given = [("key", "app:traffic"), ("unset", "0"), ("steps", "2,100"), ("hold", "2s")];
    let (change, applied) = act.act(&given).await;
    noted(&applied.notes, "0 % are let in");
    assert!(!applied.in_effect);
    assert_eq!(redis.says(&["EXISTS", "app:traffic"]).await.unwrap().trim(), "0");
    act.all_stand(&change, Standing::Before).await;

    // A database that is busy already would be a relapse at the first step.
    redis.says(&["SET", "app:traffic", "1"]).await.unwrap();
    let mut busy = String::new();
    for _ in 0..200 {
        if let Planned::Blocked(refusal) = act.plan(&[("key", "app:traffic")]).await {
            busy = refusal.why;
            break;
        }
    }
    assert!(busy.contains("statements before anything is let in"), "{busy}");
    drop(load);
}

/// A cache that misses already would relapse at the first step.
#[tokio::test]
async fn s29_a_hit_ratio_that_is_low_already_is_not_begun_with() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "app:traffic", "5"]).await.unwrap();
    let mut users = client(&redis).await;
    let misses = tokio::spawn(async move {
        loop {
            redis::cmd("GET").arg("not:there").query_async::<()>(&mut users).await.unwrap();
            clock::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("key", "app:traffic"), ("steps", "10,100"), ("hold", "2s")];
    let change = act.change(&given).await;
    let error = act.apply(&given, &change).await.unwrap_err();
    misses.abort();
    assert!(error.message.starts_with("S29 the hit ratio is 0"), "{error}");
    assert_eq!(value(&redis).await, "5");
}

/// What was there before ours had a time to live, and comes back with what is left of it.
#[tokio::test]
async fn a_key_that_is_gone_comes_back_with_the_time_it_had() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "app:traffic", "5", "EX", "600"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let given = [("key", "app:traffic"), ("steps", "50"), ("hold", "2s")];
    let (change, _) = act.act(&given).await;
    redis.says(&["DEL", "app:traffic"]).await.unwrap();
    assert!(!act.undo(&change, &change.parts[0], false).await.complete, "S27");
    assert!(act.undo(&change, &change.parts[0], true).await.complete);
    assert_eq!(value(&redis).await, "5");
    let left: i64 = redis.says(&["TTL", "app:traffic"]).await.unwrap().trim().parse().unwrap();
    assert!((500..=600).contains(&left), "{left}");
}

#[tokio::test]
async fn a_person_moves_the_traffic_and_is_asked_at_each_step() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let into = asked.clone();
    act.answer = Some(Box::new(move |question| {
        into.lock().unwrap().push(question.to_owned());
        true
    }));
    let given = [("manual", "true"), ("steps", "50,100"), ("hold", "2s")];
    let (change, applied) = act.act(&given).await;
    assert!(!applied.in_effect, "nothing of it is ours");
    assert_eq!(change.commands, ["# a person lets in 50, 100 %"]);
    assert_eq!(*asked.lock().unwrap(), ["Let 50 % in now. Done?", "Let 100 % in now. Done?"]);
    act.answer = None;
    let error = act.apply(&given, &change).await.unwrap_err();
    assert_eq!(error.message, "nobody is there who could let traffic in");
}

#[tokio::test]
async fn what_is_no_percentage_or_is_changed_by_others_is_left_alone() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "app:traffic", "open"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    // We look up what is not there ourselves.
    act.thresholds.hit_ratio_critical = 0.0;
    let given = [("key", "app:traffic"), ("steps", "10,100"), ("hold", "2s")];
    let refusal = act.blocked(&given).await;
    assert!(refusal.why.contains("holds no percentage: open"), "{refusal:?}");
    redis.says(&["DEL", "app:traffic"]).await.unwrap();
    let refusal = act.blocked(&given).await;
    assert!(refusal.why.contains("only the application knows"), "{refusal:?}");
    let given = [&given[..], &[("unset", "0")]].concat();
    let change = act.change(&given).await;
    noted(&change.forecast, "app:traffic is not set: 0 % are let in");
    let theirs = redis.clone();
    let other = tokio::spawn(async move {
        while value(&theirs).await != "10" {
            clock::sleep(Duration::from_millis(20)).await;
        }
        theirs.says(&["SET", "app:traffic", "theirs"]).await.unwrap();
    });
    let error = act.apply(&given, &change).await.unwrap_err();
    other.await.unwrap();
    assert_eq!(error.message, "somebody else has just changed app:traffic: it is theirs");
    assert!(matches!(act.standing(&change.parts[0]).await, Standing::Drifted(_)));
    let left = act.undo(&change, &change.parts[0], false).await;
    assert!(!left.complete && value(&redis).await == "theirs", "S27: {left:?}");
    assert!(act.undo(&change, &change.parts[0], true).await.complete);
    assert_eq!(redis.says(&["EXISTS", "app:traffic"]).await.unwrap().trim(), "0");
}
