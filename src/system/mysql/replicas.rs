//! Who follows a server, by what it says itself.

use mysql_async::{Row, Value};

use crate::error::TargetError;
use crate::system::Followers;
use crate::system::mysql::error::SYNTAX;
use crate::system::mysql::{Reader, query, word};

impl Reader {
    /// The replicas that are connected to this server. One that lost its connection is not shown.
    /// Errors: the right is missing; the connection is.
    pub async fn followers(&self) -> Result<Followers, TargetError> {
        let mut answer = self.query(query::REPLICAS).await;
        if answer.as_ref().is_err_and(|failed| failed.code == Some(SYNTAX)) {
            answer = self.query(query::SLAVE_HOSTS).await;
        }
        let rows = answer.map_err(|failed| {
            failed.wants(
                "MySQL: GRANT REPLICATION SLAVE, MariaDB: GRANT REPLICATION MASTER ADMIN ON *.* TO this account",
            )
        })?;
        let told: Vec<(String, u16)> =
            rows.iter().map(|row| (word(row, 1), number(row, 2).unwrap_or(3306))).collect();
        if told.iter().all(|(host, _)| !host.is_empty()) {
            return Ok(Followers::of(told, &[]));
        }
        // A replica tells its port always, and its host only where `report_host` is set.
        let dumps = self.query(query::DUMPS).await?;
        let seen: Vec<String> = dumps.iter().map(|row| host(&word(row, 0)).to_owned()).collect();
        Ok(Followers::of(told, &seen))
    }
}

fn number(row: &Row, column: usize) -> Option<u16> {
    match row.as_ref(column)? {
        Value::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.parse().ok(),
        _ => None,
    }
}

/// `10.0.0.7:41234` → `10.0.0.7`
fn host(client: &str) -> &str {
    client.rsplit_once(':').map_or(client, |(host, _)| host)
}
