//! Getting in when the server is full: Redis keeps no seat for an operator, so a freed one must be won in a race.

use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::target::Dialling;
use crate::target::redis::wire::{Proof, Refused, Way, Wire};
use crate::text;

/// Longest race. Churning clients let us in within a second or two; pooled ones never do (docs/systems.md).
const RACE: Duration = Duration::from_secs(10);
/// Attempts in flight at the same time.
const IN_FLIGHT: usize = 4;
/// Pause between two attempts, in milliseconds: 5 to 20, so that several of us do not march in step.
const PAUSE: std::ops::Range<u64> = 5..20;
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
    let mut last = first.error;
    let until = dialling.connect_by.min(started + RACE);
    let mut refusals = 1u64;
    let mut said = started;
    let mut running = FuturesUnordered::new();
    (dialling.say)(&format!("{} is full: trying for a freed slot", way.address));
    loop {
        let now = clock::instant();
        if now >= until {
            return Err(Refused {
                error: never(way, refusals, now - started, proof, last),
                full: Some(proof),
            });
        }
        if now - said >= SAY_EVERY {
            said = now;
            (dialling.say)(&format!("{} is full: {refusals} refused; trying for a freed slot", way.address));
        }
        if running.len() < IN_FLIGHT {
            running.push(Wire::open(way, reply_by(dialling).min(until + dialling.reply)));
        }
        let pause = clock::sleep(Duration::from_millis(fastrand::u64(PAUSE)));
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                Some(outcome) = running.next() => match outcome {
                    Ok(mut wire) => {
                        wire.notes.push(format!(
                            "{} was full: got in after {refusals} refusals in {}",
                            way.address,
                            text::duration(started.elapsed()),
                        ));
                        return Ok(wire);
                    }
                    Err(Refused { error, full: Some(full) }) => {
                        refusals += 1;
                        // Once it has said so, it is proven.
                        if full == Proof::Said { proof = Proof::Said; }
                        last = error;
                    }
                    // In a storm single attempts also time out or are reset; a wrong password stays wrong.
                    Err(refused) if matches!(
                        refused.error.kind,
                        TargetErrorKind::Timeout | TargetErrorKind::Unreachable
                    ) => refusals += 1,
                    Err(refused) => return Err(refused),
                },
            }
        }
    }
}

fn reply_by(dialling: &Dialling) -> Instant {
    dialling.connect_by.min(clock::instant() + dialling.reply)
}

fn never(way: &Way, refusals: u64, spent: Duration, proof: Proof, last: TargetError) -> TargetError {
    let spent = text::duration(spent);
    let message = match proof {
        Proof::Said => format!("{} is full: {refusals} connection attempts refused in {spent}", way.address),
        Proof::Probably => {
            format!("{} is probably full: it hung up in {refusals} TLS handshakes in {spent}", way.address)
        }
    };
    drop(last);
    TargetError::new(TargetErrorKind::Full, message).hint(
        "pooled clients keep every slot, and Redis reserves none: stop or scale down one client deployment by one, then look again",
    )
}
