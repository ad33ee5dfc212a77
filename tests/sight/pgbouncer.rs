//! One PgBouncer in front of a PostgreSQL, beside a cache that is fine.

use std::time::Duration;

use stampede::clock;
use stampede::lab::{Lab, PgbouncerServer, PostgresServer};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};

use super::{Cache, Saw, comes};

/// Between two tries of a client that is refused, or has given up.
const PACE: Duration = Duration::from_millis(10);

/// A shop: its pooler, the database behind it, and its cache.
struct Shop {
    pooler: PgbouncerServer,
    postgres: PostgresServer,
    cache: Cache,
    clients: JoinSet<()>,
    _lab: Lab,
}

impl Shop {
    async fn open(settings: &[(&str, &str)]) -> Self {
        let lab = Lab::new().unwrap();
        let postgres = lab.postgres(&[]).await.unwrap();
        let pooler = lab.pgbouncer(&postgres, settings).await.unwrap();
        let cache = Cache::of(&lab).await;
        Self { pooler, postgres, cache, clients: JoinSet::new(), _lab: lab }
    }

    async fn client(&self) -> Client {
        self.client_of("shop").await.unwrap()
    }

    async fn client_of(&self, database: &str) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = self.pooler.login("app", database).connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Clients that say it, each on a connection of its own, and wait for its end.
    async fn begin(&mut self, clients: usize, statement: &'static str) {
        for _ in 0..clients {
            let client = self.client().await;
            self.clients.spawn(async move { _ = client.batch_execute(statement).await });
        }
    }

    /// Clients that come, say it, and come again whatever the answer is.
    fn again(&mut self, clients: usize, statement: &'static str) {
        for _ in 0..clients {
            let login = self.pooler.login("app", "shop");
            self.clients.spawn(async move {
                loop {
                    if let Ok((client, connection)) = login.connect(NoTls).await {
                        let connection = tokio::spawn(connection);
                        while client.batch_execute(statement).await.is_ok() {
                            clock::sleep(PACE).await;
                        }
                        connection.abort();
                    }
                    clock::sleep(PACE).await;
                }
            });
        }
    }

    /// A number of the pool of `shop`.
    async fn pool(&self, column: &str) -> f64 {
        let rows = self.pooler.says("SHOW POOLS").await.unwrap();
        let shop = rows.into_iter().find(|row| row[0].1 == "shop").unwrap_or_default();
        let cell = shop.into_iter().find(|(name, _)| name == column);
        cell.and_then(|(_, value)| value.parse().ok()).unwrap_or(0.0)
    }

    async fn saw(&self) -> Saw {
        self.cache.saw("PGBOUNCER_URL", &self.pooler.url()).await
    }
}

#[tokio::test]
async fn bad_clients_that_are_idle_keep_all_servers_of_a_session_pool() {
    let mut shop = Shop::open(&[("pool_mode", "session")]).await;
    let mut idle = Vec::new();
    for _ in 0..3 {
        let client = shop.client().await;
        client.batch_execute("SELECT 1").await.unwrap();
        idle.push(client);
    }
    shop.again(2, "SELECT 1");
    comes("they wait", async || shop.pool("maxwait").await >= 1.0).await;
    shop.saw().await.tells(&["pgbouncer: 2 clients wait", "for a server (shop"]);
}

#[tokio::test]
async fn bad_clients_give_up_before_a_second_is_over_and_come_again() {
    let mut shop = Shop::open(&[("query_wait_timeout", "1")]).await;
    shop.begin(3, "SELECT pg_sleep(600)").await;
    comes("all servers work", async || shop.pool("sv_active").await == 3.0).await;
    shop.again(4, "SELECT 1");
    comes("they wait", async || shop.pool("cl_waiting").await == 4.0).await;
    shop.saw().await.tells(&["pgbouncer: ", "clients wait", "for a server (shop"]);
}

#[tokio::test]
async fn bad_the_database_behind_it_is_gone() {
    let mut shop = Shop::open(&[]).await;
    shop.client().await.batch_execute("SELECT 1").await.unwrap();
    shop.postgres.stop().await;
    shop.again(2, "SELECT 1");
    comes("they wait", async || shop.pool("maxwait").await >= 1.0).await;
    shop.saw().await.tells(&["pgbouncer: ", "for a server (shop, none is connected)"]);
}

#[tokio::test]
async fn bad_a_pause_that_nobody_has_lifted() {
    let mut shop = Shop::open(&[]).await;
    shop.client().await.batch_execute("SELECT 1").await.unwrap();
    shop.pooler.says("PAUSE shop").await.unwrap();
    // Nobody has come yet.
    shop.saw().await.tells(&["pgbouncer: shop is paused"]);
    shop.again(2, "SELECT 1");
    comes("they wait", async || shop.pool("maxwait").await >= 1.0).await;
    shop.saw().await.tells(&["pgbouncer: 2 clients wait", "for a server (shop, paused)"]);
}

