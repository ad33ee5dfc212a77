//! Who we are at a server, and what we may change there.

use crate::error::TargetError;
use crate::system::postgres::facts::yes;
use crate::system::postgres::line::major;
use crate::system::postgres::{Reader, cell, error, query};

/// Who we are, and what we may change.
#[derive(Clone, Debug)]
pub struct Rights {
    /// The role that our statements run as.
    pub me: String,
    /// The role that we logged in as.
    pub login: String,
    /// The database that we are in.
    pub database: String,
    /// The major version of the server.
    pub version: u32,
    /// Whether the server is in recovery: a standby.
    pub standby: bool,
    /// Whether we are a superuser.
    pub superuser: bool,
    /// Whether we may change roles as far as their kind allows.
    pub createrole: bool,
    /// Whether other roles' sessions are shown to us.
    pub sees_all: bool,
    /// Whether we may have the configuration loaded again.
    pub reload: bool,
    /// Whether we may read `pg_file_settings`.
    pub files: bool,
    /// Whether we may execute what that view calls.
    pub show_files: bool,
    /// Whether we may set `default_transaction_read_only` by `ALTER SYSTEM`.
    pub alter_system: bool,
    /// Whether `ALTER SYSTEM` is switched off for everybody (PostgreSQL 17 and later).
    pub alter_system_off: bool,
    /// The role by which a hosted service is known: `rds_superuser`.
    pub hosted: Option<String>,
}

impl Reader {
    /// Who we are and what we may change. Errors: the server does not answer.
    pub async fn rights(&self) -> Result<Rights, TargetError> {
        // The version is known once the line stands.
        let mut sets = self.query(&[query::RIGHTS]).await?;
        let version = self.known(|line| major(&line.version)).await;
        if version >= 15 {
            sets.insert(1, self.query(&[query::ALTER_SYSTEM]).await?.swap_remove(0));
        }
        let Some(row) = sets.first().and_then(|rows| rows.first()) else {
            return Err(error::foreign(&self.node()));
        };
        let text = |name| cell(row, name).unwrap_or_default().to_owned();
        let superuser = yes(row, "superuser");
        let granted = version >= 15 && sets[1].first().is_some_and(|row| yes(row, "may"));
        Ok(Rights {
            me: text("me"),
            login: text("login"),
            database: text("database"),
            version,
            standby: yes(row, "standby"),
            superuser,
            createrole: yes(row, "createrole"),
            sees_all: yes(row, "sees_all"),
            reload: yes(row, "reload"),
            files: yes(row, "files"),
            show_files: yes(row, "show_files"),
            alter_system: superuser || granted,
            alter_system_off: yes(row, "alter_system_off"),
            hosted: cell(row, "hosted").map(str::to_owned),
        })
    }

    /// Whether the server is in recovery now: a standby. Errors: it does not answer.
    pub async fn is_standby(&self) -> Result<bool, TargetError> {
        Ok(self.rights().await?.standby)
    }
}
