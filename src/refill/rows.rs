//! How a row becomes a key and a value.

use std::time::Duration;

use crate::digest::{share, stable_hash};
use crate::error::{TargetError, TargetErrorKind};
use crate::refill::resp::Entry;
use crate::system::select::{Column, Row, Shape};
use crate::text;

/// The part of the lifetime by which one key's is longer or shorter than another's, either way: keys that are filled in together
/// must not expire together.
pub const SPREAD: f64 = 0.1;

/// A key's name with columns in it: `product:{id}`; `{{` and `}}` are braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTemplate(Vec<Piece<String>>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<C> {
    Text(String),
    Column(C),
}

impl KeyTemplate {
    /// Reads it. Errors: a lowercase fragment.
    pub fn parse(given: &str) -> Result<Self, String> {
        let (mut pieces, mut text) = (Vec::new(), String::new());
        let mut rest = given;
        while let Some(at) = rest.find(['{', '}']) {
            text += &rest[..at];
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                text += brace;
                rest = after;
            } else {
                let name = rest.split_once('}').filter(|(name, _)| brace == "{" && !name.contains('{'));
                let Some((name, after)) = name else {
                    return Err("a brace alone is neither a column nor a brace: {id}, {{ or }}".into());
                };
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                pieces.push(Piece::Column(name.to_owned()));
                rest = after;
            }
        }
        text += rest;
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        match pieces.iter().any(|piece| matches!(piece, Piece::Column(_))) {
            true => Ok(Self(pieces)),
            false => Err("expected a column in braces, else all rows are one key: product:{id}".into()),
        }
    }

    /// A key as it makes them, for asking whether it may be written.
    pub fn example(&self) -> Vec<u8> {
        let piece = |piece: &Piece<String>| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Column(_) => "0".into(),
        };
        self.0.iter().map(piece).collect::<String>().into_bytes()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    /// One column as it is.
    Column(usize),
    /// The whole row as a JSON object: each name in quotes, and what its column is.
    Object(Vec<(String, Shape)>),
}

/// What is made of each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowMapping {
    key: Vec<Piece<usize>>,
    value: Value,
    ttl: Duration,
}

impl RowMapping {
    /// Finds the columns; `value`: the one whose value is taken, none is the whole row. Errors: why they do not fit, and what
    /// to do.
    pub fn of(
        key: &KeyTemplate,
        value: Option<&str>,
        ttl: Duration,
        columns: &[Column],
    ) -> Result<Self, TargetError> {
        let bind = |piece: &Piece<String>| {
            Ok::<_, TargetError>(match piece {
                Piece::Text(text) => Piece::Text(text.clone()),
                Piece::Column(name) => Piece::Column(find(name, columns)?),
            })
        };
        let key = key.0.iter().map(bind).collect::<Result<_, _>>()?;
        let value = match value {
            Some(name) => Value::Column(find(name, columns)?),
            None => {
                Value::Object(columns.iter().map(|column| named(column, columns)).collect::<Result<_, _>>()?)
            }
        };
        Ok(Self { key, value, ttl })
    }

    /// What is written for a row; none: a column of its key is NULL, or the one that is its value. Errors: it cannot be
    /// written as JSON.
    pub fn entry(&self, row: &Row) -> Result<Option<Entry>, TargetError> {
        let cell = |index: usize| row.get(index).and_then(Option::as_deref);
        let mut key = Vec::new();
        for piece in &self.key {
            match piece {
                Piece::Text(text) => key.extend_from_slice(text.as_bytes()),
                Piece::Column(index) => match cell(*index) {
                    Some(bytes) => key.extend_from_slice(bytes),
                    None => return Ok(None),
                },
            }
        }
        let value = match &self.value {
            Value::Column(index) => match cell(*index) {
                Some(bytes) => bytes.to_vec(),
                None => return Ok(None),
            },
            Value::Object(members) => object(members, row)?.into_bytes(),
        };
        let ttl_ms = self.ttl_ms(&key);
        Ok(Some(Entry { key, value, ttl_ms }))
    }

