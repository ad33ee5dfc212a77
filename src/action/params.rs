//! What an action is given, typed: a struct an action, made of the same table as its fields, so that a name that is not there
//! or a value of another type is an error of the compiler.

use std::time::Duration;

use crate::action::field::{Age, Arguments, Endpoint, Field, FieldError, Type, Value};

/// What an action is given. `params!` makes it.
pub trait Params: Send + Sync + Sized {
    /// The table of fields.
    const FIELDS: &'static [Field];

    /// From the values that were given. Errors: one that must be given is not.
    fn of(with: &Arguments) -> Result<Self, FieldError>;
}

/// The type of one of them.
pub trait Param: Sized {
    /// Whether it must be given.
    const REQUIRED: bool = true;
    /// What a field of it holds.
    const HOLDS: Holds;

    /// From the value that was given; none: there is none, and there must be one.
    fn of(value: Option<&Value>) -> Option<Self>;
}

/// What a field can hold, without bounds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A number, of whatever.
    Number,
    /// A time.
    Time,
    /// A text.
    Text,
    /// A URL.
    Url,
    /// From which age on.
    Age,
    /// Texts.
    List,
    /// On or off.
    Switch,
}

macro_rules! plain {
    ($($ty:ty = $holds:ident, $value:ident;)*) => {$(
        impl Param for $ty {
            const HOLDS: Holds = Holds::$holds;

            fn of(value: Option<&Value>) -> Option<Self> {
                let Value::$value(value) = value? else { return None };
                Some(value.clone())
            }
        }
    )*};
}

plain! {
    u64 = Number, Whole;
    Duration = Time, Duration;
    String = Text, Text;
    Endpoint = Url, Url;
    Age = Age, Age;
    Vec<String> = List, List;
}

impl Param for bool {
    const REQUIRED: bool = false;
    const HOLDS: Holds = Holds::Switch;

    fn of(value: Option<&Value>) -> Option<Self> {
        Some(value == Some(&Value::Switch(true)))
    }
}

impl<T: Param> Param for Option<T> {
    const REQUIRED: bool = false;
    const HOLDS: Holds = T::HOLDS;

    fn of(value: Option<&Value>) -> Option<Self> {
        Some(value.and_then(|value| T::of(Some(value))))
    }
}

/// Whether a field of type `ty` can be read as a parameter that holds this.
pub const fn fits(ty: Type, holds: Holds) -> bool {
    matches!(
        (ty, holds),
        (Type::Whole(..) | Type::Size(..), Holds::Number)
            | (Type::Duration(..), Holds::Time)
            | (Type::Text | Type::Choice(_), Holds::Text)
            | (Type::Url, Holds::Url)
            | (Type::Age(..), Holds::Age)
            | (Type::List, Holds::List)
            | (Type::Switch, Holds::Switch)
    )
}

/// The name of a field that is a word of Rust: `r#for` is `for`.
pub const fn bare(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', bare @ ..] => match std::str::from_utf8(bare) {
            Ok(bare) => bare,
            Err(_) => name,
        },
        _ => name,
    }
}

/// The error of a value that was not given and must be.
pub fn missing(fields: &[Field], name: &'static str) -> FieldError {
    let help = fields.iter().find(|field| field.name == name).map_or("", |field| field.help);
    FieldError::new(name, format!("is missing: {help}"))
}

/// The struct of what an action is given, its table of fields (`FIELDS`), and how the one is read by the other. A line a
/// field: the type here, how the command line gives it, the type there with its bounds, one line of help; behind an
/// arrow what stands when it is not given. `shared` takes a field that several actions have.
macro_rules! params {
    (@field flag $flag:expr, $kind:expr, $help:expr) => {
        $crate::action::field::Field::new($crate::action::field::Given::Flag($flag), $kind, $help)
    };
    (@field positional $kind:expr, $help:expr) => {
        $crate::action::field::Field::new($crate::action::field::Given::Positional, $kind, $help)
    };
    (@field shared $field:expr) => { $field };
    (@required $ty:ty) => { <$ty as $crate::action::params::Param>::REQUIRED };
    (@required $ty:ty, $default:expr) => { false };
    (@of $ty:ty, $value:expr) => { <$ty as $crate::action::params::Param>::of($value) };
    (@of $ty:ty, $value:expr, $default:expr) => {
        match $value {
            None => Some($default),
            given => <$ty as $crate::action::params::Param>::of(given),
        }
    };
    ($(#[$doc:meta])* pub struct $name:ident {
        $($field:ident: $ty:ty = $how:ident $($rest:expr),+ $(=> $default:expr)?;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name { $(pub $field: $ty,)* }

        const _: () = {
            $(assert!($crate::action::params::fits(
                params!(@field $how $($rest),+).ty,
                <$ty as $crate::action::params::Param>::HOLDS,
            ));)*
        };

        impl $crate::action::params::Params for $name {
            const FIELDS: &'static [$crate::action::field::Field] = &[$($crate::action::field::Field {
                name: $crate::action::params::bare(stringify!($field)),
                required: params!(@required $ty $(, $default)?),
                ..params!(@field $how $($rest),+)
            },)*];

            fn of(with: &$crate::action::field::Arguments) -> Result<Self, $crate::action::field::FieldError> {
                Ok(Self { $($field: {
                    let name = $crate::action::params::bare(stringify!($field));
                    params!(@of $ty, with.get(name) $(, $default)?)
                        .ok_or_else(|| $crate::action::params::missing(Self::FIELDS, name))?
                },)* })
            }
        }
    };
}

pub(crate) use params;
