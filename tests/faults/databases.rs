//! The faults of the proxies of databases, and the comparison of a database server before and after.

use mysql_async::prelude::Queryable as _;
use stampede::lab::{Lab, MariadbServer, PostgresServer};
use tokio::time::{Duration, timeout};
use tokio_postgres::NoTls;

use super::until;
use crate::support::proxy::{Fault, Proxy, Seen, What};
use crate::support::snapshot_sql::{Facts, ask_mysql, ask_postgres};

const NONE: &[String] = &[];
/// Long enough for an answer that comes.
const A_WHILE: Duration = Duration::from_millis(500);

fn crossed(proxy: &Proxy) -> Vec<String> {
    let writes = proxy.seen();
    writes.iter().filter(|seen| seen.mutating).map(Seen::to_string).collect()
}

async fn most(server: &MariadbServer) -> String {
    ask_mysql(server, "SELECT @@max_connections").await[0][0].1.clone()
}

async fn limit(server: &PostgresServer) -> String {
    ask_postgres(server, "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'ops'").await[0][0].1.clone()
}

async fn mysql(server: &MariadbServer, proxy: &Proxy) -> Result<mysql_async::Conn, mysql_async::Error> {
    let url = server.url().replace(&server.port().to_string(), &proxy.port().to_string());
    // Else the library would go on by the server's socket, past the proxy.
    mysql_async::Conn::from_url(format!("{url}?prefer_socket=false")).await
}

async fn postgres(
    server: &PostgresServer,
    proxy: &Proxy,
) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    let url = server.url().replace(&server.port().to_string(), &proxy.port().to_string());
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

#[tokio::test]
async fn a_write_to_mysql_that_is_cut_or_silent_has_happened_or_not_as_the_fault_says() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&["--max-connections=50"]).await.unwrap();
    let proxy = Proxy::mysql(server.port());
    for (what, after) in [(What::CutBefore, "61"), (What::CutAfter, "62"), (What::Swallow, "62")] {
        proxy.forget();
        let mut client = mysql(&server, &proxy).await.unwrap();
        client.query_drop("SET GLOBAL max_connections = 60").await.unwrap();
        proxy.arm(Fault::at(2, what));
        client.query_drop("SET GLOBAL max_connections = 61").await.unwrap();
        let two: Vec<i32> = client.query("SELECT 2").await.unwrap();
        assert_eq!(two, [2]);
        let mut other = mysql(&server, &proxy).await.unwrap();
        let answer = timeout(A_WHILE, client.query_drop("SET GLOBAL max_connections = 62")).await;
        assert_eq!(answer.is_err(), what == What::Swallow, "{what:?}: {answer:?}");
        assert!(
            answer.is_err() || matches!(answer, Ok(Err(ref error)) if error.is_fatal()),
            "{what:?}: {answer:?}"
        );
        assert_eq!(proxy.fired().await.words(), ["SET GLOBAL max_connections = 62"]);
        assert_eq!(most(&server).await, after, "{what:?}");
        let last = format!("SET GLOBAL max_connections = {after}");
        assert_eq!(crossed(&proxy).last(), Some(&last), "{what:?}");
        // Only that connection has failed.
        other.query_drop("SET GLOBAL max_connections = 63").await.unwrap();
        assert_eq!(most(&server).await, "63");
    }
}

#[tokio::test]
async fn a_write_to_mysql_is_held_and_the_door_is_closed() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&["--max-connections=50"]).await.unwrap();
    let proxy = Proxy::mysql(server.port());
    let mut client = mysql(&server, &proxy).await.unwrap();
    proxy.arm(Fault::at(1, What::Delay));
    let held = tokio::spawn(async move { client.query_drop("SET GLOBAL max_connections = 60").await });
    proxy.fired().await;
    assert_eq!(most(&server).await, "50");
    proxy.release();
    held.await.unwrap().unwrap();
    assert_eq!(most(&server).await, "60");

    let mut client = mysql(&server, &proxy).await.unwrap();
    proxy.arm(Fault::at(1, What::CutAfter).then_refuse());
    client.query_drop("SET GLOBAL max_connections = 61").await.unwrap_err();
    assert!(mysql(&server, &proxy).await.is_err());
    assert_eq!(most(&server).await, "61");
    proxy.refuse_new(false);
    mysql(&server, &proxy).await.unwrap();
}

