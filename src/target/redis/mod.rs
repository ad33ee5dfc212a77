//! Redis and Valkey: what they can be asked and told, how we get in, and which nodes belong together.

mod acting;
mod ask;
mod cluster;
mod dial;
mod discover;
mod door;
mod info;
mod keyed;
mod keymiss;
mod login;
mod node;
mod reader;
mod refusal;
mod reply;
mod seat;
mod sentinel;
mod slot;
mod tell;
mod way;
mod wire;
mod writer;

pub use acting::{ANSWER, Who};
pub use ask::{ALLOWED, Ask};
pub use info::Info;
pub use keymiss::Keymiss;
pub use node::{Glance, Node};
pub use reader::{Reader, Shape};
pub use refusal::GRANTS;
pub use reply::Reply;
pub use seat::Seat;
pub use tell::{SCRIPTS, SETTINGS, TOLD, Tell};
pub use way::{Proof, Refused, Way};
pub use wire::Own;
pub use writer::Writer;
