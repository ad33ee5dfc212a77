//! What actions ask of a MySQL or MariaDB.

use std::collections::BTreeSet;
use std::time::Duration;

use mysql_async::Row;

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::proof::{Lasts, Life, Lost, Seat};
use crate::system::mysql::line::Failed;
use crate::system::mysql::rights::Rights;
use crate::system::mysql::write::{Write, quoted};
use crate::system::mysql::{Account, Reader, Variables, query, word};
use crate::system::{Identity, others};

/// How long a setting that somebody is setting is waited for, and how often it is looked at. Ours wait for 2 s at most.
const SETTLES: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(100);

impl Reader {
    /// The user we log in as.
    pub fn user(&self) -> &str {
        &self.target.user
    }

    /// What the server proves it is now. Errors: it does not answer.
    pub async fn who(&self) -> Result<Identity, TargetError> {
        let variables = self.variables().await?;
        let replication = self.replication().await?;
        let up = self.query(query::UPTIME).await?.first().and_then(|row| word(row, 1).parse().ok());
        let identity = self.identity(&variables, &replication).await;
        // A proxy in between has numbers of its own.
        let seat = if identity.note.is_none() { self.id().await.map(u64::from) } else { None };
        // A restart keeps what it is known by.
        let life = Life { up: up.map(Duration::from_secs), seat };
        Ok(Identity { lasts: Lasts::Always(life), ..identity })
    }

    /// The names of other responders' connections, escaped; only MySQL with `performance_schema` shows them.
    pub async fn strangers(&self, ours: &str) -> Vec<String> {
        let Ok(rows) = self.query(query::PROGRAMS).await else { return Vec::new() };
        others(rows.iter().map(|row| word(row, 0)), ours)
    }

    /// What our account may do everywhere.
    pub async fn rights(&self) -> Result<Rights, TargetError> {
        let rows = self.query(query::GRANTS).await?;
        let lines: Vec<String> = rows.iter().map(|row| word(row, 0)).collect();
        Ok(Rights::read(lines.iter().map(String::as_str)))
    }

    /// The server's number of our connection; none where it does not stand.
    pub(in crate::system) async fn seats(&self) -> Vec<Seat> {
        let Ok(rows) = self.query(query::OUR_SEAT).await else { return Vec::new() };
        let seat =
            |row: &Row| Some(Seat { node: self.node(), id: word(row, 0).parse().ok()?, from: word(row, 1) });
        rows.first().and_then(seat).into_iter().collect()
    }

    /// Ends our connections of these numbers that are there still, and come from where they came from then: they and no
    /// others, also when the server has restarted. Errors: something may still arrive.
    pub(in crate::system) async fn fence(&self, lost: Lost<'_>) -> Result<(), TargetError> {
        for seat in lost.seats {
            let until = clock::instant() + SETTLES;
            loop {
                let rows = self.query(&format!("{}{}", query::SEAT_OF, seat.id)).await?;
                let theirs = rows.first().is_none_or(|row| word(row, 1) != seat.from);
                if theirs || rows.first().is_some_and(|row| word(row, 2) == "1") {
                    break;
                }
                match self.write(&Write::KillConnection(seat.id).to_string(), self.reply).await {
                    // It has gone meanwhile.
                    Ok(_) | Err(Failed { code: Some(1094), .. }) => {}
                    Err(failed) => return Err(failed.into()),
                }
                if clock::instant() >= until {
                    let message = format!("connection {} on {} does not end", seat.id, self.node());
                    return Err(TargetError::new(TargetErrorKind::Timeout, message));
                }
                clock::sleep(LOOK).await;
            }
        }
        Ok(())
    }

