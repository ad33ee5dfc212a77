//! Log files, globs and streams: which lines say that the cache misses, or that somebody is full.

mod counter;
mod dialect;
mod matcher;
mod part;
mod patterns;
mod scan;
mod sources;
mod stamp;
mod tally;
mod workers;
mod zone;

pub use matcher::Patterns;
pub use patterns::{BUILT_IN, MAX_PATTERNS};
pub use scan::{BLOCK, Scanner};
pub use sources::{Source, expand, readable_defaults};
pub use stamp::of_line;
pub use tally::{Bucket, Tally};
pub use workers::{Count, Counter, State};
pub use zone::Zone;
