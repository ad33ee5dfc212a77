//! One MariaDB, beside a cache that is fine.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};
use stampede::clock;
use stampede::lab::{Lab, MariadbServer};
use tokio::task::JoinSet;

use super::{Cache, Saw, comes};

/// Between two tries of a client that is refused, or has given up.
const PACE: Duration = Duration::from_millis(10);

/// A shop: its database and its cache.
pub(super) struct Shop {
    pub(super) server: MariadbServer,
    cache: Cache,
    _clients: JoinSet<()>,
    lab: Lab,
}

impl Shop {
    pub(super) async fn open(args: &[&str]) -> Self {
        let lab = Lab::new().unwrap();
        let server = lab.mariadb(args).await.unwrap();
        Self::with(lab, server).await
    }

    pub(super) async fn with(lab: Lab, server: MariadbServer) -> Self {
        let cache = Cache::of(&lab).await;
        let tables = ["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, v INT)"];
        let account = ["CREATE USER app@'%' IDENTIFIED BY 'ops-pass'", "GRANT ALL ON shop.* TO app@'%'"];
        server
            .root(&[&tables[..], &account, &["INSERT INTO shop.t VALUES (1, 0), (2, 0)"]].concat())
            .await
            .unwrap();
        Self { server, cache, _clients: JoinSet::new(), lab }
    }

    pub(super) async fn app(&self) -> Conn {
        session(self.server.port(), "ops-pass").await.unwrap()
    }

    /// Clients that say it, each on a session of its own, and wait for its end.
    pub(super) async fn begin(&mut self, clients: usize, statement: &'static str) {
        for _ in 0..clients {
            let mut session = self.app().await;
            self._clients.spawn(async move { _ = session.query_drop(statement).await });
        }
    }

    /// Clients that say it again and again, whatever the answer is.
    pub(super) async fn again(&mut self, clients: usize, statements: &'static [&'static str]) {
        for _ in 0..clients {
            let mut session = self.app().await;
            self._clients.spawn(async move {
                loop {
                    for statement in statements {
                        _ = session.query_drop(*statement).await;
                    }
                    clock::sleep(PACE).await;
                }
            });
        }
    }

    /// Clients that come, say it, and go without a word, again and again.
    pub(super) async fn comes_again(&mut self, statements: &'static [&'static str]) {
        for _ in 0..2 {
            let port = self.server.port();
            self._clients.spawn(async move {
                loop {
                    if let Ok(mut session) = session(port, "ops-pass").await {
                        for statement in statements {
                            _ = session.query_drop(*statement).await;
                        }
                    }
                    clock::sleep(PACE * 5).await;
                }
            });
        }
    }

    /// Waits until so many sessions are in a state that is like this.
    pub(super) async fn shows(&self, state: &str, count: usize) {
        let question =
            format!("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE '{state}'");
        comes(state, async || self.number(&question).await == count as f64).await;
    }

    /// Waits until a counter of the server has come to this.
    pub(super) async fn counts(&self, name: &str, count: f64) {
        let question = format!(
            "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = '{name}'"
        );
        comes(name, async || self.number(&question).await >= count).await;
    }

    async fn number(&self, question: &str) -> f64 {
        number(&self.server, question).await
    }

    pub(super) async fn saw(&self) -> Saw {
        self.cache.saw("MYSQL_URL", &self.server.url()).await
    }
}

async fn session(port: u16, password: &str) -> mysql_async::Result<Conn> {
    // With both of these it asks for nothing when it connects.
    let options = OptsBuilder::default()
        .ip_or_hostname("127.0.0.1")
        .tcp_port(port)
        .user(Some("app"))
        .pass(Some(password))
        .prefer_socket(false)
        .max_allowed_packet(Some(1 << 20))
        .wait_timeout(Some(1000));
    Conn::new(options).await
}

async fn number(server: &MariadbServer, question: &str) -> f64 {
    let rows = server.query(question).await.unwrap();
    rows.first().and_then(|row| row[0].as_deref()?.parse().ok()).unwrap_or(-1.0)
}

/// A column of what a replica says of itself.
async fn of_replica(replica: &MariadbServer, column: usize) -> String {
    replica.query("SHOW SLAVE STATUS").await.unwrap()[0][column].clone().unwrap_or_default()
}
/// Last_IO_Errno.
const IO_ERROR: usize = 34;
/// Seconds_Behind_Master.
const BEHIND: usize = 32;

