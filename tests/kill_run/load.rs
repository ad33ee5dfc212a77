//! An application at work: it reads from the cache, fills what is missing from either database, and writes to both.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mysql_async::prelude::Queryable as _;
use stampede::lab::{MariadbServer, PostgresServer, RedisServer};
use tokio::task::JoinHandle;

use crate::support::keys::client;

/// Workers; each has a connection to every server.
const WORKERS: usize = 3;
/// Keys that one asks for at once.
const AT_ONCE: usize = 50;
/// Statements of a nightly job that run at any time on PostgreSQL, as many reading as writing: of fewer nothing follows.
const JOB: [&str; 6] = [
    "SELECT count(*), pg_sleep(0.1) FROM hits",
    "SELECT count(*), pg_sleep(0.1) FROM hits",
    "SELECT count(*), pg_sleep(0.1) FROM hits",
    "INSERT INTO hits SELECT 1 FROM pg_sleep(0.1)",
    "INSERT INTO hits SELECT 1 FROM pg_sleep(0.1)",
    "INSERT INTO hits SELECT 1 FROM pg_sleep(0.1)",
];
/// Between two requests of one.
const PAUSE: Duration = Duration::from_millis(10);

pub struct Load {
    stop: Arc<AtomicBool>,
    workers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts it; it is connected everywhere by then.
    pub async fn start(
        redis: &RedisServer,
        maria: &MariadbServer,
        postgres: &PostgresServer,
        keys: usize,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut workers = Vec::new();
        for _ in 0..WORKERS {
            let mut cache = client(redis).await;
            let options = mysql_async::OptsBuilder::default()
                .ip_or_hostname("127.0.0.1")
                .tcp_port(maria.port())
                .user(Some("app"))
                .pass(Some("app-pass"))
                .prefer_socket(Some(false));
            let mut maria = mysql_async::Conn::new(options).await.unwrap();
            let postgres = session(postgres, "app").await;
            let stop = stop.clone();
            workers.push(tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    // So many that also a slow machine counts enough of them for a hit ratio. A ninth is not there: it is no
                    // healthy one, where a run would ask first, and none at which no traffic is let in.
                    for name in ["page", "user", "item"] {
                        let mut get = redis::cmd("MGET");
                        (0..AT_ONCE).for_each(|_| {
                            get.arg(format!("{name}:{}", fastrand::usize(0..keys * 9 / 8)));
                        });
                        get.query_async::<Vec<Option<String>>>(&mut cache).await.unwrap();
                    }
                    let miss = format!("miss:{}", fastrand::usize(0..50));
                    let get = redis::cmd("GET").arg(&miss).take();
                    if get.query_async::<Option<String>>(&mut cache).await.unwrap().is_none() {
                        let (read, write) = ("SELECT count(*) FROM hits", "INSERT INTO hits VALUES (1)");
                        // Nobody is disconnected; only writes may be refused.
                        if fastrand::bool() {
                            maria.query_drop(read.replace("hits", "app.hits")).await.unwrap();
                            _ = maria.query_drop(write.replace("hits", "app.hits")).await;
                        } else {
                            postgres.batch_execute(read).await.unwrap();
                            _ = postgres.batch_execute(write).await;
                        }
                        let fill = redis::cmd("SET").arg(&miss).arg("x").arg("PX").arg(500).take();
                        fill.query_async::<()>(&mut cache).await.unwrap();
                    }
                    stampede::clock::sleep(PAUSE).await;
                }
            }));
        }
        for statement in JOB {
            let session = session(postgres, "job").await;
            let stop = stop.clone();
            workers.push(tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    if session.batch_execute(statement).await.is_err() {
                        // It is read-only.
                        stampede::clock::sleep(PAUSE).await;
                    }
                }
            }));
        }
        Self { stop, workers }
    }

    /// Ends it, and says if one of the workers came to grief.
    pub async fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        for worker in self.workers {
            worker.await.unwrap();
        }
    }
}

async fn session(postgres: &PostgresServer, role: &str) -> tokio_postgres::Client {
    let mut config = tokio_postgres::Config::new();
    config
        .host("127.0.0.1")
        .port(postgres.port())
        .user(role)
        .password(format!("{role}-pass"))
        .dbname("postgres");
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
