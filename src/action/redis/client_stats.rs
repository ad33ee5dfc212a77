//! Who is connected to a node, counted the way an operator thinks of them.

use std::collections::BTreeMap;

use crate::error::TargetError;
use crate::system::redis::{Client, Query, Reader, clients};

/// Groups that are named; the others are counted together.
const NAMED: usize = 4;

/// The connections of one node.
pub struct ClientStats {
    /// All of them.
    pub clients: Vec<Client>,
    /// Our own connection.
    me: Option<u64>,
}

impl ClientStats {
    /// Asks a node for its connections. Errors: it does not answer, or does not let us ask.
    pub async fn take(reader: &mut Reader, node: &str) -> Result<Self, TargetError> {
        let list = reader.query_one(node, Query::ClientList).await?;
        let me = reader.query_one(node, Query::ClientId).await?.int().and_then(|id| u64::try_from(id).ok());
        Ok(Self { clients: clients(&list), me })
    }

    /// Whether it is a connection of this program, or goes by the name that ours has.
    pub fn is_ours(&self, client: &Client) -> bool {
        let own = self.clients.iter().find(|one| Some(one.id) == self.me);
        client.is_ours() || own.is_some_and(|own| own.id == client.id || named_alike(own, client))
    }

    /// Who is spared whatever their idle time, in words: `3 subscribers, 1 replica, 1 of ours`; empty when nobody is.
    pub fn spared(&self, ours_too: bool) -> String {
        let mut counts = BTreeMap::new();
        for client in &self.clients {
            let kind = match client {
                _ if client.flags.contains('O') => "monitor",
                _ if client.flags.contains(['S', 'M']) => "replication link",
                _ if client.subscriptions > 0 || client.flags.contains('P') => "subscriber",
                _ if client.flags.contains('b') => "blocked client",
                _ if ours_too && self.is_ours(client) => "of ours",
                _ => continue,
            };
            *counts.entry(kind).or_insert(0u64) += 1;
        }
        let words: Vec<String> = counts.into_iter().map(|(kind, count)| counted(count, kind)).collect();
        words.join(", ")
    }
}

fn named_alike(one: &Client, other: &Client) -> bool {
    !one.name.is_empty() && one.name == other.name
}

fn counted(count: u64, kind: &str) -> String {
    let plural = if count == 1 || kind == "of ours" { "" } else { "s" };
    format!("{count} {kind}{plural}")
}

/// Whose connections these are, most first: `web 250, 10.0.0.7 62, 12 of 3 others`.
pub fn groups<'a>(clients: impl IntoIterator<Item = &'a Client>) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for client in clients {
        *counts.entry(client.group()).or_default() += 1;
    }
    let mut ranked: Vec<(String, u64)> = counts.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let others = ranked.split_off(ranked.len().min(NAMED));
    let mut words: Vec<String> = ranked.iter().map(|(group, count)| format!("{group} {count}")).collect();
    if !others.is_empty() {
        let count: u64 = others.iter().map(|(_, count)| count).sum();
        words.push(format!("{count} of {} others", others.len()));
    }
    words.join(", ")
}

/// The connections with these ids that are still there.
pub async fn still_there(reader: &mut Reader, node: &str, ids: &[u64]) -> Result<Vec<Client>, TargetError> {
    let mut found = Vec::new();
    for some in ids.chunks(1_000) {
        found.extend(clients(&reader.query_one(node, Query::ClientListIds(some)).await?));
    }
    Ok(found)
}
