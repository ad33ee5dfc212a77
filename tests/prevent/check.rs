//! `stampede prevent check` tells applications apart by how they are protected.

use serde_json::Value;
use stampede::lab::{Lab, MariadbServer, RedisServer};

use crate::actions::shop;
use crate::support::binary::{End, Ended, Home};
use crate::support::staging::{Staging, Way};

const KEY: &str = "page:7";

/// A cache, a database, an application, and a home with both in its configuration.
pub struct Scene {
    pub redis: RedisServer,
    pub mariadb: MariadbServer,
    pub staging: Staging,
    pub home: Home,
    _lab: Lab,
}

impl Scene {
    pub async fn set(way: Way) -> Self {
        let lab = Lab::new().unwrap();
        let redis = lab.redis(&[]).await.unwrap();
        let mariadb = shop::open(&lab, &[]).await;
        let staging = Staging::start(&redis, &mariadb, way).await;
        let home = Home::new();
        home.file(
            "stampede.yaml",
            format!(
                "version: 1\ntargets:\n  redis: {{ redis: \"{}\" }}\n  mysql: {{ mysql: \"{}\" }}\n\
                 facts: {{ lock_dialect: \"lock:{{key}}\" }}\n",
                redis.url(),
                mariadb.url()
            ),
        );
        Self { redis, mariadb, staging, home, _lab: lab }
    }

    /// `prevent check` of the page, with these arguments more.
    pub async fn check(&self, args: &[&str]) -> Ended {
        let page = self.staging.page("{key}");
        let mut all = vec!["prevent", "check", "--http", &page, "--key", KEY];
        if !args.contains(&"--requests") {
            all.extend(["--requests", "40"]);
        }
        all.extend(args);
        self.home.stampede(all).spawn().wait().await
    }

    /// The same with every question answered, as a document.
    pub async fn checked(&self, args: &[&str]) -> (Ended, Value) {
        let ended = self.check(&[args, &["--yes", "--confirm", "redis", "-o", "json"]].concat()).await;
        let last = ended.stdout.lines().last().unwrap_or_default();
        let document = serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {ended}"));
        (ended, document)
    }

    pub async fn says(&self, command: &[&str]) -> String {
        self.redis.says(command).await.unwrap()
    }
}

/// A case of the document, in a few words: its verdict, rebuilds and what users got.
pub fn told(document: &Value, case: &str) -> String {
    let one = document["cases"].as_array().unwrap().iter().find(|one| one["case"] == case);
    let one = one.unwrap_or_else(|| panic!("{case} is not in {document:#}"));
    let answers = &one["answers"];
    let count = |name: &str| answers[name].as_u64().unwrap_or_default();
    let some = ["at_once", "waited", "untold", "other", "failed"].map(|name| (name, count(name)));
    let some: Vec<String> =
        some.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
    format!("{} {}: {}", one["verdict"].as_str().unwrap(), one["rebuilds"], some.join(", "))
}

