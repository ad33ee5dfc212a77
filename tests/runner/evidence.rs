//! S4: evidence first.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use stampede::config::{Address, MysqlTarget, Target, TargetSpec};
use stampede::event::Event;
use stampede::lab::Lab;
use stampede::runner::End;

use super::{Desk, Script, maxclients, with_yes};

#[tokio::test]
async fn s4_what_a_change_will_destroy_is_saved_before_the_first_one_and_only_then() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    for n in 0..50 {
        redis.says(&["SET", &format!("page:{n}"), "x", "EX", "600"]).await.unwrap();
    }
    let desk = Desk::at(&redis);
    let mut runner = desk.runner("alice", &Script::default(), with_yes()).await;
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Done);
    assert_eq!(runner.run(&maxclients(600)).await.unwrap().end, End::Done);
    let name = runner.name().to_owned();
    drop(runner);
    let read = desk.store().read(&name).unwrap();
    let kinds: Vec<&str> = read
        .records
        .iter()
        .filter_map(|record| match &record.event {
            Event::Evidence { .. } => Some("evidence"),
            Event::Intent { .. } => Some("intent"),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, ["evidence", "intent", "intent"]);
    let file = desk.store().evidence(&name).join("before.json");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let target = &document["targets"][0];
    assert_eq!(target["name"], "redis");
    // What was true before, not what the change made of it.
    assert_eq!(target["metrics"]["cache.maxclients"]["value"], 50.0, "{target}");
    assert!(target.to_string().contains("page:"), "no TTL histogram: {target}");
}

#[tokio::test]
async fn s4_a_database_that_is_gone_is_named_and_holds_up_nothing() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let mut desk = Desk::at(&redis);
    let gone = MysqlTarget {
        address: Address::Tcp("127.0.0.1".into(), 1),
        admin_port: None,
        user: "ops".into(),
        password: None,
        database: None,
        tls: None,
    };
    desk.settings.targets.push(Target { name: "orders".into(), spec: TargetSpec::Mysql(gone) });
    let mut runner = desk.runner("alice", &Script::default(), with_yes()).await;
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Done);
    let records = desk.store().read(runner.name()).unwrap().records;
    let missing = records.iter().find_map(|record| match &record.event {
        Event::Evidence { missing, files } if !files.is_empty() => Some(missing.join("; ")),
        _ => None,
    });
    assert!(missing.as_deref().is_some_and(|words| words.starts_with("orders: ")), "{missing:?}");
}
