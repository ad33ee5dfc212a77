//! A setting of a node: how it is planned, compared, written, read back and put back is written here, once. Its author
//! says how it is read, what sets it, what a change of it is expected to do, and what it is called.

use std::fmt::Display;

use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::action::field::FieldError;
use crate::action::params::Params;
use crate::action::{
    Action, Applied, Apply, Beyond, Context, Force, Lifting, PlanResult, Reverted, Touch, Undo,
};
use crate::approval::Permit;
use crate::change::{Found, Left, Standing};
use crate::error::TargetError;
use crate::system::{Mysql, Postgres, Redis, System, mysql, postgres, redis};

/// What a setting was on one node and what it becomes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Image<O, V> {
    /// Whose it is there, and what else tells whether it is ours.
    #[serde(flatten)]
    pub of: O,
    /// Of before.
    pub before: V,
    /// Ours.
    pub after: V,
}

/// The image of a setting.
pub type ImageOf<S> = Image<<S as Setting>::Of, <S as Setting>::Value>;
/// Where it is read.
pub type ReaderOf<S> = <<S as Setting>::System as System>::Reader;
/// Where it is written.
pub type WriterOf<'a, S> = <<S as Setting>::System as System>::Writer<'a>;

/// Nothing but the value: the node has one such setting.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct TheNode {}

/// A setting, as its author writes it. What has a body here is what most settings do.
pub trait Setting: Sized + Send + Sync + 'static {
    /// What it is given.
    type Params: Params;
    /// What it is a setting of.
    type System: Writes;
    /// Whose it is on a node: an account, a role; [`TheNode`] where there is one of it.
    type Of: Serialize + DeserializeOwned + Send + Sync;
    /// What it holds.
    type Value: Serialize + DeserializeOwned + PartialEq + Send + Sync;

    /// What stands before a value where it is shown; empty: the value says it all.
    const NAME: &'static str;
    /// As [`Action::AMPLIFIER`].
    const AMPLIFIER: bool = false;
    /// As [`Action::WATCHDOG`].
    const WATCHDOG: bool = false;
    /// As [`Action::LIFTING`].
    const LIFTING: Lifting = Lifting::Freely;

    /// As [`Action::check`].
    fn check(_params: &Self::Params) -> Result<(), FieldError> {
        Ok(())
    }

    /// As [`Action::plan`].
    fn plan(
        params: &Self::Params,
        context: &Context<'_>,
        reader: &mut ReaderOf<Self>,
    ) -> impl Future<Output = PlanResult<ImageOf<Self>>> + Send;

    /// What it is now; none: what it belonged to is gone, and with it what was ours.
    fn read(
        node: &str,
        of: &Self::Of,
        reader: &mut ReaderOf<Self>,
    ) -> impl Future<Output = Result<Option<Self::Value>, TargetError>> + Send;

    /// What sets it: shown as it is sent (S9).
    fn writes<'a>(of: &'a Self::Of, value: &'a Self::Value) -> Vec<<Self::System as Writes>::Write<'a>>;

    /// As [`Action::commands`].
    fn commands(image: &ImageOf<Self>) -> Vec<String> {
        told::<Self>(&image.of, &image.after)
    }

    /// A value as it is shown.
    fn shown(value: &Self::Value) -> String;

    /// What it is called where its values are compared: `the limit of shop`.
    fn named(_of: &Self::Of) -> String {
        Self::NAME.into()
    }

    /// Whether two values are the same one to the server.
    fn same(one: &Self::Value, other: &Self::Value) -> bool {
        one == other
    }

    /// An error of its write, with what the operator can do about it.
    fn denied(
        error: TargetError,
        _node: &str,
        _of: &Self::Of,
        _reader: &mut ReaderOf<Self>,
    ) -> impl Future<Output = TargetError> + Send {
        async { error }
    }

    /// As [`Action::standing`].
    fn standing(
        node: &str,
        image: &ImageOf<Self>,
        reader: &mut ReaderOf<Self>,
    ) -> impl Future<Output = Result<Standing, TargetError>> + Send {
        async move {
            Ok(match Self::read(node, &image.of, reader).await? {
                None => Standing::Before,
                Some(now) if Self::same(&now, &image.before) => Standing::Before,
                Some(now) if Self::same(&now, &image.after) => Standing::After,
                Some(now) => Standing::Drifted(found::<Self>(&now)),
            })
        }
    }

    /// As [`Action::apply`].
    fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Sets<Self>>,
    ) -> impl Future<Output = Result<Applied, TargetError>> + Send {
        async move {
            for (index, (node, image)) in images.iter().enumerate() {
                set::<Self>(node, &image.of, &image.after, writer, &record.planned(index)?).await?;
            }
            Ok(Applied::in_effect(Vec::new()))
        }
    }

    /// As [`Action::prove`]: that it reads as ours has been looked at by then.
    fn prove(
        images: &[(String, ImageOf<Self>)],
        reader: &mut ReaderOf<Self>,
    ) -> impl Future<Output = Result<Vec<String>, TargetError>> + Send {
        async move {
            let mut notes = Vec::new();
            for (node, image) in images {
                if let Some(now) = Self::read(node, &image.of, reader).await? {
                    notes.push(format!("read back: {} is {}", Self::named(&image.of), Self::shown(&now)));
                }
            }
            Ok(notes)
        }
    }

    /// As [`Action::beyond_undo`].
    fn beyond_undo(
        _images: &[(String, ImageOf<Self>)],
        _reader: &mut ReaderOf<Self>,
    ) -> impl Future<Output = Vec<Beyond>> + Send {
        async { Vec::new() }
    }

    /// Why ours is rather left in place than put back.
    fn keeps(
        _node: &str,
        _image: &ImageOf<Self>,
        _force: Force,
        _reader: &mut ReaderOf<Self>,
    ) -> impl Future<Output = Result<Option<Left>, TargetError>> + Send {
        async { Ok(None) }
    }

    /// Puts back what was there before; says what an operator should hear.
    fn restore(
        node: &str,
        image: &ImageOf<Self>,
        writer: &mut WriterOf<'_, Self>,
        permit: &Permit<'_>,
    ) -> impl Future<Output = Result<Vec<String>, TargetError>> + Send {
        async move {
            set::<Self>(node, &image.of, &image.before, writer, permit).await?;
            Ok(Vec::new())
        }
    }
}

