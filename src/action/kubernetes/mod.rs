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

use crate::action::{Reverted, Touch};
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

/// Which image an object shows now. One that is gone, or was made anew, has nothing of ours.
async fn standing(patch: &Patch, reader: &Reader) -> Result<Standing, TargetError> {
    let Some(object) = reader.patched(patch).await? else { return Ok(Standing::Before) };
    if words(&object, "/metadata/uid") != patch.uid {
        return Ok(Standing::Before);
    }
    Ok(match patch.shows(&object) {
        (true, _) => Standing::Before,
        (_, true) => Standing::After,
        _ => Standing::Drifted(patch.now(&object).into()),
    })
}

/// Puts an object back. The patch itself holds what it is put back from, and the server refuses it where that is not there;
/// `drift`: from what is there now.
async fn undo(
    patch: &Patch,
    drift: bool,
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
) -> Result<Reverted, TargetError> {
    let mut back = patch.reversed();
    if drift && let Some(object) = writer.reader.patched(patch).await? {
        back = back.from(&object);
    }
    writer.patch(permit, &back).await?;
    Ok(Reverted::whole([]))
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
