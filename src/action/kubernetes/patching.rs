//! What actions that change fields of one object have in common: only their plan differs, and what they wait for.

use std::marker::PhantomData;

use crate::action::field::With;
use crate::action::kubernetes;
use crate::action::{Action, Applied, Context, Plan, Recorder, Reverted};
use crate::approval::Permit;
use crate::change::{Level, Standing};
use crate::error::TargetError;
use crate::target::kubernetes::{Patch, Reader};
use crate::target::{Kubernetes, System};

/// An action that changes some fields of one object.
pub trait Patching: Send + Sync + 'static {
    /// How much must be typed to put it back.
    const BACK: Level = Level::Ask;
    /// Whether what was written is to be put back one day.
    const STAYS: bool = true;

    /// As [`Action::plan`].
    fn plan(
        with: &With,
        context: &Context<'_>,
        reader: &mut Reader,
    ) -> impl Future<Output = Result<Plan<Patch>, TargetError>> + Send;

    /// Waits until what was written has come about, and says how far it came. An `Err` puts it back at once.
    fn settle(
        with: &With,
        context: &Context<'_>,
        patch: &Patch,
        reader: &Reader,
        record: &dyn Recorder,
    ) -> impl Future<Output = Result<Vec<String>, TargetError>> + Send;
}

/// The action that comes of it.
pub struct Patches<P>(PhantomData<fn() -> P>);

impl<P: Patching> Action for Patches<P> {
    type System = Kubernetes;
    type Image = Patch;

    const BACK: Level = P::BACK;

    async fn plan(
        with: &With,
        context: &Context<'_>,
        reader: &mut Reader,
    ) -> Result<Plan<Patch>, TargetError> {
        P::plan(with, context, reader).await
    }

    fn commands(image: &Patch) -> Vec<String> {
        vec![image.to_string()]
    }

    fn way_back(image: &Patch) -> Vec<String> {
        if P::STAYS { vec![image.reversed().to_string()] } else { Vec::new() }
    }

    async fn standing(node: &str, image: &Patch, reader: &mut Reader) -> Result<Standing, TargetError> {
        kubernetes::standing(node, image, reader).await
    }

    async fn apply(
        with: &With,
        context: &Context<'_>,
        images: &[(String, Patch)],
        writer: &mut <Kubernetes as System>::Writer<'_>,
        record: &dyn Recorder,
    ) -> Result<Applied, TargetError> {
        let mut notes = Vec::new();
        for (index, (_, patch)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            writer.patch(&permit, patch).await?;
            notes.extend(P::settle(with, context, patch, writer.reader, record).await?);
        }
        Ok(Applied { in_effect: P::STAYS, notes })
    }

    async fn undo(
        node: &str,
        image: &Patch,
        anyway: bool,
        writer: &mut <Kubernetes as System>::Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<Reverted, TargetError> {
        if P::STAYS {
            return kubernetes::undo(node, image, anyway, writer, permit).await;
        }
        let note = "nothing to put back: pods that were replaced do not come back".into();
        Ok(Reverted { complete: true, notes: vec![note] })
    }
}
