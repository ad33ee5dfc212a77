//! `postgres.cancel` and `postgres.terminate` (S16-S19) on a real PostgreSQL.

use std::time::Duration;

use stampede::change::Level;
use stampede::clock;
use stampede::config::{Address, PostgresTarget, Secret, Target, TargetSpec};
use stampede::lab::{Lab, PostgresServer};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

use super::harness::{Act, ended};
use crate::support::PATIENCE;

const OLD: &[(&str, &str)] = &[("older_than", "1s")];
const HOT: &str = "SELECT id, pg_sleep(600) FROM p WHERE id = 1";

async fn open(lab: &Lab) -> PostgresServer {
    let server = lab.postgres(&[]).await.unwrap();
    server
        .root(&[
            "CREATE TABLE p (id INT PRIMARY KEY, v INT)",
            "INSERT INTO p SELECT n, 0 FROM generate_series(1, 100) n",
            "CREATE ROLE app LOGIN PASSWORD 'app-pass'",
            "GRANT SELECT, INSERT, UPDATE ON p TO app",
        ])
        .await
        .unwrap();
    server
}

fn target(port: u16, user: &str, password: &str) -> Target {
    let spec = PostgresTarget {
        address: Address::Tcp("127.0.0.1".into(), port),
        user: user.into(),
        password: Some(Secret::new(password)),
        database: "postgres".into(),
        tls: None,
        tls_optional: false,
    };
    Target { name: "postgres".into(), spec: TargetSpec::Postgres(spec) }
}

