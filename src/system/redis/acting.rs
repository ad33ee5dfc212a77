//! What actions ask of a Redis target: one node by its name, all nodes at once, and who they are.

use std::time::Duration;

use futures_util::future::join_all;

use crate::clock;
use crate::config::Address;
use crate::error::{TargetError, TargetErrorKind};
use crate::proof::Present;
use crate::system::redis::{Info, Node, Query, Reader, Reply, Shape, admission, clients};
use crate::system::{Dialling, Identity, others};
use crate::text;

/// Longest wait for an answer of a server that is under load.
pub const ANSWER: Duration = Duration::from_secs(5);
/// Longest wait for a connection that was lost on the way, the race for a slot included.
const AGAIN: Duration = Duration::from_secs(10);

/// One node, as it says itself.
#[derive(Clone, Debug)]
pub struct Who {
    /// `host:port`
    pub node: String,
    /// Its `run_id`: another one after a restart.
    pub id: String,
    /// Whether it is a primary.
    pub primary: bool,
    /// All that `INFO` said.
    pub info: Info,
}

impl Who {
    /// It and its proof.
    pub fn present(&self) -> Present {
        Present { node: self.node.clone(), id: self.id.clone(), lasts: self.info.lasts() }
    }
}

impl Reader {
    /// The node of that name, connected again when its connection was lost. Errors: there is no such node any more; it
    /// lets us in no more.
    pub async fn node(&mut self, name: &str) -> Result<&mut Node, TargetError> {
        self.recall(name)?;
        let Some(node) = self.nodes.iter_mut().find(|node| node.name() == name) else {
            return Err(TargetError::new(
                TargetErrorKind::Unreachable,
                format!("{} is no node of this target any more", text::escape(name)),
            ));
        };
        node.sit(&silently(), &mut Vec::new()).await;
        match (&node.connection, &node.trouble) {
            (None, Some(refused)) => Err(refused.error.clone()),
            _ => Ok(node),
        }
    }

    /// Takes a node that was one when its name was recorded among the nodes again: Sentinels do not name a replica while
    /// they think it is down, as they do of the old primary right after a fail-over (S13).
    fn recall(&mut self, name: &str) -> Result<(), TargetError> {
        if !self.has_sentinels() || self.nodes.iter().any(|node| node.name() == name) {
            return Ok(());
        }
        let Some((host, port)) = name.rsplit_once(':') else { return Ok(()) };
        let Ok(port) = port.parse() else { return Ok(()) };
        let address = Address::Tcp(host.trim_matches(['[', ']']).to_owned(), port);
        let of = self.nodes.first().map(|primary| primary.way.address.clone());
        let way = self.way(&address)?;
        self.nodes.push(Node::new(way, false, of));
        Ok(())
    }

