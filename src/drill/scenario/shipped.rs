//! The scenarios that come with the program.

/// A scenario that comes with the program.
#[derive(Debug)]
pub struct Shipped {
    /// Its name.
    pub name: &'static str,
    /// Its file.
    pub source: &'static str,
}

macro_rules! shipped {
    ($($name:literal)*) => {
        &[$(Shipped { name: $name, source: include_str!(concat!("../../../drills/", $name, ".yaml")) },)*]
    };
}

/// All of them: first the protocol's patterns and incidents, then what others have told, then what only looks alike.
pub const SHIPPED: &[Shipped] = shipped! {
    "classic-expiry"
    "hot-key"
    "reddit-hot-post"
    "instagram-feed"
    "twitter-timeline"
    "cold-restart"
    "cache-resize"
    "ttl-shortened"
    "delete-on-error"
    "connections-exhausted"
    "hot-living-key"
    "cold-deploy"
    "retry-storm"
    "eviction-storm"
    "absent-keys"
    "traffic-surge"
    "slow-database"
};
