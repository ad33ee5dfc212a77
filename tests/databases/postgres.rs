//! PostgreSQL: readings under load, the ways in when it is full, privileges.

use std::time::Duration;

use stampede::error::TargetErrorKind;
use stampede::lab::{Lab, PostgresServer};
use stampede::observation::Metric;
use tokio_postgres::{Client, NoTls};

use super::{detail, look, once, open_postgres, postgres, value, why};

async fn session(server: &PostgresServer, user: &str) -> Result<Client, tokio_postgres::Error> {
    let url = format!("postgres://{user}:ops-pass@127.0.0.1:{}/postgres", server.port());
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Fills every slot that the role can have.
async fn fill(server: &PostgresServer, user: &str) -> Vec<Client> {
    let mut connections = Vec::new();
    loop {
        match session(server, user).await {
            Ok(client) => connections.push(client),
            Err(error) => {
                assert_eq!(error.code().map(|code| code.code()), Some("53300"), "{error:?}");
                return connections;
            }
        }
    }
}

async fn run(server: &PostgresServer, count: usize, statement: &'static str) {
    for _ in 0..count {
        let client = session(server, "ops").await.unwrap();
        tokio::spawn(async move { client.simple_query(statement).await.map(drop) });
    }
    let watcher = session(server, "ops").await.unwrap();
    let question = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while watcher.query_one(question, &[]).await.unwrap().get::<_, i64>(0) < count as i64 {}
}

const APP: &str = "CREATE ROLE app LOGIN PASSWORD 'ops-pass'";

#[tokio::test]
async fn a_loaded_postgres_is_read_right_and_its_literals_stay_there() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[("max_connections", "23")]).await.unwrap();
    run(&server, 6, "SELECT pg_sleep(600), 'secret@example.com' /* stampede */").await;
    run(&server, 1, "INSERT INTO pg_temp.none SELECT 1 FROM pg_sleep(600)").await;
    let mut probe = open_postgres(postgres(server.port(), "ops", "ops-pass"));
    let seen = probe.measure(&look(Duration::from_millis(600), Duration::from_secs(10)).0).await;
    assert!(seen.error.is_none(), "{seen:?}");
    let identity = seen.identity.clone().unwrap();
    assert_eq!((identity.product.as_str(), identity.role.as_str()), ("PostgreSQL", "primary"));
    assert!(identity.id.parse::<u64>().is_ok(), "{identity:?}");
    assert_eq!(identity.note, None);
    assert_eq!(value(&seen, Metric::DatabaseConnectionsLimit), Some(20.0));
    assert_eq!(value(&seen, Metric::DatabaseRunning), Some(6.0));
    assert_eq!(value(&seen, Metric::DatabaseTopQueryShare), Some(1.0));
    assert!(detail(&seen, Metric::DatabaseTopQueryShare).starts_with("select pg_sleep(?), ? ("), "{seen:?}");
    assert_eq!(value(&seen, Metric::DatabaseWriteShare), Some(0.0));
    assert!(value(&seen, Metric::DatabaseLongest).unwrap() > 0.5);
    assert_eq!(value(&seen, Metric::DatabaseRestarted), Some(0.0));
    assert!(why(&seen, Metric::DatabaseRefused).contains("does not count"));
    assert!(!format!("{seen:?}").contains("secret"), "{seen:?}");
    server.restart().await.unwrap();
    let again = probe.measure(&look(Duration::from_millis(100), Duration::from_secs(10)).0).await;
    assert!(again.error.is_none(), "a stale seat is replaced: {again:?}");
    assert_eq!(value(&again, Metric::DatabaseRestarted), Some(1.0));
    assert!(why(&again, Metric::DatabaseQueries).contains("restarted"));
}

#[tokio::test]
async fn a_full_postgres_is_entered_by_rank_beside_the_limit_or_through_a_freed_seat() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[("max_connections", "12")]).await.unwrap();
    server.root(&[APP, "GRANT pg_monitor TO app"]).await.unwrap();
    let mut app = fill(&server, "app").await;

    // An ordinary role: refused, with the fact that it is full.
    let mut refused = open_postgres(postgres(server.port(), "app", "ops-pass"));
    let (quick, mut said) = look(Duration::ZERO, Duration::from_secs(4));
    let seen = refused.measure(&quick).await;
    let error = seen.error.clone().unwrap();
    assert_eq!(error.kind, TargetErrorKind::Full, "{error:?}");
    assert!(error.message.contains("53300"), "{error}");
    assert_eq!(value(&seen, Metric::DatabaseUp), Some(1.0));
    assert_eq!(value(&seen, Metric::DatabaseConnectionsRatio), Some(1.0));
    assert!(said.recv().await.unwrap().contains("full"));

    // A superuser has its reserve.
    let seen = once(open_postgres(postgres(server.port(), "ops", "ops-pass"))).await;
    assert!(seen.error.is_none() && seen.notes.is_empty(), "{seen:?}");

    // Truly full: only a walsender's connection is left.
    let reserve = fill(&server, "ops").await;
    assert_eq!(app.len() + reserve.len(), 12);
    let mut probe = open_postgres(postgres(server.port(), "ops", "ops-pass"));
    let seen = probe.measure(&look(Duration::from_millis(200), Duration::from_secs(5)).0).await;
    assert!(seen.error.is_none(), "{seen:?}");
    assert!(seen.notes.iter().any(|note| note.contains("walsender")), "{seen:?}");
    assert_eq!(value(&seen, Metric::DatabaseConnections), Some(12.0));
    assert!(value(&seen, Metric::DatabaseConnectionsRatio).unwrap() > 1.0);
    assert_eq!(value(&seen, Metric::DatabaseRunning), Some(0.0));
    drop(reserve);

    // Through a slot that is freed while we try.
    let mut waiting = open_postgres(postgres(server.port(), "app", "ops-pass"));
    let (patient, mut said) = look(Duration::ZERO, Duration::from_secs(10));
    let leave = async {
        while !said.recv().await.unwrap().contains("somebody leaves") {}
        drop(app.pop());
    };
    let (seen, ()) = tokio::join!(waiting.measure(&patient), leave);
    assert!(seen.error.is_none(), "{seen:?}");
    assert!(seen.notes.iter().any(|note| note.contains("at try")), "{seen:?}");
}

