//! Actions turn intent into a change that carries its before-image and its undo. A new one is one file here and one
//! line in [`ACTIONS`].

pub mod field;
pub mod usual;

mod api;
mod batches;
mod by_hand;
mod context;
mod dyn_action;
mod indeterminate;
mod kubernetes;
mod mysql;
mod params;
mod patience;
mod pgbouncer;
mod plan;
mod postgres;
mod redis;
mod registry;
mod sessions;
mod setting;
mod spec;
mod staged_ramp;
mod touch;

pub use by_hand::ByHand;
pub use context::{Context, Earlier, HotKey, HotKeys, Owner};
pub use dyn_action::Erased;
use dyn_action::Typed;
pub use patience::Patience;
use plan::unless;
pub use plan::{
    Applied, Asking, Beyond, Despite, Draft, Force, Plan, PlanResult, Planned, Recorder, Refusal, Reverted,
    Unplanned, Whose, tally,
};
pub use registry::{ACTIONS, by_name, fades};
pub use spec::{About, At, Lifting, Needs, Phase, Place, Spec};
pub use touch::Touch;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::action::field::FieldError;
use crate::action::params::Params;
use crate::approval::Permit;
use crate::change::{Found, Level, Standing};
use crate::error::TargetError;
use crate::system::System;

/// One kind of step, as its author writes it: stateless, and speaking to the world only through what it is given.
///
/// One action makes one kind of write. What it puts in place is told by its image alone, so that another process can
/// say on another day whether it still stands, and put it back.
pub trait Action: Sized + Send + Sync + 'static {
    /// What it acts on.
    type System: System;
    /// What was there and what is put there, on one node.
    type Image: Serialize + DeserializeOwned + Send + Sync;

    /// What it is given: `params!`.
    type Params: Params;

    /// What is said when it failed and nothing of it is there to be put back.
    const NOTHING: &'static str = "nothing of it is in place";

    /// How much must be typed to put it back.
    const BACK: Level = Level::Ask;

    /// As [`Spec::irreversible`].
    const IRREVERSIBLE: Option<&'static str> = None;

    /// As [`Spec::amplifier`].
    const AMPLIFIER: bool = false;

    /// As [`Spec::watchdog`].
    const WATCHDOG: bool = false;

    /// As [`Spec::recalled`].
    const RECALLED: bool = true;

    /// As [`Spec::lifting`].
    const LIFTING: Lifting = Lifting::Freely;

    /// Rules between what is given that no single field can hold. Called by the playbook loader and by the command line.
    fn check(_params: &Self::Params) -> Result<(), FieldError> {
        Ok(())
    }

    /// What must be measured before it can plan.
    fn needs(_params: &Self::Params) -> Needs {
        Needs::Nothing
    }

    /// Reads what is there and says what would be done. Reads only. The runner takes an `Err` for want of a right as
    /// a refusal.
    fn plan(
        params: &Self::Params,
        context: &Context<'_>,
        reader: &mut <Self::System as System>::Reader,
    ) -> impl Future<Output = PlanResult<Self::Image>> + Send;

    /// Why the server would refuse the write that a step of this kind makes, whatever it is planned from: asked before the first
    /// step of a phase, not at the failing one (S25). Reads only. Errors: that is not known.
    fn preflight(
        _params: &Self::Params,
        _reader: &mut <Self::System as System>::Reader,
    ) -> impl Future<Output = Result<Option<Refusal>, TargetError>> + Send {
        async { Ok(None) }
    }

    /// What it changes on its node: of two changes of one thing the later one is put back first.
    fn touches(_image: &Self::Image) -> Vec<Touch> {
        vec![Touch::Own(String::new())]
    }

    /// What is sent to put `image` in place, as one would type it. The same value is what [`Action::apply`] sends (S9).
    fn commands(image: &Self::Image) -> Vec<String>;

    /// What would put it back, as one would type it on the day this program cannot be used; nothing where nothing can.
    fn undo_commands(_image: &Self::Image) -> Vec<String> {
        Vec::new()
    }

    /// The same from what is there now, which moves on after its plan or, with `drifted`, is not ours. Reads only.
    fn undo_commands_now(
        image: &Self::Image,
        _drifted: Option<Whose>,
        _reader: &mut <Self::System as System>::Reader,
    ) -> impl Future<Output = Vec<String>> + Send {
        async { Self::undo_commands(image) }
    }

    /// Which image the node shows now. Reads only.
    fn standing(
        node: &str,
        image: &Self::Image,
        reader: &mut <Self::System as System>::Reader,
    ) -> impl Future<Output = Result<Standing, TargetError>> + Send;

    /// Puts everything in place, asking `record` for the right to each write. An `Err` is in doubt, not "nothing
    /// happened": the runner reads the world before it says anything.
    fn apply(on: Apply<'_, '_, Self>) -> impl Future<Output = Result<Applied, TargetError>> + Send;

    /// Proves that it works, beyond reading it back. An `Err` puts it back at once.
    fn prove(
        _images: &[(String, Self::Image)],
        _reader: &mut <Self::System as System>::Reader,
    ) -> impl Future<Output = Result<Vec<String>, TargetError>> + Send {
        async { Ok(Vec::new()) }
    }

    /// What an undo of these images will not reach, and what to type for it (S13). Reads only.
    fn beyond_undo(
        _images: &[(String, Self::Image)],
        _reader: &mut <Self::System as System>::Reader,
    ) -> impl Future<Output = Vec<Beyond>> + Send {
        async { Vec::new() }
    }

    /// Where the changed thing is, beside what its target's name says.
    fn place(_image: &Self::Image) -> Option<Place> {
        None
    }

    /// Makes void what was sent for `image` and may still arrive, where ending our connections ([`System`]) does not. Errors: it may.
    fn fence(
        _image: &Self::Image,
        _writer: &mut <Self::System as System>::Writer<'_>,
        _permit: &Permit<'_>,
    ) -> impl Future<Output = Result<(), TargetError>> + Send {
        async { Ok(()) }
    }

    /// Tells those who look at the changed thing who did what, and why, where its target has a place for that. Errors: it may not be
    /// told there.
    fn announce(
        _image: &Self::Image,
        _news: &News,
        _writer: &mut <Self::System as System>::Writer<'_>,
        _permit: &Permit<'_>,
    ) -> impl Future<Output = Result<(), TargetError>> + Send {
        async { Ok(()) }
    }

    /// What is said where `now` is there in place of ours, behind the rule: what it was, what is ours, what it is.
    fn drifted(_node: &str, _image: &Self::Image, now: &Found) -> String {
        format!("{now}: not ours any more")
    }

    /// Puts `image` back on one node. That its value is still ours, or is the one that an operator agreed to write over, was
    /// looked at right before (S27); what the server can compare in the write itself is compared there. What cannot be undone
    /// has nothing to put back.
    fn undo(_: Undo<'_, '_, Self>) -> impl Future<Output = Result<Reverted, TargetError>> + Send {
        let why = Self::IRREVERSIBLE.map(|why| format!("nothing to put back: {why}"));
        async { Ok(Reverted::whole(Vec::from_iter(why))) }
    }
}

/// What is told of a change to those who look at the changed thing.
#[derive(Clone, Debug)]
pub struct News {
    /// Whether it was put back.
    pub undone: bool,
    /// Who: `alice@web1`.
    pub by: String,
    /// What was done, by whom and why, in one line.
    pub words: String,
}

/// What [`Action::apply`] works with.
pub struct Apply<'a, 'w, A: Action> {
    /// What it was given.
    pub params: &'a A::Params,
    /// What is known of the incident.
    pub context: &'a Context<'a>,
    /// Each node with its image, in the order of the plan.
    pub images: &'a [(String, A::Image)],
    /// What it writes with.
    pub writer: &'a mut <A::System as System>::Writer<'w>,
    /// Who gives the right to each write.
    pub record: &'a dyn Recorder,
}

/// What [`Action::undo`] works with.
pub struct Undo<'a, 'w, A: Action> {
    /// The node of the part.
    pub node: &'a str,
    /// Its image.
    pub image: &'a A::Image,
    /// What it may go past.
    pub force: Force,
    /// What it writes with.
    pub writer: &'a mut <A::System as System>::Writer<'w>,
    /// The right to write this part.
    pub permit: &'a Permit<'a>,
}
