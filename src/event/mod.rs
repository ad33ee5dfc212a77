//! What happens in an incident: one vocabulary that the journal stores, the terminal renders and `-o json` prints.

mod damage;
mod incident;
mod state;

pub use damage::{Damage, Flaw, Hides, Sort, Torn, Trace};
pub use incident::{Incident, Step};
pub use state::{Illegal, StepState};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::approval::Consent;
use crate::change::{Change, Found, Left, Part, Standing, Subject};
use crate::diagnosis::checklist::Check;
use crate::proof::Seat;
use crate::text::named;

/// The format of the journal. Older ones are read; of newer ones what is understood is shown, and nothing is written.
pub const FORMAT: u32 = 2;

/// An event with its place in the incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Record {
    /// Counts from 1 without a gap; 0 for what is shown and not kept.
    pub seq: u64,
    /// When, UTC.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

impl Record {
    /// Reads a line of a journal: as `serde_json` would with the flattened event, in half the time. Errors: it is no
    /// record.
    pub fn from_line(line: &[u8]) -> serde_json::Result<Self> {
        #[derive(Deserialize)]
        struct Place {
            seq: u64,
            at: Timestamp,
        }
        let Place { seq, at } = serde_json::from_slice(line)?;
        Ok(Self { seq, at, event: serde_json::from_slice(line)? })
    }
}

/// Who holds the journal: a process of an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Holder {
    /// The operator.
    pub user: String,
    /// Their host.
    pub host: String,
    /// The process.
    pub pid: u32,
}

impl Holder {
    /// `alice@web1`
    pub fn at(&self) -> String {
        format!("{}@{}", self.user, self.host)
    }

    /// What their connections are called at the servers (S28): `stampede:INCIDENT:alice@web1`.
    pub fn client(&self, incident: &str) -> String {
        format!("stampede:{incident}:{}", self.at())
    }
}