    /// The lifetime of a key in milliseconds: its own by its name, so that a second run gives the same.
    fn ttl_ms(&self, key: &[u8]) -> u64 {
        let seconds = i64::try_from(self.ttl.as_secs()).unwrap_or(i64::MAX);
        let share = share(stable_hash([0, seconds], key));
        let ms = self.ttl.as_secs_f64() * 1e3 * (1.0 - SPREAD + 2.0 * SPREAD * share);
        ms.round().max(1.0) as u64
    }
}

fn find(name: &str, columns: &[Column]) -> Result<usize, TargetError> {
    let mut found = columns.iter().enumerate().filter(|(_, column)| column.name == name);
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let shown = text::escape(name);
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some(_), Some(_)) => Err(unusable(
            format!("the SELECT gives more than one column {shown}"),
            "give each a name of its own: SELECT p.id AS product",
        )),
        (None, _) => {
            let near = text::nearest(name, names.iter().copied());
            let near = near.map(|near| format!("; did you mean {}?", text::escape(near))).unwrap_or_default();
            Err(unusable(
                format!("the SELECT gives no column {shown}{near}"),
                format!("its columns are {}", text::escape(&names.join(", "))),
            ))
        }
    }
}

/// A member of the object.
fn named(column: &Column, columns: &[Column]) -> Result<(String, Shape), TargetError> {
    find(&column.name, columns)?;
    if column.shape == Shape::Bytes {
        let shown = text::escape(&column.name);
        return Err(unusable(
            format!("column {shown} holds bytes, and JSON holds only text"),
            format!("--value {shown} takes it as it is; or leave it out of the SELECT, or encode it there"),
        ));
    }
    Ok((quoted(&column.name), column.shape))
}

