//! All that a console can be asked by us (S2). `SHOW FDS` and `SHOW USERS` are not among it: they show passwords.

use std::fmt;

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// What it is; the cheapest question.
    Version,
    /// Its settings.
    Config,
    /// Its databases, and which of them are paused.
    Databases,
    /// Clients and server connections, by database and account.
    Pools,
    /// What it has served since it was started.
    Stats,
    /// Its clients, one by one.
    Clients,
}

impl fmt::Display for Show {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "SHOW VERSION",
            Self::Config => "SHOW CONFIG",
            Self::Databases => "SHOW DATABASES",
            Self::Pools => "SHOW POOLS",
            Self::Stats => "SHOW STATS",
            Self::Clients => "SHOW CLIENTS",
        })
    }
}