/// What a step shows beside what the journal says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The step.
    pub step: String,
    /// In words.
    pub words: String,
    /// Whether it is as the journal says; none when that is not known.
    pub agrees: Option<bool>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first line of a journal.
    Opened {
        /// The format of the journal.
        format: u32,
        /// The incident's name.
        incident: String,
        /// Version of this program.
        tool: String,
    },
    /// A process took hold of the journal. It lets go with `left`, or by dying.
    Joined {
        /// Who.
        holder: Holder,
        /// What was typed, secrets redacted.
        argv: Vec<String>,
        /// Whom it was taken over from, when somebody held it.
        from: Option<Holder>,
    },
    /// The process let go of the journal.
    Left,
    /// What the targets proved to be.
    Targets {
        /// Each of them.
        targets: Vec<Subject>,
    },
    /// A playbook is being followed.
    Playbook {
        /// Its name.
        name: String,
        /// SHA-256 of its text.
        hash: String,
    },
    /// A phase began.
    Phase {
        /// `break`, `protect`, `recover`.
        phase: String,
        /// Seconds it should take.
        budget: Option<u64>,
        /// The measurement it starts from, in one line.
        verdict: Option<String>,
        /// What older journals say here in place of `detected`, `passed_over`, `would_do` and `checklist`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        found: Vec<String>,
    },
    /// The detect phase of a run: what was measured.
    Detected {
        /// Seconds it should take.
        budget: u64,
        /// What it means, in one line.
        verdict: String,
        /// The pattern that was named, as in the output of `detect`; journals of earlier versions have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
        /// Target by target, and what the playbook's own signals say.
        found: Vec<String>,
    },
    /// A phase was not begun, or went no further.
    Refused {
        /// As in `phase`.
        phase: String,
        /// The safety rule that forbids it (`S7`), when one does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
        /// Why, in words.
        why: String,
        /// What would change that.
        unblock: Option<String>,
    },
    /// A phase of a run, or a stage of it, that has nothing to do.
    PassedOver {
        /// As in `phase`.
        phase: String,
        /// Why.
        why: String,
    },
    /// What a stage without steps of its own would do: of a dry run.
    WouldDo {
        /// As in `phase`.
        phase: String,
        /// In words.
        what: String,
    },
    /// The last checklist was gone through.
    Checklist {
        /// Windows in a row that each box had to hold.
        windows: u32,
        /// Seconds of each.
        window: f64,
        /// Whether all of them held; none when nothing speaks against it, and not everything is known.
        holds: Option<bool>,
        /// Box by box.
        checks: Vec<Check>,
    },
    /// The operator answered a question about the application.
    Fact {
        /// `lock_dialect`
        name: String,
        /// The answer.
        value: String,
    },
    /// Why it is all done, for colleagues: asked once an incident.
    Reason {
        /// As it was given; empty when it was not.
        why: String,
    },
    /// What a change will destroy was saved (S4).
    Evidence {
        /// Where, relative to the state folder.
        files: Vec<String>,
        /// What could not be saved, and why.
        missing: Vec<String>,
    },
    /// A step is ready to be shown. Never kept: what is kept is the intent.
    Planned {
        /// The step.
        step: String,
        /// What it would do.
        change: Box<Change>,
    },
    /// A step was not done.
    Skipped {
        /// The step.
        step: String,
        /// Its action.
        action: String,
        /// Its target, when it has one.
        target: Option<String>,
        /// Which way it was not done.
        outcome: Skip,
        /// The safety rule that forbids it (`S12`), when one does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
        /// Why, in words.
        why: String,
        /// What would change that.
        unblock: Option<String>,
    },
    /// A change was approved and is about to be made.
    Intent {
        /// The step: unique in the incident.
        step: String,
        /// What is done: as it was shown.
        change: Box<Change>,
        /// What the action was given.
        with: serde_json::Value,
        /// How it was approved.
        consent: Consent,
        /// The digest of what was shown.
        digest: String,
        /// The connections that it is sent over, where a server does not show their names.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seats: Vec<Seat>,
    },
    /// One more batch of a bulk change is about to be written.
    Batch {
        /// The step.
        step: String,
        /// Its before-image.
        part: Part,
    },
    /// What came of a change.
    Outcome {
        /// The step.
        step: String,
        /// Whether it was done.
        outcome: Done,
        /// Whether something of it is still in place.
        in_effect: bool,
        /// What an operator should hear.
        notes: Vec<String>,
        /// What was left in place where it failed and was put back, by which rule; the notes say it too.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<Left>,
        /// What was there right after the write, neither as before nor as it was to be.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        instead: Vec<Found>,
        /// Why it failed or is in doubt.
        error: Option<String>,
        /// Milliseconds from intent to outcome.
        took_ms: u64,
        /// Times the journal was forced to disk for it, and the milliseconds that took.
        fsyncs: u64,
        /// See `fsyncs`.
        fsync_ms: f64,
    },
    /// What the guard metric did after a change.
    Watched {
        /// The step.
        step: String,
        /// The metric.
        metric: String,
        /// Whether it became worse than the trend before; none when it cannot be told.
        worse: Option<bool>,
        /// In words, with numbers.
        words: String,
    },
    /// A change is about to be put back.
    Undoing {
        /// The step.
        step: String,
        /// How that was approved.
        consent: Consent,
        /// Whether values that are not ours any more are put back too.
        anyway: bool,
        /// As with the intent.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seats: Vec<Seat>,
    },
    /// What came of putting it back.
    Undone {
        /// The step.
        step: String,
        /// Whether nothing of ours is left.
        complete: bool,
        /// What an operator should hear.
        notes: Vec<String>,
        /// What was left as it is, by which rule; the notes say it too.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<Left>,
        /// Why it is not complete.
        error: Option<String>,
    },
    /// A step without an outcome was found, and the world was read to see what became of it (S26).
    Reconciled {
        /// The step.
        step: String,
        /// What each part shows, in its order; `null` where its target could not be asked.
        standings: Vec<Option<Standing>>,
        /// What that means.
        state: StepState,
    },
    /// Everything is put back or accounted for, and the incident is over.
    Closed {
        /// Steps that were still in effect and were left so, by the operator's word.
        left: Vec<String>,
    },
}

named! {
    /// The ways in which a step is not done.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum Skip {
        /// It was so already.
        AlreadySo => "nothing to do",
        /// Nothing was to be changed: `why` holds what was asked for.
        Answered => "answer",
        /// It has no meaning here.
        NotApplicable => "not applicable",
        /// A rule, a missing right or an unknown fact forbids it.
        Blocked => "blocked",
        /// The operator said no.
        Declined => "declined",
        /// It needs an answer and nobody could be asked.
        Unanswered => "needs an answer",
        /// Its target could not be asked.
        Unreachable => "failed",
        /// `--dry-run`: it could have been done.
        DryRun => "dry run",
        /// The phase's budget was over, unattended.
        OutOfTime => "out of time",
    }
    /// As it is said.
    fn words
}

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// Done and proven.
    Done,
    /// Stopped before its end, by the operator or when its time was over: what was done until then is done and proven.
    Stopped,
    /// Not done; what was begun is put back.
    Failed,
    /// Nobody knows: the target could not be asked.
    Unknown,
}

impl Event {
    /// The step that it is about.
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::Planned { step, .. }
            | Self::Skipped { step, .. }
            | Self::Intent { step, .. }
            | Self::Batch { step, .. }
            | Self::Outcome { step, .. }
            | Self::Watched { step, .. }
            | Self::Undoing { step, .. }
            | Self::Undone { step, .. }
            | Self::Reconciled { step, .. } => Some(step),
            _ => None,
        }
    }
}

/// Whoever hears of events as they happen: a terminal, or a program that reads JSON.
pub trait Listener: Send + Sync {
    /// An event: of the journal, or (number 0) one that is only shown.
    fn hear(&self, record: &Record);
    /// How far a bulk change is.
    fn progress(&self, words: &str);
    /// Something an operator should know, beside the events.
    fn note(&self, words: &str);
}
