//! What stands in the way of `stampede prevent check` is said, and changes nothing, or is put back.

use std::net::TcpListener;

use super::check::Scene;
use crate::support::binary::{End, Ended, flat};
use crate::support::staging::Way;

const YES: [&str; 4] = ["--yes", "--confirm", "redis", "--no-watch"];

impl Scene {
    /// Checks this page and key, as one who answers every question.
    async fn of(&self, url: &str, key: &str, more: &[&str]) -> Ended {
        let mut args = vec!["prevent", "check", "--http", url, "--key", key, "--requests", "10"];
        args.extend(["--timeout", "2s", "--cases", "expired"]);
        args.extend(more);
        self.home.stampede(args).spawn().wait().await
    }
}

#[track_caller]
fn said(ended: &Ended, code: i32, words: &str) {
    assert_eq!(ended.end, End::Code(code), "{ended}");
    let all = flat(&format!("{}{}", ended.stdout, ended.stderr));
    assert!(all.contains(words), "{words:?} is not in {ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_it_should_be_is_named_and_nothing_is_changed() {
    let scene = Scene::set(Way::Nothing).await;
    let page = scene.staging.page("page:7");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let down = scene.of(&format!("http://127.0.0.1:{closed}/page/page:7"), "page:7", &YES).await;
    said(&down, 4, "does not answer");
    let moved = scene.of(&format!("{page}?moved"), "page:7", &YES).await;
    said(&moved, 4, "answered 302: it redirects to /elsewhere; nothing was changed");
    let absent = scene.of(&scene.staging.page("page:5000"), "page:7", &YES).await;
    said(&absent, 4, "answered 404; nothing was changed");
    let other = scene.of(&page, "page:8", &YES).await;
    said(&other, 4, "page:8 is not there after a request for");
    let none = scene.of("ftp://127.0.0.1/x", "page:7", &YES).await;
    said(&none, 64, "--http: expected http://… or https://…");

    scene.says(&["HSET", "hash:1", "field", "value"]).await;
    said(&scene.of(&page, "hash:1", &YES).await, 5, "S32 hash:1 holds no string");
    let long = "x".repeat((1 << 20) + 1);
    scene.says(&["SET", "long:1", &long]).await;
    said(&scene.of(&page, "long:1", &YES).await, 5, "S32 long:1 holds 1.0 MiB: too much");
    assert_eq!(scene.says(&["STRLEN", "long:1"]).await, "1048577");
    assert_eq!(scene.says(&["HGET", "hash:1", "field"]).await, "value");
    let journals = scene.home.state().join("stampede/incidents");
    assert!(!journals.exists() || std::fs::read_dir(journals).unwrap().next().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn s32_a_key_that_nothing_refills_is_put_back_with_its_ttl() {
    let scene = Scene::set(Way::Elsewhere).await;
    let page = scene.staging.page("page:7");
    // It has the name that was given, and the application another one.
    scene.says(&["SET", "page:7", "old \" value", "PX", "7000000"]).await;
    said(&scene.of(&page, "page:7", &YES).await, 3, "page:7 was not brought back by a request for");
    assert_eq!(scene.says(&["GET", "page:7"]).await, "old \" value");
    let left: i64 =
        scene.says(&["PTTL", "page:7"]).await.trim_matches(|c: char| !c.is_numeric()).parse().unwrap();
    assert!((6_900_000..=7_000_000).contains(&left), "{left}");
    // The same without a TTL.
    scene.says(&["SET", "page:7", "for ever"]).await;
    said(&scene.of(&page, "page:7", &YES).await, 3, "it has no TTL");
    assert_eq!(scene.says(&["GET", "page:7"]).await, "for ever");
    assert_eq!(
        scene.says(&["PTTL", "page:7"]).await.trim_matches(|c: char| !c.is_numeric() && c != '-'),
        "-1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s32_a_removal_needs_the_name_and_a_dry_run_removes_nothing() {
    let scene = Scene::set(Way::Lock).await;
    let page = scene.staging.page("page:7");
    let unnamed = scene.of(&page, "page:7", &["--yes"]).await;
    said(&unnamed, 6, "answer with --confirm");
    let dry = scene.of(&page, "page:7", &["--dry-run"]).await;
    said(&dry, 0, "remove page:7");
    assert_eq!(scene.mariadb.query("SHOW GLOBAL STATUS LIKE 'Com_select'").await.unwrap().len(), 1);
    assert_eq!(scene.says(&["GET", "page:7"]).await, "page 7");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_counters_nothing_is_called_protected() {
    let scene = Scene::set(Way::Lock).await;
    scene.home.file(
        "stampede.yaml",
        format!("version: 1\ntargets:\n  redis: {{ redis: \"{}\" }}\n", scene.redis.url()),
    );
    let page = scene.staging.page("page:7");
    let blind = scene.of(&page, "page:7", &YES).await;
    said(&blind, 3, "unknown: statements are not counted: no database is configured");
    let dead = scene.of(&page, "page:7", &["--yes", "--confirm", "redis", "--cases", "dies"]).await;
    said(&dead, 3, "not checked: how the application names its locks is not known");
}

/// The application waits for a lock that we hold, and nobody refills: what we have taken away is ours to bring back.
async fn in_the_middle(scene: &Scene) -> crate::support::binary::Running {
    let page = scene.staging.page("page:7");
    let mut args = vec!["prevent", "check", "--http", &page, "--key", "page:7", "--requests", "10"];
    args.extend(["--cases", "slow", "--slow", "10m", "--timeout", "10m"]);
    args.extend(YES);
    let running = scene.home.stampede(args).spawn();
    // Ours, and not that of the application while it makes the page for the first time.
    let ours = || async { scene.says(&["GET", "lock:page:7"]).await.starts_with("op:") };
    while !ours().await || scene.says(&["EXISTS", "page:7"]).await != "0" {
        stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
    }
    running
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_undo_brings_the_key_back_and_lets_go_of_the_lock() {
    let scene = Scene::set(Way::Refuse).await;
    let killed = in_the_middle(&scene).await.kill().await;
    assert!(matches!(killed.end, End::Signal(_)), "{killed}");
    assert_eq!(scene.says(&["EXISTS", "page:7"]).await, "0");
    let undone = scene.home.stampede(["undo", "--yes", "--confirm", "redis"]).spawn().wait().await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    assert_eq!(scene.says(&["GET", "page:7"]).await, "page 7");
    assert_eq!(scene.says(&["EXISTS", "lock:page:7"]).await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_the_middle_puts_everything_back() {
    let scene = Scene::set(Way::Refuse).await;
    let running = in_the_middle(&scene).await;
    running.signal(rustix::process::Signal::INT);
    let ended = running.wait().await;
    assert_eq!(ended.end, End::Code(130), "{ended}");
    assert_eq!(scene.says(&["GET", "page:7"]).await, "page 7", "{ended}");
    assert_eq!(scene.says(&["EXISTS", "lock:page:7"]).await, "0", "{ended}");
}

/// What people use is not tried by accident: the name is asked for before the first request of many.
#[tokio::test(flavor = "multi_thread")]
async fn s32_what_looks_like_production_asks_for_the_name_before_anything() {
    let scene = Scene::set(Way::Lock).await;
    let mut users = crate::support::keys::client(&scene.redis).await;
    let traffic = tokio::spawn(async move {
        loop {
            let mut pipe = redis::pipe();
            (0..100).for_each(|_| _ = pipe.cmd("GET").arg("page:1").ignore());
            pipe.query_async::<()>(&mut users).await.unwrap();
        }
    });
    let page = scene.staging.page("page:7");
    let ended = scene.of(&page, "page:7", &["--yes"]).await;
    traffic.abort();
    said(&ended, 6, "S32 it looks like production");
    assert!(!ended.stdout.contains("remove page:7"), "{ended}");
}
