//! What happened to the keys since the last healthy measurement: a mass expiry that is over leaves its mark in the
//! totals, when the rates of the window are back to usual.

use std::time::Duration;

use crate::diagnosis::case::Case;
use crate::observation::Metric;
use crate::text;

/// Keys below this share of the usual number count as lost.
const LOST: f64 = 0.85;
/// This share of the lost keys has to be accounted for.
const ACCOUNTED: f64 = 0.5;
/// A total that grew by less than this many times what is usual in that time proves nothing.
const BEYOND_USUAL: f64 = 1.5;

/// What a total says of the keys that were lost since the last healthy measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Since {
    /// By how much the total grew.
    pub(crate) grown: f64,
    /// Seconds since the last healthy measurement, by the server's own clock.
    pub(crate) seconds: f64,
    /// For how much of the keys that were lost what is beyond the usual accounts, from 0 on.
    share: f64,
    /// Whether that accounts for the keys that were lost.
    pub(crate) explains: bool,
}

impl Since {
    /// "3,900 keys expired in the 5 s since the last healthy measurement".
    pub(crate) fn words(self, what: &str) -> String {
        format!(
            "{} keys {what} in the {} since the last healthy measurement",
            text::count(self.grown),
            text::duration(Duration::try_from_secs_f64(self.seconds).unwrap_or_default()),
        )
    }
}

impl Case<'_> {
    /// Expiries since the last healthy measurement; none without one, without lost keys, or when the server or its
    /// counters began anew.
    pub(crate) fn expired_since(&self) -> Option<Since> {
        self.since(Metric::CacheExpiredTotal, Metric::CacheExpired)
    }

    /// Evictions since the last healthy measurement, likewise.
    pub(crate) fn evicted_since(&self) -> Option<Since> {
        self.since(Metric::CacheEvictedTotal, Metric::CacheEvicted)
    }

    /// Expiries since the last healthy measurement, where these and evictions together do not account for the keys that were lost:
    /// something else has taken them.
    pub(crate) fn lost_otherwise(&self) -> Option<Since> {
        let (expired, evicted) = (self.expired_since()?, self.evicted_since()?);
        (expired.share + evicted.share < ACCOUNTED).then_some(expired)
    }

    fn since(&self, total: Metric, rate: Metric) -> Option<Since> {
        let cache = self.cache?;
        let keys = cache.change(Metric::CacheKeys).filter(|keys| keys.now <= LOST * keys.usual)?;
        let (uptime, grown) = (cache.change(Metric::CacheUptime)?, cache.change(total)?);
        let (seconds, grown) = (uptime.now - uptime.usual, grown.now - grown.usual);
        if seconds < 0.0 || grown < 0.0 {
            return None;
        }
        // Uptime is in whole seconds.
        let usual = cache.usual(rate).map_or(0.0, |usual| usual.value * (seconds + 1.0));
        let lost = keys.usual - keys.now;
        let share = if grown >= BEYOND_USUAL * usual { (grown - usual).max(0.0) / lost } else { 0.0 };
        Some(Since { grown, seconds, share, explains: share >= ACCOUNTED })
    }
}
