//! Typed for authors, erased for the runner.

use std::marker::PhantomData;

use futures_util::future::BoxFuture;
use serde::Deserialize as _;

use crate::action::field::{Arguments, FieldError};
use crate::action::params::Params as _;
use crate::action::{
    Action, Applied, Apply, Beyond, Context, Despite, Draft, Force, Needs, News, Place, Plan, Planned,
    Recorder, Refusal, Reverted, Touch, Undo, Unplanned, Whose,
};
use crate::approval::{Approval, Permit};
use crate::change::{Change, Left, Level, Now, Part, Standing, Subject};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::{Session, System};
use crate::text;

/// An action as the runner sees it; see [`Action`] for what each does.
pub trait Erased: Sync {
    /// Whether what is given goes together.
    fn check(&self, with: &Arguments) -> Result<(), FieldError>;
    /// What must be measured before it can plan.
    fn needs(&self, with: &Arguments) -> Needs;
    /// Plans for the target that `session` reads.
    fn plan<'a>(
        &'a self,
        name: &'static str,
        with: &'a Arguments,
        context: &'a Context<'a>,
        session: &'a mut Session,
        subject: Subject,
    ) -> BoxFuture<'a, Result<Planned, TargetError>>;
    /// Why the server would refuse the write, whatever it is planned from; none: it would not, or that is not known.
    fn preflight<'a>(
        &'a self,
        with: &'a Arguments,
        session: &'a mut Session,
    ) -> BoxFuture<'a, Result<Option<Refusal>, TargetError>>;
    /// What the node of this part shows now.
    fn standing<'a>(
        &'a self,
        part: &'a Part,
        session: &'a mut Session,
    ) -> BoxFuture<'a, Result<Standing, TargetError>>;
    /// Applies the change.
    fn apply<'a>(
        &'a self,
        with: &'a Arguments,
        context: &'a Context<'a>,
        parts: &'a [Part],
        session: &'a mut Session,
        approval: &'a Approval,
        record: &'a dyn Recorder,
    ) -> BoxFuture<'a, Result<Applied, TargetError>>;
    /// Proves that it works.
    fn prove<'a>(
        &'a self,
        parts: &'a [Part],
        session: &'a mut Session,
    ) -> BoxFuture<'a, Result<Vec<String>, TargetError>>;
    /// What an undo of these parts will not reach; nothing when their images cannot be read.
    fn beyond_undo<'a>(&'a self, parts: &'a [Part], session: &'a mut Session) -> BoxFuture<'a, Vec<Beyond>>;
    /// What would be sent to put the part back from what is there now; empty when its image cannot be read. `drifted`: it is not
    /// ours.
    fn undo_commands_now<'a>(
        &'a self,
        part: &'a Part,
        drifted: Option<Whose>,
        session: &'a mut Session,
    ) -> BoxFuture<'a, Vec<String>>;
    /// Puts one part back, if it is still ours or still what was seen in place of ours and agreed to be written over: that is
    /// looked at here, right before the write, for every action (S27).
    fn undo<'a>(
        &'a self,
        part: &'a Part,
        despite: Despite<'a>,
        session: &'a mut Session,
        approval: &'a Approval,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<Reverted, TargetError>>;
    /// Makes void what was sent for the part and may still arrive. Errors: it may.
    fn fence<'a>(
        &'a self,
        part: &'a Part,
        session: &'a mut Session,
        approval: &'a Approval,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<(), TargetError>>;
    /// Tells those who look at the changed thing. Errors: it may not be told there.
    fn announce<'a>(
        &'a self,
        part: &'a Part,
        news: &'a News,
        session: &'a mut Session,
        approval: &'a Approval,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<(), TargetError>>;
    /// Where the changed thing is, beside what its target's name says; none when its image cannot be read.
    fn place(&self, part: &Part) -> Option<Place>;
    /// What the part changes; nothing when its image cannot be read.
    fn touches(&self, part: &Part) -> Vec<Touch>;
    /// What is said when it failed and nothing of it is there to be put back.
    fn nothing(&self) -> &'static str;
    /// How much must be typed to put it back.
    fn back(&self) -> Level;
    /// What was sent for the part, as one would type it; empty when its image cannot be read.
    fn commands(&self, part: &Part) -> Vec<String>;
    /// What would put the part back by hand; empty when its image cannot be read.
    fn undo_commands(&self, part: &Part) -> Vec<String>;
}

/// Words for people: a key of 100 kB stands in the image, once and whole.
fn short(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| text::shorten(line).into_owned()).collect()
}

/// The erased form of an action.
pub struct Typed<A>(PhantomData<fn() -> A>);

