//! What actions ask of a MySQL or MariaDB.

use std::collections::BTreeSet;

use crate::error::TargetError;
use crate::target::Identity;
use crate::target::mysql::{Reader, statements, word};
use crate::text;

impl Reader {
    /// The server's name in plans and journals.
    pub fn node(&self) -> String {
        self.line.at()
    }

    /// What the server proves it is now. Errors: it does not answer.
    pub async fn who(&self) -> Result<Identity, TargetError> {
        let variables = self.variables().await?;
        let replication = self.replication().await?;
        Ok(self.identity(&variables, &replication).await)
    }

    /// The names of other responders' connections, escaped; only MySQL with `performance_schema` shows them.
    pub async fn strangers(&self, ours: &str) -> Vec<String> {
        let Ok(rows) = self.line.ask(statements::PROGRAMS).await else { return Vec::new() };
        let named = rows.iter().map(|row| word(row, 0)).filter(|name| name != ours);
        let theirs: BTreeSet<String> = named.map(|name| text::escape(&name).into_owned()).collect();
        theirs.into_iter().collect()
    }
}
