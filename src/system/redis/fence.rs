//! Ending our own connections that were lost: what they still hold must not arrive after somebody has looked.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::proof::Lost;
use crate::system::redis::acting::silently;
use crate::system::redis::turn::plain;
use crate::system::redis::{ANSWER, Node, Query, Reader, Reply, Write, clients};

impl Reader {
    /// Ends all connections of these names but the ones that we sit on now, on every node. Errors: a node does not answer, or
    /// does not let us; something may still arrive there.
    pub(in crate::system) async fn fence(&mut self, lost: Lost<'_>) -> Result<(), TargetError> {
        join_all(self.nodes.iter_mut().map(|node| fence(node, lost.names))).await.into_iter().collect()
    }
}

async fn fence(node: &mut Node, names: &[String]) -> Result<(), TargetError> {
    node.sit(&silently(), &mut Vec::new()).await;
    let asked = [Query::ClientId, Query::ClientList];
    let replies = node.query(&asked, clock::instant() + ANSWER).await?;
    if let Some(text) = replies.iter().find_map(Reply::error) {
        return Err(node.meaning(text).hint("it needs CLIENT ID, CLIENT LIST and CLIENT KILL"));
    }
    let [Reply::Int(own), listing] = replies.as_slice() else {
        let message = format!("{} does not list its clients", node.name());
        return Err(TargetError::new(TargetErrorKind::Protocol, message));
    };
    let listed = clients::parse(listing);
    let lost = listed
        .iter()
        .filter(|client| names.iter().any(|name| name == plain(&client.name)) && client.id as i64 != *own);
    let kills: Vec<Write<'_>> = lost.map(|client| Write::ClientKill(client.id, &client.addr)).collect();
    if kills.is_empty() {
        return Ok(());
    }
    let replies = node.write(&kills, clock::instant() + ANSWER).await?;
    // One that has gone meanwhile is no error.
    let errors: BTreeSet<&str> =
        replies.iter().filter_map(Reply::error).filter(|text| !text.contains("No such client")).collect();
    match errors.first() {
        Some(text) => Err(node.meaning(text)),
        None => Ok(()),
    }
}