#[tokio::test]
async fn bad_a_session_that_sleeps_has_locked_a_table() {
    let mut shop = Shop::open(&["--plugin-maturity=unknown", "--plugin-load-add=metadata_lock_info"]).await;
    let mut holder = shop.app().await;
    holder.query_drop("LOCK TABLES shop.t WRITE").await.unwrap();
    shop.begin(3, "SELECT * FROM shop.t").await;
    shop.shows("Waiting for table metadata lock", 3).await;
    shop.saw().await.tells(&[&format!("mysql locked: 3 wait for session {}, likely (app, ", holder.id())]);
    drop(holder);
}

#[tokio::test]
async fn bad_a_flush_stands_behind_a_report_and_all_others_behind_the_flush() {
    let mut shop = Shop::open(&[]).await;
    shop.begin(1, "SELECT SLEEP(600) FROM shop.t").await;
    shop.shows("User sleep", 1).await;
    shop.server.root(&["GRANT RELOAD ON *.* TO app@'%'"]).await.unwrap();
    shop.begin(1, "FLUSH TABLES shop.t").await;
    shop.shows("Waiting for table %", 1).await;
    shop.begin(3, "SELECT * FROM shop.t WHERE id = 1").await;
    shop.shows("Waiting for table %", 4).await;
    shop.saw().await.tells(&["mysql locked: 4 wait for"]);
}

#[tokio::test]
async fn bad_clients_give_up_after_a_second_and_come_again() {
    let mut shop = Shop::open(&["--innodb-lock-wait-timeout=1"]).await;
    let mut holder = shop.app().await;
    holder.query_drop("BEGIN").await.unwrap();
    holder.query_drop("UPDATE shop.t SET v = v + 1").await.unwrap();
    shop.again(4, &["UPDATE shop.t SET v = 7 WHERE id = 1"]).await;
    shop.counts("INNODB_ROW_LOCK_WAITS", 5.0).await;
    shop.saw().await.tells(&["mysql locked:", &format!("for session {} (app, ", holder.id())]);
}

#[tokio::test]
async fn bad_a_backup_holds_the_commits() {
    let mut shop = Shop::open(&[]).await;
    shop.server.root(&["GRANT RELOAD ON *.* TO app@'%'"]).await.unwrap();
    let mut backup = shop.app().await;
    for stage in ["BACKUP STAGE START", "BACKUP STAGE BLOCK_COMMIT"] {
        backup.query_drop(stage).await.unwrap();
    }
    shop.begin(3, "INSERT INTO shop.t SELECT 10 + CONNECTION_ID(), 1").await;
    shop.shows("Waiting for backup lock", 3).await;
    shop.saw().await.tells(&["mysql locked: 3 wait for", "backup lock"]);
    drop(backup);
}

#[tokio::test]
async fn bad_no_replica_confirms_a_commit() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb_primary(&[]).await.unwrap();
    let mut shop = Shop::with(lab, server).await;
    let semi_sync = [
        "SET GLOBAL rpl_semi_sync_master_timeout = 3600000",
        "SET GLOBAL rpl_semi_sync_master_wait_no_slave = ON",
        "SET GLOBAL rpl_semi_sync_master_enabled = ON",
    ];
    shop.server.root(&semi_sync).await.unwrap();
    shop.begin(3, "INSERT INTO shop.t SELECT CONNECTION_ID(), 1").await;
    shop.shows("Waiting for semi-sync ACK%", 3).await;
    shop.saw().await.tells(&["mysql locked: 3 wait for a semi-sync ACK; no replica gives it"]);
}

#[tokio::test]
async fn bad_an_account_has_all_the_connections_that_it_may_have() {
    let mut shop = Shop::open(&["--max-user-connections=0"]).await;
    shop.server.root(&["ALTER USER app@'%' WITH MAX_USER_CONNECTIONS 3"]).await.unwrap();
    let mut idle = Vec::new();
    for _ in 0..3 {
        idle.push(shop.app().await);
    }
    let port = shop.server.port();
    shop._clients.spawn(async move {
        while session(port, "ops-pass").await.is_err() {
            clock::sleep(PACE).await;
        }
    });
    shop.saw().await.tells(&["mysql denies", "app"]);
}

#[tokio::test]
async fn bad_the_application_has_an_old_password() {
    let mut shop = Shop::open(&[]).await;
    let port = shop.server.port();
    shop._clients.spawn(async move {
        while session(port, "last-year").await.is_err() {
            clock::sleep(PACE).await;
        }
    });
    shop.saw().await.tells(&["mysql denies", "/s logins"]);
}