    /// Waits until nobody sets `name` any more: a write that waits for a lock may come true after the program that sent
    /// it has died. Errors: it goes on, so what is read now may not be what is there soon.
    pub async fn settles(&self, name: &'static str) -> Result<(), TargetError> {
        let question = format!("{}{}", query::SETTERS, quoted(&format!("SET GLOBAL {name} %")));
        let until = clock::instant() + SETTLES;
        loop {
            // Where sessions are not listed there is nothing to wait for.
            let rows = self.query(&question).await.unwrap_or_default();
            if rows.first().is_none_or(|row| word(row, 0) == "0") {
                return Ok(());
            }
            if clock::instant() >= until {
                let message = format!("somebody is setting {name} on {} at this moment", self.node());
                return Err(TargetError::new(TargetErrorKind::Timeout, message));
            }
            clock::sleep(LOOK).await;
        }
    }

    /// The accounts that `read_only` does not bind, and whether that is all of them: an account that may not read the
    /// schema `mysql` is shown its own rights only.
    pub async fn unbound(&self, variables: &Variables) -> Result<(BTreeSet<String>, bool), TargetError> {
        let rows = self.query(query::UNBOUND).await?;
        let binds = |right: &str| {
            if variables.mariadb() { right == "READ_ONLY ADMIN" } else { right != "READ_ONLY ADMIN" }
        };
        let of = |row| Some(user_of(&word(row, 0))).filter(|_| binds(&word(row, 1)));
        let all = self.query(query::ACCOUNTS).await.is_ok();
        Ok((rows.iter().filter_map(of).collect(), all))
    }

    /// Who holds a table for themselves alone: connection, user, and table. None where the server does not say.
    pub async fn holders(&self, variables: &Variables) -> Option<Vec<(u64, String, String)>> {
        let statement = if variables.mariadb() { query::HOLDERS_MARIADB } else { query::HOLDERS_MYSQL };
        let rows = self.query(statement).await.ok()?;
        let table = |row| format!("{}.{}", word(row, 2), word(row, 3));
        let holder = |row| Some((word(row, 0).parse().ok()?, word(row, 1), table(row)));
        Some(rows.iter().filter_map(holder).collect())
    }

    /// Tables that are in use or locked at this moment, by whomever; only names.
    pub async fn in_use(&self) -> Vec<String> {
        let rows = self.query(query::IN_USE).await.unwrap_or_default();
        rows.iter().map(|row| format!("{}.{}", word(row, 0), word(row, 1))).collect()
    }

    /// Whether statements can be ended by the procedure of Amazon RDS.
    pub async fn has_rds_kill(&self) -> bool {
        self.query(query::RDS_KILL).await.is_ok_and(|rows| !rows.is_empty())
    }

    /// All accounts, each with its limit on connections (0: none). Errors: they are not for us to see.
    pub async fn accounts(&self) -> Result<Vec<(Account, u64)>, TargetError> {
        let rows = self.query(query::ACCOUNTS).await;
        let rows =
            rows.map_err(|failed| failed.wants("GRANT SELECT ON mysql.* TO the account stampede uses"))?;
        let account = |row| Account { user: word(row, 0), host: word(row, 1) };
        Ok(rows.iter().map(|row| (account(row), word(row, 2).parse().unwrap_or(0))).collect())
    }

    /// The account that the server takes us for: `ops@%`.
    pub async fn ourselves(&self) -> Result<String, TargetError> {
        let rows = self.query(query::SELF).await?;
        Ok(rows.first().map(|row| word(row, 0)).unwrap_or_default())
    }

    /// Settings that bound what one connection takes, by name.
    pub async fn buffers(&self) -> Result<Variables, TargetError> {
        let rows = self.query(query::BUFFERS).await?;
        Ok(Variables::new(rows.iter().map(|row| (word(row, 0), word(row, 1))).collect()))
    }
}

/// The user of a grantee: `'app'@'%'`.
fn user_of(grantee: &str) -> String {
    let user = grantee.rsplit_once('@').map_or(grantee, |(user, _)| user);
    user.trim_matches(['\'', '`']).to_owned()
}
