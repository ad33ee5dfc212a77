//! Getting in when the server is full: Redis reserves no slot for an operator, so a freed one must be won in a race.

use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::Dialling;
use crate::system::redis::way::{Proof, Refused, Way};
use crate::system::redis::wire::Wire;
use crate::text;

/// Longest race. Churning clients let us in within a second or two; pooled ones never do (docs/systems.md).
const RACE: Duration = Duration::from_secs(10);
/// Attempts in flight at the same time.
const IN_FLIGHT: usize = 4;
/// Pause before each of them, in microseconds: jitter, so that several of us do not march in step. A sprint first,
/// because a freed slot goes to whoever comes next, and then a pace that costs the server nothing to speak of (a
/// refusal takes it some 30 µs).
const SPRINT: std::ops::Range<u64> = 500..4_000;
/// How long the sprint lasts.
const SPRINT_FOR: Duration = Duration::from_secs(2);
/// The pause after the sprint.
const PACE: std::ops::Range<u64> = 5_000..20_000;
/// How often the race says that it goes on.
const SAY_EVERY: Duration = Duration::from_secs(2);

/// Opens a connection, racing for a freed slot when the server is full.
pub async fn enter(way: &Way, dialling: &Dialling) -> Result<Wire, Refused> {
    let started = clock::instant();
    let first = match Wire::open(way, reply_by(dialling)).await {
        Ok(wire) => return Ok(wire),
        Err(refused) => refused,
    };
    let Some(mut proof) = first.full else { return Err(first) };
    let until = dialling.connect_by.min(started + RACE);
    let mut refusals = 1u64;
    let mut said = started;
    (dialling.say)(&format!("{} is full: trying for a freed slot", way.address));
    let attempt = |pace: std::ops::Range<u64>| async move {
        clock::sleep(Duration::from_micros(fastrand::u64(pace))).await;
        Wire::open(way, reply_by(dialling)).await
    };
    let mut running: FuturesUnordered<_> = (0..IN_FLIGHT).map(|_| attempt(SPRINT)).collect();
    loop {
        let now = clock::instant();
        if now - said >= SAY_EVERY {
            said = now;
            (dialling.say)(&format!("{} is full: {refusals} refused; trying for a freed slot", way.address));
        }
        let left = until.saturating_duration_since(now).min(SAY_EVERY);
        let outcome = match tokio::time::timeout(left, running.next()).await {
            Ok(Some(outcome)) => outcome,
            _ if clock::instant() < until => continue,
            _ => {
                return Err(Refused {
                    error: never(way, refusals, started.elapsed(), proof),
                    full: Some(proof),
                });
            }
        };
        match outcome {
            Ok(mut wire) => {
                wire.notes.push(format!(
                    "{} was full: got in after {refusals} refusals in {}",
                    way.address,
                    text::duration(started.elapsed()),
                ));
                return Ok(wire);
            }
            // Once it has said so, it is proven.
            Err(Refused { full: Some(Proof::Said), .. }) => proof = Proof::Said,
            // In a storm single attempts also time out or are reset.
            Err(Refused { full: Some(Proof::Probably), .. }) => {}
            Err(Refused { error, .. })
                if matches!(
                    error.kind,
                    TargetErrorKind::Timeout | TargetErrorKind::Refused | TargetErrorKind::Unreachable
                ) => {}
            // A wrong password stays wrong.
            Err(refused) => return Err(refused),
        }
        refusals += 1;
        let pace = if started.elapsed() < SPRINT_FOR { SPRINT } else { PACE };
        running.push(attempt(pace));
    }
}

fn reply_by(dialling: &Dialling) -> Instant {
    dialling.connect_by.min(clock::instant() + dialling.reply)
}

fn never(way: &Way, refusals: u64, spent: Duration, proof: Proof) -> TargetError {
    let spent = text::duration(spent);
    let message = match proof {
        Proof::Said => format!("{} is full: {refusals} connection attempts refused in {spent}", way.address),
        Proof::Probably => {
            format!("{} is probably full: it hung up in {refusals} TLS handshakes in {spent}", way.address)
        }
    };
    TargetError::new(TargetErrorKind::Full, message).hint(
        "pooled clients keep every slot, and Redis reserves none: stop or scale down one client deployment by one, then look again",
    )
}
