//! One node for whoever goes through all of its keys: several nodes of a cluster can be gone through at the same time.

use crate::approval::Permit;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::acting::silently;
use crate::system::redis::{ANSWER, Glance, Node, Query, Reader, Reply, Shape, Write};

/// A node that is held for as long as somebody works on it.
pub struct Hold<'a> {
    node: &'a mut Node,
    by_slot: bool,
}

impl Reader {
    /// The nodes of these names, all at once; one that is no node of this target any more is left out.
    pub fn holds(&mut self, names: &[String]) -> Vec<Hold<'_>> {
        let by_slot = self.shape == Shape::Cluster;
        let named = self.nodes.iter_mut().filter(|node| names.contains(&node.name()));
        named.map(|node| Hold { node, by_slot }).collect()
    }

    /// The node of that name. Errors: those of [`Reader::node`].
    pub async fn hold(&mut self, name: &str) -> Result<Hold<'_>, TargetError> {
        let by_slot = self.shape == Shape::Cluster;
        Ok(Hold { node: self.node(name).await?, by_slot })
    }
}

impl Hold<'_> {
    /// `host:port`
    pub fn name(&self) -> String {
        self.node.name()
    }

    /// Whether one script may touch only keys of one slot here.
    pub fn by_slot(&self) -> bool {
        self.by_slot
    }

    /// Asks; a connection that was lost is opened again and the question repeated, once.
    pub async fn query(&mut self, queries: &[Query<'_>]) -> Result<Vec<Reply>, TargetError> {
        match self.node.query(queries, clock::instant() + ANSWER).await {
            Err(error) if error.kind == TargetErrorKind::Unreachable => {
                self.node.sit(&silently(), &mut Vec::new()).await;
                self.node.query(queries, clock::instant() + ANSWER).await
            }
            outcome => outcome,
        }
    }

    /// Looks at the counters.
    pub async fn glance(&mut self) -> Glance {
        self.node.glance(&silently(), clock::instant() + ANSWER, &mut Vec::new()).await
    }

    /// Asks and tells in one go: the server has no time to wait for us in between. Error replies are replies. An `Err` is in
    /// doubt, and never repeated by itself. The permit is for the keys of a sweep, whose image is the same on every node.
    pub async fn query_and_write(
        &mut self,
        _permit: &Permit<'_>,
        queries: &[Query<'_>],
        writes: &[Write<'_>],
    ) -> Result<(Vec<Reply>, Vec<Reply>), TargetError> {
        self.node.sit(&silently(), &mut Vec::new()).await;
        self.node.query_and_write(queries, writes, clock::instant() + ANSWER).await
    }

    /// What an error reply of this node means.
    pub fn meaning(&self, text: &str) -> TargetError {
        self.node.meaning(text)
    }
}
