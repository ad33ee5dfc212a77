//! Integration tests: lab.

use std::path::Path;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use stampede::clock;
use stampede::lab::{Lab, connect};

use crate::support::PATIENCE;

fn is_there(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

async fn redis_says(url: &str, command: &str) -> String {
    let mut connection = connect(url).await.expect("an answer");
    redis::cmd(command).query_async(&mut connection).await.expect("an answer")
}

async fn postgres_says(url: &str, query: &str) -> String {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("an answer");
    tokio::spawn(connection);
    client.query_one(query, &[]).await.expect("an answer").get(0)
}

async fn mariadb_says(url: &str, query: &str) -> String {
    let mut connection = mysql_async::Conn::from_url(url).await.expect("an answer");
    let answer: Option<String> = connection.query_first(query).await.expect("an answer");
    connection.disconnect().await.expect("an answer");
    answer.expect("a row")
}

#[tokio::test]
async fn servers_answer_with_the_given_arguments_and_are_gone_with_the_lab() {
    let lab = Lab::new().unwrap();
    let (redis, maria, postgres) = tokio::join!(
        lab.redis(&["--maxclients", "20"]),
        lab.mariadb(&["--max-connections=11"]),
        lab.postgres(&[("max_connections", "12")])
    );
    let (redis, maria, postgres) = (redis.unwrap(), maria.unwrap(), postgres.unwrap());
    assert_eq!(redis_says(&redis.url(), "PING").await, "PONG");
    assert_eq!(
        mariadb_says(&maria.url(), "SELECT CONCAT(@@max_connections, CURRENT_USER())").await,
        "11ops@%"
    );
    assert_eq!(postgres_says(&postgres.url(), "SHOW max_connections").await, "12");
    let pids = [redis.pid(), maria.pid(), postgres.pid()];
    let folder = maria.socket().parent().unwrap().parent().unwrap().to_owned();
    assert!(pids.into_iter().all(is_there));
    drop(lab);
    assert!(!pids.into_iter().any(is_there));
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_cluster_covers_all_slots_and_its_replicas_follow() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 1, &[]).await.unwrap();
    assert_eq!((cluster.primaries.len(), cluster.replicas.len()), (3, 3));
    for node in cluster.nodes() {
        let info = node.says(&["CLUSTER", "INFO"]).await.unwrap();
        assert!(info.contains("cluster_slots_ok:16384") && info.contains("cluster_size:3"), "{info}");
    }
}

#[tokio::test]
async fn a_sentinel_knows_the_primary_and_its_replica_has_the_data() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&[]).await.unwrap();
    primary.says(&["SET", "key", "value"]).await.unwrap();
    let replica = lab.redis_replica_of(&primary, &[]).await.unwrap();
    assert_eq!(replica.says(&["GET", "key"]).await.unwrap(), "value");
    let sentinel = lab.sentinel(&primary, "cache", &[]).await.unwrap();
    let address = sentinel.says(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "cache"]).await.unwrap();
    assert!(address.contains(&primary.port().to_string()), "{address}");
}

/// Not a test by itself: what `a_killed_process_leaves_nothing_behind` starts and kills.
#[tokio::test]
#[ignore = "run by another test in a process of its own"]
async fn starts_servers_and_waits_to_be_killed() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let maria = lab.mariadb(&[]).await.unwrap();
    let postgres = lab.postgres(&[]).await.unwrap();
    redis.pause();
    let report = std::env::var("LAB_REPORT").unwrap();
    let pids = format!("{}\n{} {} {}\n", redis.socket().display(), redis.pid(), maria.pid(), postgres.pid());
    std::fs::write(&report, pids).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_killed_process_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report");
    let mut parent = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "lab::starts_servers_and_waits_to_be_killed"])
        .env("LAB_REPORT", &report)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("the servers are up", || std::fs::read_to_string(&report).is_ok_and(|text| text.ends_with('\n')))
        .await;
    let text = std::fs::read_to_string(&report).unwrap();
    let (socket, pids) = text.trim_end().split_once('\n').unwrap();
    let pids: Vec<u32> = pids.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert!(pids.iter().all(|pid| is_there(*pid)));
    parent.kill().await.unwrap();
    let home = Path::new(socket).parent().unwrap().parent().unwrap().to_owned();
    until("the folder is gone", || !home.exists()).await;
    until("the servers are gone", || !pids.iter().any(|pid| is_there(*pid))).await;
}

