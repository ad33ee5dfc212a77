//! Recorded series read as observations and classified, minute by minute and as a whole.

mod build;
mod cell;
mod column;
mod error;
mod incident;
mod json;
mod quiet;
mod read;
mod seasonality;
mod series;
mod time;
mod typical;

use crate::diagnosis::Verdict;

pub use error::ReadError;
pub use incident::classify;
pub use read::read;
pub use series::{Row, Series};

/// One row of a recording and what it says.
#[derive(Clone, Debug)]
pub struct Minute {
    /// The time as it is written in the recording.
    pub time: String,
    /// The verdict for that row.
    pub verdict: Verdict,
}

/// A classified recording.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Row by row.
    pub minutes: Vec<Minute>,
    /// The verdict for the whole: the worst incident, or none.
    pub overall: Verdict,
    /// The time label of the first sample of the incident; none when there is none.
    pub onset: Option<String>,
}
