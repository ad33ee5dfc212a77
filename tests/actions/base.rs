//! A MariaDB and a PostgreSQL with the same rows in them, for what is to be the same on both.

use stampede::config::{Address, PostgresTarget, Secret, Target, TargetSpec};
use stampede::lab::{Lab, MariadbServer, PostgresServer, RedisServer};
use stampede::system::Line;

use super::harness::Act;
use super::shop;
use crate::support::keys::client;

const NAME: &str = "redis.warm";

/// Either database.
pub enum Base {
    Maria(MariadbServer),
    Postgres(PostgresServer),
}

impl Base {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Maria(_) => "mysql",
            Self::Postgres(_) => "postgres",
        }
    }

    pub fn line(&self, user: &str, password: &str) -> Line {
        let target = match self {
            Self::Maria(server) => shop::target(server.port(), user, password),
            Self::Postgres(server) => {
                let spec = PostgresTarget {
                    address: Address::Tcp("127.0.0.1".into(), server.port()),
                    user: user.into(),
                    password: Some(Secret::new(password)),
                    database: "postgres".into(),
                    tls: None,
                    tls_optional: false,
                };
                Target { name: "postgres".into(), spec: TargetSpec::Postgres(spec) }
            }
        };
        Line::of(&target, "stampede:night:ops@test").unwrap()
    }

    pub async fn root(&self, statements: &[&str]) {
        match self {
            Self::Maria(server) => server.root(statements).await.unwrap(),
            Self::Postgres(server) => server.root(statements).await.unwrap(),
        }
    }

    pub async fn number(&self, question: &str) -> i64 {
        let rows = match self {
            Self::Maria(server) => server.query(question).await.unwrap(),
            Self::Postgres(server) => server.query(question).await.unwrap(),
        };
        rows[0][0].as_deref().unwrap().parse().unwrap()
    }

    /// Sessions beside ours that are at work on rows.
    pub async fn reading(&self) -> i64 {
        self.number(match self {
            Self::Maria(_) => {
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%repeated%' AND ID <> CONNECTION_ID()"
            }
            Self::Postgres(_) => {
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%stampede_rows%' AND pid <> pg_backend_pid()"
            }
        })
        .await
    }

    /// A SELECT of so many rows with two kilobytes in each, whose keys are ten.
    pub fn many(&self, rows: usize) -> String {
        match self {
            Self::Maria(_) => {
                format!("SELECT seq % 10 AS id, REPEAT('x', 2000) AS repeated FROM shop.seq_1_to_{rows}")
            }
            Self::Postgres(_) => {
                format!(
                    "SELECT n % 10 AS id, repeat('x', 2000) AS repeated FROM generate_series(1, {rows}) AS n"
                )
            }
        }
    }
}

pub const PRODUCTS: &str = "SELECT id, name, price FROM shop.products WHERE hot";

pub async fn bases(lab: &Lab) -> [Base; 2] {
    let maria = Base::Maria(lab.mariadb(&[]).await.unwrap());
    maria
        .root(&[
            "CREATE DATABASE shop",
            "USE shop",
            "CREATE TABLE shop.products (id INT PRIMARY KEY, name VARCHAR(90), price DECIMAL(8,2), raw BLOB, hot BOOL)",
            "INSERT INTO shop.products SELECT seq, CONCAT('\u{e9}\"', seq), seq + 0.5, UNHEX('00FF0A2720'), seq <= 900 \
             FROM seq_1_to_1000",
        ])
        .await;
    let postgres = Base::Postgres(lab.postgres(&[]).await.unwrap());
    postgres
        .root(&[
            "CREATE SCHEMA shop",
            "CREATE TABLE shop.products (id int PRIMARY KEY, name text, price numeric(8,2), raw bytea, hot bool)",
            "INSERT INTO shop.products SELECT n, '\u{e9}\"' || n, n + 0.5, '\\x00FF0A2720', n <= 900 \
             FROM generate_series(1, 1000) AS n",
            "ANALYZE shop.products",
        ])
        .await;
    [maria, postgres]
}

pub async fn act(redis: &RedisServer, lab: &Lab, base: &Base) -> Act {
    redis.says(&["FLUSHALL"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    act.lines.insert(base.name().into(), base.line("ops", lab.password()));
    act
}

pub async fn get(redis: &RedisServer, key: &[u8]) -> Option<Vec<u8>> {
    redis::cmd("GET").arg(key).query_async(&mut client(redis).await).await.unwrap()
}

pub async fn size(redis: &RedisServer) -> u64 {
    redis.says(&["DBSIZE"]).await.unwrap().trim().parse().unwrap()
}
