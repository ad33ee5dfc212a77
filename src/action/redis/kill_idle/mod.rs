//! `break kill-idle`: connections that nobody uses are closed, one by one and by their ids (S6, S12).

use std::time::Duration;

use crate::action::field::Type;
use crate::action::params::params;
use crate::action::redis::client_stats::{ClientStats, still_there};
use crate::action::redis::kill_idle::forecast::Node;
use crate::action::redis::kill_idle::image::{Image, Rule, Victim};
use crate::action::redis::kill_idle::waves::Waves;
use crate::action::redis::{amplifier, timeout};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Phase, Plan, PlanResult, Refusal, Spec, unless,
};
use crate::change::{Level, Now, Standing};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::Redis;
use crate::system::redis::{Client, Query, Reader, Write};
use crate::text;

mod forecast;
mod image;
mod waves;

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
           a transaction, nor our own or another responder's. What you approve is the rule: the time, --of, and how many at \
           most (--limit). Who matches is found before each hundred, and each is looked at again right before it \
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
/// Commands that are shown as examples.
const EXAMPLES: usize = 8;

struct KillIdle;

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
        let limit = params.limit.unwrap_or(LIMIT) as usize;
        let found = forecast::longest(&mut nodes, limit);
        let words = text::duration(idle);
        if found == 0 {
            let all: usize = nodes.iter().map(|node| node.client_stats.clients.len()).sum();
            let words = format!("none of {all} connections is an ordinary one that was silent for {words}");
            return Ok(Plan::AlreadySo(words));
        }
        let first = nodes.iter().flat_map(|node| &node.chosen).next();
        unless(cannot(reader, &nodes, first).await?)?;
        let kill = |client: &Client| Victim::of(client).kill().to_string();
        let now = Now {
            matching: found,
            commands: nodes.iter().flat_map(|node| &node.chosen).take(EXAMPLES).map(kill).collect(),
            counts: forecast::words(&nodes),
        };
        let parts = nodes.into_iter().map(|node| {
            let rule = Rule {
                server: node.who.id.clone(),
                idle: idle.as_secs(),
                of: params.of.clone(),
                at_most: limit,
            };
            (node.who.node, node.who.id, Image::Rule { rule })
        });
        let of = params.of.as_ref().map(|of| format!(" of {}", text::escape(of))).unwrap_or_default();
        let draft = Draft {
            summary: format!("close at most {limit} connections{of} silent for {words} or longer"),
            parts: parts.collect(),
            commands: Vec::new(),
            forecast: vec![
                "every connection that matches when a batch is sent is closed, also one that is not there yet; the longest silent first, all nodes together"
                    .into(),
            ],
            risk: vec![
                risk,
                "a client that does not test its connections sees an error at its next use".into(),
            ],
            back: "none: a closed connection cannot be reopened by us; clients reconnect by themselves"
                .into(),
            // It cannot be undone.
            level: Level::Type,
        };
        Ok(Plan::ByRule(draft, now))
    }

    fn commands(image: &Image) -> Vec<String> {
        match image {
            Image::Rule { .. } => Vec::new(),
            Image::Wave { clients } => clients.iter().map(|victim| victim.kill().to_string()).collect(),
        }
    }

    async fn standing(node: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        // Of the rule itself nothing is in the world.
        let Image::Wave { clients } = image else { return Ok(Standing::Before) };
        let ids: Vec<u64> = clients.iter().map(|victim| victim.id).collect();
        let now = still_there(reader, node, &ids).await?;
        let there =
            |victim: &&Victim| now.iter().any(|client| client.id == victim.id && client.addr == victim.addr);
        let left = clients.iter().filter(there).count();
        Ok(match clients.len() - left {
            0 => Standing::Before,
            _ if left == 0 => Standing::After,
            gone => Standing::Partly(format!("{gone} are gone and {left} still there")),
        })
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let mut waves = Waves::new(images);
        for (node, image) in images {
            if let Image::Rule { rule } = image {
                waves.close(node, rule, writer, record).await?;
            }
        }
        Ok(Applied::over(waves.said()))
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
    for node in nodes {
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
                    "`stampede break timeout --to 5m` has the server close them",
                ))),
                _ => Err(error),
            };
        }
    }
    Ok(None)
}
