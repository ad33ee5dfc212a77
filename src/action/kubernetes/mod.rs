//! Actions on Kubernetes. Each is a patch of some fields of one object: what it was, what it becomes.

pub mod annotate;
pub mod patch;
pub mod ramp;
pub mod reroute;
pub mod restart;
pub mod scale;

mod behind;
mod common;
mod patching;
mod pods;
mod privileges;
mod rollout;
mod service;
mod sync;
mod weights;

use jiff::SignedDuration;
use serde_json::Value;

use crate::action::{News, Place, Reverted, Touch};
use crate::approval::Permit;
use crate::change::Standing;
use crate::clock;
use crate::error::TargetError;
use crate::system::kubernetes::{Owner, Patch, Reader, Writer, responders, words};
use crate::text;

/// Whoever has written within this time may be at work still.
const LATELY: SignedDuration = SignedDuration::from_hours(1);

/// The fields of the object.
fn touches(patch: &Patch) -> Vec<Touch> {
    patch.fields.iter().map(|field| Touch::Field(patch.object.path(), field.at.clone())).collect()
}

/// Where its object is.
fn place(patch: &Patch) -> Place {
    Place { context: patch.object.context.clone(), namespace: patch.object.namespace.clone() }
}

/// Which image an object shows now. One that is gone, or was made anew, has nothing of ours.
async fn standing(patch: &Patch, reader: &Reader) -> Result<Standing, TargetError> {
    let Some(object) = reader.patched(patch).await? else { return Ok(Standing::Before) };
    if words(&object, "/metadata/uid") != patch.uid {
        return Ok(Standing::Before);
    }
    Ok(match patch.shows(&object) {
        // An undo was cut off before the fields were theirs again who held them.
        (true, _) if reader.owes(patch, &object).await? => Standing::After,
        (true, _) => Standing::Before,
        (_, true) => Standing::After,
        _ => Standing::Drifted(patch.now(&object).into()),
    })
}

/// Puts an object back, and its fields into the hands that held them. The patch itself holds what it is put back from, and the
/// server refuses it where that is not there; `drift`: from what is there now.
async fn undo(
    patch: &Patch,
    drift: bool,
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
) -> Result<Reverted, TargetError> {
    let now = writer.reader.patched(patch).await?.unwrap_or_default();
    if words(&now, "/metadata/uid") != patch.uid || !patch.shows(&now).0 {
        let back = patch.reversed();
        writer.patch(permit, &if drift { back.from(&now) } else { back }).await?;
    }
    Ok(Reverted::whole(give_back(patch, writer, permit).await))
}

/// Why fields that were put back are still listed as ours; nothing where they are not.
async fn give_back(patch: &Patch, writer: &mut Writer<'_>, permit: &Permit<'_>) -> Option<String> {
    let error = writer.give_back(permit, patch).await.err()?;
    let object = &patch.object;
    Some(format!(
        "{object} is as before, and still lists these fields as set by {}: {error}; a server-side apply that changes them asks for --force-conflicts",
        text::escape(writer.reader.name())
    ))
}

/// Tells it in an Event on the object, which `kubectl describe` shows.
async fn announce(
    patch: &Patch,
    news: &News,
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
) -> Result<(), TargetError> {
    let reason = if news.undone { "StampedeUndone" } else { "Stampede" };
    writer.tell(permit, patch, reason, &news.by, &news.words).await
}

/// What the others who have a hand on `object` would do (S23), and which responders were there lately (S28). With any of
/// it the name must be typed.
fn risks(owners: &[Owner], object: &Value, reader: &Reader) -> Vec<String> {
    let owners = owners.iter().map(|owner| match &owner.advice {
        Some(advice) => format!("{} may put it back {}: {advice}", owner.who, owner.when),
        None => format!("{} may put it back {}", owner.who, owner.when),
    });
    let others = responders(object, reader.name(), clock::now() - LATELY);
    let others = others.into_iter().map(|name| format!("S28 another responder has written here: {name}"));
    owners.chain(others).collect()
}

/// The words for something that is not there: with the nearest names that are.
async fn missing(
    word: &str,
    name: &str,
    api: &str,
    plural: &str,
    reader: &Reader,
) -> Result<String, TargetError> {
    let all = reader.list(api, plural, "").await?;
    let names: Vec<&str> = all.iter().map(|one| words(one, "/metadata/name")).collect();
    let place = reader.namespace();
    let there = match (text::nearest(name, names.iter().copied()), names.len()) {
        (Some(near), _) => format!("did you mean {}?", text::escape(near)),
        (None, 0) => format!("there are no {plural} in it"),
        (None, _) => format!("there are: {}", text::fit(&text::escape(&names.join(", ")), 200)),
    };
    Ok(format!("there is no {} in namespace {}; {there}", text::escape(word), text::escape(&place)))
}
