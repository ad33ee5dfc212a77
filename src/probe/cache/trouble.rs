//! What is still known of a cache that could not be measured.

use std::sync::Arc;

use crate::observation::{Metric, Observation, Reading};
use crate::probe::{self, Part, hotkeys, ttl};
use crate::system::redis::{Proof, Refused};

/// The metrics of the cache part, `cache.up` aside.
pub const METRICS: &[Metric] = &[
    Metric::CacheHitRatio,
    Metric::CacheHitRatioLifetime,
    Metric::CacheLookups,
    Metric::CacheHits,
    Metric::CacheMisses,
    Metric::CacheOps,
    Metric::CacheClients,
    Metric::CacheMaxclients,
    Metric::CacheClientsRatio,
    Metric::CacheBlockedClients,
    Metric::CacheRejected,
    Metric::CacheClientsEvicted,
    Metric::CacheExpired,
    Metric::CacheEvicted,
    Metric::CacheExpiredStale,
    Metric::CacheKeys,
    Metric::CacheExpiredTotal,
    Metric::CacheEvictedTotal,
    Metric::CacheMemory,
    Metric::CacheMaxmemory,
    Metric::CacheMemoryRatio,
    Metric::CacheUptime,
    Metric::CacheRestarted,
    Metric::CacheRoundTrip,
    Metric::CacheRoundTripQuarter,
    Metric::CacheRoundTripWorst,
    Metric::CacheCpu,
    Metric::CacheNetIn,
    Metric::CacheNetOut,
    Metric::CacheTopCommandShare,
    Metric::CacheScriptShare,
    Metric::CacheSlowCommands,
    Metric::CacheSlowest,
    Metric::CacheErrors,
    Metric::CacheErrorShare,
    Metric::CacheWritesRefused,
    Metric::CacheWritable,
    Metric::CachePaused,
    Metric::CacheFragmentation,
    Metric::CacheForkTime,
    Metric::CacheOutputBuffers,
    Metric::CacheReplicaWaits,
    Metric::CacheSaved,
    Metric::CacheMemoryFixed,
    Metric::CacheBuffersRatio,
    Metric::CacheQueueShare,
];

/// All observations of the asked parts when no node could be asked.
pub fn observations(target: &Arc<str>, parts: &[Part], refused: &Refused) -> Vec<Observation> {
    let why = &refused.error.message;
    let mut found = vec![up(target, refused)];
    if parts.contains(&Part::Cache) {
        found.extend(METRICS.iter().map(|metric| {
            match metric {
                // It said that it is full: all of maxclients is in use, whatever that number is.
                Metric::CacheClientsRatio if refused.full == Some(Proof::Said) => {
                    Observation::known(target, *metric, 1.0)
                        .detail("it refuses new clients: max number of clients reached")
                }
                _ => Observation::unknown(target, *metric, why),
            }
        }));
    }
    if parts.contains(&Part::Ttl) {
        found.extend(ttl::unknown(target, why));
    }
    if parts.contains(&Part::Hotkeys) {
        let view = hotkeys::View { why: why.clone(), ..hotkeys::View::default() };
        found.push(hotkeys::observation(target, &[view]));
    }
    found
}

/// Whether the cache is up, as far as an error tells.
pub fn up(target: &Arc<str>, refused: &Refused) -> Observation {
    let message = &refused.error.message;
    let value = match refused.full {
        Some(Proof::Probably) => Reading::Unknown(message.clone()),
        _ => probe::up(&refused.error),
    };
    let detail = matches!(value, Reading::Known(_)).then(|| message.clone());
    Observation { target: target.clone(), metric: Metric::CacheUp, value, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{TargetError, TargetErrorKind};

    fn value(refused: &Refused, metric: Metric) -> Option<f64> {
        let all = observations(&"redis".into(), &[Part::Cache, Part::Ttl, Part::Hotkeys], refused);
        all.iter().find(|o| o.metric == metric).expect("every metric is there").value()
    }

    #[test]
    fn full_is_up_and_only_a_proof_makes_the_ratio_known() {
        let error = TargetError::new(TargetErrorKind::Full, "full");
        let said = Refused { error: error.clone(), full: Some(Proof::Said) };
        assert_eq!(value(&said, Metric::CacheUp), Some(1.0));
        assert_eq!(value(&said, Metric::CacheClientsRatio), Some(1.0));
        assert_eq!(value(&said, Metric::CacheHitRatio), None);
        let probably = Refused { error, full: Some(Proof::Probably) };
        assert_eq!(value(&probably, Metric::CacheUp), None);
        assert_eq!(value(&probably, Metric::CacheClientsRatio), None);
    }

    #[test]
    fn an_unknown_host_does_not_prove_the_cache_down() {
        let error = |kind| Refused::from(TargetError::new(kind, "cannot connect"));
        assert_eq!(value(&error(TargetErrorKind::Unreachable), Metric::CacheUp), None);
        assert_eq!(value(&error(TargetErrorKind::Refused), Metric::CacheUp), Some(0.0));
    }
}
