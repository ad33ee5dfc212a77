//! Telling a Redis something: with a permit for each write, never twice.

use crate::approval::{Approval, Permit};
use crate::clock;
use crate::error::TargetError;
use crate::system::redis::acting::ANSWER;
use crate::system::redis::reader::Reader;
use crate::system::redis::reply::Reply;
use crate::system::redis::write::Write;

/// Writes to a Redis target. Exists only in exchange for an approval.
pub struct Writer<'a> {
    /// Asks meanwhile.
    pub reader: &'a mut Reader,
}

impl<'a> Writer<'a> {
    /// A writer for an approved change.
    pub fn new(reader: &'a mut Reader, _approval: &Approval) -> Self {
        Self { reader }
    }

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
