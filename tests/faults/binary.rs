//! Runs of the binary that do not end by themselves, and several in one home.

use rustix::process::Signal;
use stampede::lab::{Lab, connect};

use crate::support::binary::{End, Home};

const WATCH: [&str; 6] = ["detect", "--window", "100ms", "--watch=100ms", "-o", "json"];

#[tokio::test]
async fn its_lines_are_events_and_it_dies_when_it_is_killed() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let home = Home::new();
    let mut running = home.stampede(WATCH).env("REDIS_URL", redis.url()).spawn();
    let (first, second) = (running.out("\"pattern\"").await, running.out("\"pattern\"").await);
    assert!(first.starts_with('{') && first.ends_with('}') && second.starts_with('{'), "{first}\n{second}");
    let ended = running.kill().await;
    assert_eq!(ended.end, End::Signal(Signal::KILL), "{ended}");
    assert!(ended.stdout.starts_with(&format!("{first}\n{second}\n")), "{ended}");

    let mut running = home.stampede(WATCH).env("REDIS_URL", redis.url()).spawn();
    running.out("\"pattern\"").await;
    running.signal(Signal::TERM);
    let ended = running.wait().await;
    assert!(matches!(ended.end, End::Signal(Signal::TERM) | End::Code(_)), "{ended}");
}

#[tokio::test]
async fn it_ends_by_itself_with_a_code_and_what_it_said() {
    let mut running = Home::new().stampede(["detect", "--windwo", "2s"]).spawn();
    let line = running.err("--windwo").await;
    let ended = running.wait().await;
    assert_eq!((ended.end, ended.stdout.as_str()), (End::Code(64), ""), "{ended}");
    assert!(ended.stderr.contains(&line), "{line} in {ended}");

    let log =
        "127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"-\"\n".repeat(1_000);
    let read = Home::new().stampede(["detect", "logs", "-", "-o", "json"]).stdin(log).spawn().wait().await;
    assert!(matches!(read.end, End::Code(0..=3)), "{read}");
    assert!(read.stdout.contains("the log covers"), "all of the input arrived: {read}");
}

#[tokio::test]
async fn a_home_keeps_what_a_run_leaves_there() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let home = Home::new();
    home.file("stampede.yaml", format!("targets:\n  pages:\n    redis: {}\n", redis.url()));
    let shown = home.stampede(["config", "show"]).run();
    assert!(shown.stdout.contains("pages"), "{shown}");
    // A healthy measurement is recorded; a cache that nobody asks is not healthy.
    redis.says(&["SET", "k", "v"]).await.unwrap();
    let mut connection = connect(&redis.url()).await.unwrap();
    let mut lookups = redis::pipe();
    (0..100).for_each(|_| _ = lookups.cmd("GET").arg("k").ignore());
    let load = async {
        loop {
            lookups.query_async::<()>(&mut connection).await.unwrap();
        }
    };
    let measured = tokio::select! {
        measured = home.stampede(["detect", "--window", "500ms"]).spawn().wait() => measured,
        () = load => unreachable!("it never ends"),
    };
    assert_eq!(measured.end, End::Code(0), "{measured}");
    let history = std::fs::read_to_string(home.state().join("stampede/history.jsonl")).unwrap();
    assert!(history.contains("\"pages\"") && home.state().starts_with(home.path()), "{history}");
    let with_own = home.stampede(["config", "show"]).env("REDIS_URL", "redis://127.0.0.1:1").run();
    assert!(with_own.stdout.contains("pages"), "{with_own}");
}
