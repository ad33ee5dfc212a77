//! The brake needs no journal: what was done is put back also where that cannot be written down, and that is told.

use std::process::Command;

use serde_json::Value;
use stampede::lab::{Lab, RedisServer};

use crate::support::binary::{End, Home};

/// `stampede ARGS` where files may grow to `blocks` of 512 bytes only, as on a disk that becomes full.
async fn on_a_full_disk(home: &Home, redis: &RedisServer, blocks: u32, args: &str) -> (i32, String, String) {
    let script = format!("ulimit -f {blocks}; exec \"$0\" {args}");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_stampede")]).env_clear().envs(home.environment());
    command.env("REDIS_URL", redis.url());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

async fn limit(redis: &RedisServer) -> String {
    let reply = redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap();
    reply.chars().filter(char::is_ascii_digit).collect()
}

/// From a disk that has no room at all to one that becomes full between two records of the undo.
#[tokio::test(flavor = "multi_thread")]
async fn s26_undo_puts_back_on_a_full_disk() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let (mut unrecorded, mut recorded) = (0, 0);
    for blocks in 1..=8 {
        let home = Home::new();
        let run =
            async |args: &[&str]| home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
        let done = run(&["break", "maxclients", "--to", "500", "--yes", "--no-watch"]).await;
        assert_eq!(done.end, End::Code(0), "{done}");
        let (code, out, err) = on_a_full_disk(&home, &redis, blocks, "undo --yes -o json").await;
        assert_eq!((code, limit(&redis).await.as_str()), (0, "50"), "{blocks} blocks: {out}{err}");
        let mut records = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let undone = records.rfind(|record| record["event"] == "undone").unwrap();
        let status = run(&["status"]).await;
        // What is not stored has no number.
        if undone["seq"] == 0 {
            unrecorded += 1;
            assert!(err.contains("is not recorded"), "{blocks} blocks: {out}{err}");
            assert!(!status.stdout.starts_with("nothing is in effect"), "{blocks} blocks: {status}");
        } else {
            recorded += 1;
            assert!(status.stdout.starts_with("nothing is in effect"), "{blocks} blocks: {status}");
        }
        // With room it looks, and writes it down.
        assert_eq!(run(&["undo", "--yes"]).await.end, End::Code(0));
        let status = run(&["status"]).await;
        assert!(status.stdout.starts_with("nothing is in effect"), "{blocks} blocks: {status}");
    }
    assert!(unrecorded > 0 && recorded > 0, "the test sees too little: {unrecorded} {recorded}");
}

/// A change still needs it.
#[tokio::test(flavor = "multi_thread")]
async fn s26_a_change_is_refused_where_an_undo_is_not() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let done = home
        .stampede(["break", "maxclients", "--to", "500", "--yes", "--no-watch"])
        .env("REDIS_URL", redis.url())
        .spawn()
        .wait()
        .await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let (code, _, err) = on_a_full_disk(&home, &redis, 1, "break maxclients --to 600 --yes --no-watch").await;
    assert_eq!((code, limit(&redis).await.as_str()), (5, "500"), "{err}");
    assert!(err.contains("refused: S26") && err.contains("stampede undo"), "{err}");
}

/// An empty state folder knows nothing, and says where it looked; another one that is easily known is looked into.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_state_folder_is_not_nothing_in_effect() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let other = home.path().join("other");
    let other = other.to_str().unwrap();
    let in_other = async |args: &[&str]| {
        let run = home.stampede(args).env("REDIS_URL", redis.url()).env("XDG_STATE_HOME", other);
        run.spawn().wait().await
    };
    let everything = [&["status"][..], &["undo", "--yes"], &["incident", "list"], &["incident", "close"]];
    for args in everything {
        let ended = in_other(args).await;
        assert_eq!(ended.end, End::Code(0), "{args:?}: {ended}");
        // What it is worth is said with it.
        let known = "nothing is in effect that this folder knows of: no incident was ever opened in ";
        let is_said = !ended.stdout.contains("nothing is in effect") || ended.stdout.starts_with(known);
        assert!(is_said && (args != ["status"] || ended.stdout.starts_with(known)), "{args:?}: {ended}");
        assert!(ended.stdout.contains(&format!("{other}/stampede/incidents")), "{args:?}: {ended}");
    }
    let args = ["break", "maxclients", "--to", "500", "--yes", "--no-watch", "--incident", "night"];
    let done = home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let state = home.state().display().to_string();
    for args in everything {
        let ended = in_other(args).await;
        let undo = format!("XDG_STATE_HOME={state} stampede undo night");
        assert!(ended.stdout.contains(&undo), "{args:?}: {ended}");
    }
    for args in [&["undo", "--yes"][..], &["recover", "undo", "--yes"]] {
        assert_eq!(in_other(args).await.end, End::Code(7), "{args:?}");
    }
    let status = in_other(&["status", "-o", "json"]).await;
    let document: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(document["elsewhere"][0]["in_effect"][0], "night", "{document}");
    assert_eq!(document["elsewhere"][0]["state_home"], *state, "{document}");
}
