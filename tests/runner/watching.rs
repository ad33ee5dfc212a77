//! S6: what a change does to the databases afterwards.

use std::time::Duration;

use stampede::action::by_name;
use stampede::action::field::{Arguments, Value};
use stampede::config::{Address, MysqlTarget, OnCacheError, Secret, Target, TargetSpec};
use stampede::event::{Event, StepState};
use stampede::lab::{Lab, MariadbServer, PASSWORD, RedisServer, USER};
use stampede::observation::Metric;
use stampede::runner::{End, Options, Step, Watch};

use super::{Desk, Script, maxclients, with_yes};

/// A cache, a database, and an application that serves stale pages without its cache.
fn desk(redis: &RedisServer, maria: &MariadbServer) -> Desk {
    let mut desk = Desk::at(redis);
    let orders = MysqlTarget {
        address: Address::Tcp("127.0.0.1".into(), maria.port()),
        admin_port: None,
        user: USER.into(),
        password: Some(Secret::new(PASSWORD)),
        database: None,
        tls: None,
    };
    desk.settings.targets.push(Target { name: "orders".into(), spec: TargetSpec::Mysql(orders) });
    desk.settings.facts.on_cache_error = Some(OnCacheError::Stale);
    desk
}

/// `break timeout --to 60s`, watched closely.
fn timeout(undo: bool) -> Step {
    let mut with = Arguments::default();
    with.set("value", Value::Duration(Duration::from_secs(60)));
    let watch =
        Watch { metric: Metric::DatabaseRunning, worse_by: 1.2, window: Duration::from_secs(20), undo };
    Step {
        id: "timeout".into(),
        spec: by_name("redis.timeout").unwrap(),
        with,
        watch: Some(watch),
        ..maxclients(1)
    }
}

/// Statements that run until the value goes, begun once the step is in effect.
async fn load_once_in_effect(redis: RedisServer, maria: MariadbServer) {
    while !redis.says(&["CONFIG", "GET", "timeout"]).await.unwrap().contains("60") {
        stampede::clock::sleep(Duration::from_millis(5)).await;
    }
    let running: Vec<_> = (0..12)
        .map(|_| {
            let maria = maria.clone();
            tokio::spawn(async move { _ = maria.root(&["SELECT SLEEP(30)"]).await })
        })
        .collect();
    for statement in running {
        _ = statement.await;
    }
}

async fn watched(undo: bool, load: bool) -> (StepState, Option<bool>, String) {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let maria = lab.mariadb(&[]).await.unwrap();
    let desk = desk(&redis, &maria);
    let options = Options { watch: true, ..with_yes() };
    let mut runner = desk.runner("alice", &Script::default(), options).await;
    // The trend needs samples of before.
    stampede::clock::sleep(Duration::from_millis(2_500)).await;
    let loading = load.then(|| tokio::spawn(load_once_in_effect(redis.clone(), maria.clone())));
    let mut step = timeout(undo);
    if !load {
        step.watch = step.watch.map(|watch| Watch { window: Duration::from_secs(3), ..watch });
    }
    assert_eq!(runner.run(&step).await.unwrap().end, End::Done);
    if let Some(loading) = loading {
        loading.abort();
    }
    let state = runner.incident().unwrap().step("timeout").unwrap().state;
    let records = desk.store().read(runner.name()).unwrap().records;
    let seen = records.iter().find_map(|record| match &record.event {
        Event::Watched { worse, words, .. } => Some((*worse, words.clone())),
        _ => None,
    });
    let (worse, words) = seen.expect("it was watched");
    (state, worse, words)
}

#[tokio::test]
async fn s6_an_amplifier_that_makes_it_worse_is_undone_by_itself() {
    let (state, worse, words) = watched(true, true).await;
    assert_eq!((state, worse), (StepState::Undone, Some(true)), "{words}");
    assert!(words.contains("database.running"), "{words}");
}

#[tokio::test]
async fn where_it_is_only_reported_it_stays_in_effect() {
    let (state, worse, words) = watched(false, true).await;
    assert_eq!((state, worse), (StepState::InEffect, Some(true)), "{words}");
}

#[tokio::test]
async fn s6_a_steady_database_is_no_reason_to_undo() {
    let (state, worse, words) = watched(true, false).await;
    assert_eq!((state, worse), (StepState::InEffect, Some(false)), "{words}");
}
