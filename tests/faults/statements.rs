//! What the proxies of databases know of the statements that cross them, and of the protocols that carry them.

use mysql_async::prelude::Queryable as _;
use stampede::lab::Lab;
use stampede::system::mysql::TOLD;
use tokio_postgres::NoTls;

use crate::support::binary::Home;
use crate::support::proxy::Proxy;
use crate::support::sql::{mysql_mutates, postgres_mutates};

fn one(statement: &str) -> Vec<Vec<u8>> {
    vec![statement.as_bytes().to_vec()]
}

#[test]
fn what_changes_a_mysql_is_a_write_and_what_bounds_our_session_is_none() {
    for write in [
        "SET GLOBAL read_only = ON",
        "set global max_connections=5",
        "SET @@global.read_only = 1",
        "SET SESSION sort_buffer_size = 1, GLOBAL read_only = ON",
        "SET PERSIST max_connections = 5",
        "SET PASSWORD FOR app@'%' = 'x'",
        "KILL QUERY 7",
        "KILL QUERY ID 9",
        "ALTER USER app@'%' WITH MAX_USER_CONNECTIONS 5",
        "CALL mysql.rds_kill_query(7)",
        "/* a word */ KILL 7",
        "/*!50000 KILL 7 */",
        "-- a word\nKILL 7",
        "SELECT 1; KILL 7",
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "INSERT INTO t VALUES (1)",
        "WITH a AS (SELECT 1) DELETE FROM t",
        "FLUSH TABLES",
        "LOCK TABLES t WRITE",
        "RESET MASTER",
        "DO RELEASE_LOCK('x')",
        "nobody knows this",
    ] {
        assert!(mysql_mutates(&one(write)), "{write}");
    }
    for read in [
        "SET SESSION lock_wait_timeout=2 /*M! ,max_statement_time=5 */ /*!50708 ,max_execution_time=5000 */",
        "SET NAMES utf8mb4",
        "select 1",
        "SELECT 'KILL 7; SET GLOBAL read_only = ON'",
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only')",
        "SHOW GRANTS",
        " (SELECT 1) UNION (SELECT 2)",
        "PING",
        "QUIT",
        "USE shop",
        "",
        ";",
    ] {
        assert!(!mysql_mutates(&one(read)), "{read}");
    }
    for told in TOLD {
        assert!(mysql_mutates(&one(told)), "{told}");
    }
}

#[test]
fn what_changes_a_postgres_is_a_write_and_what_bounds_our_session_is_none() {
    for write in [
        "ALTER SYSTEM SET default_transaction_read_only = on",
        "ALTER ROLE app CONNECTION LIMIT 5",
        "ALTER DATABASE shop SET default_transaction_read_only = on",
        "SELECT pg_reload_conf()",
        "SELECT pg_catalog.pg_terminate_backend(7)",
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity",
        "BEGIN; ALTER ROLE app CONNECTION LIMIT 5; COMMIT",
        "WITH a AS (DELETE FROM t RETURNING 1) SELECT * FROM a",
        "SELECT 1 INTO t",
        "EXPLAIN ANALYZE DELETE FROM t",
        "SELECT nextval('s')",
        "CHECKPOINT",
        "CANCEL",
    ] {
        assert!(postgres_mutates(&one(write)), "{write}");
    }
    for read in [
        "SELECT system_identifier AS id FROM pg_control_system()",
        "SELECT 1;SELECT 2",
        "SHOW max_connections",
        "SET statement_timeout = 5000",
        "SELECT 'pg_terminate_backend(7)'",
        "BEGIN; SELECT 1; COMMIT",
        "TERMINATE",
        "",
    ] {
        assert!(!postgres_mutates(&one(read)), "{read}");
    }
}

