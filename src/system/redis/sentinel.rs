//! Asks the Sentinels where the primary of a service is.

use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::clock;
use crate::config::Address;
use crate::error::{TargetError, TargetErrorKind};
use crate::proof::Lead;
use crate::system::Dialling;
use crate::system::redis::wire::Wire;
use crate::system::redis::{Query, Reply, Way, error};
use crate::text::{escape, nearest};

/// After the first answer the others are waited for this long, to see whether they agree.
const OTHERS: Duration = Duration::from_millis(300);

/// Where the Sentinels say the primary is, most votes first, and what an operator should know of it.
pub struct Answer {
    /// Candidates: more than one when the Sentinels disagree.
    pub primaries: Vec<Candidate>,
    /// Sentinels that disagree or do not answer.
    pub notes: Vec<String>,
    /// Why another one may be the primary, or is about to be.
    pub doubt: Option<Doubt>,
}

/// Why it is not sure who the primary is (S13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It will be sure soon, or not at all: a fail-over goes on, or is about to begin.
    Unsettled(String),
    /// Too few of them can be asked: that does not pass while one waits.
    TooFew(String),
}

impl Doubt {
    /// What is known of the primary then.
    pub fn lead(&self) -> Lead {
        match self {
            Self::Unsettled(words) => Lead::Unsettled(words.clone()),
            Self::TooFew(words) => Lead::Few(words.clone()),
        }
    }
}

/// How many answers are waited for, before the rest have no more than a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// One is enough to look.
    Any,
    /// More than half of them: who writes must not believe the few that a broken network has left.
    Most,
}

impl Ask {
    fn enough(self, all: usize) -> usize {
        match self {
            Self::Any => 1,
            Self::Most => all / 2 + 1,
        }
    }
}

/// A primary that some Sentinel believes in.
pub struct Candidate {
    /// Where it listens.
    pub address: Address,
    /// Its replicas that the Sentinel can reach.
    pub replicas: Vec<Address>,
    voters: Vec<String>,
}

enum Said {
    At { address: Address, replicas: Vec<Address>, moving: bool },
    Unknown(Vec<String>),
}

/// Asks all Sentinels at the same time. Errors: none answers, or those that do not know the service (the ones they
/// know are listed).
pub async fn find_primary(
    ways: &[Way],
    service: &str,
    ask: Ask,
    dialling: &Dialling,
) -> Result<Answer, TargetError> {
    let mut asked: FuturesUnordered<_> =
        ways.iter().map(|way| async move { (way, query(way, service, dialling).await) }).collect();
    let mut votes: Vec<Candidate> = Vec::new();
    let mut known = None;
    let mut errors = Vec::new();
    let (mut answered, mut moving) = (0, Vec::new());
    let mut until = dialling.connect_by + dialling.reply;
    while let Ok(Some((way, said))) =
        tokio::time::timeout(until.saturating_duration_since(clock::instant()), asked.next()).await
    {
        match said {
            Ok(Said::At { address, replicas, moving: moves }) => {
                let voter = way.address.to_string();
                answered += 1;
                if moves {
                    moving.push(voter.clone());
                }
                match votes.iter_mut().find(|candidate| candidate.address == address) {
                    Some(candidate) => candidate.voters.push(voter),
                    None => votes.push(Candidate { address, replicas, voters: vec![voter] }),
                }
                if answered >= ask.enough(ways.len()) {
                    until = until.min(clock::instant() + OTHERS);
                }
            }
            Ok(Said::Unknown(services)) => known = Some(services),
            Err(error) => errors.push(error),
        }
    }
    votes.sort_by_key(|candidate| std::cmp::Reverse(candidate.voters.len()));
    let mut notes: Vec<String> = errors.iter().map(|error| format!("Sentinel: {error}")).collect();
    let mut doubt = None;
    if votes.len() > 1 {
        let said: Vec<String> =
            votes.iter().map(|one| format!("{} ({})", one.address, one.voters.join(", "))).collect();
        let words = format!("the Sentinels disagree about the primary: {}", said.join("; "));
        notes.push(words.clone());
        doubt = Some(Doubt::Unsettled(words));
    } else if !moving.is_empty() {
        let words = format!("the Sentinels are about to fail over, or do ({})", moving.join(", "));
        notes.push(words.clone());
        doubt = Some(Doubt::Unsettled(words));
    } else if answered < Ask::Most.enough(ways.len()) {
        let words = format!("only {answered} of {} Sentinels can be asked about the primary", ways.len());
        doubt = Some(Doubt::TooFew(words));
    }
    if !votes.is_empty() {
        return Ok(Answer { primaries: votes, notes, doubt });
    }
    Err(match (known, errors.into_iter().next()) {
        (Some(services), _) => unknown_service(service, &services),
        (None, Some(error)) if ways.len() == 1 => of_sentinel(error),
        (None, Some(error)) => TargetError {
            message: format!("none of {} Sentinels answers: {}", ways.len(), error.message),
            ..of_sentinel(error)
        },
        (None, None) => TargetError::new(TargetErrorKind::Timeout, "no Sentinel answers"),
    })
}

