//! What is badly wrong while every counter looks fine is said in the first line: that of a MariaDB.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};
use stampede::lab::{Lab, MariadbServer};
use tokio::net::TcpStream;

use crate::support::binary::{End, Home};

/// Spreads a load over the window.
const PACE: std::time::Duration = std::time::Duration::from_millis(10);

/// What `detect` says of one server: its exit code, the first line, and all of it.
pub(super) async fn detect(variable: &str, url: &str, more: &[&str]) -> (i32, String, String) {
    detect_in(&Home::new(), variable, url, more).await
}

pub(super) async fn detect_in(
    home: &Home,
    variable: &str,
    url: &str,
    more: &[&str],
) -> (i32, String, String) {
    let args = ["detect", "-v", "--no-record", "--window", "1200ms"].iter().chain(more);
    let ended = home.stampede(args).env(variable, url).spawn().wait().await;
    let End::Code(code) = ended.end else { panic!("{ended}") };
    (code, ended.stdout.lines().next().unwrap_or_default().to_owned(), ended.stdout.clone())
}

/// That it is a warning or critical, and that the first line has these words.
pub(super) fn told(said: &(i32, String, String), words: &str) {
    assert!([1, 2].contains(&said.0) && said.1.contains(words), "{words:?}: exit {}\n{}", said.0, said.2);
    assert!(said.1.chars().count() <= 80, "{}", said.1);
}

pub(super) fn fine(said: &(i32, String, String)) {
    assert_eq!(said.0, 0, "{}", said.2);
}

/// Logs in with the password of all accounts of these tests.
pub(super) async fn session(port: u16, user: &str) -> mysql_async::Result<Conn> {
    let options = OptsBuilder::default()
        .ip_or_hostname("127.0.0.1")
        .tcp_port(port)
        .user(Some(user))
        .pass(Some("ops-pass"))
        .prefer_socket(false)
        .max_allowed_packet(Some(1 << 20))
        .wait_timeout(Some(1000));
    Conn::new(options).await
}

/// Says a statement on a session of its own, which waits for its end.
async fn begin(server: &MariadbServer, statement: &'static str) -> u32 {
    let mut session = session(server.port(), "app").await.unwrap();
    let id = session.id();
    tokio::spawn(async move { session.query_drop(statement).await });
    id
}

/// Waits until so many sessions wait for a lock. INNODB_TRX would not do: who reads it all the time reads the same for ever.
async fn waiting(server: &MariadbServer, count: usize) {
    let question = "SELECT (SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for % lock') \
                    + (SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM information_schema.GLOBAL_STATUS \
                    WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS')";
    while server.query(question).await.unwrap()[0][0] != Some(count.to_string()) {}
}

async fn shop(lab: &Lab, args: &[&str]) -> MariadbServer {
    let server = lab.mariadb(args).await.unwrap();
    let app = ["CREATE USER app@'%' IDENTIFIED BY 'ops-pass'", "GRANT ALL ON shop.* TO app@'%'"];
    server.root(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, v INT)"]).await.unwrap();
    server.root(&["INSERT INTO shop.t VALUES (1, 0), (2, 0)", app[0], app[1]]).await.unwrap();
    server
}