#[tokio::test]
async fn answers_of_mysql_of_any_shape_pass_and_every_statement_is_seen() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&[]).await.unwrap();
    server.root(&["CREATE DATABASE shop"]).await.unwrap();
    let proxy = Proxy::mysql(server.port());
    let url = server.url().replace(&server.port().to_string(), &proxy.port().to_string());
    let mut client = mysql_async::Conn::from_url(format!("{url}/shop?prefer_socket=false")).await.unwrap();
    client.query_drop("CREATE TABLE page (id INT, body LONGTEXT)").await.unwrap();
    proxy.forget();
    let body = "x".repeat(300_000);
    client.query_drop(format!("INSERT INTO page VALUES (1, '{body}'), (2, NULL)")).await.unwrap();
    let rows: Vec<(i32, Option<String>)> = client.query("SELECT * FROM page ORDER BY id").await.unwrap();
    assert_eq!(rows, [(1, Some(body)), (2, None)]);
    let none: Vec<i32> = client.query("SELECT id FROM page WHERE id > 7").await.unwrap();
    assert!(none.is_empty());
    let many: Vec<i32> = client.query("SELECT seq FROM seq_1_to_20000").await.unwrap();
    assert_eq!(many.len(), 20_000);
    client.query_drop("SELECT nothing").await.unwrap_err();
    let mut sets = client.query_iter("SELECT 1; SELECT 2 FROM page; SET @a = 1; SELECT 3").await.unwrap();
    let mut found = Vec::new();
    while !sets.is_empty() {
        found.push(sets.collect::<i32>().await.unwrap());
    }
    drop(sets);
    assert_eq!(found.concat(), [1, 2, 2, 3], "{found:?}");
    client.ping().await.unwrap();
    client.query_drop("DELETE FROM page").await.unwrap();
    let seen: Vec<String> =
        proxy.seen().iter().map(|seen| seen.to_string().chars().take(20).collect()).collect();
    assert_eq!(seen.len(), 8, "{seen:?}");
    assert_eq!(seen[1], "SELECT * FROM page O");
    assert_eq!(seen[6], "PING");
    assert_eq!(proxy.writes(), 2, "{seen:?}");
}

#[tokio::test]
async fn answers_of_postgres_of_any_shape_pass_and_every_message_is_seen() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[]).await.unwrap();
    let proxy = Proxy::postgres(server.port());
    let url = server.url().replace(&server.port().to_string(), &proxy.port().to_string());
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client.simple_query("CREATE TABLE page (id INT, body TEXT)").await.unwrap();
    proxy.forget();
    client
        .simple_query("INSERT INTO page SELECT n, repeat('x', 1000) FROM generate_series(1, 2000) n")
        .await
        .unwrap();
    assert_eq!(client.simple_query("SELECT * FROM page").await.unwrap().len(), 2_002);
    client.simple_query("SELECT nothing").await.unwrap_err();
    client.simple_query("").await.unwrap();
    client.simple_query("DO $$ BEGIN RAISE WARNING 'a word'; END $$").await.unwrap();
    assert_eq!(client.simple_query("SELECT 1; SELECT 2").await.unwrap().len(), 6);
    let seen: Vec<_> = proxy.seen().iter().map(ToString::to_string).collect();
    assert_eq!(seen.len(), 6, "{seen:?}");
    assert_eq!(proxy.writes(), 2, "{seen:?}");
    // An end that the server speaks passes, although nothing was asked.
    server
        .root(&["SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ops'"])
        .await
        .unwrap();
    super::until(async || client.is_closed()).await;
}

#[tokio::test]
async fn a_login_that_is_refused_looks_so_through_the_proxy() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&[]).await.unwrap();
    let proxy = Proxy::mysql(server.port());
    let wrong = format!("mysql://ops:wrong@127.0.0.1:{}?prefer_socket=false", proxy.port());
    let refused = mysql_async::Conn::from_url(wrong).await.unwrap_err().to_string();
    assert!(refused.contains("Access denied"), "{refused}");
    assert_eq!(proxy.seen(), []);
}

/// The test blocks its only thread here, as tests of the binary do.
#[tokio::test]
async fn detect_works_through_both_and_writes_nothing() {
    let lab = Lab::new().unwrap();
    let (mysql, postgres) = (lab.mariadb(&[]).await.unwrap(), lab.postgres(&[]).await.unwrap());
    let through =
        |url: String, port: u16, proxy: &Proxy| url.replace(&port.to_string(), &proxy.port().to_string());
    let (one, two) = (Proxy::mysql(mysql.port()), Proxy::postgres(postgres.port()));
    for (proxy, name, url) in [
        (&one, "MYSQL_URL", through(mysql.url(), mysql.port(), &one)),
        (&two, "DATABASE_URL", through(postgres.url(), postgres.port(), &two)),
    ] {
        let ran = Home::new().stampede(["detect", "--window", "300ms"]).env(name, url).run();
        assert!([0, 1, 2, 3].contains(&ran.status), "{ran}");
        let seen: Vec<_> = proxy.seen().iter().map(ToString::to_string).collect();
        assert!(seen.iter().any(|seen| seen.starts_with("SELECT")), "{seen:?}\n{ran}");
        assert_eq!(proxy.writes(), 0, "{seen:?}");
    }
}
