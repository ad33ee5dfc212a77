//! S26: if the journal cannot be written, nothing is done.

use std::process::Command;

use stampede::lab::Lab;

/// `break maxclients --to 500 --yes` by the real binary, from a shell that runs `before` first.
async fn break_maxclients(url: String, state: String, before: &'static str) -> (i32, String) {
    tokio::task::spawn_blocking(move || {
        let script = format!("{before} exec \"$0\" break maxclients --to 500 --yes --no-watch");
        let output = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_stampede")])
            .env_clear()
            .env("REDIS_URL", url)
            .env("XDG_STATE_HOME", state)
            .output()
            .unwrap();
        let words =
            String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        (output.status.code().unwrap(), words)
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn s26_with_a_full_disk_nothing_is_changed_and_no_half_record_stays() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let state = home.path().display().to_string();
    // A file may grow to 512 bytes only, as on a disk with one block left: the header fits, the intent does not.
    let (status, words) = break_maxclients(redis.url(), state.clone(), "trap '' XFSZ; ulimit -f 1;").await;
    assert_eq!(status, 5, "{words}");
    assert!(words.contains("S26 the journal"), "{words}");
    assert!(!redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap().contains("500"), "it was changed");
    // With room again the same journal goes on.
    let (status, words) = break_maxclients(redis.url(), state, "").await;
    assert_eq!(status, 0, "{words}");
    assert!(!words.contains("half written"), "{words}");
}

#[tokio::test]
async fn s26_without_a_place_for_the_journal_nothing_is_changed() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    for state in [file.path().display().to_string(), "/proc/nowhere".into()] {
        let (status, words) = break_maxclients(redis.url(), state, "").await;
        assert_eq!(status, 5, "{words}");
        assert!(words.contains("refused: S26"), "{words}");
    }
    let (status, words) = break_maxclients(redis.url(), String::new(), "").await;
    assert_eq!(status, 5, "{words}");
    assert!(redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap().contains("50"));
}
