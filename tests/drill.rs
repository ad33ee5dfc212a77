//! Integration tests: drill.

mod fleet;
mod forms;
mod metastable;
mod practice;
mod simulated;
mod stage;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use stampede::clock;
use stampede::drill::scenario;
use stampede::drill::{Drill, Options, PHASES, Truth, by_name, play};
use stampede::felt::Way;

use crate::support::PATIENCE;
use crate::support::binary::{End, Home};

/// Rehearses, and waits until the stampede is `overwhelming`, held against the healthy phase: once when it has begun, and again after as
/// long as a measurement takes somebody who has to type it. At a single moment a busy machine may show anything.
async fn rehearse(name: &str, overwhelming: impl Fn(&Truth, &Truth) -> bool) -> (Truth, Truth) {
    let scenario = by_name(name).expect("a scenario");
    let drill = Drill::start(scenario, &Options::default(), Arc::new(|_| {})).await.expect("a start");
    let healthy = drill.healthy().await.expect("a healthy phase");
    let mut truth = drill.trigger().await.expect("a stampede");
    for _ in 0..2 {
        let patience = clock::instant() + PATIENCE;
        while !overwhelming(&truth, &healthy) {
            assert!(clock::instant() < patience, "{truth:?} after {healthy:?}");
            clock::sleep(Duration::from_millis(200)).await;
            truth = drill.truth();
        }
        clock::sleep(Duration::from_secs(15)).await;
        truth = drill.truth();
    }
    drill.stop().await;
    (healthy, truth)
}

