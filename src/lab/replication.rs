//! Database servers that follow another.
//!
//! Replication is stopped, resumed and ended with SQL by `root`: `STOP SLAVE`, `SELECT pg_wal_replay_pause()`,
//! `SELECT pg_promote()`. An old MariaDB primary follows the new one by SQL too; an old PostgreSQL one would need
//! `pg_rewind`.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::error::Failure;
use crate::lab::binaries::{self, find_beside, find_postgres};
use crate::lab::server::{Server, until};
use crate::lab::{Lab, MariadbServer, PostgresServer, failure, mariadb, postgres, template};

/// The account by which one server follows another: not `ops`, whose sessions and limits belong to the tests.
pub const REPLICATOR: &str = "replicator";

/// What makes a MariaDB one that others can follow.
const BINARY_LOG: &str = "--log-bin=binlog";

/// These a standby needs at least as large as its primary has them, and a primary may have them by argument.
const AS_LARGE: &str = "'max_connections', 'max_worker_processes', 'max_wal_senders', \
    'max_prepared_transactions', 'max_locks_per_transaction'";

impl Lab {
    /// Starts MariaDB with a binary log, so that [`Lab::mariadb_replica_of`] can follow it. Its replicas take a
    /// connection each. Errors: as for [`Lab::mariadb`].
    pub async fn mariadb_primary(&self, args: &[&str]) -> Result<MariadbServer, Failure> {
        let mut all = vec![BINARY_LOG];
        all.extend(args);
        self.mariadb(&all).await
    }

    /// Starts a read-only replica of `primary` and waits until it has all that the primary had when this was called.
    /// It has a binary log too, so that it can be promoted. Errors: as for [`Lab::mariadb`]; the primary has no binary
    /// log; it cannot follow.
    pub async fn mariadb_replica_of(
        &self,
        primary: &MariadbServer,
        args: &[&str],
    ) -> Result<MariadbServer, Failure> {
        if line(primary.query("SELECT @@log_bin").await?) != "1" {
            return Err(
                failure("the primary writes no binary log").hint("start it with Lab::mariadb_primary")
            );
        }
        let password = mariadb::quoted(self.password());
        primary
            .root(&[
                &format!("CREATE USER IF NOT EXISTS {REPLICATOR}@'%' IDENTIFIED BY {password}"),
                &format!("GRANT REPLICATION SLAVE ON *.* TO {REPLICATOR}@'%'"),
            ])
            .await?;
        let goal = line(primary.query("SELECT @@GLOBAL.gtid_binlog_pos").await?);

        let mut all = vec![BINARY_LOG, "--log-slave-updates", "--relay-log=relay", "--read-only=ON"];
        // For SHOW SLAVE HOSTS.
        all.push("--report-host=127.0.0.1");
        all.extend(args);
        // Both come out of one template, and the primary's log goes back to that: it brings the password of `ops` too.
        let replica = self.start_mariadb(&all).await?;
        let port = primary.port();
        replica
            .root(&[
                // When the primary was away, it is looked for every second, not every minute.
                &format!(
                    "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={port}, MASTER_USER='{REPLICATOR}', \
                     MASTER_PASSWORD={password}, MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1"
                ),
                "START SLAVE",
            ])
            .await?;
        let state = format!(
            "SELECT VARIABLE_VALUE, MASTER_GTID_WAIT('{goal}', 0) FROM information_schema.GLOBAL_STATUS \
             WHERE VARIABLE_NAME = 'SLAVE_RUNNING'"
        );
        follows(&replica, async || replica.query(&state).await.map(line), "ON 0").await?;
        Ok(replica)
    }

