//! From observations to a verdict: pure functions, no clock, no target.

mod verdict;

pub use verdict::{Confidence, Level, Next, Pattern, Signal, Verdict};
