//! What is given to all that moves expiries: which keys, and how fast.

use crate::action::field::{Field, FieldError, Given, Type};
use crate::action::redis::expiry::RATE;

/// Which keys.
pub const PATTERN: Field =
    Field::new(Given::Flag("pattern"), Type::Text, "the keys, as SCAN matches them: user:*");
/// How fast.
pub const PER_SECOND: Field = Field::new(
    Given::Flag("rate"),
    Type::Whole(100, 50_000),
    "keys a second, less when the server is slow [default: 5000]",
);
/// The same without a bound.
pub const UNTHROTTLED: Field =
    Field::new(Given::Flag("no-throttle"), Type::Switch, "as fast as the server can");

/// Keys a second; none is as fast as it goes.
pub fn rate(rate: Option<u64>, no_throttle: bool) -> Option<f64> {
    (!no_throttle).then(|| rate.map_or(RATE, |rate| rate as f64))
}

/// A rule between the fields: a pace, or none.
pub fn one_rate(rate: Option<u64>, no_throttle: bool) -> Result<(), FieldError> {
    match rate.is_some() && no_throttle {
        true => Err(FieldError::new("rate", "with no_throttle there is no rate")),
        false => Ok(()),
    }
}
