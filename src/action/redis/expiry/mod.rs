//! What all that moves expiries shares: the server's clock, whose names are left alone, how fast it may go, and what is
//! known beforehand (S14).

pub mod frozen;
pub mod given;
pub mod impact;
pub mod names;

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::action::Refusal;
use crate::action::redis::expiry::impact::Impact;
use crate::clock;
use crate::config::Facts;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::Pressure;
use crate::system::redis::{Others, Query, Reader, Reply, Who};
use crate::text;

/// Keys a second unless somebody says otherwise: 1.7 % of a core (docs/systems.md, E).
pub const RATE: f64 = 5_000.0;
/// Keys a second that a server is taken to be able to do when nothing holds it back.
const UNTHROTTLED: f64 = 100_000.0;
/// Between two readings of what the server evicts.
const APART: Duration = Duration::from_millis(300);
/// Bytes that a replica is sent for a key (docs/systems.md, E).
const REPLICATED: f64 = 67.0;

/// The server's own clock, Unix milliseconds.
pub async fn now(reader: &mut Reader, node: &str) -> Result<i64, TargetError> {
    let time = reader.query_one(node, Query::Time).await?;
    let part = |at: usize| time.items().get(at).and_then(Reply::text)?.parse::<i64>().ok();
    match (part(0), part(1)) {
        (Some(seconds), Some(micros)) => Ok(seconds * 1_000 + micros / 1_000),
        _ => Err(TargetError::new(TargetErrorKind::Protocol, format!("{node} does not say what time it is"))),
    }
}

/// A moment as people read it: `03:12:20 UTC`.
pub fn at(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or_default().strftime("%H:%M:%S UTC").to_string()
}

/// A refusal as the error of an apply.
pub fn refused(refusal: Refusal) -> TargetError {
    TargetError::new(TargetErrorKind::Input, refusal.words()).hint(refusal.unblock)
}

/// What to do when another one moves the same keys while they are put back: what has theirs now may get ours again.
pub fn until_they_are_done(who: &str) -> String {
    format!("S28 {who} moves expiries there now: undo once more when that is done or undone")
}

/// What to say of others after keys were put back, so many of which had another expiry than ours, and whether all that was ours
/// is back for certain. `before` is who was there when it began.
pub async fn beside_others(
    before: Others,
    changed: u64,
    reader: &mut Reader,
    nodes: &[String],
) -> (Option<String>, bool) {
    let others = match (changed, before) {
        (0, _) => Others::Nobody,
        (_, before @ Others::Are(_)) => before,
        _ => reader.others_turn(nodes).await,
    };
    match &others {
        Others::Nobody => (None, true),
        Others::Are(who) => (Some(until_they_are_done(who)), false),
        Others::Hidden(why) => {
            (Some(format!("whether others move expiries there now is not known: {why}")), true)
        }
    }
}

/// Why expiries are not moved on one of these nodes: it is a replica.
pub fn on_replica(primaries: &[Who]) -> Option<Refusal> {
    let who = primaries.iter().find(|who| !who.primary)?;
    let of = who.info.get("master_host").zip(who.info.get("master_port"));
    let of =
        of.map_or_else(String::new, |(host, port)| text::escape(&format!(" of {host}:{port}")).into_owned());
    Some(Refusal::for_want(
        format!("{} is a replica{of}: expiries are moved on the primary", who.node),
        "name the primary as the target",
    ))
}

/// Why expiries are not moved on servers that evict or are nearly full (S14); none: they are not. `primaries` were read at
/// `asked`: what has been evicted since then tells.
pub async fn under_pressure(
    reader: &mut Reader,
    primaries: &[Who],
    asked: Instant,
) -> Result<Option<Refusal>, TargetError> {
    clock::sleep_until(asked + APART).await;
    for who in primaries {
        let signs = Pressure::query(&mut reader.hold(&who.node).await?).await?;
        if let Some(why) = signs.forbid(&Pressure::of(&who.info)) {
            let unblock = "raise maxmemory or delete what nobody needs, then look again";
            return Ok(Some(Refusal::by("S14", format!("{}: {why}", who.node), unblock)));
        }
    }
    Ok(None)
}

