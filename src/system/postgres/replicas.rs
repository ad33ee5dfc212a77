//! Who follows a server, by what it says itself.

use crate::config::Address;
use crate::error::TargetError;
use crate::system::Followers;
use crate::system::postgres::facts::number;
use crate::system::postgres::sessions::must_see;
use crate::system::postgres::{Reader, cell, query};

/// Where PostgreSQL listens unless told otherwise.
const PORT: u16 = 5432;

impl Reader {
    /// The standbys that stream from this server. Where they listen is told nowhere: the port is taken to be the same.
    /// Errors: other roles' connections are not shown to us; the connection is lost.
    pub async fn followers(&self) -> Result<Followers, TargetError> {
        let sets = self.query(&[query::MAY_SEE_OTHERS, query::STANDBYS]).await?;
        must_see(&sets)?;
        let port = match &self.target.address {
            Address::Tcp(_, port) => *port,
            Address::Unix(_) => PORT,
        };
        let host = |row| cell(row, "host").unwrap_or_default().to_owned();
        let rows = || sets.get(1).into_iter().flatten();
        let told = rows().map(|row| (host(row), port)).collect();
        let lag = rows().filter_map(|row| number(row, "lag")).reduce(f64::max);
        Ok(Followers { lag, ..Followers::of(told, &[]) })
    }
}
