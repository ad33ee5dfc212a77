//! What the operator told us: targets, thresholds, patterns. Strict, redacted, and honest about where it came from.

mod environment;
mod facts;
mod files;
mod load;
mod my_cnf;
mod options;
mod pgpass;
mod remedies;
mod schema;
mod secret;
mod settings;
mod show;
mod state;
mod thresholds;
mod url;
mod yaml;

pub use facts::{CacheTopology, ExpiryLivesIn, Facts, OnCacheError};
pub use load::{load, load_any};
pub use options::{Env, LoadOptions};
pub use remedies::{AppFlag, Rebuild, RebuildWay, Remedies};
pub use schema::schema;
pub use secret::{Secret, has_password, hide_in_url, is_hidden, names_secret};
pub use settings::{
    Address, ApiTarget, Containers, HttpTarget, KubernetesTarget, LogPattern, LogTarget, MysqlTarget,
    PodLogs, PostgresTarget, RedisTarget, Settings, Target, TargetSpec, Tls, Topology, UnusableTarget,
};
pub use show::{as_json, as_text};
pub use state::state_folder;
pub use thresholds::Thresholds;
pub(crate) use yaml::is_target_name;