#[tokio::test]
async fn clients_of_a_mariadb_that_stand_behind_a_lock_are_told_with_who_holds_it() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[]).await;
    fine(&detect("MYSQL_URL", &server.url(), &[]).await);

    // All behind an ALTER, and that behind a transaction that only read.
    let mut idle = session(server.port(), "app").await.unwrap();
    idle.query_drop("BEGIN").await.unwrap();
    idle.query_drop("SELECT * FROM shop.t WHERE id = 1").await.unwrap();
    begin(&server, "ALTER TABLE shop.t ADD COLUMN z INT").await;
    waiting(&server, 1).await;
    for _ in 0..3 {
        begin(&server, "SELECT * FROM shop.t WHERE id = 2").await;
    }
    waiting(&server, 4).await;
    let said = detect("MYSQL_URL", &server.url(), &[]).await;
    told(&said, &format!("mysql locked: 4 wait for session {}, likely (app, ", idle.id()));
    assert!(said.1.contains(" idle in tra"), "{}", said.1);
    assert!(said.2.contains("table metadata lock") && said.2.contains("  mysql -h "), "{}", said.2);
    assert!(!said.2.contains("psql"), "{}", said.2);
    idle.query_drop("ROLLBACK").await.unwrap();
    waiting(&server, 0).await;

    // Rows that an idle transaction holds.
    idle.query_drop("BEGIN").await.unwrap();
    idle.query_drop("UPDATE shop.t SET v = v + 1").await.unwrap();
    begin(&server, "UPDATE shop.t SET v = 7 WHERE id = 1").await;
    begin(&server, "UPDATE shop.t SET v = 8 WHERE id = 1 AND 'secret@example.com' <> ''").await;
    waiting(&server, 2).await;
    let said = detect("MYSQL_URL", &server.url(), &["-o", "json"]).await;
    let report: serde_json::Value = serde_json::from_str(&said.2).unwrap();
    assert_eq!(report["pattern"], "database_locked", "{report:#}");
    let holder = report["targets"][0]["metrics"]["database.lock_waiters"]["detail"].as_str().unwrap();
    assert!(holder.starts_with(&format!("session {} (app, ", idle.id())), "{holder}");
    assert!(holder.ends_with(" idle in transaction)"), "{holder}");
    assert!(!said.2.contains("secret"), "{}", said.2);
    idle.query_drop("ROLLBACK").await.unwrap();
    waiting(&server, 0).await;

    // The whole server, held for a backup that nobody ends.
    server.root(&["GRANT RELOAD ON *.* TO app@'%'"]).await.unwrap();
    let mut backup = session(server.port(), "app").await.unwrap();
    backup.query_drop("FLUSH TABLES WITH READ LOCK").await.unwrap();
    begin(&server, "INSERT INTO shop.t VALUES (9, 9, 9)").await;
    waiting(&server, 1).await;
    told(&detect("MYSQL_URL", &server.url(), &[]).await, "mysql locked: 1 waits for a");
    // A server that is told to end would wait for it as well.
    backup.query_drop("UNLOCK TABLES").await.unwrap();
    waiting(&server, 0).await;
}

/// An application's own mutex is waited for on purpose; a busy row changes hands.
#[tokio::test]
async fn waits_of_a_mariadb_that_are_meant_or_over_at_once_are_no_trouble() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[]).await;
    let mut leader = session(server.port(), "app").await.unwrap();
    leader.query_drop("SELECT GET_LOCK('leader', 0)").await.unwrap();
    begin(&server, "SELECT GET_LOCK('leader', 600)").await;
    let question = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'";
    while server.query(question).await.unwrap()[0][0].as_deref() != Some("1") {}
    fine(&detect("MYSQL_URL", &server.url(), &[]).await);
}

#[tokio::test]
async fn a_mariadb_that_lets_nobody_write_or_log_in_is_told() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[]).await;
    server.root(&["SET GLOBAL read_only = 1"]).await.unwrap();
    told(&detect("MYSQL_URL", &server.url(), &[]).await, "mysql is read-only although it follows nobody");
    server.root(&["SET GLOBAL read_only = 0"]).await.unwrap();

    // A balancer that only looks whether the port answers is counted among the aborted connections too.
    let port = server.port();
    let health = tokio::spawn(async move {
        while let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await {
            stream.readable().await.unwrap();
            drop(stream);
            stampede::clock::sleep(PACE).await;
        }
    });
    fine(&detect("MYSQL_URL", &server.url(), &[]).await);
    health.abort();

    server.root(&["ALTER USER app@'%' ACCOUNT LOCK"]).await.unwrap();
    let refused = tokio::spawn(async move {
        while session(port, "app").await.is_err() {
            stampede::clock::sleep(PACE).await;
        }
    });
    let said = detect("MYSQL_URL", &server.url(), &[]).await;
    told(&said, "mysql denies ");
    assert!(said.1.contains("/s logins; cannot log in: app@%") && said.0 == 2, "{}", said.2);
    refused.abort();
}

