//! The begin of a plan that changes some object, whichever it is, and the look at it afterwards.

use std::time::Duration;

use serde_json::Value;

use crate::action::field::{self, Type};
use crate::action::kubernetes::{missing, privileges, risks};
use crate::action::patience::repeated;
use crate::action::{Planned, Recorder, Refusal, Unplanned, unless};
use crate::change::Level;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::fields::Field;
use crate::system::kubernetes::{Object, Patch, Reader, Rehearsed, Word, managers, owners};
use crate::text;

/// What is changed.
pub const OBJECT_FIELD: field::Field =
    field::Field::new(field::Given::Positional, Type::Text, "KIND/NAME or KIND.GROUP/NAME");
/// How long a change is looked at.
pub const SETTLE_FIELD: field::Field = field::Field::new(
    field::Given::Flag("settle"),
    Type::Duration(Duration::from_secs(1), Duration::from_secs(120)),
    "how long it is looked at afterwards [default: 5s]",
);
/// That, unless told otherwise.
pub const SETTLE: Duration = Duration::from_secs(5);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// The object that a word means, as it is now, when we may patch it; else why nothing is done.
pub async fn find(named: &str, reader: &Reader) -> Result<(Object, Value), Unplanned> {
    let word = Word::parse(named).map_err(|why| TargetError::new(TargetErrorKind::Input, why))?;
    let which = reader.resolve(&word).await?;
    let (found, refusal) =
        tokio::join!(reader.object(&which), privileges::refusal(reader, "patch", &which, ""));
    let Some(found) = found? else {
        let words = missing(named, &which.name, &which.api, &which.plural, reader).await?;
        return Err(Unplanned::Instead(Planned::NotApplicable(words)));
    };
    if found.pointer("/metadata/deletionTimestamp").is_some() {
        let words = format!("{which} is being deleted");
        return Err(Unplanned::Instead(Planned::NotApplicable(words)));
    }
    unless(refusal?)?;
    Ok((which, found))
}

/// Asks the server what would come of a patch, before anybody is asked; gives why it cannot tell. Errors: it would be refused, or
/// turned into something else.
pub async fn rehearse(patch: &Patch, reader: &Reader) -> Result<Option<String>, Unplanned> {
    match reader.rehearsed(patch).await? {
        Rehearsed::Made(object) if patch.shows(&object).1 => Ok(None),
        Rehearsed::Made(object) => {
            let made = patch.now(&object);
            let why = format!(
                "the server would make something else of {}: {made}; a webhook or a controller has a say in it",
                patch.object
            );
            let unblock = "kubectl get mutatingwebhookconfigurations shows who may have";
            Err(Refusal::for_want(why, unblock).into())
        }
        Rehearsed::Refused(error) => {
            unless(privileges::refusal(reader, "patch", &patch.object, &patch.subresource).await?)?;
            Err(Refusal::from(error).into())
        }
        Rehearsed::Unknown(error) => Ok(Some(format!("what comes of it could not be asked before: {error}"))),
    }
}

/// What others would do about it (S23, S28), and whose the fields are that change. With any of it the name must be typed.
pub fn contested(which: &Object, found: &Value, fields: &[Field], reader: &Reader) -> (Vec<String>, Level) {
    let mut risk = risks(&owners(which, found, &[]), found, reader);
    for field in fields.iter().filter(|field| field.before.is_some()) {
        let whose = managers(found, &field.at, reader.name());
        if !whose.is_empty() {
            risk.push(format!("{} was set by {}", text::escape(&field.at), whose.join(", ")));
        }
    }
    let level = if risk.is_empty() { Level::Ask } else { Level::Type };
    (risk, level)
}

/// Looks for a while whether what was written stays: who reconciles an object mostly does it at once.
pub async fn stays(
    patch: &Patch,
    settle: Duration,
    reader: &Reader,
    record: &dyn Recorder,
) -> Result<Vec<String>, TargetError> {
    let since = clock::instant();
    let passed = || clock::instant().saturating_duration_since(since);
    loop {
        let now = repeated(|| reader.patched(patch)).await?.unwrap_or_default();
        if !patch.shows(&now).1 {
            let words = format!("somebody has changed it again: {}", patch.now(&now));
            return Ok(vec![words]);
        }
        if passed() >= settle || record.stopping() {
            return Ok(vec![format!("still so after {}", text::duration(passed()))]);
        }
        record.progress(passed().as_secs(), Some(settle.as_secs()));
        clock::sleep(LOOK.min(settle.saturating_sub(passed()))).await;
    }
}