impl<A> Typed<A> {
    /// The value for a registry line.
    pub const NEW: Self = Self(PhantomData);
}

impl<A: Action> Erased for Typed<A> {
    fn check(&self, with: &Arguments) -> Result<(), FieldError> {
        with.are_no_secrets()?;
        A::check(&A::Params::of(with)?)
    }

    fn needs(&self, with: &Arguments) -> Needs {
        A::Params::of(with).map_or(Needs::Nothing, |params| A::needs(&params))
    }

    fn plan<'a>(
        &'a self,
        name: &'static str,
        with: &'a Arguments,
        context: &'a Context<'a>,
        session: &'a mut Session,
        subject: Subject,
    ) -> BoxFuture<'a, Result<Planned, TargetError>> {
        Box::pin(async move {
            let reader = reader::<A>(session)?;
            let plan = match A::plan(&params::<A>(with)?, context, reader).await {
                Ok(plan) => plan,
                Err(Unplanned::Instead(planned)) => return Ok(planned),
                Err(Unplanned::Failed(error)) => return Err(error),
            };
            Ok(match plan {
                Plan::AlreadySo(words) => Planned::AlreadySo(words),
                Plan::NotApplicable(words) => Planned::NotApplicable(words),
                Plan::Blocked(refusal) => Planned::Blocked(refusal),
                Plan::Ask(asking) => Planned::Ask(asking),
                Plan::Answer(lines) => Planned::Answer(lines),
                Plan::Change(draft) => Planned::Change(change::<A>(name, subject, draft, None)?),
                Plan::ByRule(draft, now) => Planned::Change(change::<A>(name, subject, draft, Some(now))?),
                Plan::Unadvised(draft, why) => {
                    Planned::Unadvised(change::<A>(name, subject, draft, None)?, why)
                }
            })
        })
    }

    fn preflight<'a>(
        &'a self,
        with: &'a Arguments,
        session: &'a mut Session,
    ) -> BoxFuture<'a, Result<Option<Refusal>, TargetError>> {
        Box::pin(async move { A::preflight(&params::<A>(with)?, reader::<A>(session)?).await })
    }

    fn standing<'a>(
        &'a self,
        part: &'a Part,
        session: &'a mut Session,
    ) -> BoxFuture<'a, Result<Standing, TargetError>> {
        Box::pin(async move {
            let image = image::<A>(part)?;
            A::standing(&part.node, &image, reader::<A>(session)?).await
        })
    }

    fn apply<'a>(
        &'a self,
        with: &'a Arguments,
        context: &'a Context<'a>,
        parts: &'a [Part],
        session: &'a mut Session,
        approval: &'a Approval,
        record: &'a dyn Recorder,
    ) -> BoxFuture<'a, Result<Applied, TargetError>> {
        Box::pin(async move {
            let images = images::<A>(parts)?;
            let mut writer = A::System::writer(session, approval).ok_or_else(another_kind)?;
            let params = params::<A>(with)?;
            A::apply(Apply { params: &params, context, images: &images, writer: &mut writer, record }).await
        })
    }

    fn prove<'a>(
        &'a self,
        parts: &'a [Part],
        session: &'a mut Session,
    ) -> BoxFuture<'a, Result<Vec<String>, TargetError>> {
        Box::pin(async move {
            let images = images::<A>(parts)?;
            A::prove(&images, reader::<A>(session)?).await
        })
    }

    fn beyond_undo<'a>(&'a self, parts: &'a [Part], session: &'a mut Session) -> BoxFuture<'a, Vec<Beyond>> {
        Box::pin(async move {
            match (images::<A>(parts), reader::<A>(session)) {
                (Ok(images), Ok(reader)) => A::beyond_undo(&images, reader).await,
                _ => Vec::new(),
            }
        })
    }

    fn undo_commands_now<'a>(
        &'a self,
        part: &'a Part,
        drifted: Option<Whose>,
        session: &'a mut Session,
    ) -> BoxFuture<'a, Vec<String>> {
        Box::pin(async move {
            match (image::<A>(part), reader::<A>(session)) {
                (Ok(image), Ok(reader)) => A::undo_commands_now(&image, drifted, reader).await,
                _ => Vec::new(),
            }
        })
    }

    fn undo<'a>(
        &'a self,
        part: &'a Part,
        Despite { seen, rules }: Despite<'a>,
        session: &'a mut Session,
        approval: &'a Approval,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<Reverted, TargetError>> {
        Box::pin(async move {
            permit.covers(&part.node)?;
            let image = image::<A>(part)?;
            let mut force = Force { drift: None, rules };
            match A::standing(&part.node, &image, reader::<A>(session)?).await? {
                Standing::Before => {
                    let note = format!("{}: it was not ours any more, or was put back already", part.node);
                    return Ok(Reverted::whole([note]));
                }
                Standing::After | Standing::Partly(_) => {}
                Standing::Drifted(now) => match seen.filter(|(seen, _)| now.is_still(seen)) {
                    Some((_, whose)) => force.drift = Some(whose),
                    None => {
                        let why = format!("{}, left alone", A::drifted(&part.node, &image, &now));
                        return Ok(Reverted::left(Left::by("S27", why)));
                    }
                },
            }
            let mut writer = A::System::writer(session, approval).ok_or_else(another_kind)?;
            A::undo(Undo { node: &part.node, image: &image, force, writer: &mut writer, permit: &permit })
                .await
        })
    }

    fn fence<'a>(
        &'a self,
        part: &'a Part,
        session: &'a mut Session,
        approval: &'a Approval,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<(), TargetError>> {
        Box::pin(async move {
            let (image, mut writer) = to_write::<A>(part, &permit, session, approval)?;
            A::fence(&image, &mut writer, &permit).await
        })
    }

    fn announce<'a>(
        &'a self,
        part: &'a Part,
        news: &'a News,
        session: &'a mut Session,
        approval: &'a Approval,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<(), TargetError>> {
        Box::pin(async move {
            let (image, mut writer) = to_write::<A>(part, &permit, session, approval)?;
            A::announce(&image, news, &mut writer, &permit).await
        })
    }

    fn place(&self, part: &Part) -> Option<Place> {
        image::<A>(part).ok().and_then(|image| A::place(&image))
    }

    fn touches(&self, part: &Part) -> Vec<Touch> {
        image::<A>(part).map(|image| A::touches(&image)).unwrap_or_default()
    }

    fn nothing(&self) -> &'static str {
        A::NOTHING
    }

    fn back(&self) -> Level {
        A::BACK
    }

    fn commands(&self, part: &Part) -> Vec<String> {
        image::<A>(part).map(|image| A::commands(&image)).unwrap_or_default()
    }

    fn undo_commands(&self, part: &Part) -> Vec<String> {
        image::<A>(part).map(|image| A::undo_commands(&image)).unwrap_or_default()
    }
}