async fn client(server: &PostgresServer, user: &str, program: &str) -> Client {
    let mut config = tokio_postgres::Config::new();
    config
        .host("127.0.0.1")
        .port(server.port())
        .user(user)
        .password(format!("{user}-pass"))
        .dbname("postgres");
    config.application_name(program);
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

type Running = JoinHandle<Result<(), tokio_postgres::Error>>;

async fn running(
    server: &PostgresServer,
    count: usize,
    program: &str,
    statement: &'static str,
) -> Vec<Running> {
    let mut tasks = Vec::new();
    for _ in 0..count {
        let client = client(server, "app", program).await;
        tasks.push(tokio::spawn(async move { client.batch_execute(statement).await }));
    }
    tasks
}

async fn until(server: &PostgresServer, question: &str) {
    let patience = clock::instant() + PATIENCE;
    while server.query(question).await.unwrap()[0][0].as_deref() != Some("t") {
        assert!(clock::instant() < patience, "waited in vain: {question}");
        clock::sleep(Duration::from_millis(20)).await;
    }
}

fn asleep(count: usize) -> String {
    format!(
        "SELECT count(*) >= {count} FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND \
         clock_timestamp() - query_start > interval '1100 ms'"
    )
}

#[track_caller]
fn state(result: Result<(), tokio_postgres::Error>) -> String {
    result.unwrap_err().code().unwrap().code().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn s18_copies_are_cancelled_and_the_oldest_of_each_query_goes_on() {
    let lab = Lab::new().unwrap();
    let server = open(&lab).await;
    let hot = running(&server, 6, "shop", HOT).await;
    let others = [
        running(&server, 1, "shop", "SELECT id, pg_sleep(600) FROM p WHERE id = 2").await,
        running(&server, 2, "shop", "SELECT id, pg_sleep(600) FROM p WHERE id = 4 FOR UPDATE").await,
        running(&server, 2, "shop", "UPDATE p SET v = 1 WHERE id = 5 AND pg_sleep(600) IS NOT NULL").await,
        running(&server, 2, "pg_dump", HOT).await,
        running(&server, 2, "shop", "BEGIN; INSERT INTO p VALUES (1000 + pg_backend_pid(), 1); SELECT id, pg_sleep(600) FROM p WHERE id = 1").await,
    ];
    until(&server, &asleep(14)).await;
    let mut act = Act::at("postgres.cancel", target(server.port(), "ops", "ops-pass")).await;
    let change = act.change(OLD).await;
    assert_eq!(
        (change.level, change.summary.as_str()),
        (Level::Type, "end at most 50 running statements that match, and keep the oldest of each query")
    );
    let now = change.now.as_ref().unwrap();
    assert_eq!(now.matching, 5);
    let spared = now.counts.join("\n");
    for words in ["2 of a backup", "that write or lock", "the oldest of their query"] {
        assert!(spared.contains(words), "{words} is not in {spared}");
    }
    let applied = act.apply(OLD, &change).await.unwrap();
    assert_eq!(applied.notes[0], "5 killed, of at most 50");
    ended(&hot, 5).await;
    let (over, alive): (Vec<Running>, Vec<Running>) = hot.into_iter().partition(JoinHandle::is_finished);
    for task in over {
        assert_eq!(state(task.await.unwrap()), "57014", "the statement was cancelled, and the session stays");
    }
    assert!(
        others.iter().flatten().all(|task| !task.is_finished()),
        "one was ended that was none of the copies"
    );
    assert!(act.already(OLD).await.contains("none of"));
    alive.iter().chain(others.iter().flatten()).for_each(JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_another_statement_of_the_same_session_is_left_alone_and_terminate_ends_sessions() {
    let lab = Lab::new().unwrap();
    let server = open(&lab).await;
    let kept = running(&server, 1, "shop", HOT).await;
    until(&server, &asleep(1)).await;
    let session = client(&server, "app", "shop").await;
    let other = "SELECT id, pg_sleep(600) FROM p WHERE id = 1 AND v = 0";
    // It is cancelled by somebody else, and goes on with another statement, and then with the same again.
    let task = tokio::spawn(async move {
        let first = session.batch_execute(HOT).await;
        (first, session.batch_execute(other).await, session.batch_execute(HOT).await)
    });
    until(&server, &asleep(2)).await;
    let mut act = Act::at("postgres.terminate", target(server.port(), "ops", "ops-pass")).await;
    let change = act.change(OLD).await;
    let another = server.clone();
    act.meanwhile = Some(Box::new(move |_| {
        let server = another.clone();
        Box::pin(async move {
            server
                .root(&["SELECT pg_cancel_backend(pid) FROM (SELECT pid FROM pg_stat_activity \
                 WHERE usename = 'app' ORDER BY backend_start DESC LIMIT 1) s"])
                .await
                .unwrap();
            until(
                &server,
                "SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%v = 0'",
            )
            .await;
            Ok(())
        })
    }));
    let applied = act.apply(OLD, &change).await.unwrap();
    assert_eq!(
        applied.notes,
        ["0 killed, of at most 50", "1 had ended by themselves, or ran something else by then"]
    );
    assert!(!task.is_finished());

    // It runs the same again, and the same rule holds.
    act.meanwhile = None;
    server
        .root(&["SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%v = 0'"])
        .await
        .unwrap();
    until(&server, &asleep(2)).await;
    let commands = change.now.clone().unwrap().commands;
    assert!(commands[0].starts_with("SELECT pg_terminate_backend(pid)"), "{commands:?}");
    let applied = act.apply(OLD, &change).await.unwrap();
    assert_eq!(applied.notes[0], "1 killed, of at most 50");
    let (.., third) = task.await.unwrap();
    assert_eq!(state(third), "57P01");
    kept.iter().for_each(JoinHandle::abort);
}

/// Extended protocol: parameters travel apart, so all refills look the same.
#[tokio::test(flavor = "multi_thread")]
async fn s18_copies_that_cannot_be_told_are_spared_unless_the_digest_is_to_do() {
    let lab = Lab::new().unwrap();
    let server = open(&lab).await;
    server.root(&["CREATE ROLE low LOGIN PASSWORD 'low-pass' IN ROLE pg_monitor"]).await.unwrap();
    let mut tasks = Vec::new();
    for id in 1..=3 {
        let client = client(&server, "app", "shop").await;
        tasks.push(tokio::spawn(async move {
            client.query("SELECT id, pg_sleep(600) FROM p WHERE id = $1", &[&id]).await
        }));
    }
    until(&server, &asleep(3)).await;
    let mut act = Act::at("postgres.cancel", target(server.port(), "ops", "ops-pass")).await;
    let words = act.already(OLD).await;
    assert!(
        words.contains("3 whose copies cannot be told") && words.contains("--keep oldest-per-digest"),
        "{words}"
    );
    let by_digest = &[("older_than", "1s"), ("keep", "oldest-per-digest")];
    let mut low = Act::at("postgres.cancel", target(server.port(), "low", "low-pass")).await;
    assert_eq!(low.blocked(by_digest).await.unblock, "GRANT pg_signal_backend TO the role stampede uses");
    let mut blind = Act::at("postgres.cancel", target(server.port(), "app", "app-pass")).await;
    assert_eq!(blind.blocked(by_digest).await.unblock, "GRANT pg_monitor TO the role stampede uses");
    let (change, applied) = act.act(by_digest).await;
    assert!(
        change.now.as_ref().unwrap().counts.iter().any(|line| line.contains("different queries would die")),
        "{change:?}"
    );
    assert_eq!(applied.notes[0], "2 killed, of at most 50");
    tasks.iter().for_each(JoinHandle::abort);
}
