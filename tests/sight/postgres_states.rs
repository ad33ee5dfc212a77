//! States of a PostgreSQL that none of its sessions shows: transactions that fail, subscriptions and slots that stand, doors
//! that are shut behind those who are in.

use std::process::{Child, Command, Stdio};

use stampede::lab::PostgresServer;
use tokio_postgres::{Client, Config, NoTls};

use super::postgres::{Shop, keeps_more_than_it_may, number, session};
use super::{Saw, comes};
use crate::support::binary::Home;

/// A transaction that gets so far that a server of version 15 or later counts it before its session ends.
const FAILS: &str = "SELECT v FROM t WHERE id = 1; SELECT * FROM gone";

/// So many transactions have ended on the server like this, and it says so.
async fn has_ended(shop: &Shop, how: &str) {
    let run = format!("DO $$ BEGIN FOR n IN 1..20000 LOOP {how}; END LOOP; END $$");
    shop.app().await.batch_execute(&run).await.unwrap();
    let ended = "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database";
    comes("they are counted", async || number(&shop.server, ended).await > 20_000.0).await;
}

async fn fails(server: &PostgresServer) {
    let question = "SELECT sum(xact_rollback) FROM pg_stat_database";
    let before = number(server, question).await;
    comes("some fail", async || number(server, question).await > before + 20.0).await;
}

