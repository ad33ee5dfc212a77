//! A PostgreSQL with an application in it.

use stampede::config::{Address, PostgresTarget, Secret, Target, TargetSpec};
use stampede::lab::{Lab, PostgresServer};
use tokio_postgres::{Client, Config, NoTls};

use super::harness::Act;

pub const PASSWORD: &str = "ops-pass";

/// A server with the role `app`, its database `shop`, and a table `t` in both that anybody may write to.
pub async fn server(lab: &Lab, settings: &[(&str, &str)]) -> PostgresServer {
    let server = lab.postgres(settings).await.unwrap();
    server
        .root(&["CREATE ROLE app LOGIN PASSWORD 'ops-pass'", "CREATE DATABASE shop OWNER app", TABLE, OPEN])
        .await
        .unwrap();
    root_in(&server, "shop", &[TABLE, OPEN]).await;
    server
}

const TABLE: &str = "CREATE TABLE t (n int)";
const OPEN: &str = "GRANT ALL ON t TO PUBLIC";

/// Runs statements as `postgres` in a database.
pub async fn root_in(server: &PostgresServer, database: &str, statements: &[&str]) {
    let root = login(server, "postgres", database).await.unwrap();
    for statement in statements {
        root.batch_execute(statement).await.unwrap();
    }
}

/// A session. By the socket, where `postgres` needs no password and the others come in as well.
pub async fn login(
    server: &PostgresServer,
    role: &str,
    database: &str,
) -> Result<Client, tokio_postgres::Error> {
    let mut config = Config::new();
    config.host_path(server.socket_dir()).port(server.port()).user(role).dbname(database);
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// The code with which a statement is refused; none when it is not.
pub async fn refused(client: &Client, statement: &str) -> Option<String> {
    let error = client.batch_execute(statement).await.err()?;
    Some(error.code().unwrap_or_else(|| panic!("{error:?}")).code().to_owned())
}

/// Whether a write is refused because the transaction is read-only.
pub async fn writes(client: &Client) -> bool {
    match refused(client, "INSERT INTO t VALUES (1)").await.as_deref() {
        None => true,
        Some("25006") => false,
        Some(other) => panic!("{other}"),
    }
}

/// The first column of all rows.
pub async fn column(server: &PostgresServer, question: &str) -> Vec<String> {
    let root = login(server, "postgres", "postgres").await.unwrap();
    let rows = root.simple_query(question).await.unwrap();
    let row = |message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    rows.into_iter().filter_map(row).collect()
}

/// An action as `role`, in `database`.
pub async fn act(name: &str, server: &PostgresServer, role: &str, database: &str) -> Act {
    let postgres = PostgresTarget {
        address: Address::Tcp("127.0.0.1".into(), server.port()),
        user: role.into(),
        password: Some(Secret::new(PASSWORD)),
        database: database.into(),
        tls: None,
        tls_optional: false,
    };
    Act::at(name, Target { name: "postgres".into(), spec: TargetSpec::Postgres(postgres) }).await
}
