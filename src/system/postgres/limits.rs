//! What is asked about the number of connections of a role or a database.

use crate::error::TargetError;
use crate::system::postgres::facts::{number, yes};
use crate::system::postgres::{Holder, Reader, cell, query};

/// A role or a database, as far as its number of connections goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limited {
    /// How many sessions there may be; -1: any number.
    pub most: i64,
    /// How many there are.
    pub sessions: u64,
    /// How many of those are never refused: superusers in a database.
    pub exempt: u64,
    /// A role that is never refused.
    pub superuser: bool,
    /// Whether sessions can begin at all: `LOGIN` of a role, `ALLOW_CONNECTIONS` of a database.
    pub open: bool,
    /// Whether we have logged in as it, or are in it.
    pub ours: bool,
    /// A role that may replicate: before PostgreSQL 16 only superusers may alter it.
    pub replication: bool,
    /// The owner of a database.
    pub owner: Option<String>,
    /// Whether we are its administrator: `ADMIN OPTION` of a role, owner of a database.
    pub admin: bool,
}

impl Reader {
    /// What is known of a role or a database; none when there is none of that name. Errors: the server does not answer.
    pub async fn limited(&self, holder: &Holder) -> Result<Option<Limited>, TargetError> {
        let statement = match holder {
            Holder::Role(name) => query::role(name),
            Holder::Database(name) => query::database(name),
        };
        let sets = self.query(&[&statement]).await?;
        Ok(sets[0].first().map(|row| Limited {
            most: cell(row, "most").and_then(|most| most.parse().ok()).unwrap_or(-1),
            sessions: number(row, "sessions").unwrap_or(0.0) as u64,
            exempt: number(row, "exempt").unwrap_or(0.0) as u64,
            superuser: yes(row, "superuser"),
            open: yes(row, "login"),
            ours: yes(row, "ours"),
            replication: yes(row, "replication"),
            owner: cell(row, "owner").map(str::to_owned),
            admin: yes(row, "admin"),
        }))
    }

    /// The names of all that are of the kind of `holder`. Errors: the server does not answer.
    pub async fn names_like(&self, holder: &Holder) -> Result<Vec<String>, TargetError> {
        let statement = match holder {
            Holder::Role(_) => query::ROLES,
            Holder::Database(_) => query::DATABASES,
        };
        let sets = self.query(&[statement]).await?;
        Ok(sets[0].iter().filter_map(|row| cell(row, "name")).map(str::to_owned).collect())
    }
}