#[tokio::test]
async fn a_write_to_postgres_that_is_cut_or_silent_has_happened_or_not_as_the_fault_says() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[]).await.unwrap();
    let proxy = Proxy::postgres(server.port());
    for (what, after) in [(What::CutBefore, "61"), (What::CutAfter, "62"), (What::Swallow, "62")] {
        proxy.forget();
        let client = postgres(&server, &proxy).await.unwrap();
        client.simple_query("ALTER ROLE ops CONNECTION LIMIT 60").await.unwrap();
        proxy.arm(Fault::at(2, what));
        client.simple_query("ALTER ROLE ops CONNECTION LIMIT 61").await.unwrap();
        client.simple_query("SELECT 2; SELECT 3").await.unwrap();
        let other = postgres(&server, &proxy).await.unwrap();
        let answer = timeout(A_WHILE, client.simple_query("ALTER ROLE ops CONNECTION LIMIT 62")).await;
        assert_eq!(answer.is_err(), what == What::Swallow, "{what:?}");
        assert!(answer.is_err() || client.is_closed(), "{what:?}");
        proxy.fired().await;
        assert_eq!(limit(&server).await, after, "{what:?}");
        let last = format!("ALTER ROLE ops CONNECTION LIMIT {after}");
        assert_eq!(crossed(&proxy).last(), Some(&last), "{what:?}");
        other.simple_query("ALTER ROLE ops CONNECTION LIMIT 63").await.unwrap();
        assert_eq!(limit(&server).await, "63");
    }
    proxy.refuse_new(true);
    assert!(postgres(&server, &proxy).await.is_err());
}

#[tokio::test]
async fn every_change_of_a_mysql_is_a_difference_and_its_undoing_ends_it() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&["--max-connections=50"]).await.unwrap();
    server.root(&["CREATE USER app@'%'"]).await.unwrap();
    let before = Facts::mysql(&server, "app").await;
    assert_eq!(before.differences(&Facts::mysql(&server, "app").await), NONE);
    for (change, undo, expected) in [
        ("SET GLOBAL read_only = ON", "SET GLOBAL read_only = OFF", "setting read_only: \"OFF\" -> \"ON\""),
        (
            "SET GLOBAL max_connections = 70",
            "SET GLOBAL max_connections = 50",
            "setting max_connections: \"50\" -> \"70\"",
        ),
        (
            "ALTER USER app@'%' WITH MAX_USER_CONNECTIONS 5",
            "ALTER USER app@'%' WITH MAX_USER_CONNECTIONS 0",
            "account app@% max_user_connections: \"0\" -> \"5\"",
        ),
        ("GRANT SUPER ON *.* TO app@'%'", "REVOKE SUPER ON *.* FROM app@'%'", "account app@% Super_priv: "),
    ] {
        server.root(&[change]).await.unwrap();
        let changed = before.differences(&Facts::mysql(&server, "app").await);
        assert!(changed.len() == 1 && changed[0].starts_with(expected), "{change}: {changed:#?}");
        server.root(&[undo]).await.unwrap();
        assert_eq!(before.differences(&Facts::mysql(&server, "app").await), NONE, "{undo}");
    }
    // Whoever is connected anew is somebody else.
    let url = format!("mysql://app@127.0.0.1:{}", server.port());
    let client = mysql_async::Conn::from_url(url).await.unwrap();
    let connected = before.differences(&Facts::mysql(&server, "app").await);
    assert!(connected[0].ends_with("nothing -> \"app\"") && connected.len() == 1, "{connected:?}");
    client.disconnect().await.unwrap();
    until(async || before.differences(&Facts::mysql(&server, "app").await).is_empty()).await;
}

#[tokio::test]
async fn every_change_of_a_postgres_is_a_difference_and_its_undoing_ends_it() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[]).await.unwrap();
    server.root(&["CREATE ROLE app LOGIN"]).await.unwrap();
    let before = Facts::postgres(&server, "app").await;
    assert_eq!(before.differences(&Facts::postgres(&server, "app").await), NONE);
    for (change, undo, expected) in [
        (
            "ALTER ROLE app CONNECTION LIMIT 5",
            "ALTER ROLE app CONNECTION LIMIT -1",
            "role app rolconnlimit: ",
        ),
        (
            "ALTER DATABASE postgres CONNECTION LIMIT 5",
            "ALTER DATABASE postgres CONNECTION LIMIT -1",
            "database postgres datconnlimit: ",
        ),
        (
            "ALTER ROLE app SET default_transaction_read_only = on",
            "ALTER ROLE app RESET ALL",
            "role app rolconfig: ",
        ),
        (
            "ALTER SYSTEM SET default_transaction_read_only = on",
            "ALTER SYSTEM RESET default_transaction_read_only",
            "file ",
        ),
    ] {
        server.root(&[change]).await.unwrap();
        let changed = before.differences(&Facts::postgres(&server, "app").await);
        assert!(!changed.is_empty() && changed[0].starts_with(expected), "{change}: {changed:#?}");
        server.root(&[undo]).await.unwrap();
        assert_eq!(before.differences(&Facts::postgres(&server, "app").await), NONE, "{undo}");
    }
}
