//! Telling a Redis something: with a permit for each write, never twice.

use crate::approval::Permit;
use crate::clock;
use crate::error::TargetError;
use crate::system;
use crate::system::redis::{ANSWER, Reader, Reply, Write};

/// Writes in exchange for an approval.
pub type Writer<'a> = system::Writer<'a, Reader>;

impl Writer<'_> {
    /// Sends all writes in one go to one node and reads their replies; error replies are replies. An `Err` is in doubt:
    /// some of them may have been carried out. It is never repeated by itself.
    pub async fn write(
        &mut self,
        permit: &Permit<'_>,
        node: &str,
        writes: &[Write<'_>],
    ) -> Result<Vec<Reply>, TargetError> {
        permit.covers(node)?;
        let by = clock::instant() + ANSWER;
        self.reader.node(node).await?.write(writes, by).await
    }

    /// The same for one write, whose error reply is an error.
    pub async fn write_one(
        &mut self,
        permit: &Permit<'_>,
        node: &str,
        write: Write<'_>,
    ) -> Result<Reply, TargetError> {
        let reply = self.write(permit, node, &[write]).await?.pop().unwrap_or(Reply::Nil);
        match reply.error() {
            Some(text) => Err(self.reader.node(node).await?.meaning(text)),
            None => Ok(reply),
        }
    }
}