/// What has a setting hold `value`, as one would type it.
pub fn told<S: Setting>(of: &S::Of, value: &S::Value) -> Vec<String> {
    S::writes(of, value).iter().map(ToString::to_string).collect()
}

/// Has a setting hold `value`.
pub fn set<'a, S: Setting>(
    node: &'a str,
    of: &'a S::Of,
    value: &'a S::Value,
    writer: &'a mut WriterOf<'_, S>,
    permit: &'a Permit<'_>,
) -> BoxFuture<'a, Result<(), TargetError>> {
    Box::pin(async move {
        for write in S::writes(of, value) {
            if let Err(error) = S::System::write(writer, permit, node, write).await {
                return Err(S::denied(error, node, of, S::System::queries(writer)).await);
            }
        }
        Ok(())
    })
}

/// A value that is not ours.
pub fn found<S: Setting>(now: &S::Value) -> Found {
    let value = S::shown(now);
    match S::NAME {
        "" => value.into(),
        name => Found::marked(format!("{name} {value}"), value),
    }
}

/// What is said of it: what it was, what is ours, what it is.
pub fn drifted<S: Setting>(node: &str, image: &ImageOf<S>, now: &Found) -> String {
    let (named, before, ours) = (S::named(&image.of), S::shown(&image.before), S::shown(&image.after));
    format!("{node}: {named} was {before}, ours is {ours}, now it is {}", now.value())
}