#[tokio::test]
async fn bad_a_distributed_transaction_was_prepared_and_left() {
    let mut shop = Shop::open(&[]).await;
    let mut left = shop.app().await;
    for step in ["XA START 'left'", "UPDATE shop.t SET v = 9", "XA END 'left'", "XA PREPARE 'left'"] {
        left.query_drop(step).await.unwrap();
    }
    left.disconnect().await.unwrap();
    shop.begin(2, "UPDATE shop.t SET v = 7 WHERE id = 1").await;
    let waits = "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS \
                 WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS'";
    comes("they wait", async || shop.number(waits).await == 2.0).await;
    shop.saw().await.tells(&["mysql locked: 2 wait for a transaction that was prepared and left"]);
}

#[tokio::test]
async fn bad_the_logs_that_a_replica_asks_for_are_gone() {
    let lab = Lab::new().unwrap();
    let primary = lab.mariadb_primary(&[]).await.unwrap();
    let replica = lab.mariadb_replica_of(&primary, &[]).await.unwrap();
    let cache = Cache::of(&lab).await;
    replica.root(&["STOP SLAVE"]).await.unwrap();
    primary.root(&["CREATE DATABASE shop", "FLUSH BINARY LOGS"]).await.unwrap();
    let last = primary.query("SHOW MASTER STATUS").await.unwrap()[0][0].clone().unwrap();
    comes("the older logs are gone", async || {
        primary.root(&[&format!("PURGE BINARY LOGS TO '{last}'")]).await.unwrap();
        primary.query("SHOW BINARY LOGS").await.unwrap().len() == 1
    })
    .await;
    replica.root(&["START SLAVE"]).await.unwrap();
    comes("it is told", async || of_replica(&replica, IO_ERROR).await == "1236").await;
    cache.saw("MYSQL_URL", &replica.url()).await.tells(&["replication stands (receiver No", "error 1236"]);
}

#[tokio::test]
async fn bad_a_replica_applies_nothing_because_somebody_holds_its_table() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb_primary(&[]).await.unwrap();
    let shop = Shop::with(lab, server).await;
    let replica = shop.lab.mariadb_replica_of(&shop.server, &[]).await.unwrap();
    let mut backup = session(replica.port(), "ops-pass").await.unwrap();
    backup.query_drop("LOCK TABLES shop.t READ").await.unwrap();
    shop.server.root(&["UPDATE shop.t SET v = 3"]).await.unwrap();
    comes("it is late", async || of_replica(&replica, BEHIND).await.parse::<u64>().is_ok_and(|lag| lag > 1))
        .await;
    let saw = shop.cache.saw_from("replication_lag_warn: 1", "MYSQL_URL", &replica.url()).await;
    saw.tells(&["mysql: replica ", " behind", "metadata lock"]);
    drop(backup);
}

/// After a crash it was started so that its data can be copied, and nobody has started it again.
#[tokio::test]
async fn bad_it_was_left_in_forced_recovery() {
    let lab = Lab::new().unwrap();
    let cache = Cache::of(&lab).await;
    let server = lab.mariadb(&["--innodb-force-recovery=5"]).await.unwrap();
    cache.saw("MYSQL_URL", &server.url()).await.tells(&["mysql is read-only", "innodb_force_recovery"]);
}

/// Every transaction begins as one that only reads, while `read_only` is off.
#[tokio::test]
async fn bad_transactions_only_read() {
    let shop = Shop::open(&[]).await;
    shop.server.root(&["SET GLOBAL tx_read_only = 1"]).await.unwrap();
    shop.saw().await.tells(&["mysql is read-only", "read_only is on"]);
}

#[tokio::test]
async fn fine_a_report_that_takes_long_and_that_nobody_waits_for() {
    let mut shop = Shop::open(&[]).await;
    shop.begin(1, "SELECT SLEEP(300) FROM shop.t").await;
    shop.shows("User sleep", 1).await;
    shop.again(4, &["SELECT v FROM shop.t WHERE id = 1", "UPDATE shop.t SET v = v + 1 WHERE id = 2"]).await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_a_replica_that_is_late_on_purpose() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb_primary(&[]).await.unwrap();
    let shop = Shop::with(lab, server).await;
    let replica = shop.lab.mariadb_replica_of(&shop.server, &[]).await.unwrap();
    replica.root(&["STOP SLAVE", "CHANGE MASTER TO MASTER_DELAY = 3600", "START SLAVE"]).await.unwrap();
    shop.server.root(&["UPDATE shop.t SET v = 3"]).await.unwrap();
    comes("it is late", async || of_replica(&replica, BEHIND).await.parse::<u64>().is_ok_and(|lag| lag > 1))
        .await;
    let saw = shop.cache.saw_from("replication_lag_warn: 1", "MYSQL_URL", &replica.url()).await;
    saw.is_healthy();
}

