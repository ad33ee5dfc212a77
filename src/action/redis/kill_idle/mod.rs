//! `break kill-idle`: connections that nobody uses are closed, one by one and by their ids (S6, S12).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::field::Type;
use crate::action::params::params;
use crate::action::redis::client_stats::{ClientStats, still_there};
use crate::action::redis::kill_idle::forecast::Node;
use crate::action::redis::{amplifier, timeout};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Phase, Plan, PlanResult, Refusal, Spec, tally,
    unless,
};
use crate::change::{Level, Standing};
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::Redis;
use crate::system::redis::{Client, Query, Reader, Reply, Write};
use crate::text;

mod forecast;

params! {
    /// What it is given.
    pub struct Params {
        idle: Option<Duration> =
            flag "idle", Type::Duration(Duration::from_secs(1), Duration::from_secs(30 * 86_400)),
            "how long they must have been silent [default: 5m]";
        limit: Option<u64> = flag "limit", Type::Whole(1, 10_000),
            "how many to close at most, all nodes together [default: 1000]";
        of: Option<String> = flag "of", Type::Text, "only connections of this client name or host";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<KillIdle>(About {
    name: "redis.clients.kill-idle",
    command: "kill-idle",
    phase: Phase::Break,
    kind: Kind::Redis,
    summary: "close the connections that were silent longest",
    help: "Closes connections that were silent for longer than a time, the longest first, each by its id and address, \
           at most 100 a second. Only ordinary clients: never subscribers, blocked ones, replicas, monitors, those in \
           a transaction, nor our own or another responder's. Each is looked at again right before it \
           is closed, and spared when it was used since. Clients reconnect by themselves when they need to: what \
           stays free are slots that leaked. Refused where the application asks the database when the cache fails \
           (S6), and below 30 s (S12).",
    example: "stampede break kill-idle --idle 10m --limit 200",
    by_hand: ByHand {
        act: &[
            "redis-cli CLIENT LIST TYPE normal  # id=, addr= and idle= of each",
            "redis-cli CLIENT KILL ID ID ADDR ADDR  # each idle for more than {idle:s} s",
        ],
        back: &[],
    },
});

const IDLE: Duration = Duration::from_secs(300);
const LIMIT: u64 = 1_000;
/// Connections that are looked at and closed together, and how often: 100 a second.
const BATCH: usize = 10;
const EVERY: Duration = Duration::from_millis(100);

struct KillIdle;

/// The connections of one node that are to be closed.
#[derive(Serialize, Deserialize)]
struct Image {
    clients: Vec<Victim>,
}

/// One of them, as it was when that was decided.
#[derive(Clone, Serialize, Deserialize)]
struct Victim {
    id: u64,
    addr: String,
    name: String,
    age: u64,
    idle: u64,
}

impl Victim {
    fn of(client: &Client) -> Self {
        Self {
            id: client.id,
            addr: client.addr.clone(),
            name: text::escape(&client.name).into_owned(),
            age: client.age,
            idle: client.idle,
        }
    }

    /// Whether this is the same connection, and nobody has used it since.
    fn is(&self, client: &Client) -> bool {
        let same = client.id == self.id && client.addr == self.addr && client.age >= self.age;
        same && client.idle >= self.idle && client.is_plain()
    }

    fn kill(&self) -> Write<'_> {
        Write::ClientKill(self.id, &self.addr)
    }
}

impl Action for KillIdle {
    type System = Redis;
    type Image = Image;
    type Params = Params;

    const IRREVERSIBLE: Option<&'static str> =
        Some("a closed connection cannot be reopened by us; clients reconnect by themselves");
    const AMPLIFIER: bool = true;

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let idle = params.idle.unwrap_or(IDLE);
        if idle < timeout::LEAST {
            return Ok(Plan::Blocked(timeout::too_short(
                "an idle time",
                "stampede break kill-idle --idle 30s",
            )));
        }
        let risk = match amplifier::allows(context.facts) {
            Ok((_, words)) => words,
            Err(refusal) => return Ok(Plan::Blocked(refusal)),
        };
        let mut nodes = Vec::new();
        for who in reader.all().await? {
            match ClientStats::take(reader, &who.node).await {
                Ok(client_stats) => {
                    nodes.push(Node::new(who, client_stats, idle.as_secs(), params.of.as_deref()));
                }
                Err(error) => return Ok(Plan::Blocked(unlisted(error)?)),
            }
        }
        let found = forecast::longest(&mut nodes, params.limit.unwrap_or(LIMIT) as usize);
        let idle = text::duration(idle);
        if found == 0 {
            let all: usize = nodes.iter().map(|node| node.client_stats.clients.len()).sum();
            let words = format!("none of {all} connections is an ordinary one that was silent for {idle}");
            return Ok(Plan::AlreadySo(words));
        }
        let first = nodes.iter().flat_map(|node| &node.chosen).next();
        unless(cannot(reader, &nodes, first).await?)?;
        let forecast = forecast::words(&nodes);
        let parts = nodes.into_iter().filter(|node| !node.chosen.is_empty()).map(|node| {
            let clients = node.chosen.iter().map(Victim::of).collect();
            (node.who.node, node.who.id, Image { clients })
        });
        Ok(Plan::Change(Draft {
            summary: format!(
                "close {found} connection{} silent for {idle} or longer",
                if found == 1 { "" } else { "s" }
            ),
            parts: parts.collect(),
            commands: Vec::new(),
            forecast,
            risk: vec![
                risk,
                "a client that does not test its connections sees an error at its next use".into(),
            ],
            back: "none: a closed connection cannot be reopened by us; clients reconnect by themselves"
                .into(),
            // It cannot be undone.
            level: Level::Type,
        }))
    }

    fn commands(image: &Image) -> Vec<String> {
        image.clients.iter().map(|victim| victim.kill().to_string()).collect()
    }

    async fn standing(node: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        let ids: Vec<u64> = image.clients.iter().map(|victim| victim.id).collect();
        let now = still_there(reader, node, &ids).await?;
        let count = |matches: fn(&Victim, &Client) -> bool| {
            image.clients.iter().filter(|victim| now.iter().any(|client| matches(victim, client))).count()
        };
        let idle = count(Victim::is);
        let connected = count(|victim, client| client.id == victim.id && client.addr == victim.addr);
        Ok(match image.clients.len() - connected {
            // Those that were used since are no longer meant.
            _ if idle == 0 => Standing::After,
            0 => Standing::Before,
            gone => Standing::Drifted(format!("{gone} are gone and {idle} still there and silent").into()),
        })
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let all: usize = images.iter().map(|(_, image)| image.clients.len()).sum();
        let (mut looked_at, mut closed, mut used, mut gone) = (0, 0, 0, 0);
        let mut next = clock::instant();
        'nodes: for (index, (node, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            for batch in image.clients.chunks(BATCH) {
                if record.stopping() {
                    break 'nodes;
                }
                clock::sleep_until(next).await;
                next = clock::instant() + EVERY;
                let ids: Vec<u64> = batch.iter().map(|victim| victim.id).collect();
                let now = still_there(writer.reader, node, &ids).await?;
                let find = |victim: &&Victim| now.iter().any(|client| victim.is(client));
                let connected = batch.iter().filter(|victim| now.iter().any(|c| c.id == victim.id)).count();
                let kills: Vec<Write<'_>> = batch.iter().filter(find).map(Victim::kill).collect();
                gone += batch.len() - connected;
                used += connected - kills.len();
                let replies = match kills.is_empty() {
                    true => Vec::new(),
                    false => writer.write(&permit, node, &kills).await?,
                };
                for reply in replies {
                    match reply {
                        Reply::Error(text) => return Err(writer.reader.node(node).await?.meaning(&text)),
                        // It went between the look and the kill.
                        Reply::Int(0) => gone += 1,
                        _ => closed += 1,
                    }
                }
                looked_at += batch.len();
                record.progress(looked_at as u64, Some(all as u64));
            }
        }
        let notes = tally(
            format!("{closed} of {all} closed"),
            &[
                (used, "were used again meanwhile, and spared"),
                (gone, "had gone by themselves"),
                (all - looked_at, "left as they are: stopped"),
            ],
        );
        Ok(Applied::over(notes))
    }
}