/// The change that an action has drafted.
fn change<A: Action>(
    name: &str,
    subject: Subject,
    draft: Draft<A::Image>,
    now: Option<Now>,
) -> Result<Box<Change>, TargetError> {
    let several = draft.parts.len() > 1;
    let mut commands = draft.commands;
    let mut parts = Vec::new();
    for (node, id, image) in draft.parts {
        let prefix = if several { format!("{node}: ") } else { String::new() };
        commands.extend(A::commands(&image).iter().map(|line| format!("{prefix}{line}")));
        parts.push(Part::of(node, id, &image)?);
    }
    let now = now.map(|now| Now { commands: short(&now.commands), counts: short(&now.counts), ..now });
    Ok(Box::new(Change {
        action: name.into(),
        summary: text::shorten(&draft.summary).into_owned(),
        subject,
        commands: short(&commands),
        forecast: short(&draft.forecast),
        risk: short(&draft.risk),
        back: text::shorten(&draft.back).into_owned(),
        level: draft.level,
        parts,
        now,
    }))
}

/// What writes at the node of a part need. Errors: the permit is another node's; the image cannot be read.
fn to_write<'s, A: Action>(
    part: &Part,
    permit: &Permit<'_>,
    session: &'s mut Session,
    approval: &'s Approval,
) -> Result<(A::Image, <A::System as System>::Writer<'s>), TargetError> {
    permit.covers(&part.node)?;
    let image = image::<A>(part)?;
    Ok((image, A::System::writer(session, approval).ok_or_else(another_kind)?))
}

fn reader<A: Action>(session: &mut Session) -> Result<&mut <A::System as System>::Reader, TargetError> {
    A::System::reader(session).ok_or_else(another_kind)
}

fn params<A: Action>(with: &Arguments) -> Result<A::Params, TargetError> {
    A::Params::of(with).map_err(|error| TargetError::new(TargetErrorKind::Input, error.to_string()))
}

fn images<A: Action>(parts: &[Part]) -> Result<Vec<(String, A::Image)>, TargetError> {
    parts.iter().map(|part| Ok((part.node.clone(), image::<A>(part)?))).collect()
}

fn image<A: Action>(part: &Part) -> Result<A::Image, TargetError> {
    A::Image::deserialize(&part.image).map_err(|error| {
        TargetError::new(TargetErrorKind::Input, format!("the recorded image cannot be read: {error}"))
    })
}

fn another_kind() -> TargetError {
    TargetError::new(TargetErrorKind::Input, "the target is of another kind than when the step was made")
}
