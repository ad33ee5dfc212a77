//! An action's fields as a playbook gives them: checked when it is loaded, filled in when it is run.

use crate::action::field::{Arguments, Field, FieldError, Type, Value};
use crate::playbook::input::{InputType, Values, Words};

/// The fields that were given.
#[derive(Clone, Debug, Default)]
pub struct Template(pub(super) Vec<(&'static Field, Words)>);

impl Template {
    /// The fields with every reference replaced. A field that refers to an input without a value is left out.
    /// Errors: a value that the field cannot hold.
    pub(super) fn resolve(&self, values: &Values) -> Result<Arguments, FieldError> {
        let mut with = Arguments::default();
        for (field, words) in &self.0 {
            if let Some(words) = words.filled(values) {
                let value = read(field.ty, &words).map_err(|why| FieldError::new(field.name, why))?;
                with.set(field.name, value);
            }
        }
        Ok(with)
    }

    /// The words that an input is limited to by the fields which it fills.
    pub(super) fn choices(&self, input: &str) -> &'static [&'static str] {
        let choices = self.0.iter().find_map(|(field, words)| match field.ty {
            Type::Choice(choices) if words.references().any(|name| name == input) => Some(choices),
            _ => None,
        });
        choices.unwrap_or_default()
    }

    /// The fields as they are written.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &Words)> {
        self.0.iter().map(|(field, words)| (field.name, words))
    }
}

/// Reads a value by its type.
pub(super) fn read(ty: Type, words: &Words) -> Result<Value, String> {
    match (ty, words) {
        (Type::List, words) => Ok(Value::List(words.texts().to_vec())),
        (_, Words::One(text)) => ty.parse(text),
        (_, Words::Many(_)) => Err("expected one value, found a list".into()),
    }
}

/// Whether a field can take an input of that type. `alone`: nothing stands around the reference.
pub(super) fn takes(ty: Type, input: InputType, alone: bool) -> Result<(), String> {
    let fits = match (ty, input) {
        (Type::Whole(..), InputType::Int)
        | (Type::Size(..), InputType::Int | InputType::Text)
        | (Type::Duration(..), InputType::Duration)
        | (Type::Age(..), InputType::Duration | InputType::Text)
        | (Type::Choice(_), InputType::Text)
        | (Type::Switch, InputType::Bool) => alone,
        (Type::List, InputType::List) => alone,
        (Type::Text | Type::Url | Type::List, InputType::Text | InputType::Int | InputType::Duration) => true,
        _ => return Err(format!("is of type {}; expected {}", input.name(), wanted(ty))),
    };
    if fits { Ok(()) } else { Err("must stand alone here".into()) }
}

/// The type in words.
pub(super) fn wanted(ty: Type) -> &'static str {
    match ty {
        Type::Whole(..) => "int",
        Type::Duration(..) => "duration",
        Type::Age(..) => "duration or text",
        Type::Text | Type::Url | Type::Choice(_) | Type::Size(..) => "text",
        Type::List => "list",
        Type::Switch => "bool",
    }
}
