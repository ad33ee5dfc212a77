//! Fills the raw structs from the tree, and goes on after a mistake: the wrong entry is set aside and the struct is
//! read again without it, until all mistakes are known.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::slice::Iter;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, Deserialize, DeserializeSeed, Error as _, Expected, IntoDeserializer, Unexpected, Visitor,
};

use crate::text;
use crate::yaml::problem::{ENOUGH, Policy, Problem, quoted};
use crate::yaml::tree::{Node, Scalar, Standing, Value};

/// Reads `node` as a `T`. `None` when it is no such thing at all; then there is at least one problem.
pub(crate) fn decode<'de, T: Deserialize<'de>>(
    node: &'de Node,
    policy: &Policy,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let mut aside = HashSet::new();
    loop {
        match T::deserialize(De { node, aside: &aside }) {
            Ok(value) => return Some(value),
            Err(Oops { message, place, missing, unknown }) => {
                let (id, at) = place.unwrap_or((node.id, node.at.clone()));
                let message = unknown.map_or(message, |(key, known)| unknown_key(&key, known, policy));
                // What is missing may be what was just set aside.
                if !missing || aside.is_empty() {
                    problems.push(Problem::new(at, message));
                }
                if id == node.id || !aside.insert(id) || problems.len() >= ENOUGH {
                    return None;
                }
            }
        }
    }
}

/// "did you mean", or the names that exist.
fn suggestion(given: &str, known: &[&str], policy: &Policy) -> String {
    match meant(given, known, policy) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known: {}", known.join(", ")),
    }
}

/// The known name that was most likely meant.
pub(crate) fn meant<'a>(given: &str, known: &[&'a str], policy: &Policy) -> Option<&'a str> {
    let synonym = policy.synonyms.iter().find(|(word, name)| *word == given && known.contains(name));
    synonym.map(|(_, name)| *name).or_else(|| text::nearest(given, known.iter().copied()))
}

/// A mistake, and the node it is about.
#[derive(Debug)]
struct Oops {
    message: String,
    place: Option<(usize, Range<usize>)>,
    /// A key is absent.
    missing: bool,
    /// The key is unknown; there are these. Becomes words where the policy is known.
    unknown: Option<(String, &'static [&'static str])>,
}

impl Oops {
    fn at(mut self, node: &Node) -> Self {
        self.place.get_or_insert_with(|| (node.id, node.at.clone()));
        self
    }
}

impl fmt::Display for Oops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Oops {}

impl de::Error for Oops {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), place: None, missing: false, unknown: None }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format!("expected {}, found {}", wanted(expected), kind(found)))
    }

    fn invalid_value(_found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format!("expected {}", wanted(expected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self { unknown: Some((field.to_owned(), expected)), ..Self::custom("unknown key") }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { missing: true, ..Self::custom(format!("`{field}` is missing")) }
    }
}

/// The sentence about a key that does not exist here.
pub(crate) fn unknown_key(key: &str, known: &[&str], policy: &Policy) -> String {
    let name = quoted(key, policy);
    let name =
        if name.starts_with('`') { format!("unknown key {name}") } else { format!("{name} is unknown") };
    format!("{name}; {}", suggestion(key, known, policy))
}

fn either(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => names.join(""),
    }
}

fn wanted(expected: &dyn Expected) -> String {
    match expected.to_string().as_str() {
        "u16" => "a whole number from 0 to 65535".into(),
        "u32" | "u64" => "a whole number, 0 or more".into(),
        "f64" => "a number".into(),
        "a boolean" => "true or false".into(),
        "a string" => "text".into(),
        "a sequence" => "a list".into(),
        other if other.starts_with("struct ") || other == "a map" => "a mapping (`key: value`)".into(),
        other => other.into(),
    }
}

/// What was found, without the value.
fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a mapping",
        Unexpected::Unit => "nothing",
        _ => "text",
    }
}

#[derive(Clone, Copy)]
struct De<'de, 'a> {
    node: &'de Node,
    aside: &'a HashSet<usize>,
}

impl<'de> De<'de, '_> {
    fn wrong(&self, expected: &dyn Expected) -> Oops {
        let found = match &self.node.value {
            Value::Seq(_) => Unexpected::Seq,
            Value::Map(_) => Unexpected::Map,
            Value::Scalar(scalar) if scalar.is_null() => Unexpected::Unit,
            Value::Scalar(scalar) if scalar.substituted => Unexpected::Other("text"),
            Value::Scalar(scalar) => match parse(scalar) {
                Parsed::Bool(value) => Unexpected::Bool(value),
                Parsed::Whole(_) | Parsed::Negative(_) | Parsed::Float(_) => Unexpected::Unsigned(0),
                Parsed::Text => Unexpected::Other("text"),
            },
        };
        let mut oops = Oops::invalid_type(found, expected);
        if expected.to_string() == "f64" && self.node.text().is_some_and(|text| text.trim().ends_with('%')) {
            oops.message.push_str("; a share is written as 0.95, not as 95%");
        }
        oops.at(self.node)
    }

    fn parsed(&self) -> Parsed {
        match &self.node.value {
            Value::Scalar(scalar) => parse(scalar),
            _ => Parsed::Text,
        }
    }
}

