//! Playbooks, as people and programs see them.

mod explain;
mod list;
mod names;
mod show;
mod test;
mod validate;

pub use explain::explain;
pub use list::list;
pub use names::names;
pub use show::show;
pub use test::{Tested, tested};
pub use validate::validated;
