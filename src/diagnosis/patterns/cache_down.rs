//! The cache does not answer at all and the database carries what it did. Not a stampede: no lookup misses.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::view::View;
use crate::observation::Metric;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let cache = case.cache?;
    if cache.get(Metric::CacheSlotsServed).is_some_and(|share| share < 1.0) {
        return Some(in_part(case, cache));
    }
    let refuses = cache.no(Metric::CacheUp);
    // One that answers us and would refuse every client is down; its own word is enough.
    let says_so = refuses && cache.answers();
    if cache.answers() && !says_so || case.cache_full() == Some(true) {
        return None;
    }
    let loaded = case.database_loaded();
    let crowded = loaded == Some(true) || case.database_full() == Some(true);
    // Where no database was measured, what users wait stands for it.
    let felt = loaded.is_none() && case.slower() == Some(true);
    // Silence alone may be our own blindness: a refusal, or a database that carries the load, makes it an outage.
    if !refuses && !crowded && !felt {
        return None;
    }
    let why = cache.detail(Metric::CacheUp).filter(|_| says_so);
    let mut words = vec![if let Some(why) = why {
        format!("the cache serves nobody: {why}")
    } else if refuses {
        "the cache does not answer".to_owned()
    } else {
        format!("no reading from the cache: {}", cache.why_unknown(Metric::CacheHits))
    }];
    words.extend(evidence::database(case));
    words.extend(evidence::response(case));
    words.push("against a stampede: nothing is looked up, so nothing misses".into());
    let signals = 1
        + usize::from(says_so)
        + usize::from(crowded)
        + usize::from((refuses || felt) && case.slower() == Some(true));
    let mut missing = evidence::missing(case, &[(Metric::DatabaseQueries, "database queries")]);
    if !refuses {
        missing.push("whether the cache is down or only our view of it".into());
    }
    let cause = why.map(str::to_owned).into_iter().collect();
    Some(Finding { signals, stampede: Some(false), cause, evidence: words, missing })
}

/// A cluster of which slots are served by nobody: every key in them is refused. The server's own word is enough.
fn in_part(case: &Case<'_>, cache: &View<'_>) -> Finding {
    let cause = cache.detail(Metric::CacheSlotsServed).unwrap_or("slots are served by nobody").to_owned();
    let mut words = vec![match cache.no(Metric::CacheUp) {
        true => format!("{cause}, and then this cluster serves nothing at all"),
        false => format!("{cause}: commands for the keys in them are refused"),
    }];
    words.extend(cache.detail(Metric::CacheSeen).map(str::to_owned));
    words.extend(evidence::hit_ratio(case));
    words.extend(evidence::database(case));
    words.extend(evidence::response(case));
    words.push("against a stampede: those keys are refused, they do not miss".into());
    Finding { signals: 2, stampede: Some(false), cause: vec![cause], evidence: words, missing: Vec::new() }
}