    /// Starts a hot standby of `primary` (any PostgreSQL of this lab) with further settings, and waits until it streams
    /// and has replayed all that was committed on the primary when this was called. Settings that must not be smaller
    /// than the primary's are as there. Its slot, and its name in `pg_stat_replication`, are `standby_N`.
    /// Errors: as for [`Lab::postgres`]; no `pg_basebackup`; it cannot follow.
    pub async fn postgres_standby_of(
        &self,
        primary: &PostgresServer,
        settings: &[(&str, &str)],
    ) -> Result<PostgresServer, Failure> {
        let program = find_postgres()?;
        let backup = find_beside(&program, &binaries::PG_BASEBACKUP)?;
        let password = postgres::quoted(self.password());
        // Another standby may be about to make it as well.
        let role = format!(
            "DO $role$ BEGIN CREATE ROLE {REPLICATOR} REPLICATION LOGIN PASSWORD {password}; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $role$"
        );
        primary.root(&[&role]).await?;
        let as_there = format!("SELECT name, setting FROM pg_settings WHERE name IN ({AS_LARGE})");
        let as_there = primary.query(&as_there).await?;

        let folder = self.folder("standby")?;
        let data = self.folder_in(&folder, "data")?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().replace('-', "_");
        // Ahead of the copy: a checkpoint during it would remove the log that the copy starts from.
        let slot = format!("SELECT pg_create_physical_replication_slot('{name}', true)");
        primary.root(&[&slot]).await?;
        self.base_backup(&backup, primary.port(), &name, &data).await?;
        let goal = line(primary.query("SELECT pg_current_wal_flush_lsn()").await?);

        // When the primary was away, it is looked for soon, not every five seconds.
        let mut all = vec![("wal_retrieve_retry_interval", "500ms"), ("cluster_name", name.as_str())];
        all.extend(as_there.iter().filter_map(|row| match row.as_slice() {
            [Some(name), Some(value)] => Some((name.as_str(), value.as_str())),
            _ => None,
        }));
        all.extend(settings);
        let standby = self.start_postgres(program, folder, data, &all).await?;
        let state = format!("SELECT status, pg_last_wal_replay_lsn() >= '{goal}' FROM pg_stat_wal_receiver");
        follows(&standby, async || standby.query(&state).await.map(line), "streaming t").await?;
        Ok(standby)
    }

    /// Copies a running PostgreSQL into `data`, ready to be started as its standby.
    async fn base_backup(&self, backup: &Path, port: u16, slot: &str, data: &Path) -> Result<(), Failure> {
        // In a file, because everybody here can see arguments. The standby goes on using it.
        let passwords = data.with_file_name("passwords");
        let written = self.write_private(&passwords, &pgpass(self.password()));
        written.context("cannot write the password of a standby")?;
        let mut command = Command::new(backup);
        command.args(["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]);
        command.args(["--no-password", "--slot", slot, "--host=127.0.0.1", "--username", REPLICATOR]);
        command.arg(format!("--port={port}")).arg("--pgdata").arg(data);
        command.arg("--dbname").arg(format!("passfile={}", conninfo_value(&passwords.to_string_lossy())));
        let account = self.account;
        let copy = move || template::run("a standby of PostgreSQL", &mut command, account.as_ref());
        tokio::task::spawn_blocking(copy).await.context("cannot copy PostgreSQL")?
    }
}

/// Waits until `ask` says that `server` follows. Errors: it does not, with the end of its log, which says why.
async fn follows(
    server: &Server,
    ask: impl AsyncFn() -> Result<String, Failure>,
    right: &str,
) -> Result<(), Failure> {
    let waited = until("replica follows its primary", ask, |state| state == right).await;
    waited.map_err(|error| failure(format!("{error:#}: {}", server.last_words())))
}

/// The first row, its values with a space between.
fn line(rows: Vec<Vec<Option<String>>>) -> String {
    let row = rows.into_iter().next().unwrap_or_default();
    row.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join(" ")
}

/// A line of a password file, for any server.
fn pgpass(password: &str) -> String {
    format!("*:*:*:{REPLICATOR}:{}\n", password.replace('\\', "\\\\").replace(':', "\\:"))
}

/// A value as it stands in a connection string.
fn conninfo_value(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