/// What stands in the way of a node that does not list its clients. Errors: it is something else.
fn unlisted(error: TargetError) -> Result<Refusal, TargetError> {
    if !matches!(error.kind, TargetErrorKind::Permission | TargetErrorKind::Unsupported) {
        return Err(error);
    }
    let unblock =
        "hosted services may hide their clients; stop or scale down the application that leaks connections";
    Ok(Refusal::for_want(error.message, error.hint.unwrap_or_else(|| unblock.into())))
}

/// What would stand in the way of the kills, as far as it can be told before the first.
async fn cannot(
    reader: &mut Reader,
    nodes: &[Node],
    first: Option<&Client>,
) -> Result<Option<Refusal>, TargetError> {
    let Some(first) = first else { return Ok(None) };
    for node in nodes.iter().filter(|node| !node.chosen.is_empty()) {
        let name = &node.who.node;
        if let Some(error) = reader.forbids(name, &Write::ClientKill(first.id, &first.addr)).await? {
            return unlisted(error).map(Some);
        }
        // Looking again before each kill needs Redis 6.2.
        if let Err(error) = reader.query_one(name, Query::ClientListIds(&[first.id])).await {
            return match error.kind {
                TargetErrorKind::Protocol | TargetErrorKind::Unsupported => Ok(Some(Refusal::for_want(
                    format!(
                        "{name} cannot list single clients, so none could be looked at before it is closed"
                    ),
                    "stampede break timeout --to 5m has the server close them",
                ))),
                _ => Err(error),
            };
        }
    }
    Ok(None)
}
