//! A PgBouncer with an application that comes through it.

use stampede::config::{Address, PostgresTarget, Secret, Target, TargetSpec};
use stampede::lab::{Lab, PgbouncerServer, USER};
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::{Client, NoTls};

use super::harness::{Act, until};

pub const PASSWORD: &str = "ops-pass";

/// A PgBouncer in front of a PostgreSQL.
pub async fn pooler(lab: &Lab, settings: &[(&str, &str)]) -> PgbouncerServer {
    let postgres = lab.postgres(&[]).await.unwrap();
    lab.pgbouncer(&postgres, settings).await.unwrap()
}

/// A client of the application, in the database `shop`.
pub async fn client(pooler: &PgbouncerServer) -> Client {
    let (client, connection) = pooler.login("app", "shop").connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Asks something and gives the one cell of the answer.
pub async fn queries(client: &Client, question: &str) -> String {
    let messages = client.simple_query(question).await.unwrap();
    let cell = messages.iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    cell.unwrap_or_default().to_owned()
}

/// A cell of the row whose first column is `row`.
async fn cell(pooler: &PgbouncerServer, question: &str, row: &str, column: &str) -> String {
    let rows = pooler.says(question).await.unwrap();
    let found = rows.into_iter().find(|cells| cells[0].1 == row).unwrap_or_default();
    found.into_iter().find(|(name, _)| name == column).map(|(_, cell)| cell).unwrap_or_default()
}

pub async fn is_paused(pooler: &PgbouncerServer, database: &str) -> bool {
    cell(pooler, "SHOW DATABASES", database, "paused").await == "1"
}

/// Waits until `shop` is paused.
pub async fn paused(pooler: &PgbouncerServer) {
    until("shop is paused", async || is_paused(pooler, "shop").await, |paused| *paused).await;
}

/// Waits until a number of the pool of `shop` is as expected.
pub async fn pool(pooler: &PgbouncerServer, column: &str, expected: &str) {
    let ask = async || cell(pooler, "SHOW POOLS", "shop", column).await;
    until(&format!("{column} is {expected}"), ask, |now| now == expected).await;
}

fn target(address: Address, user: &str) -> Target {
    let console = PostgresTarget {
        address,
        user: user.into(),
        password: Some(Secret::new(PASSWORD)),
        database: "pgbouncer".into(),
        tls: None,
        tls_optional: false,
    };
    Target { name: "pgbouncer".into(), spec: TargetSpec::Pgbouncer(console) }
}

/// The action, by a port.
pub async fn act_at(port: u16) -> Act {
    Act::at("pgbouncer.pause", target(Address::Tcp("127.0.0.1".into(), port), USER)).await
}

/// The action as an account.
pub async fn act_by(pooler: &PgbouncerServer, user: &str) -> Act {
    Act::at("pgbouncer.pause", target(Address::Tcp("127.0.0.1".into(), pooler.port()), user)).await
}

/// The action by the socket.
pub async fn act_by_socket(pooler: &PgbouncerServer) -> Act {
    let socket = pooler.socket_dir().join(format!(".s.PGSQL.{}", pooler.port()));
    Act::at("pgbouncer.pause", target(Address::Unix(socket), USER)).await
}

/// A balancer: its connections lead to each of these ports in turn.
pub async fn balancer(ports: Vec<u16>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for upstream in ports.iter().cycle() {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = TcpStream::connect(("127.0.0.1", *upstream)).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    port
}