fn is_healthy(truth: &Truth) {
    assert!(truth.hit_ratio.is_some_and(|ratio| ratio > 0.95), "{truth:?}");
    assert!(truth.mysql_running < 10 && truth.postgres_running < 10 && truth.failures < 1.0, "{truth:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn classic_expiry_overwhelms_both_databases_and_lasts() {
    let (healthy, later) = rehearse("classic-expiry", |truth, healthy| {
        truth.hit_ratio.is_some_and(|ratio| ratio < 0.6)
            && truth.mysql_running >= 30
            && truth.postgres_running >= 30
            && truth.failures > 0.0
            && truth.lookups > 0.25 * healthy.lookups
    })
    .await;
    is_healthy(&healthy);
    // Those who hold each other up run into the statement timeout: more fail than refill, and it stays so.
    assert!(later.failures > later.refills, "{later:?} after {healthy:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hot_key_overwhelms_its_database_only_and_lasts() {
    let (healthy, _) = rehearse("hot-key", |truth, healthy| {
        truth.hit_ratio.is_some_and(|ratio| ratio < 0.6)
            && truth.mysql_running >= 30
            && truth.postgres_running < 10
            && truth.failures > 0.0
            && truth.lookups > 0.25 * healthy.lookups
    })
    .await;
    is_healthy(&healthy);
}

/// What the default playbook is for. The copies of a refill are seconds old, and none of the load writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_default_playbook_ends_the_copies_of_a_hot_key_and_does_not_stop_the_writes() {
    let scenario = by_name("hot-key").expect("a scenario");
    let drill = Drill::start(scenario, &Options::default(), Arc::new(|_| {})).await.expect("a start");
    drill.healthy().await.expect("a healthy phase");
    let folder = drill.leave_configuration().expect("a folder");
    let config = folder.join("stampede.yaml").display().to_string();
    let (home, stranger) = (Home::new(), Home::new());
    let run = async |home: &Home, args: &[&str]| {
        home.stampede([args, &["--config", &config]].concat()).spawn().wait().await
    };
    for _ in 0..5 {
        let quiet = run(&home, &["detect", "--window", "1s"]).await;
        assert_eq!(quiet.end, End::Code(0), "{quiet}");
    }
    drill.trigger().await.expect("a stampede");

    // All copies begin at the same moment: which of them are old, and whether any is, changes from one look to the next.
    let until = async |home: &Home, args: &[&str], words: &str| {
        let patience = clock::instant() + PATIENCE;
        loop {
            let ended = run(home, args).await;
            // A KILL waits for a mutex that all sleepers of MariaDB share: on a busy machine for longer than we wait for its answer.
            assert!(matches!(ended.end, End::Code(0 | 4)), "{ended}");
            if ended.stdout.contains(words) {
                return (ended.stdout.split_whitespace().collect::<Vec<_>>().join(" "), ended);
            }
            assert!(clock::instant() < patience, "{ended}");
        }
    };
    // Who was not here on a quiet day goes by what runs now.
    let (words, plan) =
        until(&stranger, &["protect", "kill", "--target", "mysql", "--dry-run"], "expected    older than")
            .await;
    assert!(
        words.contains("is not recorded (`stampede detect` on a quiet day); the median of the"),
        "{plan}"
    );

    let args = [
        "protect",
        "--only",
        "kill-copies",
        "--only",
        "stop-writes",
        "--yes",
        "--confirm",
        "mysql",
        "--no-watch",
    ];
    // Where no KILL is answered the phase ends before it comes to the writes.
    let (words, ended) = until(&home, &args, "not applicable  stop-writes").await;
    assert!(
        words.contains("a statement usually takes") && words.contains("healthy measurements)"),
        "{ended}"
    );
    assert!(
        words.contains("not applicable stop-writes: not recommended: 0.0 % of the load writes"),
        "{ended}"
    );
    assert!(words.contains("to do it all the same: stampede protect read-only --target mysql"), "{ended}");
    let one = run(&home, &["protect", "read-only", "--target", "mysql", "--dry-run"]).await;
    assert_eq!(one.end, End::Code(0), "who asks for it gets it: {one}");
    drill.stop().await;
}

#[test]
fn scenario_names_are_unique() {
    let all = scenario::shipped();
    let names: std::collections::HashSet<_> = all.iter().map(|shipped| shipped.name).collect();
    assert_eq!(names.len(), all.len());
}

/// What the page's commands do reaches the drill's servers, and does not end the trouble.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_typed_and_leaves_what_it_switched() {
    let scenario = by_name("classic-expiry").expect("a scenario");
    let limit = (Duration::from_secs(20), false);
    let options = Options { ttl: Some(Duration::from_secs(450)), ..Options::default() };
    let way = Way::Page([Duration::ZERO; 3]);
    let arm = play(&scenario, way, &options, limit, Arc::new(|_| {})).await.expect("an arm");
    let left: Vec<String> = arm.left.iter().map(ToString::to_string).collect();
    assert_eq!(left, ["redis maxclients 5000", "redis timeout 30", "mysql read_only"], "{:?}", arm.acts);
    assert_eq!(arm.skipped.len(), 3, "{:?}", arm.skipped);
    assert_eq!(arm.recovered, None);
    assert!(arm.failed > 1_000 && arm.acted.is_some(), "{} failed", arm.failed);
}

/// `stampede run` alone gives users back what they had.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_by_itself_relieves_the_users_of_a_drill() {
    let home = Home::new();
    let report = home.path().join("report.json");
    let chart = home.path().join("chart.svg");
    let files = [&report, &chart].map(|path| path.display().to_string());
    let args =
        ["drill", "classic-expiry", "--auto", "--ttl", "450s", "--report", &files[0], "--chart", &files[1]];
    let ended = home.stampede(args).spawn().wait().await;
    assert_eq!(ended.end, End::Code(0), "{ended}");
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    let arm = &report["arms"][0];
    assert!(arm["recovered_s"].is_number() && arm["second_stampede"] == false, "{arm}");
    let acts: Vec<&str> =
        arm["acts"].as_array().unwrap().iter().filter_map(|act| act["what"].as_str()).collect();
    assert!(acts.contains(&"open-breaker"), "{arm}");
    assert!(!acts.iter().any(|act| act.starts_with("stop-writes")), "nothing of the load writes: {acts:?}");
    assert!(std::fs::read_to_string(chart).unwrap().contains("</svg>"));
}

#[test]
fn the_page_s_commands_are_those_of_the_protocol_in_its_order() {
    let mut rest = include_str!("scenarios/cache-stampede.md");
    for line in PHASES.iter().copied().flatten() {
        let at = rest.find(line.typed).unwrap_or_else(|| panic!("{} is not where it belongs", line.typed));
        rest = &rest[at..];
    }
}
