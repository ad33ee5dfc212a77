//! Keys that are asked for and gone: key-miss events, where the server publishes them already.

use std::time::{Duration, Instant};

use crate::clock;
use crate::probe::Listing;
use crate::probe::hotkeys::topk::TopKeys;
use crate::probe::hotkeys::{ENOUGH, LISTED, View, show};
use crate::target::Dialling;
use crate::target::redis::{Keymiss, Way};
use crate::text;

/// What was heard on one node.
#[derive(Default)]
pub struct Missing {
    keys: TopKeys,
    /// How long we listened.
    listened: Duration,
    /// Why we heard nothing, or stopped early.
    trouble: Option<String>,
}

/// Listens to one node until `until`.
pub async fn listen(way: &Way, dialling: &Dialling, until: Instant) -> Missing {
    let mut missing = Missing::default();
    let mut events = match Keymiss::subscribe(way, dialling).await {
        Ok(events) => events,
        Err(error) => {
            missing.trouble = Some(error.message);
            return missing;
        }
    };
    let from = clock::instant();
    let left = until.saturating_duration_since(from);
    let heard = tokio::time::timeout(left, async {
        loop {
            match events.next().await {
                Ok(key) => missing.keys.offer(&key),
                Err(error) => break error.message,
            }
        }
    })
    .await;
    missing.trouble = heard.ok();
    missing.listened = clock::instant() - from;
    missing
}

impl Missing {
    /// Takes back the events that our own questions caused.
    pub fn withdraw(&mut self, vanished: &[Vec<u8>]) {
        vanished.iter().for_each(|key| self.keys.withdraw(key));
    }

    /// What all nodes together say.
    pub fn view(nodes: &[Self]) -> View {
        let notes: Vec<String> = nodes
            .iter()
            .filter_map(|node| node.trouble.as_ref())
            .map(|why| format!("missing keys: {why}"))
            .collect();
        let heard: Vec<&Self> = nodes.iter().filter(|node| !node.listened.is_zero()).collect();
        if heard.is_empty() {
            return View { why: "could not listen to key-miss events".into(), notes, ..View::default() };
        }
        let total: u64 = heard.iter().map(|node| node.keys.total).sum();
        if total < ENOUGH {
            let why = format!("only {total} keys were missed while we listened");
            return View { why, notes, ..View::default() };
        }
        // A key lives on one shard: the same name on two nodes is a replica's copy, and counts for itself.
        let mut ranked: Vec<(&[u8], u64, f64)> = heard
            .iter()
            .flat_map(|node| {
                let seconds = node.listened.as_secs_f64();
                node.keys
                    .top(LISTED)
                    .into_iter()
                    .map(move |(key, count)| (key, count, count as f64 / seconds))
            })
            .collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let share = |count: u64| count as f64 / total as f64;
        View {
            hottest: ranked.first().map(|(key, count, _)| (show(key), share(*count))),
            listing: Some(Listing {
                title: "missing keys (key-miss events)".into(),
                columns: ["key", "misses/s", "share"].map(Into::into).into(),
                rows: ranked
                    .iter()
                    .take(LISTED)
                    .map(|(key, count, rate)| {
                        vec![show(key), text::count(*rate), text::percent(share(*count))]
                    })
                    .collect(),
            }),
            notes,
            why: String::new(),
        }
    }
}
