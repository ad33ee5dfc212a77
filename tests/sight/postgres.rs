//! One PostgreSQL, beside a cache that is fine.

use std::time::Duration;

use stampede::clock;
use stampede::lab::{Lab, PostgresServer};
use tokio::task::JoinSet;
use tokio_postgres::{Client, Config, NoTls};

use super::{Cache, Saw, comes};

/// Between two tries of a client that has given up.
const PACE: Duration = Duration::from_millis(10);

/// A shop: its database and its cache.
pub(super) struct Shop {
    pub(super) server: PostgresServer,
    pub(super) cache: Cache,
    clients: JoinSet<()>,
    pub(super) lab: Lab,
}

impl Shop {
    pub(super) async fn open(settings: &[(&str, &str)]) -> Self {
        let lab = Lab::new().unwrap();
        let server = lab.postgres(settings).await.unwrap();
        let cache = Cache::of(&lab).await;
        server
            .root(&[
                "CREATE ROLE app LOGIN PASSWORD 'ops-pass'",
                "CREATE TABLE t (id INT PRIMARY KEY, v INT)",
                "INSERT INTO t VALUES (1, 0), (2, 0)",
                "ALTER TABLE t OWNER TO app",
                "GRANT CREATE ON SCHEMA public TO app",
            ])
            .await
            .unwrap();
        Self { server, cache, clients: JoinSet::new(), lab }
    }

    pub(super) async fn app(&self) -> Client {
        session(self.server.port()).await.unwrap()
    }

    /// Clients that say it, each on a session of its own, and wait for its end.
    pub(super) async fn begin(&mut self, clients: usize, statement: &'static str) {
        for _ in 0..clients {
            let session = self.app().await;
            self.clients.spawn(async move { _ = session.batch_execute(statement).await });
        }
    }

    /// Clients that say it again and again, whatever the answer is.
    pub(super) async fn again(&mut self, clients: usize, statement: &'static str) {
        for _ in 0..clients {
            let session = self.app().await;
            self.clients.spawn(async move {
                loop {
                    _ = session.batch_execute(statement).await;
                    clock::sleep(PACE).await;
                }
            });
        }
    }

    /// Waits until so many sessions are like this.
    pub(super) async fn shows(&self, what: &str, count: usize) {
        let question = format!("SELECT count(*) FROM pg_stat_activity WHERE {what}");
        comes(what, async || number(&self.server, &question).await == count as f64).await;
    }

    pub(super) async fn saw(&self) -> Saw {
        self.cache.saw("DATABASE_URL", &self.server.url()).await
    }
}

pub(super) async fn session(port: u16) -> Result<Client, tokio_postgres::Error> {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user("app").password("ops-pass").dbname("postgres");
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

pub(super) async fn number(server: &PostgresServer, question: &str) -> f64 {
    let rows = server.query(question).await.unwrap();
    rows.first().and_then(|row| row[0].as_deref()?.parse().ok()).unwrap_or(-1.0)
}

async fn pid(session: &Client) -> i32 {
    session.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0)
}

const LOCKED: &str = "wait_event_type = 'Lock'";

#[tokio::test]
async fn bad_a_role_has_all_the_connections_that_it_may_have() {
    let mut shop = Shop::open(&[]).await;
    shop.server.root(&["ALTER ROLE app CONNECTION LIMIT 2"]).await.unwrap();
    shop.begin(2, "SELECT pg_sleep(300)").await;
    shop.shows("wait_event = 'PgSleep'", 2).await;
    assert!(session(shop.server.port()).await.is_err());
    shop.saw().await.tells(&["postgres: ", "app", "2 of 2"]);
}

#[tokio::test]
async fn bad_a_database_has_all_the_connections_that_it_may_have() {
    let shop = Shop::open(&[]).await;
    let limit = ["CREATE DATABASE shop", "ALTER DATABASE shop CONNECTION LIMIT 2"];
    shop.server.root(&limit).await.unwrap();
    let mut config = Config::new();
    config.host("127.0.0.1").port(shop.server.port()).user("app").password("ops-pass").dbname("shop");
    let mut busy = Vec::new();
    for _ in 0..2 {
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        // One that left a transaction open serves nobody else either.
        client.batch_execute("BEGIN; SELECT 1").await.unwrap();
        busy.push(client);
    }
    assert!(config.connect(NoTls).await.is_err());
    shop.saw().await.tells(&["postgres: ", "shop", "2 of 2"]);
}

#[tokio::test]
async fn bad_the_database_was_made_read_only_and_left_so() {
    let shop = Shop::open(&[]).await;
    let _app = shop.app().await;
    shop.server.root(&["ALTER DATABASE postgres SET default_transaction_read_only = on"]).await.unwrap();
    shop.saw().await.tells(&["postgres is read-only although it follows nobody"]);
}

