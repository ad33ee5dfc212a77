//! A process that dies at any record leaves a journal from which `undo` puts everything back.

use std::path::Path;
use std::process::Command;

use stampede::lab::{Lab, RedisServer};

/// The real binary in a home of its own; returns its exit code (none: it died of a signal) and its words.
async fn stampede(
    home: &Path,
    redis: &RedisServer,
    die: Option<i64>,
    args: &[&str],
) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stampede"));
    command.args(args).env_clear().env("HOME", home).env("REDIS_URL", redis.url());
    if let Some(at) = die {
        command.env("STAMPEDE_DIE_AT_RECORD", at.to_string());
    }
    tokio::task::spawn_blocking(move || {
        let output = command.output().unwrap();
        let words =
            String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        (output.status.code(), words)
    })
    .await
    .unwrap()
}

async fn maxclients(redis: &RedisServer) -> String {
    redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap().replace("maxclients", "")
}

#[tokio::test]
async fn s26_killed_at_every_record_and_undone_by_the_next_process() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let before = maxclients(&redis).await;
    let mut died = 0;
    // Opened, joined, evidence, intent, outcome, left: at each, just before it and just after it.
    for at in (1..=7).flat_map(|record| [-record, record]) {
        let home = tempfile::tempdir().unwrap();
        let act = ["break", "maxclients", "--to", "500", "--yes", "--no-watch"];
        let (status, _) = stampede(home.path(), &redis, Some(at), &act).await;
        died += usize::from(status.is_none());
        let (status, words) = stampede(home.path(), &redis, None, &["undo", "--yes"]).await;
        assert_eq!(status, Some(0), "died at {at}: {words}");
        assert_eq!(maxclients(&redis).await, before, "died at {at}: {words}");
        let (status, words) = stampede(home.path(), &redis, None, &["status"]).await;
        assert_eq!(status, Some(0), "{words}");
        assert!(words.starts_with("nothing is in effect"), "died at {at}: {words}");
    }
    assert!(died >= 8, "only {died} of the runs died: the test sees too little");
}

#[tokio::test]
async fn s26_killed_while_it_is_put_back_and_put_back_by_the_next_process() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let before = maxclients(&redis).await;
    let mut died = 0;
    for at in (1..=4).flat_map(|record| [-record, record]) {
        let home = tempfile::tempdir().unwrap();
        let act = ["break", "maxclients", "--to", "500", "--yes", "--no-watch"];
        assert_eq!(stampede(home.path(), &redis, None, &act).await.0, Some(0));
        died += usize::from(stampede(home.path(), &redis, Some(at), &["undo", "--yes"]).await.0.is_none());
        let (status, words) = stampede(home.path(), &redis, None, &["undo", "--yes"]).await;
        assert_eq!(status, Some(0), "died at {at}: {words}");
        assert_eq!(maxclients(&redis).await, before, "died at {at}: {words}");
    }
    assert!(died >= 6, "only {died} of the runs died: the test sees too little");
}

#[tokio::test]
async fn a_dead_holder_is_reported_and_nobody_has_to_type_anything() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let act = ["break", "maxclients", "--to", "500", "--yes", "--no-watch"];
    assert_eq!(stampede(home.path(), &redis, Some(4), &act).await.0, None, "it did not die");
    let (_, words) = stampede(home.path(), &redis, None, &["status"]).await;
    assert!(words.contains("maxclients: cut off in the act"), "{words}");
    let (status, words) = stampede(home.path(), &redis, None, &act).await;
    assert_eq!(status, Some(0), "{words}");
    assert!(words.contains("held this incident and died"), "{words}");
    assert!(words.contains("failed, nothing in place"), "the world was not read: {words}");
}
