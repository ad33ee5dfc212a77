//! The scenarios that can be rehearsed.

#[expect(missing_docs, reason = "what the words of a scenario's file mean is documented with the file")]
pub mod spec;

use crate::diagnosis::Pattern;

/// A rehearsal: what goes wrong, and what `detect` is expected to call it.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// The name on the command line.
    pub name: &'static str,
    /// One line for the list.
    pub summary: &'static str,
    /// The diagnosis that is right.
    pub pattern: Pattern,
    /// What `stampede run` is given beside the confirmations, when it plays by itself.
    pub(super) run: &'static [&'static str],
    /// Share of the requests that go to the one popular key.
    pub(super) hot_share: f64,
    pub(super) trigger: Trigger,
}

/// What sets it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    /// Most keys expire at once, the others within the next half minute.
    ExpireMost,
    /// The popular key expires.
    ExpireHottest,
}

/// All scenarios.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "classic-expiry",
        summary: "keys set together expire together; the databases refill them too slowly",
        pattern: Pattern::ClassicExpiry,
        run: &["--set", "warm_keys=keys.txt", "--set", "warm=6000", "--set", "pattern=*", "--set", "by=15m"],
        hot_share: 0.0,
        trigger: Trigger::ExpireMost,
    },
    Scenario {
        name: "hot-key",
        summary: "the key with most of the traffic expires; everybody rebuilds it at once",
        pattern: Pattern::HotKey,
        run: &["--set", "pattern=*", "--set", "by=15m"],
        hot_share: 0.7,
        trigger: Trigger::ExpireHottest,
    },
];

/// The scenario of that name.
pub fn by_name(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}