#[tokio::test]
async fn bad_clients_give_up_and_come_again() {
    let mut shop = Shop::open(&[]).await;
    let holder = shop.app().await;
    let id = pid(&holder).await;
    holder.batch_execute("BEGIN; UPDATE t SET v = v + 1").await.unwrap();
    shop.again(4, "SET lock_timeout = '300ms'; UPDATE t SET v = 7 WHERE id = 1").await;
    shop.shows(LOCKED, 4).await;
    shop.saw().await.tells(&["postgres locked:", &format!("for session {id} (app, ")]);
}

#[tokio::test]
async fn bad_an_index_is_built_and_holds_all_writes() {
    let mut shop = Shop::open(&[]).await;
    let slow = "CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql \
                AS $$ BEGIN PERFORM pg_sleep(300); RETURN $1; END $$";
    shop.app().await.batch_execute(slow).await.unwrap();
    shop.begin(1, "CREATE INDEX ON t (slow(v))").await;
    shop.shows("query LIKE 'CREATE INDEX%' AND wait_event = 'PgSleep'", 1).await;
    shop.begin(3, "UPDATE t SET v = 7 WHERE id = 1").await;
    shop.shows(LOCKED, 3).await;
    shop.saw().await.tells(&["postgres locked: 3 wait for session ", "(app, running for "]);
}

#[tokio::test]
async fn bad_a_standby_lost_its_primary() {
    let lab = Lab::new().unwrap();
    let primary = lab.postgres(&[]).await.unwrap();
    let standby = lab.postgres_standby_of(&primary, &[]).await.unwrap();
    let cache = Cache::of(&lab).await;
    primary.stop().await;
    comes("it has noticed", async || {
        number(&standby, "SELECT count(*) FROM pg_stat_wal_receiver").await == 0.0
    })
    .await;
    cache
        .saw("DATABASE_URL", &standby.url())
        .await
        .tells(&["postgres: replication stands (no WAL receiver runs)"]);
}

#[tokio::test]
async fn bad_a_report_on_a_standby_holds_up_what_it_replays() {
    let shop = Shop::open(&[]).await;
    let patient = [("max_standby_streaming_delay", "-1")];
    let standby = shop.lab.postgres_standby_of(&shop.server, &patient).await.unwrap();
    let report = session(standby.port()).await.unwrap();
    report.batch_execute("BEGIN; SELECT * FROM t").await.unwrap();
    shop.server.root(&["INSERT INTO t VALUES (3, 0)", "ALTER TABLE t ADD COLUMN z INT"]).await.unwrap();
    let late = "SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) \
                * (pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn())::int";
    comes("it is late", async || number(&standby, late).await > 2.0).await;
    let saw = shop.cache.saw_from("replication_lag_warn: 1", "DATABASE_URL", &standby.url()).await;
    saw.tells(&["postgres: replica ", " behind (a session there holds up its replay)"]);
    drop(report);
}

/// Log is written until a slot like this keeps more of it than `max_wal_size`.
pub(super) async fn keeps_more_than_it_may(shop: &Shop, slot: &str) {
    let write =
        "SELECT pg_logical_emit_message(false, 'a', repeat('x', 1000000)) FROM generate_series(1, 10)";
    let kept = format!("SELECT count(*) FROM pg_replication_slots WHERE {slot}");
    comes("it keeps more than it may", async || {
        shop.server.root(&[write]).await.unwrap();
        number(&shop.server, &kept).await == 1.0
    })
    .await;
}

/// The log grows until the disk is full.
#[tokio::test]
async fn bad_a_slot_that_nobody_reads_keeps_the_log() {
    let shop = Shop::open(&[("max_wal_size", "32MB"), ("min_wal_size", "32MB")]).await;
    shop.server.root(&["SELECT pg_create_physical_replication_slot('left_behind', true)"]).await.unwrap();
    keeps_more_than_it_may(&shop, "wal_status <> 'reserved'").await;
    shop.saw().await.tells(&["postgres: nobody reads slot left_behind, and the log is kept for it"]);
}

#[tokio::test]
async fn bad_its_archive_takes_nothing() {
    let shop = Shop::open(&[("archive_mode", "on"), ("archive_command", "false")]).await;
    shop.server.root(&["SELECT pg_switch_wal()"]).await.unwrap();
    let failed = "SELECT failed_count FROM pg_stat_archiver";
    comes("it was refused", async || number(&shop.server, failed).await > 0.0).await;
    shop.saw().await.tells(&["postgres: its archive takes no log, and the log is kept"]);
}