#[tokio::test]
async fn fine_events_that_run_in_it() {
    let shop = Shop::open(&["--event-scheduler=ON"]).await;
    let event = "CREATE EVENT shop.nightly ON SCHEDULE EVERY 1 DAY DO SELECT SLEEP(600)";
    shop.server.root(&[event]).await.unwrap();
    shop.shows("User sleep", 1).await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_many_that_are_idle_some_of_them_in_a_transaction() {
    let shop = Shop::open(&["--max-connections=100"]).await;
    let mut idle = Vec::new();
    for n in 0..60 {
        let mut session = shop.app().await;
        if n % 3 == 0 {
            session.query_drop("BEGIN").await.unwrap();
        }
        if n % 6 == 0 {
            session.query_drop("SELECT * FROM shop.t").await.unwrap();
        }
        idle.push(session);
    }
    shop.saw().await.is_healthy();
}

/// Everybody waits for a moment, and nobody for long.
#[tokio::test]
async fn fine_a_row_that_many_want_and_that_changes_hands() {
    let mut shop = Shop::open(&[]).await;
    let counter = &["BEGIN", "UPDATE shop.t SET v = v + 1 WHERE id = 1", "SELECT SLEEP(0.1)", "COMMIT"];
    shop.again(4, counter).await;
    let waits = "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS \
                 WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS'";
    comes("they wait", async || shop.number(waits).await >= 2.0).await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_workers_that_hold_rows_which_nobody_wants() {
    let mut shop = Shop::open(&[]).await;
    let mut workers = Vec::new();
    for _ in 0..2 {
        let mut worker = shop.app().await;
        worker.query_drop("BEGIN").await.unwrap();
        let job = "SELECT id FROM shop.t ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";
        worker.query_drop(job).await.unwrap();
        workers.push(worker);
    }
    shop.again(2, &["SELECT id FROM shop.t LIMIT 1 FOR UPDATE SKIP LOCKED"]).await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_a_backup_that_runs() {
    let mut shop = Shop::open(&[]).await;
    let mut dump = shop.app().await;
    for step in [
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION /*!40100 WITH CONSISTENT SNAPSHOT */",
    ] {
        dump.query_drop(step).await.unwrap();
    }
    shop._clients.spawn(async move {
        _ = dump.query_drop("SELECT /*!40001 SQL_NO_CACHE */ *, SLEEP(300) FROM shop.t").await;
    });
    shop.shows("User sleep", 1).await;
    shop.again(2, &["UPDATE shop.t SET v = v + 1 WHERE id = 2"]).await;
    shop.saw().await.is_healthy();
}

/// The owner of a view never logs in.
#[tokio::test]
async fn fine_an_account_that_is_locked_because_nobody_uses_it() {
    let shop = Shop::open(&[]).await;
    shop.server
        .root(&["CREATE USER owner@'%' ACCOUNT LOCK", "GRANT ALL ON shop.* TO owner@'%'"])
        .await
        .unwrap();
    shop.saw().await.is_healthy();
}

/// An account that sees nobody else's sessions, while everybody waits for one of them.
#[tokio::test]
async fn unknown_who_waits_where_other_sessions_are_hidden() {
    let mut shop = Shop::open(&[]).await;
    let mut holder = shop.app().await;
    holder.query_drop("LOCK TABLES shop.t WRITE").await.unwrap();
    shop.server.root(&["CREATE USER plain@'%' IDENTIFIED BY 'ops-pass'"]).await.unwrap();
    shop.begin(3, "SELECT * FROM shop.t").await;
    shop.shows("Waiting for table metadata lock", 3).await;
    let url = format!("mysql://plain:ops-pass@127.0.0.1:{}", shop.server.port());
    shop.cache.saw("MYSQL_URL", &url).await.cannot_say(&["mysql", "PROCESS"]);
    drop(holder);
}
