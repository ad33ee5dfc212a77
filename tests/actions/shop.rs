//! A MariaDB with an application on it, for the actions that protect a database.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};
use stampede::clock;
use stampede::config::{Address, MysqlTarget, Secret, Target, TargetSpec};
use stampede::lab::{Lab, MariadbServer};
use tokio::task::JoinHandle;

use crate::support::PATIENCE;

/// What the application's account may do.
const APP: &str = "GRANT SELECT, INSERT, UPDATE, DELETE, LOCK TABLES, ALTER ON shop.* TO app@'%'";

/// Starts it, with a table and two accounts: `app`, and `ops` with all rights.
pub async fn open(lab: &Lab, args: &[&str]) -> MariadbServer {
    let server = lab.mariadb(args).await.unwrap();
    server
        .root(&[
            "CREATE DATABASE shop",
            "USE shop",
            "CREATE TABLE shop.p (id INT PRIMARY KEY, v INT) ENGINE=InnoDB",
            "INSERT INTO shop.p SELECT seq, 0 FROM seq_1_to_1000",
            "CREATE TABLE shop.q (id INT PRIMARY KEY) ENGINE=InnoDB",
            "CREATE USER app@'%' IDENTIFIED BY 'app-pass'",
            APP,
        ])
        .await
        .unwrap();
    server
}

pub fn target(port: u16, user: &str, password: &str) -> Target {
    let spec = MysqlTarget {
        address: Address::Tcp("127.0.0.1".into(), port),
        admin_port: None,
        user: user.into(),
        password: Some(Secret::new(password)),
        database: None,
        tls: None,
    };
    Target { name: "mysql".into(), spec: TargetSpec::Mysql(spec) }
}

/// A connection of the application.
pub async fn app(server: &MariadbServer) -> Conn {
    user(server, "app", "app-pass").await.unwrap()
}

/// The same on a server that is nearly full: who has left it a moment ago may still be counted.
pub async fn last(server: &MariadbServer) -> Conn {
    let patience = clock::instant() + PATIENCE;
    loop {
        match user(server, "app", "app-pass").await {
            Err(mysql_async::Error::Server(error)) if error.code == 1040 && clock::instant() < patience => {
                clock::sleep(Duration::from_millis(20)).await;
            }
            other => return other.unwrap(),
        }
    }
}

pub async fn user(server: &MariadbServer, user: &str, password: &str) -> Result<Conn, mysql_async::Error> {
    let options = OptsBuilder::default()
        .ip_or_hostname("127.0.0.1")
        .tcp_port(server.port())
        .user(Some(user))
        .pass(Some(password))
        .db_name(Some("shop"))
        .prefer_socket(false)
        .max_allowed_packet(Some(1 << 20))
        .wait_timeout(Some(1000));
    Conn::new(options).await
}

/// The server's number for an error.
pub fn code<T: std::fmt::Debug>(result: Result<T, mysql_async::Error>) -> u16 {
    match result {
        Err(mysql_async::Error::Server(error)) => error.code,
        other => panic!("the server did not refuse it: {other:?}"),
    }
}

/// Statements that run until they are let go.
pub struct Busy {
    keeper: Conn,
    running: Vec<JoinHandle<()>>,
}

impl Busy {
    /// One on each of `sessions`, which wait for what `keeper` has.
    pub async fn on(mut keeper: Conn, sessions: Vec<Conn>) -> Self {
        keeper.query_drop("SELECT GET_LOCK('busy', 0)").await.unwrap();
        let waits = "SELECT GET_LOCK('busy', 600), RELEASE_LOCK('busy')";
        let run = |mut session: Conn| tokio::spawn(async move { session.query_drop(waits).await.unwrap() });
        Self { keeper, running: sessions.into_iter().map(run).collect() }
    }

    /// Lets them go, and waits until they have ended.
    pub async fn end(mut self) {
        self.keeper.query_drop("SELECT RELEASE_LOCK('busy')").await.unwrap();
        for one in self.running {
            one.await.unwrap();
        }
    }
}

/// Waits until a question of root's has an answer other than 0.
pub async fn until(server: &MariadbServer, question: &str) {
    let options =
        OptsBuilder::default().user(Some("root")).socket(server.socket().to_str()).prefer_socket(Some(true));
    let mut root = Conn::new(options).await.unwrap();
    let patience = clock::instant() + PATIENCE;
    loop {
        let answer: Option<i64> = root.query_first(question).await.unwrap();
        if answer.unwrap_or(0) > 0 {
            return root.disconnect().await.unwrap();
        }
        assert!(clock::instant() < patience, "waited in vain: {question}");
        clock::sleep(Duration::from_millis(20)).await;
    }
}

/// Sessions of the application that run `statement`, each on a task of its own that gives how it ended.
pub async fn running(
    server: &MariadbServer,
    count: usize,
    statement: &str,
) -> Vec<JoinHandle<Result<(), mysql_async::Error>>> {
    let mut tasks = Vec::new();
    for _ in 0..count {
        let mut session = app(server).await;
        let statement = statement.to_owned();
        tasks.push(tokio::spawn(async move { session.query_drop(statement).await }));
    }
    tasks
}
