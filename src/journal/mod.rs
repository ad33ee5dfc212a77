//! The journal: what was done in an incident, written before it is done (S26), readable by another process on another
//! day. One file an incident, JSON lines, one fsync a record.

mod elsewhere;
mod failpoint;
mod file;
mod holder;
mod line;
mod lock;
mod name;
mod read;
mod store;
mod trace;
mod write;

pub use elsewhere::Elsewhere;
pub use file::{Act, Held, Journal, Purpose};
pub use holder::{argv, holder};
pub use name::{check as check_name, fresh as fresh_name};
pub use read::{Read, read};
pub use store::{Glimpse, Others, Store};
