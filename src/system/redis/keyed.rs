//! Questions and writes about keys: each goes to the node that has the key.

use std::collections::BTreeMap;

use crate::approval::Permit;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::acting::{ANSWER, silently};
use crate::system::redis::slot::slot;
use crate::system::redis::{Query, Reader, Reply, Shape, Write, Writer};
use crate::text;

/// Questions or writes in one go: the server comes to the answers of others in between.
const BATCH: usize = 1_000;
/// A cluster may have moved the slot since we asked for its members: once more, then it is an answer like any other.
const TRIES: usize = 2;

impl Reader {
    /// The node that has this key, as far as known. None: a slot that no node serves, or a server that is a replica.
    pub fn home(&self, key: &[u8]) -> Option<String> {
        self.connection_of(key).map(|at| self.nodes[at].name())
    }

    /// The places of the keys that one script may touch: in a cluster only those of one slot, `most` at a time.
    pub fn together<'k>(&self, keys: impl Iterator<Item = &'k [u8]>, most: usize) -> Vec<Vec<usize>> {
        together(self.shape == Shape::Cluster, keys, most)
    }

    fn connection_of(&self, key: &[u8]) -> Option<usize> {
        if self.shape != Shape::Cluster {
            return self.nodes.iter().position(|node| node.primary);
        }
        let slot = slot(key);
        self.nodes.iter().position(|node| {
            node.primary && node.slots.iter().any(|(from, to)| (*from..=*to).contains(&slot))
        })
    }

    /// Asks each question at the node that has its key; the replies come in the order of the questions. Errors: a node
    /// does not answer.
    pub async fn query_keys(&mut self, queries: &[Query<'_>]) -> Result<Vec<Reply>, TargetError> {
        let mut replies = vec![Reply::Nil; queries.len()];
        let mut left: Vec<usize> = (0..queries.len()).collect();
        for _ in 0..TRIES {
            for (node, those) in self.homes(queries.iter().map(Query::key), &left, &mut replies) {
                for batch in those.chunks(BATCH) {
                    let queries: Vec<Query<'_>> = batch.iter().map(|at| queries[*at].clone()).collect();
                    let answers = self.query(&node, &queries).await?;
                    batch.iter().zip(answers).for_each(|(at, answer)| replies[*at] = answer);
                }
            }
            left.retain(|at| replies[*at].is_elsewhere());
            if left.is_empty() {
                break;
            }
            self.learn(&silently(), &mut Vec::new()).await.map_err(|refused| refused.error)?;
        }
        Ok(replies)
    }

    /// `PTTL` of each key, in milliseconds: -2 when it is not there, -1 when it does not expire. Errors: a node does not answer, or
    /// refuses.
    pub async fn ttls<'k>(
        &mut self,
        keys: impl Iterator<Item = &'k [u8]> + Send,
    ) -> Result<Vec<i64>, TargetError> {
        let queries: Vec<Query<'_>> = keys.map(Query::Pttl).collect();
        let mut left = Vec::with_capacity(queries.len());
        for (query, reply) in queries.iter().zip(self.query_keys(&queries).await?) {
            left.push(match reply {
                Reply::Int(left) => left,
                other => return Err(self.unexpected(query.key().unwrap_or_default(), &other).await),
            });
        }
        Ok(left)
    }

    /// What a reply about `key` means that is none of those expected: mostly an error.
    pub async fn unexpected(&mut self, key: &[u8], reply: &Reply) -> TargetError {
        let Some(text) = reply.error() else {
            let message =
                format!("the answer about the key {} is of an unexpected type", text::fit_bytes(key, 60));
            return TargetError::new(TargetErrorKind::Protocol, message);
        };
        match self.home(key) {
            Some(node) => match self.node(&node).await {
                Ok(node) => node.meaning(text),
                Err(error) => error,
            },
            None => {
                let message =
                    format!("no node has the key {}: {}", text::fit_bytes(key, 60), text::escape(text));
                TargetError::new(TargetErrorKind::Busy, message)
            }
        }
    }

    /// Which of the keys at these places go to which node. A key that has none gets the reply that a server would give.
    fn homes<'k>(
        &self,
        keys: impl Iterator<Item = Option<&'k [u8]>>,
        left: &[usize],
        replies: &mut [Reply],
    ) -> Vec<(String, Vec<usize>)> {
        let keys: Vec<Option<&[u8]>> = keys.collect();
        let mut homes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in left {
            match self.connection_of(keys[*at].unwrap_or_default()) {
                Some(node) => homes.entry(node).or_default().push(*at),
                None if self.shape == Shape::Cluster => {
                    replies[*at] = Reply::Error("CLUSTERDOWN Hash slot not served".into());
                }
                None => replies[*at] = Reply::Error("READONLY it is a replica".into()),
            }
        }
        homes.into_iter().map(|(node, those)| (self.nodes[node].name(), those)).collect()
    }
}

/// The places of the keys that one script may touch, `most` at a time: with `by_slot` only those of one slot.
pub fn together<'k>(by_slot: bool, keys: impl Iterator<Item = &'k [u8]>, most: usize) -> Vec<Vec<usize>> {
    let mut slots: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
    if by_slot {
        keys.enumerate().for_each(|(at, key)| slots.entry(slot(key)).or_default().push(at));
    } else {
        slots.insert(0, (0..keys.count()).collect());
    }
    slots.into_values().flat_map(|those| those.chunks(most).map(<[_]>::to_vec).collect::<Vec<_>>()).collect()
}

impl Writer<'_> {
    /// Tells each write to the node that has its key; the replies come in the order of the writes. A write that a node
    /// sends elsewhere was not made, and is made there; no other is ever repeated. An `Err` is in doubt. The permit is for the keys, not for a node: in a
    /// cluster they may have moved since.
    pub async fn write_keys(
        &mut self,
        _permit: &Permit<'_>,
        writes: &[Write<'_>],
    ) -> Result<Vec<Reply>, TargetError> {
        let mut replies = vec![Reply::Nil; writes.len()];
        let mut left: Vec<usize> = (0..writes.len()).collect();
        for _ in 0..TRIES {
            for (node, those) in self.reader.homes(writes.iter().map(Write::key), &left, &mut replies) {
                for batch in those.chunks(BATCH) {
                    let writes: Vec<Write<'_>> = batch.iter().map(|at| writes[*at].clone()).collect();
                    let by = clock::instant() + ANSWER;
                    let answers = self.reader.node(&node).await?.write(&writes, by).await?;
                    batch.iter().zip(answers).for_each(|(at, answer)| replies[*at] = answer);
                }
            }
            left.retain(|at| replies[*at].is_elsewhere());
            if left.is_empty() {
                break;
            }
            self.reader.learn(&silently(), &mut Vec::new()).await.map_err(|refused| refused.error)?;
        }
        Ok(replies)
    }
}
