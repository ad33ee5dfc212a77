//! The columns a recording may have, and what they are called elsewhere.

use crate::text;

/// How a column's cells are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Events since the row before, or with a unit (`950/min`) a rate.
    Counter,
    /// A value at the end of the interval.
    Gauge,
    /// A share: `0.95` or `95%`.
    Share,
    /// A time to wait: milliseconds, or with a unit (`5s`).
    Wait,
}

macro_rules! columns {
    ($($variant:ident $sort:ident $name:literal [$($alias:literal)*];)*) => {
        /// What a column holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Column { $($variant,)* }

        impl Column {
            /// All of them.
            pub(crate) const ALL: &'static [Column] = &[$(Column::$variant,)*];
            /// Its name in recordings.
            pub(crate) fn name(self) -> &'static str { match self { $(Column::$variant => $name,)* } }
            /// How its cells are meant.
            pub(crate) fn sort(self) -> Sort { match self { $(Column::$variant => Sort::$sort,)* } }
            fn aliases(self) -> &'static [&'static str] { match self { $(Column::$variant => &[$($alias),*],)* } }
        }
    };
}

columns! {
    Hits Counter "cache_hits" ["hits" "keyspace_hits"];
    Misses Counter "cache_misses" ["misses" "keyspace_misses"];
    Expired Counter "expired_keys" ["expired" "cache_expired"];
    Evicted Counter "evicted_keys" ["evicted" "cache_evicted"];
    Keys Gauge "keys" ["cache_keys"];
    Uptime Gauge "cache_uptime_s" ["cache_uptime" "uptime_in_seconds"];
    Clients Gauge "cache_clients" ["connected_clients"];
    Maxclients Gauge "cache_maxclients" ["maxclients"];
    Queries Counter "db_queries" ["queries" "database_queries"];
    Connections Gauge "db_connections" ["connections" "database_connections" "threads_connected"];
    ConnectionsLimit Gauge "db_max_connections" ["max_connections" "db_connections_limit"];
    Running Gauge "db_running" ["running" "database_running" "threads_running"];
    TopQueryShare Share "top_query_share" ["db_top_query_share"];
    Response Wait "response_time_ms" ["response_time" "latency_ms"];
}

impl Column {
    /// The column of that heading: case, spaces and dots matter not.
    pub(crate) fn by_heading(heading: &str) -> Option<Self> {
        let wanted = normal(heading);
        Self::ALL.iter().copied().find(|c| c.name() == wanted || c.aliases().contains(&wanted.as_str()))
    }

    /// The name nearest to a heading that is none.
    pub(crate) fn nearest(heading: &str) -> Option<&'static str> {
        text::nearest(&normal(heading), Self::ALL.iter().map(|column| column.name()).chain(["time"]))
    }
}

/// Whether a heading means the time of the row.
pub(crate) fn is_time(heading: &str) -> bool {
    matches!(normal(heading).as_str(), "time" | "timestamp" | "at" | "ts")
}

fn normal(heading: &str) -> String {
    heading.trim().to_lowercase().replace([' ', '-', '.'], "_")
}
