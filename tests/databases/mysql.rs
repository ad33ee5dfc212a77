//! MariaDB: readings under load, the ways in when it is full, privileges.

use std::time::Duration;

use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use stampede::error::TargetErrorKind;
use stampede::lab::{Lab, MariadbServer};
use stampede::observation::Metric;

use super::{detail, look, mysql, once, open_mysql, standstill, value, why};

async fn session(port: u16, user: &str) -> Conn {
    standstill::session(port, user).await.unwrap()
}

/// Sessions that run `statement`, which must take long.
async fn run(server: &MariadbServer, count: usize, statement: &'static str) {
    for _ in 0..count {
        let mut session = session(server.port(), "ops").await;
        tokio::spawn(async move { session.query_drop(statement).await });
    }
    // They are running when the server says so.
    let mut watcher = session(server.port(), "ops").await;
    loop {
        let running: Option<usize> = watcher
            .query_first("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'")
            .await
            .unwrap();
        if running >= Some(count) {
            return watcher.disconnect().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_loaded_mariadb_is_read_right_and_its_literals_stay_there() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&["--max-connections=40"]).await.unwrap();
    server.root(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT)"]).await.unwrap();
    run(&server, 6, "SELECT SLEEP(600), 'secret@example.com' -- stampede").await;
    let mut probe = open_mysql(mysql(server.port(), "ops", "ops-pass"));
    let (look, mut said) = look(Duration::from_secs(1), Duration::from_secs(10));
    let mut app = session(server.port(), "ops").await;
    let load = async {
        for _ in 0..30 {
            app.query_drop("INSERT INTO shop.t VALUES (1)").await.unwrap();
            app.query_drop("SELECT id FROM shop.t WHERE id = 2").await.unwrap();
            app.query_drop("SELECT id FROM shop.t WHERE id = 3").await.unwrap();
            // Spread over the window: what is done before the first sample does not count.
            stampede::clock::sleep(Duration::from_millis(20)).await;
        }
    };
    let (seen, ()) = tokio::join!(probe.measure(&look), load);

    assert!(seen.error.is_none(), "{seen:?}");
    let identity = seen.identity.clone().unwrap();
    assert_eq!((identity.product.as_str(), identity.role.as_str()), ("MariaDB", "primary"));
    assert_eq!(identity.note, None);
    assert_eq!(value(&seen, Metric::DatabaseConnectionsLimit), Some(40.0));
    assert_eq!(value(&seen, Metric::DatabaseConnections), Some(8.0));
    assert_eq!(value(&seen, Metric::DatabaseConnectionsRatio), Some(0.2));
    let running = value(&seen, Metric::DatabaseRunning).unwrap();
    assert!((6.0..=7.0).contains(&running), "{running}");
    let share = value(&seen, Metric::DatabaseTopQueryShare).unwrap();
    assert!(share > 0.8, "{share}");
    assert!(detail(&seen, Metric::DatabaseTopQueryShare).starts_with("select SLEEP(?), ? ("), "{seen:?}");
    assert_eq!(value(&seen, Metric::DatabaseOver30s), Some(0.0));
    let queries = value(&seen, Metric::DatabaseQueries).unwrap();
    assert!((10.0..=95.0).contains(&queries), "{queries}");
    let writes = value(&seen, Metric::DatabaseWriteShare).unwrap();
    assert!((0.2..0.5).contains(&writes), "{writes}");
    assert_eq!(value(&seen, Metric::DatabaseRestarted), Some(0.0));
    assert_eq!(value(&seen, Metric::DatabaseReadOnly), Some(0.0));
    assert!(why(&seen, Metric::DatabaseP99).contains("MariaDB"));
    assert!(!format!("{seen:?}").contains("secret"), "{seen:?}");
    assert!(said.try_recv().is_err(), "nothing took long");
}

#[tokio::test]
async fn an_idle_server_shows_none_of_our_own_statements() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&[]).await.unwrap();
    let mut probe = open_mysql(mysql(server.port(), "ops", "ops-pass"));
    let seen = probe.measure(&look(Duration::from_millis(300), Duration::from_secs(10)).0).await;
    assert_eq!(value(&seen, Metric::DatabaseQueries), Some(0.0));
    assert_eq!(value(&seen, Metric::DatabaseRunning), Some(0.0));
    assert!(why(&seen, Metric::DatabaseWriteShare).contains("only 0"));
    server.restart().await.unwrap();
    let again = probe.measure(&look(Duration::from_millis(100), Duration::from_secs(10)).0).await;
    assert!(again.error.is_none(), "a stale seat is replaced: {again:?}");
    let young = value(&again, Metric::DatabaseUptime).unwrap();
    assert!(young <= value(&seen, Metric::DatabaseUptime).unwrap() + 30.0);
}

