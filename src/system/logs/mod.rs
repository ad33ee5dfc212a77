//! Log files, globs and streams: which lines say that the cache misses, or that somebody is full.

mod count;
mod counter;
mod dialect;
mod matcher;
mod packed;
mod part;
mod patterns;
mod scan;
mod sources;
mod stamp;
mod tally;
mod workers;
mod zone;

pub use count::{Count, State};
pub use matcher::Patterns;
pub use patterns::{BUILT_IN, MAX_PATTERNS};
pub use scan::{BLOCK, Scanner};
pub use sources::{Source, expand, readable_defaults};
pub use stamp::of_line;
pub use tally::{Bucket, Tally};
pub use workers::Counter;
pub use zone::Zone;
