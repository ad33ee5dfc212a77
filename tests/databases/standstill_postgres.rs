//! What is badly wrong while every counter looks fine is said in the first line: that of a PostgreSQL, and of a PgBouncer.

use stampede::lab::{Lab, PostgresServer};
use tokio_postgres::{Client, Config, NoTls};

use crate::support::binary::Home;

use super::standstill::{detect, detect_in, fine, told};

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn session(server: &PostgresServer) -> Client {
    let mut config = Config::new();
    config.host("127.0.0.1").port(server.port()).user("app").password("ops-pass").dbname("postgres");
    connect(&config).await
}

async fn begin(server: &PostgresServer, statement: &'static str) {
    let client = session(server).await;
    tokio::spawn(async move { client.simple_query(statement).await.map(drop) });
}

async fn number(server: &PostgresServer, question: &str) -> String {
    server.query(question).await.unwrap()[0][0].clone().unwrap_or_default()
}

async fn waiting(server: &PostgresServer, count: usize) {
    let question = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    while number(server, question).await != count.to_string() {}
}

async fn shop(lab: &Lab, settings: &[(&str, &str)]) -> PostgresServer {
    let server = lab.postgres(settings).await.unwrap();
    server
        .root(&[
            "CREATE ROLE app LOGIN PASSWORD 'ops-pass'",
            "CREATE TABLE t (id INT PRIMARY KEY, v TEXT)",
            "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
            "ALTER TABLE t OWNER TO app",
        ])
        .await
        .unwrap();
    server
}

#[tokio::test]
async fn clients_of_a_postgres_that_stand_behind_a_lock_are_told_with_who_holds_it() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[]).await;
    fine(&detect("DATABASE_URL", &server.url(), &[]).await);

    let idle = session(&server).await;
    let pid = idle.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get::<_, i32>(0);
    idle.batch_execute("BEGIN; UPDATE t SET v = 'x'").await.unwrap();
    begin(&server, "UPDATE t SET v = 'secret@example.com' WHERE id = 1").await;
    begin(&server, "UPDATE t SET v = 'c' WHERE id = 2").await;
    waiting(&server, 2).await;
    let said = detect("DATABASE_URL", &server.url(), &[]).await;
    told(&said, &format!("postgres locked: 2 wait for session {pid} (app, "));
    assert!(said.1.contains(" idle in tra"), "{}", said.1);
    assert!(said.2.contains("  psql -h ") && !said.2.contains("  mysql "), "{}", said.2);
    assert!(!said.2.contains("secret"), "{}", said.2);
    idle.batch_execute("ROLLBACK").await.unwrap();
    waiting(&server, 0).await;

    // Everybody behind an ALTER, and that behind a transaction that only read.
    idle.batch_execute("BEGIN; SELECT * FROM t").await.unwrap();
    begin(&server, "ALTER TABLE t ADD COLUMN z INT").await;
    waiting(&server, 1).await;
    for _ in 0..3 {
        begin(&server, "SELECT * FROM t").await;
    }
    waiting(&server, 4).await;
    let said = detect("DATABASE_URL", &server.url(), &[]).await;
    told(&said, &format!("postgres locked: 4 wait for session {pid} (app, "));
    idle.batch_execute("ROLLBACK").await.unwrap();
    waiting(&server, 0).await;

    // An application's own mutex is waited for on purpose.
    idle.batch_execute("SELECT pg_advisory_lock(1)").await.unwrap();
    begin(&server, "SELECT pg_advisory_lock(1)").await;
    waiting(&server, 1).await;
    fine(&detect("DATABASE_URL", &server.url(), &[]).await);
}

#[tokio::test]
async fn a_prepared_transaction_that_was_left_is_told_as_the_holder() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[("max_prepared_transactions", "2")]).await;
    let left = session(&server).await;
    left.batch_execute("BEGIN; UPDATE t SET v = 'x'; PREPARE TRANSACTION 'left'").await.unwrap();
    begin(&server, "UPDATE t SET v = 'c' WHERE id = 2").await;
    waiting(&server, 1).await;
    let said = detect("DATABASE_URL", &server.url(), &[]).await;
    told(&said, "postgres locked: 1 waits for a transaction that was prepared and left");
}

/// A commit that waits for a synchronous standby waits for no lock, and for ever.
#[tokio::test]
async fn commits_that_no_standby_confirms_are_told() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[("synchronous_standby_names", "nobody")]).await;
    for _ in 0..2 {
        begin(&server, "SET synchronous_commit = on; UPDATE t SET v = 'c' WHERE id = 9; INSERT INTO t SELECT max(id) + pg_backend_pid() FROM t").await;
    }
    let question = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    while number(&server, question).await != "2" {}
    let said = detect("DATABASE_URL", &server.url(), &[]).await;
    told(&said, "postgres locked: 2 wait for a synchronous standby; none confirms their");
}

