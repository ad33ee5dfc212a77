//! The cache lost its content: flush, restart, failover to an empty replica. Keys are gone and did not expire.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::patterns::storm;
use crate::observation::Metric;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let left = case.keys_left();
    let restarted = case.restarted();
    // Totals that did not move since all was well settle it; without them the window alone cannot.
    let settled = case.lost_otherwise();
    let kept = settled.is_none() && left.is_some_and(|left| left >= 0.7);
    let began_anew = restarted == Some(true) || (restarted.is_none() && case.young() == Some(true));
    if kept || (restarted != Some(true) && case.expiry_burst() == Some(true)) {
        return None;
    }
    let emptied = settled.is_some() || left.is_some_and(|left| left <= 0.5);
    if !began_anew && !emptied {
        return None;
    }
    // Keys that dwindle unseen (nobody recorded expiries) may have expired; only a collapse in one step is a flush.
    if !began_anew && case.expiry_burst().is_none() && (case.memory.fell_in_steps || left > Some(0.1)) {
        return None;
    }
    let mut words = Vec::new();
    if began_anew {
        words.extend(case.cache?.get(Metric::CacheUptime).map(|seconds| {
            format!("the cache started {} ago", evidence::value(Metric::CacheUptime, seconds))
        }));
    }
    words.extend(storm::keys(case));
    if case.expiry_burst() == Some(false) {
        words.push("against classic expiry: keys are gone, but expiries are as usual".into());
    }
    if let Some(expired) = settled {
        words.push(format!("only {}", expired.words("expired")));
    }
    if restarted == Some(false) {
        words.push("the server did not restart: a flush, or a failover to an empty replica".into());
    }
    let mut finding = storm::finding(case, usize::from(began_anew) + usize::from(emptied), words)?;
    finding.missing.extend(evidence::missing(case, &[(Metric::CacheExpired, "expired keys")]));
    if !began_anew && settled.is_none() && case.memory.rows == 0 {
        finding.missing.push("whether the keys expired before this window".into());
    }
    if left.is_none() {
        finding.missing.push("the usual number of keys".into());
    }
    Some(finding)
}