/// A Sentinel that refuses does not prove its Redis down.
fn of_sentinel(error: TargetError) -> TargetError {
    match error.kind {
        TargetErrorKind::Refused => TargetError { kind: TargetErrorKind::Unreachable, ..error },
        _ => error,
    }
}

fn unknown_service(service: &str, services: &[String]) -> TargetError {
    let error = TargetError::new(
        TargetErrorKind::Input,
        format!("the Sentinels know no service `{}`; they watch: {}", escape(service), services.join(", ")),
    );
    match nearest(service, services.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("correct the service name of this target"),
    }
}

async fn query(way: &Way, service: &str, dialling: &Dialling) -> Result<Said, TargetError> {
    let by = dialling.connect_by.min(clock::instant() + dialling.reply);
    let mut wire = Wire::open(way, by).await.map_err(|refused| refused.error)?;
    let replies = wire
        .query(
            &[Query::SentinelPrimary(service), Query::SentinelServices, Query::SentinelReplicas(service)],
            by,
        )
        .await?;
    let not_a_sentinel = || {
        TargetError::new(TargetErrorKind::Protocol, format!("{} is a Redis, not a Sentinel", way.address))
            .hint("give the Sentinels' port (usually 26379), or drop the service name")
    };
    match &replies[0] {
        Reply::Array(parts) if parts.len() == 2 => {
            let address = address(parts[0].text(), parts[1].text()).ok_or_else(not_a_sentinel)?;
            let up = |replica: &&Reply| {
                let flags = replica.field("flags").and_then(Reply::text).unwrap_or_default();
                !flags.contains("down") && !flags.contains("disconnected")
            };
            let replicas = replies[2].items().iter().filter(up).filter_map(|replica| {
                let field = |name: &str| replica.field(name).and_then(Reply::text);
                self::address(field("ip"), field("port"))
            });
            Ok(Said::At { address, replicas: replicas.collect(), moving: is_moving(&replies[1], service) })
        }
        Reply::Nil => Ok(Said::Unknown(services(&replies[1]).unwrap_or_default())),
        Reply::Error(text) if error::is_unknown_command(text) => Err(not_a_sentinel()),
        Reply::Error(text) => Err(wire.meaning(text)),
        _ => Err(not_a_sentinel()),
    }
}

/// Whether the primary of a service is being replaced, or is held for down by as many as it takes: then it will be.
fn is_moving(masters: &Reply, service: &str) -> bool {
    let text = |master: &Reply, field: &str| master.field(field).and_then(Reply::text).unwrap_or_default();
    let master = masters.items().iter().find(|master| text(master, "name") == service);
    master.is_some_and(|master| {
        text(master, "flags").split(',').any(|flag| matches!(flag, "failover_in_progress" | "o_down"))
    })
}

/// The services that a Sentinel watches, escaped; none: it is no Sentinel.
pub fn services(masters: &Reply) -> Option<Vec<String>> {
    if masters.error().is_some() {
        return None;
    }
    let names = masters.items().iter().filter_map(|service| service.field("name").and_then(Reply::text));
    Some(names.map(|name| escape(&name).into_owned()).collect())
}

/// What is said of a Sentinel where a Redis was expected.
pub fn is_one(address: &Address, services: &[String]) -> TargetError {
    let service = services.first().map_or("SERVICE", String::as_str);
    let watched = match services {
        [] => "it watches nothing".to_owned(),
        services => format!("it watches {}", services.join(", ")),
    };
    TargetError::new(
        TargetErrorKind::Protocol,
        format!("{address} is a Sentinel, which has no data and names the Redis that has; {watched}"),
    )
    .hint(format!("redis+sentinel://{address}/{service}, or `sentinels` and `service` in stampede.yaml"))
}

fn address(host: Option<String>, port: Option<String>) -> Option<Address> {
    let host = host.filter(|host| !host.is_empty() && escape(host) == host.as_str())?;
    Some(Address::Tcp(host, port?.parse().ok()?))
}
