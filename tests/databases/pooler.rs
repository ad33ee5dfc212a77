//! A PgBouncer, looked at.

use stampede::lab::Lab;

use crate::support::binary::Home;
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
    assert!(
        target["listings"].to_string().contains(r#"["shop","ops","transaction","1","0","0","0","yes"]"#),
        "{target}"
    );
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
