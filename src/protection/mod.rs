//! What an application makes of a key that everybody asks for at once: from answers and counters to a verdict. Pure.

mod answers;

use std::time::Duration;

use crate::system::burst::Ended;
use crate::text::{self, named};

pub use answers::{Answers, Times, times};

named! {
    /// What is done to the key before everybody asks for it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
    pub enum Case {
        /// Nothing: it is in the cache.
        Present => "present",
        /// It is gone, as after its expiry.
        Expired => "expired",
        /// It is gone, and its rebuild takes long.
        Slow => "slow",
        /// It is gone, and its rebuild fails.
        Failing => "failing",
        /// It is gone, and whoever holds its lock has died.
        Dies => "dies",
        /// The cache cannot be reached.
        Uncached => "uncached",
        /// There is no such thing, and never was.
        Absent => "absent",
    }
    /// The name on the command line and in output.
    fn name
}

impl Case {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Present => "the key is there",
            Self::Expired => "the key has expired",
            Self::Slow => "expired, and the rebuild is slow",
            Self::Failing => "expired, and the rebuild fails",
            Self::Dies => "expired, and the lock's holder has died",
            Self::Uncached => "the cache cannot be reached",
            Self::Absent => "a key that does not exist",
        }
    }

    /// Whether the requests of the case must have brought the key back.
    fn refills(self) -> bool {
        matches!(self, Self::Expired | Self::Dies)
    }
}

/// What the answers are held against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reference {
    /// The digest of the page while the key is there.
    pub body: String,
    /// The status of that page.
    pub status: u16,
    /// What the slowest 1 % of the answers take while the key is there and everybody asks.
    pub hit: Duration,
    /// What one request takes that rebuilds the key alone.
    pub rebuild: Duration,
    /// The statements of that. Errors: why they are not known.
    pub statements: Option<Result<f64, String>>,
    /// Statements per second that others send meanwhile.
    pub noise: f64,
}

impl Reference {
    /// From which time on an answer has waited for a rebuild; none: a rebuild is as fast as a hit.
    fn edge(&self) -> Option<Duration> {
        (self.rebuild >= self.hit.mul_f64(1.5)).then(|| (self.hit + self.rebuild) / 2)
    }
}

/// What was seen in one case.
#[derive(Clone, Debug)]
pub struct Seen {
    /// How each request ended.
    pub ended: Vec<Ended>,
    /// Statements that reached the databases. Errors: why that is not known.
    pub statements: Result<f64, String>,
    /// Between the two looks at the counters.
    pub window: Duration,
    /// Whether the key was there afterwards.
    pub refilled: bool,
    /// The digest of the page afterwards.
    pub after: Option<String>,
}

/// What that means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No more rebuilds than may be.
    Protected,
    /// More than may be.
    Unprotected,
    /// It was tried, and cannot be told: why.
    Unknown(String),
    /// It was not tried: why, and what would change that.
    Unchecked(String),
}

/// One case, judged.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was tried.
    pub case: Case,
    /// The verdict.
    pub verdict: Verdict,
    /// Rebuilds that reached the databases; none: not known.
    pub rebuilds: Option<u64>,
    /// Statements that they took; none: not known.
    pub statements: Option<f64>,
    /// What users got; none: it was not tried.
    pub answers: Option<Answers>,
    /// What else an operator should hear.
    pub notes: Vec<String>,
}

impl Outcome {
    /// One that was not tried.
    pub fn unchecked(case: Case, why: impl Into<String>) -> Self {
        let verdict = Verdict::Unchecked(why.into());
        Self { case, verdict, rebuilds: None, statements: None, answers: None, notes: Vec::new() }
    }

    /// The verdict in the protocol's terms.
    pub fn words(&self) -> String {
        let requests = self.answers.as_ref().map_or(0, |answers| answers.requests());
        let rebuilds = self.rebuilds.unwrap_or_default();
        let plural = if rebuilds == 1 { "" } else { "s" };
        let what = format!("{rebuilds} rebuild{plural} for {requests} requests");
        match &self.verdict {
            Verdict::Protected => format!("protected: {what}"),
            Verdict::Unprotected => format!("not protected: {what}"),
            Verdict::Unknown(why) => format!("unknown: {why}"),
            Verdict::Unchecked(why) => format!("not checked: {why}"),
        }
    }
}

/// Judges one case: protected is whoever rebuilds at most `most` times.
pub fn judge(case: Case, seen: &Seen, reference: &Reference, most: u64) -> Outcome {
    let answers = answers::told(seen, reference);
    let mut outcome = Outcome {
        case,
        verdict: Verdict::Protected,
        rebuilds: None,
        statements: seen.statements.clone().ok(),
        answers: Some(answers),
        notes: Vec::new(),
    };
    let unknown = |outcome: Outcome, why: String| Outcome { verdict: Verdict::Unknown(why), ..outcome };
    let statements = match &seen.statements {
        Ok(statements) => *statements,
        Err(why) => return unknown(outcome, format!("statements are not counted: {why}")),
    };
    let each = match &reference.statements {
        Some(Ok(each)) if *each >= 1.0 => *each,
        Some(Ok(_)) => {
            let why =
                "one rebuild reached none of the configured databases: is that of this page among them?";
            return unknown(outcome, why.into());
        }
        Some(Err(why)) => return unknown(outcome, format!("statements are not counted: {why}")),
        // Nothing is no rebuild, whatever one costs.
        None if statements < 0.5 => 1.0,
        None => return unknown(outcome, "what one rebuild costs was not measured".into()),
    };
    let noise = reference.noise * seen.window.as_secs_f64();
    let rebuilds = |statements: f64| (statements.max(0.0) / each).round();
    let (likely, fewest, most_likely) =
        (rebuilds(statements - noise), rebuilds(statements - 2.0 * noise), rebuilds(statements));
    let within = |rebuilds: f64| rebuilds <= most as f64;
    if within(fewest) != within(most_likely) {
        let others = text::count(reference.noise);
        return unknown(outcome, format!("others send {others} statements/s: try it where it is quiet"));
    }
    outcome.rebuilds = Some(likely as u64);
    if noise >= 1.0 {
        outcome.notes.push(format!("{} statements of others are left out", text::count(noise)));
    }
    match (within(likely), seen.refilled || !case.refills()) {
        (true, true) => outcome,
        (true, false) => {
            let why = "no request has brought the key back: does this URL fill it, or another name?";
            unknown(outcome, why.into())
        }
        (false, refilled) => {
            if !refilled {
                outcome.notes.push("and no request has brought the key back".into());
            }
            Outcome { verdict: Verdict::Unprotected, ..outcome }
        }
    }
}

#[cfg(test)]
mod tests;
