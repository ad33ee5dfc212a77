//! What actions ask of a PostgreSQL.

use std::collections::BTreeSet;

use crate::error::TargetError;
use crate::target::Identity;
use crate::target::postgres::{Facts, Reader, cell, error, statements};
use crate::text;

impl Reader {
    /// The server's name in plans and journals.
    pub fn node(&self) -> String {
        self.line.at()
    }

    /// What the server proves it is now. Errors: it does not answer.
    pub async fn who(&self) -> Result<Identity, TargetError> {
        let sets = self.line.ask(&[statements::FACTS]).await?;
        let Some(row) = sets.first().and_then(|rows| rows.first()) else {
            return Err(error::foreign(&self.line.at()));
        };
        Ok(self.identity(&Facts::read(row)).await)
    }

    /// The names of other responders' connections, escaped.
    pub async fn strangers(&self, ours: &str) -> Vec<String> {
        let Ok(sets) = self.line.ask(&[statements::PROGRAMS]).await else { return Vec::new() };
        let named = sets.iter().flatten().filter_map(|row| cell(row, "name")).filter(|name| *name != ours);
        let theirs: BTreeSet<String> = named.map(|name| text::escape(name).into_owned()).collect();
        theirs.into_iter().collect()
    }
}
