//! JSON lines: one object a row, the same names as the columns of a CSV.

use serde_json::Value;

use crate::replay::build::Builder;
use crate::replay::error::ReadError;
use crate::text;

/// Reads the rows; the columns are the keys of all objects together.
pub(crate) fn read(text: &str) -> Result<Builder, ReadError> {
    let mut objects = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let value: Value = serde_json::from_str(content).map_err(|error| {
            ReadError::new(format!("line {line}, character {}: not JSON", error.column()))
                .hint("one complete object a line")
        })?;
        let Value::Object(object) = value else {
            return Err(ReadError::new(format!("line {line}: not a JSON object")));
        };
        for key in object.keys() {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        objects.push((line, object));
    }
    let mut builder = Builder::new(keys.iter().map(String::as_str), 1)?;
    for (line, object) in objects {
        let cells = keys
            .iter()
            .map(|key| match object.get(key) {
                None | Some(Value::Null) => Ok(String::new()),
                Some(Value::String(text)) => Ok(text.clone()),
                Some(Value::Number(number)) => Ok(number.to_string()),
                Some(_) => Err(ReadError::new(format!(
                    "line {line}, `{}`: neither a number nor a text",
                    text::fit(&text::escape(key), 40)
                ))),
            })
            .collect::<Result<Vec<_>, _>>()?;
        builder.row(line, &cells.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(builder)
}