/// What a server has as its default for everybody does not cut our answers short.
#[tokio::test]
async fn defaults_of_a_mariadb_do_not_change_our_own_questions() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[]).await;
    for _ in 0..7 {
        begin(&server, "SELECT SLEEP(600)").await;
    }
    let question = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'";
    while server.query(question).await.unwrap()[0][0].as_deref() != Some("7") {}
    server
        .root(&[
            "SET GLOBAL sql_select_limit = 3, sql_safe_updates = 1, autocommit = 0",
            "SET GLOBAL sql_mode = 'ANSI_QUOTES,ORACLE,PIPES_AS_CONCAT'",
            "SET GLOBAL max_join_size = 1",
        ])
        .await
        .unwrap();
    let said = detect("MYSQL_URL", &server.url(), &["-o", "json"]).await;
    let report: serde_json::Value = serde_json::from_str(&said.2).unwrap();
    let metrics = &report["targets"][0]["metrics"];
    assert_eq!(metrics["database.running"]["value"], 7.0, "{report:#}");
    assert_eq!(metrics["database.connections"]["value"], 8.0, "{report:#}");
}

#[tokio::test]
async fn a_mariadb_replica_that_stands_or_is_late_is_told() {
    let lab = Lab::new().unwrap();
    let primary = lab.mariadb_primary(&[]).await.unwrap();
    let replica = lab.mariadb_replica_of(&primary, &[]).await.unwrap();
    fine(&detect("MYSQL_URL", &replica.url(), &[]).await);
    let asked = ["--replica-of", "mysql"];
    fine(&detect("MYSQL_URL", &primary.url(), &asked).await);
    replica.root(&["STOP SLAVE SQL_THREAD"]).await.unwrap();
    told(
        &detect("MYSQL_URL", &primary.url(), &asked).await,
        "mysql-replica-1: replication stands (receiver Yes",
    );
    let said = detect("MYSQL_URL", &replica.url(), &[]).await;
    told(&said, "mysql: replication stands (receiver Yes, applier No)");
    assert!(said.2.contains("SHOW REPLICA STATUS"), "{}", said.2);
    // What it cannot apply is said by number: the words hold values of rows.
    replica.root(&["START SLAVE"]).await.unwrap();
    primary.root(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY)"]).await.unwrap();
    let table = "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop'";
    while replica.query(table).await.unwrap()[0][0].as_deref() != Some("1") {}
    replica.root(&["SET sql_log_bin = 0", "INSERT INTO shop.t VALUES (4711)"]).await.unwrap();
    primary.root(&["INSERT INTO shop.t VALUES (4711)"]).await.unwrap();
    // The columns Slave_IO_Running and Slave_SQL_Running.
    while replica.query("SHOW SLAVE STATUS").await.unwrap()[0][11].as_deref() != Some("No") {}
    let said = detect("MYSQL_URL", &replica.url(), &[]).await;
    told(&said, "replication stands (receiver Yes, applier No; error 1062");
    assert!(said.2.contains("error 1062: duplicate key") && !said.2.contains("4711"), "{}", said.2);
    replica
        .root(&[
            "DROP DATABASE shop",
            "STOP SLAVE",
            "CHANGE MASTER TO MASTER_PASSWORD = 'wrong'",
            "START SLAVE",
        ])
        .await
        .unwrap();
    while replica.query("SHOW SLAVE STATUS").await.unwrap()[0][10].as_deref() != Some("Connecting") {}
    told(&detect("MYSQL_URL", &replica.url(), &[]).await, "replication stands (receiver Connecting, ");
    // A primary finds out that a replica has gone when it has something to tell it.
    let gone = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'";
    while primary.query(gone).await.unwrap()[0][0].as_deref() != Some("0") {
        primary.root(&["REPLACE INTO shop.t VALUES (1)"]).await.unwrap();
    }
    let said = detect("MYSQL_URL", &primary.url(), &asked).await;
    told(&said, "mysql-replicas: no replica of mysql is connected");
}

/// What is hidden is unknown, and the grant is named.
#[tokio::test]
async fn without_the_right_to_see_others_nobody_is_said_to_wait() {
    let lab = Lab::new().unwrap();
    let server = shop(&lab, &[]).await;
    let url = format!("mysql://app:ops-pass@127.0.0.1:{}", server.port());
    // Who is in no statement waits for nothing: somebody must be in one.
    begin(&server, "SELECT SLEEP(600)").await;
    let question = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'";
    while server.query(question).await.unwrap()[0][0].as_deref() != Some("1") {}
    let said = detect("MYSQL_URL", &url, &["-o", "json"]).await;
    let report: serde_json::Value = serde_json::from_str(&said.2).unwrap();
    let waiters = &report["targets"][0]["metrics"]["database.lock_waiters"];
    assert!(waiters["value"].is_null() && waiters.to_string().contains("GRANT PROCESS"), "{waiters}");
}
