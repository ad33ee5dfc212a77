//! The rate at which it tips over.

use serde::Serialize;

use crate::simulate::model::{Fault, Model};
use crate::simulate::outcome::{Outcome, Recovery, Row};
use crate::simulate::world::run;

/// The bounds that are found differ by no more than this share.
pub const TOLERANCE: f64 = 0.02;
/// Times the given rate, and its inverse: beyond that nothing is looked for.
const FARTHEST: f64 = 1_024.0;
/// A share of errors that nobody takes for health, before anything happens.
const FAILING: f64 = 0.01;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// The highest rate that it has borne, requests per second; none: it bears none that was looked at.
    pub bears: Option<f64>,
    /// The lowest rate at which it tips over; none: at none that was looked at.
    pub tips: Option<f64>,
    /// Runs that it took.
    pub runs: u32,
}

/// Looks for the rate at which the model does not recover from its trigger until the end of the run, or fails before it: doubles or
/// halves the given rate until it lies between two, and halves their distance. Errors: a value that cannot be simulated.
pub fn limit(model: &Model, mut said: impl FnMut(f64, bool)) -> Result<Limit, Fault> {
    let mut runs = 0;
    let mut bears = |rate: f64| {
        runs += 1;
        let outcome = run(&Model { rate, ..model.clone() })?;
        let bears = !tips(&outcome);
        said(rate, bears);
        Ok::<bool, Fault>(bears)
    };
    let first = model.rate;
    let (mut low, mut high) = (None, None);
    let mut rate = first;
    while low.is_none() || high.is_none() {
        let farthest = rate > first * FARTHEST || rate < first / FARTHEST;
        if farthest || (Model { rate, ..model.clone() }).check().is_err() {
            return Ok(Limit { bears: low, tips: high, runs });
        }
        if bears(rate)? {
            low = Some(rate);
            rate *= 2.0;
        } else {
            high = Some(rate);
            rate /= 2.0;
        }
    }
    while let (Some(least), Some(most)) = (low, high)
        && most > least * (1.0 + TOLERANCE)
    {
        let rate = (least * most).sqrt();
        if bears(rate)? { low = Some(rate) } else { high = Some(rate) }
    }
    Ok(Limit { bears: low, tips: high, runs })
}

/// Whether a run has shown that the database does not bear it.
fn tips(outcome: &Outcome) -> bool {
    let fails = |row: &Row| row.error_share().is_some_and(|share| share > FAILING);
    match outcome.recovery {
        Recovery::Never => true,
        Recovery::Unknown => fails(&outcome.after),
        Recovery::Untouched | Recovery::After(_) => fails(outcome.before.as_ref().unwrap_or(&outcome.after)),
    }
}