async fn until(what: &str, right: impl Fn() -> bool) {
    let wait = async {
        while !right() {
            clock::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "waited in vain until {what}");
}

#[tokio::test]
async fn two_labs_do_not_meet() {
    let (one, two) = (Lab::new().unwrap(), Lab::new().unwrap());
    let (first, second) = tokio::join!(one.redis(&[]), two.redis(&[]));
    let (first, second) = (first.unwrap(), second.unwrap());
    first.says(&["SET", "key", "of the first"]).await.unwrap();
    second.says(&["SET", "key", "of the second"]).await.unwrap();
    one.stop().await;
    assert!(!is_there(first.pid()));
    assert_eq!(second.says(&["GET", "key"]).await.unwrap(), "of the second");
}

#[tokio::test]
async fn a_server_can_be_frozen_stopped_crashed_and_started_again() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.pause();
    let silence = tokio::time::timeout(Duration::from_millis(300), redis.says(&["PING"])).await;
    assert!(silence.is_err(), "a frozen server answered");
    redis.resume();
    assert_eq!(redis.says(&["PING"]).await.unwrap(), "PONG");
    let before = redis.pid();
    redis.restart().await.unwrap();
    assert_ne!(redis.pid(), before);
    assert_eq!(redis.says(&["PING"]).await.unwrap(), "PONG");
    redis.kill().await;
    assert!(!redis.is_running() && !is_there(redis.pid()));
    let postgres = lab.postgres(&[]).await.unwrap();
    postgres.root(&["CREATE TABLE kept (n int)"]).await.unwrap();
    postgres.restart().await.unwrap();
    postgres.root(&["SELECT n FROM kept"]).await.unwrap();
}

#[tokio::test]
async fn a_refused_argument_is_an_error_with_the_words_of_the_server() {
    let lab = Lab::new().unwrap();
    let error = lab.redis(&["--no-such-option", "1"]).await.err().unwrap();
    assert!(
        error.message.contains("ended at its start") && error.message.contains("no-such-option"),
        "{error}"
    );
    let error = lab.mariadb(&["--no-such-option"]).await.err().unwrap();
    assert!(error.message.contains("no-such-option"), "{error}");
    let error = lab.postgres(&[("no_such_setting", "1")]).await.err().unwrap();
    assert!(error.message.contains("no_such_setting"), "{error}");
}

#[tokio::test]
async fn an_acl_shuts_out_whoever_it_does_not_name() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis_with_acl(&["reader on >secret ~* +get +ping", "default off"], &[]).await.unwrap();
    let error = redis.says(&["PING"]).await.unwrap_err();
    assert!(format!("{error:#}").contains("NOAUTH"), "{error:#}");
    let reader = redis.url().replace("redis://", "redis://reader:secret@");
    assert_eq!(redis_says(&reader, "PING").await, "PONG");
}

#[tokio::test]
async fn a_lab_with_its_own_password_does_not_take_the_common_one() {
    let lab = Lab::with_password(r"it's: \ mine").unwrap();
    let (maria, postgres) = tokio::try_join!(lab.mariadb_primary(&[]), lab.postgres(&[])).unwrap();
    let (replica, standby) =
        tokio::try_join!(lab.mariadb_replica_of(&maria, &[]), lab.postgres_standby_of(&postgres, &[]))
            .unwrap();
    let common = |url: String| {
        let (before, after) = (url.find(":it%27s").unwrap(), url.find('@').unwrap());
        format!("{}:{}{}", &url[..before], stampede::lab::PASSWORD, &url[after..])
    };
    for maria in [maria, replica] {
        assert!(mysql_async::Conn::from_url(common(maria.url())).await.is_err());
        assert_eq!(mariadb_says(&maria.url(), "SELECT 'in'").await, "in");
    }
    for postgres in [postgres, standby] {
        assert!(tokio_postgres::connect(&common(postgres.url()), tokio_postgres::NoTls).await.is_err());
        assert_eq!(postgres_says(&postgres.url(), "SELECT 'in'").await, "in");
    }
}

