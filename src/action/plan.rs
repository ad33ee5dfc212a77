//! What planning gives, and what applying and undoing tell.

use std::fmt::Display;

use futures_util::future::BoxFuture;

use crate::approval::Permit;
use crate::change::{Change, Found, Left, Level, Now, Part};
use crate::error::TargetError;

/// What came of planning, in the action's own terms.
pub enum Plan<I> {
    /// It is as wanted already: nothing to do and nothing to undo. Holds the words: `maxclients is 10000`.
    AlreadySo(String),
    /// It has no meaning here.
    NotApplicable(String),
    /// A safety rule or a missing right forbids it.
    Blocked(Refusal),
    /// A fact about the application must be known first, and an operator may know it.
    Ask(Asking),
    /// Nothing was to be changed: what was asked for, a line each.
    Answer(Vec<String>),
    /// It can be done.
    Change(Draft<I>),
    /// It can be done, and would help little: why, in words. A playbook does not offer it; whoever asks for it by name gets it.
    Unadvised(Draft<I>, String),
    /// It can be done by a rule: the parts hold that, and what matches it is found when it is done.
    ByRule(Draft<I>, Now),
}

/// What an action's planning gives.
pub type PlanResult<I> = Result<Plan<I>, Unplanned>;

/// Why there is no plan for a change.
pub enum Unplanned {
    /// This is to be said in its place.
    Instead(Planned),
    /// The target could not be asked.
    Failed(TargetError),
}

impl From<TargetError> for Unplanned {
    fn from(error: TargetError) -> Self {
        Self::Failed(error)
    }
}

impl From<Refusal> for Unplanned {
    fn from(refusal: Refusal) -> Self {
        Self::Instead(Planned::Blocked(refusal))
    }
}

/// A fact that is asked for, once an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// Its name: `lock_dialect`.
    pub fact: &'static str,
    /// The question.
    pub question: String,
    /// What stands when nobody answers.
    pub otherwise: Refusal,
}

/// A change in the making.
pub struct Draft<I> {
    /// One line: `raise maxclients from 50 to 5000`.
    pub summary: String,
    /// The node (`host:port`), its proof of identity, and the image, for each write that is known already.
    pub parts: Vec<(String, String, I)>,
    /// What is sent, when the parts do not say it all (bulk work).
    pub commands: Vec<String>,
    /// What it is expected to do, and on what basis (S5).
    pub forecast: Vec<String>,
    /// What can go wrong.
    pub risk: Vec<String>,
    /// Undo, in words.
    pub back: String,
    /// How much must be typed.
    pub level: Level,
}

/// The same for the runner.
pub enum Planned {
    /// As wanted already.
    AlreadySo(String),
    /// No meaning here.
    NotApplicable(String),
    /// Forbidden.
    Blocked(Refusal),
    /// A fact must be known first.
    Ask(Asking),
    /// Nothing to change: what was asked for.
    Answer(Vec<String>),
    /// Ready to be shown.
    Change(Box<Change>),
    /// The same, and not recommended: why.
    Unadvised(Box<Change>, String),
}

/// Why a step is not offered, and what would change that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule: `S12`; none for a missing right or fact.
    pub rule: Option<&'static str>,
    /// Why, a lowercase fragment.
    pub why: String,
    /// What to do about it.
    pub unblock: String,
}

impl Refusal {
    /// A refusal by a safety rule.
    pub fn by(rule: &'static str, why: impl Into<String>, unblock: impl Into<String>) -> Self {
        Self { rule: Some(rule), why: why.into(), unblock: unblock.into() }
    }

    /// A refusal for want of a right or a fact.
    pub fn for_want(why: impl Into<String>, unblock: impl Into<String>) -> Self {
        Self { rule: None, why: why.into(), unblock: unblock.into() }
    }

    /// As it is said: `refused: S12 a timeout below 30 s …`.
    pub fn words(&self) -> String {
        match self.rule {
            Some(rule) => format!("refused: {rule} {}", self.why),
            None => self.why.clone(),
        }
    }
}

/// Ends a plan where something stands in its way.
pub fn unless(refusal: Option<Refusal>) -> Result<(), Refusal> {
    refusal.map_or(Ok(()), Err)
}

impl From<TargetError> for Refusal {
    /// What a target would refuse, and what to ask for.
    fn from(error: TargetError) -> Self {
        Self::for_want(error.message, error.hint.unwrap_or_default())
    }
}