#[tokio::test]
async fn bad_a_database_that_turns_new_clients_away() {
    let mut shop = Shop::open(&[]).await;
    shop.pooler.says("DISABLE shop").await.unwrap();
    shop.again(2, "SELECT 1");
    assert!(shop.client_of("shop").await.is_err());
    shop.saw().await.tells(&["pgbouncer: shop is disabled"]);
}

#[tokio::test]
async fn bad_it_has_all_the_clients_that_it_may_have() {
    let shop = Shop::open(&[("max_client_conn", "10")]).await;
    let mut idle = Vec::new();
    while let Ok(client) = shop.client_of("shop").await {
        idle.push(client);
    }
    assert_eq!(idle.len(), 10);
    shop.saw().await.tells(&["pgbouncer", "max_client_conn"]);
}

#[tokio::test]
async fn bad_it_cannot_log_in_behind() {
    let mut shop = Shop::open(&[]).await;
    shop.postgres.root(&["ALTER ROLE ops PASSWORD 'another'"]).await.unwrap();
    shop.again(4, "SELECT 1");
    assert!(shop.client_of("shop").await.is_err());
    shop.saw().await.tells(&["pgbouncer: ", "for a server (shop, none is connected)"]);
}

#[tokio::test]
async fn fine_many_clients_that_share_few_servers() {
    let mut shop = Shop::open(&[("max_client_conn", "500")]).await;
    shop.begin(60, "SELECT 1").await;
    let mut idle = Vec::new();
    for _ in 0..60 {
        idle.push(shop.client().await);
    }
    // Somebody always waits, and never for long.
    shop.again(10, "SELECT pg_sleep(0.01)");
    comes("they are served", async || shop.pool("sv_active").await >= 1.0).await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_a_pool_whose_servers_have_gone_home() {
    let shop = Shop::open(&[("server_idle_timeout", "1")]).await;
    let idle = shop.client().await;
    idle.batch_execute("SELECT 1").await.unwrap();
    comes("they have gone", async || {
        let servers = ["sv_active", "sv_idle", "sv_used", "sv_tested", "sv_login"];
        let mut open = 0.0;
        for column in servers {
            open += shop.pool(column).await;
        }
        open == 0.0
    })
    .await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_a_database_that_nobody_uses_and_that_is_not_there() {
    // The last setting: another section follows.
    let old = "plain\n[databases]\nold = host=127.0.0.1 port=1 dbname=gone";
    let mut shop = Shop::open(&[("auth_type", old)]).await;
    shop.again(2, "SELECT 1");
    comes("they are served", async || shop.pool("cl_active").await == 2.0).await;
    assert!(shop.pooler.says("SHOW DATABASES").await.unwrap().iter().any(|row| row[0].1 == "old"));
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_statements_that_take_their_turn_and_others_that_watch() {
    let mut shop = Shop::open(&[("pool_mode", "statement"), ("reserve_pool_size", "2")]).await;
    shop.again(6, "SELECT 1");
    let mut watchers = Vec::new();
    for _ in 0..3 {
        let (client, connection) = shop.pooler.login("watch", "pgbouncer").connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        watchers.push(client);
    }
    for watcher in watchers {
        shop.clients.spawn(async move {
            while watcher.simple_query("SHOW CLIENTS").await.is_ok() {
                clock::sleep(PACE).await;
            }
        });
    }
    comes("they are served", async || shop.pool("cl_active").await > 0.0).await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_it_takes_all_its_servers_anew() {
    let mut shop = Shop::open(&[("default_pool_size", "1")]).await;
    shop.again(6, "SELECT 1");
    // One that still logs in when it is told to reconnect would count as a failed login.
    comes("it is logged in", async || {
        shop.pool("sv_active").await + shop.pool("sv_idle").await + shop.pool("sv_used").await == 1.0
    })
    .await;
    shop.pooler.says("RECONNECT").await.unwrap();
    shop.saw().await.is_healthy();
}

/// Its console does not let our account look.
#[tokio::test]
async fn unknown_who_waits_where_the_console_is_closed() {
    let mut shop = Shop::open(&[("query_wait_timeout", "60")]).await;
    shop.begin(3, "SELECT pg_sleep(600)").await;
    shop.again(2, "SELECT 1");
    comes("they wait", async || shop.pool("maxwait").await >= 1.0).await;
    let url = shop.pooler.url().replace("//ops:", "//app:");
    shop.cache.saw("PGBOUNCER_URL", &url).await.cannot_say(&["pgbouncer"]);
}
