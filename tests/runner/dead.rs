//! A watchdog: what must not outlive this program is put back when it dies, with nobody there to do it.

use std::time::Duration;

use stampede::lab::Lab;

use crate::support::binary::{End, Home};

#[tokio::test]
async fn the_old_flags_come_back_when_the_listener_is_killed() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--notify-keyspace-events", "Kg"]).await.unwrap();
    let flags = async || redis.says(&["CONFIG", "GET", "notify-keyspace-events"]).await.unwrap();
    let before = flags().await;
    let home = Home::new();
    let args = ["break", "keymiss-events", "--for", "30s", "--yes", "--no-watch"];
    let running = home.stampede(args).env("REDIS_URL", redis.url()).spawn();
    while flags().await == before {
        stampede::clock::sleep(Duration::from_millis(5)).await;
    }
    let ended = running.kill().await;
    assert!(matches!(ended.end, End::Signal(_)), "{}{}", ended.stdout, ended.stderr);
    // Nobody types anything.
    while flags().await != before {
        stampede::clock::sleep(Duration::from_millis(5)).await;
    }
    // And it is written down.
    loop {
        let status = home.stampede(["status"]).spawn().wait().await;
        if status.stdout.starts_with("nothing is in effect") {
            assert!(status.stdout.contains("keymiss-events: undone"), "{}", status.stdout);
            break;
        }
        stampede::clock::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_pooler_is_resumed_when_the_one_who_paused_it_is_killed() {
    let lab = Lab::new().unwrap();
    let postgres = lab.postgres(&[]).await.unwrap();
    let pooler = lab.pgbouncer(&postgres, &[]).await.unwrap();
    let paused = async || {
        let databases = pooler.says("SHOW DATABASES").await.unwrap();
        let is_paused = |cell: &(String, String)| cell.0 == "paused" && cell.1 == "1";
        databases.iter().flatten().filter(|cell| is_paused(cell)).count()
    };
    let (client, connection) = pooler.login("app", "shop").connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let home = Home::new();
    let args = ["protect", "pause", "--for", "59s", "--confirm", "pgbouncer", "--no-watch"];
    let running = home.stampede(args).env("PGBOUNCER_URL", pooler.url()).spawn();
    while paused().await < 2 {
        stampede::clock::sleep(Duration::from_millis(5)).await;
    }
    // A client that waits gets its answer, and no error.
    let waits = tokio::spawn(async move { client.simple_query("SELECT 1").await });
    let ended = running.kill().await;
    assert!(matches!(ended.end, End::Signal(_)), "{ended}");
    // Nobody types anything.
    while paused().await > 0 {
        stampede::clock::sleep(Duration::from_millis(5)).await;
    }
    assert!(waits.await.unwrap().is_ok());
    loop {
        let status = home.stampede(["status"]).spawn().wait().await;
        if status.stdout.starts_with("nothing is in effect") {
            assert!(status.stdout.contains("pause: undone"), "{status}");
            break;
        }
        stampede::clock::sleep(Duration::from_millis(20)).await;
    }
}
