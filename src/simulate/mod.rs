//! What protections would do at a rate that no lab reaches: a look-aside cache in front of a database, simulated.
//!
//! Pure: the same model with the same seed gives the same outcome. What is an event and what is counted by its rate stands in
//! `docs/simulate.md`. Times are seconds, rates are per second.

mod chance;
mod database;
mod expiry;
mod flight;
mod grace;
mod keys;
mod limit;
mod model;
mod outcome;
mod popularity;
mod quantile;
mod requests;
mod slab;
mod tally;
mod timers;
mod trigger;
mod weights;
mod world;

pub use limit::{Limit, TOLERANCE, limit};
pub use model::{Fault, Model, Protection, Trigger};
pub use outcome::{Outcome, Peaks, Recovery, Row};
pub use tally::{Counts, Step};
pub use world::run;
