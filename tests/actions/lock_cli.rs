//! `break lock` as it is typed: an answer that changes nothing, and a fact that is asked for (S15).

use stampede::lab::{Lab, RedisServer};

use crate::support::binary::{End, Ended, Home};

async fn run(home: &Home, redis: &RedisServer, args: &[&str]) -> Ended {
    home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_what_is_printed_and_no_incident_is_opened() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "lock:user:1", "app", "PX", "90000"]).await.unwrap();
    let home = Home::new();
    let dialect = ["--fact", "lock_dialect=lock:{key}"];
    let ended = run(&home, &redis, &[&["break", "lock", "--list"][..], &dialect].concat()).await;
    let words = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.end, End::Code(0), "{words}");
    assert!(ended.stdout.starts_with("lock:user:1 is held by the application for another"), "{words}");
    let ended = run(&home, &redis, &[&["break", "lock", "user:2", "--inspect"][..], &dialect].concat()).await;
    assert_eq!(ended.stdout, "lock:user:2 is free; user:2 is not there\n", "{}", ended.stderr);
    assert!(!home.state().join("stampede/incidents").exists(), "an incident was opened for a question");
}

#[tokio::test(flavor = "multi_thread")]
async fn s15_an_unknown_dialect_blocks_where_nobody_can_be_asked() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let ended = run(&Home::new(), &redis, &["break", "lock", "user:1", "--hold", "--yes"]).await;
    let words = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.end, End::Code(5), "{words}");
    assert!(words.contains("S15") && words.contains("--fact lock_dialect=lock:{key}"), "{words}");
    assert_eq!(redis.says(&["DBSIZE"]).await.unwrap(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn s15_at_a_terminal_the_dialect_is_asked_for_and_kept_with_the_incident() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let url = redis.url();
    let home = Home::new();
    let args = ["break", "lock", "user:1", "--hold", "--no-watch"];
    let mut terminal = home.terminal(args, &[("REDIS_URL", &url)]);
    terminal.expect("How does the application name the lock").await;
    terminal.expect("lock_dialect [Enter skips]: ").await;
    terminal.type_line("mutex").await;
    // That names no key: it is asked for again.
    terminal.expect("lock_dialect [Enter skips]: ").await;
    terminal.type_line("mutex:{key}").await;
    terminal.expect("hold the lock of user:1 for 30 s").await;
    terminal.expect("Type 127.0.0.1 to do it").await;
    terminal.type_line("127.0.0.1").await;
    terminal.expect("1 held").await;
    terminal.wait().await;
    assert!(redis.says(&["GET", "mutex:user:1"]).await.unwrap().starts_with("op:"));
    let ended = run(&home, &redis, &["undo", "--yes", "--confirm", "redis"]).await;
    assert_eq!(ended.end, End::Code(0), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(redis.says(&["EXISTS", "mutex:user:1"]).await.unwrap(), "0");

    // Enter skips, and nothing is done.
    let mut terminal = Home::new().terminal(args, &[("REDIS_URL", &url)]);
    terminal.expect("lock_dialect [Enter skips]: ").await;
    terminal.type_line("").await;
    terminal.expect("S15").await;
    assert_eq!(terminal.wait().await, End::Code(5));
}
