//! A PgBouncer, looked at.

use stampede::exit::Exit;
use stampede::lab::{Lab, connect};

use crate::support::binary::{End, Home};
use crate::support::proxy::Proxy;

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_is_named_with_its_pools_and_only_asked() {
    let lab = Lab::new().unwrap();
    let postgres = lab.postgres(&[]).await.unwrap();
    let pooler = lab.pgbouncer(&postgres, &[]).await.unwrap();
    let (client, connection) = pooler.login("app", "shop").connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.simple_query("SELECT 1").await.unwrap();
    pooler.says("PAUSE shop").await.unwrap();
    let proxy = Proxy::postgres(pooler.port());

    let home = Home::new();
    // An account that may only look is enough.
    let url = format!("pgbouncer://watch:ops-pass@127.0.0.1:{}", proxy.port());
    let args = ["detect", "database", "--window", "0", "-o", "json"];
    let ended = home.stampede(args).env("PGBOUNCER_URL", url).spawn().wait().await;
    let report: serde_json::Value =
        serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {ended}"));
    let target = &report["targets"][0];
    assert_eq!((&target["kind"], &target["error"]), (&"pgbouncer".into(), &serde_json::Value::Null));
    assert_eq!(
        (&target["identity"]["product"], &target["identity"]["role"]),
        (&"PgBouncer".into(), &"pooler".into())
    );
    assert!(
        target["identity"]["version"].as_str().is_some_and(|version| version.starts_with("1.")),
        "{target}"
    );
    assert!(target["notes"][0].as_str().is_some_and(|note| note.starts_with("paused: shop;")), "{target}");
    assert!(target["listings"].to_string().contains(r#"["shop","ops","transaction",1,0,0,0,1]"#), "{target}");
    assert_eq!(proxy.writes(), 0);
    for seen in proxy.seen() {
        let words = seen.words()[0].clone();
        assert!(["SHOW CONFIG", "SHOW DATABASES", "SHOW POOLS", "TERMINATE"].contains(&&*words), "{words}");
    }
}

#[tokio::test]
async fn a_postgresql_is_not_taken_for_a_pooler() {
    let lab = Lab::new().unwrap();
    let postgres = lab.postgres(&[]).await.unwrap();
    postgres.root(&["CREATE DATABASE pgbouncer"]).await.unwrap();
    let url = format!("pgbouncer://ops:ops-pass@127.0.0.1:{}", postgres.port());
    let args = ["detect", "database", "--window", "0"];
    let ended = Home::new().stampede(args).env("PGBOUNCER_URL", url).spawn().wait().await;
    assert!(ended.stdout.contains("is no admin console of a PgBouncer"), "{ended}");
}

/// A pooler that is down, or does not answer, beside a cache that is fine: that is no healthy night.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_pooler_that_does_not_answer_nothing_is_called_healthy() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut client = connect(&redis.url()).await.unwrap();
    redis::cmd("SET").arg("a").arg("b").exec_async(&mut client).await.unwrap();
    let traffic = tokio::spawn(async move {
        let mut gets = redis::pipe();
        (0..100).for_each(|_| _ = gets.get("a").ignore());
        while gets.exec_async(&mut client).await.is_ok() {}
    });
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = (silent.local_addr().unwrap().port(), silent);
    for (port, level) in [(None, Exit::Ok), (Some(1), Exit::Critical), (Some(silent.0), Exit::Unknown)] {
        let home = Home::new();
        let detect =
            home.stampede(["detect", "--window", "500ms", "--timeout", "2s"]).env("REDIS_URL", redis.url());
        let detect = match port {
            Some(port) => detect.env("PGBOUNCER_URL", format!("pgbouncer://ops:x@127.0.0.1:{port}")),
            None => detect,
        };
        let ended = detect.spawn().wait().await;
        assert_eq!(ended.end, End::Code(level as i32), "{port:?}: {ended}");
        let first = match level {
            Exit::Ok => "ok: healthy; hit ratio 100.0 %",
            Exit::Critical => "critical: pgbouncer does not answer; hit ratio 100.0 %",
            _ => "unknown: cannot say; pgbouncer could not be measured",
        };
        assert!(ended.stdout.starts_with(first), "{ended}");
    }
    traffic.abort();
}