#[tokio::test]
async fn a_full_server_is_entered_by_its_side_door_by_rank_or_through_a_freed_seat() {
    let lab = Lab::new().unwrap();
    let extra = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = lab
        .mariadb(&["--max-connections=10", &format!("--extra-port={extra}"), "--extra-max-connections=2"])
        .await
        .unwrap();
    server
        .root(&["CREATE USER app@'%' IDENTIFIED BY 'ops-pass'", "GRANT PROCESS ON *.* TO app@'%'"])
        .await
        .unwrap();
    let mut connections = Vec::new();
    for _ in 0..10 {
        connections.push(session(server.port(), "app").await);
    }

    // An ordinary account without a reserved slot: refused, with the fact that it is full.
    let mut refused = open_mysql(mysql(server.port(), "app", "ops-pass"));
    let (quick, mut said) = look(Duration::ZERO, Duration::from_millis(400));
    let seen = refused.measure(&quick).await;
    let error = seen.error.clone().unwrap();
    assert_eq!(error.kind, TargetErrorKind::Full, "{error:?}");
    assert!(error.message.contains("1040") && error.message.contains("tries"), "{error}");
    assert_eq!(value(&seen, Metric::DatabaseUp), Some(1.0));
    assert_eq!(value(&seen, Metric::DatabaseConnectionsRatio), Some(1.0));
    assert_eq!(value(&seen, Metric::DatabaseRunning), None);
    assert!(said.recv().await.unwrap().contains("full"));

    // Through the extra port.
    let mut spec = mysql(server.port(), "app", "ops-pass");
    spec.admin_port = Some(extra);
    let seen = once(open_mysql(spec)).await;
    assert!(seen.error.is_none(), "{seen:?}");
    assert!(
        seen.notes.iter().any(|note| note.contains(&format!("admin port 127.0.0.1:{extra}"))),
        "{seen:?}"
    );
    assert!(value(&seen, Metric::DatabaseConnectionsRatio).unwrap() >= 1.0);

    // By rank: the one slot above the limit.
    let seen = once(open_mysql(mysql(server.port(), "ops", "ops-pass"))).await;
    assert!(seen.error.is_none(), "{seen:?}");

    // Through a slot that is freed while we try.
    let mut waiting = open_mysql(mysql(server.port(), "app", "ops-pass"));
    let (patient, mut said) = look(Duration::ZERO, Duration::from_secs(10));
    let leave = async {
        while !said.recv().await.unwrap().contains("somebody leaves") {}
        connections.pop().unwrap().disconnect().await.unwrap();
    };
    let (seen, ()) = tokio::join!(waiting.measure(&patient), leave);
    assert!(seen.error.is_none(), "{seen:?}");
    assert!(seen.notes.iter().any(|note| note.contains("at try")), "{seen:?}");
    drop(server);
}

#[tokio::test]
async fn without_process_only_the_number_of_running_statements_is_known() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&[]).await.unwrap();
    server.root(&["CREATE USER small@'%' IDENTIFIED BY 'ops-pass'"]).await.unwrap();
    run(&server, 3, "SELECT SLEEP(600)").await;
    let seen = once(open_mysql(mysql(server.port(), "small", "ops-pass"))).await;
    assert!(seen.error.is_none(), "{seen:?}");
    assert_eq!(value(&seen, Metric::DatabaseRunning), Some(3.0));
    assert!(detail(&seen, Metric::DatabaseRunning).contains("Threads_running"));
    assert!(why(&seen, Metric::DatabaseLongest).contains("GRANT PROCESS"));
    assert!(seen.notes.iter().any(|note| note.contains("GRANT PROCESS")));
    assert!(why(&seen, Metric::DatabaseReplicationLag).contains("SLAVE MONITOR"));
    assert!(why(&seen, Metric::DatabaseQueries).contains("one look"));
}