#[tokio::test]
async fn limits_of_a_role_or_a_database_are_not_the_servers() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[]).await.unwrap();
    server.root(&[APP, "ALTER ROLE app CONNECTION LIMIT 1"]).await.unwrap();
    let connection = session(&server, "app").await.unwrap();
    let seen = once(open_postgres(postgres(server.port(), "app", "ops-pass"))).await;
    let error = seen.error.clone().unwrap();
    assert!(error.message.contains("for role"), "{error:?}");
    assert!(error.hint.unwrap().contains("our own role"));
    assert_eq!(value(&seen, Metric::DatabaseConnectionsRatio), None);
    drop(connection);
}

#[tokio::test]
async fn without_pg_monitor_nothing_is_said_to_run_nothing() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[]).await.unwrap();
    server.root(&[APP]).await.unwrap();
    run(&server, 5, "SELECT pg_sleep(600)").await;
    let seen = once(open_postgres(postgres(server.port(), "app", "ops-pass"))).await;
    assert!(seen.error.is_none(), "{seen:?}");
    for metric in [Metric::DatabaseRunning, Metric::DatabaseLongest, Metric::DatabaseOver30s] {
        assert!(why(&seen, metric).contains("GRANT pg_monitor"));
    }
    let connections = value(&seen, Metric::DatabaseConnections).unwrap();
    assert!(connections >= 6.0, "{connections}");
    assert!(detail(&seen, Metric::DatabaseConnections).contains("hidden"));
}

#[tokio::test]
async fn statements_are_counted_where_the_server_counts_them() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[("shared_preload_libraries", "pg_stat_statements")]).await.unwrap();
    server.root(&["CREATE EXTENSION pg_stat_statements"]).await.unwrap();
    let app = session(&server, "ops").await.unwrap();
    let mut probe = open_postgres(postgres(server.port(), "ops", "ops-pass"));
    let window = Duration::from_secs(1);
    let idle = probe.measure(&look(window, Duration::from_secs(10)).0).await;
    assert_eq!(value(&idle, Metric::DatabaseQueries), Some(0.0), "our own are subtracted: {idle:?}");
    let load = async {
        for _ in 0..40 {
            app.simple_query("SELECT 1").await.unwrap();
            // Spread over the window: what is done before the first sample does not count.
            stampede::clock::sleep(Duration::from_millis(15)).await;
        }
    };
    let (look, _said) = look(window, Duration::from_secs(10));
    let (seen, ()) = tokio::join!(probe.measure(&look), load);
    let queries = value(&seen, Metric::DatabaseQueries).unwrap();
    assert!((10.0..=41.0).contains(&queries), "{queries}");
    assert_eq!(detail(&seen, Metric::DatabaseQueries), "", "statements, not transactions");
    assert!(value(&seen, Metric::DatabaseQueriesLifetime).unwrap() > 0.0);
}

/// While it is watched, a look every 2 s must not be more than two statements a second, also when somebody waits for a lock.
#[tokio::test]
async fn a_look_asks_four_statements() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[("shared_preload_libraries", "pg_stat_statements")]).await.unwrap();
    server.root(&["CREATE EXTENSION pg_stat_statements", "CREATE TABLE t (id INT)", APP]).await.unwrap();
    server.root(&["GRANT ALL ON t TO app"]).await.unwrap();
    let holder = session(&server, "app").await.unwrap();
    holder.batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
    let waiter = session(&server, "app").await.unwrap();
    tokio::spawn(async move { waiter.simple_query("SELECT * FROM t").await.map(drop) });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    while server.query(waits).await.unwrap()[0][0].as_deref() != Some("1") {}
    let asked = async || {
        let by_us = "SELECT sum(calls) FROM pg_stat_statements WHERE userid = 'ops'::regrole";
        server.query(by_us).await.unwrap()[0][0].clone().unwrap().parse::<f64>().unwrap()
    };
    let mut probe = open_postgres(postgres(server.port(), "ops", "ops-pass"));
    let once = look(Duration::ZERO, Duration::from_secs(10)).0;
    probe.measure(&once).await;
    let before = asked().await;
    let seen = probe.measure(&once).await;
    assert_eq!(value(&seen, Metric::DatabaseLockWaiters), Some(1.0), "{seen:?}");
    assert_eq!(asked().await - before, 4.0);
}