/// What an apply leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// Whether something is still in place, and must be put back one day. A lock that was taken and released, or flags
    /// that were switched on for a moment, leave nothing.
    pub in_effect: bool,
    /// What an operator should hear: `1 of 200 keys had expired`.
    pub notes: Vec<String>,
    /// Whether it was stopped before its end: what was done until then is done, and the rest is not.
    pub stopped: bool,
    /// Keys that it has heard to be asked for and missing, the most missed first, each with its share of the misses (0-1): what
    /// comes later in the incident needs them.
    pub missed: Vec<(Vec<u8>, f64)>,
}

impl Applied {
    /// It is in place, and must be put back one day.
    pub fn in_effect(notes: Vec<String>) -> Self {
        Self::left(true, notes)
    }

    /// Nothing of it stays.
    pub fn over(notes: Vec<String>) -> Self {
        Self::left(false, notes)
    }

    /// The one or the other.
    pub fn left(in_effect: bool, notes: Vec<String>) -> Self {
        Self { in_effect, notes, stopped: false, missed: Vec::new() }
    }

    /// The same, when `stopped` before its end.
    pub fn cut_short(self, stopped: bool) -> Self {
        Self { stopped, ..self }
    }

    /// The same, with the keys that it has heard to be missing.
    pub fn having_heard(self, missed: Vec<(Vec<u8>, f64)>) -> Self {
        Self { missed, ..self }
    }
}

/// What an undo of one part came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reverted {
    /// Whether nothing of ours is left there.
    pub complete: bool,
    /// What an operator should hear.
    pub notes: Vec<String>,
    /// What is left there, and why.
    pub left: Vec<Left>,
}

impl Reverted {
    /// Nothing of ours is left there.
    pub fn whole(notes: impl IntoIterator<Item = String>) -> Self {
        Self { complete: true, notes: notes.into_iter().collect(), left: Vec::new() }
    }

    /// Ours is left there; says why.
    pub fn left(left: Left) -> Self {
        Self { complete: false, notes: Vec::new(), left: vec![left] }
    }

    /// All that an operator should hear of it.
    pub fn words(&self) -> impl Iterator<Item = String> {
        self.notes.iter().cloned().chain(self.left.iter().map(Left::to_string))
    }
}

/// What an undo does not reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// Something of ours stands where the step's own parts do not look (S13).
    Elsewhere(String),
    /// What will come of the undo.
    Consequence(String),
}

impl Beyond {
    /// What of ours it leaves.
    pub fn left(&self) -> Option<Left> {
        match self {
            Self::Elsewhere(what) => Some(Left::by("S13", what)),
            Self::Consequence(_) => None,
        }
    }

    /// As it is said.
    pub fn words(&self) -> String {
        match self {
            Self::Elsewhere(_) => self.left().map(|left| left.to_string()).unwrap_or_default(),
            Self::Consequence(what) => what.clone(),
        }
    }
}

/// Whose a value is that is neither what was there before nor what was to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Somebody else's.
    Theirs,
    /// Nobody knows: it was there right after the write, as where a webhook turns a value into another one.
    Unknown,
}

/// What an operator has said that an undo may go past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Force {
    /// What is there in place of ours: it was shown, and the target's name typed (S27).
    pub drift: Option<Whose>,
    /// A safety rule that would rather leave ours in place (`--anyway`).
    pub rules: bool,
}

/// What an operator has said of one part that is put back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Despite<'a> {
    /// What was shown in place of ours, whose it is, and that it may be written over.
    pub seen: Option<(&'a Found, Whose)>,
    /// As in [`Force`].
    pub rules: bool,
}

/// What came of bulk work, for an operator: `first`, then each count that is not nothing with its words.
pub fn tally<N: Display + Default + PartialEq>(first: String, counts: &[(N, &str)]) -> Vec<String> {
    let some = counts.iter().filter(|(count, _)| *count != N::default());
    std::iter::once(first).chain(some.map(|(count, words)| format!("{count} {words}"))).collect()
}

/// Gives out the right to write, after the record of that write is on disk (S26). Errors: the record could not be
/// written, so nothing may be.
pub trait Recorder: Send + Sync {
    /// For the part of the change with this index, whose image is in the intent already.
    fn planned(&self, index: usize) -> Result<Permit<'_>, TargetError>;
    /// For one more batch, whose before-image is recorded now (≤ 10,000 keys, one fsync).
    fn batch(&self, part: Part) -> BoxFuture<'_, Result<Permit<'_>, TargetError>>;
    /// Says how far it is, and how much there is when that is known.
    fn progress(&self, done: u64, of: Option<u64>);
    /// Says how it goes, in words of its own.
    fn say(&self, words: &str);
    /// Asks the operator for a yes to something that only a person can do; none: nobody is there to be asked.
    fn ask<'a>(&'a self, question: &'a str) -> BoxFuture<'a, Option<bool>>;
    /// Whether the operator has asked to stop: bulk work ends after the batch in hand.
    fn stopping(&self) -> bool;
}