    /// Asks one node; a connection that was lost is opened again and the question repeated, once: asking changes
    /// nothing.
    pub async fn query(&mut self, node: &str, queries: &[Query<'_>]) -> Result<Vec<Reply>, TargetError> {
        match self.node(node).await?.query(queries, clock::instant() + ANSWER).await {
            Err(error) if error.kind == TargetErrorKind::Unreachable => {
                self.node(node).await?.query(queries, clock::instant() + ANSWER).await
            }
            outcome => outcome,
        }
    }

    /// Asks one node one thing; its error reply is an error.
    pub async fn query_one(&mut self, node: &str, query: Query<'_>) -> Result<Reply, TargetError> {
        let reply = self.query(node, &[query]).await?.pop().unwrap_or(Reply::Nil);
        match reply.error() {
            Some(text) => Err(self.node(node).await?.meaning(text)),
            None => Ok(reply),
        }
    }

    /// A setting of one node, from `CONFIG GET`. Errors: it is not there, or may not be read.
    pub async fn setting(&mut self, node: &str, name: &str) -> Result<String, TargetError> {
        let reply = self.query_one(node, Query::ConfigGet(name)).await?;
        reply.field(name).and_then(Reply::text).ok_or_else(|| {
            TargetError::new(TargetErrorKind::Permission, format!("{node} does not show its setting {name}"))
                .hint("hosted services keep it in their own console")
        })
    }

    /// All nodes at the same time: who they are, and what `INFO` says. Errors: one of them does not answer (S13: all or
    /// nothing).
    pub async fn all(&mut self) -> Result<Vec<Who>, TargetError> {
        join_all(self.nodes.iter_mut().map(look)).await.into_iter().collect()
    }

    /// The same of the nodes that answer.
    pub async fn there(&mut self) -> Vec<Who> {
        join_all(self.nodes.iter_mut().map(look)).await.into_iter().flatten().collect()
    }

    /// The nodes that keys are written to: who they are, and a word about each that does not answer. In a cluster the
    /// members are asked for again first. Where there are Sentinels it is the primary that they name: an old one that comes back
    /// calls itself one too, until they tell it. Outside of both it is the one server, whatever it says it is. Errors: none
    /// answers.
    pub async fn primaries(&mut self) -> Result<(Vec<Who>, Vec<String>), TargetError> {
        self.learn(&silently(), &mut Vec::new()).await.map_err(|refused| refused.error)?;
        let looks = join_all(self.owners().map(|node| async move {
            let name = node.name();
            (name, look(node).await)
        }))
        .await;
        let mut answered = Vec::new();
        let mut notes = Vec::new();
        let mut worst = None;
        for (name, outcome) in looks {
            match outcome {
                Ok(who) => answered.push(who),
                Err(error) => {
                    notes.push(format!("{name} is left out: {error}"));
                    worst = Some(error);
                }
            }
        }
        match worst {
            Some(error) if answered.is_empty() => Err(error),
            None if answered.is_empty() => {
                Err(TargetError::new(TargetErrorKind::Unreachable, "no primary of this target answers"))
            }
            _ => Ok((answered, notes)),
        }
    }

    fn owners(&mut self) -> impl Iterator<Item = &mut Node> {
        let led = self.has_sentinels();
        let owners = self.nodes.iter_mut().enumerate();
        owners.filter(move |(at, node)| if led { *at == 0 } else { node.primary }).map(|(_, node)| node)
    }

    /// Who the target is, all nodes together, and each of them.
    pub async fn identity(&mut self, dialling: &Dialling) -> Result<(Identity, Vec<Present>), TargetError> {
        self.ready(dialling, &mut Vec::new()).await.map_err(|refused| refused.error)?;
        let nodes = self.all().await?;
        let led = self.has_sentinels();
        let first = nodes.iter().find(|who| who.primary || led).or(nodes.first());
        let Some(first) = first else {
            return Err(TargetError::new(TargetErrorKind::Input, "no address given"));
        };
        let primaries = nodes.iter().filter(|who| who.primary).count();
        let role = match self.shape {
            Shape::Cluster => {
                format!("cluster ({primaries} primaries, {} replicas)", nodes.len() - primaries)
            }
            Shape::Sentinel => format!("primary (by Sentinel), {} replicas", nodes.len() - 1),
            Shape::Single if first.primary => "primary".into(),
            Shape::Single => "replica".into(),
        };
        let (product, version) = first.info.product();
        let lasts = first.info.lasts();
        let identity =
            Identity { id: first.id.clone(), product: product.into(), version, role, note: None, lasts };
        Ok((identity, nodes.iter().map(Who::present).collect()))
    }

    /// The names of other responders' connections, `stampede:INCIDENT:USER@HOST`, escaped. One node tells: they sit on
    /// all of them, and the list is long on a busy server.
    pub async fn strangers(&mut self, ours: &str) -> Vec<String> {
        let Some(node) = self.nodes.iter().find(|node| node.connection.is_some()).map(Node::name) else {
            return Vec::new();
        };
        let Ok(listing) = self.query_one(&node, Query::ClientList).await else { return Vec::new() };
        others(clients::parse(&listing).into_iter().map(|client| client.name), ours)
    }

    /// Opens one new connection to a node, as a client would, and closes it again. Errors: it is still shut.
    pub async fn knock(&mut self, node: &str) -> Result<(), TargetError> {
        let way = self.node(node).await?.way.clone();
        let dialling = Dialling::silent(ANSWER, ANSWER);
        admission::enter(&way, &dialling).await.map(|_| ()).map_err(|refused| refused.error)
    }
}

async fn look(node: &mut Node) -> Result<Who, TargetError> {
    let glance = node.glance(&silently(), clock::instant() + ANSWER, &mut Vec::new()).await;
    let info = glance.info?;
    node.primary = !info.is_replica();
    let id = text::escape(info.get("run_id").unwrap_or("?")).into_owned();
    Ok(Who { node: node.name(), id, primary: node.primary, info })
}

pub(super) fn silently() -> Dialling {
    Dialling::silent(AGAIN, ANSWER)
}
