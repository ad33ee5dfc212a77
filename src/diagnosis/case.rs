//! One cache and one database seen together, and the few questions every pattern asks of them.

use crate::config::Thresholds;
use crate::diagnosis::change::{Chance, Change};
use crate::diagnosis::view::View;
use crate::observation::Metric;

/// Younger than this, in seconds, a cache may not have filled yet.
const YOUNG: f64 = 1_800.0;

/// Copies of one statement that run at once, from which on they are worth a word.
const STUCK_COPIES: f64 = 20.0;
/// Seconds that the oldest statement has run for, from which on this is no passing burst.
const STUCK_FOR: f64 = 2.0;
/// Redis keeps expired keys that are not yet removed below a tenth; a share like this is the wake of a mass expiry.
const STALE: f64 = 0.25;

/// Share of the lookups that are those of a queue, from which on the hit ratio is not that of a cache.
pub const QUEUE: f64 = 0.5;
/// Share of the clients that a cache may have, below which it has room for more.
const ROOM: f64 = 0.5;
/// Share of a prefix's keys that expire together, from which on that is a warning.
const CLIFF_SHARE: f64 = 0.2;
/// … when it comes within so many seconds.
const CLIFF_SOON: f64 = 600.0;

/// What a recording shows that a single look cannot.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// The hit ratio went down group by group over several samples, and deep.
    pub(crate) fell_in_steps: bool,
    /// How many rows the readings are the median of; less than two for a single look.
    pub(crate) rows: usize,
}

/// One cache and the database behind it. Every question answers none when it cannot be said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    /// The cache; none when no cache was declared.
    pub(crate) cache: Option<&'a View<'a>>,
    /// The database that suffers most; none when no database was declared.
    pub(crate) database: Option<&'a View<'a>>,
    /// The slowest URL.
    pub(crate) http: Option<&'a View<'a>>,
    /// The logs.
    pub(crate) logs: Option<&'a View<'a>>,
    /// When a signal is a warning or critical.
    pub(crate) thresholds: &'a Thresholds,
    /// What a recording adds.
    pub(crate) memory: Memory,
}

