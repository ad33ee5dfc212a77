//! Telling a Redis something: with a permit for each write, never twice.

use crate::approval::{Approval, Permit};
use crate::clock;
use crate::error::TargetError;
use crate::system::redis::acting::ANSWER;
use crate::system::redis::reader::Reader;
use crate::system::redis::reply::Reply;
use crate::system::redis::tell::Tell;

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
    pub async fn tell(
        &mut self,
        _permit: &Permit<'_>,
        node: &str,
        tells: &[Tell<'_>],
    ) -> Result<Vec<Reply>, TargetError> {
        let by = clock::instant() + ANSWER;
        self.reader.node(node).await?.tell(tells, by).await
    }

    /// The same for one write, whose error reply is an error.
    pub async fn tell_one(
        &mut self,
        permit: &Permit<'_>,
        node: &str,
        tell: Tell<'_>,
    ) -> Result<Reply, TargetError> {
        let reply = self.tell(permit, node, &[tell]).await?.pop().unwrap_or(Reply::Nil);
        match reply.error() {
            Some(text) => Err(self.reader.node(node).await?.meaning(text)),
            None => Ok(reply),
        }
    }
}
