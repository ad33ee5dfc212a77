//! What the operator told us: targets, thresholds, patterns. Strict, redacted, and honest about where it came from.

mod secret;
mod settings;
mod thresholds;

pub use secret::Secret;
pub use settings::{
    Address, HttpTarget, LogPattern, LogTarget, MysqlTarget, PostgresTarget, RedisTarget, Settings, Target,
    TargetSpec, Tls, Topology,
};
pub use thresholds::Thresholds;