impl Case<'_> {
    /// The cache's metric held against what is usual.
    pub(crate) fn cache_change(&self, metric: Metric) -> Option<Change> {
        self.cache?.change(metric)
    }

    /// The database's metric held against what is usual.
    pub(crate) fn database_change(&self, metric: Metric) -> Option<Change> {
        self.database?.change(metric)
    }

    /// The hit ratio of the window, when the window holds enough lookups to judge it.
    pub(crate) fn hit_ratio(&self) -> Option<f64> {
        let cache = self.cache?;
        let enough = cache.get(Metric::CacheLookups)? >= self.thresholds.minimum_lookups;
        if enough && !self.is_queue() { cache.get(Metric::CacheHitRatio) } else { None }
    }

    /// Whether most lookups are those of a queue, where an empty one is a miss that nobody asks a database for, and no recorded
    /// hit ratio says what is usual. The average since the server's start is that of a queue too.
    pub(crate) fn is_queue(&self) -> bool {
        let Some(cache) = self.cache else { return false };
        let known = cache.usual(Metric::CacheHitRatio).is_some_and(|usual| usual.firm);
        !known && cache.get(Metric::CacheQueueShare).is_some_and(|share| share > QUEUE)
    }

    /// The share of lookups that miss, held against what is usual.
    pub(crate) fn miss_share(&self) -> Option<Change> {
        let now = 1.0 - self.hit_ratio()?;
        let usual = self.cache?.usual(Metric::CacheHitRatio)?;
        let usual_share = (1.0 - usual.value).max(0.0);
        Some(Change {
            now,
            usual: usual_share,
            spread: usual.spread,
            hour: None,
            firm: usual.firm,
            rows: 1.0,
            chance: Chance::None,
        })
    }

    /// Whether far more lookups miss than usual (or than the thresholds allow, when the usual is not known).
    pub(crate) fn miss_storm(&self) -> Option<bool> {
        let ratio = self.hit_ratio()?;
        match self.miss_share() {
            Some(share) => {
                let clear = share.now - share.usual > share.noise().max(0.02);
                let large = share.now >= 2.0 * share.usual || ratio <= 0.8 * (1.0 - share.usual);
                Some(clear && large && (share.firm || ratio < self.thresholds.hit_ratio_warn))
            }
            None if ratio < self.thresholds.hit_ratio_critical => Some(true),
            None if ratio >= self.thresholds.hit_ratio_warn => Some(false),
            None => None,
        }
    }

    /// Whether lookups that miss took the place of lookups that hit: 1 when every extra miss used to be a hit,
    /// 0 when the extra misses come on top.
    pub(crate) fn displaced(&self) -> Option<f64> {
        let (hits, misses) = (self.cache_change(Metric::CacheHits)?, self.cache_change(Metric::CacheMisses)?);
        let extra = misses.now - misses.usual;
        let sharp = hits.firm && misses.firm && extra > 0.0 && hits.spread <= 0.3 * extra;
        sharp.then(|| (hits.usual - hits.now) / extra)
    }

    /// Whether keys expire at a rate that explains lost content.
    pub(crate) fn expiry_burst(&self) -> Option<bool> {
        let cache = self.cache?;
        if cache.get(Metric::CacheExpiredStale).is_some_and(|share| share >= STALE) {
            return Some(true);
        }
        if self.expired_since().is_some_and(|since| since.explains) {
            return Some(true);
        }
        let now = cache.get(Metric::CacheExpired)?;
        let keys = cache.get(Metric::CacheKeys);
        let drains = keys.map(|keys| now * 60.0 >= 0.01 * keys.max(1.0));
        let Some(change) = cache.change(Metric::CacheExpired) else {
            // Without a usual rate: more than a tenth of the misses, and a visible part of the keys.
            let misses = cache.get(Metric::CacheMisses)?;
            return Some(
                now >= 0.1 * misses && now > 0.0 && keys.is_some_and(|keys| now * 60.0 >= 0.1 * keys),
            );
        };
        if !(change.now > 0.0 && change.rose(3.0)) {
            return Some(false);
        }
        // Held against what was there: against the few keys that are left, any handful of expiries would be many.
        let usual_keys = self.cache_change(Metric::CacheKeys).map(|keys| keys.usual);
        let excess = (change.now - change.usual) * 60.0;
        let drains = drains.map(|drains| drains && usual_keys.is_none_or(|keys| excess >= 0.01 * keys));
        let extra_misses = self.cache_change(Metric::CacheMisses).map(|m| m.now - m.usual);
        let feeds = extra_misses.map(|extra| change.now - change.usual >= 0.05 * extra);
        match (drains, feeds) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, None) => Some(change.rose(5.0)),
            _ => Some(false),
        }
    }

    /// Whether the cache throws out keys at a rate that explains the misses. A full cache evicts one key for each
    /// refill, so evictions that only follow the misses are a consequence.
    pub(crate) fn eviction_burst(&self) -> Option<bool> {
        let cache = self.cache?;
        let evicted = cache.get(Metric::CacheEvicted)?;
        let misses = cache.get(Metric::CacheMisses)?;
        if evicted <= 0.0 {
            return Some(false);
        }
        let share = evicted / misses.max(f64::MIN_POSITIVE);
        match (cache.change(Metric::CacheEvicted), cache.usual(Metric::CacheMisses)) {
            (Some(change), Some(usual)) => {
                let usual_share = change.usual / usual.value.max(f64::MIN_POSITIVE);
                let leads = share >= 2.0 * usual_share;
                // Evictions in step with the misses mean that different keys are refilled all the time. When nothing
                // expired or was lost, it is the working set that does not fit.
                let churns = self.expiry_burst() == Some(false)
                    && self.one_query() != Some(true)
                    && self.displaced().is_none_or(|displaced| displaced >= 0.4);
                match self.keys_left() {
                    _ if !change.rose(3.0) || share < 0.05 => Some(false),
                    _ if leads => Some(true),
                    None if churns => None,
                    left => Some(churns && left.is_some_and(|left| left >= 0.85)),
                }
            }
            _ => {
                let full = cache.get(Metric::CacheMemoryRatio).map(|ratio| ratio >= 0.9);
                if share >= 0.2 { full.or(Some(true)) } else { Some(false) }
            }
        }
    }

    /// Keys now as a share of the usual number.
    pub(crate) fn keys_left(&self) -> Option<f64> {
        let change = self.cache_change(Metric::CacheKeys)?;
        (change.usual >= 1.0).then(|| change.times())
    }

    /// Whether the cache started anew within the window or recording.
    pub(crate) fn restarted(&self) -> Option<bool> {
        let cache = self.cache?;
        if cache.yes(Metric::CacheRestarted) {
            return Some(true);
        }
        match cache.change(Metric::CacheUptime) {
            Some(change) => Some(change.now < 0.5 * change.usual),
            None if cache.no(Metric::CacheRestarted) => Some(false),
            None => None,
        }
    }

    /// Whether the cache is so young that it may not have filled yet.
    pub(crate) fn young(&self) -> Option<bool> {
        self.cache?.get(Metric::CacheUptime).map(|seconds| seconds < YOUNG)
    }

    /// From how many milliseconds of a round trip on the cache is slow.
    pub(crate) fn slow_from(&self) -> f64 {
        let usual = self.cache.and_then(|cache| cache.usual(Metric::CacheRoundTrip));
        usual.map_or(0.0, |usual| 10.0 * usual.value).max(self.thresholds.cache_slow)
    }

    /// Whether the cache takes far longer than usual for the simplest command.
    pub(crate) fn slow_cache(&self) -> Option<bool> {
        Some(self.cache?.get(Metric::CacheRoundTrip)? >= self.slow_from())
    }

    /// Whether so many keys with one prefix expire together soon that the database will feel it, of a cache that is used.
    pub(crate) fn cliff_ahead(&self) -> Option<bool> {
        let cache = self.cache?;
        let used = cache.get(Metric::CacheLookups)? >= self.thresholds.minimum_lookups;
        let near = || cache.get(Metric::CacheCliffIn).map(|seconds| seconds <= CLIFF_SOON);
        Some(used && cache.get(Metric::CacheCliffShare)? > CLIFF_SHARE && near()?)
    }

    /// Whether the cache has far fewer clients than it may have: whoever is refused is not refused for want of room.
    pub(crate) fn cache_has_room(&self) -> bool {
        let ratio = self.cache.and_then(|cache| cache.get(Metric::CacheClientsRatio));
        ratio.is_some_and(|ratio| ratio < ROOM.min(self.thresholds.connections_critical))
    }

    /// Whether the cache is at its client limit, or refuses connections.
    pub(crate) fn cache_full(&self) -> Option<bool> {
        if self.cache_has_room() {
            return Some(false);
        }
        self.full(self.cache?, Metric::CacheRejected, Metric::CacheClientsRatio, Metric::LogsCacheFull)
    }

    /// Whether the database is at its connection limit, or refuses connections.
    pub(crate) fn database_full(&self) -> Option<bool> {
        let (refused, ratio) = (Metric::DatabaseRefused, Metric::DatabaseConnectionsRatio);
        self.full(self.database?, refused, ratio, Metric::LogsDatabaseFull)
    }

    fn full(&self, view: &View<'_>, refused: Metric, ratio: Metric, in_logs: Metric) -> Option<bool> {
        if view.yes(refused) {
            return Some(true);
        }
        match view.get(ratio) {
            Some(ratio) => Some(ratio >= self.thresholds.connections_critical),
            None => self.logs.filter(|logs| logs.yes(in_logs)).map(|_| true),
        }
    }

    /// Whether more statements per second reach the database than usual.
    pub(crate) fn queries_up(&self) -> Option<bool> {
        self.database?.rose(Metric::DatabaseQueries, 1.4)
    }

    /// Whether more is asked of the database than usual: by its queries, or where nobody counted them, by the misses.
    pub(crate) fn asked_more(&self) -> Option<bool> {
        self.queries_up().or_else(|| self.cache?.rose(Metric::CacheMisses, 1.4))
    }

    /// Whether more statements run at once than usual.
    pub(crate) fn running_up(&self) -> Option<bool> {
        self.database?.rose(Metric::DatabaseRunning, 1.6)
    }

    /// Whether more connections are open than usual.
    pub(crate) fn connections_up(&self) -> Option<bool> {
        self.database?.rose(Metric::DatabaseConnections, 1.6)
    }

    /// Whether the database carries more than usual by any measure.
    pub(crate) fn database_loaded(&self) -> Option<bool> {
        let crowded = self.database_full().filter(|full| *full && self.connections_up() != Some(false));
        let asked = [self.queries_up(), self.running_up(), self.connections_up(), crowded];
        if asked.contains(&Some(true)) {
            return Some(true);
        }
        asked.iter().any(Option::is_some).then_some(false)
    }

    /// Whether most running statements are the same one, while enough of them run for that to mean something.
    pub(crate) fn one_query(&self) -> Option<bool> {
        let database = self.database?;
        let share = database.get(Metric::DatabaseTopQueryShare)?;
        let known = database.usual(Metric::DatabaseTopQueryShare);
        let usual = known.as_ref().map(|usual| usual.value);
        let unusual = usual.is_none_or(|usual| share >= usual + 0.2);
        // Row after row of a recording, even a few statements mean something.
        let recorded = known.is_some_and(|usual| usual.spread > 0.0) && self.queries_up() == Some(true);
        if share < 0.4 || !unusual {
            return Some(false);
        }
        let running = database.get(Metric::DatabaseRunning);
        let enough = match (running, self.running_up()) {
            (Some(running), _) if recorded => running >= 2.0,
            (Some(running), Some(up)) => running >= 5.0 && up,
            (Some(running), None) => running >= 10.0,
            // The share alone, against a known usual share, when nobody recorded how many run.
            (None, _) => usual.is_some(),
        };
        enough.then_some(true)
    }

    /// How many statements are copies of one, where so many have stood for so long that it is no chance: somebody may want
    /// to end them, whatever the queries per second say.
    pub(crate) fn stuck_copies(&self) -> Option<f64> {
        let database = self.database?;
        let (running, share) =
            (database.get(Metric::DatabaseRunning)?, database.get(Metric::DatabaseTopQueryShare)?);
        let longest = database.get(Metric::DatabaseLongest)?;
        let usual =
            database.usual(Metric::DatabaseTopQueryShare).is_some_and(|usual| share < usual.value + 0.2);
        let copies = running * share;
        (share >= 0.5 && copies >= STUCK_COPIES && longest >= STUCK_FOR && !usual).then_some(copies)
    }

    /// Whether users wait longer than usual, or get no answer.
    pub(crate) fn slower(&self) -> Option<bool> {
        self.http?.rose(Metric::HttpResponseTime, 1.6)
    }
}
