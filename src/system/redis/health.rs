//! What a server would refuse a client at this moment, by what it says of itself.

use std::time::Instant;

use crate::error::TargetError;
use crate::system::redis::{Code, Echo, Info, Node, Query, Reply, clients};

/// Slots of a cluster.
pub const SLOTS: f64 = 16_384.0;
/// `CLIENT LIST` takes about 1.5 µs a client of the server's one thread: with so many it is still cheap.
const FEW: f64 = 500.0;
/// Commands that wait for something by themselves.
const WAIT: [&str; 16] = [
    "blpop",
    "brpop",
    "brpoplpush",
    "blmove",
    "blmpop",
    "bzpopmin",
    "bzpopmax",
    "bzmpop",
    "xread",
    "xreadgroup",
    "wait",
    "waitaof",
    "subscribe",
    "psubscribe",
    "ssubscribe",
    "monitor",
];

/// Why commands are refused or held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Block {
    /// It loads its data set: nobody is served.
    Loading,
    /// A replica that lost its primary and may not serve what it has: nobody is served.
    LostPrimary,
    /// Part of a cluster that serves nobody as long as slots are missing.
    ClusterDown,
    /// `maxmemory` is used up and nothing may be evicted.
    OutOfMemory,
    /// `maxmemory` is used up, and only keys with an expiry may be evicted, of which there are none.
    NothingExpires,
    /// It could not save its data: writes are refused until it can.
    NotSaved,
    /// Fewer replicas are in step than are wanted for a write.
    TooFewReplicas {
        /// In step.
        good: u64,
        /// Wanted.
        wanted: u64,
    },
    /// Clients are held in commands that do not wait by themselves: `CLIENT PAUSE`.
    Paused {
        /// How many, where they were counted.
        held: Option<u64>,
    },
}

impl Block {
    /// Whether reads are refused too.
    pub fn is_total(self) -> bool {
        matches!(self, Self::Loading | Self::LostPrimary | Self::ClusterDown)
    }
}

/// The slots of a cluster, as one of its nodes sees them (`CLUSTER INFO`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slots {
    /// Whether the node answers commands at all.
    pub serving: bool,
    /// Slots that some primary serves, as far as this node knows.
    pub ok: f64,
}

/// What one node says of its ability to serve.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// What it would refuse, or holds up.
    pub blocks: Vec<Block>,
    /// The slots of its cluster; none outside a cluster.
    pub slots: Option<Slots>,
    /// Whether a pause of its clients would have been seen.
    pub sees_pauses: bool,
    /// Why a refusal of writes might have been overlooked; none when none could be.
    pub overlooks: Option<&'static str>,
}

impl Node {
    /// Asks whether a client would be served. `echo`: the answer to our last PING, `full`: whether the memory limit is
    /// reached. Errors: the connection is lost.
    pub async fn health(
        &mut self,
        info: &Info,
        echo: Option<Echo>,
        full: bool,
        by: Instant,
    ) -> Result<Health, TargetError> {
        let (mut blocks, mut overlooks) = (Vec::new(), None);
        let refused = echo.and_then(|echo| echo.refused);
        // One that could save its data answers a PING; whoever may not ask does not know.
        let told = matches!(refused, Some(Code::Loading | Code::LostPrimary | Code::NotSaved));
        if !told && !echo.is_some_and(|echo| echo.answered) {
            overlooks = Some("no PING was answered (ACL: +ping)");
        }
        blocks.extend((info.flag("loading") || refused == Some(Code::Loading)).then_some(Block::Loading));
        blocks.extend((refused == Some(Code::LostPrimary)).then_some(Block::LostPrimary));
        blocks.extend((refused == Some(Code::NotSaved)).then_some(Block::NotSaved));
        if !info.is_replica() {
            let policy = info.get("maxmemory_policy").unwrap_or("noeviction");
            let nothing_expires = policy.starts_with("volatile") && info.expiring() == Some(0.0);
            blocks.extend((full && policy == "noeviction").then_some(Block::OutOfMemory));
            blocks.extend((full && nothing_expires).then_some(Block::NothingExpires));
            match self.too_few_replicas(info, by).await? {
                Some(block) => blocks.extend(block),
                None => overlooks = Some("how many replicas a write needs is hidden (ACL: +config|get)"),
            }
        }
        let paused = self.paused(info, by).await?;
        blocks.extend(paused.flatten());
        let slots = if info.is_cluster() { self.slots_served(by).await? } else { None };
        blocks.extend(slots.filter(|slots| !slots.serving).map(|_| Block::ClusterDown));
        Ok(Health { blocks, slots, sees_pauses: paused.is_some(), overlooks })
    }

    /// The number of good replicas is told only where it matters. None: it matters, and how many are wanted is hidden.
    async fn too_few_replicas(
        &mut self,
        info: &Info,
        by: Instant,
    ) -> Result<Option<Option<Block>>, TargetError> {
        let Some(good) = info.number("min_slaves_good_slaves") else { return Ok(Some(None)) };
        let setting = "min-replicas-to-write";
        let replies = self.query(&[Query::ConfigGet(setting)], by).await?;
        let wanted = replies.first().and_then(|reply| reply.field(setting)).and_then(Reply::text);
        let wanted: Option<f64> = wanted.and_then(|wanted| wanted.parse().ok());
        let short = |wanted: f64| Block::TooFewReplicas { good: good as u64, wanted: wanted as u64 };
        Ok(wanted.map(|wanted| (good < wanted).then(|| short(wanted))))
    }

    /// Newer servers say that clients are paused; of others, clients show it that stand in a command that never waits.
    /// None: it cannot be seen.
    async fn paused(&mut self, info: &Info, by: Instant) -> Result<Option<Option<Block>>, TargetError> {
        if let Some(actions) = info.get("paused_actions") {
            return Ok(Some((actions != "none").then_some(Block::Paused { held: None })));
        }
        // An old server has no letter for it.
        if info.number("connected_clients").is_none_or(|clients| clients > FEW) {
            return Ok(None);
        }
        let replies = self.query(&[Query::ClientList], by).await?;
        let Some(reply @ Reply::Bulk(_)) = replies.first() else { return Ok(None) };
        let held = |client: &clients::Client| {
            let command = client.command.split('|').next().unwrap_or_default();
            client.flags.contains('b') && !WAIT.contains(&command) && client.subscriptions == 0
        };
        let held = clients::parse(reply).iter().filter(|client| held(client)).count() as u64;
        Ok(Some((held > 0).then_some(Block::Paused { held: Some(held) })))
    }

    async fn slots_served(&mut self, by: Instant) -> Result<Option<Slots>, TargetError> {
        let replies = self.query(&[Query::ClusterInfo], by).await?;
        let text = replies.first().and_then(Reply::text).unwrap_or_default();
        let info = Info::parse(&text);
        let serving = info.get("cluster_state") == Some("ok");
        Ok(info.number("cluster_slots_ok").map(|ok| Slots { serving, ok }))
    }
}
