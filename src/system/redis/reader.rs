//! All nodes of one target and a connection to each.

use std::sync::Arc;

use futures_util::future::join_all;
use rustls::ClientConfig;

use crate::clock;
use crate::config::{RedisTarget, Topology};
use crate::system::redis::cluster::Member;
use crate::system::redis::discover::{first_in, members};
use crate::system::redis::sentinel::{self, Ask, Doubt};
use crate::system::redis::{Connection, Node, Refused, Way};
use crate::system::{Dialling, tls};

/// How the nodes belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One server.
    Single,
    /// A Redis Cluster.
    Cluster,
    /// The primary that the Sentinels named, and the replicas they can reach.
    Sentinel,
}

/// Reads a Redis target. It has no way to send anything that is not in [`Query`](crate::system::redis::Query).
pub struct Reader {
    pub(super) spec: RedisTarget,
    pub(super) tls: Option<Arc<ClientConfig>>,
    /// How the nodes belong together, as far as known.
    pub shape: Shape,
    /// The nodes, in the order of their addresses; where there are Sentinels, the primary that they name is the first. Empty
    /// until [`Reader::ready`] has succeeded.
    pub nodes: Vec<Node>,
    /// Why it was not sure who the primary is, when the Sentinels were asked last.
    pub(super) doubt: Option<Doubt>,
}

impl Reader {
    /// Whether Sentinels say who the primary is, and make another one when it dies.
    pub fn has_sentinels(&self) -> bool {
        self.shape == Shape::Sentinel
    }

    /// A reader that has not connected yet.
    pub fn new(spec: &RedisTarget) -> Self {
        Self { spec: spec.clone(), tls: None, shape: Shape::Single, nodes: Vec::new(), doubt: None }
    }

    /// The number of the database that keys are in.
    pub fn database(&self) -> u32 {
        self.spec.database
    }

    /// Finds the nodes and takes a connection to each that lets us in; nodes without one carry their trouble. Errors: no node
    /// can be asked at all.
    pub async fn ready(&mut self, dialling: &Dialling, notes: &mut Vec<String>) -> Result<(), Refused> {
        if self.tls.is_none()
            && let Some(options) = &self.spec.tls
        {
            self.tls = Some(Arc::new(tls::client_config(options)?));
        }
        if self.spec.tls.as_ref().is_some_and(|tls| tls.insecure) {
            notes.push("TLS certificates are not verified (tls.insecure)".into());
        }
        match &self.spec.topology {
            Topology::Sentinel(service) => self.ready_by_sentinel(&service.clone(), dialling, notes).await?,
            Topology::Auto => self.ready_by_address(dialling, notes).await?,
        }
        let opened = join_all(self.nodes.iter_mut().map(|node| async move {
            let mut notes = Vec::new();
            node.sit(dialling, &mut notes).await;
            notes
        }))
        .await;
        notes.extend(opened.into_iter().flatten());
        match self.nodes.iter().find_map(|node| node.trouble.clone()) {
            Some(refused) if self.nodes.iter().all(|node| node.connection.is_none()) => Err(refused),
            _ => Ok(()),
        }
    }

    async fn ready_by_address(
        &mut self,
        dialling: &Dialling,
        notes: &mut Vec<String>,
    ) -> Result<(), Refused> {
        if self.nodes.iter().any(|node| node.connection.is_some()) {
            if self.nodes.iter().any(|node| node.connection.is_none()) {
                self.learn(dialling, notes).await?;
            }
            return Ok(());
        }
        let ways = self.spec.addresses.iter().map(|address| self.way(address));
        let ways = ways.collect::<Result<Vec<_>, _>>()?;
        let (way, mut wire) = first_in(&ways, dialling).await?;
        notes.append(&mut wire.notes);
        let connection = Connection::keep(wire);
        match members(&connection, &way, dialling, notes).await? {
            Some((found, me)) if !found.is_empty() => {
                self.shape = Shape::Cluster;
                self.adopt(found, Some((me, way, connection)))?;
            }
            _ => {
                if ways.len() > 1 {
                    notes.push(format!("{} is no cluster: the other addresses were not used", way.address));
                }
                self.shape = Shape::Single;
                // The old node knows what our lost connections did to the counters.
                let old = self.nodes.drain(..).find(|node| node.way.address == way.address);
                let mut node = old.unwrap_or_else(|| Node::new(way, true, None));
                node.take(connection);
                self.nodes = vec![node];
            }
        }
        Ok(())
    }

    /// Asks a node of a cluster who its members are now, and which slots they serve. What is known stays when none
    /// answers.
    pub(super) async fn learn(
        &mut self,
        dialling: &Dialling,
        notes: &mut Vec<String>,
    ) -> Result<(), Refused> {
        if self.shape == Shape::Cluster
            && let Some((connection, way)) =
                self.nodes.iter().find_map(|node| Some((node.connection.as_ref()?, &node.way)))
            && let Ok(Some((found, _))) = members(connection, way, dialling, notes).await
        {
            self.adopt(found, None)?;
        }
        Ok(())
    }

    /// Takes over the members of a cluster, keeping the connections that we have.
    fn adopt(
        &mut self,
        found: Vec<Member>,
        mut first: Option<(String, Way, Connection)>,
    ) -> Result<(), Refused> {
        let mut old = std::mem::take(&mut self.nodes);
        for member in found {
            let is_first = first.as_ref().is_some_and(|(id, ..)| *id == member.id);
            let way = self.way(&member.address)?;
            let mut node = match old.iter().position(|node| node.way.address == way.address) {
                Some(at) => old.swap_remove(at),
                None => Node::new(way, member.primary, member.replica_of.clone()),
            };
            node.primary = member.primary;
            node.replica_of = member.replica_of;
            node.slots = member.slots;
            // The node that told us is reachable where we reached it, whatever it announces.
            if is_first && let Some((_, way, connection)) = first.take() {
                node.way = way;
                if node.connection.is_none() {
                    node.take(connection);
                }
            }
            if !(member.failed && node.connection.is_none() && node.trouble.is_some()) || node.primary {
                self.nodes.push(node);
            }
        }
        self.nodes.sort_by_key(|node| node.name());
        Ok(())
    }

    async fn ready_by_sentinel(
        &mut self,
        service: &str,
        dialling: &Dialling,
        notes: &mut Vec<String>,
    ) -> Result<(), Refused> {
        self.shape = Shape::Sentinel;
        if self.nodes.first().is_some_and(|node| node.connection.is_some() && node.primary) {
            return Ok(());
        }
        let mut answer = sentinel::find_primary(&self.sentinels()?, service, Ask::Any, dialling).await?;
        notes.append(&mut answer.notes);
        let disputed = answer.primaries.len() > 1;
        let mut chosen: Option<Node> = None;
        let mut replicas = Vec::new();
        for candidate in &answer.primaries {
            let mut node = self.known(&candidate.address)?;
            node.primary = true;
            node.sit(dialling, notes).await;
            // The one that calls itself the primary is right; without an answer the votes decide.
            let right = !disputed || {
                let glance = node.glance(dialling, clock::instant() + dialling.reply, notes).await;
                glance.info.is_ok_and(|info| !info.is_replica())
            };
            if right || chosen.is_none() {
                self.nodes.extend(chosen.replace(node));
                replicas.clone_from(&candidate.replicas);
            } else {
                self.nodes.push(node);
            }
            if right {
                break;
            }
        }
        if let Some(primary) = chosen {
            self.lead_by(primary, &replicas)?;
        }
        Ok(())
    }
}
