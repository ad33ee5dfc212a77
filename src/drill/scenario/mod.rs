//! The scenarios that can be rehearsed.

mod document;
mod find;
mod happening;
mod load;
mod raw;
mod schema;
mod setting;
mod shipped;
pub mod spec;
mod unit;

use std::sync::Arc;

pub use document::document;
pub use find::{Found, Loaded, load, load_file, search, shipped};
pub use load::parse;
pub use schema::schema;
pub use shipped::Shipped;

pub use crate::yaml::{Invalid, Mistake};

use spec::Scenario;

/// The shipped scenario of that name.
pub fn by_name(name: &str) -> Option<Arc<Scenario>> {
    let shipped = shipped().iter().find(|shipped| shipped.name == name)?;
    let scenario = parse(name, shipped.source.into(), "".as_ref()).ok()?;
    Some(Arc::new(scenario))
}
