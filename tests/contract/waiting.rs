//! A write waits at the server for somebody else when its connection is lost: it may be done long after nobody hears of
//! it any more, and what was said of it must hold then too.

use std::time::Duration;

use mysql_async::prelude::Queryable as _;

use super::place::{Place, World};
use super::{Stage, scene};
use crate::actions::pg::login;
use crate::support::binary::{End, Ended};
use crate::support::proxy::{Fault, What};

/// How long the other one holds the table after the connection is lost.
const HOLDS: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(700), Duration::from_millis(1500)];

/// Acts while somebody else is in the way, who leaves `holds` after the connection was lost; then it ends well, and nothing
/// comes after that.
async fn comes_late(
    stage: &Stage,
    before: &World,
    what: What,
    holds: Duration,
    leaves: impl Future<Output = ()>,
) -> Ended {
    let home = stage.home();
    stage.proxy.arm(Fault::at(1, what));
    let releases = async {
        if what == What::CutDuring {
            stage.proxy.fired().await;
        }
        stampede::clock::sleep(holds).await;
        leaves.await;
    };
    let (ended, ()) = tokio::join!(stage.act(&home, None), releases);
    let words = format!("{what:?}, held for {holds:?}: {ended}");
    stage.proxy.arm(Fault::at(usize::MAX, what));
    stage.ends_well(&home, before, &words).await;
    stampede::clock::sleep(Duration::from_secs(2)).await;
    assert!(stage.differences(before).await.is_empty(), "{words}");
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn s20_read_only_that_comes_late_is_not_said_to_be_nowhere() {
    let [scene] = scene::of("mysql.read-only")[..] else { panic!("one scene") };
    let stage = Stage::set(scene).await;
    let Place::Mysql(server) = &stage.place else { panic!("a MySQL") };
    server.root(&["CREATE DATABASE shop", "CREATE TABLE shop.page (id INT)"]).await.unwrap();
    let url = format!("{}/shop?prefer_socket=false", server.url());
    for (what, holds) in
        HOLDS.map(|holds| (What::CutDuring, holds)).into_iter().chain([(What::Swallow, HOLDS[1])])
    {
        stage.again().await;
        let before = stage.world().await;
        let mut other = mysql_async::Conn::from_url(&url).await.unwrap();
        other.query_drop("LOCK TABLES page WRITE").await.unwrap();
        let ended = comes_late(&stage, &before, what, holds, async {
            other.query_drop("UNLOCK TABLES").await.unwrap();
        })
        .await;
        assert_eq!(ended.end, End::Code(4), "{ended}");
        other.disconnect().await.unwrap();
    }
}

/// A backup that locks all tables keeps `ALTER USER` waiting.
#[tokio::test(flavor = "multi_thread")]
async fn s20_a_limit_of_mysql_that_comes_late_is_not_said_to_be_nowhere() {
    let [scene] = scene::of("mysql.user-limit")[..] else { panic!("one scene") };
    let stage = Stage::set(scene).await;
    let Place::Mysql(server) = &stage.place else { panic!("a MySQL") };
    for (what, holds) in [(What::CutDuring, HOLDS[0]), (What::CutDuring, HOLDS[2]), (What::Swallow, HOLDS[1])]
    {
        stage.again().await;
        let before = stage.world().await;
        let mut other = mysql_async::Conn::from_url(server.url()).await.unwrap();
        other.query_drop("FLUSH TABLES WITH READ LOCK").await.unwrap();
        let ended = comes_late(&stage, &before, what, holds, async {
            other.query_drop("UNLOCK TABLES").await.unwrap();
        })
        .await;
        assert_eq!(ended.end, End::Code(4), "{ended}");
        other.disconnect().await.unwrap();
    }
}

/// PostgreSQL does not find out that a client has gone while its statement waits for a lock.
#[tokio::test(flavor = "multi_thread")]
async fn s20_a_limit_of_postgres_that_comes_late_is_not_said_to_be_nowhere() {
    let [scene] = scene::of("postgres.connection-limit")[..] else { panic!("one scene") };
    let stage = Stage::set(scene).await;
    let Place::Postgres(server) = &stage.place else { panic!("a PostgreSQL") };
    for (what, holds) in [(What::CutDuring, HOLDS[0]), (What::CutDuring, HOLDS[1]), (What::Swallow, HOLDS[1])]
    {
        stage.again().await;
        let before = stage.world().await;
        let other = login(server, "postgres", "postgres").await.unwrap();
        other.batch_execute("BEGIN; ALTER ROLE app CONNECTION LIMIT 8").await.unwrap();
        let ended = comes_late(&stage, &before, what, holds, async {
            other.batch_execute("ROLLBACK").await.unwrap();
        })
        .await;
        assert_eq!(ended.end, End::Code(4), "{ended}");
    }
}

/// What was said to a pooler is held on the way, and comes long after its connection was given up.
#[tokio::test(flavor = "multi_thread")]
async fn s26_a_pause_that_comes_late_is_not_said_to_be_nowhere() {
    let [scene] = scene::of("pgbouncer.pause")[..] else { panic!("one scene") };
    let stage = Stage::set(scene).await;
    let before = stage.world().await;
    let home = stage.home();
    stage.proxy.arm(Fault::at(1, What::Delay));
    let ended = stage.act(&home, None).await;
    let words = format!("{:?} {}{}", ended.end, ended.stdout, ended.stderr);
    assert_eq!(ended.end, End::Code(4), "{words}");
    assert_eq!(stage.in_effect(&home).await, 1, "it is said to be over: {words}");
    assert!(stage.differences(&before).await.is_empty(), "it has come already: {words}");
    stage.proxy.release();
    while stage.differences(&before).await.is_empty() {
        stampede::clock::sleep(Duration::from_millis(10)).await;
    }
    stage.ends_well(&home, &before, &words).await;
}

/// The same when the process dies: the server finds out later than the next run.
#[tokio::test(flavor = "multi_thread")]
async fn s26_read_only_that_comes_after_the_process_has_died_is_put_back() {
    let [scene] = scene::of("mysql.read-only")[..] else { panic!("one scene") };
    let stage = Stage::set(scene).await;
    let Place::Mysql(server) = &stage.place else { panic!("a MySQL") };
    server.root(&["CREATE DATABASE shop", "CREATE TABLE shop.page (id INT)"]).await.unwrap();
    let before = stage.world().await;
    let home = stage.home();
    let mut other =
        mysql_async::Conn::from_url(format!("{}/shop?prefer_socket=false", server.url())).await.unwrap();
    other.query_drop("LOCK TABLES page WRITE").await.unwrap();
    let mut args = stage.words();
    args.extend(["--yes", "--confirm", stage.place.name(), "--no-watch"]);
    let running = home.stampede(&args).spawn();
    let waits = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SET GLOBAL read_only%'";
    while stage.place.says(&[waits]).await == "0" {
        stampede::clock::sleep(Duration::from_millis(10)).await;
    }
    let ended = running.kill().await;
    let releases = async {
        stampede::clock::sleep(Duration::from_millis(300)).await;
        other.query_drop("UNLOCK TABLES").await.unwrap();
    };
    let words = format!("{:?} {}{}", ended.end, ended.stdout, ended.stderr);
    tokio::join!(stage.ends_well(&home, &before, &words), releases);
    stampede::clock::sleep(Duration::from_secs(2)).await;
    assert!(stage.differences(&before).await.is_empty(), "{words}");
}