fn column(rows: Vec<Vec<Option<String>>>) -> Vec<String> {
    rows.into_iter().map(|mut row| row.swap_remove(0).unwrap_or_else(|| "NULL".to_owned())).collect()
}

/// Asks until the first column is the right one.
async fn until_column(
    what: &str,
    ask: impl AsyncFn() -> Result<Vec<Vec<Option<String>>>, stampede::error::Failure>,
    right: &[&str],
) {
    let wait = async {
        while column(ask().await.unwrap()) != right {
            clock::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "waited in vain until {what}");
}

#[tokio::test]
async fn a_server_is_asked_for_rows_with_their_nulls() {
    let lab = Lab::new().unwrap();
    let (maria, postgres) = tokio::try_join!(lab.mariadb(&[]), lab.postgres(&[])).unwrap();
    let some = |text: &str| Some(text.to_owned());
    let two = "SELECT 1, NULL UNION ALL SELECT 2, 'it''s'";
    let expected = vec![vec![some("1"), None], vec![some("2"), some("it's")]];
    assert_eq!(maria.query(two).await.unwrap(), expected);
    assert_eq!(postgres.query(two).await.unwrap(), expected);
    let nothing: Vec<Vec<Option<String>>> = Vec::new();
    assert_eq!(maria.query("DO 1").await.unwrap(), nothing);
    assert_eq!(postgres.query("SELECT 1 WHERE false").await.unwrap(), nothing);
    let error = maria.query("SELECT no_such").await.unwrap_err();
    assert!(format!("{error:#}").contains("no_such"), "{error:#}");
    let error = postgres.query("SELECT no_such").await.unwrap_err();
    assert!(format!("{error:#}").contains("no_such"), "{error:#}");
}

#[tokio::test]
async fn mariadb_replicas_follow_their_primary_until_they_are_stopped() {
    let lab = Lab::new().unwrap();
    let primary = lab.mariadb_primary(&[]).await.unwrap();
    primary
        .root(&["CREATE DATABASE shop", "CREATE TABLE shop.t (n INT)", "INSERT INTO shop.t VALUES (1)"])
        .await
        .unwrap();
    let (stopped, other) =
        tokio::try_join!(lab.mariadb_replica_of(&primary, &[]), lab.mariadb_replica_of(&primary, &[]))
            .unwrap();
    let rows = "SELECT n FROM shop.t ORDER BY n";
    assert_eq!(column(stopped.query(rows).await.unwrap()), ["1"], "what was there before");
    assert_eq!(column(stopped.query("SELECT @@read_only").await.unwrap()), ["1"]);

    primary.root(&["INSERT INTO shop.t VALUES (2)"]).await.unwrap();
    until_column("a row arrives", async || stopped.query(rows).await, &["1", "2"]).await;

    stopped.root(&["STOP SLAVE"]).await.unwrap();
    primary.root(&["INSERT INTO shop.t VALUES (3)"]).await.unwrap();
    until_column("the row arrives elsewhere", async || other.query(rows).await, &["1", "2", "3"]).await;
    assert_eq!(column(stopped.query(rows).await.unwrap()), ["1", "2"], "what came after the stop");

    stopped.root(&["START SLAVE"]).await.unwrap();
    until_column("it has caught up", async || stopped.query(rows).await, &["1", "2", "3"]).await;
}

#[tokio::test]
async fn mariadb_replicas_turn_round_and_find_back_after_a_restart() {
    let lab = Lab::new().unwrap();
    let primary = lab.mariadb_primary(&[]).await.unwrap();
    let replica = lab.mariadb_replica_of(&primary, &[]).await.unwrap();
    primary.restart().await.unwrap();
    primary.root(&["CREATE DATABASE shop", "CREATE TABLE shop.t (n INT)"]).await.unwrap();
    let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'shop'";
    until_column("it has found back", async || replica.query(tables).await, &["t"]).await;

    replica.root(&["STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL read_only = OFF"]).await.unwrap();
    let follow = format!(
        "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={}, MASTER_USER='{}', MASTER_PASSWORD='{}', \
         MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1",
        replica.port(),
        stampede::lab::REPLICATOR,
        lab.password()
    );
    let position = "SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_binlog_pos";
    primary.root(&["SET GLOBAL read_only = ON", position, &follow, "START SLAVE"]).await.unwrap();
    replica.root(&["INSERT INTO shop.t VALUES (7)"]).await.unwrap();
    until_column("the old primary follows", async || primary.query("SELECT n FROM shop.t").await, &["7"])
        .await;
}

#[tokio::test]
async fn a_mariadb_without_a_binary_log_cannot_be_followed() {
    let lab = Lab::new().unwrap();
    let lone = lab.mariadb(&[]).await.unwrap();
    let error = lab.mariadb_replica_of(&lone, &[]).await.err().unwrap();
    assert_eq!(error.message, "the primary writes no binary log");
}

#[tokio::test]
async fn a_postgres_standby_follows_its_primary_until_it_is_paused() {
    let lab = Lab::new().unwrap();
    // More than the default: a standby with fewer would end at its start.
    let primary = lab.postgres(&[("max_connections", "123")]).await.unwrap();
    primary.root(&["CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)"]).await.unwrap();
    let (paused, other) =
        tokio::try_join!(lab.postgres_standby_of(&primary, &[]), lab.postgres_standby_of(&primary, &[]))
            .unwrap();
    let rows = "SELECT n FROM t ORDER BY n";
    assert_eq!(column(paused.query(rows).await.unwrap()), ["1"], "what was there before");
    let receiver = "SELECT status FROM pg_stat_wal_receiver";
    assert_eq!(column(paused.query(receiver).await.unwrap()), ["streaming"]);
    let standby = "SELECT pg_is_in_recovery()";
    assert_eq!(column(paused.query(standby).await.unwrap()), ["t"]);
    assert_eq!(column(primary.query(standby).await.unwrap()), ["f"]);

    primary.root(&["INSERT INTO t VALUES (2)"]).await.unwrap();
    until_column("a row arrives", async || paused.query(rows).await, &["1", "2"]).await;

    paused.root(&["SELECT pg_wal_replay_pause()"]).await.unwrap();
    let state = "SELECT pg_get_wal_replay_pause_state()";
    until_column("it is paused", async || paused.query(state).await, &["paused"]).await;
    primary.root(&["INSERT INTO t VALUES (3)"]).await.unwrap();
    until_column("the row arrives elsewhere", async || other.query(rows).await, &["1", "2", "3"]).await;
    assert_eq!(column(paused.query(rows).await.unwrap()), ["1", "2"], "what came after the pause");

    paused.root(&["SELECT pg_wal_replay_resume()"]).await.unwrap();
    until_column("it has caught up", async || paused.query(rows).await, &["1", "2", "3"]).await;
}

#[tokio::test]
async fn a_postgres_standby_finds_back_after_a_restart_and_can_be_promoted() {
    let lab = Lab::new().unwrap();
    let primary = lab.postgres(&[]).await.unwrap();
    let standby = lab.postgres_standby_of(&primary, &[]).await.unwrap();
    tokio::try_join!(primary.restart(), standby.restart()).unwrap();
    primary.root(&["CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)"]).await.unwrap();
    let tables = "SELECT relname FROM pg_class WHERE relname = 't'";
    until_column("it has found back", async || standby.query(tables).await, &["t"]).await;
    let error = standby.root(&["INSERT INTO t VALUES (2)"]).await.unwrap_err();
    assert!(error.message.contains("read-only"), "{error}");
    standby.root(&["SELECT pg_promote()", "INSERT INTO t VALUES (2)"]).await.unwrap();
    assert_eq!(column(standby.query("SELECT pg_is_in_recovery()").await.unwrap()), ["f"]);
}