fn object(members: &[(String, Shape)], row: &Row) -> Result<String, TargetError> {
    let mut json = String::from("{");
    for ((name, shape), cell) in members.iter().zip(row) {
        let comma = if json.len() > 1 { "," } else { "" };
        json += &format!("{comma}{name}:");
        let Some(bytes) = cell else {
            json += "null";
            continue;
        };
        let text = std::str::from_utf8(bytes).map_err(|_| {
            unusable(
                format!("column {} of a row holds bytes that are no text", text::escape(name)),
                "--value takes one column as it is, whatever its bytes",
            )
        })?;
        let raw = match (shape, text) {
            (Shape::Truth, "t") => Some("true"),
            (Shape::Truth, "f") => Some("false"),
            // Not every number of a database is one of JSON: NaN, 007.
            (Shape::Number | Shape::Json, text) => Some(text).filter(|text| is_json(text)),
            _ => None,
        };
        json += &raw.map_or_else(|| quoted(text), str::to_owned);
    }
    json.push('}');
    Ok(json)
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn unusable(message: impl Into<String>, hint: impl Into<String>) -> TargetError {
    TargetError::new(TargetErrorKind::Input, message).hint(hint)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(columns: &[(&str, Shape)]) -> Vec<Column> {
        columns.iter().map(|(name, shape)| Column { name: (*name).into(), shape: *shape }).collect()
    }

    fn recipe(key: &str, value: Option<&str>, columns: &[Column]) -> Result<RowMapping, TargetError> {
        RowMapping::of(
            &KeyTemplate::parse(key).expect("a template"),
            value,
            Duration::from_secs(600),
            columns,
        )
    }

    fn cell(text: &str) -> Option<Vec<u8>> {
        Some(text.as_bytes().to_vec())
    }

    #[test]
    fn a_key_is_text_and_columns_whatever_their_bytes() {
        let two = columns(&[("id", Shape::Number), ("name", Shape::Bytes)]);
        let made = recipe("{{{id}}}:p {name}}}", Some("name"), &two).expect("it fits");
        let row = vec![cell("7"), Some(b"\x00\xff\n'\"".to_vec())];
        let put = made.entry(&row).expect("made").expect("a key");
        assert_eq!((put.key, put.value), (b"{7}:p \x00\xff\n'\"}".to_vec(), b"\x00\xff\n'\"".to_vec()));
        assert_eq!(made.entry(&vec![None, cell("x")]).expect("made"), None, "a key that is NULL");
        assert_eq!(made.entry(&vec![cell("7"), None]).expect("made"), None, "a value that is NULL");
        assert_eq!(KeyTemplate::parse("a{b}c").expect("a template").example(), b"a0c");
        for wrong in ["product", "a{", "a}", "{a{b}", "{{id}}", ""] {
            assert!(KeyTemplate::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_row_is_an_object_with_what_json_has_and_else_text() {
        use Shape::{Json, Number, Text, Truth};
        let all = columns(&[
            ("id", Number),
            ("n\"m", Text),
            ("on", Truth),
            ("doc", Json),
            ("none", Number),
            ("t", Text),
        ]);
        let made = recipe("p:{id}", None, &all).expect("it fits");
        let row =
            vec![cell("12.50"), cell("a\n\u{1f600}\""), cell("f"), cell("{\"a\": [1]}"), None, cell("t")];
        let put = made.entry(&row).expect("made").expect("a key");
        assert_eq!(
            String::from_utf8(put.value).expect("text"),
            r#"{"id":12.50,"n\"m":"a\n😀\"","on":false,"doc":{"a": [1]},"none":null,"t":"t"}"#
        );
        let odd = |text: &str| {
            let row = vec![cell(text), cell(""), cell("t"), cell("broken"), None, cell("")];
            let value = made.entry(&row).expect("made").expect("a key").value;
            serde_json::from_slice::<serde_json::Value>(&value).expect("JSON")["id"].to_string()
        };
        assert_eq!(["NaN", "007", "-1", "1e3"].map(odd), ["\"NaN\"", "\"007\"", "-1", "1000.0"]);
        let not_utf8 = vec![cell("1"), Some(b"\xff".to_vec()), None, None, None, None];
        assert!(made.entry(&not_utf8).is_err());
    }

    #[test]
    fn a_column_that_is_not_there_or_twice_or_no_text_is_told() {
        let three = columns(&[("id", Shape::Number), ("body", Shape::Bytes), ("id", Shape::Number)]);
        let why = |key, value| recipe(key, value, &three).expect_err("told");
        let near = why("{bdy}", Some("body"));
        assert_eq!(near.message, "the SELECT gives no column bdy; did you mean body?");
        assert_eq!(near.hint.as_deref(), Some("its columns are id, body, id"));
        assert!(why("{id}", Some("body")).message.contains("more than one column id"));
        assert!(why("{body}", None).message.contains("more than one column id"), "an object would lose one");
        let bytes = recipe("{id}", None, &three[..2]).expect_err("told");
        assert_eq!(bytes.message, "column body holds bytes, and JSON holds only text");
    }

    #[test]
    fn lifetimes_are_spread_evenly_by_the_names_and_the_same_again() {
        let one = columns(&[("id", Shape::Number)]);
        let made = recipe("p:{id}", Some("id"), &one).expect("it fits");
        let lives = |n: u32| made.entry(&vec![cell(&n.to_string())]).expect("made").expect("a key").ttl_ms;
        let mut tenths = [0; 10];
        for n in 0..10_000 {
            let lives = lives(n);
            assert!((540_000..=660_000).contains(&lives), "{lives}");
            tenths[usize::try_from((lives - 540_000) / 12_001).expect("small")] += 1;
        }
        assert!(tenths.iter().all(|count| (850..1_150).contains(count)), "{tenths:?}");
        assert_eq!(lives(3), lives(3));
    }
}
