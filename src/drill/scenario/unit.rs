//! Values with a unit and bounds, as a scenario's file has them: read by serde, described to editors by schemars.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::action::field::{Type, Value};
use crate::text;

/// What a time looks like: a number alone has no unit.
const TIME: &str = r"^\s*\d+.*[A-Za-z]\s*$";

/// A time with its unit, from `LEAST` to `MOST` milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time<const LEAST: u64, const MOST: u64>(pub(super) Duration);

/// A whole number from `LEAST` to `MOST`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole<const LEAST: u64, const MOST: u64>(pub(super) u32);

/// An amount of bytes from `LEAST` to `MOST`: `200`, `64kb`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size<const LEAST: u64, const MOST: u64>(pub(super) u32);

/// A number from `LEAST` to `MOST` thousandths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<const LEAST: u64, const MOST: u64>(pub(super) f64);

/// A share above 0: `0.65` or `65%`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share(pub(super) f64);

/// Events a second, up to `MOST`: `600/s`, `36k/min`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate<const MOST: u64>(pub(super) f64);

/// Reads a text with a function that says what is wrong with it.
struct Text<F>(F, &'static str);

impl<T, F: Fn(&str) -> Result<T, String>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(|why| E::custom(text::escape(&why)))
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Time<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (least, most) = (Duration::from_millis(LEAST), Duration::from_millis(MOST));
        let read = |text: &str| match Type::Duration(least, most).parse(text)? {
            Value::Duration(time) => Ok(Self(time)),
            _ => Err("expected a time".to_owned()),
        };
        deserializer.deserialize_str(Text(read, "a time with its unit: 500ms, 30s or 5m"))
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Size<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| match Type::Size(LEAST, MOST).parse(text)? {
            Value::Whole(bytes) => {
                u32::try_from(bytes).map(Self).map_err(|_| "expected fewer bytes".to_owned())
            }
            _ => Err("expected an amount of bytes".to_owned()),
        };
        deserializer.deserialize_str(Text(read, "an amount of bytes: 200, 64kb or 2mb"))
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(share, "a share: 0.65 or 65%"))
    }
}

fn share(text: &str) -> Result<Share, String> {
    const HOW: &str = "expected a share: 0.65 or 65%";
    let (number, of) = match text.trim().strip_suffix('%') {
        Some(number) => (number.trim_end(), 100.0),
        None => (text.trim(), 1.0),
    };
    let value: f64 = number.parse().map_err(|_| HOW.to_owned())?;
    match value / of {
        share if share > 0.0 && share <= 1.0 => Ok(Share(share)),
        _ if of == 1.0 && value > 1.0 && value <= 100.0 => {
            Err(format!("expected a share up to 1; did you mean {value}%?"))
        }
        _ => Err("expected a share above 0, up to 1 (100%)".into()),
    }
}

impl<'de, const MOST: u64> Deserialize<'de> for Rate<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(rate::<MOST>, "a rate with its unit: 600/s"))
    }
}

fn rate<const MOST: u64>(text: &str) -> Result<Rate<MOST>, String> {
    const HOW: &str = "write it like 600/s, 2.5k/s or 36k/min";
    let Some((number, unit)) = text.split_once('/') else {
        return match text.trim().parse::<f64>() {
            Ok(_) => Err(format!("a rate needs its unit: {}/s", text.trim())),
            Err(_) => Err(HOW.into()),
        };
    };
    let seconds = match unit.trim() {
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(HOW.into()),
    };
    let (number, times) = match number.trim().strip_suffix('k') {
        Some(number) => (number, 1e3),
        None => (number.trim(), 1.0),
    };
    let rate = number.parse::<f64>().map_err(|_| HOW.to_owned())? * times / seconds;
    match (1.0..=MOST as f64).contains(&rate) {
        true => Ok(Rate(rate)),
        false => Err(format!("expected a rate from 1/s to {MOST}/s")),
    }
}

/// Reads a number that is bounded.
struct Bounded(f64, f64, &'static str);

impl Visitor<'_> for Bounded {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a {} from {} to {}", self.2, self.0, self.1)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        match (self.0..=self.1).contains(&value) {
            true => Ok(value),
            false => Err(E::custom(format!("expected a {} from {} to {}", self.2, self.0, self.1))),
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        self.visit_f64(value as f64)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        self.visit_f64(value as f64)
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Whole<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = deserializer.deserialize_u64(Bounded(LEAST as f64, MOST as f64, "whole number"))?;
        Ok(Self(number as u32))
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Number<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (least, most) = (LEAST as f64 / 1e3, MOST as f64 / 1e3);
        deserializer.deserialize_f64(Bounded(least, most, "number")).map(Self)
    }
}

/// The schema of a type, in its place.
macro_rules! described {
    ($(($($bounds:tt)*) $name:ty => $schema:expr;)*) => {$(
        impl<$($bounds)*> JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )*};
}

described! {
    (const LEAST: u64, const MOST: u64) Time<LEAST, MOST> => json_schema!({ "type": "string", "pattern": TIME });
    (const LEAST: u64, const MOST: u64) Size<LEAST, MOST> => json_schema!({
        "type": ["integer", "string"], "minimum": LEAST, "maximum": MOST, "pattern": r"^\s*\d+\s*[A-Za-z]*\s*$",
    });
    (const LEAST: u64, const MOST: u64) Whole<LEAST, MOST> => json_schema!({
        "type": "integer", "minimum": LEAST, "maximum": MOST,
    });
    (const LEAST: u64, const MOST: u64) Number<LEAST, MOST> => json_schema!({
        "type": "number", "minimum": LEAST as f64 / 1e3, "maximum": MOST as f64 / 1e3,
    });
    () Share => json_schema!({
        "type": ["number", "string"], "exclusiveMinimum": 0, "maximum": 1, "pattern": r"^\s*[0-9.]+\s*%?\s*$",
    });
    (const MOST: u64) Rate<MOST> => json_schema!({
        "type": "string", "pattern": r"^\s*[0-9.]+k?\s*/\s*(s|min|h)\s*$",
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_part_or_a_percentage() {
        let read = |text: &str| share(text).map(|share| share.0);
        assert_eq!(read("0.65"), Ok(0.65));
        assert_eq!(read(" 65 %"), Ok(0.65));
        assert_eq!(read("1"), Ok(1.0));
        assert_eq!(read("65"), Err("expected a share up to 1; did you mean 65%?".into()));
        for bad in ["0", "0%", "101%", "-0.1", "half", "nan", "inf", ""] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rate_has_its_unit_and_a_bound() {
        let read = |text: &str| rate::<20_000>(text).map(|rate| rate.0);
        assert_eq!(read("600/s"), Ok(600.0));
        assert_eq!(read("2.5k/s"), Ok(2_500.0));
        assert_eq!(read("36k/min"), Ok(600.0));
        assert_eq!(read("600"), Err("a rate needs its unit: 600/s".into()));
        assert_eq!(read("20001/s"), Err("expected a rate from 1/s to 20000/s".into()));
        for bad in ["fast", "600/day", "-3/s", "0/s", "nan/s", "inf/s", "k/s", ""] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
