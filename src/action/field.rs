//! The fields of an action: one table that reads YAML `with:`, makes the command line's options, and prints the reference.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::config::{has_password, hide_in_url, is_hidden};
use crate::text;

/// One field of an action.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name in `with:`.
    pub name: &'static str,
    /// How the command line gives it.
    pub given: Given,
    /// What it holds.
    pub ty: Type,
    /// Whether it must be given.
    pub required: bool,
    /// One line of help; says the default where there is one.
    pub help: &'static str,
}

impl Field {
    /// A field that has no name yet, as the table of an action or several of them have it.
    pub const fn new(given: Given, ty: Type, help: &'static str) -> Self {
        Self { name: "", given, ty, required: false, help }
    }
}

/// How the command line gives a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// By its place: `break lock KEY…`
    Positional,
    /// By a flag without its dashes: `to` is `--to`.
    Flag(&'static str),
}

/// What a field holds. Bounds are included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A whole number.
    Whole(u64, u64),
    /// An amount of memory in bytes, as Redis reads it: `512mb`, `4gb`.
    Size(u64, u64),
    /// A time with its unit: `30s`, `15m`.
    Duration(Duration, Duration),
    /// Text.
    Text,
    /// A URL, which may hold a password or a token.
    Url,
    /// Texts; on the command line the option is repeated.
    List,
    /// A time with its unit, or `auto`: what is usual here says it.
    Age(Duration, Duration),
    /// On or off; on the command line a flag without a value.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A whole number.
    Whole(u64),
    /// A time.
    Duration(Duration),
    /// Text, or the chosen word.
    Text(String),
    /// A URL.
    Url(Endpoint),
    /// From which age on.
    Age(Age),
    /// Texts.
    List(Vec<String>),
    /// On or off.
    Switch(bool),
}

/// From which age on something is too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// What is usual here says it.
    Usual,
    /// From this one on.
    Than(Duration),
}

/// How it is asked for.
const AUTO: &str = "auto";

/// A URL as it was given. It is shown, and kept in a journal, without what may be secret in it (S30).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// The whole of it, for a client and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Endpoint {
    /// Whether it is shown as it is, so that what is shown can be typed.
    fn is_shown_whole(&self) -> bool {
        let shown = self.to_string();
        shown == self.0 && !is_hidden(&shown)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::escape(&hide_in_url(&self.0)))
    }
}

/// What an action was given: field name and value, checked against its table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Arguments(BTreeMap<&'static str, Value>);

/// A value that an action cannot use: the field it is about, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct FieldError {
    /// The field's name in `with:`.
    pub field: &'static str,
    /// A lowercase fragment.
    pub why: String,
}

impl FieldError {
    /// An error about `field`.
    pub fn new(field: &'static str, why: impl Into<String>) -> Self {
        Self { field, why: why.into() }
    }
}

impl Type {
    /// Reads one value from its text, as YAML scalars and command line arguments have it. Errors: a lowercase fragment
    /// that says what was expected.
    pub fn parse(self, given: &str) -> Result<Value, String> {
        match self {
            Self::Whole(least, most) => {
                let number: u64 =
                    given.trim().parse().map_err(|_| "expected a whole number, 0 or more".to_owned())?;
                if !(least..=most).contains(&number) {
                    return Err(format!("expected a number from {least} to {most}"));
                }
                Ok(Value::Whole(number))
            }
            Self::Size(least, most) => {
                let bytes = text::parse_size(given)?;
                if !(least..=most).contains(&bytes) {
                    let (least, most) = (text::bytes(least as f64), text::bytes(most as f64));
                    return Err(format!("expected a size from {least} to {most}"));
                }
                Ok(Value::Whole(bytes))
            }
            Self::Duration(least, most) => {
                if given.trim().parse::<f64>().is_ok() {
                    return Err(format!("a time needs its unit: {}s or {}m", given.trim(), given.trim()));
                }
                let value = text::parse_duration(given)?;
                if !(least..=most).contains(&value) {
                    let (least, most) = (text::duration(least), text::duration(most));
                    return Err(format!("expected a time from {least} to {most}"));
                }
                Ok(Value::Duration(value))
            }
            Self::Text | Self::Url if given.is_empty() => Err("expected a text that is not empty".into()),
            Self::Text => Ok(Value::Text(given.to_owned())),
            Self::Age(..) if given.trim() == AUTO => Ok(Value::Age(Age::Usual)),
            Self::Age(least, most) => match Self::Duration(least, most).parse(given) {
                Ok(Value::Duration(time)) => Ok(Value::Age(Age::Than(time))),
                Ok(other) => Ok(other),
                Err(why) => Err(format!("{why}; or {AUTO}")),
            },
            Self::Url => Ok(Value::Url(Endpoint(given.to_owned()))),
            Self::List => Ok(Value::List(vec![given.to_owned()])),
            Self::Switch => match given {
                "true" => Ok(Value::Switch(true)),
                "false" => Ok(Value::Switch(false)),
                _ => Err("expected true or false".into()),
            },
            Self::Choice(words) if words.contains(&given) => Ok(Value::Text(given.to_owned())),
            Self::Choice(words) => {
                let near = text::nearest(given, words.iter().copied());
                let near = near.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default();
                Err(format!("expected one of {}{near}", words.join(", ")))
            }
        }
    }
}