#[tokio::test]
async fn a_postgres_that_lets_nobody_write_or_log_in_is_told() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[]).await;
    // A role for looking that cannot write is no news about the others.
    server.root(&["ALTER ROLE ops SET default_transaction_read_only = on"]).await.unwrap();
    fine(&detect("DATABASE_URL", &server.url(), &[]).await);
    server.root(&["ALTER ROLE ops RESET default_transaction_read_only"]).await.unwrap();
    server
        .root(&["ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"])
        .await
        .unwrap();
    while number(&server, "SHOW default_transaction_read_only").await != "on" {}
    told(
        &detect("DATABASE_URL", &server.url(), &[]).await,
        "postgres is read-only although it follows nobody",
    );
    server
        .root(&["ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()"])
        .await
        .unwrap();
    while number(&server, "SHOW default_transaction_read_only").await != "off" {}

    server.root(&["ALTER ROLE app NOLOGIN"]).await.unwrap();
    let said = detect("DATABASE_URL", &server.url(), &[]).await;
    told(&said, "postgres: no client is connected, and app cannot log in");
    assert_eq!(said.0, 1, "{}", said.2);
    let expired = "ALTER ROLE app LOGIN VALID UNTIL '2020-01-01'";
    server.root(&[expired]).await.unwrap();
    told(&detect("DATABASE_URL", &server.url(), &[]).await, "and app cannot log in");
    server.root(&["ALTER ROLE app NOLOGIN VALID UNTIL 'infinity'"]).await.unwrap();
    // A group that has members is no account, and an idle server is no trouble.
    server.root(&["CREATE ROLE person LOGIN IN ROLE app"]).await.unwrap();
    fine(&detect("DATABASE_URL", &server.url(), &[]).await);
}

#[tokio::test]
async fn what_a_postgres_does_not_show_is_unknown() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[]).await;
    server.root(&["ALTER ROLE app SET track_activities = off"]).await.unwrap();
    begin(&server, "SELECT pg_sleep(600)").await;
    let asleep = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'";
    while number(&server, asleep).await != "1" {}
    let said = detect("DATABASE_URL", &server.url(), &["-o", "json"]).await;
    let report: serde_json::Value = serde_json::from_str(&said.2).unwrap();
    let running = &report["targets"][0]["metrics"]["database.running"];
    assert!(running["value"].is_null() && running.to_string().contains("track_activities"), "{running}");
}

#[tokio::test]
async fn used_up_transaction_ids_are_told() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[]).await;
    let home = Home::new();
    fine(&detect_in(&home, "DATABASE_URL", &server.url(), &[]).await);
    // No test can use up two thousand million of them: a threshold that is passed by a few stands for it.
    home.file("stampede.yaml", "thresholds: { xid_age_warn: 0.0, xid_age_critical: 0.000000001 }\n");
    let said = detect_in(&home, "DATABASE_URL", &server.url(), &[]).await;
    told(&said, "% of the transaction ids are used up");
}

#[tokio::test]
async fn a_standby_that_stands_is_told_and_asked_as_a_standby_can_be() {
    let lab = Lab::new().unwrap();
    let primary = lab.postgres(&[]).await.unwrap();
    // Which no standby can do: our own questions must not depend on it.
    primary.root(&["ALTER ROLE ops SET default_transaction_isolation = 'serializable'"]).await.unwrap();
    let standby = lab.postgres_standby_of(&primary, &[]).await.unwrap();
    fine(&detect("DATABASE_URL", &standby.url(), &[]).await);
    standby.root(&["SELECT pg_wal_replay_pause()"]).await.unwrap();
    let said = detect("DATABASE_URL", &standby.url(), &[]).await;
    told(&said, "postgres: replay is paused");
    assert!(said.2.contains("pg_is_wal_replay_paused"), "{}", said.2);
}

/// Where a standby listens is told nowhere, but its primary knows how far it is behind; and that nobody follows at all.
#[tokio::test]
async fn a_primary_tells_of_standbys_that_cannot_be_asked() {
    let lab = Lab::new().unwrap();
    let primary = lab.postgres(&[]).await.unwrap();
    let asked = ["--replica-of", "postgres"];
    let home = Home::new();
    home.file("stampede.yaml", "thresholds: { replication_lag_warn: 0.02 }\n");
    told(
        &detect_in(&home, "DATABASE_URL", &primary.url(), &asked).await,
        "postgres-replicas: no replica of postgres is connected",
    );
    let standby = lab.postgres_standby_of(&primary, &[]).await.unwrap();
    fine(&detect("DATABASE_URL", &primary.url(), &asked).await);
    standby.root(&["SELECT pg_wal_replay_pause()"]).await.unwrap();
    while number(&standby, "SELECT pg_get_wal_replay_pause_state()").await != "paused" {}
    let late = "SELECT count(*) FROM pg_stat_replication WHERE replay_lag > interval '1 second' AND replay_lsn < sent_lsn";
    while number(&primary, late).await != "1" {
        primary.root(&["SELECT pg_logical_emit_message(false, 'a', 'b')", "CHECKPOINT"]).await.unwrap();
    }
    let said = detect_in(&home, "DATABASE_URL", &primary.url(), &asked).await;
    told(&said, "postgres-replicas: replica ");
    assert!(said.1.contains(" behind"), "{}", said.1);
}

#[tokio::test]
async fn clients_that_queue_in_a_pgbouncer_are_told() {
    let lab = Lab::new().unwrap();
    let postgres = lab.postgres(&[]).await.unwrap();
    let pooler = lab.pgbouncer(&postgres, &[]).await.unwrap();
    for _ in 0..5 {
        let client = connect(&pooler.login("app", "shop")).await;
        tokio::spawn(async move { client.simple_query("SELECT pg_sleep(600)").await.map(drop) });
    }
    let second = |row: &Vec<(String, String)>| {
        row.iter().any(|(name, value)| name == "maxwait" && value.parse::<u64>().is_ok_and(|wait| wait >= 1))
    };
    while !pooler.says("SHOW POOLS").await.unwrap().iter().any(second) {}
    let said = detect("PGBOUNCER_URL", &pooler.url(), &[]).await;
    told(&said, "pgbouncer: 2 clients wait ");
    assert!(said.1.contains("for a server (shop)"), "{}", said.1);
}
