//! `stampede prevent check` on the drill's own application, in its variants: it tells them apart.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use stampede::drill::scenario::spec::Form;
use stampede::drill::{Drill, Options, by_name};

use super::check::told;
use crate::support::binary::{End, Home};

/// Half of the pages are MariaDB's, half are PostgreSQL's.
const IN_MARIADB: &str = "user:profile:8";
const IN_POSTGRES: &str = "product:page:7";
const SERVERS: usize = 4;

/// All cases on the drill's application with these forms, and nobody else there.
async fn checked(protection: &[Form], key: &str) -> Value {
    let mut scenario = Arc::unwrap_or_clone(by_name("classic-expiry").expect("a scenario"));
    scenario.application.protection = protection.to_vec();
    scenario.application.servers = SERVERS;
    scenario.pages.count = 100;
    scenario.pages.ttl = Duration::from_secs(3_600);
    scenario.cost.rebuild = Duration::from_millis(250);
    scenario.cost.copies = 1_000.0;
    // A user now and then is none who would be counted.
    scenario.users.rate = 0.1;
    let drill =
        Drill::start(Arc::new(scenario), &Options::default(), Arc::new(|_| {})).await.expect("a start");
    let folder = drill.leave_configuration().expect("a folder");
    let config = folder.join("stampede.yaml").display().to_string();
    let home = Home::new();
    let pages = drill.pages();
    let absent = pages.replace("{key}", "user:profile:900008");
    let what = ["prevent", "check", "--config", &config, "--http", &pages, "--key", key, "--requests", "32"];
    let cases = ["--absent-http", &absent, "--cases", "present,expired,slow,dies,absent"];
    let all = what.iter().chain(&cases).chain(&["--yes", "--confirm", "redis", "-o", "json"]);
    let ended = home.stampede(all).spawn().wait().await;
    drill.stop().await;
    // Some cases cannot be tried where no lock is used.
    assert!(matches!(ended.end, End::Code(0 | 1 | 3)), "{ended}");
    serde_json::from_str(ended.stdout.lines().last().unwrap_or_default())
        .unwrap_or_else(|_| panic!("{ended}"))
}

fn begins(document: &Value, case: &str, words: &str) {
    let said = told(document, case);
    assert!(said.starts_with(words), "{case}: {said}, not {words}: {document:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_without_protection_rebuilds_for_everybody_on_either_database() {
    for key in [IN_MARIADB, IN_POSTGRES] {
        let told_all = checked(&[], key).await;
        begins(&told_all, "present", "protected 0:");
        // On a busy machine some get no connection in time: their rebuild is not sent.
        for case in ["expired", "absent"] {
            begins(&told_all, case, "not_protected ");
            let one = told_all["cases"].as_array().unwrap().iter().find(|one| one["case"] == case);
            let rebuilds = one.unwrap()["rebuilds"].as_u64().unwrap_or_default();
            assert!(rebuilds > SERVERS as u64, "{case}: {told_all:#}");
        }
        begins(&told_all, "dies", "not_checked");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_with_a_lock_rebuilds_once_also_when_the_holder_dies() {
    let told_all = checked(&[Form::Lock], IN_POSTGRES).await;
    begins(&told_all, "expired", "protected 1:");
    begins(&told_all, "slow", "protected 0:");
    begins(&told_all, "dies", "protected 1:");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_whose_servers_share_rebuilds_makes_one_a_server() {
    let told_all = checked(&[Form::Coalesce], IN_MARIADB).await;
    begins(&told_all, "expired", "not_protected 4:");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_remembers_what_is_not_there_does_not_ask_again() {
    let told_all = checked(&[Form::Negative], IN_MARIADB).await;
    begins(&told_all, "absent", "protected 0:");
    begins(&told_all, "expired", "not_protected 32:");
}
