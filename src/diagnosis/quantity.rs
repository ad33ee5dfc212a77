//! All that can be judged: what is measured, and what is derived from it and its baseline. Signals and the conditions
//! of playbooks take their names from this one table.

use crate::observation::{Metric, Unit};

macro_rules! derived {
    ($($variant:ident $name:literal $help:literal;)*) => {
        /// What is derived from a measurement and what is usual.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Derived { $(#[doc = $help] $variant,)* }

        impl Derived {
            /// Every derived quantity, in the order of the reference.
            pub const ALL: &'static [Derived] = &[$(Derived::$variant,)*];
            /// The dotted name.
            pub fn name(self) -> &'static str { match self { $(Derived::$variant => $name,)* } }
            /// One line of help.
            pub fn help(self) -> &'static str { match self { $(Derived::$variant => $help,)* } }
        }
    };
}

derived! {
    MissShare "cache.miss_share_vs_baseline" "Share of lookups that miss, as a multiple of the usual share";
    Queries "database.queries_vs_baseline" "Statements per second, as a multiple of the usual";
    Running "database.running_vs_baseline" "Statements running now, as a multiple of the usual";
    Connections "database.connections_vs_baseline" "Client connections, as a multiple of the usual; only where the limit is unknown";
    ResponseTime "http.response_time_vs_baseline" "Time until the answer is there, as a multiple of the usual";
}

/// Something that can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quantity {
    /// It is measured.
    Metric(Metric),
    /// It is derived.
    Derived(Derived),
}

impl Quantity {
    /// Every quantity, in the order of the reference.
    pub fn all() -> impl Iterator<Item = Self> {
        let metrics = Metric::ALL.iter().map(|metric| Self::Metric(*metric));
        metrics.chain(Derived::ALL.iter().map(|derived| Self::Derived(*derived)))
    }

    /// The quantity of that dotted name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::all().find(|quantity| quantity.name() == name)
    }

    /// The dotted name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metric(metric) => metric.name(),
            Self::Derived(derived) => derived.name(),
        }
    }

    /// The unit of the value; a multiple is a plain number.
    pub fn unit(self) -> Unit {
        match self {
            Self::Metric(metric) => metric.unit(),
            Self::Derived(_) => Unit::Count,
        }
    }

    /// A number with its unit, in all its digits: what somebody has written, or what decides by a hair.
    pub fn show(self, number: f64) -> String {
        match (self, self.unit()) {
            (Self::Derived(_), _) => format!("{number} times the usual"),
            (_, Unit::Ratio) => format!("{} %", (number * 1e8).round() / 1e6),
            (_, Unit::PerSecond) => format!("{number}/s"),
            (_, Unit::Seconds) => format!("{number} s"),
            (_, Unit::Milliseconds) => format!("{number} ms"),
            (_, Unit::Bytes) => format!("{number} B"),
            (_, Unit::BytesPerSecond) => format!("{number} B/s"),
            (_, Unit::Count | Unit::Bool) => format!("{number}"),
        }
    }

    /// One line of help.
    pub fn help(self) -> &'static str {
        match self {
            Self::Metric(metric) => metric.help(),
            Self::Derived(derived) => derived.help(),
        }
    }

    /// Whether a low value is the bad one. Of several targets the worst decides.
    pub fn is_worse_when_low(self) -> bool {
        matches!(
            self,
            Self::Metric(
                Metric::CacheUp
                    | Metric::CacheHitRatio
                    | Metric::CacheHitRatioLifetime
                    | Metric::CacheHits
                    | Metric::CacheMaxclients
                    | Metric::CacheMaxmemory
                    | Metric::CacheKeys
                    | Metric::CacheUptime
                    | Metric::CacheCliffIn
                    | Metric::DatabaseUp
                    | Metric::PoolerUp
                    | Metric::DatabaseConnectionsLimit
                    | Metric::DatabaseUptime
                    | Metric::DatabaseReplicationRunning
                    | Metric::DatabaseReady
                    | Metric::CacheWritable
                    | Metric::CacheSlotsServed
                    | Metric::CacheSeen
                    | Metric::CacheReplicaLink
                    | Metric::CacheSaved
                    | Metric::HttpComplete
            )
        )
    }
}

impl From<Metric> for Quantity {
    fn from(metric: Metric) -> Self {
        Self::Metric(metric)
    }
}

impl From<Derived> for Quantity {
    fn from(derived: Derived) -> Self {
        Self::Derived(derived)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Of several targets the worst decides: of what should be so, that is the one where it is not.
    #[test]
    fn what_should_be_so_is_worst_when_it_is_not() {
        let trouble = [
            Metric::CachePaused,
            Metric::CacheRestarted,
            Metric::DatabaseReadOnly,
            Metric::DatabaseRestarted,
        ];
        for metric in Metric::ALL.iter().filter(|metric| metric.unit() == Unit::Bool) {
            let low = Quantity::from(*metric).is_worse_when_low();
            assert_eq!(low, !trouble.contains(metric), "{}", metric.name());
        }
    }

    #[test]
    fn names_are_unique_and_found_again() {
        let names: HashSet<_> = Quantity::all().map(Quantity::name).collect();
        assert_eq!(names.len(), Quantity::all().count());
        assert!(Quantity::all().all(|quantity| Quantity::by_name(quantity.name()) == Some(quantity)));
    }
}