/// A session of the application in another database.
async fn inside(server: &PostgresServer, database: &str) -> Client {
    let mut config = Config::new();
    config.host("127.0.0.1").port(server.port()).user("app").password("ops-pass").dbname(database);
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A subscriber that has the rows of the shop.
async fn follower(shop: &Shop) -> PostgresServer {
    let subscriber = shop.lab.postgres(&[]).await.unwrap();
    shop.server.root(&["CREATE PUBLICATION all_of_it FOR ALL TABLES"]).await.unwrap();
    let from =
        format!("host=127.0.0.1 port={} user=ops password=ops-pass dbname=postgres", shop.server.port());
    let subscribe = format!("CREATE SUBSCRIPTION s CONNECTION '{from}' PUBLICATION all_of_it");
    subscriber.root(&["CREATE TABLE t (id INT PRIMARY KEY, v INT)", &subscribe]).await.unwrap();
    let ready = "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate = 'r'";
    comes("it has the rows", async || number(&subscriber, ready).await == 1.0).await;
    subscriber
}

async fn told_at_length(shop: &Shop) -> Saw {
    told_to(shop, &shop.server.url()).await
}

/// The same to the role of this address.
async fn told_to(shop: &Shop, url: &str) -> Saw {
    let home = Home::new();
    home.file("stampede.yaml", "thresholds: { minimum_lookups: 20 }\n");
    let envs = [("REDIS_URL", &*shop.cache.redis.url()), ("DATABASE_URL", url)];
    Saw::as_configured(&home, &envs, &["-v"]).await
}

#[tokio::test]
async fn bad_every_transaction_fails() {
    let mut shop = Shop::open(&[]).await;
    has_ended(&shop, "COMMIT").await;
    shop.again(4, FAILS).await;
    fails(&shop.server).await;
    let saw = shop.saw().await;
    saw.tells(&["critical: postgres: ", " of transactions roll back, usually "]);
}

/// A pool that ends each read with it, as those of SQLAlchemy and psycopg do.
#[tokio::test]
async fn fine_an_application_that_ends_each_read_with_a_rollback() {
    let mut shop = Shop::open(&[]).await;
    has_ended(&shop, "ROLLBACK").await;
    shop.again(4, "BEGIN; SELECT v FROM t WHERE id = 1; ROLLBACK").await;
    fails(&shop.server).await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn unknown_whether_a_young_server_usually_rolls_back() {
    let mut shop = Shop::open(&[]).await;
    shop.server.root(&["SELECT pg_stat_reset()"]).await.unwrap();
    shop.again(1, FAILS).await;
    fails(&shop.server).await;
    shop.saw().await.cannot_say(&["postgres: ", " of transactions roll back"]);
}

#[tokio::test]
async fn bad_a_subscription_that_fails_at_each_try() {
    let shop = Shop::open(&[("wal_level", "logical")]).await;
    let subscriber = follower(&shop).await;
    subscriber.root(&["INSERT INTO t VALUES (3, 0)"]).await.unwrap();
    shop.server.root(&["INSERT INTO t VALUES (3, 0)"]).await.unwrap();
    let failed = "SELECT sum(apply_error_count) FROM pg_stat_subscription_stats";
    comes("it fails", async || number(&subscriber, failed).await > 0.0).await;
    let saw = shop.cache.saw("DATABASE_URL", &subscriber.url()).await;
    saw.tells(&["postgres: subscription s "]);
}

#[tokio::test]
async fn fine_a_subscription_that_is_switched_off_and_the_standby_of_one_that_is_on() {
    let shop = Shop::open(&[("wal_level", "logical")]).await;
    let subscriber = follower(&shop).await;
    let standby = shop.lab.postgres_standby_of(&subscriber, &[]).await.unwrap();
    shop.cache.saw("DATABASE_URL", &standby.url()).await.is_healthy();
    subscriber.root(&["ALTER SUBSCRIPTION s DISABLE"]).await.unwrap();
    let workers = "SELECT count(pid) FROM pg_stat_subscription";
    comes("it has stopped", async || number(&subscriber, workers).await == 0.0).await;
    shop.cache.saw("DATABASE_URL", &subscriber.url()).await.is_healthy();
}

/// A database that has clients, and that we are not in.
#[tokio::test]
async fn bad_another_database_was_made_read_only() {
    let shop = Shop::open(&[]).await;
    let read_only = ["CREATE DATABASE shop", "ALTER DATABASE shop SET default_transaction_read_only = on"];
    shop.server.root(&read_only).await.unwrap();
    // An archive that nobody reads now.
    shop.saw().await.is_healthy();
    let _client = inside(&shop.server, "shop").await;
    shop.saw().await.tells(&["postgres: read-only by default, with clients: database shop"]);
}

#[tokio::test]
async fn fine_a_role_that_only_reads_by_default() {
    let shop = Shop::open(&[]).await;
    shop.server.root(&["ALTER ROLE app SET default_transaction_read_only = on"]).await.unwrap();
    let _report = shop.app().await;
    let saw = told_at_length(&shop).await;
    saw.is_healthy();
    assert!(saw.0.stdout.contains("role app is read-only by default"), "{}", saw.0);
}

#[tokio::test]
async fn bad_a_role_with_sessions_may_not_log_in_any_more() {
    let shop = Shop::open(&[]).await;
    let _clients = [shop.app().await, shop.app().await];
    shop.server.root(&["ALTER ROLE app NOLOGIN"]).await.unwrap();
    assert!(session(shop.server.port()).await.is_err());
    shop.saw().await.tells(&["postgres: new connections are refused: app (NOLOGIN)"]);
    shop.server.root(&["ALTER ROLE app LOGIN VALID UNTIL '2020-01-01'"]).await.unwrap();
    assert!(session(shop.server.port()).await.is_err());
    // It was let in when that was over: not by its password, perhaps.
    shop.saw().await.is_healthy();
    shop.server
        .root(&["DO $$ BEGIN EXECUTE format('ALTER ROLE app VALID UNTIL %L', now()); END $$"])
        .await
        .unwrap();
    shop.saw().await.tells(&["postgres: new connections are refused: app (VALID UNTIL is over)"]);
}

#[tokio::test]
async fn bad_a_database_with_sessions_takes_no_new_ones() {
    let shop = Shop::open(&[]).await;
    shop.server.root(&["CREATE DATABASE shop"]).await.unwrap();
    let client = inside(&shop.server, "shop").await;
    shop.server.root(&["ALTER DATABASE shop ALLOW_CONNECTIONS false"]).await.unwrap();
    shop.saw().await.tells(&["postgres: new connections are refused: database shop (ALLOW_CONN"]);
    drop(client);
    // With nobody in it, it is closed on purpose.
    shop.shows("datname = 'shop'", 0).await;
    shop.saw().await.is_healthy();
}

/// Who is there goes on; who comes back is refused.
#[tokio::test]
async fn bad_a_role_may_not_connect_any_more() {
    let shop = Shop::open(&[]).await;
    shop.server.root(&["CREATE DATABASE shop"]).await.unwrap();
    let client = inside(&shop.server, "shop").await;
    shop.server.root(&["REVOKE CONNECT ON DATABASE shop FROM PUBLIC"]).await.unwrap();
    shop.saw().await.tells(&["postgres: new connections are refused: app in shop (CONNECT was"]);
    drop(client);
}

/// A program that is stopped when it goes out of scope.
struct Reader(Child);

impl Drop for Reader {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Its connection stands, and nobody reads there.
#[tokio::test]
async fn bad_the_reader_of_a_slot_hangs() {
    let small = [("wal_level", "logical"), ("max_wal_size", "32MB"), ("min_wal_size", "32MB")];
    let shop = Shop::open(&small).await;
    shop.server
        .root(&["SELECT pg_create_logical_replication_slot('changes', 'test_decoding')"])
        .await
        .unwrap();
    let program = std::fs::read_dir("/usr/lib/postgresql").unwrap().flatten();
    let program = program.map(|version| version.path().join("bin/pg_recvlogical")).max().unwrap();
    let reader = Command::new(program)
        .args(["-h", "127.0.0.1", "-U", "ops", "-d", "postgres", "-p", &shop.server.port().to_string()])
        .args(["--slot", "changes", "--start", "-f", "-"])
        .env("PGPASSWORD", "ops-pass")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let reader = Reader(reader);
    let active = "SELECT count(*) FROM pg_replication_slots WHERE active";
    comes("it reads", async || number(&shop.server, active).await == 1.0).await;
    let pid = rustix::process::Pid::from_child(&reader.0);
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
    keeps_more_than_it_may(&shop, "active AND wal_status = 'extended'").await;
    shop.saw().await.tells(&["postgres: the reader of slot changes stands, and the log is kept for it"]);
}

/// The log is kept for a transaction that takes long, and the reader keeps up.
#[tokio::test]
async fn fine_a_slot_that_keeps_log_for_a_long_transaction() {
    let small = [("wal_level", "logical"), ("max_wal_size", "32MB"), ("min_wal_size", "32MB")];
    let mut shop = Shop::open(&small).await;
    let _subscriber = follower(&shop).await;
    let long = shop.app().await;
    long.batch_execute("BEGIN; UPDATE t SET v = 1 WHERE id = 1").await.unwrap();
    keeps_more_than_it_may(&shop, "active AND wal_status = 'extended'").await;
    shop.again(1, "UPDATE t SET v = v + 1 WHERE id = 2").await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn bad_queries_on_a_standby_are_cancelled() {
    let mut shop = Shop::open(&[]).await;
    let impatient = [("max_standby_streaming_delay", "10ms")];
    let standby = shop.lab.postgres_standby_of(&shop.server, &impatient).await.unwrap();
    let mut reports = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let report = session(standby.port()).await.unwrap();
        reports.spawn(async move {
            while !report.is_closed() {
                _ = report.batch_execute("SELECT count(*), pg_sleep(60) FROM t").await;
            }
        });
    }
    shop.again(1, "UPDATE t SET v = v + 1; SELECT pg_sleep(0.2)").await;
    shop.again(1, "VACUUM t").await;
    let cancelled = "SELECT sum(conflicts) FROM pg_stat_database";
    comes("some are cancelled", async || {
        // It may be cancelled itself.
        let rows = standby.query(cancelled).await.unwrap_or_default();
        rows.first().and_then(|row| row[0].as_deref()?.parse().ok()).is_some_and(|count: f64| count > 4.0)
    })
    .await;
    let saw = shop.cache.saw("DATABASE_URL", &standby.url()).await;
    saw.tells(&["postgres: ", " queries are cancelled for what is replayed"]);
}

/// A pool as large as the limit of its role, which is not in use.
#[tokio::test]
async fn fine_a_pool_has_all_the_connections_that_its_role_may_have() {
    let mut shop = Shop::open(&[]).await;
    shop.server.root(&["ALTER ROLE app CONNECTION LIMIT 4"]).await.unwrap();
    let _idle = [shop.app().await, shop.app().await, shop.app().await];
    shop.again(1, "SELECT v FROM t WHERE id = 1").await;
    let saw = told_at_length(&shop).await;
    saw.is_healthy();
    assert!(saw.0.stdout.contains("app has 4 of 4 connections, "), "{}", saw.0);
}

/// To a role that sees nobody else's sessions it is hidden whether they are idle.
#[tokio::test]
async fn unknown_whether_a_pool_at_its_limit_is_in_use() {
    let mut shop = Shop::open(&[]).await;
    let plain = ["CREATE ROLE plain LOGIN PASSWORD 'ops-pass'", "ALTER ROLE app CONNECTION LIMIT 2"];
    shop.server.root(&plain).await.unwrap();
    shop.begin(2, "SELECT pg_sleep(300)").await;
    shop.shows("wait_event = 'PgSleep'", 2).await;
    let url = format!("postgres://plain:ops-pass@127.0.0.1:{}/postgres", shop.server.port());
    shop.cache.saw("DATABASE_URL", &url).await.cannot_say(&["postgres: app has 2 of 2 connections"]);
}

/// What a role may not see is left out, with a note: the rest is looked at.
#[tokio::test]
async fn fine_a_role_to_which_subscriptions_and_then_slots_are_hidden() {
    let shop = Shop::open(&[]).await;
    let plain = ["CREATE ROLE plain LOGIN PASSWORD 'ops-pass'", "GRANT pg_monitor TO plain"];
    shop.server.root(&plain).await.unwrap();
    let url = format!("postgres://plain:ops-pass@127.0.0.1:{}/postgres", shop.server.port());
    for (hide, note) in [
        (
            "REVOKE SELECT (subname, subenabled) ON pg_subscription FROM PUBLIC",
            "subscriptions are hidden from",
        ),
        ("REVOKE SELECT ON pg_replication_slots FROM PUBLIC", "what is read-only were not looked at"),
    ] {
        shop.server.root(&[hide]).await.unwrap();
        let saw = told_to(&shop, &url).await;
        saw.is_healthy();
        let said = saw.0.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(note), "{}", saw.0);
    }
}
