//! Which key and value a flag is.

use crate::action::Refusal;
use crate::action::field::FieldError;
use crate::action::redis::flag::Params;
use crate::config::Remedies;
use crate::text;

/// A flag of the application.
pub struct Which {
    /// What it is called, escaped.
    pub label: String,
    pub key: Vec<u8>,
    /// The value that switches it on.
    pub value: Vec<u8>,
}

/// Rules between the fields: a name, or a key with its value.
pub fn check(params: &Params) -> Result<(), FieldError> {
    match (params.name.as_deref(), params.key.as_deref(), params.value.as_deref()) {
        (Some(_), None, None) | (None, Some(_), Some(_)) => Ok(()),
        (Some(_), ..) => {
            Err(FieldError::new("name", "the name says the key and value: leave --key and --value out"))
        }
        (None, Some(_), None) => Err(FieldError::new("value", "a key needs its value: --value")),
        (None, None, Some(_)) => Err(FieldError::new("key", "a value needs its key: --key")),
        (None, None, None) => Err(FieldError::new("name", "say which flag: a name, or --key and --value")),
    }
}

/// The flag that is meant. Errors: the configuration has no flag of that name.
pub fn which(params: &Params, remedies: &Remedies) -> Result<Which, Refusal> {
    if let (Some(key), Some(value)) = (params.key.as_deref(), params.value.as_deref()) {
        let label = text::fit(&text::escape(key), 40).into_owned();
        return Ok(Which { label, key: key.into(), value: value.into() });
    }
    let name = params.name.as_deref().unwrap_or_default();
    if let Some(flag) = remedies.flags.iter().find(|flag| flag.name == name) {
        let label = text::escape(&flag.name).into_owned();
        return Ok(Which { label, key: flag.key.clone().into(), value: flag.value.clone().into() });
    }
    let names: Vec<&str> = remedies.flags.iter().map(|flag| flag.name.as_str()).collect();
    let unblock = match text::nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean {}?", text::escape(near)),
        None if names.is_empty() => {
            "name it under flags: in stampede.yaml, or give --key and --value".to_owned()
        }
        None => format!("there are: {}", text::escape(&names.join(", "))),
    };
    let why = match names.is_empty() {
        true => "no flag of the application is configured".to_owned(),
        false => format!("no flag is called {}", text::fit(&text::escape(name), 40)),
    };
    Err(Refusal::for_want(why, unblock))
}