/// What is to be said when nobody has told where the application takes its expiries from.
pub fn unsaid(facts: &Facts) -> Option<String> {
    facts.expiry_lives_in.is_none().then(|| {
        "does nothing if the application goes by a time inside the value: not configured (--fact \
         expiry_lives_in=cache|value)"
            .into()
    })
}

/// Why nothing is moved when the server does not know the commands for it; none: that was not what it said.
pub fn too_old(primaries: &[Who], error: &TargetError) -> Option<Refusal> {
    (error.kind == TargetErrorKind::Unsupported).then(|| {
        let version = primaries.first().map_or_else(
            || "the server".into(),
            |who| {
                let (product, version) = who.info.product();
                format!("{product} {version}")
            },
        );
        Refusal::for_want(
            format!("{version} cannot say or compare when keys expire"),
            "Redis 7.0 and Valkey can (PEXPIRETIME, PEXPIREAT … GT); extend by hand only what you know",
        )
    })
}

/// What it does to memory that keys live longer. A refusal when it would not fit.
pub fn memory(primaries: &[Who], impact: &Impact, forecast: &mut Vec<String>) -> Option<Refusal> {
    let sum = |name: &str| primaries.iter().filter_map(|who| who.info.number(name)).sum::<f64>();
    let (used, most, more) = (sum("used_memory"), sum("maxmemory"), impact.bytes());
    let limit = match most {
        most if most > 0.0 => format!("{} of maxmemory in use", text::percent(used / most)),
        _ => "there is no maxmemory".into(),
    };
    if most > 0.0 && used + more > most {
        return Some(Refusal::by(
            "S14",
            format!("{} would stay in memory that is not there: {limit}", text::bytes(more)),
            "take fewer keys (--pattern), or a shorter time",
        ));
    }
    forecast.push(format!("keeps about {} in memory longer; {limit}", text::bytes(more)));
    None
}

/// Bytes that are left of `maxmemory`, all together; none: there is none.
pub fn memory_left(primaries: &[Who]) -> Option<f64> {
    let sum = |name: &str| primaries.iter().filter_map(|who| who.info.number(name)).sum::<f64>();
    let most = sum("maxmemory");
    (most > 0.0).then(|| most - sum("used_memory"))
}

/// The replicas that would fall behind by more than the primary remembers, at `rate` keys a second.
pub fn backlog(primaries: &[Who], rate: Option<f64>) -> Vec<String> {
    let rate = rate.unwrap_or(UNTHROTTLED);
    let mut risk = Vec::new();
    for who in primaries {
        let number = |name: &str| who.info.number(name).unwrap_or(0.0);
        let seconds = number("repl_backlog_size") / (rate * REPLICATED);
        if number("connected_slaves") > 0.0 && seconds < 10.0 {
            risk.push(format!(
                "{}: a replica that loses its link for {:.1} s meanwhile needs all data again (repl-backlog-size)",
                who.node, seconds
            ));
        }
    }
    risk
}

/// How long it takes, in words; none: a moment.
pub fn takes(impact: &Impact, rate: Option<f64>) -> Option<String> {
    let touched = impact.touched();
    match rate {
        Some(rate) if touched > rate => {
            let seconds = touched / rate + (impact.keys - impact.matching).max(0.0) / (10.0 * rate);
            let time = text::duration(Duration::from_secs_f64(seconds.clamp(1.0, 1e9).round()));
            Some(format!("takes about {time} at {} keys/s", text::count(rate)))
        }
        Some(_) => None,
        None => Some("as fast as the server can: it is busy with it meanwhile".into()),
    }
}
