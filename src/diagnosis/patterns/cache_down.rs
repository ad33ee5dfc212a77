//! The cache does not answer at all and the database carries what it did. Not a stampede: no lookup misses.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::observation::Metric;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let cache = case.cache?;
    if cache.answers() || case.cache_full() == Some(true) {
        return None;
    }
    let refuses = cache.no(Metric::CacheUp);
    let loaded = case.database_loaded();
    let crowded = loaded == Some(true) || case.database_full() == Some(true);
    // Where no database was measured, what users wait stands for it.
    let felt = loaded.is_none() && case.slower() == Some(true);
    // Silence alone may be our own blindness: a refusal, or a database that carries the load, makes it an outage.
    if !refuses && !crowded && !felt {
        return None;
    }
    let mut words = vec![if refuses {
        "the cache does not answer".to_owned()
    } else {
        format!("no reading from the cache: {}", cache.why_unknown(Metric::CacheHits))
    }];
    words.extend(evidence::database(case));
    words.extend(evidence::response(case));
    words.push("against a stampede: nothing is looked up, so nothing misses".into());
    let signals = 1 + usize::from(crowded) + usize::from((refuses || felt) && case.slower() == Some(true));
    let mut missing = evidence::missing(case, &[(Metric::DatabaseQueries, "database queries")]);
    if !refuses {
        missing.push("whether the cache is down or only our view of it".into());
    }
    Some(Finding { signals, stampede: Some(false), evidence: words, missing })
}
