//! What actions that change fields of one object have in common: only their plan differs, and what they wait for.

use std::marker::PhantomData;
use std::time::Duration;

use crate::action::field::FieldError;
use crate::action::kubernetes::common::{SETTLE, rehearse, stays};
use crate::action::kubernetes::{self, privileges};
use crate::action::params::Params;
use crate::action::{
    Action, Applied, Apply, Context, Lifting, News, Place, Plan, PlanResult, Recorder, Refusal, Reverted,
    Touch, Undo, Whose,
};
use crate::approval::Permit;
use crate::change::{Found, Left, Level, Standing};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::kubernetes::{Patch, Reader, Word};
use crate::system::{Kubernetes, System};

/// An action that changes some fields of one object.
pub trait Patching: Send + Sync + 'static {
    /// What it is given.
    type Params: Params;

    /// As [`Action::IRREVERSIBLE`].
    const IRREVERSIBLE: Option<&'static str> = None;
    /// As [`Action::LIFTING`].
    const LIFTING: Lifting = Lifting::Freely;
    /// How much must be typed to put it back.
    const BACK: Level = Level::Ask;
    /// Whether the server is asked before what would come of it; not where the plan has asked already.
    const REHEARSED: bool = true;
    /// Whether what was written is to be put back one day.
    const STAYS: bool = true;
    /// Whether an operator may have it put back although somebody else has changed it since.
    const OVER_OTHERS: bool = true;

    /// What is patched, as an operator names it, and which part of it; none where only the plan can tell.
    fn patched(params: &Self::Params) -> Option<(&str, &'static str)>;

    /// As [`Action::check`].
    fn check(_params: &Self::Params) -> Result<(), FieldError> {
        Ok(())
    }

    /// As [`Action::plan`].
    fn plan(
        params: &Self::Params,
        context: &Context<'_>,
        reader: &mut Reader,
    ) -> impl Future<Output = PlanResult<Patch>> + Send;

    /// How long it is looked at.
    fn looks_for(_params: &Self::Params) -> Duration {
        SETTLE
    }

    /// Waits until what was written has come about, and says how far it came; else looks for a while whether it stays ([`Patching::looks_for`]). An `Err` puts it back at once.
    fn settle(
        params: &Self::Params,
        _context: &Context<'_>,
        patch: &Patch,
        reader: &Reader,
        record: &dyn Recorder,
    ) -> impl Future<Output = Result<Vec<String>, TargetError>> + Send {
        stays(patch, Self::looks_for(params), reader, record)
    }
}

/// The action that comes of it.
pub struct Patches<P>(PhantomData<fn() -> P>);

impl<P: Patching> Action for Patches<P> {
    type Params = P::Params;
    type System = Kubernetes;
    type Image = Patch;

    const IRREVERSIBLE: Option<&'static str> = P::IRREVERSIBLE;
    const LIFTING: Lifting = P::LIFTING;

    const BACK: Level = P::BACK;

    fn check(params: &Self::Params) -> Result<(), FieldError> {
        P::check(params)
    }

    async fn plan(params: &Self::Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Patch> {
        let mut plan = P::plan(params, context, reader).await?;
        if let Plan::Change(draft) = &mut plan {
            for (_, _, patch) in draft.parts.iter().filter(|_| P::REHEARSED) {
                draft.risk.extend(rehearse(patch, reader).await?);
            }
            draft.risk.extend(reader.warnings());
        }
        Ok(plan)
    }

    async fn preflight(params: &Self::Params, reader: &mut Reader) -> Result<Option<Refusal>, TargetError> {
        let Some((named, subresource)) = P::patched(params) else { return Ok(None) };
        let word = Word::parse(named).map_err(|why| TargetError::new(TargetErrorKind::Input, why))?;
        let which = reader.resolve(&word).await?;
        privileges::refusal(reader, "patch", &which, subresource).await
    }

    fn touches(patch: &Patch) -> Vec<Touch> {
        super::touches(patch)
    }

    fn commands(image: &Patch) -> Vec<String> {
        vec![image.to_string()]
    }

    fn undo_commands(image: &Patch) -> Vec<String> {
        if P::STAYS { vec![image.reversed().to_string()] } else { Vec::new() }
    }

    async fn undo_commands_now(image: &Patch, drifted: Option<Whose>, reader: &mut Reader) -> Vec<String> {
        let Some(whose) = drifted else {
            return Self::undo_commands(image);
        };
        match reader.patched(image).await {
            // It stays where somebody else has put it.
            _ if !P::OVER_OTHERS && whose == Whose::Theirs => Vec::new(),
            Ok(Some(object)) if P::STAYS => vec![image.reversed().from(&object).to_string()],
            _ => Self::undo_commands(image),
        }
    }

    async fn standing(_: &str, image: &Patch, reader: &mut Reader) -> Result<Standing, TargetError> {
        kubernetes::standing(image, reader).await
    }

    async fn apply(
        Apply { params, context, images, writer, record }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let mut notes = Vec::new();
        for (index, (_, patch)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            writer.patch(&permit, patch).await?;
            notes.extend(writer.reader.warnings());
            notes.extend(P::settle(params, context, patch, writer.reader, record).await?);
        }
        Ok(Applied::left(P::STAYS, notes))
    }

    async fn fence(
        image: &Patch,
        writer: &mut <Self::System as System>::Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<(), TargetError> {
        writer.fence(permit, image).await
    }

    fn place(image: &Patch) -> Option<Place> {
        Some(kubernetes::place(image))
    }

    async fn announce(
        image: &Patch,
        news: &News,
        writer: &mut <Self::System as System>::Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<(), TargetError> {
        kubernetes::announce(image, news, writer, permit).await
    }

    fn drifted(_: &str, image: &Patch, now: &Found) -> String {
        format!("{}: not ours any more; {now} now", image.object)
    }

    async fn undo(
        Undo { node, image, force, writer, permit }: Undo<'_, '_, Self>,
    ) -> Result<Reverted, TargetError> {
        if !P::STAYS {
            let note = "nothing to put back: pods that were replaced do not come back".into();
            return Ok(Reverted::whole([note]));
        }
        if force.drift == Some(Whose::Theirs) && !P::OVER_OTHERS {
            let now = match Self::standing(node, image, writer.reader).await? {
                Standing::Drifted(now) => Self::drifted(node, image, &now),
                _ => format!("{}: not ours any more", image.object),
            };
            return Ok(Reverted::left(Left::by("S27", format!("{now}, left alone"))));
        }
        kubernetes::undo(image, force.drift.is_some(), writer, permit).await
    }
}
