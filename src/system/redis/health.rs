//! What a server would refuse a client at this moment, by what it says of itself.

use std::time::Instant;

use crate::error::TargetError;
use crate::system::redis::clients::{self, Client};
use crate::system::redis::{Code, Echo, Info, Node, Query, Reply, Seat};

/// Slots of a cluster.
pub const SLOTS: f64 = 16_384.0;
/// `CLIENT LIST` takes about 2 µs a client of the server's one thread: with so many it is still cheap.
const FEW: f64 = 500.0;
/// … and so many are listed where some are blocked: 1.7 ms (2,000 took 8 ms).
const FEW_TO_ASK_WHY: f64 = 1_000.0;
/// Seconds from which on a replica that is waited for does not just take a moment.
const WAITS: u64 = 1;
/// Commands that wait until what was written is safe.
const WAIT_FOR_SAFETY: [&str; 2] = ["wait", "waitaof"];
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

/// Whether what is written is kept, where that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// As far as it says.
    Fine,
    /// Its last snapshot failed, and it does not say that none is wanted.
    NoSnapshot,
    /// It keeps a log of its writes, and the last of them failed.
    NoLog,
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
    /// Clients that have waited for a second or more until what they wrote is safe; none: it cannot be seen.
    pub waits: Option<u64>,
    /// Whether what is written is kept; none: it does not say.
    pub saving: Option<Saving>,
    /// Its cluster as it sees it, and once more where the first look was not enough; none outside a cluster, or of a replica.
    pub seats: Vec<Seat>,
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
            let used_up = match info.get("maxmemory_policy") {
                None | Some("noeviction") => Block::OutOfMemory,
                Some(_) => Block::NothingExpires,
            };
            blocks.extend((full && info.evicts_nothing() != Some(false)).then_some(used_up));
            match self.too_few_replicas(info, by).await? {
                Some(block) => blocks.extend(block),
                None => overlooks = Some("how many replicas a write needs is hidden (ACL: +config|get)"),
            }
        }
        let clients = self.clients(info, by).await?;
        let paused = paused(info, clients.as_deref());
        blocks.extend(paused.flatten());
        let slots = if info.is_cluster() { self.slots_served(by).await? } else { None };
        blocks.extend(slots.filter(|slots| !slots.serving).map(|_| Block::ClusterDown));
        let sees_pauses = paused.is_some();
        let waits = waits(info, clients.as_deref());
        let saving = self.saving(info, by).await?;
        let seat = if info.is_cluster() && !info.is_replica() { self.seat(by).await? } else { None };
        let seats = seat.into_iter().collect();
        Ok(Health { blocks, slots, sees_pauses, overlooks, waits, saving, seats })
    }

    /// Its cluster as it sees it; none: it does not say. Errors: the connection is lost.
    pub async fn seat(&mut self, by: Instant) -> Result<Option<Seat>, TargetError> {
        let replies = self.query(&[Query::ClusterNodes], by).await?;
        Ok(replies.first().and_then(Reply::text).and_then(|listing| Seat::read(&listing)))
    }

    /// Its own word; a snapshot that somebody tried by hand is not missed where none is wanted.
    async fn saving(&mut self, info: &Info, by: Instant) -> Result<Option<Saving>, TargetError> {
        let Some(snapshot) = info.get("rdb_last_bgsave_status") else { return Ok(None) };
        if info.flag("aof_enabled") && info.get("aof_last_write_status") == Some("err") {
            return Ok(Some(Saving::NoLog));
        }
        if snapshot != "err" {
            return Ok(Some(Saving::Fine));
        }
        let replies = self.query(&[Query::ConfigGet("save")], by).await?;
        let save = replies.first().and_then(|reply| reply.field("save")).and_then(Reply::text);
        Ok(Some(if save.as_deref() == Some("") { Saving::Fine } else { Saving::NoSnapshot }))
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

    /// Its clients, where they say something that it does not say itself, and are few; none: they were not asked for, or are
    /// not ours to list.
    async fn clients(&mut self, info: &Info, by: Instant) -> Result<Option<Vec<Client>>, TargetError> {
        let blocked = info.number("blocked_clients").is_some_and(|blocked| blocked > 0.0);
        let most = match (blocked, info.get("paused_actions")) {
            (true, _) => FEW_TO_ASK_WHY,
            (false, None) => FEW,
            (false, Some(_)) => return Ok(None),
        };
        if info.number("connected_clients").is_none_or(|clients| clients > most) {
            return Ok(None);
        }
        let replies = self.query(&[Query::ClientList], by).await?;
        Ok(replies.first().filter(|reply| matches!(reply, Reply::Bulk(_))).map(clients::parse))
    }

    async fn slots_served(&mut self, by: Instant) -> Result<Option<Slots>, TargetError> {
        let replies = self.query(&[Query::ClusterInfo], by).await?;
        let text = replies.first().and_then(Reply::text).unwrap_or_default();
        let info = Info::parse(&text);
        let serving = info.get("cluster_state") == Some("ok");
        Ok(info.number("cluster_slots_ok").map(|ok| Slots { serving, ok }))
    }
}

/// Newer servers say that clients are paused; of others, clients show it that stand in a command that never waits.
/// None: it cannot be seen.
fn paused(info: &Info, clients: Option<&[Client]>) -> Option<Option<Block>> {
    if let Some(actions) = info.get("paused_actions") {
        return Some((actions != "none").then_some(Block::Paused { held: None }));
    }
    // An old server has no letter for it.
    let held = |client: &&Client| {
        client.flags.contains('b') && !WAIT.contains(&name(client)) && client.subscriptions == 0
    };
    let held = clients?.iter().filter(held).count() as u64;
    Some((held > 0).then_some(Block::Paused { held: Some(held) }))
}

/// Clients that wait until what they wrote is safe, and have done so for longer than that should take.
fn waits(info: &Info, clients: Option<&[Client]>) -> Option<u64> {
    if info.number("blocked_clients")? == 0.0 {
        return Some(0);
    }
    let waits = |client: &&Client| {
        client.flags.contains('b') && WAIT_FOR_SAFETY.contains(&name(client)) && client.idle >= WAITS
    };
    Some(clients?.iter().filter(waits).count() as u64)
}

/// The command that a client is in, without its subcommand.
fn name(client: &Client) -> &str {
    client.command.split('|').next().unwrap_or_default()
}
