//! What is given to all that moves expiries: which keys, and how fast.

use crate::action::field::{Field, FieldError, Given, Type, With};
use crate::action::redis::expiry::RATE;

/// Which keys.
pub const PATTERN: Field = Field {
    name: "pattern",
    given: Given::Flag("pattern"),
    ty: Type::Text,
    required: true,
    help: "the keys, as SCAN matches them: user:*",
};
/// How fast.
pub const PER_SECOND: Field = Field {
    name: "rate",
    given: Given::Flag("rate"),
    ty: Type::Whole(100, 50_000),
    required: false,
    help: "keys a second, less when the server is slow [default: 5000]",
};
/// The same without a bound.
pub const UNTHROTTLED: Field = Field {
    name: "no_throttle",
    given: Given::Flag("no-throttle"),
    ty: Type::Switch,
    required: false,
    help: "as fast as the server can",
};

/// Keys a second; none is as fast as it goes.
pub fn rate(with: &With) -> Option<f64> {
    let rate = with.whole("rate").map_or(RATE, |rate| rate as f64);
    (!with.on("no_throttle")).then_some(rate)
}

/// A rule between the fields: a pace, or none.
pub fn one_pace(with: &With) -> Result<(), FieldError> {
    match with.has("rate") && with.on("no_throttle") {
        true => Err(FieldError::new("rate", "with no_throttle there is no rate")),
        false => Ok(()),
    }
}