/// All cases on one application; `extra` are its other URLs.
async fn all(way: Way, extra: &[&str]) -> (Scene, Value) {
    let scene = Scene::set(way).await;
    let (slow, failing) = (scene.staging.page(KEY) + "?slow", scene.staging.page(KEY) + "?fail");
    let uncached = scene.staging.uncached(KEY);
    let mut args = Vec::new();
    for name in extra {
        let url = match *name {
            "--slow-http" => &slow,
            "--failing-http" => &failing,
            _ => &uncached,
        };
        args.extend([*name, url]);
    }
    let (ended, document) = scene.checked(&args).await;
    assert!(matches!(ended.end, End::Code(0 | 1)), "{ended}");
    // Whatever was done: the key is there, no lock is left, and no incident is open.
    assert_eq!(scene.says(&["GET", KEY]).await, "page 7", "{ended}");
    let status = scene.home.stampede(["status", "-o", "json"]).spawn().wait().await;
    assert!(!status.stdout.contains("\"in_effect\": 1"), "{status}");
    (scene, document)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_without_protection_rebuilds_for_everybody() {
    let (_scene, told_all) = all(Way::Nothing, &["--failing-http", "--uncached-http"]).await;
    assert!(told(&told_all, "present").starts_with("protected 0:"), "{told_all:#}");
    for case in ["expired", "slow", "dies", "uncached"] {
        assert_eq!(told(&told_all, case), "not_protected 40: 40 waited", "{case} {told_all:#}");
    }
    assert_eq!(told(&told_all, "failing"), "not_protected 40: 40 failed", "{told_all:#}");
    assert!(told(&told_all, "absent").starts_with("not_protected 40:"), "{told_all:#}");
    let words = told_all["cases"][1]["words"].as_str().unwrap();
    assert_eq!(words, "not protected: 40 rebuilds for 40 requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_protects_also_when_its_holder_dies() {
    let (_scene, told_all) = all(Way::Lock, &["--failing-http"]).await;
    assert_eq!(told(&told_all, "expired"), "protected 1: 40 waited", "{told_all:#}");
    assert_eq!(told(&told_all, "slow"), "protected 0: 40 waited", "{told_all:#}");
    assert_eq!(told(&told_all, "dies"), "protected 1: 40 waited", "{told_all:#}");
    // One after the other tries in vain.
    assert_eq!(told(&told_all, "failing"), "not_protected 40: 40 failed", "{told_all:#}");
    assert_eq!(told(&told_all, "uncached").split(' ').next(), Some("not_checked"), "{told_all:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn waiters_that_fall_through_are_found_where_the_rebuild_is_slow_or_its_holder_dead() {
    let (_scene, told_all) = all(Way::Impatient, &[]).await;
    assert_eq!(told(&told_all, "expired"), "protected 1: 40 waited", "{told_all:#}");
    assert_eq!(told(&told_all, "slow"), "not_protected 40: 40 waited", "{told_all:#}");
    assert_eq!(told(&told_all, "dies"), "not_protected 40: 40 waited", "{told_all:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_serves_old_data_lets_nobody_wait() {
    let (_scene, told_all) = all(Way::Stale, &["--slow-http"]).await;
    assert_eq!(told(&told_all, "expired"), "protected 1: 39 at_once, 1 waited", "{told_all:#}");
    assert_eq!(told(&told_all, "slow"), "protected 1: 39 at_once, 1 waited", "{told_all:#}");
    assert_eq!(told(&told_all, "dies"), "protected 1: 40 at_once", "{told_all:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_rebuild_a_process_and_remembered_absence_are_seen() {
    let (_scene, told_all) = all(Way::Shared, &["--uncached-http"]).await;
    assert_eq!(told(&told_all, "expired"), "protected 1: 40 waited", "{told_all:#}");
    assert_eq!(told(&told_all, "uncached"), "protected 1: 40 waited", "{told_all:#}");
    assert!(told(&told_all, "absent").starts_with("protected 0:"), "{told_all:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_turns_waiters_away_protects_the_database_and_fails_its_users() {
    let (_scene, told_all) = all(Way::Refuse, &[]).await;
    assert_eq!(told(&told_all, "expired"), "protected 1: 1 waited, 39 failed", "{told_all:#}");
    assert_eq!(told(&told_all, "dies"), "protected 1: 40 failed", "{told_all:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_limits_is_exit_code_2() {
    let scene = Scene::set(Way::Lock).await;
    let (fine, _) = scene.checked(&["--cases", "expired", "--max-rebuilds", "1", "--max-wait", "14s"]).await;
    assert_eq!(fine.end, End::Code(0), "{fine}");
    let (late, _) = scene.checked(&["--cases", "expired", "--max-wait", "10ms"]).await;
    assert_eq!(late.end, End::Code(2), "{late}");
    let none = scene.checked(&["--cases", "expired", "--max-rebuilds", "0"]).await.0;
    assert_eq!(none.end, End::Code(2), "{none}");
    let (asked_for, _) = scene.checked(&["--cases", "expired,failing"]).await;
    assert_eq!(asked_for.end, End::Code(3), "a case that was named was not checked: {asked_for}");
}