impl Type {
    /// Reads a value as a journal keeps it.
    fn recorded(self, value: &serde_json::Value) -> Option<Value> {
        match value {
            serde_json::Value::Array(texts) => {
                let texts = texts.iter().map(|text| text.as_str().map(str::to_owned));
                Some(Value::List(texts.collect::<Option<_>>()?))
            }
            serde_json::Value::String(text) => self.parse(text).ok(),
            serde_json::Value::Number(_) | serde_json::Value::Bool(_) => self.parse(&value.to_string()).ok(),
            _ => None,
        }
    }
}

impl Value {
    /// Whether what is shown of it is all of it: else nobody can type it from there.
    pub fn is_shown_whole(&self) -> bool {
        let plain = |text: &String| text::escape(text) == text.as_str();
        match self {
            Self::Text(text) => plain(text),
            Self::List(texts) => texts.iter().all(plain),
            Self::Url(url) => url.is_shown_whole(),
            Self::Whole(_) | Self::Duration(_) | Self::Age(_) | Self::Switch(_) => true,
        }
    }
}

impl Arguments {
    /// Puts in a value. The caller has checked it against the field's type.
    pub fn set(&mut self, field: &'static str, value: Value) {
        self.0.insert(field, value);
    }

    /// The value of a field.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// Whether a field was given.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// Whether the journal may keep all of them (S30). Errors: one has a password in it.
    pub fn are_no_secrets(&self) -> Result<(), FieldError> {
        let has_one = |value: &Value| match value {
            Value::Text(text) => has_password(text),
            Value::List(texts) => texts.iter().any(|text| has_password(text)),
            _ => false,
        };
        match self.iter().find(|(_, value)| has_one(value)) {
            Some((field, _)) => Err(FieldError::new(
                field,
                "has a password in it, and the journal keeps what an action is given (S30)",
            )),
            None => Ok(()),
        }
    }

    /// What a journal has kept of them. None: it holds something that the fields do not know.
    pub fn recorded(fields: &[Field], with: &serde_json::Value) -> Option<Self> {
        let mut arguments = Self::default();
        for (name, value) in with.as_object()? {
            let field = fields.iter().find(|field| field.name == name)?;
            arguments.set(field.name, field.ty.recorded(value)?);
        }
        Some(arguments)
    }

    /// All that was given.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(field, value)| (*field, value))
    }

    /// A text or chosen word.
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.0.get(field)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// In the alternate form as one would type it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Duration(time) | Self::Age(Age::Than(time)) => {
                let time = jiff::SignedDuration::try_from(*time).unwrap_or_default();
                if f.alternate() { write!(f, "{time:#}") } else { write!(f, "{time}") }
            }
            Self::Age(Age::Usual) => f.write_str(AUTO),
            Self::Text(text) => f.write_str(&text::escape(text)),
            Self::Url(url) => write!(f, "{url}"),
            Self::List(texts) => f.write_str(&text::escape(&texts.join(", "))),
            Self::Switch(on) => write!(f, "{on}"),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(number) => serializer.serialize_u64(*number),
            Self::Duration(_) | Self::Age(_) | Self::Url(_) => serializer.collect_str(self),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(texts) => texts.serialize(serializer),
            Self::Switch(on) => serializer.serialize_bool(*on),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_by_its_type_and_a_unit_is_asked_for() {
        assert_eq!(Type::Whole(1, 9).parse("9"), Ok(Value::Whole(9)));
        assert!(Type::Whole(1, 9).parse("10").is_err());
        assert!(Type::Whole(1, 9).parse("1e3").is_err());
        let time = Type::Duration(Duration::from_secs(30), Duration::from_secs(3600));
        assert_eq!(time.parse("1m"), Ok(Value::Duration(Duration::from_secs(60))));
        assert_eq!(time.parse("30"), Err("a time needs its unit: 30s or 30m".into()));
        assert!(time.parse("29s").is_err());
        let size = Type::Size(1 << 20, 1 << 30);
        assert_eq!(size.parse("512mb"), Ok(Value::Whole(512 << 20)));
        assert!(size.parse("2gb").is_err_and(|why| why == "expected a size from 1.0 MiB to 1.0 GiB"));
        let url = Type::Url.parse("http://u:pw@api/{key}?token=t").expect("a URL");
        assert_eq!(serde_json::json!(url), "http://u:***@api/{key}?token=***");
        assert!(Type::Choice(&["oldest", "none"]).parse("oldst").is_err_and(|e| e.contains("`oldest`")));
    }
}
