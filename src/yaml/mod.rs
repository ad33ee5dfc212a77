//! Strict YAML for files that people write: a tree in which every node knows its place, structs filled from it, and
//! all that is wrong said at once, with the line and a caret.

mod decode;
mod file;
mod interpolate;
mod invalid;
mod problem;
mod report;
mod traps;
mod tree;

pub(crate) use decode::{decode, meant, unknown_key};
pub(crate) use file::{is_path, read_bytes, read_text, reason, stem, text_of};
pub(crate) use interpolate::{Piece, interpolate, is_name, pieces};
pub use invalid::{Invalid, Mistake};
pub(crate) use problem::{Policy, Problem, forget_consequences, place_of};
pub(crate) use report::render;
pub(crate) use tree::{Node, Value, read};

/// Structs that are read from mappings, in which every key is known, and are described to editors.
macro_rules! mappings {
    ($($(#[$meta:meta])* pub(super) struct $name:ident { $($fields:tt)* })*) => {$(
        #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub(super) struct $name { $($fields)* }
    )*};
}
pub(crate) use mappings;
