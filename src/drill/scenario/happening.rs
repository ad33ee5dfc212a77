//! What can happen, as it is written: each under `what`, with fields of its own.

#![expect(dead_code, reason = "`what` is read from the tree; here serde checks it and schemars describes it")]

use schemars::JsonSchema;
use serde::de::IgnoredAny;

use crate::drill::scenario::unit::{Number, Share, Size, Time, Whole};
use crate::yaml::mappings;

/// When something happens, after onset: up to half an hour.
pub(super) type At = Time<0, 1_800_000>;
/// How long something lasts: up to half an hour.
pub(super) type Lasts = Time<1_000, 1_800_000>;

/// The structs of a table, and the schema of all of them.
macro_rules! happenings {
    ($($(#[doc = $doc:literal])* $name:ident = $what:literal { $($fields:tt)* })*) => {
        mappings! {$(
            $(#[doc = $doc])*
            pub(super) struct $name {
                /// What happens.
                #[schemars(with = "String", extend("const" = $what))]
                pub what: IgnoredAny,
                /// When, after onset [default: 0s].
                pub at: Option<At>,
                $($fields)*
            }
        )*}

        /// What can happen, by its name in the file.
        pub(super) const NAMES: &[&str] = &[$($what,)*];

        /// Something that happens.
        #[derive(JsonSchema)]
        #[schemars(untagged)]
        pub(super) enum Happening {$(
            $(#[doc = $doc])*
            $name($name),
        )*}
    };
}

happenings! {
    /// A share of the keys expires now; the others may follow one by one.
    Expire = "expire" {
        /// Share of the keys that expires now [default: 100%].
        pub share: Option<Share>,
        /// The others follow within this time [default: they are left as they are].
        pub rest: Option<Lasts>,
    }
    /// The popular page expires.
    ExpireHot = "expire_hot" {}
    /// A share of the keys is deleted at once: an invalidation, nodes that are replaced by empty ones, a flush.
    Delete = "delete" {
        /// Share of the keys [default: 100%].
        pub share: Option<Share>,
    }
    /// From now on pages are cached for this long, and what is cached ends by then.
    ShortenTtl = "shorten_ttl" {
        /// The new lifetime.
        pub to: Time<1_000, 86_400_000>,
    }
    /// All servers are restarted: what they keep in memory is gone.
    Deploy = "deploy" {}
    /// Users come more often for a time.
    Surge = "surge" {
        /// So many times as often.
        pub times: Number<1_100, 50_000>,
        /// For this long [default: to the end].
        pub lasts: Option<Lasts>,
    }
    /// Statements take longer for a time.
    SlowDatabase = "slow_database" {
        /// So many times as long.
        pub times: Number<1_100, 100_000>,
        /// For this long [default: to the end].
        pub lasts: Option<Lasts>,
    }
    /// A share of the requests is for pages that do not exist, for a time.
    Absent = "absent" {
        /// Share of the requests, below 1: they come on top of the users.
        pub share: Share,
        /// For this long [default: to the end].
        pub lasts: Option<Lasts>,
    }
    /// Another service opens connections to the cache and keeps them.
    TakeConnections = "take_connections" {
        /// Until so many are left [default: 0].
        pub left: Option<Whole<0, 199>>,
        /// For this long [default: to the end].
        pub lasts: Option<Lasts>,
    }
    /// The memory limit of the cache falls, and a job writes keys of its own, for a time.
    Evict = "evict" {
        /// The limit becomes this share of what the cache uses.
        pub share: Share,
        /// For this long [default: to the end].
        pub lasts: Option<Lasts>,
    }
    /// The popular page becomes large, and stays cached.
    GrowHot = "grow_hot" {
        /// Bytes of it then.
        pub bytes: Size<1, 16_777_216>,
    }
    /// A colleague sets a setting of the cache. Only a surprise.
    Set = "set" {
        /// The setting.
        #[schemars(extend("enum" = crate::drill::scenario::setting::NAMES))]
        pub setting: String,
        /// Its value.
        #[schemars(with = "crate::drill::scenario::raw::Loose")]
        pub value: String,
    }
    /// The cache's primary fails over to its replica. Only a surprise.
    FailOver = "fail_over" {}
}
