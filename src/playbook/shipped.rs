//! The playbooks that come with the program.

/// The playbook that runs when none is named.
pub const DEFAULT: &str = "cache-stampede-3am";

/// A playbook that comes with the program.
#[derive(Debug)]
pub struct Shipped {
    /// Its name.
    pub name: &'static str,
    /// Its file.
    pub source: &'static str,
}

macro_rules! shipped {
    ($($name:literal)*) => {
        &[$(Shipped { name: $name, source: include_str!(concat!("../../playbooks/", $name, ".yaml")) },)*]
    };
}

macro_rules! fixtures {
    ($($name:literal)*) => {
        &[$((concat!("fixtures/", $name, ".json"), include_str!(concat!("../../playbooks/fixtures/", $name, ".json"))),)*]
    };
}

/// All of them.
pub const SHIPPED: &[Shipped] = shipped! {
    "absent-keys"
    "cache-miss-storm"
    "cache-stampede-3am"
    "cold-cache"
    "delete-on-error"
    "hot-key-expiry"
    "hot-living-key"
    "instagram-feed"
    "mysql-too-many-connections"
    "postgres-too-many-connections"
    "reddit-hot-post"
    "redis-connections-exhausted"
    "retry-storm"
    "short-ttls"
    "twitter-timeline"
};

/// The observations of their cases.
const FIXTURES: &[(&str, &str)] = fixtures! {
    "absent-keys"
    "cache-saturated"
    "clients-unknown"
    "cold-cache"
    "connections-exhausted"
    "database-connections-exhausted"
    "eviction-storm"
    "hot-key"
    "postgres-connections-exhausted"
    "quiet"
    "stampede"
    "stampede-with-room"
    "traffic-surge"
};

/// The observations of that name.
pub(super) fn fixture(name: &str) -> Option<&'static str> {
    FIXTURES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
