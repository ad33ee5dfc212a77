//! Telling a PostgreSQL something: with a permit for each write, never twice.

use std::time::Duration;

use crate::approval::Permit;
use crate::error::{TargetError, TargetErrorKind};
use crate::system;
use crate::system::postgres::{Reader, Write};

/// Longest wait for a write to be answered: the server itself ends our statements after 5 s.
const ANSWER: Duration = Duration::from_secs(8);

/// Writes in exchange for an approval.
pub type Writer<'a> = system::Writer<'a, Reader>;

impl Writer<'_> {
    /// Sends one write. An `Err` is in doubt unless the server said it: it may have been carried out. It is never
    /// repeated by itself.
    pub async fn write(&mut self, _permit: &Permit<'_>, write: &Write<'_>) -> Result<(), TargetError> {
        let sets = self.reader.write(&write.to_string(), ANSWER).await?;
        let said = sets.first().and_then(|rows| rows.first()).and_then(|row| row.get(0));
        if *write == Write::Reload && said != Some("t") {
            let message = format!("{} could not be told to read its configuration again", self.reader.node());
            return Err(TargetError::new(TargetErrorKind::Protocol, message));
        }
        Ok(())
    }
}
