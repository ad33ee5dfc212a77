//! The cache refuses writes: it hits as long as its keys live, and cannot be refilled. The server's own word is enough.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::observation::Metric;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let cache = case.cache?;
    let refused = cache.yes(Metric::CacheWritesRefused);
    let says_so = cache.no(Metric::CacheWritable);
    if !refused && !says_so {
        return None;
    }
    let mut words = Vec::new();
    if let (true, Some(rate)) = (refused, cache.get(Metric::CacheWritesRefused)) {
        let kinds = cache.detail(Metric::CacheWritesRefused).unwrap_or("kinds unknown");
        words.push(format!(
            "{} writes are refused ({kinds})",
            evidence::value(Metric::CacheWritesRefused, rate)
        ));
    }
    let why = cache.detail(Metric::CacheWritable).filter(|_| says_so);
    words.extend(why.map(|why| format!("it says: {why}")));
    words.extend(evidence::cache(case, Metric::CacheMemoryRatio, "memory used of the limit"));
    words.extend(evidence::hit_ratio(case));
    words.extend(evidence::database(case));
    let cause = match why {
        Some(why) => why.to_owned(),
        None => cache.detail(Metric::CacheWritesRefused).unwrap_or_default().to_owned(),
    };
    // The server's own word counts for two.
    let signals = 2 + usize::from(case.miss_storm() == Some(true));
    let stampede = case.miss_storm().map(|storm| storm && case.database_loaded() == Some(true));
    Some(Finding { signals, stampede, cause: vec![cause], evidence: words, missing: Vec::new() })
}