/// The action that comes of a setting.
pub struct Sets<S>(std::marker::PhantomData<fn() -> S>);

impl<S: Setting> Action for Sets<S> {
    type Params = S::Params;
    type System = S::System;
    type Image = ImageOf<S>;

    const AMPLIFIER: bool = S::AMPLIFIER;
    const WATCHDOG: bool = S::WATCHDOG;
    const LIFTING: Lifting = S::LIFTING;

    fn check(params: &Self::Params) -> Result<(), FieldError> {
        S::check(params)
    }

    async fn plan(
        params: &Self::Params,
        context: &Context<'_>,
        reader: &mut ReaderOf<S>,
    ) -> PlanResult<ImageOf<S>> {
        S::plan(params, context, reader).await
    }

    fn touches(image: &ImageOf<S>) -> Vec<Touch> {
        vec![Touch::Own(serde_json::to_string(&image.of).unwrap_or_default())]
    }

    fn commands(image: &ImageOf<S>) -> Vec<String> {
        S::commands(image)
    }

    fn undo_commands(image: &ImageOf<S>) -> Vec<String> {
        told::<S>(&image.of, &image.before)
    }

    async fn standing(
        node: &str,
        image: &ImageOf<S>,
        reader: &mut ReaderOf<S>,
    ) -> Result<Standing, TargetError> {
        S::standing(node, image, reader).await
    }

    async fn apply(on: Apply<'_, '_, Self>) -> Result<Applied, TargetError> {
        S::apply(on).await
    }

    async fn prove(
        images: &[(String, ImageOf<S>)],
        reader: &mut ReaderOf<S>,
    ) -> Result<Vec<String>, TargetError> {
        S::prove(images, reader).await
    }

    async fn beyond_undo(images: &[(String, ImageOf<S>)], reader: &mut ReaderOf<S>) -> Vec<Beyond> {
        S::beyond_undo(images, reader).await
    }

    fn drifted(node: &str, image: &ImageOf<S>, now: &Found) -> String {
        drifted::<S>(node, image, now)
    }

    async fn undo(
        Undo { node, image, force, writer, permit }: Undo<'_, '_, Self>,
    ) -> Result<Reverted, TargetError> {
        match S::keeps(node, image, force, S::System::queries(writer)).await? {
            Some(left) => Ok(Reverted::left(left)),
            None => Ok(Reverted::whole(S::restore(node, image, writer, permit).await?)),
        }
    }
}

/// A kind of system that is told one statement at a time.
pub trait Writes: System {
    /// All that it can be told. Its `Display` is what is shown.
    type Write<'a>: Display + Send + Sync;

    /// Sends it. An `Err` is in doubt.
    fn write(
        writer: &mut Self::Writer<'_>,
        permit: &Permit<'_>,
        node: &str,
        write: Self::Write<'_>,
    ) -> impl Future<Output = Result<(), TargetError>> + Send;

    /// Asks meanwhile.
    fn queries<'w>(writer: &'w mut Self::Writer<'_>) -> &'w mut Self::Reader;
}

macro_rules! writes {
    ($($system:ident in $module:ident: |$writer:ident, $permit:ident, $node:ident, $write:ident| $send:expr;)*) => {$(
        impl Writes for $system {
            type Write<'a> = $module::Write<'a>;

            async fn write(
                $writer: &mut <Self as System>::Writer<'_>,
                $permit: &Permit<'_>,
                $node: &str,
                $write: <Self as Writes>::Write<'_>,
            ) -> Result<(), TargetError> {
                $send.await.map(drop)
            }

            fn queries<'w>(writer: &'w mut $module::Writer<'_>) -> &'w mut $module::Reader {
                writer.reader
            }
        }
    )*};
}

writes! {
    Redis in redis: |writer, permit, node, write| writer.write_one(permit, node, write);
    Mysql in mysql: |writer, permit, _node, write| writer.write(permit, &write);
    Postgres in postgres: |writer, permit, _node, write| writer.write(permit, &write);
}
