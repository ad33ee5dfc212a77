//! The journal: what was done in an incident, written before it is done (S26), readable by another process on another
//! day. One file an incident, JSON lines, one fsync a record.

mod failpoint;
mod file;
mod holder;
mod lock;
mod name;
mod read;
mod store;

pub use file::{Act, Held, Journal};
pub use holder::{argv, holder};
pub use name::{check as check_name, fresh as fresh_name};
pub use read::{Read, read};
pub use store::{Glimpse, Others, Store};
