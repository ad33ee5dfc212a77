//! Taking a lock, having its key rebuilt once, and letting go: one query instead of a thousand.

use std::time::Duration;

use crate::action::redis::lock::Image;
use crate::action::redis::lock::held::{self, State};
use crate::action::redis::lock::rebuild::{Before, Call};
use crate::action::{Owner, Recorder};
use crate::approval::Permit;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::{Code, Query, Reply, Write, Writer};
use crate::text;

/// Pauses between looks for the key: short at first, because most rebuilds are.
const LOOKS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(200));

/// What trying to take a lock came to.
pub enum Taken {
    /// It is ours.
    Ours,
    /// It is somebody else's, in words.
    Held(String),
}

/// Takes the lock, never over another. Errors: the server refuses, which is not the same as held; or it cannot be known.
pub async fn take(
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
    image: &Image,
    owner: &Owner,
) -> Result<Taken, TargetError> {
    let lock = &image.lock.0;
    for last in [false, true] {
        let write = Write::TakeLock(lock, &image.token, image.ttl_ms);
        match writer.write_keys(permit, &[write]).await.map(|mut replies| replies.pop()) {
            Ok(Some(Reply::Status(_))) => return Ok(Taken::Ours),
            Ok(Some(Reply::Nil)) => break,
            Ok(reply) => {
                let error = writer.reader.unexpected(lock, &reply.unwrap_or(Reply::Nil)).await;
                let message = format!("{} cannot be taken: {}", text::escape_bytes(lock), error.message);
                let hint =
                    error.hint.unwrap_or_else(|| "nobody holds it: the server refuses the write".into());
                return Err(TargetError::new(error.kind, message).hint(hint));
            }
            // In doubt: our token says whether it was carried out, and NX makes a second time harmless.
            Err(error) if !last && error.kind == TargetErrorKind::Unreachable => {
                match writer.reader.query_keys(&[Query::Get(lock)]).await?.pop() {
                    Some(Reply::Bulk(token)) if token == image.token.as_bytes() => return Ok(Taken::Ours),
                    Some(Reply::Nil) => {}
                    _ => break,
                }
            }
            Err(error) => return Err(error),
        }
    }
    let state = held::look(writer.reader, std::slice::from_ref(lock), owner).await?.pop();
    Ok(Taken::Held(format!("{} {}", text::escape_bytes(lock), state.unwrap_or(State::Free).words())))
}

/// Lets go of the lock if it is still ours. Returns whether it was. Errors: it cannot be known.
pub async fn release(
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
    lock: &[u8],
    token: &str,
) -> Result<bool, TargetError> {
    let write = [Write::ReleaseLock(lock, token)];
    let reply = match writer.write_keys(permit, &write).await {
        // It compares before it deletes: once more does no harm.
        Err(error) if error.kind == TargetErrorKind::Unreachable => writer.write_keys(permit, &write).await?,
        outcome => outcome?,
    };
    match reply.first() {
        Some(Reply::Int(code)) => Ok(*code == 1),
        // Somebody has put something else under the name: nothing of ours is there.
        Some(refused) if refused.code() == Some(Code::WrongType) => Ok(false),
        other => Err(writer.reader.unexpected(lock, other.unwrap_or(&Reply::Nil)).await),
    }
}

/// Has the key rebuilt once, while the lock that we hold is renewed, and lets go of the lock whatever comes of it.
/// Returns what is said about it. Errors: the key did not come back; the lock is released all the same.
pub async fn rebuild(
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
    image: &Image,
    call: &Call,
    timeout: Duration,
    record: &dyn Recorder,
) -> Result<String, TargetError> {
    let started = clock::instant();
    let mut called = Box::pin(call.make(timeout));
    let mut is_over = false;
    let outcome = async {
        let key = &image.key.0;
        let mut before = Before::look(writer.reader, key).await?;
        let mut pause = LOOKS.0;
        let every = Duration::from_millis(image.ttl_ms) / 3;
        let mut renew_at = started + every;
        loop {
            tokio::select! {
                done = &mut called, if !is_over => {
                    is_over = true;
                    done?;
                }
                () = clock::sleep(pause) => pause = (pause * 2).min(LOOKS.1),
            }
            let now = Before::look(writer.reader, key).await?;
            match before.is_back(now) {
                Some(true) => return Ok(true),
                None if is_over => return Ok(false),
                _ => {}
            }
            let now = clock::instant();
            if record.stopping() {
                return Err(TargetError::new(TargetErrorKind::Input, "stopped before it came back"));
            }
            if now >= started + timeout {
                let message = format!("it did not come back within {}", text::duration(timeout));
                let hint = "does the rebuild write this key, and is the database up to it? rebuild.timeout gives it longer";
                return Err(TargetError::new(TargetErrorKind::Timeout, message).hint(hint));
            }
            if now >= renew_at {
                renew(writer, permit, image).await?;
                renew_at = now + every;
            }
        }
    }
    .await;
    let took = started.elapsed();
    let released = release(writer, permit, &image.lock.0, &image.token).await;
    // The call is made once and to its end: what was sent is not taken back.
    if !is_over && outcome.is_ok() {
        _ = tokio::time::timeout(timeout.saturating_sub(took), called).await;
    }
    let key = text::escape_bytes(&image.key.0);
    let told =
        outcome.map_err(|error| TargetError { message: format!("{key}: {}", error.message), ..error })?;
    released?;
    let took = text::duration(took);
    Ok(match told {
        true => format!("{key} came back after {took}, by one rebuild"),
        false => {
            format!("{key} was rebuilt in {took}; it does not expire, so whether it is new cannot be told")
        }
    })
}

/// Gives the lock its full time again. Errors: it is ours no more.
async fn renew(writer: &mut Writer<'_>, permit: &Permit<'_>, image: &Image) -> Result<(), TargetError> {
    let write = Write::RenewLock(&image.lock.0, &image.token, image.ttl_ms);
    match writer.write_keys(permit, &[write]).await?.pop() {
        Some(Reply::Int(1)) => Ok(()),
        Some(Reply::Int(_)) => Err(TargetError::new(TargetErrorKind::Busy, "its lock was lost meanwhile")
            .hint("the rebuild goes on, and others may rebuild it too")),
        other => Err(writer.reader.unexpected(&image.lock.0, &other.unwrap_or(Reply::Nil)).await),
    }
}
