//! What was missed on a node while we listened: the most frequent keys, in bounded memory.

use std::time::{Duration, Instant};

use crate::clock;
use crate::system::redis::keymiss::Keymiss;
use crate::topk::TopKeys;

/// What was heard on one node.
#[derive(Default)]
pub struct Misses {
    keys: TopKeys,
    /// How long we listened.
    pub listened: Duration,
    /// Why we heard nothing, or stopped early.
    pub trouble: Option<String>,
}

/// A key that was asked for and not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Missed<'a> {
    /// Its name, or the front of a long one.
    pub key: &'a [u8],
    /// Misses a second.
    pub rate: f64,
    /// Its share of all misses, 0-1.
    pub share: f64,
}

impl Misses {
    /// Nothing was heard, and why.
    pub fn none(trouble: impl Into<String>) -> Self {
        Self { trouble: Some(trouble.into()), ..Self::default() }
    }

    /// Listens until `until`, or until the connection is lost.
    pub async fn listen(events: &mut Keymiss, until: Instant) -> Self {
        let mut misses = Self::default();
        misses.go_on(events, until).await;
        misses
    }

    /// Listens on until `until`; not again where the connection was lost.
    pub async fn go_on(&mut self, events: &mut Keymiss, until: Instant) {
        if self.trouble.is_some() {
            return;
        }
        let from = clock::instant();
        let heard = tokio::time::timeout(until.saturating_duration_since(from), async {
            loop {
                match events.next().await {
                    Ok(key) => self.keys.offer(&key),
                    Err(error) => break error.message,
                }
            }
        })
        .await;
        self.trouble = heard.ok();
        self.listened += clock::instant() - from;
    }

    /// Takes back the events that our own questions caused.
    pub fn withdraw(&mut self, vanished: &[Vec<u8>]) {
        vanished.iter().for_each(|key| self.keys.withdraw(key));
    }

    /// All misses that were heard.
    pub fn total(nodes: &[Self]) -> u64 {
        nodes.iter().map(|node| node.keys.total).sum()
    }

    /// The `n` most missed keys of all nodes together, first the most missed.
    pub fn ranked(nodes: &[Self], n: usize) -> Vec<Missed<'_>> {
        // A key lives on one shard: the same name on two nodes is a replica's copy, and counts for itself.
        let total = Self::total(nodes).max(1) as f64;
        let mut ranked: Vec<(&[u8], u64, f64)> = nodes
            .iter()
            .filter(|node| !node.listened.is_zero())
            .flat_map(|node| {
                let seconds = node.listened.as_secs_f64();
                node.keys.top(n).into_iter().map(move |(key, count)| (key, count, count as f64 / seconds))
            })
            .collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        ranked
            .into_iter()
            .take(n)
            .map(|(key, count, rate)| Missed { key, rate, share: count as f64 / total })
            .collect()
    }
}
