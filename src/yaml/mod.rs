//! Strict YAML for files that people write: a tree in which every node knows its place, structs filled from it, and
//! all that is wrong said at once, with the line and a caret.

mod decode;
mod file;
mod interpolate;
mod problem;
mod report;
mod tree;

pub(crate) use decode::{decode, suggestion, unknown_key};
pub(crate) use file::{read_text, reason};
pub(crate) use interpolate::{interpolate, is_name};
pub(crate) use problem::{Policy, Problem, forget_consequences};
pub(crate) use report::render;
pub(crate) use tree::{Node, Value, read};