enum Parsed {
    Bool(bool),
    Whole(u64),
    Negative(i64),
    Float(f64),
    Text,
}

/// What an unquoted scalar means in YAML 1.2; `yes`, `on` and `0755` are text.
fn parse(scalar: &Scalar) -> Parsed {
    if !scalar.plain && !scalar.substituted {
        return Parsed::Text;
    }
    let text = scalar.text.trim();
    match text {
        "true" | "True" | "TRUE" => return Parsed::Bool(true),
        "false" | "False" | "FALSE" => return Parsed::Bool(false),
        _ => {}
    }
    let number = text.strip_prefix(['-', '+']).unwrap_or(text);
    let padded = number.len() > 1 && number.starts_with('0') && !number.starts_with("0.");
    if padded || !number.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Parsed::Text;
    }
    if let Ok(value) = text.parse() {
        return Parsed::Whole(value);
    }
    if let Ok(value) = text.parse() {
        return Parsed::Negative(value);
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Parsed::Float(value),
        _ => Parsed::Text,
    }
}

impl<'de> de::Deserializer<'de> for De<'de, '_> {
    type Error = Oops;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        match &self.node.value {
            Value::Seq(items) => visitor.visit_seq(Items { items: items.iter(), aside: self.aside }),
            Value::Map(entries) => visitor.visit_map(Entries {
                entries: entries.iter(),
                value: None,
                key: None,
                aside: self.aside,
            }),
            Value::Scalar(scalar) if scalar.is_null() => visitor.visit_unit(),
            Value::Scalar(scalar) => match parse(scalar) {
                Parsed::Bool(value) => visitor.visit_bool(value),
                Parsed::Whole(value) => visitor.visit_u64(value),
                Parsed::Negative(value) => visitor.visit_i64(value),
                Parsed::Float(value) => visitor.visit_f64(value),
                Parsed::Text => visitor.visit_borrowed_str(&scalar.text),
            },
        }
        .map_err(|oops| oops.at(self.node))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        match self.parsed() {
            Parsed::Bool(value) => visitor.visit_bool(value),
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        match self.parsed() {
            Parsed::Whole(value) => visitor.visit_u64(value).map_err(|oops: Oops| oops.at(self.node)),
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        match self.parsed() {
            Parsed::Whole(value) => visitor.visit_u64(value),
            Parsed::Negative(value) => visitor.visit_i64(value),
            Parsed::Float(value) => visitor.visit_f64(value),
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        match &self.node.value {
            // A password of digits is still text: the spelling is kept.
            Value::Scalar(scalar) if !scalar.is_null() => visitor.visit_borrowed_str(&scalar.text),
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        match &self.node.value {
            Value::Scalar(scalar) if scalar.is_null() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Oops> {
        match &self.node.value {
            Value::Scalar(scalar) if variants.contains(&scalar.text.as_str()) => {
                let variant: StrDeserializer<'_, Oops> = scalar.text.as_str().into_deserializer();
                visitor.visit_enum(variant)
            }
            Value::Scalar(scalar) if !scalar.is_null() && !scalar.substituted => {
                let near = text::near(&scalar.text, variants.iter().copied());
                Err(Oops::custom(format!("expected {}{near}", either(variants))).at(self.node))
            }
            _ => Err(Oops::custom(format!("expected {}", either(variants))).at(self.node)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        match &self.node.value {
            Value::Map(_) => self.deserialize_any(visitor),
            _ => Err(self.wrong(&visitor)),
        }
    }

    /// By name only: serde would also read a struct from a list.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Oops> {
        self.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Oops> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 char bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct identifier
    }
}

struct Items<'de, 'a> {
    items: Iter<'de, Node>,
    aside: &'a HashSet<usize>,
}

impl<'de> de::SeqAccess<'de> for Items<'de, '_> {
    type Error = Oops;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Oops> {
        let Some(node) = self.items.find(|node| !self.aside.contains(&node.id)) else { return Ok(None) };
        seed.deserialize(De { node, aside: self.aside }).map(Some).map_err(|oops| oops.at(node))
    }
}

struct Entries<'de, 'a> {
    entries: Iter<'de, (Node, Node)>,
    value: Option<&'de Node>,
    key: Option<&'de Node>,
    aside: &'a HashSet<usize>,
}

impl<'de> de::MapAccess<'de> for Entries<'de, '_> {
    type Error = Oops;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Oops> {
        let aside = self.aside;
        let next = self.entries.find(|(key, value)| {
            key.standing == Standing::Counts && !aside.contains(&key.id) && !aside.contains(&value.id)
        });
        let Some((key, value)) = next else { return Ok(None) };
        self.value = Some(value);
        self.key = Some(key);
        let text: StrDeserializer<'_, Oops> = key.text().unwrap_or_default().into_deserializer();
        seed.deserialize(text).map(Some).map_err(|oops| oops.at(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Oops> {
        let node = self.value.take().ok_or_else(|| Oops::custom("a value before its key"))?;
        seed.deserialize(De { node, aside: self.aside }).map_err(|mut oops| {
            // An empty value has no width: its key is where the caret belongs.
            if let (Some(key), Some((id, at))) = (self.key, &mut oops.place)
                && *id == node.id
                && at.start == at.end
            {
                *at = key.at.clone();
            }
            oops.at(node)
        })
    }
}
