//! Keys that are asked for and gone: key-miss events, where the server publishes them already.

use std::time::Instant;

use crate::observation::Unit;
use crate::probe::hotkeys::{ENOUGH, LISTED, View, show};
use crate::probe::{Cell, Listing};
use crate::system::Dialling;
use crate::system::redis::{Keymiss, Misses, Way};

/// Listens to one node until `until`.
pub async fn listen(way: &Way, dialling: &Dialling, until: Instant) -> Misses {
    match Keymiss::subscribe(way, dialling).await {
        Ok(mut events) => Misses::listen(&mut events, until).await,
        Err(error) => Misses::none(error.message),
    }
}

/// What all nodes together say.
pub fn view(nodes: &[Misses]) -> View {
    let notes: Vec<String> = nodes
        .iter()
        .filter_map(|node| node.trouble.as_ref())
        .map(|why| format!("missing keys: {why}"))
        .collect();
    if nodes.iter().all(|node| node.listened.is_zero()) {
        return View { why: "could not listen to key-miss events".into(), notes, ..View::default() };
    }
    let total = Misses::total(nodes);
    if total < ENOUGH {
        let why = format!("only {total} keys were missed while we listened");
        return View { why, notes, ..View::default() };
    }
    let ranked = Misses::ranked(nodes, LISTED);
    View {
        hottest: ranked.first().map(|missed| (show(missed.key), missed.share)),
        listing: Some(Listing {
            title: "missing keys (key-miss events)".into(),
            columns: ["key", "misses", "share"].map(Into::into).into(),
            rows: ranked
                .iter()
                .map(|missed| {
                    vec![
                        Cell::from(show(missed.key)),
                        Cell::Number(missed.rate, Unit::PerSecond),
                        Cell::Number(missed.share, Unit::Ratio),
                    ]
                })
                .collect(),
        }),
        notes,
        why: String::new(),
    }
}
