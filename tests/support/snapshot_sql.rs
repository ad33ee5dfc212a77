//! Everything that a command for emergencies could change on a database server, for comparing before and after.

use std::collections::BTreeMap;

use mysql_async::prelude::Queryable as _;
use stampede::lab::{MariadbServer, PgbouncerServer, PostgresServer};
use tokio_postgres::SimpleQueryMessage;

/// Settings that move by themselves, or say who asks.
const MOVES: &[&str] =
    &["timestamp", "gtid_", "last_", "pseudo_", "rand_seed", "error_count", "warning_count"];

/// A database server at one moment: its settings, its accounts with all their limits and rights, and who is connected by
/// which number. Left out is what moves by itself, and the data.
pub struct Facts {
    facts: BTreeMap<String, String>,
}

impl Facts {
    /// Looks at a MariaDB, as root by its socket. `clients`: the account whose connections belong to the world.
    pub async fn mysql(server: &MariadbServer, clients: &str) -> Self {
        let mut facts = BTreeMap::new();
        for row in ask_mysql(server, "SHOW GLOBAL VARIABLES").await {
            if !MOVES.iter().any(|name| row[0].1.starts_with(name)) {
                facts.insert(format!("setting {}", row[0].1), row[1].1.clone());
            }
        }
        for row in ask_mysql(server, "SELECT * FROM mysql.user").await {
            let named =
                |name: &str| row.iter().find(|(column, _)| column.eq_ignore_ascii_case(name)).unwrap();
            let account = format!("account {}@{}", named("user").1, named("host").1);
            facts.extend(row.iter().map(|(column, value)| (format!("{account} {column}"), value.clone())));
        }
        let connections =
            format!("SELECT ID, USER FROM information_schema.PROCESSLIST WHERE USER = '{clients}'");
        for row in ask_mysql(server, &connections).await {
            facts.insert(format!("connection {}", row[0].1), row[1].1.clone());
        }
        Self { facts }
    }

    /// Looks at a PostgreSQL, as `postgres` by its socket. `clients`: as above, a role.
    pub async fn postgres(server: &PostgresServer, clients: &str) -> Self {
        let mut facts = BTreeMap::new();
        for (what, question) in [
            ("setting", "SELECT name, setting, source FROM pg_settings"),
            ("file", "SELECT sourceline || ' ' || name, setting FROM pg_file_settings"),
            ("role", "SELECT * FROM pg_roles"),
            (
                "database",
                "SELECT datname, datconnlimit, datallowconn, datistemplate, datacl FROM pg_database",
            ),
            ("settings of", "SELECT setdatabase || '/' || setrole, setconfig FROM pg_db_role_setting"),
        ] {
            for row in ask_postgres(server, question).await {
                let named = |(column, value): &(String, String)| {
                    (format!("{what} {} {column}", row[0].1), value.clone())
                };
                facts.extend(row[1..].iter().map(named));
            }
        }
        let connections =
            format!("SELECT pid, usename FROM pg_stat_activity WHERE usename = '{clients}' AND pid > 0");
        for row in ask_postgres(server, &connections).await {
            facts.insert(format!("connection {}", row[0].1), row[1].1.clone());
        }
        Self { facts }
    }

    /// Looks at a PgBouncer, by its console: its settings, and which databases are paused or disabled.
    pub async fn pgbouncer(server: &PgbouncerServer) -> Self {
        let mut facts = BTreeMap::new();
        for (what, question) in [("setting", "SHOW CONFIG"), ("database", "SHOW DATABASES")] {
            for row in server.says(question).await.unwrap() {
                let still = row[1..].iter().filter(|(column, _)| column != "current_connections");
                facts.extend(
                    still.map(|(column, value)| (format!("{what} {} {column}", row[0].1), value.clone())),
                );
            }
        }
        Self { facts }
    }

    /// What is different in `after`, a line each; nothing when it is the same world.
    pub fn differences(&self, after: &Self) -> Vec<String> {
        let mut names: Vec<&String> = self.facts.keys().chain(after.facts.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let quoted =
            |value: Option<&String>| value.map_or_else(|| "nothing".to_owned(), |value| format!("{value:?}"));
        let pairs = names.into_iter().map(|name| (name, self.facts.get(name), after.facts.get(name)));
        pairs
            .filter(|(_, was, is)| was != is)
            .map(|(name, was, is)| format!("{name}: {} -> {}", quoted(was), quoted(is)))
            .collect()
    }
}

/// Asks a MariaDB as root: for each row, its columns by name.
pub async fn ask_mysql(server: &MariadbServer, question: &str) -> Vec<Vec<(String, String)>> {
    let options = mysql_async::OptsBuilder::default()
        .user(Some("root"))
        .socket(server.socket().to_str())
        .prefer_socket(Some(true));
    let mut connection = mysql_async::Conn::new(options).await.unwrap();
    let rows: Vec<mysql_async::Row> = connection.query(question).await.unwrap();
    connection.disconnect().await.unwrap();
    let text = |row: &mysql_async::Row, column: usize| match row.as_ref(column) {
        Some(mysql_async::Value::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    let named = |row: &mysql_async::Row| {
        let columns = row.columns_ref().iter().enumerate();
        columns.map(|(number, column)| (column.name_str().into_owned(), text(row, number))).collect()
    };
    rows.iter().map(named).collect()
}

/// Asks a PostgreSQL as `postgres`: for each row, its columns by name.
pub async fn ask_postgres(server: &PostgresServer, question: &str) -> Vec<Vec<(String, String)>> {
    let mut config = tokio_postgres::Config::new();
    config.host_path(server.socket_dir()).port(server.port()).user("postgres").dbname("postgres");
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let answer = client.simple_query(question).await.unwrap();
    drop(client);
    _ = connection.await;
    let named = |row: &tokio_postgres::SimpleQueryRow| {
        let columns = row.columns().iter().enumerate();
        let text = |number| row.get(number).unwrap_or_default().to_owned();
        columns.map(|(number, column)| (column.name().to_owned(), text(number))).collect()
    };
    let rows = answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(named(row)),
        _ => None,
    });
    rows.collect()
}
