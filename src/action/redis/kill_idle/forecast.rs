//! Which connections of a node are chosen, and what closing them would free.

use std::collections::{BTreeMap, BTreeSet};

use crate::action::redis::client_stats::{ClientStats, groups};
use crate::system::redis::{Client, Who};
use crate::text;

/// One node, its connections, and those that are chosen.
pub struct Node {
    pub who: Who,
    pub client_stats: ClientStats,
    /// Chosen, the longest silent first.
    pub chosen: Vec<Client>,
    idle: u64,
    of: Option<String>,
}

impl Node {
    /// Chooses the ordinary connections that were silent for `idle` seconds, `of` that name or host only.
    pub fn new(who: Who, client_stats: ClientStats, idle: u64, of: Option<&str>) -> Self {
        let mut chosen: Vec<Client> = client_stats
            .clients
            .iter()
            .filter(|client| client.idle >= idle && client.is_plain() && !client_stats.is_ours(client))
            .filter(|client| of.is_none_or(|of| belongs(client, of)))
            .cloned()
            .collect();
        chosen.sort_by(|a, b| b.idle.cmp(&a.idle).then_with(|| a.id.cmp(&b.id)));
        Self { who, client_stats, chosen, idle, of: of.map(str::to_owned) }
    }

    /// What closing the chosen ones frees, and who is spared.
    fn frees(&self) -> String {
        let Self { who, client_stats, chosen, .. } = self;
        let limit = who.info.number("maxclients");
        let limit = limit.map(|limit| format!(" (maxclients {})", text::count(limit))).unwrap_or_default();
        let (count, all) = (chosen.len(), client_stats.clients.len());
        let spared = self.spared();
        let spared = if spared.is_empty() { spared } else { format!("; spared: {spared}") };
        format!("{}: frees {count} of {all} slots{limit}: {}{spared}", who.node, groups(chosen))
    }

    /// Who was silent as long and is left alone, and who always is.
    fn spared(&self) -> String {
        let mut passed_over: BTreeMap<&str, usize> = BTreeMap::new();
        for client in self.client_stats.clients.iter().filter(|client| client.idle >= self.idle) {
            let why = match client {
                _ if self.client_stats.is_ours(client) || client.is_exempt() => continue,
                _ if !client.is_plain() => "in a transaction, tracking, or by the unix socket",
                _ if self.of.as_deref().is_some_and(|of| !belongs(client, of)) => "of others",
                _ if !self.chosen.iter().any(|one| one.id == client.id) => "beyond the limit",
                _ => continue,
            };
            *passed_over.entry(why).or_default() += 1;
        }
        let mut spared: Vec<String> =
            passed_over.iter().map(|(why, count)| format!("{count} {why}")).collect();
        spared.extend(Some(self.client_stats.spared(true)).filter(|words| !words.is_empty()));
        spared.join(", ")
    }
}

/// What closing the chosen ones would come to, on all nodes together (S5).
pub fn words(nodes: &[Node]) -> Vec<String> {
    let chosen = || nodes.iter().filter(|node| !node.chosen.is_empty());
    let mut lines: Vec<String> = chosen().map(Node::frees).collect();
    // A group that uses other connections will open what it needs again; one that uses none has probably forgotten
    // them.
    let in_use: BTreeSet<String> = nodes
        .iter()
        .flat_map(|node| node.client_stats.clients.iter().filter(|client| client.idle < node.idle))
        .map(Client::group)
        .collect();
    let all: usize = chosen().map(|node| node.chosen.len()).sum();
    let back =
        chosen().flat_map(|node| &node.chosen).filter(|client| in_use.contains(&client.group())).count();
    lines.push(match (back, all - back) {
        (0, _) => "their clients use no other connection: these slots should stay free".into(),
        (_, 0) => "their clients use others too, and reopen as many as they need".into(),
        (_, stay) => format!(
            "{back} are of clients that use others too, and reopen as many as they need; {stay} are of clients that \
             use no other, and should stay free"
        ),
    });
    lines
}

/// Keeps the `limit` longest silent ones of all nodes; says how many that are.
pub fn longest(nodes: &mut [Node], limit: usize) -> usize {
    let mut times: Vec<u64> = nodes.iter().flat_map(|node| &node.chosen).map(|client| client.idle).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    let Some(&least) = times.get(limit.saturating_sub(1)) else { return times.len() };
    // Of those that tie at the edge, the first nodes give as many as still fit.
    let mut ties = limit - times.iter().filter(|idle| **idle > least).count();
    for node in nodes {
        node.chosen.retain(|client| {
            let tie = client.idle == least && ties > 0;
            ties -= usize::from(tie);
            client.idle > least || tie
        });
    }
    limit
}

/// Whether a connection has this name, or comes from this host.
fn belongs(client: &Client, of: &str) -> bool {
    client.name == of || client.addr.rsplit_once(':').is_some_and(|(host, _)| host == of)
}
