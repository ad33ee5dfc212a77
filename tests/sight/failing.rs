//! One MariaDB that answers us, and fails its clients.

use std::net::TcpListener;

use mysql_async::prelude::Queryable as _;
use stampede::lab::Lab;

use super::mysql::Shop;
use super::{Cache, comes};

/// One node of Galera, by itself.
async fn galera() -> Shop {
    let lab = Lab::new().unwrap();
    let free: [u16; 2] =
        std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
    let provider = format!(
        "--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:{};ist.recv_addr=127.0.0.1:{};pc.wait_prim_timeout=PT1S",
        free[0], free[1]
    );
    let server = lab
        .mariadb(&[
            "--binlog-format=ROW",
            "--innodb-autoinc-lock-mode=2",
            "--wsrep-on=ON",
            "--wsrep-provider=/usr/lib/galera/libgalera_smm.so",
            "--wsrep-cluster-address=gcomm://",
            "--wsrep-node-address=127.0.0.1",
            &provider,
        ])
        .await
        .unwrap();
    Shop::with(lab, server).await
}

#[tokio::test]
async fn bad_a_node_of_galera_has_lost_its_cluster() {
    let shop = galera().await;
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = format!("SET GLOBAL wsrep_cluster_address = 'gcomm://127.0.0.1:{nobody}'");
    shop.server.root(&[&gone]).await.unwrap();
    comes("it is not ready", async || {
        shop.server.query("SHOW GLOBAL STATUS LIKE 'wsrep_ready'").await.unwrap()[0][1].as_deref()
            == Some("OFF")
    })
    .await;
    assert!(shop.server.query("SELECT * FROM shop.t").await.is_err(), "it answers");
    shop.saw().await.tells(&["critical: mysql turns its clients away: wsrep_ready is OFF"]);
}

#[tokio::test]
async fn bad_a_node_of_galera_was_taken_out_and_not_put_back() {
    let shop = galera().await;
    shop.saw().await.is_healthy();
    shop.server.root(&["SET GLOBAL wsrep_reject_queries = ALL"]).await.unwrap();
    shop.saw().await.tells(&["critical: mysql turns its clients away: wsrep_reject_queries is ALL"]);
}

#[tokio::test]
async fn bad_a_limit_of_time_ends_the_statements() {
    let mut shop = Shop::open(&[]).await;
    shop.again(1, &["SET STATEMENT max_statement_time = 0.02 FOR SELECT BENCHMARK(100000000, 1 + 1)"]).await;
    shop.counts("MAX_STATEMENT_TIME_EXCEEDED", 4.0).await;
    shop.saw().await.tells(&["mysql: max_statement_time ends", "/s statements"]);
}

#[tokio::test]
async fn bad_no_session_may_prepare_a_statement_any_more() {
    let shop = Shop::open(&["--max-prepared-stmt-count=5"]).await;
    let mut leak = shop.app().await;
    for n in 0..5 {
        leak.query_drop(format!("PREPARE s{n} FROM 'SELECT 1'")).await.unwrap();
    }
    shop.saw().await.tells(&["mysql: 5 of 5 prepared statements are in use"]);
    drop(leak);
}

#[tokio::test]
async fn bad_most_statements_fail() {
    let mut shop = Shop::open(&["--performance-schema=ON"]).await;
    shop.again(
        4,
        &["SELECT v FROM shop.t WHERE id = 1", "SELECT new_column FROM shop.t", "SELECT * FROM shop.u"],
    )
    .await;
    shop.saw().await.tells(&["critical: mysql: ", " % of statements fail"]);
}

/// What is done for each client when it connects names a table that is gone: whoever comes is thrown out at once.
#[tokio::test]
async fn bad_all_new_clients_are_thrown_out() {
    let mut shop = Shop::open(&[]).await;
    shop.server.root(&["SET GLOBAL init_connect = 'SELECT 1 FROM shop.gone'"]).await.unwrap();
    shop.comes_again(&["SELECT v FROM shop.t"]).await;
    shop.counts("ABORTED_CLIENTS", 5.0).await;
    shop.saw().await.tells(&["mysql denies ", "/s logins; init_connect fails"]);
}

/// The same setting, which works, and an application that never says good-bye.
#[tokio::test]
async fn fine_clients_that_go_without_a_word() {
    let mut shop = Shop::open(&[]).await;
    shop.server.root(&["SET GLOBAL init_connect = 'SET NAMES utf8mb4'"]).await.unwrap();
    shop.comes_again(&["SELECT v FROM shop.t", "SELECT 1"]).await;
    shop.counts("ABORTED_CLIENTS", 5.0).await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn bad_the_storage_takes_no_writes() {
    let lab = Lab::new().unwrap();
    let cache = Cache::of(&lab).await;
    let server = lab.mariadb(&["--innodb-read-only"]).await.unwrap();
    cache.saw("MYSQL_URL", &server.url()).await.tells(&["mysql is read-only: innodb_read_only is on"]);
}

/// All of them stand in a queue of the engine: none is in a lock wait, none ends.
#[tokio::test]
async fn unknown_whether_they_work_or_stand_when_none_ends() {
    let mut shop = Shop::open(&[]).await;
    shop.begin(6, "SELECT SLEEP(600) FROM shop.t").await;
    shop.shows("User sleep", 6).await;
    shop.saw().await.cannot_say(&["mysql: 6 run, and none has ended in the window"]);
}

/// A new version of the application asks for a column that was not made: the server counts what it takes back, not why.
#[tokio::test]
async fn bad_a_release_without_its_migration() {
    let mut shop = Shop::open(&[]).await;
    let mut app = shop.app().await;
    for _ in 0..1_000 {
        app.query_drop("SELECT v FROM shop.t WHERE id = 1").await.unwrap();
    }
    shop.again(4, &["SELECT new_column FROM shop.t"]).await;
    shop.counts("HANDLER_ROLLBACK", 10.0).await;
    shop.saw().await.tells(&["mysql: ", " % of transactions roll back, usually "]);
}

/// Each read ends with a ROLLBACK, as the pools of some drivers do it.
#[tokio::test]
async fn fine_each_read_ends_with_a_rollback() {
    let mut shop = Shop::open(&[]).await;
    shop.again(4, &["BEGIN", "SELECT v FROM shop.t WHERE id = 1", "ROLLBACK"]).await;
    shop.counts("HANDLER_ROLLBACK", 1_100.0).await;
    shop.saw().await.is_healthy();
}

/// A few users ask for too much, and are cut off.
#[tokio::test]
async fn fine_one_statement_in_a_hundred_fails() {
    let mut shop = Shop::open(&["--performance-schema=ON"]).await;
    shop.again(4, &["SELECT v FROM shop.t WHERE id = 1"; 40]).await;
    shop.again(1, &["SELECT new_column FROM shop.t"]).await;
    shop.again(1, &["SET STATEMENT max_statement_time = 0.02 FOR SELECT BENCHMARK(100000000, 1 + 1)"]).await;
    shop.counts("MAX_STATEMENT_TIME_EXCEEDED", 1.0).await;
    shop.saw().await.is_healthy();
}
