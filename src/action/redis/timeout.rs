//! `break timeout`: connections that nobody uses are closed by the server itself (S12, S6).

use std::time::Duration;

use crate::action::field::{FieldError, Type};
use crate::action::params::params;
use crate::action::redis::amplifier;
use crate::action::redis::client_stats::{ClientStats, groups};
use crate::action::redis::setting::{self, Changed, Node, Number};
use crate::action::setting::{Sets, Setting};
use crate::action::{About, ByHand, Context, Draft, Phase, Plan, PlanResult, Refusal, Spec};
use crate::change::Level;
use crate::clock;
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::redis::{Reader, Who};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        value: Duration = flag "to", Type::Duration(Duration::from_secs(1), Duration::from_secs(3_600)),
            "how long a connection may be silent: 30s to 1h [default: 30s]" => LEAST;
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Sets<Timeout>>(About {
    name: "redis.timeout",
    command: "timeout",
    phase: Phase::Break,
    kind: Kind::Redis,
    summary: "close connections that nobody uses",
    help: "Lowers the idle timeout on every node: the server then closes connections that were silent for longer, at \
           once and from now on. It frees leaked and idle slots only. Subscribers, blocked clients, replicas and \
           monitors are spared by the server, and our own connection keeps itself alive. Pools reconnect when they \
           need to: where many would be closed at once, the forecast says how many a gentler value would close; step \
           down (5m, 1m, 30s), each step a command of its own. Below 30 s it is refused (S12), and where the \
           application asks the database when the cache fails (S6). It is not written to the server's configuration \
           file.",
    example: "stampede break timeout --to 5m",
    by_hand: ByHand {
        act: &["redis-cli CONFIG GET timeout  # note OLD", "redis-cli CONFIG SET timeout {value:s}"],
        back: &["redis-cli CONFIG SET timeout OLD"],
    },
});

/// The shortest that is not shorter than the pauses of a pool in use (S12).
pub const LEAST: Duration = Duration::from_secs(30);
/// The steps of a gentle descent, in seconds.
const STEPS: [u64; 2] = [300, 60];
/// The server looks at each client about once a second.
const ROUND: Duration = Duration::from_millis(1_100);

struct Timeout;

impl Setting for Timeout {
    setting::config_number!();
    type Params = Params;

    const AMPLIFIER: bool = true;
    const NAME: &'static str = "timeout";

    fn check(params: &Params) -> Result<(), FieldError> {
        match params.value {
            value if value.subsec_nanos() > 0 => {
                Err(FieldError::new("value", "expected whole seconds: the server counts in them"))
            }
            _ => Ok(()),
        }
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Number> {
        let wanted = params.value;
        if wanted < LEAST {
            return Ok(Plan::Blocked(too_short("a timeout", "stampede break timeout --to 30s")));
        }
        let after = wanted.as_secs();
        let wanted = |before| before == 0 || before > after;
        let already = |nodes: &[(Who, u64)]| match nodes {
            [(_, before)] => format!("the idle timeout is {before} s already"),
            nodes => format!("the idle timeout is {after} s or less on all {} nodes", nodes.len()),
        };
        let Changed { nodes, parts } = setting::changed(Self::NAME, after, reader, wanted, already).await?;
        let (mut level, mut risk) = match amplifier::allows(context.facts) {
            Ok((level, words)) => (level, vec![words]),
            Err(refusal) => return Ok(Plan::Blocked(refusal)),
        };
        let forecast = match forecast(nodes.iter().map(|(who, _)| who), after, reader).await {
            Ok(forecast) => forecast,
            Err(error) => {
                level = Level::Type;
                vec![format!("how many connections it would close is not known: {error}")]
            }
        };
        risk.push("a pool that does not test its connections sees errors, and all reconnect at once".into());
        let from = setting::range(&nodes, " to ", |value| match value {
            0 => "0 (never)".into(),
            value => format!("{value} s"),
        });
        let on = if parts.len() == 1 { String::new() } else { format!(" on {} nodes", parts.len()) };
        Ok(Plan::Change(Draft {
            summary: format!(
                "close connections that are silent for {after} s{on}: the idle timeout is {from}"
            ),
            commands: Vec::new(),
            forecast,
            risk,
            back: format!("sets it back to {from}; what was closed comes back by its clients alone"),
            level,
            parts,
        }))
    }

    async fn prove(_: &[(String, Number)], reader: &mut Reader) -> Result<Vec<String>, TargetError> {
        let before = reader.all().await?;
        clock::sleep(ROUND).await;
        let after = reader.all().await?;
        let sum = |nodes: &[Who], name: &str| -> f64 {
            nodes.iter().map(|who| who.info.number(name).unwrap_or(0.0)).sum()
        };
        let gone = sum(&before, "connected_clients") - sum(&after, "connected_clients");
        let came = sum(&after, "total_connections_received") - sum(&before, "total_connections_received");
        let (closed, came) = (text::count((gone + came).max(0.0)), text::count(came.max(0.0)));
        Ok(vec![format!("in the first second {closed} connections were closed and {came} opened")])
    }
}

/// The refusal of a time in which a pool in use may well be silent.
pub fn too_short(what: &str, unblock: &str) -> Refusal {
    let why = format!("{what} below 30 s closes the connections of pools that are in use");
    Refusal::by("S12", why, unblock)
}

/// What each node would close, and what a gentler step would.
async fn forecast(
    nodes: impl Iterator<Item = &Who>,
    after: u64,
    reader: &mut Reader,
) -> Result<Vec<String>, TargetError> {
    let mut forecast = Vec::new();
    let mut idle = Vec::new();
    let mut untouched = Vec::new();
    for who in nodes {
        let client_stats = ClientStats::take(reader, &who.node).await?;
        let closed: Vec<_> = client_stats
            .clients
            .iter()
            .filter(|client| client.idle > after && !client.is_exempt() && !client_stats.is_ours(client))
            .collect();
        idle.extend(closed.iter().map(|client| client.idle));
        let all = client_stats.clients.len();
        let whose = match groups(closed.iter().copied()) {
            whose if whose.is_empty() => String::new(),
            whose => format!(" ({whose})"),
        };
        let spared = match client_stats.spared(true) {
            spared if spared.is_empty() => String::new(),
            spared => format!("; spared: {spared}"),
        };
        let node = &who.node;
        let line = format!("{node}: closes {} of {all} connections now{whose}{spared}", closed.len());
        match closed.is_empty() {
            true => untouched.push((line, all)),
            false => forecast.push(line),
        }
    }
    match &untouched[..] {
        [] => {}
        [(line, _)] => forecast.push(line.clone()),
        several => {
            let all: usize = several.iter().map(|(_, all)| all).sum();
            let which = if forecast.is_empty() { "" } else { "other " };
            forecast.push(format!("{} {which}nodes: closes none of {all} connections now", several.len()));
        }
    }
    let gentler: Vec<String> = STEPS
        .iter()
        .map(|step| (step, idle.iter().filter(|idle| **idle > *step).count()))
        .filter(|(step, closed)| **step > after && *closed < idle.len())
        .map(|(step, closed)| format!("--to {}m closes {closed}", step / 60))
        .collect();
    if !gentler.is_empty() {
        forecast.push(format!("all of them at once; gentler first steps: {}", gentler.join(", ")));
    }
    Ok(forecast)
}