/// It waits for the end of a transaction that was there before, and nobody waits for it.
#[tokio::test]
async fn fine_an_index_is_built_concurrently_behind_a_report() {
    let mut shop = Shop::open(&[]).await;
    shop.begin(1, "SELECT count(*), pg_sleep(300) FROM t").await;
    shop.shows("wait_event = 'PgSleep'", 1).await;
    shop.begin(1, "CREATE INDEX CONCURRENTLY i ON t (v)").await;
    shop.shows("wait_event = 'virtualxid' AND query_start < clock_timestamp() - interval '2 s'", 1).await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_a_slot_whose_reader_is_away_and_an_archive_that_takes_the_log() {
    let shop = Shop::open(&[("archive_mode", "on"), ("archive_command", "true")]).await;
    shop.server.root(&["SELECT pg_create_physical_replication_slot('away', true)"]).await.unwrap();
    shop.server.root(&["INSERT INTO t VALUES (3, 0)", "SELECT pg_switch_wal()"]).await.unwrap();
    let archived = "SELECT archived_count FROM pg_stat_archiver";
    comes("it was taken", async || number(&shop.server, archived).await > 0.0).await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_a_report_that_takes_long_and_that_nobody_waits_for() {
    let mut shop = Shop::open(&[]).await;
    shop.begin(1, "SELECT count(*), pg_sleep(300) FROM t").await;
    shop.shows("wait_event = 'PgSleep'", 1).await;
    shop.again(4, "SELECT v FROM t WHERE id = 1; UPDATE t SET v = v + 1 WHERE id = 2").await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_listeners_and_sessions_that_are_idle_in_a_transaction() {
    let mut shop = Shop::open(&[]).await;
    let mut idle = Vec::new();
    for n in 0..30 {
        let session = shop.app().await;
        let state = if n % 3 == 0 { "BEGIN; SELECT * FROM t" } else { "LISTEN orders" };
        session.batch_execute(state).await.unwrap();
        idle.push(session);
    }
    shop.again(2, "NOTIFY orders").await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_a_subscriber_that_takes_what_a_slot_holds() {
    let shop = Shop::open(&[("wal_level", "logical")]).await;
    let subscriber = shop.lab.postgres(&[]).await.unwrap();
    shop.server.root(&["CREATE PUBLICATION all_of_it FOR ALL TABLES"]).await.unwrap();
    let from =
        format!("host=127.0.0.1 port={} user=ops password=ops-pass dbname=postgres", shop.server.port());
    let subscribe = format!("CREATE SUBSCRIPTION s CONNECTION '{from}' PUBLICATION all_of_it");
    subscriber.root(&["CREATE TABLE t (id INT PRIMARY KEY, v INT)", &subscribe]).await.unwrap();
    let active = "SELECT count(*) FROM pg_replication_slots WHERE active AND slot_type = 'logical'";
    comes("it follows", async || number(&shop.server, active).await >= 1.0).await;
    let copied = "SELECT count(*) FROM t";
    comes("it has the rows", async || number(&subscriber, copied).await == 2.0).await;
    shop.saw().await.is_healthy();
    shop.cache.saw("DATABASE_URL", &subscriber.url()).await.is_healthy();
}

/// Nothing is written: what was replayed last was long ago.
#[tokio::test]
async fn fine_a_standby_of_a_primary_that_has_nothing_to_do() {
    let shop = Shop::open(&[]).await;
    let standby = shop.lab.postgres_standby_of(&shop.server, &[]).await.unwrap();
    shop.server.root(&["INSERT INTO t VALUES (3, 0)"]).await.unwrap();
    let age = "SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())";
    comes("that was a while ago", async || number(&standby, age).await > 2.0).await;
    let saw = shop.cache.saw_from("replication_lag_warn: 1", "DATABASE_URL", &standby.url()).await;
    saw.is_healthy();
}

#[tokio::test]
async fn fine_a_standby_that_is_late_on_purpose() {
    let shop = Shop::open(&[]).await;
    let standby = shop.lab.postgres_standby_of(&shop.server, &[]).await.unwrap();
    let insert = "INSERT INTO t SELECT max(id) + 1, 0 FROM t";
    let replayed = "SELECT count(pg_last_xact_replay_timestamp())";
    comes("something was replayed", async || {
        shop.server.root(&[insert]).await.unwrap();
        number(&standby, replayed).await == 1.0
    })
    .await;
    standby
        .root(&["ALTER SYSTEM SET recovery_min_apply_delay = '1h'", "SELECT pg_reload_conf()"])
        .await
        .unwrap();
    comes("it waits", async || {
        shop.server.root(&[insert]).await.unwrap();
        number(&standby, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'RecoveryApplyDelay'")
            .await
            == 1.0
    })
    .await;
    let behind = "SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) \
                  * (pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn())::int";
    comes("it is late", async || number(&standby, behind).await > 2.0).await;
    let saw = shop.cache.saw_from("replication_lag_warn: 1", "DATABASE_URL", &standby.url()).await;
    saw.is_healthy();
}

/// A load that commits once, after hours in which nobody wrote: what was committed last was long ago.
#[tokio::test]
async fn fine_a_standby_that_keeps_up_with_a_large_transaction() {
    let mut shop = Shop::open(&[]).await;
    let standby = shop.lab.postgres_standby_of(&shop.server, &[]).await.unwrap();
    shop.server.root(&["INSERT INTO t VALUES (3, 0)"]).await.unwrap();
    let age = "SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())";
    comes("that was a while ago", async || number(&standby, age).await > 6.0).await;
    let load = "DO $$ BEGIN LOOP PERFORM pg_logical_emit_message(true, 'load', repeat('x', 60000)); \
                PERFORM pg_sleep(0.01); END LOOP; END $$";
    shop.begin(2, load).await;
    let behind = "SELECT (pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn())::int";
    comes("something arrives", async || number(&standby, behind).await == 1.0).await;
    let saw = shop.cache.saw_from("replication_lag_warn: 6", "DATABASE_URL", &standby.url()).await;
    saw.is_healthy();
}

#[tokio::test]
async fn fine_autovacuum_at_work() {
    let mut shop = Shop::open(&[
        ("autovacuum_naptime", "1s"),
        ("autovacuum_vacuum_cost_delay", "100ms"),
        ("autovacuum_vacuum_cost_limit", "1"),
    ])
    .await;
    let dead =
        "CREATE TABLE old AS SELECT n, repeat('x', 200) FROM generate_series(1, 20000) n; DELETE FROM old";
    shop.app().await.batch_execute(dead).await.unwrap();
    shop.shows("backend_type = 'autovacuum worker' AND query LIKE '%VACUUM%public.old%'", 1).await;
    shop.again(2, "SELECT count(*) FROM old").await;
    shop.saw().await.is_healthy();
}

/// Everybody waits for a moment, and nobody for long.
#[tokio::test]
async fn fine_a_row_that_many_want_and_that_changes_hands() {
    let mut shop = Shop::open(&[]).await;
    shop.again(4, "BEGIN; UPDATE t SET v = v + 1 WHERE id = 1; SELECT pg_sleep(0.1); COMMIT").await;
    comes("they wait", async || {
        number(&shop.server, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").await
            >= 2.0
    })
    .await;
    shop.saw().await.is_healthy();
}

#[tokio::test]
async fn fine_workers_of_which_one_leads_and_the_others_wait_for_its_end() {
    let mut shop = Shop::open(&[("max_prepared_transactions", "2")]).await;
    let leader = shop.app().await;
    leader.batch_execute("BEGIN; SELECT pg_advisory_xact_lock(7)").await.unwrap();
    shop.begin(5, "BEGIN; SELECT pg_advisory_xact_lock(7)").await;
    shop.shows("wait_event = 'advisory'", 5).await;
    // And a transaction of two databases that is on its way.
    let both = shop.app().await;
    both.batch_execute("BEGIN; UPDATE t SET v = 2 WHERE id = 2; PREPARE TRANSACTION 'both'").await.unwrap();
    shop.saw().await.is_healthy();
}

/// A role that sees nobody else's sessions: that they wait is not hidden, and neither is for whom.
#[tokio::test]
async fn bad_a_lock_that_a_role_without_rights_looks_at() {
    let mut shop = Shop::open(&[]).await;
    shop.server.root(&["CREATE ROLE plain LOGIN PASSWORD 'ops-pass'"]).await.unwrap();
    let holder = shop.app().await;
    let id = pid(&holder).await;
    holder.batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
    shop.begin(3, "SELECT * FROM t").await;
    shop.shows(LOCKED, 3).await;
    let url = format!("postgres://plain:ops-pass@127.0.0.1:{}/postgres", shop.server.port());
    shop.cache.saw("DATABASE_URL", &url).await.tells(&[&format!("postgres locked: 3 wait for session {id}")]);
}

/// A standby that is fed from an archive does not say how far it is behind.
#[tokio::test]
async fn unknown_how_late_a_standby_is_that_is_fed_from_an_archive() {
    let shop = Shop::open(&[]).await;
    let standby = shop.lab.postgres_standby_of(&shop.server, &[]).await.unwrap();
    standby
        .root(&["ALTER SYSTEM SET primary_conninfo = ''", "ALTER SYSTEM SET restore_command = 'false'"])
        .await
        .unwrap();
    standby.root(&["SELECT pg_reload_conf()"]).await.unwrap();
    comes("it streams no more", async || {
        number(&standby, "SELECT count(*) FROM pg_stat_wal_receiver").await == 0.0
    })
    .await;
    shop.cache.saw("DATABASE_URL", &standby.url()).await.cannot_say(&["postgres"]);
}
